use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// Result of this crate's functions.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Characters of a text that a message shows. Set by hand: enough to find it again.
const SHOWN: usize = 60;

/// The start of a text, for a message.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// Why an evaluation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// The gold data are not in the format that the task expects.
    #[error("{place} {what}")]
    Gold {
        /// A file, or a line in it.
        place: String,
        /// The problem, as a predicate ("has no …").
        what: String,
    },
    /// A row lacks a field, or the one named in the options.
    #[error("{place} has no field for the {what}, expected {expected}; its fields are {fields}")]
    NoField {
        /// The row.
        place: String,
        /// The missing item: `text`, `label`, `target` or `id`.
        what: &'static str,
        /// Names that would be accepted.
        expected: String,
        /// Names of the row's fields.
        fields: String,
    },
    /// A row has a label that the task does not know.
    #[error("{place} has the label {label:?}, expected {expected}")]
    UnknownLabel {
        /// The row.
        place: String,
        /// The unknown label.
        label: String,
        /// The labels of the task.
        expected: &'static str,
    },
    /// The annotated file has no stance towards a gold target.
    #[error("{place} has no stance towards {target:?}")]
    NoStance {
        /// The gold text.
        place: String,
        /// The target.
        target: String,
    },
    /// The label map maps to a label that the codebook lacks.
    #[error("the label map names {label}, which the codebook {codebook} does not have; it has {known}")]
    Map {
        /// The label.
        label: String,
        /// The codebook.
        codebook: String,
        /// Labels of the codebook.
        known: String,
    },
    /// The gold data contain no label of the codebook.
    #[error("{path} has no label of the codebook {codebook}; it has {given}; expected {known}")]
    NoKnownLabel {
        /// The gold data.
        path: String,
        /// The codebook.
        codebook: String,
        /// Labels in the gold data.
        given: String,
        /// Labels of the codebook.
        known: String,
    },
    /// The annotated file does not match the gold data.
    #[error("{place} {what}")]
    Annotated {
        /// The file, or a record in it.
        place: String,
        /// The problem, as a predicate ("has no …").
        what: String,
    },
    /// A file of annotated or grouped rows cannot be opened.
    #[error(transparent)]
    Open(#[from] pressmark_tables::Error),
    /// A file of rows is invalid or cannot be read to its end.
    #[error("failed to read {}", path.display())]
    Rows {
        /// The path.
        path: PathBuf,
        /// Underlying error, with the line.
        source: pressmark_jsonl::RowError,
    },
    /// A task over stories was run without stories.
    #[error("this task needs the rows of stories, and none were given")]
    NoStories,
    /// A stage failed on a gold text.
    #[error("the stage {stage} failed on {id}")]
    Stage {
        /// Name of the stage.
        stage: &'static str,
        /// Id of the document.
        id: String,
        /// Underlying stage error.
        source: pressmark_core::StageError,
    },
    /// The annotator cannot be created.
    #[error(transparent)]
    Annotator(#[from] pressmark::Error),
    /// No task has this name.
    #[error("there is no task {0:?}")]
    UnknownTask(String),
    /// A prediction cannot be written.
    #[error("failed to write a prediction")]
    Predictions(#[source] io::Error),
}

/// An error about the gold data at a place.
pub(crate) fn gold(place: impl Display, what: impl Into<String>) -> Error {
    Error::Gold { place: place.to_string(), what: what.into() }
}

/// Adds the path to an I/O error.
pub(crate) trait At<T> {
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Read { path: path.to_owned(), source })
    }
}

/// Adds the stage and the document to a stage error.
pub(crate) trait On<T> {
    fn on(self, stage: &'static str, id: &str) -> Result<T>;
}

impl<T, E: Into<pressmark_core::StageError>> On<T> for Result<T, E> {
    fn on(self, stage: &'static str, id: &str) -> Result<T> {
        self.map_err(|source| Error::Stage { stage, id: id.to_owned(), source: source.into() })
    }
}
