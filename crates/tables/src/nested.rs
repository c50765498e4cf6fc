use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_json::ReaderBuilder;
use arrow_json::reader::Decoder;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use pressmark_jsonl::{Record, SCHEMA, json_schema};
use serde_json::Value as Json;

use crate::columnar::{BATCH_BYTES, BATCH_ROWS, BatchFile, SCHEMA_KEY};
use crate::error::at;
use crate::partial::Partial;
use crate::{Error, Result};

/// Builds Arrow batches of records, one row per document.
///
/// Keys of the record are columns and its lists are lists of structs. Types are derived from the record's JSON Schema,
/// so every batch has the same schema whatever its content. A batch is full after 65,536 documents or about 16 MiB of
/// them.
#[derive(Debug)]
pub struct RowBatchBuilder {
    schema: SchemaRef,
    decoder: Decoder,
    rows: usize,
    bytes: usize,
}

impl RowBatchBuilder {
    /// Creates a builder without rows.
    ///
    /// # Errors
    /// If the schema has a type that cannot be read from JSON, which that of the records has not.
    pub fn new() -> Result<Self, ArrowError> {
        let schema = Arc::new(record_schema());
        let decoder = ReaderBuilder::new(Arc::clone(&schema)).build_decoder()?;
        Ok(Self { schema, decoder, rows: 0, bytes: 0 })
    }

    /// Returns the schema of the batches.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Appends a record as a row.
    ///
    /// # Errors
    /// If the record does not fit the schema.
    pub fn add(&mut self, record: &Record<'_>) -> Result<(), ArrowError> {
        self.decoder.serialize(&[record])?;
        self.rows += 1;
        self.bytes += size(record);
        Ok(())
    }

    /// Returns whether the rows so far fill a batch.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    /// Takes the rows since the last batch as a batch; `None` if there are none.
    ///
    /// # Errors
    /// If the columns cannot be built.
    pub fn flush(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        (self.rows, self.bytes) = (0, 0);
        self.decoder.flush()
    }
}

/// Writes records to a Parquet file with the columns of [`RowBatchBuilder`].
///
/// Each row group is one batch, and only one batch is held in memory.
#[derive(Debug)]
pub struct RowWriter {
    rows: RowBatchBuilder,
    partial: Partial,
    file: BatchFile,
}

impl RowWriter {
    /// Creates the file, named `….partial` until it is complete.
    ///
    /// # Errors
    /// [`Error::Exists`] if the file exists and `overwrite` is not set; [`Error::File`] if it cannot be created.
    pub fn create(path: &Path, overwrite: bool) -> Result<Self> {
        if path.exists() && !overwrite {
            return Err(Error::Exists(path.to_owned()));
        }
        let rows = RowBatchBuilder::new().map_err(io::Error::other).map_err(at("write", path))?;
        let (partial, file) = Partial::create(path)?;
        let file = BatchFile::parquet(file, Arc::clone(rows.schema())).map_err(at("write", path))?;
        Ok(Self { rows, partial, file })
    }

    /// Writes a record as a row.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn add(&mut self, record: &Record<'_>) -> Result<()> {
        let written = self.rows.add(record).map_err(io::Error::other);
        let written =
            written.and_then(|()| if self.rows.is_full() { self.file.write(self.rows.flush()) } else { Ok(()) });
        written.map_err(at("write", self.partial.path()))
    }

    /// Finishes the file and renames it to its final name.
    ///
    /// # Errors
    /// If the file cannot be written or renamed.
    pub fn finish(mut self) -> Result<()> {
        let written = self.file.write(self.rows.flush()).and_then(|()| self.file.finish());
        written.map_err(at("write", self.partial.path()))?;
        self.partial.finish()
    }
}

/// Estimated bytes of an item of a list, for its offsets, labels and scores. Set by hand: of the common ones, a token
/// takes less and a segment more.
const ITEM_BYTES: usize = 32;

/// Estimates the bytes of a record: its long texts and the items of its lists.
fn size(record: &Record<'_>) -> usize {
    let texts = [Some(&record.text), record.abstract_text.as_ref(), record.extra.as_ref()];
    let edits = record.segments.iter().map(|segment| segment.edits.len());
    let frames = record.frames.iter().map(|frame| 1 + frame.evidence.len());
    let stances = record.stances.iter().map(|stance| 1 + stance.evidence.len());
    let items = record.tokens.len()
        + record.problems.len()
        + record.segments.len()
        + record.sents.len()
        + record.ents.len()
        + record.entities.len()
        + record.quotes.len()
        + record.summary.len()
        + edits.chain(frames).chain(stances).sum::<usize>();
    texts.into_iter().flatten().map(|text| text.len()).sum::<usize>() + items * ITEM_BYTES
}

