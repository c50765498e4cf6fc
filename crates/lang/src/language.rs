use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use crate::classes::{ClassSet, Clitic, Ending, FunctionWord, NameClass, PagePhrase, SpeechClass, WordClass};
use crate::pack::Pack;
use crate::table::{Map, Table};
use crate::topics::{
    Abbreviation, Calendar, Country, CueTable, Gender, Numeral, Opener, Pronoun, QuotationMarks, Title,
};
use crate::{LANGUAGES, neutral};

/// Word lists and small rules of one language, or of all of them ([`neutral`](Language::neutral)).
///
/// Look-ups are case-sensitive where case is informative ([`abbreviation`](Self::abbreviation),
/// [`opener`](Self::opener)), and take lowercase or any case elsewhere, as each method says. A topic is parsed on first
/// use.
///
/// ```
/// use pressmark_lang::Language;
///
/// let language = Language::of(Some("fr"));
/// assert_eq!((language.code(), language.name()), ("fr", "French"));
/// assert!(language.is_stop_word("les") && !language.is_stop_word("the"));
/// assert!(Language::of(None).is_stop_word("les"));
/// ```
pub struct Language {
    pub(crate) pack: Pack,
    pub(crate) abbreviations: OnceLock<Table<Abbreviation>>,
    pub(crate) calendar: OnceLock<Table<Calendar>>,
    pub(crate) clitics: OnceLock<Table<ClassSet<Clitic>>>,
    pub(crate) closings: OnceLock<Table<()>>,
    pub(crate) countries: OnceLock<Vec<Country>>,
    pub(crate) country_names: OnceLock<Map<&'static str>>,
    pub(crate) cues: OnceLock<CueTable>,
    pub(crate) endings: OnceLock<Vec<(Ending, &'static str)>>,
    pub(crate) first_names: OnceLock<Table<Gender>>,
    pub(crate) function_words: OnceLock<Table<ClassSet<FunctionWord>>>,
    pub(crate) marks: OnceLock<Vec<QuotationMarks>>,
    pub(crate) name_words: OnceLock<Table<ClassSet<NameClass>>>,
    pub(crate) numerals: OnceLock<Table<Numeral>>,
    pub(crate) openers: OnceLock<Table<Opener>>,
    pub(crate) page_phrases: OnceLock<Vec<(&'static str, PagePhrase)>>,
    pub(crate) peoples: OnceLock<Vec<(&'static str, &'static str)>>,
    pub(crate) percent: OnceLock<Table<()>>,
    pub(crate) pronouns: OnceLock<Vec<(&'static str, Pronoun)>>,
    pub(crate) speech: OnceLock<Table<ClassSet<SpeechClass>>>,
    pub(crate) stop_words: OnceLock<Table<()>>,
    pub(crate) titles: OnceLock<Table<Title>>,
    pub(crate) words: OnceLock<Table<ClassSet<WordClass>>>,
}

impl Language {
    pub(crate) const fn new(pack: Pack) -> Self {
        Self {
            pack,
            abbreviations: OnceLock::new(),
            calendar: OnceLock::new(),
            clitics: OnceLock::new(),
            closings: OnceLock::new(),
            countries: OnceLock::new(),
            country_names: OnceLock::new(),
            cues: OnceLock::new(),
            endings: OnceLock::new(),
            first_names: OnceLock::new(),
            function_words: OnceLock::new(),
            marks: OnceLock::new(),
            name_words: OnceLock::new(),
            numerals: OnceLock::new(),
            openers: OnceLock::new(),
            page_phrases: OnceLock::new(),
            peoples: OnceLock::new(),
            percent: OnceLock::new(),
            pronouns: OnceLock::new(),
            speech: OnceLock::new(),
            stop_words: OnceLock::new(),
            titles: OnceLock::new(),
            words: OnceLock::new(),
        }
    }

    /// Looks up the pack for an ISO 639-1 or 639-3 code, as in a document's metadata. A tag such as `en-GB` is read up
    /// to its first hyphen or underscore. `None` and a language without a folder get the neutral pack.
    #[must_use]
    pub fn of(code: Option<&str>) -> &'static Self {
        let code = code.and_then(|code| code.split(['-', '_']).next()).unwrap_or_default();
        LANGUAGES.iter().find(|l| l.pack.code.eq_ignore_ascii_case(code)).copied().unwrap_or(&neutral::LANGUAGE)
    }

    /// The pack for text whose language is unknown or has no folder: its own words and those of all languages.
    #[must_use]
    pub fn neutral() -> &'static Self {
        &neutral::LANGUAGE
    }

    /// Languages with a folder.
    #[must_use]
    pub fn all() -> &'static [&'static Self] {
        LANGUAGES
    }

