//! Finds the block that shows a page's title.

use std::ops::Range;

use pressmark_core::SegmentKind;

use super::analysis::PageAnalysis;
use super::candidate::heading_level;
use super::element_text::{inner, key};
use super::meta::Found;
use super::text::{self, Line};
use super::tree::{NONE, Tag, Tree};
use crate::block::Block;
use crate::markup::decode;

/// The block that shows the title.
pub(super) struct Title {
    pub block: Block,
    /// Index of its line; `None` if it is the `title` element.
    pub line: Option<usize>,
    pub key: String,
}

/// Picks the heading that equals one of the page's declared titles; else the highest heading before the article; else
/// the `title` element without the site's name.
pub(super) fn title(
    analysis: &PageAnalysis<'_>,
    html: &str,
    found: &Found,
    picked: &[(usize, SegmentKind)],
) -> Option<Title> {
    let tree = analysis.tree;
    let first = picked.iter().find(|(_, k)| k.is_prose()).or(picked.first()).map(|(l, _)| *l)?;
    let keys: Vec<String> = found.titles.iter().map(|t| key(t)).filter(|k| !k.is_empty()).collect();
    let mut best: Option<(u32, usize, String)> = None;
    for line in 0..=first {
        let level = heading_level(analysis, line);
        let key = key(&source_all(html, tree, &analysis.lines[line]));
        if key.is_empty() || (level.is_none() && line == first) {
            continue;
        }
        // Set by hand: an exact match with a declared title, less by the rank of that title; a heading similar to one;
        // an `h1`. Among equals the higher heading wins.
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
        let shown = &analysis.lines[line];
        let own = declared_part(html, tree, shown, &keys).unwrap_or(0..shown.items.len());
        let is_own = |item: u32| shown.items.get(own.clone()).is_some_and(|items| items.contains(&item));
        let mut block = text::block(html, tree, shown, |item| !is_own(item))?;
        block.kind = Some(SegmentKind::Title);
        on_one_line(&mut block);
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

/// The first text node of the first heading that equals the page's most trusted title.
pub(super) fn heading(analysis: &PageAnalysis<'_>, html: &str, found: &Found) -> Option<u32> {
    let title = found.titles.first().map(|title| key(title)).filter(|key| !key.is_empty())?;
    let is_title = |line: &usize| {
        heading_level(analysis, *line).is_some()
            && key(&source_all(html, analysis.tree, &analysis.lines[*line])) == title
    };
    (0..analysis.lines.len()).find(is_title).and_then(|line| analysis.first_text(line))
}

fn source_all(html: &str, tree: &Tree, line: &Line) -> String {
    let texts = line.items.iter().map(|i| tree.node(*i)).filter(|n| n.tag == Tag::Text);
    texts.map(|n| decode(html.get(n.bytes.start as usize..n.bytes.end as usize).unwrap_or_default())).collect()
}

/// Fewest characters of a declared title, without spaces, that is looked for inside the shown one. Set by hand: fewer may
/// be a kicker as well.
const FEWEST: usize = 12;

/// Most items of a heading that is searched. Set by hand: the search is quadratic, and a heading has a handful.
const MOST_ITEMS: usize = 32;

/// The items of a line whose texts make up one of the declared titles, if the line has others: a kicker or the number of
/// comments is in an element of its own inside the heading.
fn declared_part(html: &str, tree: &Tree, line: &Line, keys: &[String]) -> Option<Range<usize>> {
    let of = |items: &[u32]| key(&source_all(html, tree, &Line { items: items.to_vec(), ..Line::default() }));
    let whole = of(&line.items);
    let is_part = |title: &&String| {
        title.chars().count() >= FEWEST && 2 * title.len() >= whole.len() && **title != whole && whole.contains(*title)
    };
    let title = keys.iter().find(is_part).filter(|_| line.items.len() <= MOST_ITEMS)?;
    let starts = (0..line.items.len()).filter(|at| title.starts_with(&of(&line.items[*at..=*at])));
    starts.flat_map(|from| (from + 1..=line.items.len()).map(move |to| from..to)).find(|items| {
        of(&line.items[items.clone()]) == *title && !of(&line.items[items.start..=items.start]).is_empty()
    })
}

/// Turns the line breaks of a heading into spaces.
fn on_one_line(block: &mut Block) {
    let breaks = block.pieces.iter().filter(|p| p.edit.is_some() && block.text.get(p.span.clone()) == Some("\n"));
    for span in breaks.map(|piece| piece.span.clone()).collect::<Vec<_>>() {
        block.text.replace_range(span, " ");
    }
}

/// Whether one title is the other with something added. Set by hand: the shorter has twelve bytes at least and half of
/// the longer, so that a section's name does not pass for the title.
fn alike(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.len() >= 12 && short.len() * 2 >= long.len() && long.contains(short)
}
