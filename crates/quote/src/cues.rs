//! How likely a report is one: the weights of its signs.
//!
//! A language's `cues.tsv` (crate `lang`) has the weights of a logistic regression over signs of a report (see
//! [`signs`](crate::signs)): the cue and the construction it stands in, who the subject is, what the content begins
//! with. [`CueTrainer`](crate::CueTrainer) fits them on annotated articles.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use pressmark_lang::Language;

/// What follows a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Follow {
    Quote,
    Colon,
    Comma,
    End,
    That,
    To,
    Wh,
    If,
    Ing,
    /// A clause without *that*.
    Clause,
    /// A noun phrase.
    Phrase,
    /// of, for, about, …
    Of,
    For,
    About,
    On,
    With,
    As,
    Against,
    In,
    By,
    OtherPreposition,
    And,
    Auxiliary,
    Other,
}

/// What a word stands as, judged by what is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Role {
    /// With a subject or an auxiliary before it.
    Verb,
    /// *to* and the base form.
    Infinitive,
    /// Behind a comma or *and*.
    Joined,
    Passive,
    Noun,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CueContext {
    pub(crate) role: Role,
    pub(crate) follow: Follow,
    /// Where what follows begins: an item.
    pub(crate) start: usize,
}

/// The name of the sign that every stem has that the weights know.
pub(crate) const STEM: &str = "stem";
/// The name of the constant term.
pub(crate) const ALWAYS: &str = "always";

/// The weights as they are used.
#[derive(Debug, Default)]
pub(crate) struct Cues {
    weights: HashMap<(&'static str, &'static str), f32, BuildHasherDefault<Fnv>>,
}

impl Cues {
    /// The table of a language.
    pub(crate) fn of(language: &Language) -> Self {
        Self { weights: language.cues().map(|cue| ((cue.sign, cue.value), cue.weight)).collect() }
    }

    /// Whether the language has no weights.
    pub(crate) fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Whether a word with this stem was a cue in the annotated articles.
    pub(crate) fn knows(&self, stem: &str) -> bool {
        self.weight(STEM, stem).is_some()
    }

    /// The weight of a sign; `None` where it has none.
    pub(crate) fn weight(&self, sign: &str, value: &str) -> Option<f32> {
        self.weights.get(&(sign, value)).copied()
    }
}

/// FNV-1a: the keys are short and those of the table are our own.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// From a sum of weights to a probability.
pub(crate) fn logistic(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}
