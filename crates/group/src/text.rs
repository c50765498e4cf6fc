//! Words of a text with code point offsets, and publication dates.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;

/// A word: letters and digits, including marks inside numbers and abbreviations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    /// Start, in code points.
    pub(crate) start: usize,
    /// End, in code points, exclusive.
    pub(crate) end: usize,
}

/// Iterates over the words of a text, with code point offsets.
pub(crate) fn words(text: &str) -> Words<'_> {
    Words { text, byte: 0, point: 0 }
}

pub(crate) struct Words<'a> {
    text: &'a str,
    byte: usize,
    point: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        let mut chars = self.text.get(self.byte..)?.chars();
        let mut first = chars.next()?;
        while !first.is_alphanumeric() {
            self.byte += first.len_utf8();
            self.point += 1;
            first = chars.next()?;
        }
        let (start, from) = (self.point, self.byte);
        (self.byte, self.point) = (self.byte + first.len_utf8(), self.point + 1);
        let mut before = first;
        while let Some(next) = chars.next() {
            let after = chars.clone().next();
            if !next.is_alphanumeric() && !joins(before, next, after) {
                break;
            }
            self.byte += next.len_utf8();
            self.point += 1;
            before = next;
        }
        Some(Word { text: self.text.get(from..self.byte)?, start, end: self.point })
    }
}

/// Whether a mark is part of a word: the comma or point of a number, the points of an abbreviation.
fn joins(before: char, mark: char, after: Option<char>) -> bool {
    let Some(after) = after else { return false };
    match mark {
        ',' => before.is_ascii_digit() && after.is_ascii_digit(),
        '.' => before.is_ascii_digit() && after.is_ascii_digit() || before.is_uppercase() && after.is_uppercase(),
        _ => false,
    }
}

/// Publication time: days since 1970-01-01 (UTC), and seconds within the day if the time is known.
pub(crate) fn moment(published: Option<&str>) -> Option<(i32, Option<u32>)> {
    /// Seconds per day.
    const DAY: i64 = 86_400;
    let text = published?;
    if let Ok(time) = Timestamp::from_str(text) {
        let seconds = time.as_second();
        return Some((i32::try_from(seconds.div_euclid(DAY)).ok()?, u32::try_from(seconds.rem_euclid(DAY)).ok()));
    }
    let date = Date::from_str(text.get(..10)?).ok()?;
    let seconds = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    Some((i32::try_from(seconds.div_euclid(DAY)).ok()?, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_their_places() {
        let check = |text: &str, expected: &[(&str, usize, usize)]| {
            let found: Vec<_> = words(text).map(|word| (word.text, word.start, word.end)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("Été, 1,200.5 m.", &[("Été", 0, 3), ("1,200.5", 5, 12), ("m", 13, 14)]);
        check("The U.S. won't.", &[("The", 0, 3), ("U.S", 4, 7), ("won", 9, 12), ("t", 13, 14)]);
        check("… ", &[]);
    }

    #[test]
    fn moments() {
        assert_eq!(moment(Some("1970-01-03")), Some((2, None)));
        assert_eq!(moment(Some("1970-01-02T01:00:00+02:00")), Some((0, Some(23 * 3600))));
        assert_eq!(moment(Some("yesterday")), None);
        assert_eq!(moment(None), None);
    }
}
