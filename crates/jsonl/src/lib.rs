//! The annotated record `pressmark/1`: one JSON object per line.
//!
//! The principal type is [`Record`]. [`Record::of`] converts a document to it, [`write_line`] writes it, [`read_rows`]
//! reads a file of such lines (`serde_json` reads a single one) and [`verify_line`] checks a line against the contract.
//! The crate converts the byte offsets of [`pressmark_core`] to the code points of the wire format, and writes tokens
//! such that spaCy's `Doc.from_json` accepts a row unchanged. It also defines the files kept beside a run's output,
//! [`JournalLine`] and [`Manifest`], and the row of a group of documents about one event, [`story::Story`].
//!
//! The crate opens no file. Of the stages it knows only the settings that rows are checked against.
//!
//! ```
//! use pressmark_core::Document;
//! use pressmark_jsonl::{Provenance, Record, write_line};
//!
//! let doc = Document::from_text("a", "Été à Nice");
//! let mut line = Vec::new();
//! write_line(&Record::of(&doc, &Provenance::default()), &mut line)?;
//! let back: Record<'_> = serde_json::from_slice(&line)?;
//! assert_eq!(back.segments[0].end, Some(10)); // code points, not bytes
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs)]

mod convert;
mod day;
mod holder;
mod journal;
mod layers;
mod numeral;
mod offsets;
mod owned;
mod record;
mod rows;
mod score;
pub mod story;
mod tables;
mod verify;
mod word;

pub use day::parse_day;
pub use holder::Holder;
pub use journal::{
    CHECK_CHARS, DocumentCounts, JOURNAL, JournalEnd, JournalLine, JournalRow, JournalRun, MANIFEST, Manifest,
    OutputFile, Settings, checksum, checksum_of,
};
pub use layers::RowLayer;
pub use offsets::CodePoints;
pub use record::{
    Coverage, Edit, Ent, Entity, Frame, FrameEvidence, Meta, PassageCount, Problem, Provenance, Quote, Record, SCHEMA,
    SchemaName, Segment, Sent, Sentiment, Source, StageProvenance, Stance, StanceProbabilities, Summary, Token,
};
pub use rows::{Row, RowError, read_rows};
pub use score::Score;
pub use tables::{dataset_card, json_schema};
pub use verify::{Finding, Findings, RowFacts, Rows, Run, verify_line};

/// Writes a record as one line, including the line feed.
///
/// # Errors
/// If the writer fails; serialising a record cannot.
pub fn write_line(record: &Record<'_>, writer: &mut impl std::io::Write) -> std::io::Result<()> {
    serde_json::to_writer(&mut *writer, record)?;
    writer.write_all(b"\n")
}

/// Runs the README's examples as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
