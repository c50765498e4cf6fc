//! Why the bytes of an input cannot be read further.

use std::io;

use pressmark_core::ProblemKind;

/// Why the bytes ended too early.
pub(super) type Failure = (ProblemKind, String);

/// Classifies an I/O error as a problem of the record.
pub(super) fn failure(error: &io::Error) -> Failure {
    let inner = error.get_ref();
    if let Some(Broken(message)) = inner.and_then(|inner| inner.downcast_ref()) {
        return (ProblemKind::BadArchive, message.clone());
    }
    if let Some(Damaged(message)) = inner.and_then(|inner| inner.downcast_ref()) {
        return (ProblemKind::Malformed, message.clone());
    }
    (ProblemKind::Unreadable, error.to_string())
}

/// A compressed input that cannot be decompressed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Broken(String);

/// A columnar file that cannot be read further.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Damaged(pub(super) String);

pub(super) fn broken(message: impl Into<String>) -> io::Error {
    io::Error::other(Broken(message.into()))
}
