use pressmark::{Format, InputRecord};
use pressmark_core::ProblemKind;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::Kind;

/// What is annotated: bytes, and how to read them.
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    pub(crate) format: Format,
}

impl Input {
    /// From the pair that the package makes of what users give.
    pub(crate) fn of(pair: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (bytes, format): (Bound<'_, PyBytes>, String) = pair.extract()?;
        let format = Format::from_extension(&format).ok_or_else(|| {
            let expected = "txt, md, html, json";
            Kind::Settings.raise(pair.py(), format!("there is no format {format:?}, expected {expected}"))
        })?;
        Ok(Self { bytes: bytes.as_bytes().to_vec(), format })
    }

    /// The record that a run would read it as; one over the limit keeps its place, and not its bytes.
    pub(crate) fn record(self, index: u64, max_bytes: usize) -> InputRecord {
        let size = self.bytes.len();
        let mut record = InputRecord::new("-", index, self.format, self.bytes);
        if size > max_bytes {
            let message = format!("record of {size} bytes is larger than {max_bytes}");
            record.problem = Some((ProblemKind::TooLarge, message));
            record.bytes = Vec::new();
        }
        record
    }
}
