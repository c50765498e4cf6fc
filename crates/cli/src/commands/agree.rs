use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use pressmark_agree::{Coder, Options, agreement};
use pressmark_tables::open_rows;

use crate::{Outcome, terminal};

const AGREE_EXAMPLES: &str = "\
Examples:
  Two people who corrected the same documents:
    pressmark import ana.json --from label-studio --rows annotated.jsonl -o ana.jsonl
    pressmark import ben.json --from label-studio --rows annotated.jsonl -o ben.jsonl
    pressmark agree ana.jsonl ben.jsonl
  The program as a third coder, as JSON:
    pressmark agree ana.jsonl ben.jsonl annotated.jsonl --format json";

/// Measure agreement between coders, people or the program, on the same documents
///
/// Cohen's kappa and Krippendorff's alpha of frames, stances, tone and speakers; F1 and gamma of entities and
/// quotations, label by label, each with the 95 % interval of a bootstrap over documents. Rows are matched by id, else
/// by URL, else by text; documents without a match are listed.
#[derive(Debug, Args)]
#[command(after_help = AGREE_EXAMPLES)]
pub(crate) struct AgreeArgs {
    /// The rows of each coder, one file each (.jsonl, .jsonl.gz, .jsonl.zst, .parquet); two or more
    #[arg(required = true, num_args = 2.., value_name = "ROWS")]
    pub(crate) coders: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub(crate) format: TableFormat,
    /// Number of bootstrap samples for the intervals; 0 for none
    #[arg(long, default_value_t = Options::default().resamples, value_name = "N")]
    pub(crate) resamples: usize,
    /// Random seed of the bootstrap
    #[arg(long, default_value_t = Options::default().seed, value_name = "N")]
    pub(crate) seed: u64,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// Tables, for people
    Table,
    /// JSON, for programs
    Json,
}

pub(crate) fn run(args: AgreeArgs) -> Result<Outcome> {
    let names = names(&args.coders);
    let coders: Vec<Coder> =
        args.coders.iter().zip(names).map(|(path, name)| read(path, name)).collect::<Result<_>>()?;
    let options = Options::default().with_resamples(args.resamples).with_seed(args.seed);
    let found = agreement(&coders, &options)?;
    let mut out = std::io::stdout().lock();
    match args.format {
        TableFormat::Table => write!(out, "{}", terminal::clean(&found.text()))?,
        TableFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&found)?)?,
    }
    Ok(Outcome::Good)
}

fn read(path: &Path, name: String) -> Result<Coder> {
    Coder::read(name, open_rows(path)?).with_context(|| format!("failed to read {}", path.display()))
}

/// Names the coders: the file name without extensions, or the path if two files share that name.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let short = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.split_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned())
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    paths.iter().for_each(|path| *counts.entry(short(path)).or_default() += 1);
    let name = |path: &PathBuf| match short(path) {
        name if counts.get(&name) == Some(&1) => name,
        _ => path.display().to_string(),
    };
    paths.iter().map(name).collect()
}
