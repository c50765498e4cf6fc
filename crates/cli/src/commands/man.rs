use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Command};
use clap_mangen::Man;

use crate::Outcome;
use crate::args::file_name;

/// Write the manual pages, one per command
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Folder to write them to; created if missing
    #[arg(short, long, value_name = "DIR", value_parser = file_name())]
    pub(crate) output: PathBuf,
}

/// Writes the manual pages of the whole command line: `pressmark.1`, `pressmark-annotate.1` and so on.
pub(crate) fn run(args: ManArgs, program: Command) -> Result<Outcome> {
    let folder = &args.output;
    fs::create_dir_all(folder).with_context(|| format!("failed to create the folder {}", folder.display()))?;
    // `help` adds nothing to the pages of the other commands.
    let mut program = program.disable_help_subcommand(true);
    program.build();
    write_pages(&program, folder)
        .with_context(|| format!("failed to write the manual pages to {}", folder.display()))?;
    Ok(Outcome::Good)
}

/// Writes the page of `command` and, recursively, of its subcommands.
fn write_pages(command: &Command, folder: &Path) -> std::io::Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        write_pages(below, folder)?;
    }
    // An empty date keeps builds reproducible; it is quoted because `clap_mangen` would omit an empty argument.
    let page = Man::new(command.clone())
        .date("\"\"")
        .source(concat!("pressmark ", env!("CARGO_PKG_VERSION")))
        .manual("pressmark");
    page.generate_to(folder)?;
    Ok(())
}
