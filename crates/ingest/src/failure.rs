use pressmark_core::ProblemKind;

/// Why a record gives no text: the kind of problem and a message for people.
pub(crate) type Failure = (ProblemKind, String);

pub(crate) fn failure<T>(kind: ProblemKind, message: impl Into<String>) -> Result<T, Failure> {
    Err((kind, message.into()))
}
