//! The stage that runs the encoder over a document's windows, once, and keeps the hidden states for all later stages.
//!
//! The principal type is [`DocumentEncoder`], a [`Stage`](pressmark_core::Stage) that reads `windows` and fills
//! `hidden` (one row per subword) and `sent_vectors` (one unit vector per sentence, from the bundle's `embedding`
//! head). Entity recognition, sentiment, frames and summaries all read those; none of them runs the encoder over the
//! document again. The crate is separate so that the encoder knows no document and the stages do not know each other.
//!
//! ```
//! use std::sync::Arc;
//!
//! use pressmark_core::{Document, Stage};
//! use pressmark_encoder::Model;
//! use pressmark_encode::DocumentEncoder;
//! use pressmark_tokenize::{Options, Subwords, Tokenizer};
//!
//! let model = Arc::new(Model::open("../../models/pressmark-news-small")?);
//! let tokenizer = Tokenizer::new(Subwords::from_json(model.tokenizer_json())?, Options::default())?;
//! let mut doc = Document::from_text("a", "Rain fell. The river rose.");
//! tokenizer.run(&mut doc)?;
//! DocumentEncoder::new(model)?.run(&mut doc)?;
//! assert_eq!(doc.sent_vectors.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs)]

mod encode;
mod overflow;

pub use encode::DocumentEncoder;

/// The README, whose examples are compiled and run with the other doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
