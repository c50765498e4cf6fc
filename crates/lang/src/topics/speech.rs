//! Verbs of speech and other cues.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::Language;
use crate::classes::{ClassSet, SpeechClass};
use crate::pack::Pack;
use crate::table::{Hashed, Line, Table, class_set, hash, joined, lines};
use crate::verb_form::VerbForm;

/// A part of the name of a feature of reported speech, `stem+follows`, or of its value, `claim` of `claim+That`.
///
/// Stores the hash of its text, so that a part that is looked up in many combinations is hashed once.
#[derive(Clone, Copy, Debug)]
pub struct CuePart<'a> {
    text: &'a str,
    hash: u64,
}

impl<'a> CuePart<'a> {
    /// Creates a part from its text.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self { text, hash: hash(text) }
    }

    /// Text of the part.
    #[must_use]
    pub const fn text(self) -> &'a str {
        self.text
    }
}

/// Key of a feature and its value in the table of weights.
fn key(sign: CuePart<'_>, value: impl Iterator<Item = u64>) -> u64 {
    value.fold(sign.hash, joined)
}

impl Language {
    /// Behaviour of a verb of speech, given in lowercase in any of its forms; empty for other words.
    #[must_use]
    pub fn speech(&self, lower: &str) -> ClassSet<SpeechClass> {
        self.speech_table().get(lower).copied().unwrap_or_default()
    }

    /// Every form of every verb of speech with its behaviour, in no particular order.
    pub fn speech_forms(&self) -> impl Iterator<Item = (&str, ClassSet<SpeechClass>)> {
        self.speech_table().map.iter().map(|(word, classes)| (word.as_ref(), *classes))
    }

    pub(crate) fn speech_table(&self) -> &Table<ClassSet<SpeechClass>> {
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

    /// Phrases that attribute the statement beside them: "according to".
    pub fn attributions(&self) -> impl Iterator<Item = &'static str> {
        self.files(|p| p.attributions).flat_map(lines).map(|line| line.text)
    }

    /// Whether the language has weights for the features of reported speech, fitted on annotated text.
    #[must_use]
    pub fn has_cue_weights(&self) -> bool {
        !self.cue_table().map.is_empty()
    }

    /// Weight of a feature of reported speech with this value, given in its parts: what it adds to the log-odds that
    /// something is reported. `None` for a feature without a weight.
    ///
    /// ```
    /// use pressmark_lang::{CuePart, Language};
    ///
    /// let weight = |sign, value: &[&str]| {
    ///     let value: Vec<CuePart<'_>> = value.iter().map(|part| CuePart::new(part)).collect();
    ///     Language::of(Some("en")).cue_weight(CuePart::new(sign), &value)
    /// };
    /// assert!(weight("stem", &["claim"]).is_some());
    /// assert_eq!(weight("stem", &["harbour"]), None);
    /// ```
    #[must_use]
    pub fn cue_weight(&self, sign: CuePart<'_>, value: &[CuePart<'_>]) -> Option<f32> {
        self.cue_table().map.get(&key(sign, value.iter().map(|part| part.hash))).copied()
    }

    pub(crate) fn cue_table(&self) -> &CueTable {
        self.cues.get_or_init(|| {
            let mut table = CueTable::default();
            for line in self.files(|p| p.cues).flat_map(lines) {
                let cell = |at| line.cell(at);
                let weight = cell(2).and_then(|weight| weight.parse().ok());
                let Some(((sign, value), weight)) = cell(0).zip(cell(1)).zip(weight) else {
                    table.unread.push(line.text);
                    continue;
                };
                let key = key(CuePart::new(sign), value.split('+').map(hash));
                if table.map.insert(key, weight).is_some() {
                    table.unread.push(line.text);
                }
            }
            table
        })
    }
}

/// Weights of the features of reported speech, by the hash of feature and value. A line that replaces another counts as
/// unread; a test asserts that there are none. A feature without a weight that collides with one that has is not to be
/// expected among 2^64 hashes.
#[derive(Debug, Default)]
pub(crate) struct CueTable {
    map: HashMap<u64, f32, BuildHasherDefault<Hashed>>,
    pub(crate) unread: Vec<&'static str>,
}

/// Parses `classes<TAB>regular|listed<TAB>word word …`; the language's rule inflects the regular verbs.
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
