//! Normalizes dates from the forms found on the web.

use std::ops::RangeInclusive;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::{rfc2822, strtime, temporal};
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};
use pressmark_lang::{DateOrder, Language};

use crate::calendar::{month_named, offset_named, weekday_named};

/// How to read an ambiguous numeric date such as `05/03/2024`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// Day before month, as in most of the world.
    DayFirst,
    /// Month before day, as in the United States.
    MonthFirst,
    /// Unknown: ambiguous dates are not read.
    #[default]
    Unknown,
}

impl Order {
    /// The usual order in a language, by its tag (`en-US`, `de`); `Unknown` for `en` alone.
    pub(crate) fn of_language(tag: &str) -> Self {
        match Language::date_order(tag) {
            Some(DateOrder::MonthFirst) => Self::MonthFirst,
            Some(DateOrder::DayFirst) => Self::DayFirst,
            None => Self::Unknown,
        }
    }
}

/// Normalizes a date to RFC 3339 if it has a time and a zone, else to `YYYY-MM-DD`; `None` if the text is no date or an
/// ambiguous one.
///
/// The result is a fixed point: normalizing it again changes nothing.
pub(crate) fn normalize(text: &str, order: Order) -> Option<String> {
    let text = text.trim();
    epoch(text).or_else(|| iso(text)).or_else(|| mail(text)).or_else(|| find(text, order))
}

/// Whether a cell of a column without a name is a plain day, with or without a time: `20240506`, `2024-05-06`. Only
/// years from 1990 to 2099 count, roughly those of the web, since other eight-digit numbers are rarely dates.
pub(crate) fn is_plain_day(text: &str) -> bool {
    let found = dashed(text).or_else(|| compact(text));
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(['T', ' ']);
    found.is_some_and(|(date, rest)| (1990..2100).contains(&date.year()) && is_end(rest))
}

/// Reads a date by a user's format, with the conversions of `strptime`.
pub(crate) fn by_format(text: &str, format: &str) -> Option<String> {
    let found = strtime::parse(format, text.trim()).ok()?;
    if let (Ok(civil), Some(offset)) = (found.to_datetime(), found.offset()) {
        return Some(rfc3339(civil, offset));
    }
    if let Ok(timestamp) = found.to_timestamp() {
        return strtime::format("%Y-%m-%dT%H:%M:%SZ", timestamp).ok();
    }
    found.to_date().ok().map(|date| date.to_string())
}

/// Whether [`by_format`] can use a format: it must yield a full date, and read back what it writes.
pub(crate) fn is_format(format: &str) -> bool {
    let sample = jiff::civil::date(2024, 11, 23).at(21, 34, 56, 0).to_zoned(jiff::tz::TimeZone::UTC).ok();
    let written = sample.and_then(|sample| strtime::format(format, &sample).ok());
    written.is_some_and(|text| by_format(&text, format).is_some_and(|date| date.starts_with("2024-11-23")))
}

/// A Unix time in seconds, milliseconds or microseconds, told apart by 10, 13 or 16 digits: years 2001 to 2286.
fn epoch(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !whole.bytes().all(|b| b.is_ascii_digit()) || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let timestamp = match whole.len() {
        10 => Timestamp::from_second(number),
        13 => Timestamp::from_millisecond(number),
        16 => Timestamp::from_microsecond(number),
        _ => return None,
    };
    Some(strtime::format("%Y-%m-%dT%H:%M:%SZ", timestamp.ok()?).unwrap_or_default()).filter(|s| !s.is_empty())
}

/// Reads `2024-05-06`, `2024/5/6` or `20240506`, optionally followed by `T10:20:30.5+02:00` or the like. A rest that is
/// no time with a zone ("10:20", "at noon") is ignored.
fn iso(text: &str) -> Option<String> {
    let (date, rest) = dashed(text).or_else(|| compact(text))?;
    let time = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
    let zoned = zoned(&format!("{date}T{}", tidy_zone(time)));
    Some(zoned.map_or_else(|| date.to_string(), |(civil, offset)| rfc3339(civil, offset)))
}

