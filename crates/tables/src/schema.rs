use std::borrow::Cow;

use pressmark_jsonl::Score;

use crate::{Result, View};

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// A signed integer of 64 bits.
    Integer,
    /// A floating-point number of 64 bits.
    Number,
    /// True or false.
    Boolean,
    /// A day of the proleptic Gregorian calendar.
    Date,
}

impl ColumnType {
    /// The name of the type in the data dictionary.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }
}

/// The column of another table in which every value of a column is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Name of the table.
    pub table: &'static str,
    /// Name of the column. Unless it is `doc`, the row is that of the same `doc`.
    pub column: &'static str,
}

/// A column, as it is declared once for all formats and for the data dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells are.
    pub column_type: ColumnType,
    /// What it says, for the data dictionary.
    pub about: &'static str,
    /// What numbers count, where they count something.
    pub unit: Option<&'static str>,
    /// Whether cells may be null.
    pub is_nullable: bool,
    /// Whether it is part of the key, which is unique in the table and never null.
    pub is_key: bool,
    /// Where its values point.
    pub references: Option<Reference>,
}

/// The unit of offsets into a document's text.
const CHARACTERS: &str = "Unicode code points";

impl Column {
    const fn new(name: &'static str, column_type: ColumnType, about: &'static str) -> Self {
        Self { name, column_type, about, unit: None, is_nullable: false, is_key: false, references: None }
    }

    pub(crate) const fn text(name: &'static str, about: &'static str) -> Self {
        Self::new(name, ColumnType::Text, about)
    }

    pub(crate) const fn integer(name: &'static str, about: &'static str) -> Self {
        Self::new(name, ColumnType::Integer, about)
    }

    /// A place within the list of the record, from 0: with `doc` the key of its row.
    pub(crate) const fn index(name: &'static str, about: &'static str) -> Self {
        Self::new(name, ColumnType::Integer, about).key()
    }

    /// An offset into the text.
    pub(crate) const fn offset(name: &'static str, about: &'static str) -> Self {
        Self::new(name, ColumnType::Integer, about).unit(CHARACTERS)
    }

    pub(crate) const fn score(name: &'static str, about: &'static str) -> Self {
        Self::new(name, ColumnType::Number, about).unit("in [0, 1]")
    }

    pub(crate) const fn boolean(name: &'static str, about: &'static str) -> Self {
        Self::new(name, ColumnType::Boolean, about)
    }

    pub(crate) const fn date(name: &'static str, about: &'static str) -> Self {
        Self::new(name, ColumnType::Date, about)
    }

    /// The document that a row belongs to: part of the key of every table but `documents`, where it is the key.
    pub(crate) const fn doc() -> Self {
        Self::new("doc", ColumnType::Text, "Document").key().to("documents", "doc")
    }

    pub(crate) const fn unit(self, unit: &'static str) -> Self {
        Self { unit: Some(unit), ..self }
    }

    pub(crate) const fn nullable(self) -> Self {
        Self { is_nullable: true, ..self }
    }

    pub(crate) const fn key(self) -> Self {
        Self { is_key: true, ..self }
    }

    pub(crate) const fn to(self, table: &'static str, column: &'static str) -> Self {
        Self { references: Some(Reference { table, column }), ..self }
    }
}

/// The value of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing is known.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// An integer.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Days since 1 January 1970.
    Date(i32),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a Cow<'_, str>> for Value<'a> {
    fn from(text: &'a Cow<'_, str>) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<usize> for Value<'_> {
    fn from(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<Score> for Value<'_> {
    fn from(score: Score) -> Self {
        Self::Number(score.value())
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Day> for Value<'_> {
    fn from(day: Day) -> Self {
        Self::Date(day.0)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Days since 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) i32);

impl Day {
    /// The day that a date or a point in time in RFC 3339 begins with, in its own time zone.
    pub(crate) fn of(date: &str) -> Option<Self> {
        let mut parts = date.get(..10)?.split('-');
        let mut next = |digits: usize| parts.next().filter(|part| part.len() == digits)?.parse::<i32>().ok();
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let longest = match month {
            2 => 28 + i32::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=longest).contains(&day) {
            return None;
        }
        // Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March.
        let year = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Some(Self(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468))
    }

    /// Year, month and day.
    pub(crate) fn civil(self) -> (i32, i32, i32) {
        let days = self.0 + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year_of_era + era * 400 + i32::from(month <= 2), month, day)
    }
}

/// Takes the cells of one row, in the order of the columns.
pub type RowSink<'s, 'r> = dyn FnMut(&[Value<'r>]) -> Result<()> + 's;

/// A table: its columns, and the rows that a record has in it.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name, which is that of its file.
    pub name: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// Its columns in their order.
    pub columns: &'static [Column],
    /// Whether it is written unless asked for otherwise.
    pub is_default: bool,
    pub(crate) rows: for<'r> fn(&'r View<'r>, &mut RowSink<'_, 'r>) -> Result<()>,
}

impl Table {
    /// Hands over the rows of a record, in the order of their keys.
    ///
    /// # Errors
    /// What the sink returns.
    pub fn rows<'r>(&self, view: &'r View<'r>, sink: &mut RowSink<'_, 'r>) -> Result<()> {
        (self.rows)(view, sink)
    }
}

/// Declares a table: each column beside the value of its cells.
macro_rules! table {
    (
        $(#[doc = $about:literal])+
        $table:ident = $name:literal, $is_default:literal,
        |$view:ident| for $row:pat in $rows:expr,
        { $($column:expr => $value:expr,)+ }
    ) => {
        pub(crate) static $table: crate::Table = crate::Table {
            name: $name,
            about: concat!($($about),+),
            columns: &{ use crate::Column; [$($column),+] },
            is_default: $is_default,
            rows: |$view, sink| {
                for $row in $rows {
                    sink(&[$(crate::Value::from($value)),+])?;
                }
                Ok(())
            },
        };
    };
}
pub(crate) use table;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_epoch_in_the_date_s_own_zone() {
        let check = |date: &str, expected: Option<i32>| {
            assert_eq!(Day::of(date).map(|day| day.0), expected, "{date}");
        };
        check("1970-01-01", Some(0));
        check("1969-12-31", Some(-1));
        check("2024-02-29T23:59:00+05:00", Some(19_782));
        check("2000-03-01", Some(11_017));
        check("1900-02-29", None);
        check("2024-13-01", None);
        check("2024-05", None);
        check("May 5, 2024", None);
        check("", None);
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in Day::of("1799-12-28").unwrap().0..Day::of("2200-03-03").unwrap().0 {
            let (year, month, of_month) = Day(day).civil();
            assert_eq!(Day::of(&format!("{year:04}-{month:02}-{of_month:02}")), Some(Day(day)));
        }
    }
}
