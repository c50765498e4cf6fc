//! Loads a model bundle and runs its encoder and heads.
//!
//! A [`Model`] is a small BERT encoder, with an embedding of each word's shape, and the heads that were trained on top
//! of it. It is read from a *bundle*: a folder of four files, verified against its manifest before use.
//! [`Model::encode`] takes subwords packed window after window ([`PackedWindows`]) and returns one hidden state per
//! subword; a [`Head`] turns hidden states, or features that a caller derived from them, into logits.
//!
//! ```
//! # #[cfg(feature = "test-support")] {
//! use pressmark_encoder::{Model, PackedWindows, TinyBundle};
//!
//! // A random bundle; a real one is opened with `Model::open("models/pressmark-news-small")`.
//! let model = Model::from_files(&TinyBundle::default().files())?;
//! let windows = PackedWindows {
//!     ids: &[2, 40, 41, 3, 2, 42, 3],
//!     shapes: &[0, 1, 1, 0, 0, 2, 0],
//!     starts: &[0, 4, 7],
//! };
//! let hidden = model.encode(windows)?;
//! assert_eq!(hidden.dim(), (7, model.hidden_size()));
//!
//! let head = model.head("ner.news")?;
//! let logits = head.apply(hidden.row(1));
//! assert_eq!(logits.len(), head.labels().len());
//! # }
//! # Ok::<(), pressmark_encoder::Error>(())
//! ```
//!
//! Linear layers run in 8-bit integers unless [`Model::with_precision`] asks for the f32 reference ([`Precision`]), on
//! the best vector instructions that the CPU has; int8 results are bit-identical on all of them.
//!
//! The crate knows no document, no sentence and no meaning of a label: label strings are passed through as the bundle
//! spells them, and `tokenizer.json` is opaque bytes. It never pads, never truncates, and starts no threads while
//! encoding: callers run documents in parallel. A window's hidden states are bit-identical whatever its neighbours.

#![deny(missing_docs)]

mod bundle;
mod config;
mod engine;
mod error;
mod head;
mod hub;
mod kernels;
mod math;
mod model;
mod onnx;
mod tensors;
mod text;
#[cfg(any(test, feature = "test-support"))]
mod tiny;
mod verify;
mod windows;

#[cfg(any(test, feature = "test-support"))]
#[doc(hidden)]
pub use kernels::int8_peak;
#[cfg(any(test, feature = "test-support"))]
#[doc(hidden)]
pub use tiny::{TinyBundle, TinyVocabulary, sign};
pub use {
    bundle::{BundleAbout, BundleFiles, list_in_manifest, read_bundle_file},
    config::{Output, Pooling, Vote},
    engine::Precision,
    error::Error,
    head::{Head, SubwordPool},
    hub::HubFiles,
    math::{dot, dots, normalize, sigmoid, softmax},
    model::Model,
    onnx::OnnxFiles,
    text::EncodedText,
    verify::{BundleReport, verify_bundle},
    windows::PackedWindows,
};

/// The README, whose examples are compiled and run with the other doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