/// Reads year, month and day separated by `-`, `/` or `.`; returns the date and the rest of the text.
fn dashed(text: &str) -> Option<(Date, &str)> {
    let mark = text.get(4..5).filter(|m| matches!(*m, "-" | "/" | "."))?;
    let (month, rest) = text.get(5..)?.split_once(mark)?;
    let (day, rest) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    Some((date(text.get(..4)?, month, day)?, rest))
}

/// Reads year, month and day in eight digits; returns the date and the rest of the text. Six digits of time right
/// behind, as in archives and GDELT, have no zone and are dropped.
fn compact(text: &str) -> Option<(Date, &str)> {
    let (digits, rest) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let is_time = |time: &str| {
        let below = |range: std::ops::Range<usize>, most: u8| {
            time.get(range).and_then(|part| part.parse::<u8>().ok()).is_some_and(|n| n < most)
        };
        below(0..2, 24) && below(2..4, 60) && below(4..6, 60)
    };
    if digits.len() != 8 && !(digits.len() == 14 && is_time(&digits[8..])) {
        return None;
    }
    Some((date(text.get(..4)?, text.get(4..6)?, text.get(6..8)?)?, rest))
}

/// Builds a date from year 1000 on; a smaller year is more likely a misread number.
fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    let (year, month, day): (i16, i16, i16) = (number(year)?, number(month)?, number(day)?);
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok().filter(|_| year >= 1000)
}

/// Rewrites the zones of database dumps ("10:00:00 UTC", "10:00:00 +0200") to ISO 8601.
fn tidy_zone(time: &str) -> String {
    let zulu = ["UTC", "GMT", "Z"].iter().find_map(|zone| time.strip_suffix(zone));
    zulu.map_or_else(|| time.replace(" +", "+").replace(" -", "-"), |time| format!("{}Z", time.trim_end()))
}

/// Parses date, time and zone; `None` if one is missing.
fn zoned(text: &str) -> Option<(DateTime, Offset)> {
    let pieces = temporal::DateTimeParser::new().parse_pieces(text).ok()?;
    let offset = pieces.offset().map(|offset| match offset {
        temporal::PiecesOffset::Numeric(offset) => offset.offset(),
        _ => Offset::UTC,
    })?;
    Some((DateTime::from_parts(pieces.date(), pieces.time()?), offset))
}

/// Reads a date of RFC 2822, as in e-mail and RSS.
fn mail(text: &str) -> Option<String> {
    let zoned: Zoned = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_zoned(text).ok()?;
    Some(rfc3339(zoned.datetime(), zoned.offset()))
}

fn rfc3339(civil: DateTime, offset: Offset) -> String {
    let civil = strtime::format("%Y-%m-%dT%H:%M:%S", civil).unwrap_or_default();
    let minutes = offset.seconds().abs() / 60;
    if minutes == 0 {
        return format!("{civil}Z");
    }
    format!("{civil}{}{:02}:{:02}", if offset.seconds() < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

/// Characters searched for a date. Set by hand: a date line is far shorter, and the bound keeps long texts cheap.
const LOOKED_AT: usize = 400;
/// Most words between two parts of a date: "5th day of March, 2024". Set by hand: a larger value would join numbers
/// that are no date.
const WORDS_APART: usize = 3;

/// Finds the first date in a text, with the month in letters ("Tuesday, 5 March 2024, 08:15 GMT") or in figures
/// ("05.03.2024"); the time is included if its zone is given.
pub(crate) fn find(text: &str, order: Order) -> Option<String> {
    let end = text.char_indices().nth(LOOKED_AT).map_or(text.len(), |(at, _)| at);
    let words = words(text.get(..end)?);
    let (date, last) = (0..words.len()).find_map(|at| written(&words, at).or_else(|| numbers(&words, at, order)))?;
    let zoned = words.get(last..).and_then(time).map(|(time, offset)| {
        let civil = DateTime::from_parts(date, time);
        rfc3339(civil, offset)
    });
    Some(zoned.unwrap_or_else(|| date.to_string()))
}

/// A run of letters or of digits.
#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a str,
    /// The text after the word.
    rest: &'a str,
}

impl Word<'_> {
    /// The word as a number, if it has the given count of digits.
    fn number(&self, digits: RangeInclusive<usize>) -> Option<i16> {
        (digits.contains(&self.text.len()) && self.text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| self.text.parse().ok())
            .flatten()
    }

    /// The character between this word and the next, if there is exactly one.
    fn mark(&self) -> Option<char> {
        let mut rest = self.rest.chars();
        let mark = rest.next()?;
        rest.next().filter(|c| c.is_alphanumeric()).map(|_| mark)
    }
}

