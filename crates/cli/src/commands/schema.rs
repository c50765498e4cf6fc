use std::io::Write;

use anyhow::Result;
use clap::Args;
use pressmark_jsonl::{dataset_card, json_schema, story};

use crate::Outcome;

/// Print the JSON Schema of the annotated record, or of a story
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Print the columns for Hugging Face `datasets` instead: a README.md with `dataset_info.features`
    #[arg(long)]
    pub(crate) datasets: bool,
    /// Print the JSON Schema of a row of `pressmark group` instead
    #[arg(long, conflicts_with = "datasets")]
    pub(crate) stories: bool,
}

pub(crate) fn run(args: SchemaArgs) -> Result<Outcome> {
    let text = if args.datasets {
        dataset_card("annotated.jsonl")
    } else if args.stories {
        format!("{:#}\n", story::json_schema())
    } else {
        format!("{:#}\n", json_schema())
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Good)
}
