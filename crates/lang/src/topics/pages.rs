//! Page furniture around articles, and how pages and tables describe articles.

use crate::Language;
use crate::classes::{Class, PagePhrase};
use crate::pack::Pack;
use crate::table::{Line, lines};

impl Language {
    /// Phrases of page furniture ("Share this article"), one item per file, for `ingest` to parse. The neutral pack's
    /// file, which names every section, comes first.
    pub fn boilerplate(&self) -> impl Iterator<Item = &'static str> {
        self.files(|p| p.boilerplate).filter(|file| !file.is_empty())
    }

    /// Strings near the end of captions and nowhere else, as written: "(AP Photo".
    pub fn caption_marks(&self) -> impl Iterator<Item = &'static str> {
        self.files(|p| p.caption_marks).flat_map(lines).map(|line| line.text)
    }

    /// News agencies by the names under which they are credited; all in the neutral pack, since they are the same in
    /// every language.
    pub fn agencies() -> impl Iterator<Item = &'static str> {
        lines(Self::neutral().pack.agencies).map(|line| line.text)
    }

    /// Phrases of a class, in lowercase, best first; the neutral pack reads its own file last.
    pub fn page_phrases(&self, class: PagePhrase) -> impl Iterator<Item = &'static str> {
        let phrases = self.page_phrases.get_or_init(|| {
            let read = |pack: &Pack| lines(pack.page_phrases).filter_map(|line| page_phrase(&line)).collect::<Vec<_>>();
            let (own, others) = (self.packs().take(1), self.packs().skip(1));
            let classes = others.chain(own).flat_map(read);
            classes.flat_map(|(class, phrases)| phrases.split("; ").map(move |phrase| (phrase, class))).collect()
        });
        phrases.iter().filter(move |(_, of)| *of == class).map(|(phrase, _)| *phrase)
    }
}

/// Parses a class and its phrases, separated by semicolons.
pub(crate) fn page_phrase<'a>(line: &Line<'a>) -> Option<(PagePhrase, &'a str)> {
    Some((PagePhrase::named(line.cell(0)?)?, line.cell(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_of_a_class_are_those_of_the_language_or_of_all() {
        let has = |language: &Language, phrase: &str| language.page_phrases(PagePhrase::Published).any(|p| p == phrase);
        assert!(has(Language::of(Some("fr")), "publié") && !has(Language::of(Some("fr")), "published"));
        let neutral = Language::neutral();
        assert!(["publié", "published", "veröffentlicht"].iter().all(|phrase| has(neutral, phrase)));
        let fields: Vec<_> = neutral.page_phrases(PagePhrase::TextField).collect();
        let place = |name: &str| fields.iter().position(|field| *field == name);
        assert!(place("text") < place("texte") && place("texte") < place("volltext"), "{fields:?}");
    }

    #[test]
    fn every_class_has_phrases_and_none_of_them_is_in_capitals() {
        for (name, class) in PagePhrase::ALL {
            let phrases: Vec<_> = Language::neutral().page_phrases(*class).collect();
            assert!(!phrases.is_empty(), "{name}");
            assert!(phrases.iter().all(|p| *p == p.trim() && *p == p.to_lowercase()), "{name}: {phrases:?}");
        }
    }

    #[test]
    fn the_neutral_file_names_every_section_of_boilerplate() {
        let headers = |file: &'static str| file.lines().filter(|line| line.starts_with('[')).collect::<Vec<_>>();
        let mut files = Language::neutral().boilerplate().map(headers);
        let all = files.next().unwrap_or_default();
        assert!(all.len() > 40);
        assert!(files.flatten().all(|header| all.contains(&header)));
    }
}
