//! The document that every crate of pressmark passes along, and the contract of a stage.
//!
//! A [`Document`] holds the cleaned text of one news page and a layer for each kind of annotation. A [`Stage`] reads
//! some layers and fills others; stages communicate only through the document. This crate does no I/O, knows no wire
//! format (that is `pressmark-jsonl`) and depends on no other crate of pressmark.
//!
//! ```
//! use pressmark_core::{Document, SegmentKind, Span};
//!
//! let doc = Document::from_text("a", "Rain in Lisbon\n\nIt rained for a week.");
//! assert_eq!(doc.blocks()[1], (Span::new(16, 37), SegmentKind::Body));
//! assert_eq!(doc.slice(Span::new(8, 14)), "Lisbon");
//! ```
//!
//! # Glossary
//! - **record**: the input of one line of output: a file, a line of JSONL, a row of CSV, a WARC response.
//! - **segment**: a stretch of a record's bytes; kept (then it is a **block** of the text) or dropped as chrome or
//!   duplicate.
//! - **chrome**: the parts of a page around its article: navigation, share bars, comment forms.
//! - **sentence**, **token**: units of the text; a token is a word or mark, a **subword** is the encoder's input unit.
//! - **window**: whole sentences packed up to the encoder's size; **rows** are the subwords of all windows.
//! - **mention**: a place in the text that names something; **entity**: the thing named, over all its mentions;
//!   **entity type**: the kind of thing, under a **scheme**.
//! - **cue**: the words that introduce a quotation; **speaker**: the person or body quoted.
//! - **frame**: a way of presenting an issue, defined by a **codebook**.
//! - **stance**: the position of a **holder** towards a **target**; **voice**: whose words a passage is in.
#![deny(missing_docs)]

#[cfg(feature = "ndarray")]
mod arrays;
mod deadline;
mod document;
mod drop_reason;
mod entity_type;
mod evidence;
mod explain;
mod hex;
mod host;
mod layer;
mod layers;
mod named;
mod panic;
mod problem;
mod rows;
mod segment;
mod span;
mod stage;
mod stage_error;

pub use deadline::Deadline;
pub use document::{Document, Meta, Source, Status};
pub use drop_reason::DropReason;
pub use entity_type::{EntityType, Scheme};
pub use evidence::StancePassage;
pub use explain::{Explanation, Subject};
pub use hex::{from_hex, hex};
pub use host::host;
pub use layer::Layer;
pub use layers::{
    Coverage, Entity, Frame, FrameEvidence, Holder, Mention, PassageCount, Quote, QuoteKind, Sentence, Sentiment,
    Stance, StanceLabel, StanceReading, SummarySentence, Target, Token, Tone, Voice, Windows,
};
pub use panic::panic_message;
pub use problem::{Problem, ProblemKind, Severity};
pub use rows::{Overflow, Rows};
pub use segment::{Edit, EditKind, Segment, SegmentKind};
pub use span::Span;
pub use stage::{Provenance, Stage};
pub use stage_error::StageError;

/// Runs the examples of the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
