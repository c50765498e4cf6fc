/// Why rows could not be exported or imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file is not in the format.
    #[error("{place} {what}")]
    Format {
        /// A file, or a line or element of it.
        place: String,
        /// What is wrong there, as a predicate.
        what: String,
    },
    /// A file is not JSON.
    #[error("{place} is not JSON")]
    Json {
        /// A file, or a line of it.
        place: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file is not XML.
    #[error("{place} is not XML")]
    Xml {
        /// The file.
        place: String,
        /// What is wrong with it.
        source: roxmltree::Error,
    },
    /// A tool changed the text, so that offsets mean something else.
    #[error("the text of {id} differs from that of its row from code point {at} on: offsets do not fit")]
    TextDiffers {
        /// The document.
        id: String,
        /// Where the two texts part.
        at: usize,
    },
    /// A document is none of those of the rows.
    #[error("{place} has the document {id}, which is in none of the rows")]
    NoRow {
        /// The file, or a line of it.
        place: String,
        /// The document.
        id: String,
    },
    /// The format is not read.
    #[error("{0} is written and not read")]
    OneWay(&'static str),
}

/// What is wrong at a place.
pub(crate) fn wrong(place: impl std::fmt::Display, what: impl Into<String>) -> Error {
    Error::Format { place: place.to_string(), what: what.into() }
}
