//! Annotates news pages: cleaned article, sentences, entities, quotations with their speakers, summary, frames,
//! sentiment towards each entity, and stances; every annotation has offsets that lead back to the input.
//!
//! The principal type is [`Annotator`]: [`Settings`] in, annotated records ([`Record`], the wire format `pressmark/1`)
//! out. The default model is compiled in with the feature `bundled-small-model`, the multilingual one with
//! `bundled-model`. The crate knows no arguments, no progress bar and no exit code; journals, resuming and shards of
//! long runs are in `pressmark-run`.
//!
//! ```
//! let press = pressmark::Annotator::new(pressmark::Settings::default())?;
//! let record = press.annotate("LISBON — Mayor Inês Duarte closed the bridge on Monday. “It is not safe,” she said.")?;
//! assert_eq!(record.status.as_str(), "ok");
//! assert!(record.entities.iter().any(|entity| entity.name == "Inês Duarte"));
//! assert_eq!(record.quotes.len(), 1);
//! # Ok::<(), pressmark::Error>(())
//! ```
//!
//! For many documents, on all cores, in order, in bounded memory:
//!
//! ```no_run
//! let press = pressmark::Annotator::new(pressmark::Settings::default())?;
//! for record in press.annotate_all(pressmark::inputs(["pages/"])?) {
//!     println!("{} has {} quotations", record.id, record.quotes.len());
//! }
//! # Ok::<(), pressmark::Error>(())
//! ```
#![deny(missing_docs)]

mod annotations;
mod annotator;
mod backends;
mod codebooks;
mod error;
pub mod hub;
mod judges;
mod memory;
mod model;
mod parts;
mod registry;
mod rust_bert;
mod settings;

use std::path::Path;

pub use annotations::Annotations;
pub use annotator::{Annotated, Annotator, Builder, warm_up};
pub use backends::{Backends, Slot};
pub use codebooks::{
    GENERAL as DEFAULT_CODEBOOKS, SHIPPED as SHIPPED_CODEBOOKS, codebook, default_codebooks, shipped_codebooks, terms,
};
pub use error::Error;
pub use judges::{SentimentJudge, StanceJudge, Tagger};
pub use memory::{give_back_large_blocks, peak_memory, resident_memory};
pub use model::{BundledModel, DEFAULT_BUNDLE, MODEL_VARIABLE, ModelSource, bundled_models, tokenizer};
pub use parts::{Entity, Quotation, clean, embed, entities, quotes, sentences, summary};
pub use registry::{StageInfo, stages, with_dependencies};
pub use settings::Settings;
pub use {
    pressmark_core::{EntityType, Scheme},
    pressmark_encoder::{Model, Precision},
    pressmark_frames::{Codebook, Vectors},
    pressmark_ingest::{Format, Inputs, Ledger, Record as InputRecord, Signature},
    pressmark_jsonl::{Record, RowLayer, write_line},
    pressmark_ner::Terms,
    pressmark_pipeline::StageTime,
    pressmark_summarize::Length,
};

/// Input records of files and folders, read with the default options; `-` is standard input.
///
/// With other options, see [`Inputs::open`].
///
/// # Errors
/// If a path does not exist.
pub fn inputs<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Inputs, Error> {
    let paths: Vec<P> = paths.into_iter().collect();
    Ok(Inputs::open(&paths, pressmark_ingest::Options::default())?)
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
