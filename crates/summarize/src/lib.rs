//! Extractive summaries: the most salient sentences of a document, in its own words.
//!
//! [`Summarizer`] is the stage. It scores every sentence of running text by the words it shares with the other
//! sentences, by the encoder's output (the trained salience head where the bundle has one, similarity to the document's
//! mean sentence vector) and by its position, and selects the best ones that do not repeat each other. It never selects
//! a title, a heading, a caption or a table row, nor a sentence inside a quotation without the one that names its
//! speaker.
//!
//! ```
//! use pressmark_core::{Document, Rows, Stage};
//! use pressmark_summarize::{Length, Options, Summarizer};
//! use pressmark_tokenize::Splitter;
//!
//! let mut doc = Document::from_text("1", "Floods cut off the town of Orla on Monday. The sheep like fresh grass. \
//!     Water cut the town of Orla off on Monday.");
//! Splitter.run(&mut doc)?;
//! // One unit vector a sentence; the encoder gives them in earnest.
//! doc.sent_vectors = Rows::new(2, &[1.0, 0.0, 0.0, 1.0, 0.99, 0.141]);
//! let options = Options { length: Length::Sentences(2), ..Options::default() };
//! Summarizer::without_model(options)?.run(&mut doc)?;
//! let summary: Vec<_> = doc.summary.iter().map(|s| doc.slice(doc.sents[s.sent].span)).collect();
//! assert_eq!(summary, ["Floods cut off the town of Orla on Monday.", "The sheep like fresh grass."]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It generates no text and never runs the encoder. [`rouge`] scores summaries as PyPI `rouge-score` does, and
//! [`baselines`] holds the baselines that any summarizer must beat.
#![deny(missing_docs)]

pub mod baselines;
mod eligible;
mod error;
mod lexical;
pub mod rouge;
mod score;
mod select;
mod stage;

pub use error::Error;
pub use select::Length;
pub use stage::{Options, Summarizer, summary};

/// The README, whose examples are compiled and run with the other doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