    /// ISO 639 code, "und" for the neutral pack.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.pack.code
    }

    /// English name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.pack.name
    }

    /// Whether this is the neutral pack.
    #[must_use]
    pub fn is_neutral(&self) -> bool {
        self.pack.code == Pack::EMPTY.code
    }

    /// Packs to read: only its own, or for the neutral pack its own and then those of all languages.
    pub(crate) fn packs(&self) -> impl Iterator<Item = &Pack> {
        let others = if self.is_neutral() { LANGUAGES } else { &[] };
        std::iter::once(&self.pack).chain(others.iter().map(|l| &l.pack))
    }

    /// Stem that the forms of a verb, in lowercase, and its noun share: "claim" of claims, claimed and claiming.
    /// Without a rule in the language, a word is its own stem.
    ///
    /// ```
    /// use pressmark_lang::Language;
    ///
    /// assert_eq!(Language::of(Some("en")).stem("denies"), "deny");
    /// ```
    #[must_use]
    pub fn stem<'w>(&self, lower: &'w str) -> Cow<'w, str> {
        self.packs().map(|pack| (pack.stem)(lower)).find(|stem| stem != lower).unwrap_or(lower.into())
    }

    /// Singular of a noun in lowercase that is spelled like a plural; other words as they are.
    ///
    /// ```
    /// use pressmark_lang::Language;
    ///
    /// let english = Language::of(Some("en"));
    /// assert_eq!(["kenyans", "swiss"].map(|word| english.singular(word)), ["kenyan", "swiss"]);
    /// ```
    #[must_use]
    pub fn singular<'w>(&self, lower: &'w str) -> &'w str {
        self.packs().map(|pack| (pack.singular)(lower)).find(|singular| *singular != lower).unwrap_or(lower)
    }

    pub(crate) fn files(&self, topic: fn(&Pack) -> &'static str) -> impl Iterator<Item = &'static str> {
        self.packs().map(topic)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Language").field("code", &self.code()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Line, lines};
    use crate::topics::{LONGEST_ABBREVIATION, ending_row, page_phrase};

    fn unread<V>(table: &Table<V>) -> Vec<&'static str> {
        table.unread.clone()
    }

    #[test]
    fn every_line_of_every_file_is_read() {
        for language in LANGUAGES.iter().copied().chain([Language::neutral()]) {
            let mut bad = Vec::new();
            bad.extend(unread(language.abbreviation_table()));
            bad.extend(unread(language.opener_table()));
            bad.extend(unread(language.calendar_table()));
            bad.extend(unread(language.numeral_table()));
            bad.extend(unread(language.word_table()));
            bad.extend(unread(language.function_word_table()));
            bad.extend(unread(language.speech_table()));
            bad.extend(&language.cue_table().unread);
            bad.extend(unread(language.title_table()));
            bad.extend(unread(language.first_name_table()));
            bad.extend(unread(language.name_word_table()));
            bad.extend(unread(language.clitic_table()));
            let rows = |file: fn(&Pack) -> &'static str| language.files(file).flat_map(lines).map(|l| l.text);
            bad.extend(rows(|p| p.pronouns).filter(|text| Pronoun::read(&Line { text }).is_none()));
            bad.extend(rows(|p| p.marks).filter(|text| QuotationMarks::read(&Line { text }).is_none()));
            bad.extend(rows(|p| p.endings).filter(|text| ending_row(&Line { text }).is_none()));
            let is_page_phrase = |text: &str| page_phrase(&Line { text }).is_some() && text.split('\t').count() == 2;
            bad.extend(rows(|p| p.page_phrases).filter(|text| !is_page_phrase(text)));
            bad.extend(rows(|p| p.peoples).filter(|text| text.split('\t').count() != 2));
            assert!(bad.is_empty(), "{}: {bad:?}", language.name());
        }
    }

    #[test]
    fn every_folder_is_a_language_and_every_file_in_it_is_read() {
        let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let entries = |folder: &std::path::Path| -> Vec<_> {
            std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
        };
        for folder in entries(&source).into_iter().filter(|path| path.is_dir()) {
            let is_data =
                |path: &std::path::PathBuf| path.extension().is_some_and(|kind| kind == "tsv" || kind == "txt");
            let name = folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            let language = if name == "neutral" { Language::neutral() } else { Language::of(Some(&name)) };
            for file in entries(&folder).into_iter().filter(is_data) {
                assert_eq!(language.is_neutral(), name == "neutral", "{name} is not in the list of languages");
                let text = std::fs::read_to_string(&file).expect("text");
                assert!(language.pack.texts().contains(&text.as_str()), "{} is in no pack", file.display());
            }
        }
    }

    #[test]
    fn no_country_has_a_name_of_another() {
        for language in LANGUAGES {
            let mut names: Vec<&str> = language.countries().iter().flat_map(|c| c.names()).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{}", language.name());
        }
    }

    #[test]
    fn what_shares_a_name_is_a_country() {
        for language in LANGUAGES {
            let usual: Vec<&str> = language.countries().iter().map(|c| c.name()).collect();
            let mut sharing = language.countries_sharing("congo");
            assert!(sharing.all(|name| usual.contains(&name)), "{}", language.name());
            assert_eq!(
                (language.countries_sharing("congo").count(), language.countries_sharing("mali").count()),
                (2, 0)
            );
        }
    }

    #[test]
    fn the_neutral_pack_knows_the_words_of_all() {
        let neutral = Language::neutral();
        for language in Language::all() {
            assert!(!language.is_neutral());
            for word in language.word_table().map.keys() {
                assert!(!neutral.classes(word).is_empty(), "{word}");
            }
            for word in language.abbreviation_table().map.keys() {
                assert!(word.len() <= LONGEST_ABBREVIATION, "{word}");
                assert!(neutral.abbreviation(word).is_some(), "{word}");
            }
        }
        assert!(Language::of(Some("cy")).is_neutral() && Language::of(None).is_neutral());
        assert_eq!(Language::of(Some("en-GB")).code(), "en");
        assert_eq!(Language::of(Some("FR")).code(), "fr");
    }
}
