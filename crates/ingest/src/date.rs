//! Dates in the forms of the web to one.

use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};

/// RFC 3339 where the zone is told, else a plain date; `None` for what is no date or could be two.
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

fn iso(text: &str) -> Option<String> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return strtime::parse("%Y%m%d", text).ok()?.to_date().ok().map(|d| d.to_string());
    }
    if text.len() < 10 || !text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    // "2024-05-01 10:00:00 UTC" and "2024/05/01" are common in dumps.
    let mut tidy = text.replace('/', "-");
    for zone in [" UTC", " GMT", " Z"] {
        if let Some(rest) = tidy.strip_suffix(zone) {
            tidy = format!("{rest}Z");
        }
    }
    let tidy = tidy.replace(" +", "+");
    if let Some((offset, civil)) = zoned(&tidy) {
        return Some(rfc3339(civil, offset));
    }
    tidy.parse::<DateTime>().map(|d| d.date()).or_else(|_| tidy.parse::<Date>()).ok().map(|d| d.to_string())
}

fn zoned(text: &str) -> Option<(Offset, DateTime)> {
    let pieces = jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text).ok()?;
    let offset = pieces.offset().map(|o| match o {
        jiff::fmt::temporal::PiecesOffset::Numeric(n) => n.offset(),
        _ => Offset::UTC,
    })?;
    Some((offset, DateTime::from_parts(pieces.date(), pieces.time()?)))
}

fn mail(text: &str) -> Option<String> {
    let zoned: Zoned = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_zoned(text).ok()?;
    Some(rfc3339(zoned.datetime(), zoned.offset()))
}

fn rfc3339(civil: DateTime, offset: Offset) -> String {
    let seconds = offset.seconds();
    let civil = strtime::format("%Y-%m-%dT%H:%M:%S", civil).unwrap_or_default();
    if seconds == 0 {
        return format!("{civil}Z");
    }
    let minutes = seconds.abs() / 60;
    format!("{civil}{}{:02}:{:02}", if seconds < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

/// Dates with the month in letters, in English: "May 1, 2024", "1 May 2024", "Wed, 1 Sept. 2024 at 10:00".
/// A date of digits only, such as 01/05/2024, is two dates and none is taken.
fn written(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut day, mut month, mut year) = (None, None, None);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(8) {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        if let Ok(number) = digits.parse::<i16>() {
            match digits.len() {
                1 | 2 if day.is_none() && (1..=31).contains(&number) => day = Some(number as i8),
                4 if year.is_none() && (1800..=2200).contains(&number) => year = Some(number),
                _ => {}
            }
        } else if month.is_none() && word.len() >= 3 {
            let word = word.to_lowercase();
            let at = MONTHS.iter().position(|m| word.starts_with(m) && is_month(&word));
            month = at.map(|m| m as i8 + 1);
        }
    }
    Date::new(year?, month?, day?).ok().map(|d| d.to_string())
}

fn is_month(word: &str) -> bool {
    const FULL: [&str; 12] = [
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
    FULL.iter().any(|full| full.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_to_one_form() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(normalize(text).as_deref(), expected, "{text}");
        check("2024-05-01", Some("2024-05-01"));
        check("2024-05-01T10:20:30Z", Some("2024-05-01T10:20:30Z"));
        check("2024-05-01T10:20:30+0000", Some("2024-05-01T10:20:30Z"));
        check("2024-05-01T10:20:30.123+02:00", Some("2024-05-01T10:20:30+02:00"));
        check("2024-05-01 10:20:30 UTC", Some("2024-05-01T10:20:30Z"));
        check("2024-05-01 10:20:30", Some("2024-05-01"));
        check("2024/05/01", Some("2024-05-01"));
        check("20240501", Some("2024-05-01"));
        check("1714558830", Some("2024-05-01T10:20:30Z"));
        check("1714558830000", Some("2024-05-01T10:20:30Z"));
        check("Wed, 01 May 2024 10:20:30 -0330", Some("2024-05-01T10:20:30-03:30"));
        check("May 1, 2024", Some("2024-05-01"));
        check("1st Sept. 2024, 10:00", Some("2024-09-01"));
        check("Wednesday, May 1st, 2024 at 9:41 PM", Some("2024-05-01"));
        for text in ["", "yesterday", "01/05/2024", "2024", "31 February 2024", "Mayor 1 2024", "7", "2024-13-01"] {
            check(text, None);
        }
    }
}
