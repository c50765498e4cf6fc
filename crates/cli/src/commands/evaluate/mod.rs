//! Holds the pipeline against gold annotations, with the metric that the field uses.

mod annotated;
mod articles;
mod frames;
pub(crate) mod gold;
mod measure;
mod ner;
mod quotes;
mod sentences;
mod sentiment;
mod stance;
mod summaries;
mod table;

use std::cell::OnceCell;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use pressmark::{Annotator, Model, ModelSource, Settings};
use pressmark_core::{Document, Span, Stage};
use serde_json::{Value, json};

use self::annotated::Annotated;
pub(crate) use self::frames::read_coded;
use self::gold::GoldArgs;
use self::table::Table;
use crate::args::{Labels, ModelArgs, StageArgs};
use crate::{Outcome, model, stages, terminal};

const EVALUATE_EXAMPLES: &str = "\
Examples:
  Strict entity F1 on CoNLL columns:
    pressmark evaluate ner dev.txt --labels conll03
  On a folder of articles, some of whose labels have names of their own:
    pressmark evaluate ner articles/ --map Country=LOC --map Event=O
  Quotations against brat annotations (folders text/ and attributions/):
    pressmark evaluate quotes polnear/dev --predictions quotes.jsonl
  Frames coded in two columns by number, with a codebook of your own:
    pressmark evaluate frames coded.csv --codebook mine.toml --text-field headline \\
      --label-field theme1 --label-field theme2 --map 1=economic --map 2=health --map 99=O
  What was annotated before, instead of running the pipeline:
    pressmark evaluate stance gold.csv --annotated annotated.jsonl";

/// Hold the pipeline against gold annotations
///
/// The table goes to standard error, the same numbers as JSON to standard output.
#[derive(Debug, Args)]
#[command(after_help = EVALUATE_EXAMPLES)]
pub(crate) struct EvaluateArgs {
    /// What to evaluate
    #[arg(value_enum)]
    pub(crate) task: EvaluateTask,
    /// The gold annotations: a file or a folder
    pub(crate) gold: PathBuf,
    /// Write each prediction beside its gold, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: Option<PathBuf>,
    /// Take predictions from this file, as `pressmark annotate` wrote it, instead of running the pipeline
    #[arg(long, value_name = "FILE")]
    pub(crate) annotated: Option<PathBuf>,
    /// Labels of entities
    #[arg(long, value_enum, default_value_t = Labels::News)]
    pub(crate) labels: Labels,
    /// Codebook of frames: the name of a shipped one or a TOML file [default: the shipped one that has most of the labels]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) codebook: Option<String>,
    #[command(flatten)]
    pub(crate) fields: GoldArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
}

/// What can be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EvaluateTask {
    /// Entities: CoNLL columns (BIO, BIOES or IO), a file or a folder of them; strict F1
    Ner,
    /// Sentences: CoNLL-U, or JSONL {text, sentences}; boundary F1
    Sentences,
    /// Quotations: a folder with text/*.txt and attributions/*.ann (brat); F1 of contents, speaker, cue
    Quotes,
    /// Tone towards a mention: JSONL as in NewsMTSC; accuracy, macro F1
    Sentiment,
    /// Frames: JSONL {text, label: []}, CSV or TSV; F1 of each label, macro F1, average precision
    Frames,
    /// Stance towards a target: JSONL {text, target, label}, CSV or TSV; macro F1, F1 for and against
    Stance,
    /// Summaries: a folder with articles/ and summaries/, or JSONL {text, references: []}; ROUGE beside baselines
    Summaries,
    /// Articles out of pages: a folder with ground-truth.json and html/*.html.gz; F1 by shingles of four words
    Articles,
}

impl EvaluateTask {
    fn name(self) -> &'static str {
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
    fn stage(self) -> Option<&'static str> {
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

/// Where predictions go beside their gold, one JSON object a line.
struct Predictions(Option<Box<dyn Write>>);

impl Predictions {
    fn open(path: Option<&PathBuf>) -> Result<Self> {
        let file = path.map(|path| {
            let file = fs::File::create(path).with_context(|| format!("failed to create {}", path.display()))?;
            Ok::<_, anyhow::Error>(Box::new(std::io::BufWriter::new(file)) as Box<dyn Write>)
        });
        Ok(Self(file.transpose()?))
    }

    fn write(&mut self, line: &Value) -> Result<()> {
        match &mut self.0 {
            Some(file) => writeln!(file, "{line}").context("failed to write a prediction"),
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), |mut file| file.flush().context("failed to write the last predictions"))
    }
}