fn words(text: &str) -> Vec<Word<'_>> {
    let kind = |c: char| if c.is_ascii_digit() { 1_u8 } else { 2 * u8::from(c.is_alphabetic()) };
    let (mut words, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        if kind(first) != 0 {
            words.push(Word { text: word, rest: tail });
        }
        rest = tail;
    }
    words
}

/// Reads a date with the month in letters from word `at` on; returns it with the index of the next word.
fn written(words: &[Word<'_>], at: usize) -> Option<(Date, usize)> {
    let first = words.get(at)?;
    // Set by hand: other four-digit numbers are rarely years.
    let year = |i: usize| words.get(i).and_then(|w| w.number(4..=4)).filter(|y| (1800..=2200).contains(y));
    let day = |i: usize| words.get(i).and_then(|w| w.number(1..=2)).filter(|d| (1..=31).contains(d));
    // Skips what may separate the parts: "st", "de", "er", a time as in "Mar 05 09:12:30 2024".
    let after = |from: usize, pick: &dyn Fn(usize) -> Option<i16>| {
        (from..=from + WORDS_APART).find_map(|i| pick(i).map(|number| (number, i)))
    };
    let (day, month, year, last) = if let Some(month) = month_named(first.text) {
        let (day, i) = after(at + 1, &day)?;
        let (year, last) = after(i + 1, &year)?;
        (day, month, year, last)
    } else {
        let day = day(at)?;
        let (month, i) = (at + 1..=at + 2).find_map(|i| Some((month_named(words.get(i)?.text)?, i)))?;
        let (year, last) = after(i + 1, &year)?;
        (day, month, year, last)
    };
    Some((Date::new(year, month, day.try_into().ok()?).ok()?, last + 1))
}

/// Reads a date of three numbers from word `at` on: `05.03.2024`, `3/5/2024`, `2024-03-05`.
fn numbers(words: &[Word<'_>], at: usize, order: Order) -> Option<(Date, usize)> {
    let [first, second, third] = words.get(at..at + 3)? else { return None };
    let mark = first.mark().filter(|m| matches!(m, '/' | '.' | '-') && second.mark() == Some(*m))?;
    let read = |year: i16, month: i16, day: i16| Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok();
    if let Some(year) = first.number(4..=4).filter(|y| *y >= 1000) {
        return Some((read(year, second.number(1..=2)?, third.number(1..=2)?)?, at + 3));
    }
    let (a, b) = (first.number(1..=2)?, second.number(1..=2)?);
    // Set by hand: two-digit years below 70 belong to this century (POSIX has 69 for the last one).
    let short = |year: i16| if year < 70 { 2000 + year } else { 1900 + year };
    let year = third.number(4..=4).filter(|y| (1800..=2200).contains(y));
    let year = year.or_else(|| third.number(2..=2).filter(|_| mark != '-').map(short))?;
    // A weekday before the date settles an ambiguous order.
    let weekday = words.get(at.saturating_sub(2)..at)?.iter().rev().find_map(|w| weekday_named(w.text));
    let is_day = |date: Date| weekday == Some(date.weekday().to_monday_one_offset());
    let date = match (read(year, b, a), read(year, a, b)) {
        (Some(date), None) | (None, Some(date)) => Some(date),
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(one), Some(other)) if is_day(one) != is_day(other) => Some(if is_day(one) { one } else { other }),
        // Dates with full stops have the day first everywhere.
        (Some(one), Some(_)) if mark == '.' || order == Order::DayFirst => Some(one),
        (Some(_), Some(other)) if order == Order::MonthFirst => Some(other),
        _ => None,
    }?;
    Some((date, at + 3))
}

/// Most words between a date and its time: "at", "um", "– updated". Set by hand.
const WORDS_TO_TIME: usize = 2;

/// Reads the time of day that follows a date, with its zone; `None` without a zone.
fn time(words: &[Word<'_>]) -> Option<(Time, Offset)> {
    let starts = |w: &Word<'_>| w.number(1..=2).is_some() && matches!(w.mark(), Some(':' | '.'));
    let at = words.iter().take(WORDS_TO_TIME + 1).position(starts)?;
    let number = |i: usize| words.get(i).and_then(|w| w.number(1..=2)).and_then(|n| i8::try_from(n).ok());
    let (mut hour, minute) = (number(at)?, number(at + 1)?);
    let mut next = at + 2;
    let mut second = 0;
    if let Some(found) = number(next).filter(|_| words.get(at + 1).is_some_and(|w| w.mark() == Some(':'))) {
        (second, next) = (found, next + 1);
    }
    // "6:15 AM", "6.15 p.m."
    let half = words.get(next)?.text.to_ascii_lowercase();
    let dotted = words.get(next + 1).is_some_and(|w| w.text.eq_ignore_ascii_case("m"));
    let (is_half, width) = match half.as_str() {
        "am" | "pm" => (true, 1),
        "a" | "p" if dotted => (true, 2),
        _ => (false, 0),
    };
    if is_half {
        hour = hour % 12 + if half.starts_with('p') { 12 } else { 0 };
        next += width;
    }
    let time = Time::new(hour, minute, second, 0).ok()?;
    let before = words.get(next - 1)?;
    let signed = |rest: &str| {
        let rest = rest.trim_start();
        let sign = match rest.chars().next()? {
            '+' => 1,
            '-' | '\u{2212}' => -1,
            _ => return None,
        };
        let digits: String = rest.chars().skip(1).filter(|c| *c != ':').take_while(char::is_ascii_digit).collect();
        let (hours, minutes) = (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..4)?.parse::<i32>().ok()?);
        Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
    };
    if let Some(offset) = signed(before.rest) {
        return Some((time, offset));
    }
    let zone = words.get(next)?;
    let hours = offset_named(zone.text)?;
    let offset = if hours == 0 { signed(zone.rest) } else { None };
    Some((time, offset.or_else(|| Offset::from_hours(hours).ok())?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(normalize(text, Order::Unknown).as_deref(), expected, "{text}");
    }

    #[test]
    fn dates_come_to_one_form() {
        check("2024-05-01", Some("2024-05-01"));
        check("2024-05-01T10:20:30Z", Some("2024-05-01T10:20:30Z"));
        check("2024-05-01T10:20:30+0000", Some("2024-05-01T10:20:30Z"));
        check("2024-05-01T10:20:30.123+02:00", Some("2024-05-01T10:20:30+02:00"));
        check("2024-05-01T10:20:30,123 -0330", Some("2024-05-01T10:20:30-03:30"));
        check("2024-05-01T10:20-05", Some("2024-05-01T10:20:00-05:00"));
        check("2024-05-01 10:20:30 UTC", Some("2024-05-01T10:20:30Z"));
        check("2024-05-01 10:20:30GMT", Some("2024-05-01T10:20:30Z"));
        check("2024-05-01 10:20:30", Some("2024-05-01"));
        check("2024-05-01 at noon", Some("2024-05-01"));
        check("2024-05-01T25:00:00Z", Some("2024-05-01"));
        check("2024/05/01", Some("2024-05-01"));
        check("2024/5/1 10:20 +02:00", Some("2024-05-01T10:20:00+02:00"));
        check("2024.5.1", Some("2024-05-01"));
        check("20240501", Some("2024-05-01"));
        check("20240501102030", Some("2024-05-01"));
        check("20240501T1020", Some("2024-05-01"));
        check("20240501T102030Z", Some("2024-05-01T10:20:30Z"));
        check("1714558830", Some("2024-05-01T10:20:30Z"));
        check("1714558830000", Some("2024-05-01T10:20:30Z"));
        check("Wed, 01 May 2024 10:20:30 -0330", Some("2024-05-01T10:20:30-03:30"));
        check("Wed, 01 May 2024 10:20:30 GMT", Some("2024-05-01T10:20:30Z"));
        check("May 1, 2024", Some("2024-05-01"));
        check("1st Sept. 2024, 10:00", Some("2024-09-01"));
        check("Sept. 3rd, 2021 at 4:05 pm", Some("2021-09-03"));
        check("Wednesday, May 1st, 2024 at 9:41 PM", Some("2024-05-01"));
    }

    #[test]
    fn what_is_no_date_or_could_be_two_is_none() {
        for text in [
            "",
            "yesterday",
            "01/05/2024",
            "2024",
            "31 February 2024",
            "2024-02-30",
            "Mayor 1 2024",
            "7",
            "2024-13-01",
            "2024-05-011",
            "202405011",
            "20240501992030",
            "0024-05-01",
            "+024-05-01",
            "é024-05-01",
            "2024-",
            "2024-05-",
            "2024--",
            "03/05/24",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn a_cell_without_a_name_is_a_day_only_where_it_can_be_nothing_else() {
        for day in ["20240501", "2024-05-01", "2024-05-01 10:20:30", "2024-05-01T10:20:30Z", "20240501102030"] {
            assert!(is_plain_day(day), "{day}");
        }
        for other in ["19120301", "20241301", "202405", "2024", "1714558830", "2024-05-01: rain", "May 1, 2024"] {
            assert!(!is_plain_day(other), "{other}");
        }
    }

    #[test]
    fn dates_stand_in_lines_and_in_other_languages() {
        check("Published: Tuesday, 5 March 2024, 08:15 GMT", Some("2024-03-05T08:15:00Z"));
        check("Posted on March 05, 2024 at 6:15 PM EST, updated at 9:02 PM", Some("2024-03-05T18:15:00-05:00"));
        check("March 05, 2024 at 6:15 AM, updated March 06, 2024", Some("2024-03-05"));
        check("Tue Mar 05 2024 09:12:30 GMT+0100 (Central European Standard Time)", Some("2024-03-05T09:12:30+01:00"));
        check("Samedi 2 mars 2024", Some("2024-03-02"));
        check("le 1er août 2023 à 10h00", Some("2023-08-01"));
        check("Dienstag, 5. März 2024", Some("2024-03-05"));
        check("martes, 5 de marzo de 2024", Some("2024-03-05"));
        check("02.03.2024", Some("2024-03-02"));
        check("Stand: 02.03.2024, 10:15 Uhr", Some("2024-03-02"));
        check("15/03/2024", Some("2024-03-15"));
        check("03/15/2024 10:20", Some("2024-03-15"));
        check("4/4/2024", Some("2024-04-04"));
        // 5 March 2024 was a Tuesday, 3 May a Friday.
        check("Tue, 03/05/2024 - 17:57", Some("2024-03-05"));
        check("Fri, 03/05/2024 - 17:57", Some("2024-05-03"));
        check("Mon, 03/05/2024 - 17:57", None);
    }

    #[test]
    fn the_order_of_figures_follows_language_or_user() {
        let read = |order| normalize("03/05/2024", order);
        assert_eq!(read(Order::of_language("en-US")).as_deref(), Some("2024-03-05"));
        assert_eq!(read(Order::of_language("en_GB")).as_deref(), Some("2024-05-03"));
        assert_eq!(read(Order::of_language("de")).as_deref(), Some("2024-05-03"));
        assert_eq!(read(Order::of_language("en")), None);
        assert_eq!(normalize("3/5/24", Order::DayFirst).as_deref(), Some("2024-05-03"));
    }

    #[test]
    fn a_format_of_the_user_is_followed() {
        let check = |text, format, expected: Option<&str>| {
            assert!(is_format(format), "{format}");
            assert_eq!(by_format(text, format).as_deref(), expected, "{text} {format}");
        };
        check("24/02/03", "%y/%d/%m", Some("2024-03-02"));
        check("2.3.2024 10:15", "%d.%m.%Y %H:%M", Some("2024-03-02"));
        check("02-03-2024 10:15 +0200", "%d-%m-%Y %H:%M %z", Some("2024-03-02T10:15:00+02:00"));
        check("2024-03-02", "%d.%m.%Y", None);
        assert!(!is_format("%H:%M") && !is_format("%") && !is_format("day"));
    }

    proptest! {
        #[test]
        fn what_it_gives_stays_the_same(text in "([0-9]{4}[-/.]?[0-9]{1,2}[-/.]?[0-9]{1,2}[T ]?[0-9:.,]{0,8} ?[-+Z0-9:]{0,6}|\\PC{0,30})") {
            if let Some(date) = normalize(&text, Order::Unknown) {
                prop_assert_eq!(normalize(&date, Order::Unknown), Some(date));
            }
        }
    }
}
