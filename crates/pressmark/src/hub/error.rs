use std::io;
use std::path::PathBuf;

/// Why a named model cannot be found, downloaded or verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No model in the registry has this name.
    #[error("{name} is neither a folder nor a known model; the known models are {known}")]
    Unknown {
        /// The name as given.
        name: String,
        /// The known names, comma-separated.
        known: String,
    },
    /// The model is not in the cache.
    #[error("{how}")]
    NotHere {
        /// Instructions for getting it.
        how: String,
    },
    /// A folder or a server lacks a file that the model needs.
    #[error("{file} is missing from {place}")]
    MissingFile {
        /// The file, or alternatives of which one is required.
        file: String,
        /// The folder or the server.
        place: String,
    },
    /// None of several folders contains a model.
    #[error("there is no config.json in any of {places}")]
    NoConfig {
        /// The folders, comma-separated.
        places: String,
    },
    /// The environment defines no cache folder.
    #[error("there is no home folder for models; set HF_HOME")]
    NoCache,
    /// A file cannot be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("failed to write {}", path.display())]
    Write {
        /// The path.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// A lock file is not valid JSON of this format.
    #[error("{} is not a lock file; remove it and pull the model again", path.display())]
    NotALock {
        /// The path.
        path: PathBuf,
        /// Underlying JSON error, with its position.
        source: serde_json::Error,
    },
    /// A lock file lists a file outside its folder.
    #[error("{} names the file {name:?}, which is outside the folder", path.display())]
    OutsideFolder {
        /// The lock file.
        path: PathBuf,
        /// The offending name.
        name: String,
    },
    /// A file does not match its lock entry.
    #[error(
        "{} has {bytes} bytes and the SHA-256 {sha256}, expected {expected_bytes} and {expected_sha256}: it is damaged \
         or was replaced; remove it and pull the model again",
        path.display()
    )]
    Damaged {
        /// The path.
        path: PathBuf,
        /// Actual length, in bytes.
        bytes: u64,
        /// Actual SHA-256, in hex.
        sha256: String,
        /// Expected length, in bytes.
        expected_bytes: u64,
        /// Expected SHA-256, in hex.
        expected_sha256: String,
    },
    /// A folder holds another model or commit than the registry pins.
    #[error("{} holds {model} at {revision}, which is not what the registry asks for", folder.display())]
    OtherModel {
        /// The folder.
        folder: PathBuf,
        /// `owner/name` of the model found.
        model: String,
        /// Commit of the model found.
        revision: String,
    },
    /// A downloaded file has the wrong hash, and was removed.
    #[error("{file} has the SHA-256 {sha256}, expected {expected}; it was removed: pull the model again")]
    WrongHash {
        /// The file.
        file: String,
        /// Actual SHA-256, in hex.
        sha256: String,
        /// Expected SHA-256, in hex.
        expected: String,
    },
    /// The server's answer is not what was requested.
    #[error("{server} answered with {answer}, expected {expected}")]
    Answer {
        /// The address.
        server: String,
        /// The answer.
        answer: String,
        /// The expected answer.
        expected: String,
    },
    /// The server cannot be reached, or the request failed.
    #[error("failed to download {what}: without a network, see --mirror DIR")]
    Fetch {
        /// The address, or the requested object.
        what: String,
        /// Underlying client error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This build has no hub client.
    #[error(
        "this build cannot reach the hub; build it with --features hub (or rust-bert), or give a folder with --mirror"
    )]
    NoClient,
    /// Pulling a model failed.
    #[error("failed to get the model {name}")]
    Pull {
        /// Name of the model.
        name: String,
        /// Underlying error.
        source: Box<Error>,
    },
}
