//! Countries by the names that news text gives them, as listed in the language's folder.
//!
//! Demonyms ("Congolese") are not variants: they have a type of their own. "Congo" and "Korea" alone are two countries
//! each and are in no row.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use pressmark_lang::Language;

use crate::name::fold;

/// Countries of one language.
pub(crate) struct Countries {
    language: &'static Language,
    /// Usual name by each name.
    names: HashMap<&'static str, &'static str>,
    /// Beginnings of formal names, with a space: "republic of ".
    forms: Vec<String>,
}

/// Tables of all languages, each built on first use.
static ALL: LazyLock<Vec<(&'static Language, OnceLock<Countries>)>> = LazyLock::new(|| {
    let languages = Language::all().iter().copied().chain([Language::neutral()]);
    languages.map(|language| (language, OnceLock::new())).collect()
});

impl Countries {
    /// Countries of a language.
    pub(crate) fn in_language(language: &Language) -> &'static Self {
        static NONE: LazyLock<Countries> =
            LazyLock::new(|| Countries { language: Language::neutral(), names: HashMap::new(), forms: Vec::new() });
        let entry = ALL.iter().find(|(known, _)| known.code() == language.code());
        entry.map_or(&NONE, |(language, countries)| countries.get_or_init(|| Self::of(language)))
    }

    fn of(language: &'static Language) -> Self {
        let names = language.countries().iter().flat_map(|c| c.names().map(|name| (name, c.name()))).collect();
        Self { language, names, forms: language.state_forms().map(|form| format!("{form} ")).collect() }
    }

    /// Usual name of the country with this folded name, if it is one.
    pub(crate) fn country(&self, folded: &str) -> Option<&'static str> {
        self.names.get(folded).copied().or_else(|| {
            let short = self.forms.iter().find_map(|form| folded.strip_prefix(form.as_str()))?;
            self.names.get(short).copied()
        })
    }

    /// Number of `words`, from the first, that form a country's name, the longest match; `None` when the first word is
    /// not capitalised like a name.
    pub(crate) fn length_at(&self, words: &[&str]) -> Option<usize> {
        let first = *words.first()?;
        // "Us" and "Car" begin sentences; "US" does not match "us". A single capital needs a word of four characters
        // ("Chad").
        let capitals = first.chars().filter(|c| c.is_uppercase()).count();
        if capitals == 0 || (capitals == 1 && first.chars().count() < 4) {
            return None;
        }
        let mut name = String::new();
        let mut longest = None;
        for (at, word) in words.iter().take(MAX_WORDS).enumerate() {
            let folded = fold(word, self.language).join(" ");
            if !folded.is_empty() && !self.language.is_article(&folded) {
                name.push_str(if name.is_empty() { "" } else { " " });
                name.push_str(&folded);
                longest = self.names.contains_key(name.as_str()).then_some(at + 1).or(longest);
            }
        }
        longest
    }
}

/// Most words in a name that is looked up, hyphens and small words included. Set by hand.
const MAX_WORDS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(name: &str) -> String {
        fold(name, Language::of(Some("en"))).join(" ")
    }

    fn country(folded: &str) -> Option<&'static str> {
        Countries::in_language(Language::of(Some("en"))).country(folded)
    }

    #[test]
    fn variants_of_a_country_are_one() {
        let check = |names: &[&str]| {
            let first = country(&folded(names[0]));
            assert!(first.is_some(), "{names:?}");
            assert!(names.iter().all(|n| country(&folded(n)) == first), "{names:?}");
        };
        check(&["US", "U.S.", "U.S", "USA", "United States", "the United States of America", "America"]);
        check(&["DRC", "DR Congo", "D.R. Congo", "Democratic Republic of the Congo", "Democratic Republic of Congo"]);
        check(&["Côte d’Ivoire", "Cote d'Ivoire", "Ivory Coast", "Republic of Côte d'Ivoire"]);
        check(&["China", "People’s Republic of China", "PRC"]);
        check(&["South Korea", "Republic of Korea"]);
        check(&["Iran", "Islamic Republic of Iran"]);
        check(&["Türkiye", "Turkey"]);
    }

    #[test]
    fn different_countries_are_told_apart() {
        let pairs =
            [("Niger", "Nigeria"), ("Guinea", "Guinea-Bissau"), ("Congo-Brazzaville", "DRC"), ("Taiwan", "China")];
        for (a, b) in pairs {
            assert_ne!(country(&folded(a)), country(&folded(b)), "{a} {b}");
        }
        assert_eq!(country("congo"), None);
        assert_eq!(country("eastern congo"), None);
    }

    #[test]
    fn countries_are_found_where_they_begin() {
        let check = |text: &str, expected: Option<usize>| {
            let words: Vec<&str> = text.split(' ').collect();
            let countries = Countries::in_language(Language::of(Some("en")));
            assert_eq!(countries.length_at(&words), expected, "{text:?}");
        };
        check("DR Congo said", Some(2));
        check("Democratic Republic of the Congo (", Some(5));
        check("Guinea - Bissau is", Some(3));
        check("Guinea is", Some(1));
        check("US troops", Some(1));
        check("Us too", None);
        check("turkey with rice", None);
        check("New hope", None);
    }

    #[test]
    fn no_variant_stands_twice_and_all_are_folded() {
        for language in Language::all() {
            let names: Vec<&str> = language.countries().iter().flat_map(|c| c.names()).collect();
            assert!(names.iter().all(|name| fold(name, language).join(" ") == *name));
            assert_eq!(Countries::of(language).names.len(), names.len(), "{}", language.code());
        }
    }
}
