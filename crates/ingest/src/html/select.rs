//! Selects the blocks of a page's article, with reasons for the rest of the page.

use std::ops::Range;

use pressmark_core::{DropReason, SegmentKind};

use super::analysis::{PageAnalysis, Strictness};
use super::candidate::{self, Candidate, ENOUGH_CHARS, candidate, source};
use super::element_text::key;
use super::meta::Found;
use super::text::{self, Line};
use super::title::{Title, heading as title_heading, title};
use super::tree::{Tag, Tree};
use crate::block::{Block, Dropped, Why};

/// Most lines before the first paragraph that are searched for a lead. Set by hand: a picture, a byline, buttons and a
/// caption come in between, a list of teasers is longer.
const LEAD_LINES: usize = 40;
/// Fewest words of a lead; one without a final full stop needs twice as many. Set by hand: bylines and labels are
/// shorter.
const LEAD_WORDS: usize = 8;

/// The selected blocks and the rest of a page.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// The blocks of the article in page order, including the title; empty if there is none.
    pub blocks: Vec<Block>,
    /// The other text of the page, in page order, with reasons.
    pub dropped: Vec<Dropped>,
}

/// Selects the article of a page, a second time without regard to names if the first finds little.
pub(super) fn select(html: &str, tree: &Tree, found: &Found) -> Selection {
    let mut best = Reading::new(html, tree, found, Strictness::Names);
    if best.prose() < ENOUGH_CHARS {
        let lenient = Reading::new(html, tree, found, Strictness::Lenient);
        if lenient.prose() > best.prose() * 2 {
            best = lenient;
        }
    }
    if best.picked.iter().all(|line| !line.kept()) {
        best.picked = anything(html, &best.analysis);
    }
    best.finish()
}

/// The result of analyzing a page with one strictness.
struct Reading<'a> {
    html: &'a str,
    found: &'a Found,
    analysis: PageAnalysis<'a>,
    /// Candidate lines, in page order.
    picked: Vec<Candidate>,
}

impl<'a> Reading<'a> {
    fn new(html: &'a str, tree: &'a Tree, found: &'a Found, strictness: Strictness) -> Self {
        let analysis = PageAnalysis::new(html, tree, strictness, found.meta.published.is_some());
        let mut reading = Self { html, found, analysis, picked: Vec::new() };
        reading.pick();
        reading
    }

    /// Unlinked characters of the kept prose.
    fn prose(&self) -> usize {
        let kept = self.picked.iter().filter(|c| c.kept() && c.kind.is_prose());
        kept.map(|c| self.analysis.lines[c.line].counts).map(|c| c.chars - c.linked).sum()
    }

    fn pick(&mut self) {
        let heading = title_heading(&self.analysis, self.html, self.found);
        let roots = self.analysis.roots(heading);
        let tree = self.analysis.tree;
        let inside = |line: usize| {
            let first = self.analysis.first_text(line);
            first.is_some_and(|f| roots.iter().any(|r| *r <= f && f < tree.node(*r).end))
        };
        let mut lines: Vec<Candidate> = (0..self.analysis.lines.len())
            .filter(|line| inside(*line))
            .map(|line| candidate(&self.analysis, self.html, line))
            .filter(|c| c.chars > 0)
            .collect();
        candidate::judge(&self.analysis, &mut lines, self.found);
        self.picked = lines;
        self.add_lead();
    }

    fn title(&self) -> Option<Title> {
        let kept: Vec<(usize, SegmentKind)> =
            self.picked.iter().filter(|c| c.kept()).map(|c| (c.line, c.kind)).collect();
        title(&self.analysis, self.html, self.found, &kept)
    }

    /// Adds paragraphs between the title and the first one found.
    ///
    /// Many pages put the lead into the header, or into an element of its own beside the body, under a class such as
    /// `teaser` or `excerpt`, which elsewhere marks links to other stories.
    fn add_lead(&mut self) {
        let Some(title) = self.title().and_then(|t| t.line) else { return };
        let Some(first) = self.picked.iter().find(|c| c.kept() && c.prose).map(|c| c.line) else { return };
        let lead: Vec<usize> = (title + 1..first).rev().take(LEAD_LINES).filter(|line| self.may_lead(*line)).collect();
        for line in lead {
            for item in self.analysis.lines[line].items.clone() {
                self.analysis.aside[item as usize] = None;
            }
            let mut added = candidate(&self.analysis, self.html, line);
            added.dropped = None;
            let closes = added.closed || added.words >= 2 * LEAD_WORDS;
            // Set by hand: a lead may link names, a list of teasers is mostly links.
            if !added.kind.is_prose() || added.words < LEAD_WORDS || added.link_share > 0.3 || !closes {
                continue;
            }
            match self.picked.binary_search_by_key(&line, |c| c.line) {
                Ok(at) => self.picked[at] = added,
                Err(at) => self.picked.insert(at, added),
            }
        }
    }

