use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use pressmark::Settings;
use pressmark_evaluate::{Error, GoldOptions, LabelMap, Options, Task, evaluate};
use pressmark_run::refuse_to_lose_unless_ours;

use crate::advice::advise;
use crate::args::{Labels, ModelArgs, file_name, parse_pair};
use crate::{Outcome, stages, terminal};

const EVALUATE_EXAMPLES: &str = "\
Examples:
  Strict entity F1 on CoNLL columns:
    pressmark evaluate ner dev.txt --labels conll03
  On a folder of articles with other label names, and one label for two of pressmark's:
    pressmark evaluate ner articles/ --map Country=LOC --map Event=O --map LOC+FAC=Place
  Quotations against brat annotations (folders text/ and attributions/):
    pressmark evaluate quotes polnear/dev --predictions quotes.jsonl
  Frames coded in two columns by number, with a codebook of your own:
    pressmark evaluate frames coded.csv --codebook mine.toml --text-field headline \\
      --label-field theme1 --label-field theme2 --map 1=economic --map 2=health --map 99=O
  Stories against events, JSONL {id, event}:
    pressmark evaluate stories events.jsonl --annotated stories.jsonl
  Existing annotations, instead of running the pipeline:
    pressmark evaluate stance gold.csv --annotated annotated.jsonl";

/// Evaluate the pipeline, or existing annotations, against gold annotations
///
/// The table goes to standard error, the same numbers as JSON to standard output.
#[derive(Debug, Args)]
#[command(after_help = EVALUATE_EXAMPLES)]
pub(crate) struct EvaluateArgs {
    /// What to evaluate
    #[arg(value_parser = task_parser())]
    pub(crate) task: Task,
    /// The gold annotations: a file, or a folder, which is searched recursively
    pub(crate) gold: PathBuf,
    /// Write each prediction with its gold annotation, as JSON Lines
    #[arg(long, value_name = "FILE", value_parser = file_name())]
    pub(crate) predictions: Option<PathBuf>,
    /// Replace an existing file, even if it is not a list of predictions
    #[arg(long, requires = "predictions")]
    pub(crate) overwrite: bool,
    /// Take predictions from this file, written by `pressmark annotate` or, for stories and differences, by `pressmark
    /// group`, instead of running the pipeline
    #[arg(long, value_name = "FILE")]
    pub(crate) annotated: Option<PathBuf>,
    /// Label scheme of entities
    #[arg(long, value_enum, default_value_t = Labels::News)]
    pub(crate) labels: Labels,
    /// Codebook of frames: the name of a shipped one or a TOML file [default: the shipped one with most of the labels]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) codebook: Option<String>,
    #[command(flatten)]
    pub(crate) fields: GoldArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
}

/// How gold data are to be read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Gold data")]
pub(crate) struct GoldArgs {
    /// Field or column that holds the text
    #[arg(long, value_name = "NAME")]
    pub(crate) text_field: Option<String>,
    /// Field or column that holds the label; may be given more than once (a column of true and false names its label)
    #[arg(long, value_name = "NAME")]
    pub(crate) label_field: Vec<String>,
    /// Field or column that holds the target of a stance, or the entity that a tone is towards
    #[arg(long, value_name = "NAME")]
    pub(crate) target_field: Option<String>,
    /// Field or column that holds the record's id
    #[arg(long, value_name = "NAME")]
    pub(crate) id_field: Option<String>,
    /// Map a gold label to one of pressmark's; `X=O` drops X, `*=O` drops every unknown label; `OURS+OURS=THEIRS` maps
    /// several of pressmark's to one gold label
    #[arg(long, value_name = "THEIRS=OURS", value_parser = parse_pair)]
    pub(crate) map: Vec<(String, String)>,
    /// Skip bad lines of the gold data, and say which, instead of stopping at the first
    #[arg(long)]
    pub(crate) lenient: bool,
}

impl GoldArgs {
    /// Converts the arguments to options for reading.
    pub(crate) fn options(&self) -> GoldOptions {
        GoldOptions {
            text: self.text_field.clone(),
            labels: self.label_field.clone(),
            target: self.target_field.clone(),
            id: self.id_field.clone(),
            map: LabelMap::new(&self.map),
            lenient: self.lenient,
        }
    }
}

/// Parses task names, with the library's description as help.
fn task_parser() -> impl TypedValueParser<Value = Task> {
    let value = |task: &Task| PossibleValue::new(task.as_str()).help(task.description());
    PossibleValuesParser::new(Task::ALL.iter().map(value)).try_map(|name| name.parse::<Task>())
}

pub(crate) fn run(args: EvaluateArgs) -> Result<Outcome> {
    let mut predictions = args.predictions.as_ref().map(|path| create(path, &args)).transpose()?;
    let encoder = args.model.encoder();
    let settings = Settings {
        model: encoder.bundle.source(),
        precision: encoder.precision.into(),
        scheme: args.labels.into(),
        backends: args.model.backends(),
        ..Settings::default()
    };
    let options =
        Options { gold: args.fields.options(), settings, codebook: args.codebook.clone(), annotated: args.annotated };
    let task = args.task;
    let file = predictions.as_mut().map(|file| file as &mut dyn Write);
    let table = evaluate(task, &args.gold, &options, file).map_err(explain)?;
    if let Some(mut file) = predictions {
        file.flush().context("failed to write the last predictions")?;
    }
    write!(anstream::stderr(), "{}", terminal::clean(&table.text()))?;
    if !table.unknown.is_empty() {
        terminal::say("the gold data have labels that pressmark does not: map them with --map THEIRS=OURS");
    }
    writeln!(std::io::stdout().lock(), "{}", table.json(task.as_str(), &args.gold))?;
    Ok(Outcome::Good)
}

/// Creates the predictions file, after checking that it is not an input.
fn create(path: &PathBuf, args: &EvaluateArgs) -> Result<BufWriter<File>> {
    let codebook = args.codebook.iter().map(PathBuf::from);
    let read: Vec<PathBuf> = args.annotated.iter().cloned().chain(codebook).chain([args.gold.clone()]).collect();
    refuse_to_lose_unless_ours(path, &read, args.overwrite).map_err(advise)?;
    let file = File::create(path).with_context(|| format!("failed to create {}", path.display()))?;
    Ok(BufWriter::new(file))
}

/// Adds the option that fixes the error, if there is one.
pub(crate) fn explain(error: Error) -> anyhow::Error {
    let advice = match &error {
        Error::NoField { what, .. } => format!("name one with --{what}-field"),
        Error::Map { .. } => "see --map".to_owned(),
        Error::NoKnownLabel { .. } => "map them with --map THEIRS=OURS".to_owned(),
        Error::UnknownLabel { label, .. } => format!("or --map {label}=…"),
        Error::NoStories => "write them with pressmark group, and name the file with --annotated".to_owned(),
        Error::NoStance { .. } => "annotate with --target".to_owned(),
        Error::Annotator(pressmark::Error::NoRustBert) => return stages::no_rust_bert(),
        _ => return error.into(),
    };
    anyhow!("{error}; {advice}")
}
