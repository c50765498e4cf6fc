//! Numbers in words, shares, and the words before a number that is not exact.

use crate::Language;
use crate::table::{Line, Table};

/// What a word does in a number, file `numerals.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Numeral {
    /// seven: counts as its value.
    Number(u64),
    /// thousands: a vague count, from this up to ten times this.
    Many(u64),
    /// million: what the number before it is multiplied by.
    Scale(u64),
    /// about: the number behind is near.
    About,
    /// over: the number behind is the least.
    More,
    /// under: the number behind is the most.
    Less,
}

impl Language {
    /// What a word in small letters does in a number.
    #[must_use]
    pub fn numeral(&self, lower: &str) -> Option<Numeral> {
        self.numeral_table().get(lower).copied()
    }

    /// Whether one or two words in small letters behind a number make it a share of a hundred: "per cent".
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
