//! Orders stages by the layers that they need, read and provide, and runs them over documents in parallel.
//!
//! A [`Pipeline`] rejects incompatible stages before the first document, runs its stages over a batch, turns the
//! failure of a stage (including a panic) into a problem of that one document, cuts short a document that takes too
//! long ([`Limits`]), and measures the time of each stage. [`in_order`] is the loop around it: many threads, results in
//! input order, and a bounded number of batches in flight. The crate knows no concrete stage, no file and no progress
//! bar.
//!
//! ```
//! use pressmark_core::{Document, Layer, Provenance, Stage, StageError};
//! use pressmark_pipeline::Pipeline;
//!
//! struct Shout;
//! impl Stage for Shout {
//!     fn name(&self) -> &'static str { "shout" }
//!     fn needs(&self) -> &'static [Layer] { &[Layer::Text] }
//!     fn provides(&self) -> &'static [Layer] { &[Layer::Abstract] }
//!     fn provenance(&self) -> Provenance {
//!         Provenance { stage: "shout", model: None, sha256: None, settings: "{}".into() }
//!     }
//!     fn run(&self, doc: &mut Document) -> Result<(), StageError> {
//!         doc.abstract_text = Some(doc.text.to_uppercase());
//!         Ok(())
//!     }
//! }
//!
//! let pipeline = Pipeline::new(vec![Box::new(Shout)])?;
//! let mut doc = Document::from_text("a", "Rain.");
//! pipeline.run(&mut [&mut doc]);
//! assert_eq!(doc.abstract_text.as_deref(), Some("RAIN."));
//! # Ok::<(), pressmark_pipeline::Error>(())
//! ```
#![deny(missing_docs)]

mod parallel;
mod pipeline;

pub use parallel::{Parallel, in_order};
pub use pipeline::{Error, Limits, Pipeline, StageTime, guarded};

/// Runs the README's examples as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
