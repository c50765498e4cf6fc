use pressmark_jsonl::RowError;

/// Reasons why agreement cannot be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The rows of a coder could not be read.
    #[error(transparent)]
    Rows(#[from] RowError),
    /// A coder has two rows of the same document.
    #[error("{name} has the document {id} twice")]
    Twice {
        /// Name of the coder.
        name: String,
        /// Id of the document.
        id: String,
    },
    /// There are fewer than two coders.
    #[error("agreement needs at least two coders, got {0}")]
    TooFew(usize),
    /// No two coders share a document.
    #[error("no document has been annotated by two coders: ids, URLs and texts all differ")]
    NothingShared,
}
