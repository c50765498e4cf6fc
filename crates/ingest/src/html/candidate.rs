//! Decides which lines of the chosen elements belong to the article.

use std::collections::{BTreeMap, HashSet};

use pressmark_core::{DropReason, SegmentKind};

use super::analysis::PageAnalysis;
use super::element_text::key;
use super::meta::Found;
use super::text;
use super::tree::{NONE, Tag};
use crate::block::Why;
use crate::clean::is_interface;
use crate::markup::decode;

/// The approximate visible text of a line, for comparisons.
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

/// Fewest characters of prose that make an article, unless the page has nothing better. Set by hand.
///
/// Readability retries with weaker rules below 500 characters, but news in brief is shorter.
pub(super) const ENOUGH_CHARS: usize = 250;
/// Words from which a line that ends like a sentence is a paragraph. Set by hand: below are captions and prompts.
const SENTENCE_WORDS: usize = 10;
/// Words from which a line is a paragraph however it ends. Set by hand: longer than most headlines.
const LONG_WORDS: usize = 20;
/// Words from which a line that is one link and ends like a sentence belongs to the story; a link to another story is
/// its headline, without a full stop. Set by hand.
const LINKED_WORDS: usize = 5;
/// Share of linked characters above which a line is only a link, except for punctuation or a date. Set by hand.
const LINK: f32 = 0.7;
/// Share of linked characters above which a list is a list of links. Set by hand.
const LIST_OF_LINKS: f32 = 0.7;

/// Words from which a caption tells part of the story; a shorter one describes and credits a picture. Set by hand:
/// lowering it lets captions into the article.
const CAPTION_WORDS: usize = 20;

/// A line of the chosen elements.
pub(super) struct Candidate {
    pub line: usize,
    pub kind: SegmentKind,
    pub text: String,
    pub words: usize,
    pub chars: usize,
    pub link_share: f32,
    /// Ends like a sentence.
    pub closed: bool,
    /// A paragraph of running text.
    pub prose: bool,
    /// Why it is left out; `None` if it is kept.
    pub dropped: Option<(DropReason, Why)>,
}

impl Candidate {
    pub(super) fn kept(&self) -> bool {
        self.dropped.is_none()
    }

