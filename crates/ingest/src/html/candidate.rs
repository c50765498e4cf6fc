//! Which lines of the chosen elements are the article's.

use std::collections::{BTreeMap, HashSet};

use pressmark_core::{DropReason, SegmentKind};

use super::analysis::PageAnalysis;
use super::element_text::key;
use super::meta::Found;
use super::text;
use super::tree::{NONE, Tag};
use crate::block::Why;
use crate::markup::decode;

/// The visible text of a line, roughly: for comparisons.
pub(super) fn source(html: &str, analysis: &PageAnalysis<'_>, line: usize) -> String {
    let mut text = String::new();
    for &item in &analysis.lines[line].items {
        let node = analysis.tree.node(item);
        if node.tag == Tag::Text && analysis.aside[item as usize].is_none() {
            text.push_str(&decode(html.get(node.bytes.start as usize..node.bytes.end as usize).unwrap_or_default()));
        } else {
            text.push(' ');
        }
    }
    text
}

/// Fewest characters of prose that make an article, unless the page has nothing better.
///
/// Readability starts over with weaker rules below 500 characters; news in brief is shorter.
pub(super) const ENOUGH_CHARS: usize = 250;
/// Words from which a line that ends as a sentence does is a paragraph.
const SENTENCE_WORDS: usize = 10;
/// Words from which a line is a paragraph whatever it ends in.
const LONG_WORDS: usize = 20;
/// Words from which a closed line that is a link from end to end is a sentence of the story; what links to another
/// story is its headline, which has no full stop.
const LINKED_WORDS: usize = 5;
/// Share of a line's characters in links above which it is nothing but a link, a mark or a date aside.
const LINK: f32 = 0.7;
/// Share of the characters of a list in links above which it is a list of links.
const LIST_OF_LINKS: f32 = 0.7;

/// Words from which a caption tells a part of the story; a shorter one says what a picture shows and whose it is.
const CAPTION_WORDS: usize = 20;

/// A line of the chosen elements.
pub(super) struct Candidate {
    pub line: usize,
    pub kind: SegmentKind,
    pub text: String,
    pub words: usize,
    pub chars: usize,
    pub link_share: f32,
    /// Ends as a sentence does.
    pub closed: bool,
    /// A paragraph of running text.
    pub prose: bool,
    /// Why it is left out; `None` for those that stay.
    pub dropped: Option<(DropReason, Why)>,
}

impl Candidate {
    pub(super) fn kept(&self) -> bool {
        self.dropped.is_none()
    }

    /// Leaves the line out, unless something did before.
    fn drop_for(&mut self, reason: DropReason, why: Why) {
        self.dropped.get_or_insert((reason, why));
    }
}

pub(super) fn candidate(analysis: &PageAnalysis<'_>, html: &str, line: usize) -> Candidate {
    let text = source(html, analysis, line);
    let mut counts = text::Counts::default();
    for item in analysis.lines[line].items.iter().filter(|i| analysis.aside[**i as usize].is_none()) {
        let node = analysis.tree.node(*item);
        if node.tag == Tag::Text {
            counts.read(html.get(node.bytes.start as usize..node.bytes.end as usize).unwrap_or_default(), node.linked);
        }
    }
    let mut kind = analysis.kind(line);
    let last = text.trim_end().trim_end_matches(['"', '”', '’', '\'', ')', ']', '»', '“']).chars().next_back();
    let closed = last.is_some_and(|c| matches!(c, '.' | '!' | '?' | '…' | ':' | '。' | '！' | '？' | '؟' | '।' | '۔'));
    let link_share = counts.link_share();
    let wordless = text::is_unspaced(counts);
    // Two characters to a word: Chinese and Japanese.
    let words = if wordless { counts.chars / 2 } else { counts.words };
    // Sentences that are set as headings for show are paragraphs.
    if kind == SegmentKind::Heading && ((closed && counts.words >= 12) || counts.words >= 30) {
        kind = SegmentKind::Body;
    }
    let prose = kind.is_prose()
        && link_share < 0.4
        && ((counts.words >= SENTENCE_WORDS && closed)
            || counts.words >= LONG_WORDS
            || (wordless && counts.chars > LONG_WORDS));
    let is_link = link_share > LINK || (link_share > 0.5 && counts.words < 12);
    let stays = !is_link || matches!(kind, SegmentKind::Heading | SegmentKind::Table);
    let names_a_picture = kind == SegmentKind::Caption && words < CAPTION_WORDS;
    let dropped = if names_a_picture {
        Some((DropReason::Caption, Why::new("short-caption").with("words", words as f32)))
    } else if stays {
        None
    } else {
        let why = Why::new("line-of-links").with("link_share", link_share).with("words", counts.words as f32);
        Some((DropReason::Related, why))
    };
    Candidate { line, kind, text, words, chars: counts.chars, link_share, closed, prose, dropped }
}

