use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::{ArrowError, SchemaRef};
use pressmark_tables::{BatchBuilder, RowBatchBuilder, TABLES, View, table_named};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::error::{Kind, chain};
use crate::row::Row;

/// Name of the table with one row per document, its lists as nested columns.
const ROWS: &str = "rows";

/// Collects records as one of the flat tables of `pressmark export`, or as [`ROWS`].
#[pyclass(module = "pressmark._native")]
pub(crate) struct TableBuilder {
    name: &'static str,
    rows: Rows,
    batches: Vec<RecordBatch>,
}

enum Rows {
    Flat(BatchBuilder),
    // The JSON decoder is `Send` but not `Sync`.
    Nested(Mutex<RowBatchBuilder>),
}

/// Names of all flat tables.
pub(crate) fn table_names() -> Vec<&'static str> {
    TABLES.iter().map(|table| table.name).collect()
}

impl TableBuilder {
    fn close_batch(&mut self, py: Python<'_>) -> PyResult<()> {
        let batch = match &mut self.rows {
            Rows::Flat(rows) => rows.flush(),
            Rows::Nested(rows) => of(rows).flush(),
        };
        self.batches.extend(batch.map_err(|error| broken(py, &error))?);
        Ok(())
    }
}

#[pymethods]
impl TableBuilder {
    #[new]
    fn new(py: Python<'_>, name: &str) -> PyResult<Self> {
        if name == ROWS {
            let rows = RowBatchBuilder::new().map_err(|error| broken(py, &error))?;
            return Ok(Self { name: ROWS, rows: Rows::Nested(Mutex::new(rows)), batches: Vec::new() });
        }
        let Some(table) = table_named(name) else {
            let message = format!("there is no table {name:?}, expected {ROWS}, {}", table_names().join(", "));
            return Err(Kind::Settings.raise(py, message));
        };
        Ok(Self { name: table.name, rows: Rows::Flat(BatchBuilder::new(table)), batches: Vec::new() })
    }

    /// Appends the rows of a record.
    fn add(&mut self, py: Python<'_>, row: &Row) -> PyResult<()> {
        let is_full = match &mut self.rows {
            Rows::Flat(rows) => {
                let added = View::new(&row.record).and_then(|view| rows.add(&view));
                added.map_err(|error| Kind::Input.raise(py, chain(&error)))?;
                rows.is_full()
            }
            Rows::Nested(rows) => {
                of(rows).add(&row.record).map_err(|error| broken(py, &error))?;
                of(rows).is_full()
            }
        };
        if is_full { self.close_batch(py) } else { Ok(()) }
    }

    /// Returns the rows so far as a table, and empties the builder.
    fn finish(&mut self, py: Python<'_>) -> PyResult<ArrowTable> {
        self.close_batch(py)?;
        let schema = match &mut self.rows {
            Rows::Flat(rows) => Arc::clone(rows.schema()),
            Rows::Nested(rows) => Arc::clone(of(rows).schema()),
        };
        Ok(ArrowTable { name: self.name, schema, batches: mem::take(&mut self.batches) })
    }
}

fn of(rows: &mut Mutex<RowBatchBuilder>) -> &mut RowBatchBuilder {
    rows.get_mut().unwrap_or_else(PoisonError::into_inner)
}

fn broken(py: Python<'_>, error: &ArrowError) -> PyErr {
    Kind::Pressmark.raise(py, error.to_string())
}

/// A table in memory, which other libraries can read without copying.
#[pyclass(frozen, module = "pressmark._native")]
pub(crate) struct ArrowTable {
    name: &'static str,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl ArrowTable {
    /// Name of the table, and of its file in `pressmark export`.
    #[getter]
    fn name(&self) -> &'static str {
        self.name
    }

    /// Number of rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// Addresses of the value buffers of each column, one per batch, by column name: lets tests check that readers copy
    /// nothing.
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

    /// Returns the schema, by the Arrow PyCapsule interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref())
            .map_err(|error| Kind::Pressmark.raise(py, error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// Returns the rows, by the Arrow PyCapsule interface; a requested schema is ignored.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface allows a producer to ignore the request.
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }
}
