/// Errors from exporting or importing rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file does not conform to the format.
    #[error("{place} {what}")]
    Format {
        /// The file, or a line or element of it.
        place: String,
        /// Description of the problem, as a predicate.
        what: String,
    },
    /// A file is not valid JSON.
    #[error("{place} is not JSON")]
    Json {
        /// The file, or a line of it.
        place: String,
        /// Underlying parse error.
        source: serde_json::Error,
    },
    /// A file is not valid XML.
    #[error("{place} is not XML")]
    Xml {
        /// The file.
        place: String,
        /// Underlying parse error.
        source: roxmltree::Error,
    },
    /// A tool changed the text, so its offsets do not fit the row.
    #[error("the text of {id} differs from that of its row from code point {at} on: offsets do not fit")]
    TextDiffers {
        /// Id of the document.
        id: String,
        /// Code point at which the texts first differ, from 0.
        at: usize,
    },
    /// A document is in none of the original rows.
    #[error("{place} has the document {id}, which is in none of the rows")]
    NoRow {
        /// The file, or a line of it.
        place: String,
        /// Id of the document.
        id: String,
    },
    /// The format can be exported but not imported.
    #[error("{0} can be exported, but not imported")]
    OneWay(&'static str),
}

/// Builds an [`Error::Format`].
pub(crate) fn wrong(place: impl std::fmt::Display, what: impl Into<String>) -> Error {
    Error::Format { place: place.to_string(), what: what.into() }
}
