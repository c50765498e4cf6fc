//! Finds the date of publication in the visible page: in elements named as a date, and their text.

use std::ops::Range;

use super::element_text::{inner, lines};
use super::tree::{Attr, Tag, Tree};
use crate::calendar::{month_named, weekday_named};
use crate::clean;
use crate::date::{Order, find, normalize};
use crate::markup::decode;
use crate::phrases::{Phrases, behind_byline, phrases};

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
/// "published", then one in an element named as a date or in a line of a date around the headline, then any `time`
/// element. Dates in asides, comments and related links do not count.
pub(super) fn published(html: &str, tree: &Tree, elsewhere: &Elsewhere, order: Order) -> Option<String> {
    let mut best: Option<(u8, String)> = None;
    let around = around_headline(tree);
    for (index, node) in tree.nodes().iter().enumerate() {
        let index = index as u32;
        if matches!(node.tag, Tag::Script | Tag::Style | Tag::Meta | Tag::Link | Tag::Text) {
            continue;
        }
        let value = |name| tree.attr(index, name).map(str::trim).filter(|s| !s.is_empty());
        let (said, stamp) = (value(Attr::Published), value(Attr::Stamp));
        let is_near = around.contains(&index);
        let named = is_named(tree, index) || said.is_some();
        if !(named || stamp.is_some() || is_near || node.tag == Tag::Time) || elsewhere.has(index) {
            continue;
        }
        if tree.text_bytes(index, DATE_LINE).is_none() {
            continue;
        }
        let text = inner(html, tree, index);
        let is_line = is_near && lines(html, tree, index).iter().any(|line| is_date_line(line));
        if !(named || stamp.is_some() || is_line || node.tag == Tag::Time) {
            continue;
        }
        let lower = text.to_lowercase();
        let rank = match () {
            () if PUBLISHED.iter().any(|word| lower.contains(word)) => 4,
            () if OTHER.iter().any(|word| lower.starts_with(word)) => 0,
            () if named || stamp.is_some() => 3,
            () if is_line => 2,
            () => 1,
        };
        let is_marked = named || node.tag == Tag::Time;
        let read = |value: Option<&str>| value.filter(|_| is_marked).and_then(|s| normalize(&decode(s), order));
        let day = read(said.or(stamp)).or_else(|| find(behind_published(&text), order)).or_else(|| find(&text, order));
        // The day behind "3 days ago".
        let Some(day) = day.or_else(|| read(value(Attr::Tooltip))) else { continue };
        // Of equal rank, the first is nearest to the headline.
        if best.as_ref().is_none_or(|(r, _)| rank > *r) {
            best = Some((rank, day));
        }
    }
    best.filter(|(rank, _)| *rank > 0).map(|(_, day)| day)
}

/// Most elements between the headline and the line of its date. Set by hand: a share bar and a picture fit in.
const AROUND: usize = 60;

/// The elements that may be a line around the page's headline, its first `h1` with text: those that directly precede it
/// in its article, and those behind it up to the first paragraph of prose.
fn around_headline(tree: &Tree) -> Range<u32> {
    let has_text = |index: u32| tree.texts(index).next().is_some();
    let headings = (0..tree.len() as u32).filter(|i| tree.node(*i).tag == Tag::H1);
    let Some(heading) = headings.into_iter().find(|i| has_text(*i)) else { return 0..0 };
    let parent = tree.node(heading).parent;
    let is_own = matches!(tree.nodes().get(parent as usize).map(|n| n.tag), Some(Tag::Article | Tag::Hgroup));
    let start = if is_own { parent + 1 } else { heading };
    let end = tree.node(heading).end;
    let last = (end + AROUND as u32).min(tree.len() as u32);
    // Quotations and comments have dates of their own.
    let is_prose = |i: &u32| match tree.node(*i).tag {
        Tag::P => tree.text_bytes(*i, DATE_LINE / 2).is_none(),
        tag => matches!(tag, Tag::Blockquote | Tag::Details),
    };
    start..(end..last).find(is_prose).unwrap_or(last)
}

/// Most words of a date line in an element without a name: two dates and a name. Set by hand: longer ones are summaries.
const LINE_WORDS: usize = 14;

