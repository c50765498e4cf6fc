//! Finds the date of publication in the visible page: in elements named as a date, and their text.

use super::element_text::inner;
use super::tree::{Attr, Tag, Tree};
use crate::date::{Order, find, normalize};
use crate::markup::decode;
use crate::phrases::{Phrases, phrases};

/// Most bytes of text in a date line: a date, a time, a byline beside them. Set by hand: longer elements are paragraphs
/// that mention a date.
const DATE_LINE: usize = 200;
/// Parts of class names, ids and `itemprop` values that mark a date line.
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
/// Words in such names that end in "date" and mark none of publication.
const OTHER_WORDS: &[&str] = &["candidate", "mandate", "validate", "consolidate", "accommodate"];
/// Lower-case words that mark a date of publication.
static PUBLISHED: Phrases = phrases!(Published);
/// Lower-case words that mark another date, such as that of an update.
static OTHER: Phrases = phrases!(OtherDate);

/// The visible date that is most likely that of publication, the first among equals: one with a word such as
/// "published", then one in an element named as a date, then any `time` element. Dates in asides, comments and related
/// links do not count.
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
        // Of equal rank, the first is nearest to the headline.
        if best.as_ref().is_none_or(|(r, _)| rank > *r) {
            best = Some((rank, day));
        }
    }
    best.filter(|(rank, _)| *rank > 0).map(|(_, day)| day)
}

fn is_named(tree: &Tree, index: u32) -> bool {
    let names = [Attr::Class, Attr::Id, Attr::Itemprop].into_iter().filter_map(|a| tree.attr(index, a));
    names.flat_map(str::split_ascii_whitespace).any(is_name_of_date)
}

/// Whether a class name, an id or a property marks a date line: "entry-date", "articleDateBlock", "dateposted".
fn is_name_of_date(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    // The date of another version, and boxes with the latest news.
    if lower.contains("modif") || lower.contains("updat") {
        return false;
    }
    let mut parted = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            parted.push('-');
        }
        parted.push(c.to_ascii_lowercase());
    }
    let is_word = |part: &str| {
        let ends = part.ends_with("date") && !OTHER_WORDS.iter().any(|word| part.ends_with(word));
        NAMES.contains(&part) || part.starts_with("date") || ends
    };
    NAMES.contains(&lower.as_str()) || [&lower, &parted].into_iter().any(|name| name.split(['-', '_']).any(is_word))
}

/// For each node, whether it is in a part of the page about other articles or from readers.
pub(super) struct Elsewhere(Vec<bool>);

impl Elsewhere {
    /// One pass suffices: elements come after their parents.
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
        // The class of a whole page describes its contents: "has-sidebar".
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dates_are_whole_words() {
        for name in [
            "date",
            "entry-date",
            "articleDateBlock",
            "ENTRY-DATE",
            "datePublished",
            "post_date",
            "dateline",
            "entry-meta",
            "pubdate",
        ] {
            assert!(is_name_of_date(name), "{name}");
        }
        for name in ["update", "live-updates", "candidate", "candidates-list", "mandate", "dateModified", "validated"] {
            assert!(!is_name_of_date(name), "{name}");
        }
    }

    #[test]
    fn a_candidate_and_an_update_have_no_date_of_publication() {
        let check = |body: &str, expected: Option<&str>| {
            let html = format!("<body><article>{body}</article></body>");
            let tree = Tree::parse(&html);
            let found = published(&html, &tree, &Elsewhere::of(&tree), Order::DayFirst);
            assert_eq!(found.as_deref(), expected, "{body}");
        };
        let day = "<p class=post-date>6 November 2023</p>";
        check(&format!("<p class=candidate>Ida Falk, born 3 May 1961</p>{day}"), Some("2023-11-06"));
        check(&format!("<p class=live-update>Since 1 May 2020 it rains.</p>{day}"), Some("2023-11-06"));
        check("<p class=candidate>Ida Falk, born 3 May 1961</p>", None);
    }
}
