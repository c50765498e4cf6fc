//! Months, days of the week and time zones.

use std::borrow::Cow;

use crate::Language;
use crate::table::{Line, Table, lines, lower};

/// What a line of `calendar.tsv` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calendar {
    Month(u8),
    ShortMonth(u8),
    Weekday(u8),
    Zone,
}

impl Language {
    /// The month that a name or its abbreviation stands for, 1 to 12; a final full stop does not count.
    #[must_use]
    pub fn month(&self, word: &str) -> Option<u8> {
        match self.calendar_entry(word)? {
            Calendar::Month(month) => Some(month),
            _ => None,
        }
    }

    /// The month that a word stands for where a date is expected, and elsewhere need not: Italian "gen", 1 to 12.
    #[must_use]
    pub fn short_month(&self, word: &str) -> Option<u8> {
        match self.calendar_entry(word)? {
            Calendar::Month(month) | Calendar::ShortMonth(month) => Some(month),
            _ => None,
        }
    }

    /// The day of the week, from Monday as 1 to Sunday as 7 (ISO 8601); a final full stop does not count.
    #[must_use]
    pub fn weekday(&self, word: &str) -> Option<u8> {
        match self.calendar_entry(word)? {
            Calendar::Weekday(day) => Some(day),
            _ => None,
        }
    }

    /// Whether months are written with a capital.
    #[must_use]
    pub fn capitalises_months(&self) -> bool {
        let months = self.files(|p| p.calendar).flat_map(lines).filter(|line| line.cell(0) == Some("month"));
        months.filter_map(|line| line.cell(2)).next().is_some_and(|month| month.starts_with(char::is_uppercase))
    }

    /// Whether a word names a time zone: "EST", "Pacific". Only as it is written in the file.
    #[must_use]
    pub fn is_time_zone(&self, word: &str) -> bool {
        self.calendar_table().get(word) == Some(&Calendar::Zone)
    }

    fn calendar_entry(&self, word: &str) -> Option<Calendar> {
        self.calendar_table().get(&lower(word.strip_suffix('.').unwrap_or(word))).copied()
    }

    pub(crate) fn calendar_table(&self) -> &Table<Calendar> {
        self.calendar.get_or_init(|| {
            let mut table = Table::words(self.files(|p| p.calendar), calendar);
            let map = std::mem::take(&mut table.map);
            table.map = map.into_iter().map(|(word, entry)| (calendar_key(word, entry), entry)).collect();
            table
        })
    }
}

fn calendar(line: &Line<'_>) -> Option<Calendar> {
    let number = |most: u8| line.cell(1)?.parse().ok().filter(|n| (1..=most).contains(n));
    Some(match line.cell(0)? {
        "month" => Calendar::Month(number(12)?),
        "short_month" => Calendar::ShortMonth(number(12)?),
        "weekday" => Calendar::Weekday(number(7)?),
        "zone" => Calendar::Zone,
        _ => return None,
    })
}

/// Time zones are capitals; months and days are looked up in any case.
fn calendar_key(word: Cow<'static, str>, entry: Calendar) -> Cow<'static, str> {
    if entry == Calendar::Zone { word } else { Cow::Owned(word.to_lowercase()) }
}

#[cfg(test)]
mod tests {
    use crate::Language;

    #[test]
    fn a_month_cut_short_is_one_only_where_a_date_is_expected() {
        let neutral = Language::neutral();
        assert_eq!(
            [neutral.month("gen"), neutral.short_month("Gen."), neutral.short_month("May")],
            [None, Some(1), Some(5)]
        );
    }
}
