use pressmark::{Format, InputRecord};
use pressmark_core::ProblemKind;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::Kind;

/// An input: bytes, their format and their origin.
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) place: Place,
}

/// Origin of an input, as far as it is known.
#[derive(Default)]
pub(crate) struct Place {
    pub(crate) path: Option<String>,
    /// Index within the file, from 0.
    pub(crate) record: Option<u64>,
}

impl Input {
    /// Extracts the pair that the Python package makes of what users pass.
    pub(crate) fn of(pair: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (bytes, format): (Bound<'_, PyBytes>, String) = pair.extract()?;
        let format = format_named(pair.py(), &format)?;
        Ok(Self { bytes: bytes.as_bytes().to_vec(), format, place: Place::default() })
    }

    /// Converts to a record, as a run would read it; one over the size limit keeps its origin but not its bytes.
    pub(crate) fn record(self, index: u64, max_bytes: usize) -> InputRecord {
        let size = self.bytes.len();
        let Place { path, record } = self.place;
        let path = path.unwrap_or_else(|| "-".to_owned());
        let mut record = InputRecord::new(path, record.unwrap_or(index), self.format, self.bytes);
        if size > max_bytes {
            let message = format!("record of {size} bytes is larger than {max_bytes}");
            record.problem = Some((ProblemKind::TooLarge, message));
            record.bytes = Vec::new();
        }
        record
    }
}

/// Parses a format by its usual file extension.
pub(crate) fn format_named(py: Python<'_>, name: &str) -> PyResult<Format> {
    Format::from_extension(name).ok_or_else(|| {
        let expected = "txt, md, html, json, jsonl; of a batch also parquet, arrow";
        Kind::Settings.raise(py, format!("there is no format {name:?}, expected {expected}"))
    })
}
