/// Reason why a subword model cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not a valid `tokenizer.json`.
    #[error("the tokenizer is not a readable tokenizer.json")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The vocabulary lacks a special token that windows need.
    #[error("the tokenizer has no token {token}")]
    MissingToken {
        /// Token, as spelled in the vocabulary.
        token: String,
    },
    /// The window leaves no room for a word between its special tokens.
    #[error("a window of {max_window} rows has no room for text")]
    WindowTooSmall {
        /// Requested size, special tokens included.
        max_window: usize,
    },
}