    /// Leaves the line out, keeping an earlier reason.
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
    // Chinese and Japanese have about two characters per word.
    let words = if wordless { counts.chars / 2 } else { counts.words };
    // Sentences set as headings for effect are paragraphs. Set by hand: twelve words with a full stop, or thirty.
    if kind == SegmentKind::Heading && ((closed && counts.words >= 12) || counts.words >= 30) {
        kind = SegmentKind::Body;
    }
    let prose = kind.is_prose()
        // Set by hand: news systems link every name, so a paragraph may have many links.
        && link_share < 0.4
        && ((counts.words >= SENTENCE_WORDS && closed)
            || counts.words >= LONG_WORDS
            || (wordless && counts.chars > LONG_WORDS));
    // Set by hand: a short line counts as a link from half of its characters on.
    let is_link = link_share > LINK || (link_share > 0.5 && counts.words < 12);
    // A post is made of links to itself, to people and to hashtags. Set by hand: what stands around its words, such as
    // "View this post on Instagram", is a link of up to five words without a full stop.
    let speaks = || link_share < 1.0 || closed || words > 5;
    let stays = !is_link
        || matches!(kind, SegmentKind::Heading | SegmentKind::Table)
        || (kind == SegmentKind::Quote && analysis.is_post(line) && speaks());
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

/// Runs the judges, each of which may leave lines out or bring them back.
pub(super) fn judge(analysis: &PageAnalysis<'_>, lines: &mut [Candidate], found: &Found) {
    judge_linked_lines(analysis, lines);
    judge_lists(analysis, lines);
    judge_labels(lines);
    judge_edges(analysis, lines);
    judge_headings(analysis, lines);
    judge_by_linked_data(lines, found);
}

/// Brings back a line of links that is among the story's paragraphs and is a sentence, a row of names or a URL.
///
/// Some news systems link every name; a source is given by its URL; a court report opens with a sentence that links to
/// the previous one. A link to another story is its headline: no full stop, or a question, and no words outside the
/// link but a label.
fn judge_linked_lines(analysis: &PageAnalysis<'_>, lines: &mut [Candidate]) {
    let Some(first) = lines.iter().position(|c| c.prose) else { return };
    let last = lines.iter().rposition(|c| c.prose).unwrap_or(first);
    let style = analysis.paragraph_style();
    let main = main_parent(analysis, lines);
    for (index, line) in lines.iter_mut().enumerate() {
        let block = analysis.lines[line.line].block;
        if line.kept() || line.kind == SegmentKind::List || block == NONE {
            continue;
        }
        let beside = main == Some(analysis.tree.node(block).parent) || main == Some(block);
        let alike = style.is_some_and(|style| style == analysis.style(block));
        let address = line.text.trim_start().starts_with("http") && !line.text.trim().contains(char::is_whitespace);
        // Before the first paragraph, only a long sentence is a lead.
        let least = if index < first { LONG_WORDS } else { LINKED_WORDS };
        let asks = line.text.trim_end().ends_with('?') && line.words < SENTENCE_WORDS;
        let sentence = line.closed
            && !asks
            && !line.text.trim_end().ends_with(':')
            && line.words >= least
            && !points_elsewhere(line);
        let names = (first..last).contains(&index) && is_row_of_names(analysis, line);
        if (beside || alike) && (sentence || names || (address && index >= first)) {
            line.dropped = None;
            line.prose |= sentence && line.words >= SENTENCE_WORDS;
        }
    }
}

/// Whether a line is a label and a link: "Related: …", "READ MORE: …", in any language.
fn points_elsewhere(line: &Candidate) -> bool {
    let label = line.text.split_once(':').map(|(label, _)| label.split_whitespace().count());
    // Set by hand: labels have up to three words.
    line.link_share < 1.0 && label.is_some_and(|words| words <= 3)
}

/// Whether a line lists people or parties that are links, with words or figures in between: a team, or the seats of a
/// council.
fn is_row_of_names(analysis: &PageAnalysis<'_>, line: &Candidate) -> bool {
    let tree = analysis.tree;
    let link = |item: &u32| tree.ancestors(*item).find(|a| tree.node(*a).tag == Tag::A);
    let mut links: Vec<u32> = analysis.lines[line.line].items.iter().filter_map(link).collect();
    links.dedup();
    // Set by hand: three links make a row, and a name has at most four words.
    let is_name = |link: &u32| tree.text_bytes(*link, NAME_BYTES).is_some();
    line.link_share < 0.9 && links.len() >= 3 && links.iter().all(is_name)
}

/// Most bytes of a linked name. Set by hand: headlines are longer.
const NAME_BYTES: usize = 32;

/// Drops a list of links as a whole, unless its items are sentences or a paragraph announces it; keeps a list in which
/// only some items are links.
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
        let people = |test: fn(&str) -> bool| {
            let people = lines[start..end].iter().filter(|c| starts_with_name(&c.text) && test(&c.text));
            people.count() * 2 > end - start
        };
        let (names, described) = (people(|_| true), people(|item| item.contains(',')));
        let announced = start.checked_sub(1).and_then(|before| lines.get(before)).is_some_and(|before| {
            let beside = analysis.tree.node(analysis.lines[before.line].block).parent;
            let colon = before.text.trim_end().ends_with(':');
            before.kept()
                && before.kind == SegmentKind::Body
                && ((before.prose && (colon || described)) || (colon && names && !is_interface(&before.text)))
                && list.is_some_and(|list| analysis.tree.node(list).parent == beside)
        });
        let items = &mut lines[start..end];
        let chars: usize = items.iter().map(|c| c.chars).sum();
        let linked: f32 = items.iter().map(|c| c.link_share * c.chars as f32).sum();
        let sentences = items.iter().filter(|c| c.closed && c.words >= LINKED_WORDS).count();
        let links = linked > chars as f32 * LIST_OF_LINKS;
        let stays = !links || announced || (sentences * 2 > items.len() && items.len() > 1);
        let why = Why::new("list-of-links").with("link_share", linked / chars.max(1) as f32);
        items.iter_mut().for_each(|c| c.dropped = (!stays).then_some((DropReason::Related, why)));
        start = end;
    }
}

/// Whether an item of a list is a person: "Jory Penrose, 34, skipper", as against the headline of a story.
fn starts_with_name(item: &str) -> bool {
    let name = item.split_once(',').map_or(item, |(name, _)| name);
    let words = name.split_whitespace().count();
    // Set by hand: a headline has more words before its first comma.
    (2..=4).contains(&words) && name.split_whitespace().all(|w| w.starts_with(char::is_uppercase))
}