/// What every evaluation starts from.
struct Bench<'a> {
    args: &'a EvaluateArgs,
    annotated: Option<Rc<Annotated>>,
    predictions: Predictions,
    model: OnceCell<Arc<Model>>,
}

/// Gold texts as documents, with what is predicted for them.
enum Documents {
    Annotator(Annotator),
    Stage(Box<dyn Stage>),
    Annotated(Rc<Annotated>),
}

impl Bench<'_> {
    fn model(&self) -> Result<Arc<Model>> {
        if let Some(model) = self.model.get() {
            return Ok(Arc::clone(model));
        }
        let model = model::load(&self.args.model.encoder())?;
        Ok(Arc::clone(self.model.get_or_init(|| model)))
    }

    /// Documents that go through these stages and what they need, or that are annotated already.
    fn documents(&self, stages: &[&str]) -> Result<Documents> {
        match &self.annotated {
            Some(annotated) => Ok(Documents::Annotated(Rc::clone(annotated))),
            None => self.through(&self.stage_args(stages)),
        }
    }

    /// Documents that go through the stages of these arguments.
    fn through(&self, args: &StageArgs) -> Result<Documents> {
        Ok(Documents::Annotator(self.annotator(args)?))
    }

    /// The annotator that these arguments ask for.
    fn annotator(&self, args: &StageArgs) -> Result<Annotator> {
        let settings = Settings { model: ModelSource::Loaded(self.model()?), ..args.settings()? };
        stages::annotator(settings, &self.args.model)
    }

    fn stage_args(&self, stages: &[&str]) -> StageArgs {
        let codebook = self.args.codebook.iter().cloned().collect();
        StageArgs {
            stages: stages.iter().map(|&name| name.to_owned()).collect(),
            labels: self.args.labels,
            codebook,
            ..StageArgs::default()
        }
    }
}

impl Documents {
    /// The document of a gold text.
    fn of(&self, place: &str, id: Option<&str>, text: &str) -> Result<Document> {
        match self {
            Self::Annotated(annotated) => annotated.document(place, id, text),
            Self::Annotator(_) | Self::Stage(_) => self.complete(Document::from_text(id.unwrap_or(place), text)),
        }
    }

    /// Runs the stages, where there are any, over a document.
    fn complete(&self, mut doc: Document) -> Result<Document> {
        let stages = match self {
            Self::Annotator(annotator) => annotator.stages(),
            Self::Stage(stage) => std::slice::from_ref(stage),
            Self::Annotated(_) => &[],
        };
        for stage in stages {
            stage.run(&mut doc).with_context(|| format!("the stage {} failed on {}", stage.name(), doc.id))?;
        }
        Ok(doc)
    }
}

pub(crate) fn run(args: EvaluateArgs) -> Result<Outcome> {
    let annotated = args.annotated.as_ref().map(|path| Annotated::open(path).map(Rc::new)).transpose()?;
    if let (Some(annotated), Some(stage)) = (&annotated, args.task.stage()) {
        annotated.require(stage)?;
    }
    let predictions = Predictions::open(args.predictions.as_ref())?;
    let mut bench = Bench { args: &args, annotated, predictions, model: OnceCell::new() };
    let table: Table = match args.task {
        EvaluateTask::Ner => ner::evaluate(&mut bench),
        EvaluateTask::Sentences => sentences::evaluate(&mut bench),
        EvaluateTask::Quotes => quotes::evaluate(&mut bench),
        EvaluateTask::Sentiment => sentiment::evaluate(&mut bench),
        EvaluateTask::Frames => frames::evaluate(&mut bench),
        EvaluateTask::Stance => stance::evaluate(&mut bench),
        EvaluateTask::Summaries => summaries::evaluate(&mut bench),
        EvaluateTask::Articles => articles::evaluate(&mut bench),
    }?;
    bench.predictions.finish()?;
    write!(anstream::stderr(), "{}", terminal::clean(&table.text()))?;
    writeln!(std::io::stdout().lock(), "{}", table.json(args.task.name(), &args.gold))?;
    Ok(Outcome::Good)
}

/// Code points before each byte offset of a text: what other programs count in.
struct Points(Vec<usize>);

impl Points {
    fn new(text: &str) -> Self {
        Self(text.char_indices().map(|(i, _)| i).collect())
    }

    /// `[start, end]` in code points.
    fn pair(&self, span: Span) -> Value {
        let at = |byte: usize| self.0.partition_point(|&i| i < byte);
        json!([at(span.start), at(span.end)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_in_code_points() {
        let text = "Été à Nice";
        let points = Points::new(text);
        assert_eq!(points.pair(Span::new(9, 13)), json!([6, 10]));
        assert_eq!(points.pair(Span::new(0, 5)), json!([0, 3]));
    }
}
