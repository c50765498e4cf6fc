//! Turns bytes into documents: formats, character sets, article extraction, boilerplate removal, metadata, language and
//! duplicates.
//!
//! [`Inputs`] reads files, folders and standard input as [`Record`]s, one at a time and within a size limit; [`ingest`]
//! turns each into a [`Document`](pressmark_core::Document) and can run on any number of threads; [`Ids`] and
//! [`Duplicates`] then see the documents in input order. Every character of a document's text can be traced to the
//! bytes it came from, through character set, JSON or CSV quoting, markup and cleaning: [`replay`] verifies it.
//!
//! Bad input is data: a record that is damaged, too large, binary or empty becomes a document with a problem. Only
//! invalid options and paths are an [`Error`].
//!
//! ```
//! use pressmark_ingest::{Format, Ids, Options, Record, ingest, replay};
//!
//! let line = br#"{"id": 7, "title": "Harbour shut", "text": "It was caf\u00e9 weather, the mayor said."}"#;
//! let record = Record::new("news.jsonl", 0, Format::Jsonl, line.to_vec());
//! let mut doc = ingest(&record, &Options::default());
//! Ids::new().assign(&mut doc);
//!
//! assert_eq!(doc.id, "7");
//! assert_eq!(doc.text, "Harbour shut\n\nIt was café weather, the mayor said.");
//! replay(&doc, &record.bytes)?;
//! # Ok::<(), pressmark_ingest::ReplayError>(())
//! ```
//!
//! The crate fetches nothing and runs no scripts. Sentences and tokens are the business of `pressmark-tokenize`.
#![deny(missing_docs)]

mod article;
mod assemble;
mod binary;
mod block;
mod calendar;
mod clean;
mod clock;
mod date;
mod decode;
mod duplicates;
mod exported;
mod exports;
mod failure;
mod fields;
mod fragment;
mod front_matter;
mod html;
mod ids;
mod ingest;
mod inputs;
mod language;
mod ledger;
mod map;
mod markup;
mod names;
mod options;
mod phrases;
mod record;
mod references;
mod replay;
mod tabular;

pub use clean::warm_up;
pub use duplicates::{DuplicateOptions, Duplicates, SIGNATURE_BYTES, Signature};
pub use ids::Ids;
pub use ingest::{clean_document, ingest};
pub use inputs::{Inputs, OWN_FAILURES, Progress, SkipReason, Skipped, Unpacked, is_input, own_output};
pub use ledger::Ledger;
pub use options::{Error, Fields, Format, Options};
pub use record::Record;
pub use replay::{ReplayError, replay};

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