/// Whether a line is little more than a date: the date alone, with the names of the writers, or behind a word such as
/// "published".
fn is_date_line(line: &str) -> bool {
    let lower = line.to_lowercase();
    let begins = |phrases: &Phrases| phrases.iter().any(|word| lower.starts_with(word));
    // A summary may begin with "by" as well: "By Thursday 17 August, the board will …".
    let is_signed = behind_byline(line).is_some_and(|(rest, _)| {
        rest.split(|c: char| !c.is_alphanumeric()).next().is_some_and(|word| {
            !word.starts_with(|c: char| c.is_ascii_digit())
                && month_named(word).is_none()
                && weekday_named(word).is_none()
        }) && !line.ends_with('.')
    });
    line.len() <= DATE_LINE
        && line.split_whitespace().count() <= LINE_WORDS
        && (clean::is_dated(line) || begins(&PUBLISHED) || begins(&OTHER) || is_signed)
}

/// What follows a word such as "published" in a line: "Published: 17 August" of "Updated: 30 August | Published: 17
/// August"; the whole line if there is none.
fn behind_published(line: &str) -> &str {
    let lower = line.to_lowercase();
    let at = PUBLISHED.iter().filter_map(|word| lower.find(word)).min();
    // Letters that change their length with their case are rare enough to read the whole line then.
    at.filter(|_| lower.len() == line.len()).and_then(|at| line.get(at..)).unwrap_or(line)
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

    #[test]
    fn a_line_of_a_date_around_the_headline_needs_no_name() {
        let check = |body: &str, expected: Option<&str>| {
            let prose = "The ferry to the islands will not sail before the end of the month, the harbour master said. "
                .repeat(3);
            let html = format!("<body><div>2 May 2022</div><article>{body}<p>{prose}<p>7 May 2021</article></body>");
            let tree = Tree::parse(&html);
            let found = published(&html, &tree, &Elsewhere::of(&tree), Order::DayFirst);
            assert_eq!(found.as_deref(), expected, "{body}");
        };
        let day = Some("2023-11-06");
        check("<h1>No ferry</h1><div class=info><span>6 November 2023</span></div>", day);
        check("<div>6 November 2023</div><h1>No ferry</h1>", day);
        check("<h1>No ferry</h1><p class=meta>By Ida Falk · 6 November 2023", day);
        check("<h1>No ferry</h1><p class=info>Posted by ifalk on Mon, 6 November 2023", day);
        check("<h1>No ferry</h1><div>Ida Falk<br>6 November 2023</div>", day);
        check("<h1>No ferry</h1><div><i>Updated: 9 May 2024</i> <i>Published: 6 November 2023</i></div>", day);
        check("<h1>No ferry</h1><div>Updated: 9 May 2024</div>", None);
        check("<h1>No ferry</h1><p>By 6 November 2023 the pier will be repaired", None);
        check("<h1>No ferry</h1><p>The pier was shut on 6 November 2023", None);
        check("<h1>No ferry</h1>", None);
    }

    #[test]
    fn attributes_of_elements_around_a_relative_time_are_read() {
        let check = |body: &str, expected: Option<&str>| {
            let html = format!("<body><article>{body}</article></body>");
            let tree = Tree::parse(&html);
            let found = published(&html, &tree, &Elsewhere::of(&tree), Order::DayFirst);
            assert_eq!(found.as_deref(), expected, "{body}");
        };
        let day = Some("2023-11-06");
        check("<abbr class=published title=2023-11-06>Monday</abbr>", day);
        check("<i class=ago data-publish-date='6 November 2023'>3 days ago</i>", day);
        check("<bsp-timestamp data-timestamp=1699228800000>3 days ago</bsp-timestamp>", Some("2023-11-06T00:00:00Z"));
        check("<p class=date>Last updated: 9 May 2024 | Published: 6 November 2023</p>", day);
        check("<p class=date title='9 May 2024'>6 November 2023</p>", day);
        check("<i data-timestamp=1699228800000>3 days ago</i><abbr title=2023-11-06>Mon</abbr>", None);
    }
}
