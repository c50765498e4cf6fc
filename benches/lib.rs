//! Shared by the benches: the articles under `seeds/`, and the library on them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pressmark::{Annotator, InputRecord, Model, ModelSource, Precision, Settings};
use pressmark_core::Document;

/// A path in the repository.
#[must_use]
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The records under `seeds/`.
#[must_use]
pub fn records() -> Vec<InputRecord> {
    pressmark::inputs([repository("seeds")]).expect("the seeds are there").collect()
}

/// Reads the documents of the records with an annotator.
#[must_use]
pub fn documents(annotator: &Annotator, records: &[InputRecord]) -> Vec<Document> {
    records.iter().map(|record| annotator.read(record)).collect()
}

/// The bundle in the repository.
fn bundle() -> ModelSource {
    ModelSource::Folder(repository("models/pressmark-news-small"))
}

/// The model as shipped.
#[must_use]
pub fn model() -> Arc<Model> {
    bundle().load(Precision::Int8).expect("the bundle is there")
}

/// An annotator with these stages and their dependencies (all, if empty), otherwise with defaults and no length limit.
#[must_use]
pub fn annotator(stages: &[&str]) -> Annotator {
    let stages = stages.iter().map(|&name| name.to_owned()).collect();
    let settings = Settings { model: bundle(), stages, max_tokens: std::num::NonZeroUsize::MAX, ..Settings::default() };
    Annotator::new(settings).expect("the bundle has every head")
}
