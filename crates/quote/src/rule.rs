//! A rule and the function that reads it; the rules themselves stand in `rules.rs`.

/// A rule by which quotations are found or given their speakers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// The name under which [`Explanation`](pressmark_core::Explanation)s tell of it.
    pub name: &'static str,
    /// A text in which it speaks.
    pub example: &'static str,
    /// The words that name the speaker there; empty where nobody is named.
    pub speaker: &'static str,
}

/// A rule with the function that reads it.
pub(crate) struct Step<F> {
    pub(crate) rule: Rule,
    pub(crate) read: F,
}

/// A rule by its name, its example and the speaker in it.
pub(crate) const fn step<F>(name: &'static str, example: &'static str, speaker: &'static str, read: F) -> Step<F> {
    Step { rule: Rule { name, example, speaker }, read }
}

/// The rule's name.
pub(crate) const TURN: &str = "turn";
