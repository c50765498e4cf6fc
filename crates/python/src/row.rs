use pressmark::Record;
use pyo3::prelude::*;
use serde::Serialize;

use crate::error::Kind;

/// An annotated record; the package fetches values from it on demand.
#[pyclass(frozen, module = "pressmark._native")]
pub(crate) struct Row {
    pub(crate) record: Record<'static>,
}

#[pymethods]
impl Row {
    /// Parses a line of JSON.
    #[staticmethod]
    fn parse(py: Python<'_>, line: &str) -> PyResult<Self> {
        let no_row = |error| Kind::Input.raise(py, format!("the line is not a pressmark/1 row: {error}"));
        serde_json::from_str(line).map(|record| Self { record }).map_err(no_row)
    }

    /// Returns the line that the command writes, without its line feed.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| serde_json::to_string(&self.record)).map_err(|error| Kind::Pressmark.raise(py, error.to_string()))
    }

    #[getter]
    fn id(&self) -> &str {
        &self.record.id
    }

    #[getter]
    fn text(&self) -> &str {
        &self.record.text
    }

    /// Returns the value of a key as JSON; `None` if there is no such key.
    fn value(&self, py: Python<'_>, key: &str) -> PyResult<Option<String>> {
        let row = &self.record;
        let json = match key {
            "schema" => json(&row.schema),
            "id" => json(&row.id),
            "status" => json(&row.status.as_str()),
            "problems" => json(&row.problems),
            "source" => json(&row.source),
            "meta" => json(&row.meta),
            "text" => json(&row.text),
            "segments" => json(&row.segments),
            "sents" => json(&row.sents),
            "tokens" => json(&row.tokens),
            "ents" => json(&row.ents),
            "entities" => json(&row.entities),
            "quotes" => json(&row.quotes),
            "summary" => json(&row.summary),
            "abstract" => json(&row.abstract_text),
            "frames" => json(&row.frames),
            "stances" => json(&row.stances),
            "duplicate_of" => json(&row.duplicate_of),
            "coverage" => json(&row.coverage),
            "provenance" => json(&row.provenance),
            "extra" => json(&row.extra),
            _ => return Ok(None),
        };
        json.map(Some).map_err(|error| Kind::Pressmark.raise(py, error.to_string()))
    }
}

fn json(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value)
}
