use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use crate::classes::{ClassSet, Clitic, NameClass, SpeechClass, WordClass};
use crate::pack::Pack;
use crate::table::{Line, Names, Table, class_set, lines, lower};
use crate::topics::{Abbreviation, Country, Cue, Gender, Opener, Pronoun, QuotationMarks, Title, VerbForm};
use crate::{LANGUAGES, neutral};

/// The words and small rules of one language, or of all of them ([`neutral`](Language::neutral)).
///
/// Look-ups take a word as it stands in the text where its case tells something ([`abbreviation`](Self::abbreviation),
/// [`opener`](Self::opener)), and in any case elsewhere. A topic is read when it is first asked for.
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
    pack: Pack,
    abbreviations: OnceLock<Table<Abbreviation>>,
    calendar: OnceLock<Table<Calendar>>,
    clitics: OnceLock<Table<ClassSet<Clitic>>>,
    closings: OnceLock<Table<()>>,
    countries: OnceLock<Vec<Country>>,
    first_names: OnceLock<Table<Gender>>,
    marks: OnceLock<Vec<QuotationMarks>>,
    name_words: OnceLock<Table<ClassSet<NameClass>>>,
    openers: OnceLock<Table<Opener>>,
    peoples: OnceLock<Vec<(&'static str, &'static str)>>,
    pronouns: OnceLock<Vec<(&'static str, Pronoun)>>,
    speech: OnceLock<Table<ClassSet<SpeechClass>>>,
    stop_words: OnceLock<Table<()>>,
    titles: OnceLock<Table<Title>>,
    words: OnceLock<Table<ClassSet<WordClass>>>,
}

/// No abbreviation of any language has more bytes: longer words, which are most, need no look-up.
const LONGEST_ABBREVIATION: usize = 8;

