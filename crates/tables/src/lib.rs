//! Annotated news as flat tables with keys.
//!
//! A [`TableWriter`] writes records of [`pressmark_jsonl`] to a folder of tables: documents, sentences, entities,
//! mentions, quotations, frames, tones, stances, segments. Each column is declared once, together with the value of its
//! cells ([`TABLES`]); headers, types, rows and the [data dictionary](dictionary) are derived from that.
//!
//! ```
//! use pressmark_core::Document;
//! use pressmark_jsonl::{Provenance, Record};
//! use pressmark_tables::{TABLES, TableFormat, TableWriter};
//!
//! let folder = tempfile::tempdir()?;
//! let mut writer = TableWriter::create(folder.path(), TableFormat::Csv, TABLES, false)?;
//! let doc = Document::from_text("a", "The ferry, they say, sails again.");
//! writer.add(&Record::of(&doc, &Provenance::default()))?;
//! let written = writer.finish()?;
//! assert_eq!((written[0].name, written[0].rows), ("documents", 1));
//! let csv = std::fs::read_to_string(folder.path().join("documents.csv"))?;
//! assert!(csv.contains("\"The ferry, they say, sails again.\""));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`open_rows`] reads files of rows written by pressmark, including Parquet. The crate knows no stage and no
//! command-line option.
#![deny(missing_docs)]

mod columnar;
mod csv;
mod dictionary;
mod error;
mod nested;
mod partial;
mod row_lines;
mod schema;
mod tables;
mod view;
mod writer;

pub use columnar::{BatchBuilder, arrow_schema};
pub use dictionary::dictionary;
pub use error::{Error, Result};
pub use nested::{RowBatchBuilder, RowWriter};
pub use row_lines::{is_rows, open_rows};
pub use schema::{Column, ColumnType, Reference, RowSink, Table, Value};
pub use tables::{TABLES, default_tables, table_named};
pub use view::View;
pub use writer::{TableFormat, TableWriter, WrittenTable};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
