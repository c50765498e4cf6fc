use std::io::Write;

use anyhow::Result;
use clap::Args;
use pressmark_jsonl::{dataset_card, json_schema};

use crate::Outcome;

/// Print the JSON Schema of the annotated record
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Print the columns for Hugging Face `datasets` instead: a README.md with `dataset_info.features`
    #[arg(long)]
    pub(crate) datasets: bool,
}

pub(crate) fn run(args: SchemaArgs) -> Result<Outcome> {
    let text = if args.datasets { dataset_card("annotated.jsonl") } else { format!("{:#}\n", json_schema()) };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Good)
}
