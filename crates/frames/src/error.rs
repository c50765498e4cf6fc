/// Why a codebook cannot be used or a stage cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The codebook is not TOML, or lacks a required field.
    #[error("codebook {name} does not follow the format")]
    Format {
        /// Path or name of the codebook.
        name: String,
        /// The TOML error, with its position.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The codebook is well-formed but invalid.
    #[error("codebook {name}: {reason}")]
    Content {
        /// Path or name of the codebook.
        name: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// A text of a codebook, or a text to score or to fit on, cannot be encoded.
    #[error("the text {text:?} cannot be encoded")]
    Text {
        /// The first 60 characters of the text.
        text: String,
        /// Underlying stage error.
        #[source]
        source: pressmark_core::StageError,
    },
    /// A file of the bundle cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: std::path::PathBuf,
        /// Underlying I/O error.
        source: std::io::Error,
    },
    /// The model bundle lacks a head, or rejects its input.
    #[error("the model cannot be used for this stage")]
    Model(#[from] pressmark_encoder::Error),
}
