use std::path::PathBuf;

/// Why an annotator cannot be created, or a call fails.
///
/// A document that cannot be read or annotated is not an error: it keeps its record, with the problem in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No model is compiled in, named by the environment or cached.
    #[error(
        "no model found: this build has no built-in model, PRESSMARK_MODEL is not set and {}",
        cache.as_ref().map_or_else(|| "there is no cache folder".to_owned(), |dir| format!("{} contains none", dir.display()))
    )]
    NoModel {
        /// The cache folder that was searched; `None` if the environment defines none.
        cache: Option<PathBuf>,
    },
    /// A model bundle cannot be read or does not match its manifest.
    #[error("failed to load the model {name}")]
    Model {
        /// The bundle's folder, or that it is compiled in.
        name: String,
        /// Underlying encoder error.
        source: pressmark_encoder::Error,
    },
    /// A stage cannot be created with this model and these settings.
    #[error("failed to set up the stage {stage}")]
    Stage {
        /// Name of the stage.
        stage: &'static str,
        /// Underlying error of the stage.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The settings name a stage that does not exist.
    #[error("there is no stage {name:?}, expected one of {expected}")]
    UnknownStage {
        /// The name as given.
        name: String,
        /// The known names, comma-separated.
        expected: String,
    },
    /// The stages do not fit together.
    #[error(transparent)]
    Pipeline(#[from] pressmark_pipeline::Error),
    /// A codebook of frames cannot be read.
    #[error("failed to read the codebook {name}: expected {expected} or a TOML file")]
    CodebookFile {
        /// The name or path as given.
        name: String,
        /// Names of the shipped codebooks.
        expected: String,
        /// Underlying I/O error.
        source: std::io::Error,
    },
    /// A codebook of frames does not follow its format.
    #[error(transparent)]
    Codebook(pressmark_frames::Error),
    /// A file of terms cannot be read or does not follow its format.
    #[error("failed to read the terms {}", path.display())]
    Terms {
        /// The path.
        path: PathBuf,
        /// Underlying error.
        source: pressmark_ner::Error,
    },
    /// Invalid inputs or input options.
    #[error(transparent)]
    Inputs(#[from] pressmark_ingest::Error),
    /// The settings ask for rust-bert, which this build lacks.
    #[error("this build has no rust-bert; build it with the feature `rust-bert`, which needs libtorch")]
    NoRustBert,
    /// A model for rust-bert cannot be found or downloaded.
    #[error(transparent)]
    Hub(#[from] crate::hub::Error),
    /// A stage needs the bundled encoder, which rust-bert's sentence vectors replace.
    #[error(
        "embed=rust-bert replaces the bundled encoder, which {stage} needs; run that on rust-bert too, or \
         leave it out with --stages"
    )]
    NeedsEncoder {
        /// Name of the stage.
        stage: &'static str,
    },
    /// A text is longer than the settings allow.
    #[error("the text has {bytes} bytes, expected at most {limit} (`Settings::ingest`, `max_bytes`)")]
    TooLong {
        /// Length of the text, in bytes.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A stage failed on a text. Only the single-layer functions return this; a record keeps the failure as a problem.
    #[error("{stage}: {message}")]
    Failed {
        /// Name of the stage.
        stage: &'static str,
        /// The stage's error message.
        message: String,
    },
}
