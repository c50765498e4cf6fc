//! A rule with its function; the rules themselves are in `rules.rs`.

/// A rule that finds quotations or resolves their speakers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Name in [`Explanation`](pressmark_core::Explanation)s.
    pub name: &'static str,
    /// A text to which the rule applies.
    pub example: &'static str,
    /// The words that name the speaker in the example; empty where there are none.
    pub speaker: &'static str,
}

/// A rule with its function.
pub(crate) struct Step<F> {
    pub(crate) rule: Rule,
    pub(crate) read: F,
}

/// Creates a rule from its name, its example and the speaker in it.
pub(crate) const fn step<F>(name: &'static str, example: &'static str, speaker: &'static str, read: F) -> Step<F> {
    Step { rule: Rule { name, example, speaker }, read }
}

/// Name of the rule for turns.
pub(crate) const TURN: &str = "turn";
