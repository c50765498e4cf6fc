//! The `pressmark` command: arguments → settings → run, one module a subcommand.

mod advice;
mod args;
mod commands;
mod interrupt;
mod model;
mod report;
mod settings;
mod stages;
mod terminal;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::args::{Cli, Command};

/// How a run that could be made ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Every record is good.
    Good,
    /// Some records failed.
    SomeFailed,
    /// The user told it to stop.
    Interrupted,
}

fn main() -> ExitCode {
    pressmark::give_back_large_blocks();
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = match cli.command {
        Command::Annotate(args) => {
            // The arguments as they were given: a run that is resumed must have the same.
            commands::annotate::run(args, matches.subcommand_matches("annotate").unwrap_or(&matches))
        }
        Command::Merge(args) => commands::merge::run(args),
        Command::Inspect(args) => commands::inspect::run(args),
        Command::Evaluate(args) => commands::evaluate::run(args),
        Command::Bench(args) => commands::bench::run(args),
        Command::Codebook(args) => commands::codebook::run(args),
        Command::Schema(args) => commands::schema::run(args),
        Command::Models(args) => commands::models::run(args),
        Command::Verify(args) => commands::verify::run(args),
        Command::Completions(args) => commands::completions::run(args),
    };
    match result {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::SomeFailed) => ExitCode::from(1),
        Ok(Outcome::Interrupted) => ExitCode::from(interrupt::EXIT),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::complain(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Whether whoever reads our output has had enough, as `head` does: no error.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let is_pipe = |e: &std::io::Error| e.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(is_pipe))
}
