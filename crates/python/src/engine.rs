use std::path::PathBuf;
use std::sync::Mutex;

use pressmark::{Annotator, InputRecord};
use pressmark_ingest::{Inputs, Options as IngestOptions, clean_document};
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use crate::arrow_input::{ArrowInputs, ArrowOptions};
use crate::error::exception;
use crate::input::{Input, format_named};
use crate::options::Options;
use crate::row::Row;
use crate::stream::{Relation, Source, Stream};

/// Rows of a batch to read ahead of the annotating threads. Set by hand: enough to keep them busy, at the cost of
/// holding that many inputs.
const BATCH_AHEAD: usize = 64;

/// Implementation of `pressmark.Annotator`.
#[pyclass(frozen, module = "pressmark._native")]
pub(crate) struct Engine {
    annotator: Annotator,
}

#[pymethods]
impl Engine {
    #[new]
    fn new(py: Python<'_>, options: Options) -> PyResult<Self> {
        let settings = options.settings(py)?;
        match py.detach(|| Annotator::new(settings)) {
            Ok(annotator) => Ok(Self { annotator }),
            Err(error) => Err(exception(py, &error)),
        }
    }

    /// Annotates one input.
    fn annotate(&self, py: Python<'_>, input: &Bound<'_, PyAny>) -> PyResult<Row> {
        let Input { bytes, format, .. } = Input::of(input)?;
        let limit = self.annotator.settings().ingest.max_bytes;
        if bytes.len() > limit {
            return Err(exception(py, &pressmark::Error::TooLong { bytes: bytes.len(), limit }));
        }
        let record = py.detach(|| self.annotator.annotate_record(&InputRecord::new("-", 0, format, bytes)));
        Ok(Row { record })
    }

    /// Annotates a text that is nothing but an article; the language is detected if it is not given.
    fn annotate_clean(&self, py: Python<'_>, text: &str, language: Option<String>) -> PyResult<Row> {
        let limit = self.annotator.settings().ingest.max_bytes;
        if text.len() > limit {
            return Err(exception(py, &pressmark::Error::TooLong { bytes: text.len(), limit }));
        }
        let record = py.detach(|| {
            let ingest = &self.annotator.settings().ingest;
            let options = IngestOptions { language: language.or_else(|| ingest.language.clone()), ..ingest.clone() };
            let mut doc = clean_document("-", text, &options);
            self.annotator.run_stages(&mut [&mut doc]);
            self.annotator.record(&doc).into_owned()
        });
        Ok(Row { record })
    }

    /// Annotates the inputs of an iterator, as one run.
    fn stream(&self, inputs: Bound<'_, PyIterator>, ahead: usize) -> Stream {
        Stream::start(self.annotator.clone(), Source::Python(inputs.unbind()), ahead, Relation::Run)
    }

    /// Annotates the texts of an object that supports Arrow, as one run.
    fn stream_arrow(&self, data: &Bound<'_, PyAny>, ahead: usize) -> PyResult<Stream> {
        let inputs = ArrowInputs::of(data, ArrowOptions::new(None, None, None))?;
        Ok(Stream::start(self.annotator.clone(), arrow(inputs), ahead, Relation::Run))
    }

    /// Annotates a batch of a larger corpus, each row independently.
    fn stream_batch(
        &self,
        data: &Bound<'_, PyAny>,
        format: Option<&str>,
        path: Option<String>,
        record: Option<String>,
    ) -> PyResult<Stream> {
        let format = format.map(|name| format_named(data.py(), name)).transpose()?;
        let inputs = ArrowInputs::of(data, ArrowOptions::new(format, path, record))?;
        Ok(Stream::start(self.annotator.clone(), arrow(inputs), BATCH_AHEAD, Relation::Apart))
    }

    /// Annotates the documents in files and folders.
    fn stream_files(&self, py: Python<'_>, paths: Vec<PathBuf>) -> PyResult<Stream> {
        let options = self.annotator.settings().ingest.clone();
        match Inputs::open(&paths, options) {
            Ok(inputs) => Ok(Stream::over(self.annotator.clone(), inputs)),
            Err(error) => Err(exception(py, &error.into())),
        }
    }

    /// Names of the stages, in execution order.
    #[getter]
    fn stages(&self) -> Vec<&str> {
        self.annotator.stages().iter().map(|stage| stage.name()).collect()
    }

    /// Name and version of the model.
    #[getter]
    fn model(&self) -> String {
        self.annotator.model().id()
    }

    /// Number of documents annotated in parallel.
    #[getter]
    fn jobs(&self) -> usize {
        self.annotator.jobs()
    }

    /// Notices for the user about this annotator.
    #[getter]
    fn notices(&self) -> Vec<String> {
        self.annotator.notices().to_vec()
    }
}

fn arrow(inputs: ArrowInputs) -> Source {
    Source::Arrow(Mutex::new(Box::new(inputs)))
}
