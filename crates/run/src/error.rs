use std::io;
use std::path::{Path, PathBuf};

use crate::Shard;

/// Result type of this crate.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors from opening, resuming or finishing a run, or from merging shards.
///
/// Remedies depend on the calling program, so messages name none of its options.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read, written, created or removed.
    #[error("failed to {doing} {}", path.display())]
    File {
        /// Attempted operation, a verb: `read`, `write`, `remove` …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// A file could not be created.
    #[error("failed to create {}: check that the folder exists and may be written to", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// A finished file could not be renamed to its final name.
    #[error("failed to rename {} to {}", from.display(), to.display())]
    Rename {
        /// Current name.
        from: PathBuf,
        /// Intended name.
        to: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// Writing to standard output or a pipe failed.
    #[error("failed to write a line")]
    Stream(#[source] io::Error),
    /// A sink failed to write a row.
    #[error("failed to write a row")]
    Sink(#[source] io::Error),
    /// Another process is writing this output.
    #[error("another pressmark is writing {}", .0.display())]
    Busy(PathBuf),
    /// An unfinished run is in the way.
    #[error("{} belongs to an unfinished run", .0.display())]
    Unfinished(PathBuf),
    /// Rows of a finished run, or a foreign file, are in the way.
    #[error("{} already exists", .0.display())]
    Finished(PathBuf),
    /// The output is one of the files being read.
    #[error("{} cannot be written: it is the input {}, which would be overwritten", output.display(), input.display())]
    OutputIsRead {
        /// The output path.
        output: PathBuf,
        /// The same file, by the path under which it is read.
        input: PathBuf,
    },
    /// Rows and failures would be written to the same file.
    #[error("{} cannot be written: it is also the output of the rows", .0.display())]
    OutputTwice(PathBuf),
    /// The dataset card of a folder would overwrite a README that pressmark did not write.
    #[error("{} is not a pressmark dataset card, and would be overwritten", .0.display())]
    NotOurs(PathBuf),
    /// The file extension names a format other than JSON Lines.
    #[error("{} ends in {ending}, but the output is JSON Lines", path.display())]
    Ending {
        /// The output.
        path: PathBuf,
        /// The extension.
        ending: String,
    },
    /// Resuming, splitting and sharding need an output file.
    #[error("{}", .0.what())]
    NeedsFile(NeedsFile),
    /// The input is a pipe or standard input, so the run cannot be resumed.
    #[error("standard input and pipes cannot be read twice, so there is nothing to resume")]
    InputIsStream,
    /// The file is not a journal.
    #[error("{} is not a pressmark journal", .0.display())]
    NotAJournal(PathBuf),
    /// The journal's first line is torn.
    #[error("{} is incomplete", .0.display())]
    TornJournal(PathBuf),
    /// The journal has the format of another version.
    #[error("{} was written by another version of pressmark", .0.display())]
    OtherVersion(PathBuf),
    /// A journal line is corrupted in a way that a crash cannot explain, or contradicts the others.
    #[error("{} is damaged: {what}", path.display())]
    DamagedJournal {
        /// The journal.
        path: PathBuf,
        /// Description of the damage.
        what: String,
    },
    /// The file beside the output is not a manifest.
    #[error("failed to read {}: not a pressmark manifest", path.display())]
    NotAManifest {
        /// The file.
        path: PathBuf,
        /// Underlying parse error.
        source: serde_json::Error,
    },
    /// The run was started with other settings.
    #[error("the run cannot be resumed with different settings: {0}")]
    Settings(String),
    /// The output is not what the run wrote.
    #[error("{0}")]
    OutputChanged(String),
    /// The input is not the one that the run was started with.
    #[error("the input has changed{0}")]
    InputChanged(String),
    /// The shards do not make up one run.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// An option of duplicate detection is invalid.
    #[error(transparent)]
    Options(#[from] pressmark_ingest::Error),
}

/// Operations that an output stream does not support.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NeedsFile {
    /// Resuming an earlier run.
    Resume,
    /// Splitting the output into several files.
    Parts,
    /// Running one of several shards.
    Shard,
}

impl NeedsFile {
    fn what(self) -> &'static str {
        match self {
            Self::Resume => "a run to standard output cannot be resumed",
            Self::Parts => "standard output cannot be split into files",
            Self::Shard => "merging a shard needs the journal beside its file",
        }
    }
}

/// Reasons why shards cannot be merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// No shard was given.
    #[error("there are no shards to merge")]
    Nothing,
    /// The output was not written as a shard.
    #[error("{name} has no journal: only the outputs of shards can be merged")]
    NotAShard {
        /// Path as given.
        name: String,
        /// Error from reading its journal, if that is the reason.
        source: Option<Box<Error>>,
    },
    /// A shard is unfinished.
    #[error("shard {shard} in {name} is incomplete")]
    Unfinished {
        /// The shard.
        shard: Shard,
        /// Path as given.
        name: String,
    },
    /// Two shards were made with different settings.
    #[error("{first} and {other} were made with different settings: {differences}")]
    Settings {
        /// One shard.
        first: String,
        /// The shard that differs.
        other: String,
        /// Description of the differences.
        differences: String,
    },
    /// Two shards come from splits into different numbers of shards.
    #[error("{first} is shard {first_shard}, {other} is shard {other_shard}")]
    Count {
        /// One shard.
        first: String,
        /// Its index and count.
        first_shard: Shard,
        /// The shard that differs.
        other: String,
        /// Its index and count.
        other_shard: Shard,
    },
    /// One shard was given twice.
    #[error("shard {shard} was given twice: {first} and {other}")]
    Twice {
        /// The shard.
        shard: Shard,
        /// One path, as given.
        first: String,
        /// The other path, as given.
        other: String,
    },
    /// Shards are missing.
    #[error("missing shards: {0}")]
    Missing(String),
    /// Two shards were made from different input lists.
    #[error("{first} and {other} were made from different input: {how}")]
    Input {
        /// One shard.
        first: String,
        /// The shard that differs.
        other: String,
        /// Description of the difference.
        how: String,
    },
    /// The shards agree with each other, but not with the input list that they name.
    #[error("the shards do not add up to the input list that they were made from")]
    List,
    /// Rows and journal of a shard disagree.
    #[error("{name} {what}")]
    Rows {
        /// Path as given.
        name: String,
        /// Description of the problem, as a predicate.
        what: String,
    },
    /// A row of a shard is not a record, or does not round-trip.
    #[error("a row of {name} is not a record that can be merged")]
    Record {
        /// Path as given.
        name: String,
        /// Underlying parse error; `None` if the row parsed but did not round-trip.
        source: Option<serde_json::Error>,
    },
}

/// Adds the operation and the path to an I/O error.
pub(crate) trait At<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T>;
    fn creating(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| Error::File { doing, path: path.to_owned(), source })
    }

    fn creating(self, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Create { path: path.to_owned(), source })
    }
}
