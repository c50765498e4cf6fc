//! Dates as pages write them.

/// `text` as RFC 3339 (when it has a time and a zone) or as a plain date; `None` when it is neither
/// ISO 8601 nor a day with an English month name.
pub(super) fn normalize(text: &str) -> Option<String> {
    let text = text.trim();
    iso(text).or_else(|| compact(text)).or_else(|| named(text))
}

fn date(year: u32, month: u32, day: u32) -> Option<String> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1000..=9999).contains(&year) && (1..=days).contains(&day)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn number(text: &str, range: std::ops::Range<usize>) -> Option<u32> {
    let digits = text.get(range)?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) { None } else { digits.parse().ok() }
}

/// `2024-05-06`, `2024-5-6`, `2024/05/06`, with `T10:20:30.5+02:00` or the like behind it.
fn iso(text: &str) -> Option<String> {
    let mark = text.get(4..5).filter(|m| matches!(*m, "-" | "/" | "."))?;
    let year = number(text, 0..4)?;
    let rest = &text[5..];
    let (month, rest) = rest.split_once(mark)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if month.len() > 2 || digits > 2 {
        return None;
    }
    let day = date(year, number(month, 0..month.len())?, number(rest, 0..digits)?)?;
    Some(time(&rest[digits..]).map_or_else(|| day.clone(), |time| format!("{day}T{time}")))
}

/// The time and zone behind a date, as RFC 3339 writes them; `None` without a zone.
fn time(rest: &str) -> Option<String> {
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
    let (hour, minute) = (number(rest, 0..2)?, rest.get(2..3).filter(|c| *c == ":").and_then(|_| number(rest, 3..5))?);
    let mut rest = &rest[5..];
    let mut second = 0;
    if let Some(s) = rest.strip_prefix(':').and_then(|r| number(r, 0..2)) {
        second = s;
        rest = &rest[3..];
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    let zone = rest.trim();
    let zone = match zone {
        "Z" | "z" | "UTC" | "GMT" => "Z".to_owned(),
        _ => {
            let sign = zone.get(0..1).filter(|s| matches!(*s, "+" | "-"))?;
            let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
            let (hours, minutes) = (number(&digits, 0..2)?, if digits.len() == 2 { 0 } else { number(&digits, 2..4)? });
            if digits.len() > 4 || hours > 23 || minutes > 59 {
                return None;
            }
            format!("{sign}{hours:02}:{minutes:02}")
        }
    };
    (hour < 24 && minute < 60 && second < 61).then(|| format!("{hour:02}:{minute:02}:{second:02}{zone}"))
}

/// `20240506`, with anything but a digit behind it.
fn compact(text: &str) -> Option<String> {
    if text.as_bytes().get(8).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    date(number(text, 0..4)?, number(text, 4..6)?, number(text, 6..8)?)
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Whether a word is the English name of a month, whole or cut to three letters.
pub(super) fn is_month(word: &str) -> bool {
    let full = [
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
    let word = word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    full.contains(&word.as_str()) || MONTHS.contains(&word.as_str()) || word == "sept"
}

/// `May 6, 2024`, `6 May 2024`, `Mon, 06 May 2024 10:20:30 GMT`.
fn named(text: &str) -> Option<String> {
    let (mut year, mut month, mut day) = (None, None, None);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(8) {
        let ordinal = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let lower = word.to_ascii_lowercase();
        if let Some(number) = number(ordinal, 0..ordinal.len()) {
            match ordinal.len() {
                4 if year.is_none() => year = Some(number),
                1 | 2 if day.is_none() => day = Some(number),
                _ => {}
            }
        } else if month.is_none() && word.len() >= 3 && word.is_ascii() {
            month = MONTHS.iter().position(|m| lower.starts_with(m)).map(|m| m as u32 + 1);
        }
    }
    date(year?, month?, day?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(normalize(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn dates_become_rfc_3339_or_plain() {
        check("2024-05-06", Some("2024-05-06"));
        check("2024-05-06T10:20:30Z", Some("2024-05-06T10:20:30Z"));
        check("2024-05-06T10:20:30.123+0200", Some("2024-05-06T10:20:30+02:00"));
        check("2024-05-06T10:20-05", Some("2024-05-06T10:20:00-05:00"));
        check("2024-05-06 10:20:30", Some("2024-05-06"));
        check("2024/5/6", Some("2024-05-06"));
        check("20240506", Some("2024-05-06"));
        check("20240506T1020", Some("2024-05-06"));
        check("Mon, 06 May 2024 10:20:30 GMT", Some("2024-05-06"));
        check("Sept. 3rd, 2021 at 4:05 pm", Some("2021-09-03"));
        check("2024-02-30", None);
        check("1714990830000", None);
        check("last Tuesday", None);
        check("é024-05-06", None);
    }
}