/// What a line of `calendar.tsv` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calendar {
    Month(u8),
    Weekday(u8),
    Zone,
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
            first_names: OnceLock::new(),
            marks: OnceLock::new(),
            name_words: OnceLock::new(),
            openers: OnceLock::new(),
            peoples: OnceLock::new(),
            pronouns: OnceLock::new(),
            speech: OnceLock::new(),
            stop_words: OnceLock::new(),
            titles: OnceLock::new(),
            words: OnceLock::new(),
        }
    }

    /// The pack for a language code: ISO 639-1 or 639-3, as a document's metadata have it. A tag such as `en-GB` is
    /// read up to its first hyphen. The neutral pack for `None` and for a language without a folder.
    #[must_use]
    pub fn of(code: Option<&str>) -> &'static Self {
        let code = code.and_then(|code| code.split(['-', '_']).next()).unwrap_or_default();
        LANGUAGES.iter().find(|l| l.pack.code.eq_ignore_ascii_case(code)).copied().unwrap_or(&neutral::LANGUAGE)
    }

    /// The pack for text whose language is not known or has no folder: its own words and those of all folders.
    #[must_use]
    pub fn neutral() -> &'static Self {
        &neutral::LANGUAGE
    }

    /// The languages with a folder of their own.
    #[must_use]
    pub fn all() -> &'static [&'static Self] {
        LANGUAGES
    }

    /// Its code in ISO 639, "und" for the neutral pack.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.pack.code
    }

    /// Its name in English.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.pack.name
    }

    /// Whether this is the pack for unknown languages.
    #[must_use]
    pub fn is_neutral(&self) -> bool {
        self.pack.code == Pack::EMPTY.code
    }

    /// The packs whose words count: for the neutral one, those of all languages after its own.
    fn packs(&self) -> impl Iterator<Item = &Pack> {
        let others = if self.is_neutral() { LANGUAGES } else { &[] };
        std::iter::once(&self.pack).chain(others.iter().map(|l| &l.pack))
    }

    fn files(&self, topic: fn(&Pack) -> &'static str) -> impl Iterator<Item = &'static str> {
        self.packs().map(topic)
    }

    // ---- abbreviations.tsv, openers.tsv -----------------------------------------------------------

    /// The class of an abbreviation, given without its final full stop.
    ///
    /// An entry with a capital holds as it is written and in capitals ("Gen", "GEN", not "gen"), one in small letters
    /// in any case. A single letter holds only as it is written: "v." is versus, "V." an initial or a number.
    #[must_use]
    pub fn abbreviation(&self, word: &str) -> Option<Abbreviation> {
        if word.len() > LONGEST_ABBREVIATION {
            return None;
        }
        let table = self.abbreviation_table();
        if let Some(class) = table.get(word) {
            return Some(*class);
        }
        if !word.chars().any(char::is_uppercase) || word.chars().nth(1).is_none() {
            return None;
        }
        let small = word.to_lowercase();
        if word.chars().all(char::is_uppercase) {
            // "GEN. SMITH": headlines shout.
            let mut chars = small.chars();
            let title: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
            if let Some(class) = table.get(&title) {
                return Some(*class);
            }
        }
        table.get(&small).copied()
    }

    fn abbreviation_table(&self) -> &Table<Abbreviation> {
        self.abbreviations.get_or_init(|| Table::words(self.files(|p| p.abbreviations), named))
    }

    /// Whether a capitalised word opens sentences, and how surely.
    #[must_use]
    pub fn opener(&self, word: &str) -> Option<Opener> {
        self.opener_table().get(word).copied()
    }

    fn opener_table(&self) -> &Table<Opener> {
        self.openers.get_or_init(|| Table::words(self.files(|p| p.openers), named))
    }

    // ---- calendar.tsv -----------------------------------------------------------------------------

    /// The month that a name or its abbreviation stands for, 1 to 12; a final full stop does not count.
    #[must_use]
    pub fn month(&self, word: &str) -> Option<u8> {
        match self.calendar_entry(word)? {
            Calendar::Month(month) => Some(month),
            _ => None,
        }
    }

    /// The day of the week, from Monday as 1 to Sunday as 7 (ISO 8601); a final full stop does not count.
    #[must_use]
    pub fn weekday(&self, word: &str) -> Option<u8> {
        match self.calendar_entry(word)? {
            Calendar::Weekday(day) => Some(day),
            _ => None,
        }
    }

    /// Whether a word names a time zone: "EST", "Pacific". Only as it is written in the file.
    #[must_use]
    pub fn is_time_zone(&self, word: &str) -> bool {
        self.calendar_table().get(word) == Some(&Calendar::Zone)
    }

    fn calendar_entry(&self, word: &str) -> Option<Calendar> {
        self.calendar_table().get(&lower(word.strip_suffix('.').unwrap_or(word))).copied()
    }

    fn calendar_table(&self) -> &Table<Calendar> {
        self.calendar.get_or_init(|| {
            let mut table = Table::words(self.files(|p| p.calendar), calendar);
            let map = std::mem::take(&mut table.map);
            table.map = map.into_iter().map(|(word, entry)| (calendar_key(word, entry), entry)).collect();
            table
        })
    }

    // ---- words.tsv, stop_words.txt, closings.txt ----------------------------------------------------------------

    /// The classes of a word in small letters, apostrophes as the text has them ("n't", "n’t").
    #[must_use]
    pub fn classes(&self, lower: &str) -> ClassSet<WordClass> {
        self.word_table().get(lower).copied().unwrap_or_default()
    }

    /// Every word with its classes, in no order.
    pub fn words(&self) -> impl Iterator<Item = (&str, ClassSet<WordClass>)> {
        self.word_table().map.iter().map(|(word, classes)| (word.as_ref(), *classes))
    }

    fn word_table(&self) -> &Table<ClassSet<WordClass>> {
        self.words.get_or_init(|| Table::classes(self.files(|p| p.words)))
    }

    /// Whether a word in small letters says little by itself, for weighing words by what they say.
    #[must_use]
    pub fn is_stop_word(&self, lower: &str) -> bool {
        self.stop_words.get_or_init(|| Table::words(self.files(|p| p.stop_words), |_| Some(()))).get(lower).is_some()
    }

    /// Whether a phrase, in small letters and without the comma behind it, closes a letter: "kind regards".
    #[must_use]
    pub fn is_closing(&self, lower: &str) -> bool {
        self.closings.get_or_init(|| Table::rows(self.files(|p| p.closings), |_| Some(()))).get(lower).is_some()
    }

    // ---- speech.tsv, cues.tsv ---------------------------------------------------------------------

    /// What a verb of speech, in small letters and in one of its forms, can do; empty for other words.
    #[must_use]
    pub fn speech(&self, lower: &str) -> ClassSet<SpeechClass> {
        self.speech_table().get(lower).copied().unwrap_or_default()
    }

    /// Every form of a verb of speech with what it can do, in no order.
    pub fn speech_forms(&self) -> impl Iterator<Item = (&str, ClassSet<SpeechClass>)> {
        self.speech_table().map.iter().map(|(word, classes)| (word.as_ref(), *classes))
    }

    fn speech_table(&self) -> &Table<ClassSet<SpeechClass>> {
        self.speech.get_or_init(|| {
            let mut table = Table::default();
            for pack in self.packs() {
                for line in lines(pack.speech) {
                    read_speech(pack, &line, &mut table);
                }
            }
            table
        })
    }

    /// The words that attribute what stands beside them: "according to".
    pub fn attributions(&self) -> impl Iterator<Item = &'static str> {
        self.files(|p| p.attributions).flat_map(lines).map(|line| line.text)
    }

    /// How often words were the cue of reported speech in annotated text, by the construction they stood in.
    pub fn cues(&self) -> impl Iterator<Item = Cue> {
        self.files(|p| p.cues).flat_map(lines).filter_map(|line| Cue::read(&line))
    }

    // ---- pronouns.tsv, titles.tsv, first_names.tsv, name_words.tsv ---------------------------------

    /// The readings of a personal pronoun in small letters; none for other words.
    pub fn pronoun(&self, lower: &str) -> impl Iterator<Item = Pronoun> {
        let readings = self.pronouns.get_or_init(|| rows(self.files(|p| p.pronouns), 0, Pronoun::read));
        readings.iter().filter(move |(word, _)| *word == lower).map(|(_, pronoun)| *pronoun)
    }

    /// The title that stands before a person's name, one or more words in any case; a final full stop does not count.
    #[must_use]
    pub fn title(&self, words: &str) -> Option<Title> {
        self.title_table().get(&lower(words.strip_suffix('.').unwrap_or(words))).copied()
    }

    /// Every title, in small letters and without its full stop, in no order.
    pub fn titles(&self) -> impl Iterator<Item = (&str, Title)> {
        self.title_table().map.iter().map(|(words, title)| (words.as_ref(), *title))
    }

    fn title_table(&self) -> &Table<Title> {
        self.titles.get_or_init(|| Table::rows(self.files(|p| p.titles), Title::read))
    }

    /// The gender of those who mostly bear a first name, given in small letters.
    #[must_use]
    pub fn first_name(&self, lower: &str) -> Option<Gender> {
        self.first_name_table().get(lower).copied()
    }

    fn first_name_table(&self) -> &Table<Gender> {
        self.first_names.get_or_init(|| Table::words(self.files(|p| p.first_names), named))
    }

    /// What a word, in small letters and without full stops, does in or beside a name.
    #[must_use]
    pub fn name_word(&self, lower: &str) -> ClassSet<NameClass> {
        self.name_word_table().get(lower).copied().unwrap_or_default()
    }

    fn name_word_table(&self) -> &Table<ClassSet<NameClass>> {
        self.name_words.get_or_init(|| Table::classes(self.files(|p| p.name_words)))
    }

    // ---- marks.tsv, clitics.tsv -------------------------------------------------------------------

    /// The pairs of quotation marks in use, the usual ones first.
    #[must_use]
    pub fn quotation_marks(&self) -> &[QuotationMarks] {
        self.marks.get_or_init(|| {
            let mut marks: Vec<QuotationMarks> = Vec::new();
            for (_, pair) in rows(self.files(|p| p.marks), 0, QuotationMarks::read) {
                if !marks.contains(&pair) {
                    marks.push(pair);
                }
            }
            marks
        })
    }

    /// Where the rest of a word beside an apostrophe, in any case, is a word of its own: French *l’* and *qu’* stand
    /// before theirs, English *’s* and *’ll* behind.
    #[must_use]
    pub fn clitic(&self, word: &str) -> ClassSet<Clitic> {
        self.clitic_table().get(&lower(word)).copied().unwrap_or_default()
    }

    fn clitic_table(&self) -> &Table<ClassSet<Clitic>> {
        self.clitics.get_or_init(|| Table::classes(self.files(|p| p.clitics)))
    }

    // ---- countries.txt, peoples.tsv, boilerplate.txt ----------------------------------------------

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

    /// The phrases of interfaces that stand around articles ("Share this article"), file by file; `ingest` reads them.
    pub fn boilerplate(&self) -> impl Iterator<Item = &'static str> {
        self.files(|p| p.boilerplate).filter(|file| !file.is_empty())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Language").field("code", &self.code()).finish_non_exhaustive()
    }
}

