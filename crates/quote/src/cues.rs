//! The construction that a word stands in, and the weights of signs.
//!
//! A language's `cues.tsv` (crate `lang`) has the weights of a logistic regression over signs of a report (see
//! [`signs`](crate::signs)): the cue and the construction it stands in, who the subject is, what the content begins
//! with. [`CueTrainer`](crate::CueTrainer) fits them on annotated articles.

use pressmark_lang::CuePart;

/// Declares a closed list whose values are parts of signs by their names.
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
    /// What follows a word.
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
}

parts! {
    /// What a word stands as, judged by what is before it.
    Role {
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CueContext {
    pub(crate) role: Role,
    pub(crate) follow: Follow,
    /// Where what follows begins: an item.
    pub(crate) start: usize,
}

/// The name of the sign that every stem has that the weights know.
pub(crate) const STEM: CuePart<'_> = CuePart::new("stem");

/// From a sum of weights to a probability.
pub(crate) fn logistic(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}
