use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use pressmark_jsonl::SCHEMA;

use crate::dictionary::one_line;
use crate::{Column, ColumnType, Table, Value};

/// Rows of a batch at most, which is a row group of Parquet: enough that a group compresses well, and few enough that
/// readers which take groups in parallel have several.
pub(crate) const BATCH_ROWS: usize = 64 << 10;
/// Bytes of text from which on a batch is written, so that memory is bounded whatever the rows hold.
pub(crate) const BATCH_BYTES: usize = 16 << 20;

/// The properties of every Parquet file that is written.
pub(crate) fn parquet_properties() -> WriterProperties {
    // Groups end where batches do, by rows and bytes of input: the same rows give the same file.
    let builder = WriterProperties::builder().set_max_row_group_row_count(None).set_max_row_group_bytes(None);
    builder.set_compression(compression()).build()
}

#[cfg(feature = "zstd")]
fn compression() -> Compression {
    Compression::ZSTD(parquet::basic::ZstdLevel::default())
}

#[cfg(not(feature = "zstd"))]
fn compression() -> Compression {
    Compression::LZ4_RAW
}

/// The Arrow schema of a table. Fields have the data dictionary's words as metadata (`description`, `unit`,
/// `references`), the schema the name of the table, its key and the contract of the records.
pub(crate) fn schema_of(table: &Table) -> Schema {
    let key: Vec<&str> = table.columns.iter().filter(|column| column.is_key).map(|column| column.name).collect();
    let metadata = [
        ("pressmark.schema", SCHEMA.to_owned()),
        ("pressmark.table", table.name.to_owned()),
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

/// Cells of one column that are not written yet.
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

    /// Takes a value; one of another type, which no declaration has, is null.
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

/// Takes batches to a file.
pub(crate) enum BatchFile {
    Parquet(Box<ArrowWriter<File>>),
    Arrow(Box<FileWriter<BufWriter<File>>>),
}

impl BatchFile {
    pub(crate) fn parquet(file: File, schema: SchemaRef) -> io::Result<Self> {
        let writer = ArrowWriter::try_new(file, schema, Some(parquet_properties())).map_err(io::Error::other)?;
        Ok(Self::Parquet(Box::new(writer)))
    }

    /// Not compressed, so that a reader can map the file to memory.
    pub(crate) fn arrow(file: File, schema: &Schema) -> io::Result<Self> {
        let writer = FileWriter::try_new_buffered(file, schema).map_err(io::Error::other)?;
        Ok(Self::Arrow(Box::new(writer)))
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        match self {
            Self::Parquet(writer) => writer.write(batch).and_then(|()| writer.flush()).map_err(io::Error::other),
            Self::Arrow(writer) => writer.write(batch).map_err(io::Error::other),
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

/// Writes a table in columns.
#[derive(Debug)]
pub(crate) struct ColumnarFile {
    schema: SchemaRef,
    file: BatchFile,
    columns: Vec<Cells>,
    rows: usize,
    text_bytes: usize,
}

impl ColumnarFile {
    pub(crate) fn parquet(file: File, table: &Table) -> io::Result<Self> {
        let schema = Arc::new(schema_of(table));
        Ok(Self::over(BatchFile::parquet(file, Arc::clone(&schema))?, schema, table))
    }

    pub(crate) fn arrow(file: File, table: &Table) -> io::Result<Self> {
        let schema = Arc::new(schema_of(table));
        Ok(Self::over(BatchFile::arrow(file, &schema)?, schema, table))
    }

    fn over(file: BatchFile, schema: SchemaRef, table: &Table) -> Self {
        Self { schema, file, columns: table.columns.iter().map(Cells::new).collect(), rows: 0, text_bytes: 0 }
    }

    pub(crate) fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell);
            if let Value::Text(text) = cell {
                self.text_bytes += text.len();
            }
        }
        self.rows += 1;
        if self.rows >= BATCH_ROWS || self.text_bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let columns = self.columns.iter_mut().map(Cells::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(io::Error::other)?;
        (self.rows, self.text_bytes) = (0, 0);
        self.file.write(&batch)
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.file.finish()
    }
}
