//! Lines of an export, and tests on single lines. The limits on the length of lines, in bytes, were set by hand: what
//! is longer is running text.

use std::ops::Range;

use crate::calendar::unaccented;
use crate::clean;
use crate::date::{self, Order};
use crate::phrases::{COPYRIGHT, JOINERS, Phrases, RIGHTS, phrases};

/// The lines of a text, trimmed of white space.
pub(super) struct Lines<'a> {
    pub(super) text: &'a str,
    /// Byte ranges in `text`; empty for blank lines.
    ranges: Vec<Range<usize>>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let start = text.as_ptr() as usize;
        let outer = |c: char| c.is_whitespace() || c == '\u{feff}';
        let range = |line: &str| {
            let line = line.trim_matches(outer);
            let at = line.as_ptr() as usize - start;
            at..at + line.len()
        };
        Self { text, ranges: text.split('\n').map(range).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Line `i`, from 0; empty past the end.
    pub(super) fn get(&self, i: usize) -> &'a str {
        self.ranges.get(i).and_then(|range| self.text.get(range.clone())).unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &'a str)> {
        (0..self.len()).map(|i| (i, self.get(i)))
    }

    /// The byte range of some lines without blank ones around them; `None` if all are blank.
    pub(super) fn range(&self, lines: Range<usize>) -> Option<Range<usize>> {
        let first = lines.clone().find(|i| !self.get(*i).is_empty())?;
        let last = lines.rev().find(|i| !self.get(*i).is_empty())?;
        Some(self.ranges.get(first)?.start..self.ranges.get(last)?.end)
    }

    /// The text of some lines with white space collapsed.
    pub(super) fn joined(&self, lines: Range<usize>) -> String {
        let text = self.range(lines).and_then(|range| self.text.get(range)).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Runs of lines without blank lines between them.
    pub(super) fn groups(&self, lines: Range<usize>) -> Vec<Range<usize>> {
        let mut groups: Vec<Range<usize>> = Vec::new();
        for i in lines.filter(|i| !self.get(*i).is_empty()) {
            match groups.last_mut() {
                Some(last) if last.end == i => last.end = i + 1,
                _ => groups.push(i..i + 1),
            }
        }
        groups
    }

    /// End of the value that starts on a line: the next line that is blank or for which `stops` holds.
    pub(super) fn end_of_value(&self, start: usize, stops: impl Fn(&str) -> bool) -> usize {
        (start + 1..self.len()).find(|i| self.get(*i).is_empty() || stops(self.get(*i))).unwrap_or(self.len())
    }

    /// The line after the last running text in a range: after a paragraph that begins with no label, or whose label is
    /// followed by a sentence, as in "Update: the ferry sails again." Lines of which `is_noise` holds are neither text
    /// nor part of a value.
    pub(super) fn end_of_text(
        &self,
        range: Range<usize>,
        is_noise: impl Fn(&str) -> bool,
        is_label: impl Fn(&str) -> bool,
    ) -> usize {
        let (mut at, mut after) = (range.start, range.start);
        while at < range.end {
            let line = self.get(at);
            let end = self.end_of_value(at, |line| is_label(line) || is_noise(line)).min(range.end);
            let is_text =
                if is_label(line) { is_sentence(&self.joined(at..end)) } else { !line.is_empty() && !is_noise(line) };
            if is_text {
                after = end;
            }
            at = end;
        }
        after
    }
}

/// Whether a labelled value ends like a sentence and has at least six words with its label. Set by hand: "Company:
/// Skerry Lines Inc." has four.
fn is_sentence(value: &str) -> bool {
    const WORDS: usize = 6;
    let value = value.trim_end_matches(['"', '”', '’', '»', ')']);
    value.ends_with(['.', '?', '!', '…']) && value.split_whitespace().count() >= WORDS
}

/// Splits a line such as `SECTION: News; Pg. 4` into its folded label and its value.
pub(super) fn labelled(line: &str) -> Option<(String, &str)> {
    let (label, value) = line.split_once(':')?;
    let label = label.trim_end_matches(|c: char| c.is_whitespace());
    let is_label = !label.is_empty()
        // Set by hand, above the longest label; a longer one is the start of a sentence.
        && label.chars().count() <= 40
        && label
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '/' | '\'' | '’' | '\u{a0}' | '(' | ')'));
    is_label.then(|| (folded(label), value.trim()))
}

/// Lower-cases a text, removes accents, and replaces whatever separates words by single spaces.
pub(super) fn folded(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    unaccented(&words.collect::<Vec<_>>().join(" "))
}

