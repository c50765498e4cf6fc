//! Resumable runs: a journal, output in parts, shards over machines and their merge.
//!
//! A [`Run`] takes documents in input order, makes their ids unique, detects duplicates of earlier ones, and writes a
//! row of [`pressmark_jsonl`] for each. Files are renamed to their final names only when the run is complete. A journal
//! beside them has one line per finished document, with the hashes of its record and its row, so that what a crash left
//! behind is verified row by row and never trusted. Output and journal may reach the disk in any order: the longest
//! prefix on which both agree counts. [`merge`] combines [`Shard`]s into the same bytes as a run that was not split.
//!
//! ```
//! use std::sync::Arc;
//!
//! use pressmark_ingest::{Inputs, Options, ingest};
//! use pressmark_jsonl::Provenance;
//! use pressmark_run::{IfExists, Opened, Plan, RecordIdentity, Run, Settings, Shard, ShardRecords};
//!
//! let folder = tempfile::tempdir()?;
//! let (input, output) = (folder.path().join("news.txt"), folder.path().join("rows.jsonl"));
//! std::fs::write(&input, "It rained in Lisbon for a week.")?;
//!
//! let options = Options::default();
//! let mut records = ShardRecords::new(Inputs::open(&[&input], options.clone())?, Shard::WHOLE, Arc::default());
//! let plan = Plan {
//!     output: &output,
//!     read: &[input],
//!     failures: None,
//!     rows_each: None,
//!     shard: Shard::WHOLE,
//!     if_exists: IfExists::Resume,
//!     settings: Settings::new(),
//!     drop_duplicates: false,
//!     input_is_rereadable: true,
//! };
//! let digest = records.digest();
//! if let Opened::Ready(mut run) = Run::open(&plan, &mut records)? {
//!     for next in records {
//!         let mut doc = ingest(&next.record, &options);
//!         let identity = RecordIdentity { fingerprint: next.fingerprint, signature: None };
//!         run.take(&mut doc, &identity, &Provenance::default())?;
//!         run.flush()?;
//!     }
//!     run.finish(digest.end())?;
//! }
//! assert_eq!(std::fs::read_to_string(&output)?.lines().count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate runs no stage, prints nothing, and knows no command-line option.
#![deny(missing_docs)]

mod error;
mod failures;
mod files;
mod guard;
mod journal;
mod merge;
mod names;
mod new_file;
mod open;
mod own_files;
mod packing;
mod partial;
mod paths;
mod reader;
mod resume;
mod run;
mod settings;
mod shard;

pub use error::{Error, MergeError, NeedsFile};
pub use failures::{FailureGroup, Failures, MaxFailures};
pub use guard::{refuse_to_lose, refuse_to_lose_unless_ours, refuse_to_replace};
pub use merge::merge;
pub use new_file::NewFile;
pub use own_files::{OwnFiles, is_same_file};
pub use pressmark_jsonl::{DocumentCounts, Settings};
pub use run::{IfExists, Opened, Plan, RecordIdentity, RowSink, Run};
pub use settings::{MODEL, MODEL_FILES, MODEL_LICENCE, STAGES, differences};
pub use shard::{InputDigest, Shard, ShardRecord, ShardRecords};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
