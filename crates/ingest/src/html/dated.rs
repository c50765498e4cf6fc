//! The date of publication where people see it: elements named like one, and what stands in them.

use super::element_text::inner;
use super::tree::{Attr, Tag, Tree};
use crate::date::{Order, find, normalize};
use crate::markup::decode;
use crate::phrases::{Phrases, phrases};

/// Most bytes of text in an element that is a date line: a date, a time, a byline beside them.
const DATE_LINE: usize = 200;
/// Parts of the names of classes that mark a date line.
const NAMES: &[&str] = &[
    "date",
    "dateline",
    "published",
    "publishdate",
    "pubdate",
    "posted",
    "timestamp",
    "time",
    "byline",
    "entry-meta",
    "datum",
    "fecha",
];
/// Words that say that a date is that of publication, small letters.
static PUBLISHED: Phrases = phrases!(Published);
/// Words that say that it is another one.
static OTHER: Phrases = phrases!(OtherDate);

/// The first date that is shown as that of publication, of an article that is not further from the start of the page
/// than its heading allows.
pub(super) fn published(html: &str, tree: &Tree, elsewhere: &Elsewhere, order: Order) -> Option<String> {
    let mut best: Option<(u8, String)> = None;
    for (index, node) in tree.nodes().iter().enumerate() {
        let index = index as u32;
        if matches!(node.tag, Tag::Script | Tag::Style | Tag::Meta | Tag::Link | Tag::Text) {
            continue;
        }
        let stamp = tree.attr(index, Attr::Stamp).map(str::trim).filter(|s| !s.is_empty());
        let named = is_named(tree, index);
        if !(named || stamp.is_some() || node.tag == Tag::Time) || elsewhere.has(index) {
            continue;
        }
        if tree.text_bytes(index, DATE_LINE).is_none() {
            continue;
        }
        let text = inner(html, tree, index);
        let lower = text.to_lowercase();
        let rank = match () {
            () if PUBLISHED.iter().any(|word| lower.contains(word)) => 3,
            () if OTHER.iter().any(|word| lower.starts_with(word)) => 0,
            () if named || stamp.is_some() => 2,
            () => 1,
        };
        let value =
            if named || node.tag == Tag::Time { stamp.and_then(|s| normalize(&decode(s), order)) } else { None };
        let Some(day) = value.or_else(|| find(&text, order)) else { continue };
        // The first of a kind stands nearest to the headline.
        if best.as_ref().is_none_or(|(r, _)| rank > *r) {
            best = Some((rank, day));
        }
    }
    best.filter(|(rank, _)| *rank > 0).map(|(_, day)| day)
}

fn is_named(tree: &Tree, index: u32) -> bool {
    let names = [Attr::Class, Attr::Id, Attr::Itemprop].into_iter().filter_map(|a| tree.attr(index, a));
    names.flat_map(str::split_ascii_whitespace).any(|name| {
        let name = name.to_ascii_lowercase();
        name.split(['-', '_']).any(|part| NAMES.contains(&part)) || name.contains("date") || name == "entry-meta"
    })
}

/// The elements that stand where other articles and their readers are told of: one flag a node.
pub(super) struct Elsewhere(Vec<bool>);

impl Elsewhere {
    /// Goes once through a page: elements come after those that hold them.
    pub(super) fn of(tree: &Tree) -> Self {
        let mut flags: Vec<bool> = Vec::with_capacity(tree.len());
        for (index, node) in tree.nodes().iter().enumerate() {
            let outer = flags.get(node.parent as usize).copied().unwrap_or(false);
            flags.push(outer || starts_elsewhere(tree, index as u32));
        }
        Self(flags)
    }

    pub(super) fn has(&self, index: u32) -> bool {
        self.0.get(index as usize).copied().unwrap_or(false)
    }
}

fn starts_elsewhere(tree: &Tree, index: u32) -> bool {
    match tree.node(index).tag {
        Tag::Aside | Tag::Nav | Tag::Footer => return true,
        // The class of a whole page tells what it has: "has-sidebar".
        Tag::Html | Tag::Body | Tag::Main | Tag::Text => return false,
        _ => {}
    }
    const NAMES: &[&str] = &[
        "comment",
        "comments",
        "commentlist",
        "disqus",
        "related",
        "recommended",
        "sidebar",
        "teaser",
        "teasers",
        "trending",
        "footer",
    ];
    let names = [Attr::Class, Attr::Id].into_iter().filter_map(|a| tree.attr(index, a));
    names
        .flat_map(|names| names.split(|c: char| c.is_ascii_whitespace() || matches!(c, '-' | '_')))
        .any(|part| NAMES.iter().any(|name| part.eq_ignore_ascii_case(name)))
}
