//! Dates in the forms of the web to one.

use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime, temporal};
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};

/// RFC 3339 where time and zone are told, else a plain date; `None` for what is no date or could be two.
///
/// What it gives stays the same when it is read again.
pub(crate) fn normalize(text: &str) -> Option<String> {
    let text = text.trim();
    epoch(text).or_else(|| iso(text)).or_else(|| mail(text)).or_else(|| written(text))
}

/// Seconds, milliseconds, … since 1970, told apart by their length; years 2001 to 2286.
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

/// `2024-05-06`, `2024/5/6`, `20240506`, with `T10:20:30.5+02:00` or the like behind it. What stands there and is no
/// time with a zone ("10:20", "at noon") is left out.
fn iso(text: &str) -> Option<String> {
    let (date, rest) = dashed(text).or_else(|| compact(text))?;
    let time = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
    let zoned = zoned(&format!("{date}T{}", tidy_zone(time)));
    Some(zoned.map_or_else(|| date.to_string(), |(civil, offset)| rfc3339(civil, offset)))
}

/// Year, month and day with one of three marks between them, and what follows.
fn dashed(text: &str) -> Option<(Date, &str)> {
    let mark = text.get(4..5).filter(|m| matches!(*m, "-" | "/" | "."))?;
    let (month, rest) = text.get(5..)?.split_once(mark)?;
    let (day, rest) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    Some((date(text.get(..4)?, month, day)?, rest))
}

/// Year, month and day in eight digits, and what follows.
fn compact(text: &str) -> Option<(Date, &str)> {
    let rest = text.get(8..).filter(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))?;
    Some((date(text.get(..4)?, text.get(4..6)?, text.get(6..8)?)?, rest))
}

/// A day of the years 1000 to 9999: less is hardly a date.
fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    let (year, month, day): (i16, i16, i16) = (number(year)?, number(month)?, number(day)?);
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok().filter(|_| year >= 1000)
}

/// A time as ISO 8601 writes it, where dumps write "10:00:00 UTC" and "10:00:00 +0200".
fn tidy_zone(time: &str) -> String {
    let zulu = ["UTC", "GMT", "Z"].iter().find_map(|zone| time.strip_suffix(zone));
    zulu.map_or_else(|| time.replace(" +", "+").replace(" -", "-"), |time| format!("{}Z", time.trim_end()))
}

/// A date, a time and a zone; `None` where one of them is missing.
fn zoned(text: &str) -> Option<(DateTime, Offset)> {
    let pieces = temporal::DateTimeParser::new().parse_pieces(text).ok()?;
    let offset = pieces.offset().map(|offset| match offset {
        temporal::PiecesOffset::Numeric(offset) => offset.offset(),
        _ => Offset::UTC,
    })?;
    Some((DateTime::from_parts(pieces.date(), pieces.time()?), offset))
}

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

/// Dates with the month in letters, in English: "May 1, 2024", "1 May 2024", "Wed, 1 Sept. 2024 at 10:00".
/// A date of digits only, such as 01/05/2024, is two dates and none is taken.
fn written(text: &str) -> Option<String> {
    let (mut day, mut month, mut year) = (None, None, None);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(8) {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        if let Ok(number) = digits.parse::<i16>() {
            match digits.len() {
                1 | 2 if day.is_none() && (1..=31).contains(&number) => day = Some(number as i8),
                4 if year.is_none() && (1800..=2200).contains(&number) => year = Some(number),
                _ => {}
            }
        } else if month.is_none() {
            month = month_named(word);
        }
    }
    Date::new(year?, month?, day?).ok().map(|d| d.to_string())
}

/// Whether a word is the English name of a month, whole or cut to three letters.
pub(crate) fn is_month(word: &str) -> bool {
    month_named(word.trim_matches(|c: char| !c.is_alphabetic())).is_some()
}

/// The month, counted from 1, whose English name this is, whole or cut to three letters ("Marc" is a name).
fn month_named(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_lowercase();
    let is_short = |month: &str| month.get(..3) == Some(&word) || (word == "sept" && month == "september");
    let at = MONTHS.iter().position(|month| *month == word || is_short(month))?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(normalize(text).as_deref(), expected, "{text}");
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
            "0024-05-01",
            "+024-05-01",
            "é024-05-01",
            "2024-",
            "2024-05-",
            "2024--",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn months_are_told_by_their_first_letters() {
        for (word, expected) in [("May", true), ("sept.", true), ("(OCTOBER)", true), ("Mayor", false), ("Marc", false)]
        {
            assert_eq!(is_month(word), expected, "{word}");
        }
    }

    proptest! {
        #[test]
        fn what_it_gives_stays_the_same(text in "([0-9]{4}[-/.]?[0-9]{1,2}[-/.]?[0-9]{1,2}[T ]?[0-9:.,]{0,8} ?[-+Z0-9:]{0,6}|\\PC{0,30})") {
            if let Some(date) = normalize(&text) {
                prop_assert_eq!(normalize(&date), Some(date));
            }
        }
    }
}
