//! Sentence boundaries: abbreviations and openers.

use crate::Language;
use crate::table::{Table, named, names};

/// Behaviour of an abbreviation before a full stop; file `abbreviations.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Abbreviation {
    /// Never ends a sentence: a title before a name, "vs.", "e.g.".
    Leads,
    /// An abbreviation only before a number ("No. 5"); otherwise an ordinary word.
    BeforeNumber,
    /// May end a sentence, and does when the next word is one that opens sentences ("Inc. The").
    MayEnd,
    /// Ends a sentence when a capital follows ("etc. Others").
    Ends,
    /// A place after a comma ("Boston, Mass."); otherwise an ordinary word.
    AfterComma,
}

names!(Abbreviation {
    "leads" => Leads,
    "before_number" => BeforeNumber,
    "may_end" => MayEnd,
    "ends" => Ends,
    "after_comma" => AfterComma,
});

/// How strongly a capitalised word indicates the start of a sentence; file `openers.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opener {
    /// Opens sentences and is seldom part of a name: "in the U.S. The" against "in the U.S. Senate".
    Likely,
    /// Opens a sentence even without a full stop before it: "on Friday It rained".
    Sure,
}

names!(Opener { "likely" => Likely, "sure" => Sure });

/// Bytes of the longest abbreviation in any language's file, which spares most words the look-up; a test checks it.
pub(crate) const LONGEST_ABBREVIATION: usize = 8;

impl Language {
    /// Class of an abbreviation, given without its final full stop.
    ///
    /// An entry with a capital matches as written and in capitals ("Gen", "GEN", not "gen"), one in lowercase matches
    /// in any case. A single letter matches only as written: "v." is versus, "V." an initial or a number.
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
            // "GEN. SMITH": headlines may be all in capitals.
            let mut chars = small.chars();
            let title: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
            if let Some(class) = table.get(&title) {
                return Some(*class);
            }
        }
        table.get(&small).copied()
    }

    pub(crate) fn abbreviation_table(&self) -> &Table<Abbreviation> {
        self.abbreviations.get_or_init(|| Table::words(self.files(|p| p.abbreviations), named))
    }

    /// How strongly a capitalised word indicates the start of a sentence; `None` where it does not.
    #[must_use]
    pub fn opener(&self, word: &str) -> Option<Opener> {
        self.opener_table().get(word).copied()
    }

    pub(crate) fn opener_table(&self) -> &Table<Opener> {
        self.openers.get_or_init(|| Table::words(self.files(|p| p.openers), named))
    }
}
