//! Months, days of the week, time zones, halves of the day and date order.

use std::borrow::Cow;

use crate::Language;
use crate::classes::Ending;
use crate::date_order::DateOrder;
use crate::table::{Line, Table, lines, lower};

/// Meaning of a word in `calendar.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calendar {
    Month(u8),
    ShortMonth(u8),
    Weekday(u8),
    Zone,
    HalfOfDay,
}

/// Languages without a folder that write the year first: in a numeric date with the year last, the order of day and
/// month is unknown.
const YEAR_FIRST: &[&str] = &["zh", "ja", "ko", "hu", "lt", "mn"];

impl Language {
    /// Customary order of day and month for a language tag such as `en-US` or `de`. `None` where the tag is ambiguous,
    /// such as `en` alone.
    #[must_use]
    pub fn date_order(tag: &str) -> Option<DateOrder> {
        let mut parts = tag.split(['-', '_']).map(str::to_ascii_lowercase);
        let code = parts.next().filter(|code| !code.is_empty() && !YEAR_FIRST.contains(&code.as_str()))?;
        // ISO 3166-1 alpha-2: a region subtag of two letters.
        let region = parts.find(|part| part.len() == 2);
        (Self::of(Some(&code)).pack.date_order)(region.as_deref())
    }

    /// Parses a day of the month in figures, 1 to 31, with or without a lowercase ordinal ending: "5", "1st", French
    /// "1er".
    #[must_use]
    pub fn day_of_month(&self, word: &str) -> Option<u8> {
        let digits = self.without_ending(word, Ending::Ordinal).unwrap_or(word);
        let is_short = digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|day| is_short && (1..=31).contains(day))
    }

    /// Month by name or abbreviation, 1 to 12; a final full stop is ignored.
    #[must_use]
    pub fn month(&self, word: &str) -> Option<u8> {
        match self.calendar_entry(word)? {
            Calendar::Month(month) => Some(month),
            _ => None,
        }
    }

    /// Month by a short form that is another word elsewhere, for places where a date is expected: Italian "gen", 1 to
    /// 12.
    #[must_use]
    pub fn short_month(&self, word: &str) -> Option<u8> {
        match self.calendar_entry(word)? {
            Calendar::Month(month) | Calendar::ShortMonth(month) => Some(month),
            _ => None,
        }
    }

    /// Day of the week, from Monday as 1 to Sunday as 7 (ISO 8601); a final full stop is ignored.
    #[must_use]
    pub fn weekday(&self, word: &str) -> Option<u8> {
        match self.calendar_entry(word)? {
            Calendar::Weekday(day) => Some(day),
            _ => None,
        }
    }

    /// Whether the language capitalises months.
    #[must_use]
    pub fn capitalises_months(&self) -> bool {
        let months = self.files(|p| p.calendar).flat_map(lines).filter(|line| line.cell(0) == Some("month"));
        months.filter_map(|line| line.cell(2)).next().is_some_and(|month| month.starts_with(char::is_uppercase))
    }

    /// Whether a word is a time zone: "EST", "Pacific". Case-sensitive.
    #[must_use]
    pub fn is_time_zone(&self, word: &str) -> bool {
        self.calendar_table().get(word) == Some(&Calendar::Zone)
    }

    /// Whether a word behind a time of day says which half of the day: "a.m.", "PM"; a final full stop is ignored.
    ///
    /// ```
    /// use pressmark_lang::Language;
    ///
    /// let english = Language::of(Some("en"));
    /// assert_eq!(["p.m.", "AM", "amp"].map(|word| english.is_half_of_day(word)), [true, true, false]);
    /// ```
    #[must_use]
    pub fn is_half_of_day(&self, word: &str) -> bool {
        self.calendar_entry(word) == Some(Calendar::HalfOfDay)
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
        "half_of_day" => Calendar::HalfOfDay,
        _ => return None,
    })
}

/// Time zones are case-sensitive; months and days are looked up in lowercase.
fn calendar_key(word: Cow<'static, str>, entry: Calendar) -> Cow<'static, str> {
    if entry == Calendar::Zone { word } else { Cow::Owned(word.to_lowercase()) }
}

#[cfg(test)]
mod tests {
    use crate::{DateOrder, Language};

    #[test]
    fn a_month_cut_short_is_one_only_where_a_date_is_expected() {
        let neutral = Language::neutral();
        assert_eq!(
            [neutral.month("gen"), neutral.short_month("Gen."), neutral.short_month("May")],
            [None, Some(1), Some(5)]
        );
    }

    #[test]
    fn days_of_a_month_have_the_endings_of_their_language() {
        let days = |code| ["1st", "1er", "31", "32", "1x", "st"].map(|word| Language::of(code).day_of_month(word));
        let (first, last) = (Some(1), Some(31));
        assert_eq!(days(Some("en")), [first, None, last, None, None, None]);
        assert_eq!(days(Some("fr")), [None, first, last, None, None, None]);
        assert_eq!(days(None), [first, first, last, None, None, None]);
    }

    #[test]
    fn dates_have_the_order_of_the_country() {
        let (day, month) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
        let orders = ["en-US", "en_GB", "en", "fr-CA", "de", "ja", ""].map(Language::date_order);
        assert_eq!(orders, [month, day, None, day, day, None, None]);
    }
}