/// Derives the Arrow schema of a record from its JSON Schema.
#[must_use]
fn record_schema() -> Schema {
    let root = json_schema();
    let metadata = [(SCHEMA_KEY.to_owned(), SCHEMA.to_owned())];
    Schema::new_with_metadata(fields(&root, &root, false), metadata)
}

/// Converts the properties of an object to fields: required ones in the order in which they are written, then the
/// others.
///
/// If the object is nullable, so are all its fields: pyarrow cannot write a null struct with a required field.
fn fields(object: &Json, root: &Json, is_optional: bool) -> Fields {
    let properties = object["properties"].as_object();
    let required: Vec<&str> = object["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let others = properties.into_iter().flat_map(|all| all.keys().map(String::as_str));
    let others: Vec<&str> = others.filter(|name| !required.contains(name)).collect();
    let field = |name: &str, is_required: bool| {
        let property = &object["properties"][name];
        let (value, may_be_null) = resolve(property, root);
        let may_be_null = may_be_null || !is_required;
        let field = Field::new(name, data_type(value, root, may_be_null), may_be_null || is_optional);
        match property["description"].as_str() {
            Some(about) => field.with_metadata([("description".to_owned(), about.to_owned())]),
            None => field,
        }
    };
    let required = required.iter().map(|name| field(name, true));
    required.chain(others.iter().map(|name| field(name, false))).collect()
}

fn data_type(value: &Json, root: &Json, is_optional: bool) -> DataType {
    let types = &value["type"];
    let is = |name: &str| types == name || types.as_array().is_some_and(|all| all.iter().any(|one| one == name));
    if is("array") {
        let (item, may_be_null) = resolve(&value["items"], root);
        DataType::List(Arc::new(Field::new_list_field(data_type(item, root, may_be_null), may_be_null)))
    } else if is("object") {
        DataType::Struct(fields(value, root, is_optional))
    } else if is("integer") {
        DataType::Int64
    } else if is("number") {
        DataType::Float64
    } else if is("boolean") {
        DataType::Boolean
    } else {
        DataType::Utf8
    }
}

/// Follows `$ref`, unwraps an optional value to its non-null alternative, and returns whether it was optional.
fn resolve<'a>(node: &'a Json, root: &'a Json) -> (&'a Json, bool) {
    if let Some(name) = node["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
        return resolve(&root["$defs"][name], root);
    }
    if let Some(all) = node["anyOf"].as_array() {
        let may_be_null = all.iter().any(|one| one["type"] == "null");
        return match all.iter().find(|one| one["type"] != "null") {
            Some(one) => (resolve(one, root).0, may_be_null),
            None => (node, may_be_null),
        };
    }
    let may_be_null = node["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "null"));
    (node, may_be_null)
}

#[cfg(test)]
mod tests {
    use pressmark_core::Document;
    use pressmark_jsonl::{Edit, Provenance, Sent, Stance};

    use super::*;

    #[test]
    fn a_batch_is_full_whatever_part_of_a_record_is_large() {
        let doc = Document::from_text("a", "Rain fell.");
        let small = Record::of(&doc, &Provenance::default()).into_owned();
        let check = |grow: &dyn Fn(&mut Record<'static>)| {
            let mut large = small.clone();
            grow(&mut large);
            let mut rows = RowBatchBuilder::new().expect("a schema");
            rows.add(&small).expect("a row");
            assert!(!rows.is_full());
            rows.add(&large).expect("a row");
            assert!(rows.is_full());
        };
        let items = BATCH_BYTES / ITEM_BYTES;
        let edit = Edit { start: 0, end: 0, raw_start: 0, raw_end: 0, kind: "markup".into() };
        let stance = Stance {
            holder: pressmark_jsonl::Holder::Outlet,
            target: "rain".into(),
            label: pressmark_core::StanceLabel::Against,
            score: 1.0.into(),
            probabilities: None,
            evidence: vec![Sent { start: 0, end: 10 }; items],
        };
        check(&|record| record.extra = Some("x".repeat(BATCH_BYTES).into()));
        check(&|record| record.segments[0].edits = vec![edit.clone(); items]);
        check(&|record| record.stances = vec![stance.clone()]);
    }
}
