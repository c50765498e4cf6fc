//! Holds the pipeline against gold annotations, with the metric that the field uses.

mod ner;
mod quotes;
mod sentiment;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use pressmark_encoder::Model;
use pressmark_tokenize::{Subwords, Tokenizer};
use serde_json::{Map, Value, json};

use crate::args::{Labels, ModelArgs, parse_pair};
use crate::{Outcome, model};

const EVALUATE_EXAMPLES: &str = "\
Examples:
  Strict entity F1 on CoNLL columns:
    pressmark evaluate ner dev.txt --labels conll03
  On a folder of articles whose labels have other names:
    pressmark evaluate ner articles/ --map Person=PERSON --map Organization=ORG --map Money=O
  Quotations against brat annotations (folders text/ and attributions/):
    pressmark evaluate quotes polnear/dev --predictions quotes.jsonl";

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
    /// Labels of entities
    #[arg(long, value_enum, default_value_t = Labels::News)]
    pub(crate) labels: Labels,
    /// Take a label of the gold data for one of ours; `X=O` leaves X out
    #[arg(long, value_name = "THEIRS=OURS", value_parser = parse_pair)]
    pub(crate) map: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
}

/// What can be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EvaluateTask {
    /// Entities: CoNLL columns (BIO, BIOES or IO), a file or a folder of them
    Ner,
    /// Quotations: a folder with text/*.txt and attributions/*.ann (brat)
    Quotes,
    /// Tone towards a mention: JSONL as in NewsMTSC
    Sentiment,
}

/// What an evaluation found: named rows of numbers.
struct Table {
    columns: &'static [&'static str],
    rows: Vec<(String, Vec<f64>)>,
}

impl Table {
    /// For people: one line a row, shares as percentages with two decimals, counts as they are.
    fn text(&self) -> String {
        let width = self.rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let header: String = self.columns.iter().map(|column| format!("  {column:>12}")).collect();
        let mut text = format!("{:width$}{header}\n", "");
        for (name, values) in &self.rows {
            let cell = |v: &f64| if v.fract() == 0.0 && *v > 1.0 { format!("  {v:>12}") } else { percent(*v) };
            text.push_str(&format!("{name:width$}{}\n", values.iter().map(cell).collect::<String>()));
        }
        text
    }

    /// For programs: shares in [0, 1].
    fn json(&self, task: &str, gold: &Path) -> Value {
        let row = |(name, values): &(String, Vec<f64>)| {
            let cells = self.columns.iter().zip(values).map(|(c, v)| ((*c).to_owned(), json!(v)));
            Value::Object(std::iter::once(("name".to_owned(), json!(name))).chain(cells).collect::<Map<_, _>>())
        };
        json!({ "task": task, "gold": gold.display().to_string(), "rows": self.rows.iter().map(row).collect::<Vec<_>>() })
    }
}

fn percent(share: f64) -> String {
    format!("  {:>12.2}", 100.0 * share)
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
}

/// What every evaluation starts from.
struct Bench {
    model: Arc<Model>,
    tokenizer: Tokenizer,
    predictions: Predictions,
}

pub(crate) fn run(args: EvaluateArgs) -> Result<Outcome> {
    let model = model::load(&args.model)?;
    let subwords = Subwords::from_json(model.tokenizer_json()).context("failed to read the model's tokenizer")?;
    let tokenizer = Tokenizer::new(subwords, pressmark_tokenize::Options { max_window: model.max_window() })?;
    let mut bench = Bench { model, tokenizer, predictions: Predictions::open(args.predictions.as_ref())? };
    let (name, table) = match args.task {
        EvaluateTask::Ner => ("ner", ner::evaluate(&mut bench, &args)?),
        EvaluateTask::Quotes => ("quotes", quotes::evaluate(&mut bench, &args.gold)?),
        EvaluateTask::Sentiment => ("sentiment", sentiment::evaluate(&mut bench, &args.gold)?),
    };
    write!(anstream::stderr(), "{}", table.text())?;
    writeln!(std::io::stdout().lock(), "{}", table.json(name, &args.gold))?;
    Ok(Outcome::Good)
}

/// The files of a folder in the order of their names, or the one file.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).with_context(|| format!("failed to read the folder {}", path.display()))?;
    let mut files = entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| path.is_file());
    files.sort();
    if files.is_empty() {
        bail!("the folder {} holds no file", path.display());
    }
    Ok(files)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_as_percentages_and_as_shares() {
        let table = Table { columns: &["f1", "gold"], rows: vec![("PER".into(), vec![0.945, 12.0])] };
        assert_eq!(table.text(), "               f1          gold\nPER         94.50            12\n");
        let json = table.json("ner", Path::new("dev.txt"));
        assert_eq!(json["rows"][0], json!({ "name": "PER", "f1": 0.945, "gold": 12.0 }));
    }
}
