use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use pressmark_jsonl::SCHEMA;

use crate::dictionary::one_line;
use crate::error::at;
use crate::{Column, ColumnType, Result, Table, Value, View};

/// Maximum rows per batch, and so per Parquet row group. Set by hand: large enough to compress well, small enough for
/// several groups that readers can process in parallel.
pub(crate) const BATCH_ROWS: usize = 64 << 10;
/// Bytes of text at which a batch is written. Set by hand: bounds memory for rows with long texts.
pub(crate) const BATCH_BYTES: usize = 16 << 20;

/// Properties of every Parquet file we write.
pub(crate) fn parquet_properties() -> WriterProperties {
    // Row groups end only where batches do, which depends on rows and text alone, so equal rows give equal files.
    let builder = WriterProperties::builder().set_max_row_group_row_count(None).set_max_row_group_bytes(None);
    // The embedded Arrow schema carries the key too, but encoded; this entry identifies the file in plain bytes.
    let ours = KeyValue::new(SCHEMA_KEY.to_owned(), SCHEMA.to_owned());
    builder.set_compression(compression()).set_key_value_metadata(Some(vec![ours])).build()
}

#[cfg(feature = "zstd")]
fn compression() -> Compression {
    Compression::ZSTD(parquet::basic::ZstdLevel::default())
}

#[cfg(not(feature = "zstd"))]
fn compression() -> Compression {
    Compression::LZ4_RAW
}

/// Metadata key for the schema name of the records.
pub(crate) const SCHEMA_KEY: &str = "pressmark.schema";
/// Metadata key for the name of a flat table.
pub(crate) const TABLE_KEY: &str = "pressmark.table";

/// Returns the Arrow schema of a table.
///
/// Field metadata has the data dictionary's `description`, `unit` and `references`; schema metadata has the table's
/// name, its key and the schema name of the records.
#[must_use]
pub fn arrow_schema(table: &Table) -> Schema {
    let key: Vec<&str> = table.columns.iter().filter(|column| column.is_key).map(|column| column.name).collect();
    let metadata = [
        (SCHEMA_KEY, SCHEMA.to_owned()),
        (TABLE_KEY, table.name.to_owned()),
        ("pressmark.key", key.join(",")),
        ("description", one_line(table.about)),
    ];
    let metadata = metadata.map(|(name, value)| (name.to_owned(), value));
    Schema::new_with_metadata(table.columns.iter().map(field_of).collect::<Vec<_>>(), metadata)
}

fn field_of(column: &Column) -> Field {
    let data_type = match column.column_type {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Number => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
    };
    let mut metadata = HashMap::from([("description".to_owned(), one_line(column.about))]);
    if let Some(unit) = column.unit {
        metadata.insert("unit".to_owned(), unit.to_owned());
    }
    if let Some(reference) = column.references {
        metadata.insert("references".to_owned(), format!("{}.{}", reference.table, reference.column));
    }
    Field::new(column.name, data_type, column.is_nullable).with_metadata(metadata)
}

/// Cells of one column that are not yet in a batch.
#[derive(Debug)]
enum Cells {
    Text(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
}

impl Cells {
    fn new(column: &Column) -> Self {
        match column.column_type {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Integer => Self::Integer(Int64Builder::new()),
            ColumnType::Number => Self::Number(Float64Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Date => Self::Date(Date32Builder::new()),
        }
    }

    /// Appends a value; one of the wrong type, which no declaration produces, becomes null.
    fn push(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Text(cells), Value::Text(text)) => cells.append_value(text),
            (Self::Text(cells), _) => cells.append_null(),
            (Self::Integer(cells), Value::Integer(value)) => cells.append_value(*value),
            (Self::Integer(cells), _) => cells.append_null(),
            (Self::Number(cells), Value::Number(value)) => cells.append_value(*value),
            (Self::Number(cells), _) => cells.append_null(),
            (Self::Boolean(cells), Value::Boolean(value)) => cells.append_value(*value),
            (Self::Boolean(cells), _) => cells.append_null(),
            (Self::Date(cells), Value::Date(days)) => cells.append_value(*days),
            (Self::Date(cells), _) => cells.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(cells) => Arc::new(cells.finish()),
            Self::Integer(cells) => Arc::new(cells.finish()),
            Self::Number(cells) => Arc::new(cells.finish()),
            Self::Boolean(cells) => Arc::new(cells.finish()),
            Self::Date(cells) => Arc::new(cells.finish()),
        }
    }
}

/// Writes batches to a file.
pub(crate) enum BatchFile {
    Parquet(Box<ArrowWriter<File>>),
    Arrow(Box<FileWriter<BufWriter<File>>>),
}

