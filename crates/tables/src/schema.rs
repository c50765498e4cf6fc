use std::borrow::Cow;

use pressmark_jsonl::{Score, parse_day};

use crate::{Result, View};

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// 64-bit signed integer.
    Integer,
    /// 64-bit floating-point number.
    Number,
    /// True or false.
    Boolean,
    /// A day of the proleptic Gregorian calendar.
    Date,
}

impl ColumnType {
    /// Returns the name of the type in the data dictionary.
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

/// Foreign key: the column of another table that contains every value of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Name of the table.
    pub table: &'static str,
    /// Name of the column. Unless it is `doc`, the key also includes the row's `doc`.
    pub column: &'static str,
}

/// Declaration of a column, shared by all formats and the data dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name of the column.
    pub name: &'static str,
    /// Type of its cells.
    pub column_type: ColumnType,
    /// Description for the data dictionary.
    pub about: &'static str,
    /// Unit of its numbers, if they have one.
    pub unit: Option<&'static str>,
    /// Whether cells may be null.
    pub is_nullable: bool,
    /// Whether it is part of the table's key, which is unique and never null.
    pub is_key: bool,
    /// Column that its values refer to.
    pub references: Option<Reference>,
}

/// Unit of offsets into a document's text.
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

    /// Index in a list of the record, from 0; together with `doc` the key of the row.
    pub(crate) const fn index(name: &'static str, about: &'static str) -> Self {
        Self::new(name, ColumnType::Integer, about).key()
    }

    /// Offset into the text.
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

    /// Document of the row: part of the key of every table except `documents`, where it is the whole key.
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

/// Value of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Missing.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// An integer.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Days since 1970-01-01.
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

/// Days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) i32);

impl Day {
    /// Parses the date at the start of an RFC 3339 date or time, in its own time zone.
    pub(crate) fn of(date: &str) -> Option<Self> {
        let (year, month, day) = parse_day(date.get(..10)?)?;
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March, 400 years have 146,097
        // days, and 719,468 days lie between 0000-03-01 and 1970-01-01.
        let year = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Some(Self(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468))
    }

    /// Returns year, month and day, by the inverse of that algorithm.
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

/// Receives the cells of one row, in column order.
pub type RowSink<'s, 'r> = dyn FnMut(&[Value<'r>]) -> Result<()> + 's;

/// A table: its columns, and a function from a record to its rows.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Name of the table and of its file.
    pub name: &'static str,
    /// Description of a row.
    pub about: &'static str,
    /// Columns, in order.
    pub columns: &'static [Column],
    /// Whether it is written by default.
    pub is_default: bool,
    pub(crate) rows: for<'r> fn(&'r View<'r>, &mut RowSink<'_, 'r>) -> Result<()>,
}

impl Table {
    /// Passes the rows of a record to `sink`, in key order.
    ///
    /// # Errors
    /// Errors of the sink.
    pub fn rows<'r>(&self, view: &'r View<'r>, sink: &mut RowSink<'_, 'r>) -> Result<()> {
        (self.rows)(view, sink)
    }
}

/// Declares a table: each column with the value of its cells. The doc comment becomes the table's description in the
/// data dictionary.
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
        check("2024-+1-+1", None);
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