/// The value that the first cell of a line names.
fn named<T: Names>(line: &Line<'_>) -> Option<T> {
    T::named(line.cell(0)?)
}

fn calendar(line: &Line<'_>) -> Option<Calendar> {
    let number = |most: u8| line.cell(1)?.parse().ok().filter(|n| (1..=most).contains(n));
    Some(match line.cell(0)? {
        "month" => Calendar::Month(number(12)?),
        "weekday" => Calendar::Weekday(number(7)?),
        "zone" => Calendar::Zone,
        _ => return None,
    })
}

/// Time zones are capitals; months and days are looked up in any case.
fn calendar_key(word: Cow<'static, str>, entry: Calendar) -> Cow<'static, str> {
    if entry == Calendar::Zone { word } else { Cow::Owned(word.to_lowercase()) }
}

/// `classes<TAB>regular|listed<TAB>word word …`: all forms of regular verbs are made by the language's own rule.
fn read_speech(pack: &Pack, line: &Line<'static>, table: &mut Table<ClassSet<SpeechClass>>) {
    let row = || Some((class_set::<SpeechClass>(line.cell(0)?)?, line.cell(1)?, line.cell(2)?));
    let Some((classes, kind @ ("regular" | "listed"), words)) = row() else {
        table.unread.push(line.text);
        return;
    };
    for word in words.split_whitespace() {
        table.add(Cow::Borrowed(word), classes);
        if kind == "regular" {
            for (form, kind) in (pack.inflect)(word) {
                let mut classes = classes;
                if kind == VerbForm::PresentParticiple {
                    classes.insert(SpeechClass::Participle);
                }
                table.add(Cow::Owned(form), classes);
            }
        }
    }
}

/// The rows of a topic that is a list, each with the word in one of its cells. What cannot be read is left out; a
/// test holds that nothing is.
fn rows<V>(
    files: impl Iterator<Item = &'static str>,
    key: usize,
    read: impl Fn(&Line<'static>) -> Option<V>,
) -> Vec<(&'static str, V)> {
    files.flat_map(lines).filter_map(|line| line.cell(key).zip(read(&line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            bad.extend(unread(language.word_table()));
            bad.extend(unread(language.speech_table()));
            bad.extend(language.files(|p| p.cues).flat_map(lines).filter(|l| Cue::read(l).is_none()).map(|l| l.text));
            bad.extend(unread(language.title_table()));
            bad.extend(unread(language.first_name_table()));
            bad.extend(unread(language.name_word_table()));
            bad.extend(unread(language.clitic_table()));
            let rows = |file: fn(&Pack) -> &'static str| language.files(file).flat_map(lines).map(|l| l.text);
            bad.extend(rows(|p| p.pronouns).filter(|text| Pronoun::read(&Line { text }).is_none()));
            bad.extend(rows(|p| p.marks).filter(|text| QuotationMarks::read(&Line { text }).is_none()));
            bad.extend(rows(|p| p.peoples).filter(|text| text.split('\t').count() != 2));
            assert!(bad.is_empty(), "{}: {bad:?}", language.name());
        }
    }

    /// The text of every file of a pack.
    fn texts(pack: &Pack) -> Vec<&'static str> {
        vec![
            pack.abbreviations,
            pack.boilerplate,
            pack.calendar,
            pack.clitics,
            pack.closings,
            pack.countries,
            pack.cues,
            pack.first_names,
            pack.marks,
            pack.name_words,
            pack.openers,
            pack.peoples,
            pack.pronouns,
            pack.speech,
            pack.state_forms,
            pack.stop_words,
            pack.titles,
            pack.words,
        ]
    }

    #[test]
    fn every_folder_is_a_language_and_every_file_in_it_is_read() {
        let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let folders = std::fs::read_dir(&source).expect("the sources").map(|entry| entry.expect("an entry").path());
        for folder in folders.filter(|path| path.is_dir()) {
            let name = folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            let language = if name == "neutral" { Language::neutral() } else { Language::of(Some(&name)) };
            assert_eq!(language.is_neutral(), name == "neutral", "{name} is not in the list of languages");
            for file in std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
                if file.extension().is_some_and(|kind| kind == "tsv" || kind == "txt") {
                    let text = std::fs::read_to_string(&file).expect("text");
                    assert!(texts(&language.pack).contains(&text.as_str()), "{} is in no pack", file.display());
                }
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
