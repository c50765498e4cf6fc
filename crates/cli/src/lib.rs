//! The `pressmark` command as a function, [`run`].
//!
//! Both the program of that name and the Python package call it, so the package offers the command without a second
//! copy of the models. Each subcommand is one module that turns arguments into settings and runs them.
//!
//! ```
//! assert_eq!(pressmark_cli::run(["pressmark", "--version"]), 0);
//! assert_eq!(pressmark_cli::run(["pressmark", "annotate", "--no-such-option"]), 2);
//! ```
#![deny(missing_docs)]

mod advice;
mod args;
mod commands;
mod interrupt;
mod model;
mod outcome;
mod progress;
mod report;
mod rows;
mod settings;
mod stages;
mod terminal;
mod wrap;

use std::ffi::OsString;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use self::outcome::{Outcome, is_closed_pipe};

/// Annotates news pages: clean text, entities, quotations with their speakers, a summary, frames
/// and stances, one JSON line per document, every annotation pointing back to the bytes it came from.
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
    Export(commands::export::ExportArgs),
    Verify(commands::verify::VerifyArgs),
    Import(commands::import::ImportArgs),
    Evaluate(commands::evaluate::EvaluateArgs),
    Agree(commands::agree::AgreeArgs),
    Bench(commands::bench::BenchArgs),
    Codebook(commands::codebook::CodebookArgs),
    Serve(Box<commands::serve::ServeArgs>),
    Schema(commands::schema::SchemaArgs),
    Models(commands::models::ModelsArgs),
    Completions(commands::completions::CompletionsArgs),
    Man(commands::man::ManArgs),
}

/// Runs the command and returns its exit code: 0 all good, 1 some records failed or were seen only in part, 2 could not
/// run, 130 interrupted.
///
/// `args` starts with the program name. The function assumes it owns the process: it writes to standard output and
/// standard error, handles signals, configures the allocator, and exits on a second Ctrl-C.
pub fn run<A>(args: impl IntoIterator<Item = A>) -> u8
where
    A: Into<OsString> + Clone,
{
    pressmark::give_back_large_blocks();
    let parsed =
        command().try_get_matches_from(args).and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // If the output is closed, nobody is left to tell.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(COULD_NOT_RUN);
        }
    };
    match dispatch(cli.command, &matches) {
        Ok(Outcome::Good) => 0,
        Ok(Outcome::SomeFailed) => 1,
        Ok(Outcome::Interrupted) => interrupt::EXIT,
        Err(error) if is_closed_pipe(&error) => 0,
        Err(error) => {
            terminal::complain(&format!("{error:#}"));
            COULD_NOT_RUN
        }
    }
}

/// Exit code if the command could not run.
const COULD_NOT_RUN: u8 = 2;

fn dispatch(asked: Command, matches: &ArgMatches) -> anyhow::Result<Outcome> {
    match asked {
        Command::Annotate(args) => {
            // The raw arguments: a resumed run must be given the same ones.
            commands::annotate::run(args, matches.subcommand_matches("annotate").unwrap_or(matches))
        }
        Command::Merge(args) => commands::merge::run(args),
        Command::Group(args) => commands::group::run(*args),
        Command::Inspect(args) => commands::inspect::run(args),
        Command::Report(args) => commands::report::run(args),
        Command::Export(args) => commands::export::run(args),
        Command::Import(args) => commands::import::run(args),
        Command::Evaluate(args) => commands::evaluate::run(args),
        Command::Agree(args) => commands::agree::run(args),
        Command::Bench(args) => commands::bench::run(args),
        Command::Codebook(args) => commands::codebook::run(args),
        Command::Serve(args) => commands::serve::run(*args),
        Command::Schema(args) => commands::schema::run(args),
        Command::Models(args) => commands::models::run(args),
        Command::Verify(args) => commands::verify::run(args),
        Command::Completions(args) => commands::completions::run(args, command()),
        Command::Man(args) => commands::man::run(args, command()),
    }
}

/// Builds the command with a long version that lists the bundled weights and their licences.
fn command() -> clap::Command {
    let mut version = env!("CARGO_PKG_VERSION").to_owned();
    // Unreadable models are reported by every other run; `--version` must work when nothing else does.
    for model in pressmark::bundled_models().unwrap_or_default() {
        let licence = model.licence.as_deref().unwrap_or("not stated");
        let chosen = if model.is_default { "default".to_owned() } else { format!("--model {}", model.short) };
        version.push_str(&format!("\nmodel {} ({chosen}), licence of the weights: {licence}", model.id));
    }
    Cli::command().long_version(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        command().debug_assert();
    }
}
