//! What a language folder hands over: the text of its files and its rules.

use std::borrow::Cow;

use crate::date_order::DateOrder;
use crate::verb_form::VerbForm;

/// How a language makes the forms of a regular verb from its base form.
pub(crate) type Inflect = fn(base: &str) -> Vec<(String, VerbForm)>;

/// What the forms of a verb and the noun beside it share.
pub(crate) type Stem = for<'w> fn(word: &'w str) -> Cow<'w, str>;

/// Which of day and month a country that speaks the language writes first; by the country's code in small letters.
pub(crate) type OrderOfDate = fn(region: Option<&str>) -> Option<DateOrder>;

/// Declares [`Pack`] with the text of each file of a language folder.
macro_rules! files {
    ($($file:ident),* $(,)?) => {
        /// The files of a language folder as text, and its rules. The formats stand in the crate's README; a file that
        /// a language does not have is empty.
        #[derive(Debug)]
        pub(crate) struct Pack {
            /// ISO 639-1, or 639-3 where there is none; "und" (undetermined) for the neutral pack.
            pub(crate) code: &'static str,
            /// Its name in English.
            pub(crate) name: &'static str,
            $(pub(crate) $file: &'static str,)*
            pub(crate) date_order: OrderOfDate,
            pub(crate) inflect: Inflect,
            pub(crate) stem: Stem,
            /// The regular plural of a term, by its spelling.
            pub(crate) plural: fn(term: &str) -> Option<String>,
        }

        impl Pack {
            /// A pack without words, for `..Pack::EMPTY`.
            pub(crate) const EMPTY: Self = Self {
                code: "und",
                name: "undetermined",
                $($file: "",)*
                date_order: |_| Some(DateOrder::DayFirst),
                inflect: |_| Vec::new(),
                stem: unstemmed,
                plural: |_| None,
            };

            /// The text of every file.
            #[cfg(test)]
            pub(crate) fn texts(&self) -> Vec<&'static str> {
                vec![$(self.$file),*]
            }
        }
    };
}

files![
    abbreviations,
    agencies,
    attributions,
    boilerplate,
    calendar,
    caption_marks,
    clitics,
    closings,
    countries,
    cues,
    endings,
    first_names,
    function_words,
    marks,
    name_words,
    numerals,
    openers,
    page_phrases,
    peoples,
    percent,
    pronouns,
    shared_names,
    speech,
    state_forms,
    stop_words,
    titles,
    words,
];

/// A word is its own stem.
fn unstemmed(word: &str) -> Cow<'_, str> {
    word.into()
}
