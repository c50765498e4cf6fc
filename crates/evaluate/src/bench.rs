use std::cell::{OnceCell, RefCell};
use std::io::Write;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use pressmark::{Annotator, Model, ModelSource, Settings, StageInfo};
use pressmark_core::Layer;
use serde_json::Value;

use crate::annotated::Annotated;
use crate::documents::Documents;
use crate::error::{Error, Result};
use crate::gold::{GoldRow, rows};
use crate::options::Options;

/// State shared by all evaluations.
pub(crate) struct Bench<'a> {
    pub(crate) gold: &'a Path,
    pub(crate) options: &'a Options,
    pub(crate) annotated: Option<Rc<Annotated>>,
    predictions: Option<&'a mut dyn Write>,
    /// Errors of gold lines that were skipped.
    pub(crate) skipped: RefCell<Vec<String>>,
    /// Loaded once for all annotators.
    model: OnceCell<Arc<Model>>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(
        gold: &'a Path,
        options: &'a Options,
        annotated: Option<Rc<Annotated>>,
        predictions: Option<&'a mut dyn Write>,
    ) -> Self {
        Self { gold, options, annotated, predictions, skipped: RefCell::default(), model: OnceCell::new() }
    }

    /// Writes a prediction beside its gold.
    pub(crate) fn predict(&mut self, line: &Value) -> Result<()> {
        match &mut self.predictions {
            Some(file) => writeln!(file, "{line}").map_err(Error::Predictions),
            None => Ok(()),
        }
    }

    /// Unwraps a gold item; `None` if it is invalid and skipped, which is recorded.
    ///
    /// # Errors
    /// If it is invalid and the options are not lenient, or on errors other than invalid gold data.
    pub(crate) fn keep<T>(&self, read: Result<T>) -> Result<Option<T>> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(error @ (Error::Gold { .. } | Error::NoField { .. } | Error::UnknownLabel { .. }))
                if self.options.gold.lenient =>
            {
                self.skipped.borrow_mut().push(error.to_string());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The rows of the gold data, without invalid ones if the options are lenient.
    pub(crate) fn rows(&self) -> Result<Vec<GoldRow>> {
        rows(self.gold, self.options.gold.lenient, &mut self.skipped.borrow_mut())
    }

    /// Creates an annotator with the stage that fills a layer and its dependencies.
    pub(crate) fn annotator(&self, layer: Layer) -> Result<Annotator> {
        self.annotator_with(layer, self.options.settings.clone())
    }

    fn annotator_with(&self, layer: Layer, settings: Settings) -> Result<Annotator> {
        let model = match self.model.get() {
            Some(model) => Arc::clone(model),
            None => {
                let model = self.options.settings.model.load(self.options.settings.precision)?;
                Arc::clone(self.model.get_or_init(|| model))
            }
        };
        let stages = StageInfo::filling(layer).map(|stage| stage.name.to_owned()).into_iter().collect();
        Ok(Annotator::new(Settings { stages, model: ModelSource::Loaded(model), ..settings })?)
    }

    /// Documents with the stages up to a layer, or with existing annotations.
    pub(crate) fn documents(&self, layer: Layer) -> Result<Documents> {
        match &self.annotated {
            Some(annotated) => Ok(Documents::Annotated(Rc::clone(annotated))),
            None => self.through(layer, self.options.settings.clone()),
        }
    }

    /// Documents with the stages up to a layer, under these settings.
    pub(crate) fn through(&self, layer: Layer, settings: Settings) -> Result<Documents> {
        Ok(Documents::Annotator(self.annotator_with(layer, settings)?))
    }
}
