//! Converts `pressmark/1` rows to the formats of annotation tools and corpora, and corrections made there back to rows.
//!
//! [`export`] produces the files of a [`Format`], [`Exporter`] does so row by row, and [`import`] reads them back, with
//! the rows they were made from ([`Originals`]) or without. The crate does no I/O. All formats that can be imported
//! carry the same marks: mentions, quotations with their speaker and cue words, and frames as document labels. The
//! README of the crate lists what else each format holds, and its offset units.
//!
//! A span's label is that of a mention's type, or one of five of our own: [`QUOTE_DIRECT`], [`QUOTE_INDIRECT`],
//! [`QUOTE_MIXED`], [`SPEAKER`] and [`CUE`]. Relations link a quotation to its `speaker` (a mention, or a [`SPEAKER`]
//! span if the words are not one) and to its `cue`. `refers_to` links a speaker span, or a quotation that names no
//! speaker, to a mention of the speaker.
//!
//! Corrections are taken at face value: corrected marks get the score 1, and everything that the tool cannot show stays
//! as it was.
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
