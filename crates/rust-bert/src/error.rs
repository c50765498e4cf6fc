use std::io;
use std::path::PathBuf;

/// Why a stage cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder lacks a required file.
    #[error("there is no {wanted} in {}", folder.display())]
    Missing {
        /// The model's folder.
        folder: PathBuf,
        /// The file, or alternatives of which one is required.
        wanted: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// A JSON file is malformed, or lacks what the architecture needs.
    #[error("{} does not have the expected form", path.display())]
    Json {
        /// The path.
        path: PathBuf,
        /// Underlying JSON error, with its position.
        source: serde_json::Error,
    },
    /// The model is intact but unsuitable for the task.
    #[error("{} cannot be used here: {problem}", folder.display())]
    Unfit {
        /// The model's folder.
        folder: PathBuf,
        /// The problem, and what was expected.
        problem: String,
    },
    /// The weights do not have the expected hash.
    #[error("{} has the SHA-256 {got}, expected {expected}: it is damaged or was replaced", path.display())]
    Hash {
        /// The file of weights.
        path: PathBuf,
        /// Expected hash, in hex.
        expected: String,
        /// Actual hash, in hex.
        got: String,
    },
    /// A setting is invalid, in general or for this model.
    #[error("{setting} is {got}, expected {expected}")]
    Setting {
        /// Name of the setting.
        setting: &'static str,
        /// Its value.
        got: String,
        /// The allowed values.
        expected: String,
    },
    /// rust-bert or libtorch cannot load the model.
    #[error("libtorch cannot load {}: {message}", folder.display())]
    Load {
        /// The model's folder.
        folder: PathBuf,
        /// Message of the library.
        message: String,
    },
}
