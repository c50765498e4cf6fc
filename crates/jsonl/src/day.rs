/// Parses `YYYY-MM-DD` and returns year, month and day; `None` unless it is a day of the proleptic Gregorian calendar.
///
/// ```
/// use pressmark_jsonl::parse_day;
///
/// assert_eq!(parse_day("2024-02-29"), Some((2024, 2, 29)));
/// assert_eq!(parse_day("2023-02-29"), None);
/// ```
#[must_use]
pub fn parse_day(date: &str) -> Option<(i32, i32, i32)> {
    let mut parts = date.split('-');
    let mut next = |length: usize| {
        let digits = parts.next().filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()));
        digits?.parse::<i32>().ok()
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1..=days).contains(&day) && parts.next().is_none()).then_some((year, month, day))
}
