/// Why a [`Summarizer`](crate::Summarizer) cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The requested length is empty or more than the document.
    #[error("a summary of {0} holds nothing or more than the document")]
    BadLength(String),
    /// The text is not a valid [`Length`](crate::Length).
    #[error("{0:?} is none of a number of sentences (3), of words (60w) or a share (20%)")]
    UnknownLength(String),
    /// The bundle's salience head does not fit the encoder's width.
    #[error("the salience head reads {found} values, expected {expected}")]
    HeadWidth {
        /// Twice the encoder's width: the sentence's mean hidden state and the document's.
        expected: usize,
        /// The head's input width.
        found: usize,
    },
}
