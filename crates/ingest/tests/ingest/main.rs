//! Turns records of every kind into documents, through the public interface.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a test that cannot go on stops")]

mod bad_input;
#[cfg(feature = "columnar")]
mod columnar;
mod explain;
mod exports;
mod formats;
mod inputs;
mod metadata;
mod offsets;
mod tables;
mod zip;

use pressmark_core::Document;
use pressmark_ingest::{Format, Inputs, Options, Record, ingest, replay};

/// A few sentences of running text.
const STORY: &str = "The harbour of Port Alder was closed for a third day on Tuesday, as engineers looked for the \
source of a leak.\n\n\"We will open it when the water is clean,\" said the mayor, Ada Okoye, who had come to see the \
quay for herself.\n\nFishing boats lay idle along the wall, and the market beside it sold nothing but bread.";

/// The document of one record, verified against it.
fn read(format: Format, bytes: impl Into<Vec<u8>>) -> Document {
    read_with(format, bytes, &Options::default())
}

fn read_with(format: Format, bytes: impl Into<Vec<u8>>, options: &Options) -> Document {
    checked(&Record::new("test", 0, format, bytes.into()), options)
}

fn checked(record: &Record, options: &Options) -> Document {
    let doc = ingest(record, options);
    replay(&doc, &record.bytes).unwrap_or_else(|e| panic!("{e} of {:#?}\n{:?}", doc.segments, doc.text));
    doc
}

/// All documents of a stream with the given name.
fn stream(bytes: impl Into<Vec<u8>>, options: &Options) -> Vec<Document> {
    let inputs = Inputs::from_reader("-", std::io::Cursor::new(bytes.into()), options.clone()).unwrap();
    inputs.map(|record| checked(&record, options)).collect()
}

/// All documents under a path.
fn files(path: &std::path::Path, options: &Options) -> Vec<Document> {
    Inputs::open(&[path], options.clone()).unwrap().map(|record| checked(&record, options)).collect()
}

/// Names of the document's problems.
fn problems(doc: &Document) -> Vec<&'static str> {
    doc.problems.iter().map(|p| p.kind.as_str()).collect()
}