/// Takes the lines for which a judge has something to say out of the article.
pub(super) fn judge(analysis: &PageAnalysis<'_>, lines: &mut [Candidate], found: &Found) {
    judge_linked_lines(analysis, lines);
    judge_lists(analysis, lines);
    judge_labels(lines);
    judge_edges(analysis, lines);
    judge_headings(analysis, lines);
    judge_by_linked_data(lines, found);
}

/// A line that is all links is the story's where it stands among its paragraphs and is a sentence, or an address.
///
/// News systems link every name; a source is given by its address; a court report opens with a sentence that leads
/// to the one before. What leads to another story is a headline: no full stop, no words outside of the link.
fn judge_linked_lines(analysis: &PageAnalysis<'_>, lines: &mut [Candidate]) {
    let Some(first) = lines.iter().position(|c| c.prose) else { return };
    let style = analysis.paragraph_style();
    let main = main_parent(analysis, lines);
    for line in &mut lines[first..] {
        let block = analysis.lines[line.line].block;
        if line.kept() || line.kind == SegmentKind::List || block == NONE {
            continue;
        }
        let beside = main == Some(analysis.tree.node(block).parent) || main == Some(block);
        let alike = style.is_some_and(|style| style == analysis.style(block));
        let address = line.text.trim_start().starts_with("http") && !line.text.trim().contains(char::is_whitespace);
        let sentence = line.closed && !line.text.trim_end().ends_with(':') && line.words >= LINKED_WORDS;
        if (beside || alike) && (sentence || address) {
            line.dropped = None;
            line.prose |= sentence && line.words >= SENTENCE_WORDS;
        }
    }
}

/// Lists of links go as a whole, unless their items are sentences or a paragraph announces them; lists in which some
/// item is a link stay.
fn judge_lists(analysis: &PageAnalysis<'_>, lines: &mut [Candidate]) {
    let list_of = |line: usize| {
        let block = analysis.lines[line].block;
        analysis.tree.ancestors(block).find(|a| matches!(analysis.tree.node(*a).tag, Tag::Ul | Tag::Ol | Tag::Dl))
    };
    let mut start = 0;
    while start < lines.len() {
        if lines[start].kind != SegmentKind::List {
            start += 1;
            continue;
        }
        let list = list_of(lines[start].line);
        let end = start
            + lines[start..].iter().take_while(|c| c.kind == SegmentKind::List && list_of(c.line) == list).count();
        let end = end.max(start + 1);
        let announced = start.checked_sub(1).and_then(|before| lines.get(before)).is_some_and(|before| {
            let beside = analysis.tree.node(analysis.lines[before.line].block).parent;
            before.kept()
                && before.kind == SegmentKind::Body
                && before.prose
                && before.text.trim_end().ends_with(':')
                && list.is_some_and(|list| analysis.tree.node(list).parent == beside)
        });
        let items = &mut lines[start..end];
        let chars: usize = items.iter().map(|c| c.chars).sum();
        let linked: f32 = items.iter().map(|c| c.link_share * c.chars as f32).sum();
        let sentences = items.iter().filter(|c| c.closed && c.words >= LINKED_WORDS).count();
        let links = linked > chars as f32 * LIST_OF_LINKS;
        let stays = !links || announced || (sentences * 2 > items.len() && items.len() > 1);
        let why = || Why::new("list-of-links").with("link_share", linked / chars.max(1) as f32);
        items.iter_mut().for_each(|c| c.dropped = (!stays).then(|| (DropReason::Related, why())));
        start = end;
    }
}

/// Runs of words and figures that make no sentence are the labels of a chart or of controls.
fn judge_labels(lines: &mut [Candidate]) {
    let is_label = |c: &Candidate| c.kind == SegmentKind::Body && !c.prose && !c.closed && c.words <= 4;
    let mut start = 0;
    while start < lines.len() {
        let run = lines[start..].iter().take_while(|c| is_label(c)).count();
        let wordless = |c: &Candidate| !c.text.chars().any(char::is_alphabetic);
        for line in &mut lines[start..start + run] {
            if run >= LABEL_RUN || wordless(line) {
                line.drop_for(DropReason::Player, Why::new("row-of-labels").with("lines", run as f32));
            }
        }
        start += run.max(1);
    }
}

/// Labels in a row that make a chart; two may be a name and a post above a statement.
const LABEL_RUN: usize = 4;

