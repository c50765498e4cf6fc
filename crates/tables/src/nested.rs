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

/// Lays records out in columns, a row a document: the keys of the record are columns, its lists are lists of structs, and
/// types are those of the record's JSON Schema, so that every batch has the same schema whatever is in it.
///
/// A batch ends after 65,536 documents or some 16 MiB of them.
#[derive(Debug)]
pub struct RowBatchBuilder {
    schema: SchemaRef,
    decoder: Decoder,
    rows: usize,
    bytes: usize,
}

impl RowBatchBuilder {
    /// One without rows.
    ///
    /// # Errors
    /// When the schema has a type that cannot be read from JSON, which that of the records has not.
    pub fn new() -> Result<Self, ArrowError> {
        let schema = Arc::new(record_schema());
        let decoder = ReaderBuilder::new(Arc::clone(&schema)).build_decoder()?;
        Ok(Self { schema, decoder, rows: 0, bytes: 0 })
    }

    /// The schema of the batches.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Appends the row of a record.
    ///
    /// # Errors
    /// When the record does not fit the schema.
    pub fn add(&mut self, record: &Record<'_>) -> Result<(), ArrowError> {
        self.decoder.serialize(&[record])?;
        self.rows += 1;
        self.bytes += size(record);
        Ok(())
    }

    /// Whether the rows so far are enough for a batch.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    /// The rows since the last batch as a batch; `None` where there are none.
    ///
    /// # Errors
    /// When the columns cannot be made.
    pub fn flush(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        (self.rows, self.bytes) = (0, 0);
        self.decoder.flush()
    }
}

/// Writes records as one Parquet file with the columns of [`RowBatchBuilder`].
///
/// A row group is a batch; memory is that of one.
#[derive(Debug)]
pub struct RowWriter {
    rows: RowBatchBuilder,
    partial: Partial,
    file: BatchFile,
}

impl RowWriter {
    /// Begins a file, called `….partial` until it is whole.
    ///
    /// # Errors
    /// [`Error::Exists`] where a file stands there and `overwrite` does not say so; when the file cannot be made.
    pub fn create(path: &Path, overwrite: bool) -> Result<Self> {
        if path.exists() && !overwrite {
            return Err(Error::Exists(path.to_owned()));
        }
        let rows = RowBatchBuilder::new().map_err(io::Error::other).map_err(at("write", path))?;
        let (partial, file) = Partial::create(path)?;
        let file = BatchFile::parquet(file, Arc::clone(rows.schema())).map_err(at("write", path))?;
        Ok(Self { rows, partial, file })
    }

    /// Writes the row of a record.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, record: &Record<'_>) -> Result<()> {
        let written = self.rows.add(record).map_err(io::Error::other);
        let written =
            written.and_then(|()| if self.rows.is_full() { self.file.write(self.rows.flush()) } else { Ok(()) });
        written.map_err(at("write", self.partial.path()))
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// When the file cannot be written or named.
    pub fn finish(mut self) -> Result<()> {
        let written = self.file.write(self.rows.flush()).and_then(|()| self.file.finish());
        written.map_err(at("write", self.partial.path()))?;
        self.partial.finish()
    }
}

/// Bytes of a record, some: its text, and what its lists take in columns.
fn size(record: &Record<'_>) -> usize {
    let spans = record.tokens.len() + record.segments.len() + record.sents.len() + record.ents.len();
    record.text.len() + spans * 32
}

/// The Arrow schema of a record, from its JSON Schema.
#[must_use]
fn record_schema() -> Schema {
    let root = json_schema();
    let metadata = [(SCHEMA_KEY.to_owned(), SCHEMA.to_owned())];
    Schema::new_with_metadata(fields(&root, &root, false), metadata)
}

/// The properties of an object: those that are always there in the order in which they are written, then the others.
///
/// Of an object that may itself be null all may be null: pyarrow writes no file where a null struct has a required field.
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

/// Follows `$ref` and looks through the `null` of an optional value; says whether there was one.
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
