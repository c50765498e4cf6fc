//! pressmark's stages on rust-bert and libtorch, for users who want large models.
//!
//! Everything is behind the feature `rust-bert`; without it the crate is empty and builds do not need libtorch.
//!
//! - `TokenClassifier`, the stage `ner`: entities by any BERT, RoBERTa, DistilBERT, ELECTRA, XLM-R or DeBERTa
//!   token classifier.
//! - `Abstracts`, the stage `abstract`: a generated summary by BART, DistilBART, T5 or PEGASUS. Long documents are
//!   read in chunks of whole sentences.
//! - `ZeroShotFrames` and `ZeroShotStances`, the stages `frames` and `stance`: both judge sentences by an
//!   `Entailment` model, such as BART large MNLI.
//! - `SentenceEmbeddings`, the stage `embed`: sentence vectors by a sentence-transformers model.
//!
//! A model is a `ModelFolder`: a local folder in the layout of the Hugging Face hub. Nothing is downloaded.
//!
//! ```no_run
//! # #[cfg(feature = "rust-bert")]
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use pressmark_core::{Document, Sentence, SegmentKind, Span, Stage, Token};
//! use pressmark_rust_bert::{ModelFolder, TokenClassifier, TokenClassifierOptions};
//!
//! let folder = ModelFolder::open("bert-large-cased-finetuned-conll03-english")?;
//! let ner = TokenClassifier::new(folder, TokenClassifierOptions::default())?;
//! // Sentences and tokens are the work of pressmark-tokenize.
//! let mut doc = Document::from_text("a", "Oslo waits");
//! doc.tokens = vec![Token { span: Span::new(0, 4) }, Token { span: Span::new(5, 10) }];
//! doc.sents = vec![Sentence { span: Span::new(0, 10), tokens: 0..2, block: 0, kind: SegmentKind::Body }];
//! ner.run(&mut doc)?;
//! assert_eq!(doc.entities[0].name, "Oslo");
//! # Ok(())
//! # }
//! ```
//!
//! # Threads and memory
//! A libtorch model may be moved to another thread but not shared. Each model has its own thread, which processes one
//! document at a time: any number of pipeline workers share **one** copy of the weights, and only libtorch's own
//! arithmetic runs in parallel (`Threads`). Expect the size of the weights in memory, twice that while a model loads,
//! and 0.3 to 1 GB of working memory for a large model.
//!
//! # What it does not do
//! It only merges mentions with the same text (`pressmark-ner` clusters further), trains nothing, uses no GPU, and
//! reads no ONNX.
#![deny(missing_docs)]
#![cfg(feature = "rust-bert")]

mod abstracts;
mod batch;
mod deberta;
mod embeddings;
mod entailment;
mod error;
mod folder;
mod frames;
mod labels;
mod pieces;
mod stances;
mod text;
mod tokens;
mod worker;

pub use abstracts::{AbstractOptions, Abstracts};
pub use embeddings::SentenceEmbeddings;
pub use entailment::Entailment;
pub use error::Error;
pub use folder::{Architecture, ModelFolder};
pub use frames::{Hypotheses, Hypothesis, ZeroShotFrames, ZeroShotFramesOptions};
pub use stances::{ZeroShotStances, ZeroShotStancesOptions};
pub use tokens::{TokenClassifier, TokenClassifierOptions};
pub use worker::Threads;

/// The README, whose examples are compiled with the other doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
