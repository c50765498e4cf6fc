use std::sync::Arc;
use std::vec;

use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray, make_array};
use arrow_cast::cast;
use arrow_json::LineDelimitedWriter;
use arrow_schema::{ArrowError, DataType};
use pressmark::Format;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use crate::error::Kind;
use crate::input::{Input, Place};

/// Rows of a table to convert to records at once. Set by hand: enough to amortise the conversion, few enough that a
/// batch of a million rows takes little memory.
const ROWS: usize = 64;

/// Texts, or rows of a table, owned by another library and read over the Arrow C data interface.
///
/// Arrays are not copied; each text is copied once, into its record.
pub(crate) struct ArrowInputs {
    arrays: Arrays,
    options: ArrowOptions,
    array: Option<ArrayRef>,
    /// Origin of the rows of `array`, if columns for it were named.
    places: Option<Places>,
    /// Index of the next row of `array`.
    row: usize,
    /// Rows of a table, already converted to JSON.
    lines: vec::IntoIter<Vec<u8>>,
}

/// Options for reading arrays.
pub(crate) struct ArrowOptions {
    /// Format of the texts in a column.
    texts: Format,
    /// Format that the rows of a table are treated as. With `parquet` or `arrow`, a table with a single text column is
    /// still a table instead of a column of texts.
    rows: Format,
    /// Name of the column with each row's path; it is excluded from the record.
    path: Option<String>,
    /// Name of the column with each row's index in its file; it is excluded from the record.
    record: Option<String>,
}

/// Columns with the origin of rows.
struct Places {
    paths: Option<ArrayRef>,
    records: Option<ArrayRef>,
}

impl Places {
    fn of(&self, row: usize) -> Place {
        let path = self.paths.as_ref().map(|paths| paths.as_string::<i32>().value(row).to_owned());
        let record = self.records.as_ref().map(|records| records.as_primitive::<Int64Type>().value(row));
        Place { path, record: record.and_then(|record| u64::try_from(record).ok()) }
    }
}

enum Arrays {
    Stream(ArrayStreamReader),
    One(Option<ArrayRef>),
}

impl ArrowInputs {
    /// Reads an object with `__arrow_c_stream__` or `__arrow_c_array__`.
    pub(crate) fn of(data: &Bound<'_, PyAny>, options: ArrowOptions) -> PyResult<Self> {
        let py = data.py();
        let arrays = if data.hasattr("__arrow_c_stream__")? {
            let stream = stream(&data.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?)?;
            Arrays::Stream(ArrayStreamReader::try_new(stream).map_err(|error| failed(py, &error))?)
        } else {
            let pair = data.call_method0("__arrow_c_array__")?.cast_into::<PyTuple>()?;
            let [schema, array] = [pair.get_item(0)?, pair.get_item(1)?];
            Arrays::One(Some(array_of(&schema.cast_into::<PyCapsule>()?, &array.cast_into::<PyCapsule>()?)?))
        };
        Ok(Self { arrays, options, array: None, places: None, row: 0, lines: Vec::new().into_iter() })
    }

    /// Returns the next text, or the next row as a JSON object.
    pub(crate) fn next(&mut self, py: Python<'_>) -> PyResult<Option<Input>> {
        loop {
            if let Some(bytes) = self.lines.next() {
                let row = self.row - self.lines.len() - 1;
                return Ok(Some(self.input(bytes, row, self.options.rows)));
            }
            if let Some(array) = self.array.clone().filter(|array| self.row < array.len()) {
                if let Some(table) = array.as_struct_opt() {
                    let rows = ROWS.min(table.len() - self.row);
                    let lines = lines(&table.slice(self.row, rows)).map_err(|error| failed(py, &error))?;
                    self.row += rows;
                    self.lines = lines.into_iter();
                    continue;
                }
                let row = self.row;
                self.row += 1;
                return Ok(Some(self.input(text(&array, row), row, self.options.texts)));
            }
            // The producer may need the interpreter on another thread, so detach from it.
            let arrays = &mut self.arrays;
            let array = py.detach(|| match arrays {
                Arrays::Stream(stream) => stream.next().transpose(),
                Arrays::One(array) => Ok(array.take()),
            });
            let Some(array) = array.map_err(|error| failed(py, &error))? else { return Ok(None) };
            let (array, places) = self.apart(py, array)?;
            let is_table = self.options.rows != Format::Jsonl && array.as_struct_opt().is_some();
            self.array = Some(if is_table { array } else { column_of_texts(py, array)? });
            self.places = places;
            self.row = 0;
        }
    }

    fn input(&self, bytes: Vec<u8>, row: usize, format: Format) -> Input {
        Input { bytes, format, place: self.places.as_ref().map(|places| places.of(row)).unwrap_or_default() }
    }

