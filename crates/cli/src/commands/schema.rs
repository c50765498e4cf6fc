use std::io::Write;

use anyhow::Result;
use pressmark_jsonl::{dataset_card, json_schema};

use crate::Outcome;
use crate::args::SchemaArgs;

pub(crate) fn run(args: SchemaArgs) -> Result<Outcome> {
    let text = if args.datasets { dataset_card("annotated.jsonl") } else { format!("{:#}\n", json_schema()) };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Good)
}
