/// Why a gold standard of quotations cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A line of a brat file is neither a text-bound annotation nor an event, nor one of the kinds that are passed over.
    #[error("line {line} of the annotations is not brat stand-off: expected {expected}")]
    Brat {
        /// Counted from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// An annotation points outside of the text.
    #[error("line {line} of the annotations points at characters {start}..{end} of a text of {length}")]
    Range {
        /// Counted from 1.
        line: usize,
        /// First code point.
        start: usize,
        /// One past the last code point.
        end: usize,
        /// Code points of the text.
        length: usize,
    },
}
