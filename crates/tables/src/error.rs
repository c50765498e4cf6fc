use std::io;
use std::path::{Path, PathBuf};

/// Result type of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors from laying out records in tables, or from reading and writing their files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A part of a record refers to something that does not exist. The tables are unchanged by the record.
    #[error("{list} {index} of document {doc:?} {what}")]
    Dangling {
        /// Id of the record.
        doc: String,
        /// Name of the list, such as `ents`.
        list: &'static str,
        /// Index in the list, from 0.
        index: usize,
        /// Description of the problem, as a predicate.
        what: String,
    },
    /// Two records share an id, which must be a key. The tables are unchanged by the second.
    #[error("document {doc:?} appears twice")]
    Repeated {
        /// The shared id.
        doc: String,
    },
    /// A file that would be overwritten already exists.
    #[error("{} already exists", .0.display())]
    Exists(PathBuf),
    /// A Parquet file does not contain rows written by [`RowWriter`](crate::RowWriter).
    #[error("{} is not a file of rows as written by `annotate -o rows.parquet`", .0.display())]
    NoRows(PathBuf),
    /// A file or folder could not be created, read, written or renamed.
    #[error("failed to {doing} {}", path.display())]
    File {
        /// Attempted operation, a verb: `create`, `write` …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
}

impl Error {
    /// Returns whether the error concerns only one record, so that writing can continue with the next.
    #[must_use]
    pub fn is_of_record(&self) -> bool {
        matches!(self, Self::Dangling { .. } | Self::Repeated { .. })
    }
}

/// Adds the operation and the path to an I/O error.
pub(crate) fn at<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Error + use<'a> {
    move |source| Error::File { doing, path: path.to_owned(), source }
}
