/// Why a summarizer cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The length asked for is no length.
    #[error("a summary of {0} holds nothing or more than the document")]
    BadLength(String),
    /// A text that says no length.
    #[error("{0:?} is none of a number of sentences (3), of words (60w) or a share (20%)")]
    UnknownLength(String),
    /// The bundle's salience head reads vectors of another width than its encoder gives.
    #[error("the salience head reads {found} values, expected {expected}")]
    HeadWidth {
        /// Twice the encoder's width: a sentence's mean and the document's.
        expected: usize,
        /// What the head reads.
        found: usize,
    },
}
