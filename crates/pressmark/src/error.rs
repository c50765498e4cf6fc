use std::path::PathBuf;

/// Why an annotator cannot be made, or a call cannot be answered.
///
/// A document that cannot be read or annotated is none of these: it keeps its record, with the problem in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No model is inside the program, named by the environment or in the cache.
    #[error(
        "no model was found: this build has none inside, PRESSMARK_MODEL is not set and {} holds none",
        cache.as_ref().map_or_else(|| "no cache folder is known that".to_owned(), |dir| dir.display().to_string())
    )]
    NoModel {
        /// The folder of the cache that was searched, where the environment tells one.
        cache: Option<PathBuf>,
    },
    /// A model bundle cannot be read or does not hold what its manifest says.
    #[error("failed to load the model {name}")]
    Model {
        /// The bundle's folder, or that it is inside the program.
        name: String,
        /// Why.
        source: pressmark_encoder::Error,
    },
    /// A stage cannot be made with this model and these settings.
    #[error("failed to set up the stage {stage}")]
    Stage {
        /// The stage's name.
        stage: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The settings name a stage that does not exist.
    #[error("there is no stage {name:?}, expected {expected}")]
    UnknownStage {
        /// The name as given.
        name: String,
        /// The names that there are.
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
        /// The names of the codebooks inside the program.
        expected: String,
        /// Why.
        source: std::io::Error,
    },
    /// A codebook of frames does not follow its format.
    #[error(transparent)]
    Codebook(pressmark_frames::Error),
    /// A file of terms cannot be read or does not follow its format.
    #[error("failed to read the terms {}", path.display())]
    Terms {
        /// The file.
        path: PathBuf,
        /// Why.
        source: pressmark_ner::Error,
    },
    /// Inputs or their options do not make sense.
    #[error(transparent)]
    Inputs(#[from] pressmark_ingest::Error),
    /// Stages are to run on rust-bert, and this build has none.
    #[error("this build has no rust-bert; it is the feature `rust-bert`, which needs libtorch")]
    NoRustBert,
    /// A model for rust-bert cannot be had.
    #[error(transparent)]
    Hub(#[from] crate::hub::Error),
    /// Sentence vectors of rust-bert take the place of the bundled encoder, which a stage needs.
    #[error(
        "embed=rust-bert takes the place of the bundled encoder, which {stage} reads; put that on rust-bert too, or \
         leave it out with --stages"
    )]
    NeedsEncoder {
        /// The stage.
        stage: &'static str,
    },
    /// A text is longer than the settings allow.
    #[error("the text has {bytes} bytes, expected at most {limit} (`Settings::ingest`, `max_bytes`)")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A stage failed on a text; only the short ways to one layer say so, a record keeps it as a problem.
    #[error("{stage}: {message}")]
    Failed {
        /// The stage.
        stage: &'static str,
        /// What it says.
        message: String,
    },
}
