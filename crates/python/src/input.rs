use pressmark::{Format, InputRecord};
use pressmark_core::ProblemKind;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::Kind;

/// What is annotated: bytes, and how to read them.
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) place: Place,
}

/// Where an input came from, as far as it is known.
#[derive(Default)]
pub(crate) struct Place {
    pub(crate) path: Option<String>,
    /// Place within the file, from 0.
    pub(crate) record: Option<u64>,
}

impl Input {
    /// From the pair that the package makes of what users give.
    pub(crate) fn of(pair: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (bytes, format): (Bound<'_, PyBytes>, String) = pair.extract()?;
        let format = format_named(pair.py(), &format)?;
        Ok(Self { bytes: bytes.as_bytes().to_vec(), format, place: Place::default() })
    }

    /// The record that a run would read it as; one over the limit keeps its place, and not its bytes.
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

/// A format by its usual ending.
pub(crate) fn format_named(py: Python<'_>, name: &str) -> PyResult<Format> {
    Format::from_extension(name).ok_or_else(|| {
        let expected = "txt, md, html, json, jsonl; of a batch also parquet, arrow";
        Kind::Settings.raise(py, format!("there is no format {name:?}, expected {expected}"))
    })
}
