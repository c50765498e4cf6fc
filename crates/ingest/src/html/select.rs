//! The lines inside the chosen elements that are the article's, and its title.

use std::collections::{BTreeMap, HashSet};

use pressmark_core::SegmentKind;

use super::article::{Care, Study};
use super::meta::{Found, inner, key};
use super::text::{self, Line};
use super::tree::{NONE, Tag, Tree};
use crate::block::Block;

/// Fewest characters of prose that make an article, unless the page has nothing better.
///
/// Readability starts over with weaker rules below 500 characters; news in brief is shorter.
const ENOUGH_CHARS: usize = 250;

/// Labels in a row that make a chart; two may be a name and a post above a statement.
const LABEL_RUN: usize = 4;

/// The blocks of the article in page order, the title among them; empty when there is none.
pub(super) fn blocks(html: &str, tree: &Tree, found: &Found) -> Vec<Block> {
    let study = Study::new(html, tree, Care::Names);
    let mut picked = pick(&study, html, found);
    let mut best = study;
    if prose(&best, &picked) < ENOUGH_CHARS {
        let lenient = Study::new(html, tree, Care::Lenient);
        let again = pick(&lenient, html, found);
        if prose(&lenient, &again) > prose(&best, &picked) * 2 {
            (best, picked) = (lenient, again);
        }
    }
    if picked.is_empty() {
        picked = anything(&best);
    }
    if picked.is_empty() {
        return Vec::new();
    }
    let title = title(&best, html, found, &picked);
    if let Some(title) = &title {
        let title_key = title.key.clone();
        picked.retain(|(line, kind)| {
            title.line != Some(*line)
                && !(matches!(kind, SegmentKind::Heading) && key(&source(html, &best, *line)) == title_key)
        });
    }
    let mut blocks: Vec<Block> = Vec::with_capacity(picked.len() + 1);
    blocks.extend(title.map(|t| t.block));
    for (line, kind) in picked {
        let cut = |item: u32| best.aside[item as usize];
        if let Some(mut block) = text::block(html, tree, &best.lines[line], cut) {
            block.kind = Some(kind);
            blocks.push(block);
        }
    }
    blocks.sort_by_key(|b| b.input.start);
    blocks
}

fn prose(study: &Study<'_>, picked: &[(usize, SegmentKind)]) -> usize {
    picked.iter().filter(|(_, k)| k.is_prose()).map(|(l, _)| study.lines[*l].counts).map(|c| c.chars - c.linked).sum()
}

/// The visible text of a line, roughly: for comparisons.
fn source(html: &str, study: &Study<'_>, line: usize) -> String {
    let mut text = String::new();
    for &item in &study.lines[line].items {
        let node = study.tree.node(item);
        if node.tag == Tag::Text && !study.aside[item as usize] {
            text.push_str(&text::decode(
                html.get(node.bytes.start as usize..node.bytes.end as usize).unwrap_or_default(),
            ));
        } else {
            text.push(' ');
        }
    }
    text
}

/// A line of the chosen elements.
struct Candidate {
    line: usize,
    kind: SegmentKind,
    text: String,
    words: usize,
    chars: usize,
    link_share: f32,
    /// Ends as a sentence does.
    closed: bool,
    /// A paragraph of running text.
    prose: bool,
    keep: bool,
}

fn pick(study: &Study<'_>, html: &str, found: &Found) -> Vec<(usize, SegmentKind)> {
    let roots = study.roots();
    let inside = |line: &Line| {
        let first = line.items.iter().find(|i| study.tree.node(**i).tag == Tag::Text && !study.aside[**i as usize]);
        first.is_some_and(|f| roots.iter().any(|r| *r <= *f && *f < study.tree.node(*r).end))
    };
    let mut lines: Vec<Candidate> = (0..study.lines.len())
        .filter(|i| inside(&study.lines[*i]))
        .map(|i| candidate(study, html, i))
        .filter(|c| c.chars > 0)
        .collect();
    judge_lists(study, &mut lines);
    judge_labels(&mut lines);
    judge_edges(&mut lines);
    judge_headings(study, &mut lines);
    judge_by_linked_data(&mut lines, found);
    lines.into_iter().filter(|c| c.keep).map(|c| (c.line, c.kind)).collect()
}

