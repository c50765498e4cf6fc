//! Values of the classifier's signs: the construction around a word, and what follows it.
//!
//! A language's `cues.tsv` (crate `lang`) has the weights of a logistic regression over signs of a report (see
//! [`signs`](crate::signs)): the cue and the construction it is in, the subject, the beginning of the content.
//! [`CueTrainer`](crate::CueTrainer) fits them on annotated articles.

use pressmark_lang::CuePart;

/// Declares an enum whose variants are parts of signs, by name.
macro_rules! parts {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($(#[$value_doc])* $value,)*
        }

        impl $name {
            pub(crate) const fn part(self) -> CuePart<'static> {
                match self {
                    $(Self::$value => const { CuePart::new(stringify!($value)) },)*
                }
            }
        }
    };
}

parts! {
    /// Kind of the word or phrase behind a cue.
    Follow {
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
        /// of; the variants below are further prepositions and function words.
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
}

parts! {
    /// Syntactic role of a word, judged by the words before it.
    Role {
        /// With a subject or an auxiliary before it.
        Verb,
        /// *to* and the base form.
        Infinitive,
        /// Behind a comma or a conjunction.
        Joined,
        Passive,
        Noun,
        Other,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CueContext {
    pub(crate) role: Role,
    pub(crate) follow: Follow,
    /// Item at which what follows begins.
    pub(crate) start: usize,
}

/// Name of the sign that has a weight for each known stem.
pub(crate) const STEM: CuePart<'_> = CuePart::new("stem");

/// The logistic function: log-odds to a probability.
pub(crate) fn logistic(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}
