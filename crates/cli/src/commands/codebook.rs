//! The `codebook` command: prints codebooks, and fits heads for their frames to coded texts.

use std::io::Write;
use std::path::PathBuf;
use std::{fs, io};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use pressmark_evaluate::read_coded;
use pressmark_frames::CodedText;
use pressmark_run::refuse_to_lose;

use super::evaluate::{GoldArgs, explain};
use crate::advice::advise;
use crate::args::EncoderArgs;
use crate::{Outcome, model, terminal};

const FIT_EXAMPLES: &str = "\
Examples:
  Fit a codebook to texts that you coded, then use it:
    pressmark codebook fit --codebook water.toml coded.jsonl -o water-fitted.toml
    pressmark annotate pages/ --codebook water-fitted.toml -o annotated.jsonl
  Start a codebook of your own from a shipped one:
    pressmark codebook show policy-frames > mine.toml";

/// Show codebooks of frames, or fit them to coded texts
#[derive(Debug, Args)]
pub(crate) struct CodebookArgs {
    #[command(subcommand)]
    pub(crate) action: CodebookAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CodebookAction {
    /// Write a codebook to standard output, after checking it
    Show {
        /// policy-frames, news-frames, climate-frames, gun-violence-frames or a TOML file
        #[arg(value_name = "NAME|FILE")]
        codebook: String,
        /// Write it as a Markdown document, for people who code by it
        #[arg(long)]
        markdown: bool,
    },
    Fit(Box<FitArgs>),
}

/// Fit a linear head for each frame to texts that people coded
///
/// The texts are JSONL {text, label: []}, CSV or TSV. The result is the codebook with the heads in it, for use with the
/// model that it was fitted for. Frames with fewer than three texts keep their definition and examples.
#[derive(Debug, Args)]
#[command(after_help = FIT_EXAMPLES)]
pub(crate) struct FitArgs {
    /// The coded texts
    pub(crate) examples: PathBuf,
    /// The codebook to fit: the name of a shipped one or a TOML file
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) codebook: String,
    /// Where to write the fitted codebook; `-` is standard output
    #[arg(short, long, default_value = "-", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) fields: GoldArgs,
    #[command(flatten)]
    pub(crate) model: EncoderArgs,
}

pub(crate) fn run(args: CodebookArgs) -> Result<Outcome> {
    match args.action {
        CodebookAction::Show { codebook, markdown } => {
            let codebook = pressmark::codebook(&codebook)?;
            let text = if markdown { codebook.to_markdown() } else { codebook.toml().to_owned() };
            write!(io::stdout().lock(), "{text}")?;
            Ok(Outcome::Good)
        }
        CodebookAction::Fit(args) => fit(&args),
    }
}

fn fit(args: &FitArgs) -> Result<Outcome> {
    let read = [args.examples.clone(), PathBuf::from(&args.codebook)];
    refuse_to_lose(&args.output, &read, args.overwrite).map_err(advise)?;
    let codebook = pressmark::codebook(&args.codebook)?;
    let labels: Vec<String> = codebook.labels().map(str::to_owned).collect();
    let coded = read_coded(&args.examples, &args.fields.options(), &codebook.id(), &labels).map_err(explain)?;
    for (label, (count, place)) in &coded.unknown {
        terminal::say(&format!("not in the codebook, and skipped: {label} ({count}, first {place}); see --map"));
    }
    let coded = coded.texts.into_iter().map(|text| CodedText { text: text.text, labels: text.labels });
    let texts: Vec<CodedText> = coded.collect();
    let model = model::load(&args.model)?;
    let fitted = pressmark_frames::fit(&codebook, &model, &pressmark::tokenizer(&model, usize::MAX)?, &texts)?;
    if args.output.as_os_str() == "-" {
        write!(io::stdout().lock(), "{}", fitted.toml)?;
    } else {
        fs::write(&args.output, &fitted.toml).with_context(|| format!("failed to write {}", args.output.display()))?;
    }
    let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    terminal::say(&format!("{:width$}  {:>6}  {:>14}  {:>12}", "", "texts", "F1 without fit", "F1, held out"));
    for report in &fitted.reports {
        let after = report.after.map_or_else(|| "too few".to_owned(), |f1| format!("{:.2}", 100.0 * f1));
        let before = 100.0 * report.before;
        terminal::say(&format!("{:width$}  {:>6}  {before:>14.2}  {after:>12}", report.label, report.examples));
    }
    if let Some(warning) = fitted.warning() {
        terminal::say(&format!("warning: {warning}"));
    }
    Ok(Outcome::Good)
}
