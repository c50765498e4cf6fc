use std::io;
use std::path::{Path, PathBuf};

use crate::Shard;

/// The result of the functions of this crate.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a run cannot be opened, gone on with, or finished.
///
/// What a user may do about it depends on the program that asks, so the messages do not name its options.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read, written, made or removed.
    #[error("failed to {doing} {}", path.display())]
    File {
        /// A verb: `read`, `write`, `remove` …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file could not be made.
    #[error("failed to create {}: check that the folder exists and may be written to", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A finished file could not be given its name.
    #[error("failed to rename {} to {}", from.display(), to.display())]
    Rename {
        /// The name that it has.
        from: PathBuf,
        /// The name that it should have.
        to: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A line could not be written to standard output or a pipe.
    #[error("failed to write a line")]
    Stream(#[source] io::Error),
    /// A row could not be written to a sink.
    #[error("failed to write a row")]
    Sink(#[source] io::Error),
    /// Another process writes this output now.
    #[error("another pressmark is writing {}", .0.display())]
    Busy(PathBuf),
    /// An unfinished run stands in the way.
    #[error("{} belongs to an earlier run whose work is kept", .0.display())]
    Unfinished(PathBuf),
    /// Rows of a finished run stand in the way, or a file of somebody else.
    #[error("{} is there already, and nothing is replaced unasked", .0.display())]
    Finished(PathBuf),
    /// The output is a file that is read.
    #[error("{} cannot be written: it is the input {}, which would be lost", output.display(), input.display())]
    OutputIsRead {
        /// What was to be written.
        output: PathBuf,
        /// The same file, as it is read.
        input: PathBuf,
    },
    /// Rows and failures would go to one file.
    #[error("{} cannot be written: it is the output of the rows as well", .0.display())]
    OutputTwice(PathBuf),
    /// The dataset card of a folder would replace a file that somebody wrote.
    #[error("{} is no dataset card of pressmark, and would be lost", .0.display())]
    NotOurs(PathBuf),
    /// The name says another format than JSON Lines.
    #[error("{} says by its name that it is {ending}, and what is written is JSON Lines", path.display())]
    Ending {
        /// The output.
        path: PathBuf,
        /// What its name ends in.
        ending: String,
    },
    /// A run without a file to write cannot be resumed, split or sharded.
    #[error("{}", .0.what())]
    NeedsFile(NeedsFile),
    /// The input is a pipe or standard input, so there is nothing to resume.
    #[error("standard input and pipes cannot be read twice, so there is nothing to resume")]
    InputIsStream,
    /// The file is no journal.
    #[error("{} is no journal of pressmark", .0.display())]
    NotAJournal(PathBuf),
    /// The journal was cut before its first line was whole.
    #[error("{} is not whole", .0.display())]
    TornJournal(PathBuf),
    /// The journal was written by a version with another format.
    #[error("{} is of another version of pressmark", .0.display())]
    OtherVersion(PathBuf),
    /// A line of the journal is damaged that no crash can have torn, or does not fit the others.
    #[error("{} is damaged: {what}", path.display())]
    DamagedJournal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The file beside the output is no manifest.
    #[error("failed to read {}: not a manifest of pressmark", path.display())]
    NotAManifest {
        /// The file.
        path: PathBuf,
        /// What its JSON lacks.
        source: serde_json::Error,
    },
    /// The run was begun with other settings.
    #[error("the run cannot go on with other settings: {0}")]
    Settings(String),
    /// What stands in the output is not what the run wrote.
    #[error("{0}")]
    OutputChanged(String),
    /// The input is not the one that the run was begun with.
    #[error("the input has changed{0}")]
    InputChanged(String),
    /// Shards that do not make up one run.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// An option of the search for duplicates makes no sense.
    #[error(transparent)]
    Options(#[from] pressmark_ingest::Error),
}

/// What cannot be done with an output that is a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NeedsFile {
    /// Go on with an earlier run.
    Resume,
    /// Split the output into files.
    Parts,
    /// Be one of several shards.
    Shard,
}

impl NeedsFile {
    fn what(self) -> &'static str {
        match self {
            Self::Resume => "what went to standard output cannot be taken up again",
            Self::Parts => "an output in parts is several files",
            Self::Shard => "a shard is merged by its journal, which stands beside its file",
        }
    }
}

/// Why shards cannot be merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// No shard was given.
    #[error("there is nothing to merge")]
    Nothing,
    /// The output was not made as a shard.
    #[error("{name} has no journal: what can be merged are the outputs of shards")]
    NotAShard {
        /// The path as given.
        name: String,
        /// Why its journal cannot be read, where that is the reason.
        source: Option<Box<Error>>,
    },
    /// A shard was interrupted.
    #[error("shard {shard} in {name} is not whole: resume it first")]
    Unfinished {
        /// Which one.
        shard: Shard,
        /// The path as given.
        name: String,
    },
    /// Two shards were made with other settings.
    #[error("{first} and {other} were made with other settings: {differences}")]
    Settings {
        /// A shard.
        first: String,
        /// The one that differs.
        other: String,
        /// In what.
        differences: String,
    },
    /// The list was split into another number of shards.
    #[error("{first} is shard {first_shard}, {other} is shard {other_shard}")]
    Count {
        /// A shard.
        first: String,
        /// Which one it is.
        first_shard: Shard,
        /// The one that differs.
        other: String,
        /// Which one that is.
        other_shard: Shard,
    },
    /// One shard was given twice.
    #[error("shard {shard} is there twice: {first} and {other}")]
    Twice {
        /// Which one.
        shard: Shard,
        /// A path as given.
        first: String,
        /// The other.
        other: String,
    },
    /// Shards are missing.
    #[error("not all shards are there: {0} missing")]
    Missing(String),
    /// Two shards read other input lists.
    #[error("{first} and {other} were made from other input: {how}")]
    Input {
        /// A shard.
        first: String,
        /// The one that differs.
        other: String,
        /// In what.
        how: String,
    },
    /// The shards fit each other, but not the list that they name.
    #[error("the shards do not make up the input list that they were made from")]
    List,
    /// Rows and journal of a shard do not fit.
    #[error("{name} {what}")]
    Rows {
        /// The shard.
        name: String,
        /// What is wrong, as a predicate.
        what: String,
    },
    /// A row of a shard is no record, or does not come out as it went in.
    #[error("a row of {name} is no record that could be merged")]
    Record {
        /// The shard.
        name: String,
        /// What its JSON lacks.
        source: Option<serde_json::Error>,
    },
}

/// Says what was done with which file when it failed.
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
