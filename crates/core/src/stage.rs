use std::sync::Arc;

use crate::{Document, Layer, StageError};

/// One step of processing a document: reads some layers and fills others.
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

    /// Layers that this stage uses if another stage fills them.
    fn reads(&self) -> &'static [Layer] {
        &[]
    }

    /// Layers that this stage fills.
    fn provides(&self) -> &'static [Layer];

    /// Model and settings, for the record's provenance.
    fn provenance(&self) -> Provenance;

    /// Processes one document.
    ///
    /// # Errors
    /// When the stage cannot process this document; the run keeps the document, records the problem and goes on.
    fn run(&self, doc: &mut Document) -> Result<(), StageError>;

    /// Processes several documents at once; results must equal those of [`run`](Stage::run) on each.
    ///
    /// Override it where work can be shared, as the encoder does by batching windows.
    fn run_batch(&self, docs: &mut [&mut Document]) -> Vec<Result<(), StageError>> {
        docs.iter_mut().map(|doc| self.run(doc)).collect()
    }
}

/// A stage behind an [`Arc`], for callers that keep access to its concrete type.
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

/// Provenance of one stage's annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Name of the stage.
    pub stage: &'static str,
    /// Name and version of the model, where there is one.
    pub model: Option<String>,
    /// SHA-256 of its weights, in hex.
    pub sha256: Option<String>,
    /// Settings in force, as one JSON object.
    pub settings: String,
}
