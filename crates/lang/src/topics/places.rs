//! Countries and the names of their people.

use std::borrow::Cow;

use crate::Language;
use crate::table::{Map, lines, rows};

/// A country with its names; file `countries.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Country {
    row: &'static str,
}

impl Country {
    pub(crate) fn read(row: &'static str) -> Self {
        Self { row }
    }

    /// Usual name, folded: lowercase, no accents or marks.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row.split('|').next().unwrap_or(self.row)
    }

    /// All names, the usual one first, folded in the same way.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.row.split('|')
    }
}

impl Language {
    /// Countries with their names in this language.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        self.countries
            .get_or_init(|| self.files(|p| p.countries).flat_map(lines).map(|line| Country::read(line.text)).collect())
    }

    /// Usual name of the country with this folded name.
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

    /// Usual names of the countries that share an ambiguous folded name: both Congos for "congo". Empty for any other
    /// name.
    pub fn countries_sharing(&self, name: &str) -> impl Iterator<Item = &'static str> {
        let rows = self.files(|p| p.shared_names).flat_map(lines).map(|line| Country::read(line.text));
        rows.filter(move |row| row.name() == name).flat_map(|row| row.names().skip(1))
    }

    /// Beginnings of states' formal names, folded and without the space behind: "republic of".
    pub fn state_forms(&self) -> impl Iterator<Item = &'static str> {
        self.files(|p| p.state_forms).flat_map(lines).map(|line| line.text)
    }

    /// Demonyms and national adjectives, each with the usual name of its country: ("kenyan", "kenya"), both folded.
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
