//! Rows of `pressmark/1` in the formats of annotation tools and corpora, and what people corrected there back as rows.
//!
//! [`export`] makes the files of a [`Format`], and [`Exporter`] the same of one row after the other; [`import`] reads them back,
//! with the rows that they were made from ([`Originals`]) or without. Nothing is read from or written to a disk. All two-way
//! formats carry the same things: mentions, quotations with the words that name the speaker and the cue, and frames as labels
//! of the document. The README of the crate says what each format holds beside, and in which units it counts.
//!
//! A span is a mention, by the label of its type, or has one of five labels of its own: [`QUOTE_DIRECT`],
//! [`QUOTE_INDIRECT`], [`QUOTE_MIXED`], [`SPEAKER`] and [`CUE`]. Relations lead from a quotation to its `speaker` (a mention,
//! or a span [`SPEAKER`] where the words are none) and its `cue`, and by `refers_to` from such words, or from a quotation
//! that names nobody here, to a mention of who speaks.
//!
//! The crate decides nothing about what people meant: corrected marks have the score 1, and everything that the tool
//! cannot show stays as it was in the row.
#![deny(missing_docs)]

mod brat;
mod cas;
mod columns;
mod doccano;
mod error;
mod export;
mod files;
mod format;
mod gkg;
mod import;
mod json;
mod label_studio;
mod marks;
mod prodigy;
mod rows;
mod spacy;
mod units;
mod web_annotation;
mod xml;

pub use error::Error;
pub use export::{Exporter, export};
pub use files::File;
pub use format::Format;
pub use import::{Imported, import};
pub use marks::{CUE, QUOTE_DIRECT, QUOTE_INDIRECT, QUOTE_MIXED, SPEAKER};
pub use rows::Originals;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
