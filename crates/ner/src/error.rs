use std::io;
use std::path::PathBuf;

/// Reason why the stage cannot be built, or a codebook cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model has no head for the label scheme, or an unsuitable one.
    #[error("model has no head for the scheme {scheme}")]
    Head {
        /// Requested scheme.
        scheme: &'static str,
        /// Underlying error of the model.
        source: pressmark_encoder::Error,
    },
    /// The labels of a head do not form a BIO scheme.
    #[error("head {head} has the label {label}, expected {expected}")]
    Labels {
        /// Name of the head.
        head: String,
        /// Offending label.
        label: String,
        /// What is expected instead.
        expected: &'static str,
    },
    /// The input width of a head is not that of the hidden states.
    #[error("head {head} takes {got} numbers per token, expected {expected}")]
    Width {
        /// Name of the head.
        head: String,
        /// Width of the model's hidden states.
        expected: usize,
        /// Width of the head's input.
        got: usize,
    },
    /// A codebook cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// A codebook of terms is invalid.
    #[error("codebook {name}, line {line}: {problem}")]
    Codebook {
        /// Path of the file, or the name passed in.
        name: String,
        /// Line number, from 1.
        line: usize,
        /// What is wrong, and what was expected.
        problem: String,
    },
}
