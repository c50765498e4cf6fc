use std::io;
use std::path::PathBuf;

/// Why a page could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be written.
    #[error("failed to write {}", path.display())]
    Write {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The output names no file.
    #[error("{} names no file to write the page to", path.display())]
    NoName {
        /// The path that was given.
        path: PathBuf,
    },
    /// A record has no form as JSON.
    #[error("failed to write a record as JSON")]
    Json(#[source] serde_json::Error),
}
