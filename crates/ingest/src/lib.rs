//! Bytes to documents: formats, character sets, articles out of pages, chrome, metadata, language, duplicates

mod assemble;
mod binary;
mod block;
mod clean;
mod date;
mod decode;
mod duplicates;
mod fields;
mod html;
mod ids;
mod ingest;
mod language;
mod map;
mod names;
mod options;
mod record;
mod replay;

pub use duplicates::{DuplicateOptions, Duplicates, Signature};
pub use ids::Ids;
pub use ingest::ingest;
pub use options::{Error, Fields, Format, Options};
pub use record::Record;
pub use replay::{ReplayError, replay};
