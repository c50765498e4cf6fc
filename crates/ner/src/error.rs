use std::io;
use std::path::PathBuf;

/// What keeps the stage from being built, or a gold file from being read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model has no head for the label scheme, or one that does not fit.
    #[error("model has no head for the scheme {scheme}")]
    Head {
        /// The scheme asked for.
        scheme: &'static str,
        /// What the model says.
        source: pressmark_encoder::Error,
    },
    /// A head's labels are no BIO scheme.
    #[error("head {head} has the label {label}, expected {expected}")]
    Labels {
        /// The head's name.
        head: String,
        /// The label at fault.
        label: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A head takes something else than a token's hidden state.
    #[error("head {head} takes {got} numbers a token, expected {expected}")]
    Width {
        /// The head's name.
        head: String,
        /// The width of the model's hidden states.
        expected: usize,
        /// The width that the head takes.
        got: usize,
    },
    /// A codebook cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A codebook of terms is not as it should be.
    #[error("codebook {name}, line {line}: {problem}")]
    Codebook {
        /// The file, or the name that it was given.
        name: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong, and what was expected.
        problem: String,
    },
}