/// Words of lines such as "2 of 40 documents".
static OF: Phrases = phrases!(CountedOf);
static DOCUMENT: Phrases = phrases!(Counted);

/// Whether a line only counts documents: "2 of 40 DOCUMENTS", "Document 2 de 40", "Dokument 2 von 40".
pub(super) fn is_count(line: &str) -> bool {
    if line.len() > 60 {
        return false;
    }
    let folded = folded(line);
    let words: Vec<&str> = folded.split(' ').collect();
    let counts = |words: &[&str]| match words {
        [first, of, last] => {
            let (first, last) = (first.parse::<u64>(), last.parse::<u64>());
            OF.contains(of) && matches!((first, last), (Ok(first), Ok(last)) if 1 <= first && first <= last)
        }
        _ => false,
    };
    match words.as_slice() {
        [rest @ .., word] if DOCUMENT.contains(word) => counts(rest),
        [word, rest @ ..] if DOCUMENT.contains(word) => counts(rest),
        _ => false,
    }
}

/// Units of length.
static WORDS: Phrases = phrases!(LengthUnit);

/// Whether a line only gives a length: "143 words", "1 243 mots".
pub(super) fn is_length(line: &str) -> bool {
    line.len() <= 30
        && line.starts_with(|c: char| c.is_ascii_digit())
        && folded(line).rsplit_once(' ').is_some_and(|(number, word)| {
            WORDS.contains(&word) && number.chars().all(|c| c.is_ascii_digit() || c == ' ')
        })
}

/// Whether a line claims a copyright.
pub(super) fn is_copyright(line: &str) -> bool {
    let lower = line.get(..line.len().min(24)).unwrap_or(line).to_lowercase();
    let begins = |phrases: &Phrases| phrases.iter().any(|phrase| lower.starts_with(phrase));
    let marked = lower.starts_with('©') || lower.starts_with("(c)") || begins(&COPYRIGHT);
    marked && line.bytes().any(|b| b.is_ascii_digit()) || begins(&RIGHTS)
}

/// Whether a line is a date with little else: "March 2, 2024 Saturday", "Samedi 2 mars 2024".
pub(super) fn is_date(line: &str) -> bool {
    line.len() <= 80
        && line.split_whitespace().count() <= 10
        && date::find(line, Order::DayFirst).is_some()
        && !line.ends_with(['.', '?', '!'])
}

/// The names of people in a byline, without roles, places and contact details.
pub(super) fn people(byline: &str) -> Vec<String> {
    let whole = names(byline);
    if !whole.is_empty() {
        return whole;
    }
    // "By Jane Doe and Ann Roe; Jane Doe reported from Halden."
    let mut found: Vec<String> = Vec::new();
    for name in byline.split(';').flat_map(names) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn names(byline: &str) -> Vec<String> {
    let byline = byline.trim().trim_end_matches(['.', ';', ',']);
    // "Jane Doe in Paris", "Jane Doe; jane@doe.example", "Jane Doe | The Gazette".
    let cut = byline.find(" in ").into_iter().chain(byline.find(['@', '|', '('])).min().unwrap_or(byline.len());
    let mut head = byline.get(..cut).unwrap_or(byline);
    if byline.get(cut..).is_some_and(|rest| rest.starts_with('@')) {
        head = head.rsplit_once(char::is_whitespace).map_or("", |(names, _)| names);
    }
    clean::people(head.trim().trim_end_matches([',', ';', '-', '–']))
}

/// Whether a line only lists names: "Jane Doe; Ann Roe".
pub(super) fn is_names(line: &str, names: &[String]) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    let small = line.split_whitespace().filter(|w| JOINERS.contains(w)).map(letters).sum::<usize>();
    !names.is_empty() && letters(line) - small == names.iter().map(|name| letters(name)).sum::<usize>()
}

/// Reads a list such as "Doe, Jane; Roe, Richard"; the given name comes first in the result.
pub(super) fn inverted(list: &str) -> Vec<String> {
    let name = |name: &str| {
        let name = name.trim().trim_end_matches('.');
        match name.split_once(',') {
            Some((family, given)) if !given.contains(',') && given.split_whitespace().count() <= 3 => {
                format!("{} {}", given.trim(), family.trim()).trim().to_owned()
            }
            _ => name.to_owned(),
        }
    };
    list.split(';').map(name).filter(|name| !name.is_empty()).collect()
}
