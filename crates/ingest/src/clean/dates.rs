//! Recognizes lines that are dates.

use std::collections::HashSet;
use std::sync::LazyLock;

use pressmark_lang::PagePhrase;

use super::fold::Folded;
use crate::calendar::month_named;
use crate::phrases::{Phrases, of_all_languages, phrases};

/// Folded words of date lines besides months: weekdays, times, zones, "published".
static DATE_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| of_all_languages(PagePhrase::DateWord).into_iter().collect());
/// First words of lines that give a date of publication or update.
static DATED: Phrases = phrases!(Dated);

/// Whether a folded word names a month; 月 follows its number.
fn is_month(word: &str) -> bool {
    word == "月" || month_named(word).is_some()
}

/// A line that is a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateLine<'a> {
    /// The date as written.
    pub(super) date: &'a str,
    /// Whether the line says "published" or the like, or has a time of day.
    pub(super) sure: bool,
    /// Whether it has a year.
    pub(super) has_year: bool,
}

/// Reads a line that is only a date, of 2 to 24 words (set by hand: room for weekday, time, zone and "updated").
pub(super) fn date(text: &str) -> Option<DateLine<'_>> {
    let folded = Folded::new(text);
    if folded.len() < 2 || folded.len() > 24 {
        return None;
    }
    let (mut numbers, mut months, mut glue) = (0, 0, 0);
    for word in folded.words() {
        if word == "#" {
            numbers += 1;
        } else if is_month(word) {
            months += 1;
        } else if DATE_WORDS.contains(word) {
            glue += 1;
        } else {
            return None;
        }
    }
    // "03.04.2025" folds to a single number, so look at the digits.
    let numeric = numeric_date(text);
    if !(numeric || (months > 0 && numbers > 0 && (numbers > 1 || glue > 0 || has_day(text)))) {
        return None;
    }
    let sure = DATED.iter().any(|p| folded.word(0).starts_with(p)) || has_time(text);
    let has_year = numeric || text.split(|c: char| !c.is_ascii_digit()).any(|n| n.len() == 4);
    let start = text.char_indices().find(|(i, c)| c.is_ascii_digit() || is_month_at(text, *i))?.0;
    Some(DateLine { date: text.get(start..)?.trim(), sure, has_year })
}

fn is_month_at(text: &str, at: usize) -> bool {
    let starts = at == 0 || text[..at].ends_with(|c: char| !c.is_alphabetic());
    let word: String = text[at..].chars().take_while(|c| c.is_alphabetic()).collect();
    starts && !word.is_empty() && is_month(Folded::new(&word).as_str())
}

fn has_day(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|n| (1..=2).contains(&n.len()))
}

/// Whether a text has a time of day: "14:05", "2.30pm", "14h05".
pub(super) fn has_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let clock = bytes.windows(3).any(|w| w[0].is_ascii_digit() && matches!(w[1], b':' | b'h') && w[2].is_ascii_digit());
    let lower = text.trim_end().to_lowercase();
    let hour = ["am", "pm", "a.m.", "p.m."].iter().find_map(|half| lower.strip_suffix(half));
    // The half of the day follows its hour: "team" and "Amsterdam" end in the same letters.
    clock || hour.is_some_and(|hour| hour.trim_end().ends_with(|c: char| c.is_ascii_digit()))
}

/// Whether a text has a numeric date: "2025-03-04", "04/03/2025", "4.3.25".
fn numeric_date(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '|' | 'T' | '(' | ')')).any(|word| {
        let parts: Vec<&str> =
            word.split(['-', '/', '.', '年', '月']).map(|p| p.trim_end_matches(['日', ':'])).collect();
        parts.len() >= 3
            && parts.iter().take(3).all(|p| (1..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
            && parts.iter().take(3).any(|p| p.len() >= 2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_hour_and_its_half_of_the_day() {
        let times = ["14:05", "2.30pm", "14h05", "March 3, 2025, 9 AM", "3 March, 10 p.m. "];
        assert_eq!(times.map(has_time), [true; 5]);
        let others = ["The 2025 team", "Flight KL 1234 to Amsterdam", "Over 10 000 in the program", "9 a.m", "pm"];
        assert_eq!(others.map(has_time), [false; 5]);
    }

    #[test]
    fn dates_and_nothing_else() {
        for text in [
            "March 3, 2025",
            "3 mars 2025",
            "Published 2025-03-04 14:05 GMT",
            "04/03/2025",
            "Mon, 12 May 2025",
            "2025年3月4日",
            "12 января 2024 г.",
        ] {
            assert!(date(text).is_some(), "{text}");
        }
        for text in ["March on Rome", "2025", "In March 2025 it rained", "Chapter 3", "May", "10 000 m"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
