use std::io;
use std::path::PathBuf;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A threshold that is none.
    #[error("the threshold is {0}, expected a number above 0 and up to 1")]
    Threshold(f32),
    /// A file of rows cannot be read.
    #[error("failed to read {path}", path = path.display())]
    Read {
        /// The file, `-` for standard input.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is no annotated record, or a row of another contract.
    #[error("line {line} of {path} is no row of pressmark/1", path = path.display())]
    NoRecord {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// Two rows have one id, so that a story could not say which it means.
    #[error("line {line} of {path} has the id {id:?} of an earlier row", path = path.display())]
    SameId {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The id.
        id: String,
    },
    /// Rows cannot be kept for the second reading.
    #[error("failed to keep rows in a temporary file")]
    Spool(#[source] io::Error),
    /// The vectors of sentences cannot be had.
    #[error("failed to encode sentences")]
    Vectors(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
