//! Every stage on the tiny models under `tests/models`, which `models/training/tiny_models.py` generates.
#![cfg(feature = "rust-bert")]

mod agreement;
mod folders;
mod hazards;
mod rows;

use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use pressmark_core::{Document, SegmentKind, Sentence, Span, Token};
use pressmark_rust_bert::{
    AbstractOptions, Entailment, ModelFolder, SentenceEmbeddings, Threads, TokenClassifier, TokenClassifierOptions,
};

/// A single thread, because tests run in parallel.
const ONE: Threads = Threads::Exactly(NonZeroU16::MIN);

fn path(model: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models").join(model)
}

fn folder(model: &str) -> ModelFolder {
    ModelFolder::open(path(model)).expect("the model is in the repository")
}

/// A copy of a model that a test may modify.
fn copy(model: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(path(model)).expect("it is there") {
        let entry = entry.expect("readable");
        if entry.path().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("room for it");
        }
    }
    copy
}

fn ner(model: &str) -> TokenClassifier {
    let mut options = TokenClassifierOptions::default();
    (options.scheme, options.threads) = (None, ONE);
    TokenClassifier::new(folder(model), options).expect("it loads")
}

fn nli(model: &str) -> Entailment {
    Entailment::new(folder(model), ONE).expect("it loads")
}

fn embeddings() -> SentenceEmbeddings {
    SentenceEmbeddings::new(folder("emb-bert"), ONE).expect("it loads")
}

/// The search options that the references were made with.
fn search(beams: u16) -> AbstractOptions {
    let mut options = AbstractOptions::default();
    (options.beams, options.min_length, options.max_length) = (Some(beams), Some(4), Some(16));
    options.threads = ONE;
    options
}

/// A document with one sentence per line and space-separated tokens.
fn document(text: &str) -> Document {
    let mut doc = Document::from_text("a", text);
    let mut start = 0;
    for line in text.split('\n') {
        let first = doc.tokens.len();
        let mut at = start;
        for word in line.split(' ') {
            if !word.is_empty() {
                doc.tokens.push(Token { span: Span::new(at, at + word.len()) });
            }
            at += word.len() + 1;
        }
        if doc.tokens.len() > first {
            let tokens = first..doc.tokens.len();
            let span = Span::new(doc.tokens[first].span.start, doc.tokens[tokens.end - 1].span.end);
            doc.sents.push(Sentence { span, tokens, block: 0, kind: SegmentKind::Body });
        }
        start += line.len() + 1;
    }
    doc
}
