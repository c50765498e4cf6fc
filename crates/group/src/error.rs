use std::io;
use std::path::PathBuf;

/// Why documents cannot be grouped or compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The threshold is not in (0, 1].
    #[error("the threshold is {0}, expected a number above 0 and up to 1")]
    Threshold(f32),
    /// A file of rows cannot be read.
    #[error("failed to read {path}", path = path.display())]
    Read {
        /// The path; `-` for standard input.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// A line is not a record of `pressmark/1`.
    #[error("line {line} of {path} is not a pressmark/1 row", path = path.display())]
    NoRecord {
        /// The path.
        path: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// Underlying JSON error.
        source: serde_json::Error,
    },
    /// Two rows have the same id, which makes references to it ambiguous.
    #[error("line {line} of {path} has the id {id:?} of an earlier row", path = path.display())]
    SameId {
        /// The path.
        path: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// The duplicated id.
        id: String,
    },
    /// Writing rows to the temporary file for the second pass failed.
    #[error("failed to keep rows in a temporary file")]
    Spool(#[source] io::Error),
    /// The caller's [`SentenceVectors`](crate::SentenceVectors) failed.
    #[error("failed to encode sentences")]
    Vectors(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
