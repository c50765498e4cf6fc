use std::io;
use std::path::{Path, PathBuf};

/// The result of the functions of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a record cannot be laid out in tables, or the tables not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A part of a record points to something that is not there. The tables are as they were before the record.
    #[error("{list} {index} of document {doc:?} {what}")]
    Dangling {
        /// The record's id.
        doc: String,
        /// The list of the record, such as `ents`.
        list: &'static str,
        /// Place in the list, from 0.
        index: usize,
        /// What is wrong, as a predicate.
        what: String,
    },
    /// Two records have the same id, so that it is no key. The tables are as they were before the second.
    #[error("document {doc:?} is there twice")]
    Repeated {
        /// The id.
        doc: String,
    },
    /// A file stands where a table is to be written.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A Parquet file that holds something else than rows of [`RowWriter`](crate::RowWriter).
    #[error("{} is no file of rows: `annotate -o rows.parquet` writes such", .0.display())]
    NoRows(PathBuf),
    /// A file or folder could not be made, written or named.
    #[error("failed to {doing} {}", path.display())]
    File {
        /// A verb: `create`, `write` …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    /// Whether only one record is concerned, so that the next one can still be written.
    #[must_use]
    pub fn is_of_record(&self) -> bool {
        matches!(self, Self::Dangling { .. } | Self::Repeated { .. })
    }
}

/// Says what was done with which file when it failed.
pub(crate) fn at<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Error + use<'a> {
    move |source| Error::File { doing, path: path.to_owned(), source }
}
