use std::io;
use std::path::PathBuf;

/// What keeps a stage from being built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder lacks a file.
    #[error("there is no {wanted} in {}", folder.display())]
    Missing {
        /// The model's folder.
        folder: PathBuf,
        /// The file, or those of which one is needed.
        wanted: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A JSON file is broken, or lacks what the architecture needs.
    #[error("{} does not have the expected form", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
    /// The model is whole and no use for the task.
    #[error("{} is of no use here: {problem}", folder.display())]
    Unfit {
        /// The model's folder.
        folder: PathBuf,
        /// What is wrong, and what was expected.
        problem: String,
    },
    /// The weights are not those that were pulled.
    #[error("{} has the SHA-256 {got}, expected {expected}: it is damaged or was exchanged", path.display())]
    Hash {
        /// The file of weights.
        path: PathBuf,
        /// In hex.
        expected: String,
        /// In hex.
        got: String,
    },
    /// A setting makes no sense, or not for this model.
    #[error("{setting} is {got}, expected {expected}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// Its value.
        got: String,
        /// What would do.
        expected: String,
    },
    /// rust-bert or libtorch cannot load the model.
    #[error("libtorch cannot load {}: {message}", folder.display())]
    Load {
        /// The model's folder.
        folder: PathBuf,
        /// What the library says.
        message: String,
    },
}
