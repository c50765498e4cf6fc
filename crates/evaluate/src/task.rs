use std::cell::{OnceCell, RefCell};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;

use pressmark::{Annotator, Model, ModelSource, Settings};
use serde_json::Value;

use crate::annotated::Annotated;
use crate::documents::Documents;
use crate::error::{Error, Result};
use crate::gold::GoldOptions;

use crate::table::Table;
use crate::{articles, frames, ner, quotes, sentences, sentiment, stance, summaries};

/// What can be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Task {
    /// Entities: CoNLL columns (BIO, BIOES or IO), a file or a folder of them; strict F1.
    Ner,
    /// Sentences: CoNLL-U, or JSONL `{text, sentences}`; boundary F1.
    Sentences,
    /// Quotations: a folder with `text/*.txt` and `attributions/*.ann` (brat); F1 of contents, source, cue.
    Quotes,
    /// Tone towards a mention (JSONL as in NewsMTSC) or of a whole text (JSONL, CSV or TSV `{text, label}`); accuracy,
    /// macro F1.
    Sentiment,
    /// Frames: JSONL `{text, label: []}`, CSV or TSV; F1 of each label, macro F1, average precision, and accuracy where
    /// each text has one frame.
    Frames,
    /// Stance towards a target: JSONL `{text, target, label}`, CSV or TSV; macro F1, F1 for and against.
    Stance,
    /// Summaries: a folder with `articles/` and `summaries/`, or JSONL `{text, references: []}` or `{text, summary}`;
    /// ROUGE beside baselines.
    Summaries,
    /// Articles out of pages: a folder with `ground-truth.json` and `html/*.html.gz`, scored by shingles of four words,
    /// or one with `gold.jsonl` `{page, with: [], without: []}` and `pages/`, scored by chunks of text that must be there
    /// and must not.
    Articles,
}

impl Task {
    /// Every task.
    pub const ALL: &'static [Self] = &[
        Self::Ner,
        Self::Sentences,
        Self::Quotes,
        Self::Sentiment,
        Self::Frames,
        Self::Stance,
        Self::Summaries,
        Self::Articles,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ner => "ner",
            Self::Sentences => "sentences",
            Self::Quotes => "quotes",
            Self::Sentiment => "sentiment",
            Self::Frames => "frames",
            Self::Stance => "stance",
            Self::Summaries => "summaries",
            Self::Articles => "articles",
        }
    }

    /// The stage whose layer is evaluated, where one is.
    #[must_use]
    pub fn stage(self) -> Option<&'static str> {
        match self {
            Self::Ner => Some("ner"),
            Self::Sentences => Some("tokenize"),
            Self::Quotes => Some("quote"),
            Self::Sentiment => Some("sentiment"),
            Self::Frames => Some("frames"),
            Self::Stance => Some("stance"),
            Self::Summaries => Some("summarize"),
            Self::Articles => None,
        }
    }
}

impl FromStr for Task {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|task| task.as_str() == name).copied();
        found.ok_or_else(|| Error::UnknownTask(name.to_owned()))
    }
}

/// How an evaluation is made; [`Default`] states every default.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How the gold data are read. Default: fields by their usual names, no map, every line must be good.
    pub gold: GoldOptions,
    /// The pipeline: model, precision, labels of entities, other libraries. Stages, codebooks and targets are those of the
    /// task. Default: that of [`Settings`].
    pub settings: Settings,
    /// Codebook of frames: the name of a shipped one or a TOML file. Default: the shipped one that has most of the labels
    /// of the gold data.
    pub codebook: Option<String>,
    /// A file that was annotated before, from which predictions are taken. Default: none.
    pub annotated: Option<PathBuf>,
}

/// Evaluates a task on gold data; each prediction goes to `predictions` beside its gold, one JSON object a line.
///
/// # Errors
/// When the gold data are not what the task expects, predictions cannot be made, or not be written.
pub fn evaluate<'a>(
    task: Task,
    gold: &'a Path,
    options: &'a Options,
    predictions: Option<&'a mut dyn Write>,
) -> Result<Table> {
    let annotated = options.annotated.as_ref().map(|path| Annotated::open(path).map(Rc::new)).transpose()?;
    if let (Some(annotated), Some(stage)) = (&annotated, task.stage()) {
        annotated.require(stage)?;
    }
    let mut bench =
        Bench { gold, options, annotated, predictions, skipped: RefCell::default(), model: OnceCell::new() };
    let mut table = match task {
        Task::Ner => ner::evaluate(&mut bench),
        Task::Sentences => sentences::evaluate(&mut bench),
        Task::Quotes => quotes::evaluate(&mut bench),
        Task::Sentiment => sentiment::evaluate(&mut bench),
        Task::Frames => frames::evaluate(&mut bench),
        Task::Stance => stance::evaluate(&mut bench),
        Task::Summaries => summaries::evaluate(&mut bench),
        Task::Articles => articles::evaluate(&mut bench),
    }?;
    table.skipped = bench.skipped.into_inner();
    Ok(table)
}

/// What every evaluation starts from.
pub(crate) struct Bench<'a> {
    pub(crate) gold: &'a Path,
    pub(crate) options: &'a Options,
    pub(crate) annotated: Option<Rc<Annotated>>,
    predictions: Option<&'a mut dyn Write>,
    /// What was wrong with lines of the gold data that were left out.
    pub(crate) skipped: RefCell<Vec<String>>,
    /// Loaded once, however many annotators there are.
    model: OnceCell<Arc<Model>>,
}

impl Bench<'_> {
    /// Writes a prediction beside its gold.
    pub(crate) fn predict(&mut self, line: &Value) -> Result<()> {
        match &mut self.predictions {
            Some(file) => writeln!(file, "{line}").map_err(Error::Predictions),
            None => Ok(()),
        }
    }

    /// What was read of the gold data; `None` where it is left out, which is remembered.
    ///
    /// # Errors
    /// When it is not good, and must be.
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

    /// The rows of the gold data, without those that are not good and may be left out.
    pub(crate) fn rows(&self) -> Result<Vec<crate::gold::GoldRow>> {
        crate::gold::rows(self.gold, self.options.gold.lenient, &mut self.skipped.borrow_mut())
    }

    /// An annotator with these stages and what they need.
    pub(crate) fn annotator(&self, stages: &[&str]) -> Result<Annotator> {
        self.annotator_with(stages, self.options.settings.clone())
    }

    fn annotator_with(&self, stages: &[&str], settings: Settings) -> Result<Annotator> {
        let model = match self.model.get() {
            Some(model) => Arc::clone(model),
            None => {
                let model = self.options.settings.model.load(self.options.settings.precision)?;
                Arc::clone(self.model.get_or_init(|| model))
            }
        };
        let stages = stages.iter().map(|&name| name.to_owned()).collect();
        Ok(Annotator::new(Settings { stages, model: ModelSource::Loaded(model), ..settings })?)
    }

    /// Documents that go through these stages and what they need, or that are annotated already.
    pub(crate) fn documents(&self, stages: &[&str]) -> Result<Documents> {
        match &self.annotated {
            Some(annotated) => Ok(Documents::Annotated(Rc::clone(annotated))),
            None => self.through(stages, self.options.settings.clone()),
        }
    }

    /// Documents that go through these stages with these settings.
    pub(crate) fn through(&self, stages: &[&str], settings: Settings) -> Result<Documents> {
        Ok(Documents::Annotator(self.annotator_with(stages, settings)?))
    }
}
