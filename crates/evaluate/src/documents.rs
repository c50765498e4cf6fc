use std::rc::Rc;

use pressmark::Annotator;
use pressmark_core::{Document, Stage};
use pressmark_ingest::{Options, clean_document};

use crate::annotated::Annotated;
use crate::error::{On, Result};

/// A source of predictions for gold texts.
pub(crate) enum Documents {
    Annotator(Annotator),
    Stage(Box<dyn Stage>),
    Annotated(Rc<Annotated>),
}

impl Documents {
    /// The annotated document of a gold text.
    pub(crate) fn of(&self, place: &str, id: Option<&str>, text: &str) -> Result<Document> {
        match self {
            Self::Annotated(annotated) => annotated.document(place, id, text),
            Self::Annotator(_) | Self::Stage(_) => self.complete(self.text(id.unwrap_or(place), text)),
        }
    }

    /// A gold text prepared like any input, with its language detected, since rules depend on it.
    pub(crate) fn text(&self, id: &str, text: &str) -> Document {
        match self {
            Self::Annotator(annotator) => clean_document(id, text, &annotator.settings().ingest),
            Self::Stage(_) | Self::Annotated(_) => clean_document(id, text, &Options::default()),
        }
    }

    /// Runs the stages, if any, over a document.
    pub(crate) fn complete(&self, mut doc: Document) -> Result<Document> {
        let stages = match self {
            Self::Annotator(annotator) => annotator.stages(),
            Self::Stage(stage) => std::slice::from_ref(stage),
            Self::Annotated(_) => &[],
        };
        for stage in stages {
            stage.run(&mut doc).on(stage.name(), &doc.id)?;
        }
        Ok(doc)
    }
}
