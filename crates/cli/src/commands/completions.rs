use std::io::Write;

use anyhow::Result;
use clap::CommandFactory;

use crate::Outcome;
use crate::args::{Cli, CompletionsArgs};

pub(crate) fn run(args: CompletionsArgs) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pressmark", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(Outcome::Good)
}
