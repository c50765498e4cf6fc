use std::io;
use std::path::PathBuf;

/// Why a page cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be written.
    #[error("failed to write {}", path.display())]
    Write {
        /// The path.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// The output path has no file name.
    #[error("{} names no file to write the page to", path.display())]
    NoName {
        /// The path as given.
        path: PathBuf,
    },
    /// A record or story cannot be serialized as JSON.
    #[error("failed to write a record as JSON")]
    Json(#[source] serde_json::Error),
}
