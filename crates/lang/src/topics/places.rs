//! Countries and peoples; the phrases of interfaces.

use crate::Language;
use crate::table::{lines, rows};

/// A country with the names it goes by, file `countries.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Country {
    row: &'static str,
}

impl Country {
    pub(crate) fn read(row: &'static str) -> Self {
        Self { row }
    }

    /// Its usual name, folded: small letters, no accents or marks.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row.split('|').next().unwrap_or(self.row)
    }

    /// All its names, the usual one first, folded in the same way.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.row.split('|')
    }
}

impl Language {
    /// The countries with the names they go by in this language.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        self.countries
            .get_or_init(|| self.files(|p| p.countries).flat_map(lines).map(|line| Country::read(line.text)).collect())
    }

    /// What formal names of states begin with, folded and without the space behind: "republic of".
    pub fn state_forms(&self) -> impl Iterator<Item = &'static str> {
        self.files(|p| p.state_forms).flat_map(lines).map(|line| line.text)
    }

    /// What people and things of a country are called, with the usual name of the country: ("kenyan", "kenya"),
    /// both folded.
    #[must_use]
    pub fn peoples(&self) -> &[(&'static str, &'static str)] {
        self.peoples.get_or_init(|| {
            rows(self.files(|p| p.peoples), 0, |line| Some((line.cell(0)?, line.cell(1)?)))
                .into_iter()
                .map(|(_, row)| row)
                .collect()
        })
    }
}
