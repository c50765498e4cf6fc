/// Reason why gold quotations cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A line of a brat file cannot be parsed.
    #[error("line {line} of the annotations is not brat stand-off: expected {expected}")]
    Brat {
        /// Line number, from 1.
        line: usize,
        /// What is expected there.
        expected: &'static str,
    },
    /// An annotation is out of the text's bounds.
    #[error("line {line} of the annotations points at characters {start}..{end} of a text of {length}")]
    Range {
        /// Line number, from 1.
        line: usize,
        /// First code point.
        start: usize,
        /// One past the last code point.
        end: usize,
        /// Length of the text in code points.
        length: usize,
    },
}
