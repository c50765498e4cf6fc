//! Countries and peoples; the phrases of interfaces.

use std::borrow::Cow;

use crate::Language;
use crate::table::{Map, lines, rows};

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

    /// The usual name of the country that goes by a folded name.
    #[must_use]
    pub fn country(&self, name: &str) -> Option<&'static str> {
        let table = self.country_names.get_or_init(|| {
            let mut names = Map::default();
            for (name, country) in self.countries().iter().flat_map(|c| c.names().map(|name| (name, c.name()))) {
                names.entry(Cow::Borrowed(name)).or_insert(country);
            }
            names
        });
        table.get(name).copied()
    }

    /// The usual names of the countries that share a folded name, none where it has one country or is no country's:
    /// both Congos for "congo".
    pub fn countries_sharing(&self, name: &str) -> impl Iterator<Item = &'static str> {
        let rows = self.files(|p| p.shared_names).flat_map(lines).map(|line| Country::read(line.text));
        rows.filter(move |row| row.name() == name).flat_map(|row| row.names().skip(1))
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