/// Before the first and after the last paragraph stand bylines, dates and links: short lines there go, unless they are
/// set as the paragraphs are.
fn judge_edges(analysis: &PageAnalysis<'_>, lines: &mut [Candidate]) {
    let Some(first) = lines.iter().position(|c| c.kept() && c.prose) else { return };
    let last = lines.iter().rposition(|c| c.kept() && c.prose).unwrap_or(first);
    let main = main_parent(analysis, lines);
    let style = analysis.paragraph_style();
    let own = |c: &Candidate| analysis.lines[c.line].block;
    let ends = [own(&lines[first]), own(&lines[last])];
    for (index, line) in lines.iter_mut().enumerate() {
        let outside = index < first || index > last;
        let short = !line.closed || line.words < 4;
        if outside && short && !matches!(line.kind, SegmentKind::Caption | SegmentKind::Quote | SegmentKind::Table) {
            let list = line.kind == SegmentKind::List && index > last && line.link_share < 0.2;
            let block = analysis.lines[line.line].block;
            let beside = block != NONE && main == Some(analysis.tree.node(block).parent);
            let styled = block != NONE && style.is_some_and(|style| style == analysis.style(block));
            let paragraph = (beside || styled) && matches!(analysis.tree.node(block).tag, Tag::P | Tag::Pre);
            // Line breaks alone part the paragraphs.
            let alike = line.kind == SegmentKind::Body && (paragraph || (block != NONE && ends.contains(&block)));
            if !(list || (alike && line.link_share < 0.2)) {
                let why = Why::new("no-sentence-at-the-edge").with("words", line.words as f32);
                line.drop_for(DropReason::Fragment, why.with("link_share", line.link_share));
            }
        }
    }
}

/// The element in which most of the prose stands.
fn main_parent(analysis: &PageAnalysis<'_>, lines: &[Candidate]) -> Option<u32> {
    let mut parents: BTreeMap<u32, usize> = BTreeMap::new();
    for line in lines.iter().filter(|c| c.prose && c.kept()) {
        let block = analysis.lines[line.line].block;
        if block != NONE {
            *parents.entry(analysis.tree.node(block).parent).or_default() += line.chars;
        }
    }
    parents.into_iter().max_by_key(|(_, chars)| *chars).map(|(parent, _)| parent)
}

/// A heading stays when something of its section does; one that is a link heads another story.
fn judge_headings(analysis: &PageAnalysis<'_>, lines: &mut [Candidate]) {
    let mut below = 0_usize;
    // The level of the next line that stays, where it is a heading; looked for line by line, a page of nothing but
    // headings would be searched to its end for each.
    let mut next: Option<u8> = None;
    let main = main_parent(analysis, lines);
    for line in lines.iter_mut().rev() {
        let level = heading_level(analysis, line.line);
        if line.kind != SegmentKind::Heading {
            if line.kept() {
                below += usize::from(line.kind != SegmentKind::Caption);
                next = None;
            }
            continue;
        }
        let beside = analysis.tree.ancestors(analysis.lines[line.line].block).nth(1);
        if line.link_share >= LINK && (main.is_none() || beside != main) {
            line.drop_for(DropReason::Related, Why::new("linked-heading").with("link_share", line.link_share));
        } else if below == 0 && next <= level {
            line.drop_for(DropReason::Fragment, Why::new("heading-of-nothing"));
        }
        if line.kept() {
            below = 0;
            next = level;
        }
    }
}

pub(super) fn heading_level(analysis: &PageAnalysis<'_>, line: usize) -> Option<u8> {
    analysis.tree.ancestors(analysis.lines[line].block).find_map(|a| analysis.tree.node(a).tag.heading_level())
}

/// Where JSON-LD gives the article's text, it tells where the article starts and ends.
fn judge_by_linked_data(lines: &mut [Candidate], found: &Found) {
    let Some(body) = &found.body else { return };
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(key).filter(|w| !w.is_empty()).collect() };
    let body = words(body);
    let shingles: HashSet<&[String]> = body.windows(3).collect();
    let covered = |text: &str| {
        let words = words(text);
        let all = words.windows(3).count();
        if all == 0 {
            None
        } else {
            Some(words.windows(3).filter(|w| shingles.contains(w)).count() as f32 / all as f32)
        }
    };
    let shares: Vec<Option<f32>> = lines.iter().map(|c| covered(&c.text)).collect();
    let chars = |test: &dyn Fn(f32) -> bool| -> usize {
        lines
            .iter()
            .zip(&shares)
            .filter(|(c, s)| c.kept() && c.prose && s.is_some_and(test))
            .map(|(c, _)| c.chars)
            .sum()
    };
    // It only counts when it plainly is this article, whole.
    let (known, all) = (chars(&|s| s > 0.6), chars(&|_| true));
    if known * 10 < all * 7 || known < ENOUGH_CHARS {
        return;
    }
    let is_known = |s: &Option<f32>| s.is_some_and(|s| s > 0.6);
    let first = shares.iter().position(is_known).unwrap_or(0);
    let last = shares.iter().rposition(is_known).unwrap_or(lines.len());
    for (index, (line, share)) in lines.iter_mut().zip(&shares).enumerate() {
        let foreign = share.filter(|s| *s < 0.2);
        if line.kind == SegmentKind::Caption {
            continue;
        }
        if let Some(share) = foreign.filter(|_| index < first || index > last) {
            line.dropped = Some((DropReason::Outside, Why::new("not-in-linked-data").with("words_in_common", share)));
        } else if is_known(share) && line.kind != SegmentKind::Heading {
            line.dropped = None;
        }
    }
}
