//! The `pressmark` command: arguments → settings → run, one module a subcommand.

mod advice;
mod args;
mod commands;
mod interrupt;
mod memory;
mod model;
mod report;
mod settings;
mod stages;
mod terminal;
mod wrap;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// Annotates news pages: clean text, entities, quotations with their speakers, a summary, frames
/// and stances, one JSON line a document, every annotation pointing back to the bytes it came from.
#[derive(Debug, Parser)]
#[command(name = "pressmark", version, max_term_width = 100, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Annotate(commands::annotate::AnnotateArgs),
    Merge(commands::merge::MergeArgs),
    Group(Box<commands::group::GroupArgs>),
    Inspect(commands::inspect::InspectArgs),
    Report(commands::report::ReportArgs),
    Verify(commands::verify::VerifyArgs),
    Evaluate(commands::evaluate::EvaluateArgs),
    Bench(commands::bench::BenchArgs),
    Codebook(commands::codebook::CodebookArgs),
    Schema(commands::schema::SchemaArgs),
    Models(commands::models::ModelsArgs),
    Completions(commands::completions::CompletionsArgs),
}

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
    let matches = command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = match cli.command {
        Command::Annotate(args) => {
            // The arguments as they were given: a run that is resumed must have the same.
            commands::annotate::run(args, matches.subcommand_matches("annotate").unwrap_or(&matches))
        }
        Command::Merge(args) => commands::merge::run(args),
        Command::Group(args) => commands::group::run(*args),
        Command::Inspect(args) => commands::inspect::run(args),
        Command::Report(args) => commands::report::run(args),
        Command::Evaluate(args) => commands::evaluate::run(args),
        Command::Bench(args) => commands::bench::run(args),
        Command::Codebook(args) => commands::codebook::run(args),
        Command::Schema(args) => commands::schema::run(args),
        Command::Models(args) => commands::models::run(args),
        Command::Verify(args) => commands::verify::run(args),
        Command::Completions(args) => commands::completions::run(args, command()),
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

/// The command with its long version: what weights are inside, and what they may be used for.
fn command() -> clap::Command {
    let mut version = env!("CARGO_PKG_VERSION").to_owned();
    // Of models that cannot be read every run says so; `--version` is asked when nothing works.
    for model in pressmark::bundled_models().unwrap_or_default() {
        let licence = model.licence.as_deref().unwrap_or("not stated");
        let chosen = if model.is_default { "default".to_owned() } else { format!("--model {}", model.short) };
        version.push_str(&format!("\nmodel {} ({chosen}), licence of the weights: {licence}", model.id));
    }
    Cli::command().long_version(version)
}

/// Whether whoever reads our output has had enough, as `head` does: no error.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let is_pipe = |e: &std::io::Error| e.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(is_pipe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        command().debug_assert();
    }
}
