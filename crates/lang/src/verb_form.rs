//! Forms of a verb.

/// The form that inflection gave a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerbForm {
    /// say.
    Base,
    /// says.
    ThirdPerson,
    /// said.
    Past,
    /// saying.
    PresentParticiple,
}