    /// Whether a line between title and body can be the lead, by its element.
    fn may_lead(&self, line: usize) -> bool {
        let texts = self.analysis.lines[line].items.iter().filter(|i| self.analysis.tree.node(**i).tag == Tag::Text);
        let mut aside = texts.map(|i| self.analysis.aside[*i as usize]);
        let set_apart =
            |why: Option<DropReason>| matches!(why, None | Some(DropReason::Related | DropReason::Boilerplate));
        aside.all(set_apart) && self.analysis.lines[line].counts.words >= LEAD_WORDS
    }

    fn finish(self) -> Selection {
        let Self { html, analysis, mut picked, .. } = self;
        let tree = analysis.tree;
        let kept: Vec<(usize, SegmentKind)> = picked.iter().filter(|c| c.kept()).map(|c| (c.line, c.kind)).collect();
        if kept.is_empty() {
            return Selection { blocks: Vec::new(), dropped: dropped(&analysis, &[], None) };
        }
        let title = title(&analysis, html, self.found, &kept);
        if let Some(title) = &title {
            for line in picked.iter_mut().filter(|c| c.kept() && c.kind == SegmentKind::Heading) {
                if title.line != Some(line.line) && key(&source(html, &analysis, line.line)) == title.key {
                    line.dropped = Some((DropReason::DoubledTitle, Why::new("title-again")));
                }
            }
        }
        let mut blocks: Vec<Block> = Vec::with_capacity(picked.len() + 1);
        let title_line = title.as_ref().and_then(|t| t.line);
        blocks.extend(title.map(|t| t.block));
        for line in picked.iter().filter(|c| c.kept() && title_line != Some(c.line)) {
            let cut = |item: u32| analysis.aside[item as usize].is_some();
            if let Some(mut block) = text::block(html, tree, &analysis.lines[line.line], cut) {
                block.kind = Some(line.kind);
                blocks.push(block);
            }
        }
        blocks.sort_by_key(|b| b.input.start);
        Selection { blocks, dropped: dropped(&analysis, &picked, title_line) }
    }
}

/// The lines that are left out, each with its reason.
fn dropped(analysis: &PageAnalysis<'_>, picked: &[Candidate], title: Option<usize>) -> Vec<Dropped> {
    let mut dropped: Vec<Dropped> = Vec::new();
    let mut picked = picked.iter().peekable();
    for (index, line) in analysis.lines.iter().enumerate() {
        let own = picked.next_if(|c| c.line == index);
        if title == Some(index) || own.is_some_and(Candidate::kept) {
            continue;
        }
        let Some(input) = bytes(analysis, line) else { continue };
        // A rule about the line itself takes precedence over one about an element around it.
        let (reason, why) = own.and_then(|c| c.dropped).unwrap_or_else(|| set_aside(analysis, line));
        dropped.push(Dropped { input, reason, why });
    }
    dropped
}

/// Reason and evidence for a line that no rule about the line itself dropped.
fn set_aside(analysis: &PageAnalysis<'_>, line: &Line) -> (DropReason, Why) {
    match line.items.iter().find_map(|item| analysis.aside[*item as usize]) {
        Some(reason) => (reason, Why::new("element-by-name")),
        None => (DropReason::Outside, Why::new("outside-of-the-article")),
    }
}

/// The bytes of the page from a line's first to its last text node.
fn bytes(analysis: &PageAnalysis<'_>, line: &Line) -> Option<Range<usize>> {
    let texts = || line.items.iter().map(|i| analysis.tree.node(*i)).filter(|n| n.tag == Tag::Text);
    let (first, last) = (texts().next()?, texts().next_back()?);
    Some(first.bytes.start as usize..last.bytes.end as usize)
}

/// Fallback for a page in which no element stands out: all its sentences, of at least four words and few links (set by
/// hand).
fn anything(html: &str, analysis: &PageAnalysis<'_>) -> Vec<Candidate> {
    let is_sentence = |line: &usize| {
        let counts = analysis.lines[*line].counts;
        analysis.first_text(*line).is_some() && counts.link_share() < 0.3 && counts.stops > 0 && counts.words >= 4
    };
    let lines = (0..analysis.lines.len()).filter(is_sentence);
    lines.map(|line| Candidate { dropped: None, ..candidate(analysis, html, line) }).collect()
}
