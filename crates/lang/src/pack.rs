//! What a language folder hands over: the text of its files and its rules.

use crate::topics::VerbForm;

/// How a language makes the forms of a regular verb from its base form.
pub(crate) type Inflect = fn(base: &str) -> Vec<(String, VerbForm)>;

/// The files of a language folder as text, and its rules. The formats stand in the crate's README; a file that a
/// language does not have is empty.
#[derive(Debug)]
pub(crate) struct Pack {
    /// ISO 639-1, or 639-3 where there is none; "und" (undetermined) for the neutral pack.
    pub(crate) code: &'static str,
    /// Its name in English.
    pub(crate) name: &'static str,
    pub(crate) abbreviations: &'static str,
    pub(crate) attributions: &'static str,
    pub(crate) boilerplate: &'static str,
    pub(crate) calendar: &'static str,
    pub(crate) clitics: &'static str,
    pub(crate) closings: &'static str,
    pub(crate) countries: &'static str,
    pub(crate) cues: &'static str,
    pub(crate) first_names: &'static str,
    pub(crate) marks: &'static str,
    pub(crate) name_words: &'static str,
    pub(crate) openers: &'static str,
    pub(crate) peoples: &'static str,
    pub(crate) pronouns: &'static str,
    pub(crate) speech: &'static str,
    pub(crate) state_forms: &'static str,
    pub(crate) stop_words: &'static str,
    pub(crate) titles: &'static str,
    pub(crate) words: &'static str,
    pub(crate) inflect: Inflect,
}

impl Pack {
    /// A pack without words, for `..Pack::EMPTY`.
    pub(crate) const EMPTY: Self = Self {
        code: "und",
        name: "undetermined",
        abbreviations: "",
        attributions: "",
        boilerplate: "",
        calendar: "",
        clitics: "",
        closings: "",
        countries: "",
        cues: "",
        first_names: "",
        marks: "",
        name_words: "",
        openers: "",
        peoples: "",
        pronouns: "",
        speech: "",
        state_forms: "",
        stop_words: "",
        titles: "",
        words: "",
        inflect: uninflected,
    };
}

/// Every form is listed.
fn uninflected(_: &str) -> Vec<(String, VerbForm)> {
    Vec::new()
}