impl BatchFile {
    pub(crate) fn parquet(file: File, schema: SchemaRef) -> io::Result<Self> {
        let writer = ArrowWriter::try_new(file, schema, Some(parquet_properties())).map_err(io::Error::other)?;
        Ok(Self::Parquet(Box::new(writer)))
    }

    /// Uncompressed, so that readers can memory-map the file.
    pub(crate) fn arrow(file: File, schema: &Schema) -> io::Result<Self> {
        let writer = FileWriter::try_new_buffered(file, schema).map_err(io::Error::other)?;
        Ok(Self::Arrow(Box::new(writer)))
    }

    /// Writes a batch, if there is one.
    pub(crate) fn write(&mut self, batch: Result<Option<RecordBatch>, ArrowError>) -> io::Result<()> {
        let Some(batch) = batch.map_err(io::Error::other)? else { return Ok(()) };
        match self {
            Self::Parquet(writer) => writer.write(&batch).and_then(|()| writer.flush()).map_err(io::Error::other),
            Self::Arrow(writer) => writer.write(&batch).map_err(io::Error::other),
        }
    }

    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Parquet(writer) => writer.close().map(drop).map_err(io::Error::other),
            Self::Arrow(mut writer) => writer.finish().and_then(|()| writer.flush()).map_err(io::Error::other),
        }
    }
}

impl std::fmt::Debug for BatchFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Parquet(_) => "Parquet",
            Self::Arrow(_) => "Arrow",
        })
    }
}

/// Builds Arrow batches from the rows of a table, of up to 65,536 rows or about 16 MiB of text each.
///
/// ```
/// use pressmark_core::Document;
/// use pressmark_jsonl::{Provenance, Record};
/// use pressmark_tables::{BatchBuilder, View, table_named};
///
/// let doc = Document::from_text("a", "The ferry sails again.");
/// let record = Record::of(&doc, &Provenance::default());
/// let mut documents = BatchBuilder::new(table_named("documents").ok_or("no such table")?);
/// documents.add(&View::new(&record)?)?;
/// let batch = documents.flush()?.ok_or("no row")?;
/// assert_eq!((batch.num_rows(), batch.schema().field(0).name().as_str()), (1, "doc"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BatchBuilder {
    table: &'static Table,
    schema: SchemaRef,
    columns: Vec<Cells>,
    rows: usize,
    text_bytes: usize,
}

impl BatchBuilder {
    /// Creates a builder without rows.
    #[must_use]
    pub fn new(table: &'static Table) -> Self {
        let columns = table.columns.iter().map(Cells::new).collect();
        Self { table, schema: Arc::new(arrow_schema(table)), columns, rows: 0, text_bytes: 0 }
    }

    /// Returns the schema of the batches, [`arrow_schema()`] of the table.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Appends the rows of a record and returns their number.
    ///
    /// # Errors
    /// If the record is inconsistent ([`Error::is_of_record`](crate::Error::is_of_record)).
    pub fn add(&mut self, view: &View<'_>) -> Result<u64> {
        let Self { table, columns, rows, text_bytes, .. } = self;
        let before = *rows;
        table.rows(view, &mut |cells| {
            *rows += 1;
            for (column, cell) in columns.iter_mut().zip(cells) {
                column.push(cell);
                if let Value::Text(text) = cell {
                    *text_bytes += text.len();
                }
            }
            Ok(())
        })?;
        Ok((self.rows - before) as u64)
    }

    /// Returns whether the rows so far fill a batch.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.text_bytes >= BATCH_BYTES
    }

    /// Takes the rows since the last batch as a batch; `None` if there are none.
    ///
    /// # Errors
    /// If the cells of a row do not match the table's columns, which no declaration produces.
    pub fn flush(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if self.rows == 0 {
            return Ok(None);
        }
        (self.rows, self.text_bytes) = (0, 0);
        let columns = self.columns.iter_mut().map(Cells::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map(Some)
    }
}

/// Writes a table in a columnar format.
#[derive(Debug)]
pub(crate) struct ColumnarFile {
    file: BatchFile,
    rows: BatchBuilder,
}

impl ColumnarFile {
    pub(crate) fn parquet(file: File, table: &'static Table) -> io::Result<Self> {
        let rows = BatchBuilder::new(table);
        Ok(Self { file: BatchFile::parquet(file, Arc::clone(rows.schema()))?, rows })
    }

    pub(crate) fn arrow(file: File, table: &'static Table) -> io::Result<Self> {
        let rows = BatchBuilder::new(table);
        Ok(Self { file: BatchFile::arrow(file, rows.schema())?, rows })
    }

    pub(crate) fn add(&mut self, view: &View<'_>, path: &Path) -> Result<u64> {
        let added = self.rows.add(view)?;
        if self.rows.is_full() {
            self.file.write(self.rows.flush()).map_err(at("write", path))?;
        }
        Ok(added)
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.write(self.rows.flush())?;
        self.file.finish()
    }
}
