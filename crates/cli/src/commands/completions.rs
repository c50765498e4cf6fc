use std::io::Write;

use anyhow::Result;
use clap::{Args, Command};

use crate::Outcome;

/// Print a shell completion script
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Writes the completion script for the whole command line.
pub(crate) fn run(args: CompletionsArgs, mut program: Command) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "pressmark", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(Outcome::Good)
}
