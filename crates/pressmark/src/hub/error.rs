use std::io;
use std::path::PathBuf;

/// Why a model with a name cannot be found, brought or trusted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No model has this name.
    #[error("{name} is neither a folder nor a model that has a name here; those are {known}")]
    Unknown {
        /// The name as given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The model is not on this machine.
    #[error("{how}")]
    NotHere {
        /// What to do about it.
        how: String,
    },
    /// A folder or a server lacks a file that the model needs.
    #[error("{file} is missing from {place}")]
    MissingFile {
        /// The file, or the files of which one would do.
        file: String,
        /// The folder or the server.
        place: String,
    },
    /// Several folders were looked into for a model, and none has one.
    #[error("there is no config.json in any of {places}")]
    NoConfig {
        /// The folders.
        places: String,
    },
    /// The environment tells of no folder for models.
    #[error("there is no home folder for models; set HF_HOME")]
    NoCache,
    /// A file cannot be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("failed to write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A lock cannot be understood.
    #[error("{} is no lock; remove it and pull again", path.display())]
    NotALock {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A lock names a file outside its folder.
    #[error("{} names the file {name:?}, which is outside the folder", path.display())]
    OutsideFolder {
        /// The lock.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A file is not what its lock says.
    #[error(
        "{} has {bytes} bytes and the SHA-256 {sha256}, expected {expected_bytes} and {expected_sha256}: it is damaged \
         or was exchanged; remove it and pull the model again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// Its SHA-256, in hex.
        sha256: String,
        /// The length in the lock.
        expected_bytes: u64,
        /// The SHA-256 in the lock.
        expected_sha256: String,
    },
    /// A folder holds another model or commit than the registry asks for.
    #[error("{} holds {model} at {revision}, which is not what the registry asks for", folder.display())]
    OtherModel {
        /// The folder.
        folder: PathBuf,
        /// `owner/name`.
        model: String,
        /// The commit.
        revision: String,
    },
    /// A file that was brought does not have the hash that it should have; it was removed.
    #[error("{file} has the SHA-256 {sha256}, expected {expected}; it was removed, pull again")]
    WrongHash {
        /// The file.
        file: String,
        /// Its SHA-256, in hex.
        sha256: String,
        /// What was expected.
        expected: String,
    },
    /// The server answers with something else than what was asked for.
    #[error("{server} answers with {answer}, expected {expected}")]
    Answer {
        /// The address.
        server: String,
        /// What it says.
        answer: String,
        /// What was asked for.
        expected: String,
    },
    /// The server cannot be asked.
    #[error("failed to fetch {what}: without network, see --mirror DIR")]
    Fetch {
        /// The address, or what was asked for there.
        what: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This build has no client for the hub.
    #[error(
        "this build cannot reach the hub; build it with --features hub (or rust-bert), or give a folder with --mirror"
    )]
    NoClient,
    /// A model cannot be brought.
    #[error("failed to bring the model {name}")]
    Pull {
        /// Its name.
        name: String,
        /// Why.
        source: Box<Error>,
    },
}
