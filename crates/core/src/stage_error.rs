use std::fmt;

use crate::{ProblemKind, Span};

/// Why a stage gave up on a document.
#[derive(Debug)]
#[non_exhaustive]
pub struct StageError {
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// A lowercase fragment without a full stop.
    pub message: String,
    /// Where in the text, when it has a place.
    pub span: Option<Span>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StageError {
    /// The stage failed, for the reason given.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { kind: ProblemKind::StageFailed, message: message.into(), span: None, source: None }
    }

    /// The document's deadline has passed.
    #[must_use]
    pub fn timeout() -> Self {
        Self { kind: ProblemKind::Timeout, ..Self::new("the document took too long") }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}
