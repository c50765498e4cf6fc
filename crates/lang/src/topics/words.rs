//! Classes of words, stop words and closings of letters.

use crate::Language;
use crate::classes::{ClassSet, WordClass};
use crate::table::Table;

impl Language {
    /// The classes of a word in small letters, apostrophes as the text has them ("n't", "n’t").
    #[must_use]
    pub fn classes(&self, lower: &str) -> ClassSet<WordClass> {
        self.word_table().get(lower).copied().unwrap_or_default()
    }

    /// Every word with its classes, in no order.
    pub fn words(&self) -> impl Iterator<Item = (&str, ClassSet<WordClass>)> {
        self.word_table().map.iter().map(|(word, classes)| (word.as_ref(), *classes))
    }

    pub(crate) fn word_table(&self) -> &Table<ClassSet<WordClass>> {
        self.words.get_or_init(|| Table::classes(self.files(|p| p.words)))
    }

    /// Whether a determiner, in small letters, makes its noun one that is known already: "the", "this".
    #[must_use]
    pub fn is_definite(&self, lower: &str) -> bool {
        self.classes(lower).contains(WordClass::Definite)
    }

    /// Whether a conjunction, in small letters, compares: "as" in "as X said".
    #[must_use]
    pub fn is_manner(&self, lower: &str) -> bool {
        self.classes(lower).contains(WordClass::Manner)
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
}
