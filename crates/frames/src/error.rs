/// Why a codebook cannot be used or a stage cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The codebook is not TOML, or lacks something.
    #[error("codebook {name} does not follow the format")]
    Format {
        /// Path or name of the codebook.
        name: String,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The codebook follows the format but cannot be worked with.
    #[error("codebook {name}: {reason}")]
    Content {
        /// Path or name of the codebook.
        name: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// A text to compare with (a definition, a target) cannot be encoded.
    #[error("the text {text:?} cannot be encoded")]
    Text {
        /// Its beginning.
        text: String,
        /// Why.
        #[source]
        source: pressmark_core::StageError,
    },
    /// A file of the bundle cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The model bundle lacks a head, or refuses its input.
    #[error("the model cannot be used for this stage")]
    Model(#[from] pressmark_encoder::Error),
}
