use std::num::NonZeroU64;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use pressmark_run::{IfExists, merge};

use crate::advice::advise;
use crate::{Outcome, terminal};

const MERGE_EXAMPLES: &str = "\
Example:
  Two machines that see the same files, then one output:
    pressmark annotate crawl/ --shard 1/2 -o one.jsonl
    pressmark annotate crawl/ --shard 2/2 -o two.jsonl
    pressmark merge one.jsonl two.jsonl -o crawl.jsonl";

/// Merge the shards of a run, and check that no document is missing or duplicated
///
/// The result is byte for byte that of a run that was not split: ids are made unique and duplicates found across all
/// shards. Each shard is checked row by row against the journal beside it.
#[derive(Debug, Args)]
#[command(after_help = MERGE_EXAMPLES)]
pub(crate) struct MergeArgs {
    /// The shards, in any order, as they were given to -o
    #[arg(required = true, value_name = "SHARD")]
    pub(crate) shards: Vec<PathBuf>,

    /// Where to write: a file (.jsonl, also .jsonl.gz and .jsonl.zst); a folder, which gets annotated.jsonl and a
    /// dataset card; or `-` for standard output
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,

    /// Split the output into files of at most this many rows, named FILE-000000, FILE-000001, …
    #[arg(long, value_name = "ROWS")]
    pub(crate) shard_rows: Option<NonZeroU64>,

    /// Replace the output of an earlier run, finished or not, and start over
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Print no closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

pub(crate) fn run(args: MergeArgs) -> Result<Outcome> {
    let if_exists = if args.overwrite { IfExists::Overwrite } else { IfExists::Refuse };
    let rows_each = args.shard_rows.map(NonZeroU64::get);
    let counts = merge(&args.shards, &args.output, rows_each, if_exists).map_err(advise)?;
    let (documents, bad) = (counts.ok + counts.partial + counts.failed, counts.partial + counts.failed);
    if !args.quiet {
        let (shards, duplicates) = (args.shards.len(), counts.duplicates);
        terminal::say(&format!(
            "{documents} documents from {shards} shards, each of the input list exactly once, {} failed, {} partial, {duplicates} duplicates",
            counts.failed, counts.partial
        ));
    }
    Ok(if bad > 0 { Outcome::SomeFailed } else { Outcome::Good })
}
