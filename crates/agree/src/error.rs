use std::io;

/// Why agreement could not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The rows of a coder could not be read.
    #[error("failed to read line {line} of {name}")]
    Read {
        /// The coder.
        name: String,
        /// Counted from 1.
        line: usize,
        /// What the system says.
        source: io::Error,
    },
    /// A line is no record.
    #[error("line {line} of {name} is no record of pressmark/1")]
    NoRecord {
        /// The coder.
        name: String,
        /// Counted from 1.
        line: usize,
        /// What its JSON lacks.
        source: serde_json::Error,
    },
    /// A coder has the same document twice.
    #[error("{name} has the document {id} twice")]
    Twice {
        /// The coder.
        name: String,
        /// The document.
        id: String,
    },
    /// Agreement needs two.
    #[error("agreement needs two coders, and there is {0}")]
    TooFew(usize),
    /// No document was annotated by two coders.
    #[error("no document has been annotated by two coders: ids, addresses and texts all differ")]
    NothingShared,
}
