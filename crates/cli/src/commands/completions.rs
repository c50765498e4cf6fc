use std::io::Write;

use anyhow::Result;
use clap::{Args, CommandFactory};

use crate::Outcome;
use crate::args::Cli;

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

pub(crate) fn run(args: CompletionsArgs) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pressmark", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(Outcome::Good)
}
