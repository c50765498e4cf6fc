use std::mem;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pressmark_tables::{ColumnType, TABLES, Table, Value, View, table_named};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::error::{Kind, chain};
use crate::row::Row;

/// Rows of a batch: few enough that a reader that takes one at a time needs little memory.
const BATCH_ROWS: usize = 1 << 16;
/// Bytes of text from which on a batch is closed, far below the 2 GiB that the offsets of a column can count.
const BATCH_TEXT: usize = 64 << 20;

/// Takes records and lays them out in one of the flat tables of `pressmark export`.
#[pyclass(module = "pressmark._native")]
pub(crate) struct TableBuilder {
    table: &'static Table,
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
    text: usize,
    batches: Vec<RecordBatch>,
}

/// The cells of one column.
enum Column {
    Text(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
}

impl Column {
    fn of(kind: ColumnType) -> Option<Self> {
        Some(match kind {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Integer => Self::Integer(Int64Builder::new()),
            ColumnType::Number => Self::Number(Float64Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Date => Self::Date(Date32Builder::new()),
            _ => return None,
        })
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Text(_) => DataType::Utf8,
            Self::Integer(_) => DataType::Int64,
            Self::Number(_) => DataType::Float64,
            Self::Boolean(_) => DataType::Boolean,
            Self::Date(_) => DataType::Date32,
        }
    }

    /// Appends a cell, and returns how many bytes of text it has. What is not of the column's type is null.
    fn push(&mut self, value: &Value<'_>) -> usize {
        match (self, value) {
            (Self::Text(cells), Value::Text(text)) => {
                cells.append_value(text);
                return text.len();
            }
            (Self::Text(cells), _) => cells.append_null(),
            (Self::Integer(cells), Value::Integer(number)) => cells.append_value(*number),
            (Self::Integer(cells), _) => cells.append_null(),
            (Self::Number(cells), Value::Number(number)) => cells.append_value(*number),
            (Self::Number(cells), _) => cells.append_null(),
            (Self::Boolean(cells), Value::Boolean(value)) => cells.append_value(*value),
            (Self::Boolean(cells), _) => cells.append_null(),
            (Self::Date(cells), Value::Date(day)) => cells.append_value(*day),
            (Self::Date(cells), _) => cells.append_null(),
        }
        0
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

/// The names of all tables.
pub(crate) fn table_names() -> Vec<&'static str> {
    TABLES.iter().map(|table| table.name).collect()
}

impl TableBuilder {
    fn close_batch(&mut self) -> Result<(), ArrowError> {
        if self.rows > 0 {
            let columns = self.columns.iter_mut().map(Column::finish).collect();
            self.batches.push(RecordBatch::try_new(Arc::clone(&self.schema), columns)?);
            (self.rows, self.text) = (0, 0);
        }
        Ok(())
    }
}

#[pymethods]
impl TableBuilder {
    #[new]
    fn new(py: Python<'_>, name: &str) -> PyResult<Self> {
        let Some(table) = table_named(name) else {
            let message = format!("there is no table {name:?}, expected {}", table_names().join(", "));
            return Err(Kind::Settings.raise(py, message));
        };
        let mut columns = Vec::new();
        let mut fields = Vec::new();
        for declared in table.columns {
            let Some(column) = Column::of(declared.column_type) else {
                let message = format!("the column {} has a type that Arrow tables lack here", declared.name);
                return Err(Kind::Pressmark.raise(py, message));
            };
            fields.push(Field::new(declared.name, column.data_type(), declared.is_nullable));
            columns.push(column);
        }
        let schema = Arc::new(Schema::new(fields));
        Ok(Self { table, schema, columns, rows: 0, text: 0, batches: Vec::new() })
    }

    /// Appends the rows that a record has in the table.
    fn add(&mut self, py: Python<'_>, row: &Row) -> PyResult<()> {
        let failed = |error: &dyn std::error::Error| Kind::Input.raise(py, chain(error));
        let view = View::new(&row.record).map_err(|error| failed(&error))?;
        let Self { table, columns, rows, text, .. } = self;
        let added = table.rows(&view, &mut |cells| {
            *rows += 1;
            columns.iter_mut().zip(cells).for_each(|(column, cell)| *text += column.push(cell));
            Ok(())
        });
        added.map_err(|error| failed(&error))?;
        if self.rows >= BATCH_ROWS || self.text >= BATCH_TEXT {
            self.close_batch().map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    /// The table of the rows so far; the builder is empty afterwards.
    fn finish(&mut self, py: Python<'_>) -> PyResult<ArrowTable> {
        self.close_batch().map_err(|error| Kind::Input.raise(py, error.to_string()))?;
        let batches = mem::take(&mut self.batches);
        Ok(ArrowTable { name: self.table.name, schema: Arc::clone(&self.schema), batches })
    }
}

/// A table in memory, which other libraries read where it is.
#[pyclass(frozen, module = "pressmark._native")]
pub(crate) struct ArrowTable {
    name: &'static str,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl ArrowTable {
    /// Its name, which is that of its file in `pressmark export`.
    #[getter]
    fn name(&self) -> &'static str {
        self.name
    }

    /// The number of its rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The names of its columns.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// The address of the values of each column in each batch, by the column's name: what a reader without copies has.
    fn buffers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let addresses = PyDict::new(py);
        for (index, field) in self.schema.fields().iter().enumerate() {
            let of_batch = |batch: &RecordBatch| {
                let data = batch.column(index).to_data();
                data.buffers().last().map_or(0, |buffer| buffer.as_ptr() as usize)
            };
            addresses.set_item(field.name(), self.batches.iter().map(of_batch).collect::<Vec<_>>())?;
        }
        Ok(addresses)
    }

    fn __len__(&self) -> usize {
        self.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("<ArrowTable {}: {} rows, {}>", self.name, self.num_rows(), self.column_names().join(", "))
    }

    /// The schema, by the Arrow PyCapsule interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref())
            .map_err(|error| Kind::Pressmark.raise(py, error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The rows, by the Arrow PyCapsule interface; another schema than its own may be asked for, and is not given.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface has it that a producer may ignore the request.
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }
}
