use std::fmt;

use crate::{ProblemKind, Span};

/// Failure of a stage on a document.
#[derive(Debug)]
#[non_exhaustive]
pub struct StageError {
    /// Kind of problem.
    pub kind: ProblemKind,
    /// Message: a lowercase fragment without a full stop.
    pub message: String,
    /// Place in the text, where there is one.
    pub span: Option<Span>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StageError {
    /// Creates an error of kind [`ProblemKind::StageFailed`].
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { kind: ProblemKind::StageFailed, message: message.into(), span: None, source: None }
    }

    /// Creates the error of kind [`ProblemKind::Timeout`].
    #[must_use]
    pub fn timeout() -> Self {
        Self { kind: ProblemKind::Timeout, ..Self::new("the document took too long") }
    }

    /// Sets the cause.
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
