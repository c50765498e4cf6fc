//! Forms of a verb.

/// Form of an inflected verb.
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
