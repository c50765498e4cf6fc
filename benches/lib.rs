//! What the benches share: the articles under `seeds/`, the bundled model and the stages.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pressmark_core::{Document, Stage};
use pressmark_encode::DocumentEncoder;
use pressmark_encoder::Model;
use pressmark_frames::{Codebook, Frames, FramesOptions};
use pressmark_ingest::{Inputs, Options, Record, ingest};
use pressmark_ner::Ner;
use pressmark_quote::QuoteFinder;
use pressmark_stance::{EntitySentiment, Stances, StancesOptions};
use pressmark_summarize::Summarizer;
use pressmark_tokenize::{Subwords, Tokenizer};

/// A path in the repository.
#[must_use]
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The records under `seeds/`.
#[must_use]
pub fn records() -> Vec<Record> {
    Inputs::open(&[repository("seeds")], Options::default()).expect("the seeds are there").collect()
}

/// The documents of the records.
#[must_use]
pub fn documents(records: &[Record]) -> Vec<Document> {
    let options = Options::default();
    records.iter().map(|record| ingest(record, &options)).collect()
}

/// The bundled model.
#[must_use]
pub fn model() -> Arc<Model> {
    Arc::new(Model::open(repository("models/pressmark-news")).expect("the bundle is there"))
}

/// Every stage, in order, with its defaults.
#[must_use]
pub fn stages(model: &Arc<Model>) -> Vec<Box<dyn Stage>> {
    let shared = || Arc::clone(model);
    let subwords = Subwords::from_json(model.tokenizer_json()).expect("the bundle has a tokenizer");
    let options = pressmark_tokenize::Options { max_window: model.max_window(), ..Default::default() };
    let tokenizer = Tokenizer::new(subwords, options).expect("the model's windows have room");
    let codebooks = [Codebook::policy_frames(), Codebook::news_frames()];
    let frames = Frames::new(shared(), &tokenizer, &codebooks, FramesOptions::default());
    let stances = Stances::new(shared(), &tokenizer, StancesOptions::default());
    vec![
        Box::new(tokenizer),
        Box::new(DocumentEncoder::new(shared()).expect("the bundle has the head")),
        Box::new(Ner::new(shared(), pressmark_ner::Options::default()).expect("the bundle has the head")),
        Box::new(QuoteFinder::new(pressmark_quote::Options::default())),
        Box::new(Summarizer::new(shared(), pressmark_summarize::Options::default()).expect("the bundle has the head")),
        Box::new(frames.expect("the bundle has the head")),
        Box::new(EntitySentiment::new(shared()).expect("the bundle has the head")),
        Box::new(stances.expect("the bundle has the heads")),
    ]
}
