use std::sync::Arc;

use crate::{Document, Layer, StageError};

/// One step over a document: it reads some layers and fills others.
///
/// The order in which stages run follows from the layers: a stage runs after those that fill what it
/// [`needs`](Stage::needs) or [`reads`](Stage::reads).
///
/// A stage is shared between threads and keeps no state between documents,
/// so that a document's line is the same whatever ran before it.
pub trait Stage: Send + Sync {
    /// Short name, such as `"ner"`: the key in reports, problems and provenance.
    fn name(&self) -> &'static str;

    /// Layers that must be filled before this stage runs.
    fn needs(&self) -> &'static [Layer];

    /// Layers that this stage reads where another stage fills them, and does without where none does.
    fn reads(&self) -> &'static [Layer] {
        &[]
    }

    /// Layers that this stage fills.
    fn provides(&self) -> &'static [Layer];

    /// What ran: model and settings, for the record's provenance.
    fn provenance(&self) -> Provenance;

    /// Runs over one document.
    ///
    /// # Errors
    /// When the stage cannot do its work on this document; the run keeps the document,
    /// notes the problem and goes on.
    fn run(&self, doc: &mut Document) -> Result<(), StageError>;

    /// Runs over several documents at once; the result must be that of [`run`](Stage::run) on each.
    ///
    /// A stage overrides it where work can be shared, as the encoder's windows are.
    fn run_batch(&self, docs: &mut [&mut Document]) -> Vec<Result<(), StageError>> {
        docs.iter_mut().map(|doc| self.run(doc)).collect()
    }
}

/// A stage that is shared, with somebody who needs more of it than a stage.
impl<S: Stage + ?Sized> Stage for Arc<S> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn needs(&self) -> &'static [Layer] {
        (**self).needs()
    }

    fn reads(&self) -> &'static [Layer] {
        (**self).reads()
    }

    fn provides(&self) -> &'static [Layer] {
        (**self).provides()
    }

    fn provenance(&self) -> Provenance {
        (**self).provenance()
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        (**self).run(doc)
    }

    fn run_batch(&self, docs: &mut [&mut Document]) -> Vec<Result<(), StageError>> {
        (**self).run_batch(docs)
    }
}

/// What ran over a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The stage's name.
    pub stage: &'static str,
    /// Name and version of the model, where there is one.
    pub model: Option<String>,
    /// SHA-256 of its weights, in hex.
    pub sha256: Option<String>,
    /// The settings in force as one JSON object.
    pub settings: String,
}