    /// Splits the columns into those of the records and those with their origin.
    fn apart(&self, py: Python<'_>, array: ArrayRef) -> PyResult<(ArrayRef, Option<Places>)> {
        let ArrowOptions { path, record, .. } = &self.options;
        if path.is_none() && record.is_none() {
            return Ok((array, None));
        }
        let wrong = |message: String| Kind::Input.raise(py, message);
        let Some(table) = array.as_struct_opt() else {
            return Err(wrong("the columns of path and record need a table, and this is not one".into()));
        };
        let column = |name: &String, kind: &DataType| {
            let column = table.column_by_name(name).ok_or_else(|| wrong(format!("there is no column {name:?}")))?;
            let column = cast(column, kind).map_err(|error| failed(py, &error))?;
            let is_whole = column.null_count() == 0;
            if is_whole {
                Ok(column)
            } else {
                Err(wrong(format!("the column {name:?} has rows without a {kind} value")))
            }
        };
        let paths = path.as_ref().map(|name| column(name, &DataType::Utf8)).transpose()?;
        let records = record.as_ref().map(|name| column(name, &DataType::Int64)).transpose()?;
        let is_place = |name: &String| [path, record].iter().any(|place| place.as_ref() == Some(name));
        let (fields, columns): (Vec<_>, Vec<_>) = (table.fields().iter().cloned().zip(table.columns().iter().cloned()))
            .filter(|(field, _)| !is_place(field.name()))
            .unzip();
        let rest = StructArray::try_new_with_length(fields.into(), columns, table.nulls().cloned(), table.len());
        let rest = rest.map_err(|error| failed(py, &error))?;
        Ok((Arc::new(rest), Some(Places { paths, records })))
    }
}

impl ArrowOptions {
    pub(crate) fn new(format: Option<Format>, path: Option<String>, record: Option<String>) -> Self {
        let (texts, rows) = match format {
            Some(columns @ (Format::Parquet | Format::Arrow)) => (Format::Text, columns),
            format => (format.unwrap_or(Format::Text), Format::Jsonl),
        };
        Self { texts, rows, path, record }
    }
}

/// Returns an array of texts: a table is kept as it is, unless its only column is one of texts.
fn column_of_texts(py: Python<'_>, array: ArrayRef) -> PyResult<ArrayRef> {
    if let Some(table) = array.as_struct_opt() {
        return match table.columns() {
            [column] if table.null_count() == 0 && is_text(column.data_type()) => decoded(py, column),
            _ => Ok(array),
        };
    }
    if is_text(array.data_type()) {
        return decoded(py, &array);
    }
    let message = format!("a column of {} was given, expected texts, bytes or a table", array.data_type());
    Err(Kind::Input.raise(py, message))
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_text(values),
        kind => kind.is_string() || kind.is_binary(),
    }
}

/// Decodes a dictionary-encoded column; others are returned as they are.
fn decoded(py: Python<'_>, column: &ArrayRef) -> PyResult<ArrayRef> {
    match column.data_type() {
        DataType::Dictionary(_, values) => cast(column, values).map_err(|error| failed(py, &error)),
        _ => Ok(ArrayRef::clone(column)),
    }
}

/// Returns one text; a null is empty, and becomes a record with that problem.
fn text(array: &dyn Array, row: usize) -> Vec<u8> {
    if array.is_null(row) {
        return Vec::new();
    }
    let bytes: &[u8] = match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).as_bytes(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).as_bytes(),
        DataType::Utf8View => array.as_string_view().value(row).as_bytes(),
        DataType::Binary => array.as_binary::<i32>().value(row),
        DataType::LargeBinary => array.as_binary::<i64>().value(row),
        DataType::BinaryView => array.as_binary_view().value(row),
        _ => &[],
    };
    bytes.to_vec()
}

/// Converts rows of a table to JSON objects, omitting nulls.
fn lines(table: &StructArray) -> Result<Vec<Vec<u8>>, ArrowError> {
    let mut writer = LineDelimitedWriter::new(Vec::new());
    writer.write(&RecordBatch::from(table.clone()))?;
    writer.finish()?;
    let lines = writer.into_inner();
    Ok(lines.split_inclusive(|&byte| byte == b'\n').map(|line| line.trim_ascii_end().to_vec()).collect())
}

/// Moves the stream out of a capsule.
#[expect(unsafe_code, reason = "the Arrow C data interface hands over pointers")]
fn stream(capsule: &Bound<'_, PyCapsule>) -> PyResult<FFI_ArrowArrayStream> {
    let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?;
    // SAFETY: by the contract of the PyCapsule interface, a capsule with this name holds a valid stream, and nobody
    // else can move it while this thread is attached to the interpreter.
    Ok(unsafe { FFI_ArrowArrayStream::from_raw(pointer.cast().as_ptr()) })
}

/// Moves an array out of its two capsules.
#[expect(unsafe_code, reason = "the Arrow C data interface hands over pointers")]
fn array_of(schema: &Bound<'_, PyCapsule>, array: &Bound<'_, PyCapsule>) -> PyResult<ArrayRef> {
    let schema_pointer = schema.pointer_checked(Some(c"arrow_schema"))?;
    let array_pointer = array.pointer_checked(Some(c"arrow_array"))?;
    // SAFETY: as for streams; schema and array belong together, since they come from one call.
    let data = unsafe {
        let schema = FFI_ArrowSchema::from_raw(schema_pointer.cast().as_ptr());
        from_ffi(FFI_ArrowArray::from_raw(array_pointer.cast().as_ptr()), &schema)
    };
    data.map(make_array).map_err(|error| failed(array.py(), &error))
}

fn failed(py: Python<'_>, error: &ArrowError) -> PyErr {
    Kind::Input.raise(py, format!("failed to read Arrow data: {error}"))
}
