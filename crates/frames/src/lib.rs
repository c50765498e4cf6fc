//! Frame detection: scores the frames of codebooks, with the sentences that are evidence for each frame.
//!
//! [`Frames`] is the stage: it reads the hidden states and sentence vectors that `pressmark-encode` left in the
//! document, scores every label of its [`Codebook`]s and lists the evidence sentences. A codebook is a TOML file; its
//! definitions and examples are encoded once, when the stage is created, or ahead of time ([`Vectors`]). [`fit`] trains
//! a classifier per frame on texts that people coded.
//!
//! ```
//! use pressmark_frames::Codebook;
//!
//! let codebook = Codebook::parse("mine", r#"
//!     [codebook]
//!     name = "water"
//!     version = "2"
//!     kind = "frames"
//!     [[label]]
//!     name = "scarcity"
//!     definition = "There is too little water for all who need it."
//!     examples = ["The wells ran dry in June."]
//!     [[label]]
//!     name = "flood"
//!     definition = "There is too much water where people live."
//! "#)?;
//! assert_eq!(codebook.id(), "water 2");
//! assert_eq!(codebook.labels().collect::<Vec<_>>(), ["scarcity", "flood"]);
//! # Ok::<(), pressmark_frames::Error>(())
//! ```
//!
//! It never runs the encoder over a document.
#![deny(missing_docs)]

mod background;
mod base;
mod codebook;
mod error;
mod file;
mod fit;
mod fitted;
mod frames;
mod learn;
mod markdown;
mod math;
mod passage;
mod prototypes;
mod vectors;

pub use codebook::Codebook;
pub use error::Error;
pub use fit::{CodedText, Fitted, fit};
pub use frames::{Frames, FramesOptions};
pub use learn::FitReport;
pub use vectors::Vectors;

/// The README, whose examples are compiled and run with the other doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
