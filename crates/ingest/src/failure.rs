use pressmark_core::ProblemKind;

/// Why there is no text: what kind of problem, and a message for a person.
pub(crate) type Failure = (ProblemKind, String);

pub(crate) fn failure<T>(kind: ProblemKind, message: impl Into<String>) -> Result<T, Failure> {
    Err((kind, message.into()))
}
