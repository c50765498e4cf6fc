//! Word classes, function words, endings, stop words and closings of letters.

use crate::Language;
use crate::classes::{Class, ClassSet, Ending, FunctionWord, WordClass};
use crate::table::{Line, Table, lines};

impl Language {
    /// Classes of a lowercase word, with apostrophes as in the text ("n't", "n’t").
    #[must_use]
    pub fn classes(&self, lower: &str) -> ClassSet<WordClass> {
        self.word_table().get(lower).copied().unwrap_or_default()
    }

    /// Every word with its classes, in no particular order.
    pub fn words(&self) -> impl Iterator<Item = (&str, ClassSet<WordClass>)> {
        self.word_table().map.iter().map(|(word, classes)| (word.as_ref(), *classes))
    }

    pub(crate) fn word_table(&self) -> &Table<ClassSet<WordClass>> {
        self.words.get_or_init(|| Table::classes(self.files(|p| p.words)))
    }

    /// Every function word with its functions, in no particular order.
    pub fn function_words(&self) -> impl Iterator<Item = (&str, ClassSet<FunctionWord>)> {
        self.function_word_table().map.iter().map(|(word, does)| (word.as_ref(), *does))
    }

    /// Functions of a lowercase function word.
    #[must_use]
    pub fn function_word(&self, lower: &str) -> ClassSet<FunctionWord> {
        self.function_word_table().get(lower).copied().unwrap_or_default()
    }

    pub(crate) fn function_word_table(&self) -> &Table<ClassSet<FunctionWord>> {
        self.function_words.get_or_init(|| Table::classes(self.files(|p| p.function_words)))
    }

    /// Classes that the ending of a lowercase word indicates.
    ///
    /// ```
    /// use pressmark_lang::{Ending, Language};
    ///
    /// let english = Language::of(Some("en"));
    /// assert!(english.endings("asked").contains(Ending::Past) && english.endings("ask").is_empty());
    /// assert_eq!(english.without_ending("claims", Ending::Plural), Some("claim"));
    /// ```
    #[must_use]
    pub fn endings(&self, lower: &str) -> ClassSet<Ending> {
        let mut set = ClassSet::default();
        self.ending_table().iter().filter(|(_, end)| lower.ends_with(end)).for_each(|(class, _)| set.insert(*class));
        set
    }

    /// Every ending with its class, in no particular order.
    pub fn all_endings(&self) -> impl Iterator<Item = (&'static str, Ending)> {
        self.ending_table().iter().map(|(class, end)| (*end, *class))
    }

    /// Strips an ending of this class from a lowercase word; `None` where it has none.
    #[must_use]
    pub fn without_ending<'w>(&self, lower: &'w str, class: Ending) -> Option<&'w str> {
        self.ending_table().iter().filter(|(of, _)| *of == class).find_map(|(_, end)| lower.strip_suffix(end))
    }

    fn ending_table(&self) -> &[(Ending, &'static str)] {
        self.endings.get_or_init(|| {
            let rows = self.files(|p| p.endings).flat_map(lines).filter_map(|line| ending_row(&line));
            rows.flat_map(|(class, endings)| endings.split(' ').map(move |end| (class, end))).collect()
        })
    }

    /// Whether a lowercase determiner marks its noun as known: "the", "this".
    #[must_use]
    pub fn is_definite(&self, lower: &str) -> bool {
        self.classes(lower).contains(WordClass::Definite)
    }

    /// Whether a lowercase word is an article that may precede a name: "the", French "l".
    #[must_use]
    pub fn is_article(&self, lower: &str) -> bool {
        self.classes(lower).contains(WordClass::Article)
    }

    /// Whether a lowercase conjunction is one of manner: "as" in "as X said".
    #[must_use]
    pub fn is_manner(&self, lower: &str) -> bool {
        self.classes(lower).contains(WordClass::Manner)
    }

    /// Regular plurals of a term by spelling: one per language of the pack, none where the plural equals the term.
    pub fn plurals(&self, term: &str) -> impl Iterator<Item = String> {
        self.packs().filter_map(move |pack| (pack.plural)(term))
    }

    /// The word that "&" stands for in names; in the neutral pack that of the first language.
    #[must_use]
    pub fn and(&self) -> &'static str {
        let mut rows = self.files(|p| p.function_words).flat_map(lines);
        let words = rows.find(|line| line.cell(0) == Some("and")).and_then(|line| line.cell(1));
        words.and_then(|words| words.split(' ').next()).unwrap_or_default()
    }

    /// Whether a lowercase word carries little content, for weighting words.
    #[must_use]
    pub fn is_stop_word(&self, lower: &str) -> bool {
        self.stop_words.get_or_init(|| Table::words(self.files(|p| p.stop_words), |_| Some(()))).get(lower).is_some()
    }

    /// Whether a lowercase phrase, without the comma behind it, closes a letter: "kind regards".
    #[must_use]
    pub fn is_closing(&self, lower: &str) -> bool {
        self.closings.get_or_init(|| Table::rows(self.files(|p| p.closings), |_| Some(()))).get(lower).is_some()
    }
}

/// Parses a class and its endings, separated by spaces.
pub(crate) fn ending_row<'a>(line: &Line<'a>) -> Option<(Ending, &'a str)> {
    Some((Ending::named(line.cell(0)?)?, line.cell(1)?))
}