/// Drops runs of short lines without sentences: the labels of charts and controls.
fn judge_labels(lines: &mut [Candidate]) {
    // Set by hand: labels of charts have one to four words.
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

/// Consecutive labels that make a chart. Set by hand: two may be the name and post above a statement.
const LABEL_RUN: usize = 4;

/// Drops short lines before the first and after the last paragraph, which are bylines, dates and links, unless they are
/// styled like paragraphs.
fn judge_edges(analysis: &PageAnalysis<'_>, lines: &mut [Candidate]) {
    let Some(first) = lines.iter().position(|c| c.kept() && c.prose) else { return };
    let last = lines.iter().rposition(|c| c.kept() && c.prose).unwrap_or(first);
    let main = main_parent(analysis, lines);
    let style = analysis.paragraph_style();
    let own = |c: &Candidate| analysis.lines[c.line].block;
    let ends = [own(&lines[first]), own(&lines[last])];
    let opening = heads_first_section(analysis, lines, first, last);
    let closing = plain_lists(lines, last);
    let is_above_matter = |next: &Candidate| next.kept() && matches!(next.kind, SegmentKind::List | SegmentKind::Table);
    let mut above_matter = false;
    for (index, line) in lines.iter_mut().enumerate().rev() {
        let above = std::mem::replace(&mut above_matter, false);
        let outside = index < first || index > last;
        if opening == Some(index) || (index > last && line.kind == SegmentKind::Heading && above) {
            continue;
        }
        // Set by hand: a sentence of the story at its edge has at least four words.
        let short = !line.closed || line.words < 4;
        if outside && short && !matches!(line.kind, SegmentKind::Caption | SegmentKind::Quote | SegmentKind::Table) {
            let list = closing.contains(&index) && line.link_share <= 0.5;
            let block = analysis.lines[line.line].block;
            let beside = block != NONE && main == Some(analysis.tree.node(block).parent);
            let styled = block != NONE && style.is_some_and(|style| style == analysis.style(block));
            let paragraph = (beside || styled) && matches!(analysis.tree.node(block).tag, Tag::P | Tag::Pre);
            // Also lines in the element of the first or last paragraph, which only line breaks separate.
            let alike = line.kind == SegmentKind::Body && (paragraph || (block != NONE && ends.contains(&block)));
            if !(list || (alike && line.link_share < 0.2)) {
                let why = Why::new("no-sentence-at-the-edge").with("words", line.words as f32);
                line.drop_for(DropReason::Fragment, why.with("link_share", line.link_share));
            }
        }
        above_matter = is_above_matter(line);
    }
}

/// The heading right above the first paragraph, if it is made like one between the paragraphs: the first section's.
fn heads_first_section(analysis: &PageAnalysis<'_>, lines: &[Candidate], first: usize, last: usize) -> Option<usize> {
    let is_heading = |c: &&Candidate| c.kind == SegmentKind::Heading && analysis.lines[c.line].block != NONE;
    let style = |c: &Candidate| analysis.style(analysis.lines[c.line].block);
    let above = first.checked_sub(1)?;
    let own = style(lines.get(above).filter(is_heading)?);
    lines[first..last].iter().filter(is_heading).any(|c| style(c) == own).then_some(above)
}

/// The items after the last paragraph of lists that are not of links: at least half of the items have hardly any.
fn plain_lists(lines: &[Candidate], last: usize) -> HashSet<usize> {
    let mut plain = HashSet::new();
    let mut start = last + 1;
    while start < lines.len() {
        let run = lines[start..].iter().take_while(|c| c.kind == SegmentKind::List).count();
        let items = lines[start..start + run].iter().filter(|c| c.link_share < 0.2).count();
        if items * 2 >= run {
            plain.extend(start..start + run);
        }
        start += run.max(1);
    }
    plain
}

/// The element that directly contains most of the prose.
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

/// Drops headings without any kept line in their section, and linked ones, which head other stories.
fn judge_headings(analysis: &PageAnalysis<'_>, lines: &mut [Candidate]) {
    let mut below = 0_usize;
    // Level of the next kept line if it is a heading. Tracked here, because searching for it at every heading would be
    // quadratic on a page of nothing but headings.
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

/// Uses the article text in JSON-LD, if there is any, to find where the article starts and ends.
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
    // It only counts if it clearly is this article and whole. Set by hand: a line is known if more than six tenths of
    // its word trigrams occur in it, and seven tenths of the prose must be known.
    let (known, all) = (chars(&|s| s > 0.6), chars(&|_| true));
    if known * 10 < all * 7 || known < ENOUGH_CHARS {
        return;
    }
    let is_known = |s: &Option<f32>| s.is_some_and(|s| s > 0.6);
    let first = shares.iter().position(is_known).unwrap_or(0);
    let last = shares.iter().rposition(is_known).unwrap_or(lines.len());
    for (index, (line, share)) in lines.iter_mut().zip(&shares).enumerate() {
        // Set by hand: a line is foreign with less than a fifth of its trigrams.
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
