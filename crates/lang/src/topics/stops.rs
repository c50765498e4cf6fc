//! What may end and open sentences: abbreviations and openers.

use crate::Language;
use crate::table::{Table, named, names};

/// What a word says about the full stop behind it, file `abbreviations.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Abbreviation {
    /// Something always follows: a title before a name, "vs.", "e.g.".
    Leads,
    /// An abbreviation only where a number follows ("No. 5"); otherwise a word like any other.
    BeforeNumber,
    /// It may end a sentence, and does when the next word is one that opens sentences ("Inc. The").
    MayEnd,
    /// It ends a sentence when a capital follows ("etc. Others").
    Ends,
    /// A place, if a comma stands before it ("Boston, Mass."); otherwise a word like any other.
    AfterComma,
}

names!(Abbreviation {
    "leads" => Leads,
    "before_number" => BeforeNumber,
    "may_end" => MayEnd,
    "ends" => Ends,
    "after_comma" => AfterComma,
});

/// How surely a capitalised word opens a sentence, file `openers.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opener {
    /// It opens sentences and is seldom part of a name: "in the U.S. The" against "in the U.S. Senate".
    Likely,
    /// It does even without a full stop before it: "on Friday It rained".
    Sure,
}

names!(Opener { "likely" => Likely, "sure" => Sure });

/// No abbreviation of any language has more bytes: longer words, which are most, need no look-up.
pub(crate) const LONGEST_ABBREVIATION: usize = 8;

impl Language {
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

    pub(crate) fn abbreviation_table(&self) -> &Table<Abbreviation> {
        self.abbreviations.get_or_init(|| Table::words(self.files(|p| p.abbreviations), named))
    }

    /// Whether a capitalised word opens sentences, and how surely.
    #[must_use]
    pub fn opener(&self, word: &str) -> Option<Opener> {
        self.opener_table().get(word).copied()
    }

    pub(crate) fn opener_table(&self) -> &Table<Opener> {
        self.openers.get_or_init(|| Table::words(self.files(|p| p.openers), named))
    }
}
