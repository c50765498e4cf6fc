/// Why a subword model cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a `tokenizer.json`.
    #[error("the tokenizer is not a readable tokenizer.json")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The vocabulary lacks a token that windows are built with.
    #[error("the tokenizer has no token {token}")]
    MissingToken {
        /// The token as it is spelled in the vocabulary.
        token: String,
    },
    /// The window leaves no room for a word between its first and last row.
    #[error("a window of {max_window} rows has no room for text")]
    WindowTooSmall {
        /// The size asked for, special tokens included.
        max_window: usize,
    },
}