fn candidate(study: &Study<'_>, html: &str, line: usize) -> Candidate {
    let text = source(html, study, line);
    let mut counts = text::Counts::default();
    for item in study.lines[line].items.iter().filter(|i| !study.aside[**i as usize]) {
        let node = study.tree.node(*item);
        if node.tag == Tag::Text {
            counts.read(html.get(node.bytes.start as usize..node.bytes.end as usize).unwrap_or_default(), node.linked);
        }
    }
    let mut kind = study.kind(line);
    let last = text.trim_end().trim_end_matches(['"', '”', '’', '\'', ')', ']', '»', '“']).chars().next_back();
    let closed = last.is_some_and(|c| matches!(c, '.' | '!' | '?' | '…' | ':' | '。' | '！' | '？' | '؟' | '।' | '۔'));
    let link_share = counts.link_share();
    // Sentences that are set as headings for show are paragraphs.
    if kind == SegmentKind::Heading && ((closed && counts.words >= 12) || counts.words >= 30) {
        kind = SegmentKind::Body;
    }
    let wordless = counts.words * 12 < counts.chars;
    let prose = kind.is_prose()
        && link_share < 0.4
        && ((counts.words >= 10 && closed) || counts.words >= 20 || (wordless && counts.chars > 20));
    let linked_only = link_share > 0.7 || (link_share > 0.5 && counts.words < 12);
    let keep = !linked_only || matches!(kind, SegmentKind::Heading | SegmentKind::Table);
    // Two characters to a word: Chinese and Japanese.
    let words = if wordless { counts.chars / 2 } else { counts.words };
    Candidate { line, kind, text, words, chars: counts.chars, link_share, closed, prose, keep }
}

/// Lists of links go as a whole; lists in which some item is a link stay.
fn judge_lists(study: &Study<'_>, lines: &mut [Candidate]) {
    let list_of = |line: usize| {
        let block = study.lines[line].block;
        study.tree.ancestors(block).find(|a| matches!(study.tree.node(*a).tag, Tag::Ul | Tag::Ol | Tag::Dl))
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
        let items = &mut lines[start..end];
        let chars: usize = items.iter().map(|c| c.chars).sum();
        let linked: f32 = items.iter().map(|c| c.link_share * c.chars as f32).sum();
        if linked > chars as f32 * 0.7 {
            items.iter_mut().for_each(|c| c.keep = false);
        } else {
            items.iter_mut().for_each(|c| c.keep = true);
        }
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
            line.keep &= run < LABEL_RUN && !wordless(line);
        }
        start += run.max(1);
    }
}

/// Before the first and after the last paragraph stand bylines, dates and links: short lines there go.
fn judge_edges(lines: &mut [Candidate]) {
    let Some(first) = lines.iter().position(|c| c.keep && c.prose) else { return };
    let last = lines.iter().rposition(|c| c.keep && c.prose).unwrap_or(first);
    for (index, line) in lines.iter_mut().enumerate() {
        let outside = index < first || index > last;
        let short = !line.closed || line.words < 4;
        if outside && short && !matches!(line.kind, SegmentKind::Caption | SegmentKind::Quote | SegmentKind::Table) {
            let list = line.kind == SegmentKind::List && index > last && line.link_share < 0.2;
            line.keep &= list;
        }
    }
}

/// The element in which most of the prose stands.
fn main_parent(study: &Study<'_>, lines: &[Candidate]) -> Option<u32> {
    let mut parents: BTreeMap<u32, usize> = BTreeMap::new();
    for line in lines.iter().filter(|c| c.prose && c.keep) {
        let block = study.lines[line.line].block;
        if block != NONE {
            *parents.entry(study.tree.node(block).parent).or_default() += line.chars;
        }
    }
    parents.into_iter().max_by_key(|(_, chars)| *chars).map(|(parent, _)| parent)
}

/// A heading stays when something of its section does; one that is a link heads another story.
fn judge_headings(study: &Study<'_>, lines: &mut [Candidate]) {
    let mut below = 0_usize;
    let main = main_parent(study, lines);
    for index in (0..lines.len()).rev() {
        if lines[index].kind != SegmentKind::Heading {
            below += usize::from(lines[index].keep && lines[index].kind != SegmentKind::Caption);
            continue;
        }
        let next_is_heading =
            lines[index + 1..].iter().find(|c| c.keep).is_some_and(|c| c.kind == SegmentKind::Heading);
        let level = heading_level(study, lines[index].line);
        let deeper = lines[index + 1..].iter().find(|c| c.keep).and_then(|c| heading_level(study, c.line)) > level;
        let line = &mut lines[index];
        let beside = study.tree.ancestors(study.lines[line.line].block).nth(1);
        line.keep &=
            (line.link_share < 0.7 || (main.is_some() && beside == main)) && (below > 0 || (next_is_heading && deeper));
        if line.keep {
            below = 0;
        }
    }
}

