//! Scores annotations of news against gold data: readers for the usual formats, and the field's standard metrics.
//!
//! [`evaluate`] runs a [`Task`] over a file or folder of gold annotations and returns a [`Table`]: strict entity F1,
//! boundary F1 of sentences, quotations with source and cue, targeted sentiment, frames, stances, ROUGE, and article
//! extraction. Predictions come from the pipeline itself ([`pressmark::Annotator`]), or from previously annotated lines
//! ([`Options::annotated`]). [`Counts`] underlies precision, recall and F1 everywhere; [`read_columns`] and
//! [`EntityScore`], [`QuotationScores`] and [`Confusion`] can be used on their own:
//!
//! ```
//! use pressmark_evaluate::{EntityScore, read_columns};
//!
//! let gold = read_columns("Ana\tB-PER\nLima\tI-PER\nleft\tO\nOslo\tB-LOC\n")?;
//! let mut score = EntityScore::default();
//! score.add(&gold[0].sentences[0].tags, &["B-PER", "I-PER", "O", "B-ORG"]);
//! assert_eq!(score.total().f1(), 0.5);
//! # Ok::<(), pressmark_evaluate::Error>(())
//! ```
//!
//! The crate prints nothing and knows no command-line options.
#![deny(missing_docs)]

mod annotated;
mod articles;
mod bench;
mod chunks;
mod columns;
mod corrected;
mod differences;
mod documents;
mod entities;
mod error;
mod frames;
mod gold;
mod measure;
mod ner;
mod options;
mod page;
mod quotations;
mod quotes;
mod sentences;
mod sentiment;
mod spacing;
mod stance;
mod stories;
mod summaries;
mod table;
mod targeted;
mod task;

pub use columns::{GoldDocument, GoldSentence, read_columns};
pub use entities::EntityScore;
pub use error::Error;
pub use frames::{Coded, CodedText, read_coded};
pub use gold::{GoldOptions, LabelMap, Taken};
pub use measure::{Confusion, Counts, average_precision};
pub use options::Options;
pub use quotations::{KindScores, QuotationScores, Share};
pub use table::{Column, Row, Table};
pub use task::{Task, evaluate};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
