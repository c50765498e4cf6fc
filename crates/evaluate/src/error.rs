use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// The result of the functions of this crate.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an evaluation could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The gold data are not what the task expects.
    #[error("{place} {what}")]
    Gold {
        /// A file, or a line of it.
        place: String,
        /// What is wrong there, as a predicate.
        what: String,
    },
    /// A row has no field for something, or not the one that was named.
    #[error("{place} has no field for the {what}, expected {expected}; its fields are {fields}")]
    NoField {
        /// The row.
        place: String,
        /// What is looked for: `text`, `label`, `target` or `id`.
        what: &'static str,
        /// The names that would do.
        expected: String,
        /// The names that there are.
        fields: String,
    },
    /// A row has a label that is none of those of the task.
    #[error("{place} has the label {label:?}, expected {expected}")]
    UnknownLabel {
        /// The row.
        place: String,
        /// Its label.
        label: String,
        /// The labels of the task.
        expected: &'static str,
    },
    /// The annotated file has no stance towards a target of the gold data.
    #[error("{place} has no stance towards {target:?}")]
    NoStance {
        /// The gold text.
        place: String,
        /// Its target.
        target: String,
    },
    /// The label map names a label that is none of ours.
    #[error("the label map names {label}, which the codebook {codebook} has not; it has {known}")]
    Map {
        /// The label.
        label: String,
        /// The codebook.
        codebook: String,
        /// The labels that it has.
        known: String,
    },
    /// The gold data give none of the labels that are evaluated.
    #[error("{path} gives no label of the codebook {codebook}; it gives {given}; expected {known}")]
    NoKnownLabel {
        /// The gold data.
        path: String,
        /// The codebook.
        codebook: String,
        /// The labels that stand there.
        given: String,
        /// The labels of the codebook.
        known: String,
    },
    /// The annotated file does not go with the gold data.
    #[error("{place} {what}")]
    Annotated {
        /// The file, or a record of it.
        place: String,
        /// What is wrong there, as a predicate.
        what: String,
    },
    /// A file of rows, annotated or grouped, could not be opened.
    #[error(transparent)]
    Open(#[from] pressmark_tables::Error),
    /// A file of rows could not be read to its end.
    #[error("failed to read {}", path.display())]
    Rows {
        /// Which one.
        path: PathBuf,
        /// The line, and what is wrong with it.
        source: pressmark_jsonl::RowError,
    },
    /// A task over stories was given none.
    #[error("this task takes the rows of stories, and none were given")]
    NoStories,
    /// A stage failed on a gold text.
    #[error("the stage {stage} failed on {id}")]
    Stage {
        /// The stage.
        stage: &'static str,
        /// The document.
        id: String,
        /// Why.
        source: pressmark_core::StageError,
    },
    /// The annotator could not be made.
    #[error(transparent)]
    Annotator(#[from] pressmark::Error),
    /// There is no task of this name.
    #[error("there is no task {0:?}")]
    UnknownTask(String),
    /// A prediction could not be written.
    #[error("failed to write a prediction")]
    Predictions(#[source] io::Error),
}

/// What is wrong with the gold data at a place.
pub(crate) fn gold(place: impl Display, what: impl Into<String>) -> Error {
    Error::Gold { place: place.to_string(), what: what.into() }
}

/// Says which file could not be read.
pub(crate) trait At<T> {
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Read { path: path.to_owned(), source })
    }
}

/// Says which stage failed on which document.
pub(crate) trait On<T> {
    fn on(self, stage: &'static str, id: &str) -> Result<T>;
}

impl<T, E: Into<pressmark_core::StageError>> On<T> for Result<T, E> {
    fn on(self, stage: &'static str, id: &str) -> Result<T> {
        self.map_err(|source| Error::Stage { stage, id: id.to_owned(), source: source.into() })
    }
}
