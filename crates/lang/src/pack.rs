//! Contents of a language folder: the text of its files and its rules.

use std::borrow::Cow;

use crate::date_order::DateOrder;
use crate::verb_form::VerbForm;

/// Inflects a regular verb from its base form.
pub(crate) type Inflect = fn(base: &str) -> Vec<(String, VerbForm)>;

/// Stem that the forms of a verb and its noun share.
pub(crate) type Stem = for<'w> fn(word: &'w str) -> Cow<'w, str>;

/// Singular of a plural by its spelling, else the word itself.
pub(crate) type Singular = for<'w> fn(word: &'w str) -> &'w str;

/// Order of day and month in a country that speaks the language, by its lowercase country code.
pub(crate) type OrderOfDate = fn(region: Option<&str>) -> Option<DateOrder>;

/// Declares [`Pack`] with a field for each file of a language folder.
macro_rules! files {
    ($($file:ident),* $(,)?) => {
        /// Files of a language folder as text, and its rules. The crate's README has the formats; a missing file is
        /// empty.
        #[derive(Debug)]
        pub(crate) struct Pack {
            /// ISO 639-1, or 639-3 where there is none; "und" (undetermined) for the neutral pack.
            pub(crate) code: &'static str,
            /// English name.
            pub(crate) name: &'static str,
            $(pub(crate) $file: &'static str,)*
            pub(crate) date_order: OrderOfDate,
            pub(crate) inflect: Inflect,
            pub(crate) stem: Stem,
            /// Spells the regular plural of a term.
            pub(crate) plural: fn(term: &str) -> Option<String>,
            pub(crate) singular: Singular,
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
                singular: |word| word,
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

/// Returns the word unchanged.
fn unstemmed(word: &str) -> Cow<'_, str> {
    word.into()
}
