use pressmark_jsonl::RowError;

/// Why agreement could not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The rows of a coder cannot be read.
    #[error(transparent)]
    Rows(#[from] RowError),
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
