//! Number words, percentages, and the words before an approximate number.

use crate::Language;
use crate::table::{Line, Table};

/// Function of a word in a number; file `numerals.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Numeral {
    /// seven: has this value.
    Number(u64),
    /// thousands: a vague count, from this value up to ten times as much.
    Many(u64),
    /// million: multiplies the number before it by this value.
    Scale(u64),
    /// about: the number behind it is approximate.
    About,
    /// over: the number behind it is a lower bound.
    More,
    /// under: the number behind it is an upper bound.
    Less,
}

impl Language {
    /// Function of a lowercase word in a number.
    #[must_use]
    pub fn numeral(&self, lower: &str) -> Option<Numeral> {
        self.numeral_table().get(lower).copied()
    }

    /// Whether one or two lowercase words behind a number make it a percentage: "per cent".
    #[must_use]
    pub fn is_percent(&self, lower: &str) -> bool {
        self.percent.get_or_init(|| Table::rows(self.files(|p| p.percent), |_| Some(()))).get(lower).is_some()
    }

    pub(crate) fn numeral_table(&self) -> &Table<Numeral> {
        self.numerals.get_or_init(|| Table::words(self.files(|p| p.numerals), read))
    }
}

fn read(line: &Line<'_>) -> Option<Numeral> {
    let value = || line.cell(1)?.parse().ok();
    Some(match line.cell(0)? {
        "number" => Numeral::Number(value()?),
        "many" => Numeral::Many(value()?),
        "scale" => Numeral::Scale(value()?),
        "about" => Numeral::About,
        "more" => Numeral::More,
        "less" => Numeral::Less,
        _ => return None,
    })
}
