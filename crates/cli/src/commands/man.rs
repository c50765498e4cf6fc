use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Command};

use crate::Outcome;

/// Write the manual pages, one a command
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder to write them to; it is made where it is missing
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// Writes `pressmark.1`, `pressmark-annotate.1` and so on, of the whole command line, `program`.
pub(crate) fn run(args: ManArgs, program: Command) -> Result<Outcome> {
    let folder = &args.output;
    fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
    // The help of a command is a command of every level; it has nothing to say that its page does not say.
    clap_mangen::generate_to(program.disable_help_subcommand(true), folder)
        .with_context(|| format!("failed to write the manual pages to {}", folder.display()))?;
    Ok(Outcome::Good)
}