fn heading_level(study: &Study<'_>, line: usize) -> Option<u8> {
    study.tree.ancestors(study.lines[line].block).find_map(|a| study.tree.node(a).tag.heading_level())
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
        lines.iter().zip(&shares).filter(|(c, s)| c.keep && c.prose && s.is_some_and(test)).map(|(c, _)| c.chars).sum()
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
        let foreign = share.is_some_and(|s| s < 0.2);
        if line.kind == SegmentKind::Caption {
            continue;
        }
        if (index < first || index > last) && foreign {
            line.keep = false;
        } else if is_known(share) && line.kind != SegmentKind::Heading {
            line.keep = true;
        }
    }
}

/// What can be had from a page in which no element stands out: its sentences.
fn anything(study: &Study<'_>) -> Vec<(usize, SegmentKind)> {
    let kept = (0..study.lines.len()).filter(|i| {
        let line = &study.lines[*i];
        line.items.iter().any(|t| study.tree.node(*t).tag == Tag::Text && !study.aside[*t as usize])
            && line.counts.link_share() < 0.3
            && line.counts.stops > 0
            && line.counts.words >= 4
    });
    kept.map(|i| (i, study.kind(i))).collect()
}

/// The block that shows the title.
struct Title {
    block: Block,
    /// The line it is, unless it is the `title` element.
    line: Option<usize>,
    key: String,
}

/// The heading that says what the page calls its title; else its highest heading before the
/// article; else the `title` element, without the site's name.
fn title(study: &Study<'_>, html: &str, found: &Found, picked: &[(usize, SegmentKind)]) -> Option<Title> {
    let tree = study.tree;
    let first = picked.iter().find(|(_, k)| k.is_prose()).or(picked.first()).map(|(l, _)| *l)?;
    let keys: Vec<String> = found.titles.iter().map(|t| key(t)).filter(|k| !k.is_empty()).collect();
    let mut best: Option<(u32, usize, String)> = None;
    for line in 0..=first {
        let level = heading_level(study, line);
        let key = key(&source_all(html, tree, &study.lines[line]));
        if key.is_empty() || (level.is_none() && line == first) {
            continue;
        }
        let score = match keys.iter().position(|k| *k == key) {
            Some(rank) => 40 - rank.min(9) as u32 * 2,
            None if level.is_some() && keys.iter().any(|k| alike(k, &key)) => 20,
            None if level == Some(1) => 8,
            None => 0,
        } + level.map_or(0, |l| 7 - u32::from(l));
        let named = score >= 20;
        if (named || (level == Some(1) && score > 0)) && best.as_ref().is_none_or(|(s, ..)| score >= *s) {
            best = Some((score, line, key));
        }
    }
    if let Some((_, line, key)) = best {
        let mut block = text::block(html, tree, &study.lines[line], |_| false)?;
        block.kind = Some(SegmentKind::Title);
        return Some(Title { block, line: Some(line), key });
    }
    let element = tree.nodes().iter().position(|n| n.tag == Tag::Title)? as u32;
    let whole = inner(html, tree, element);
    let wanted = found.titles.iter().find(|t| !t.is_empty() && whole.contains(t.as_str()))?;
    let items = (element + 1..tree.node(element).end).filter(|i| tree.node(*i).tag == Tag::Text).collect();
    let mut block = text::block(html, tree, &Line { items, block: NONE, ..Line::default() }, |_| false)?;
    let at = block.text.find(wanted.as_str())?;
    block = text::slice(&block, at..at + wanted.len())?;
    block.kind = Some(SegmentKind::Title);
    Some(Title { block, line: None, key: key(wanted) })
}

fn source_all(html: &str, tree: &Tree, line: &Line) -> String {
    let texts = line.items.iter().map(|i| tree.node(*i)).filter(|n| n.tag == Tag::Text);
    texts.map(|n| text::decode(html.get(n.bytes.start as usize..n.bytes.end as usize).unwrap_or_default())).collect()
}

/// One title is the other with something before or behind it.
fn alike(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.len() >= 12 && short.len() * 2 >= long.len() && long.contains(short)
}
