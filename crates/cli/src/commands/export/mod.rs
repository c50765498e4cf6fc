//! The `export` command: writes annotated rows as flat tables or in the formats of other tools.

pub(crate) mod exporter;
mod formats;
mod tables;
mod tools;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;
use indicatif::HumanDuration;
use pressmark_jsonl::Record;
use pressmark_run::refuse_to_replace;
use pressmark_tables::{dictionary, open_rows};

use self::exporter::Exporter;
use self::formats::ExportFormat;
use super::verify::lines::{Line, Lines};
use crate::advice::advise;
use crate::args::file_name;
use crate::progress::Progress;
use crate::report::plural;
use crate::{Outcome, interrupt, rows, terminal};

const EXPORT_EXAMPLES: &str = "\
Examples:
  Flat tables for R, pandas or a spreadsheet, one file each:
    pressmark annotate seeds -o annotated.jsonl
    pressmark export annotated.jsonl --to csv -o tables/
  Only entities and their mentions:
    pressmark export annotated.jsonl --to csv --tables documents,entities,mentions -o tables/
  Correct entities, quotations and frames in Label Studio:
    pressmark export annotated.jsonl --to label-studio -o label-studio/
  What each column means:
    pressmark export --dictionary";

/// Export annotated documents as flat tables, or in the formats of other tools
///
/// Annotation tools get what people correct: entities, quotations with speakers, frames; `pressmark import` reads the
/// corrections back. Every table has the column `doc`, the id of the document; docs/data-dictionary.md, or
/// --dictionary, describes each column. Rows are read and written one at a time, so memory does not grow with their
/// number.
#[derive(Debug, Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub(crate) struct ExportArgs {
    /// Files written by `pressmark annotate` (.jsonl, .jsonl.gz, .jsonl.zst, .parquet), folders of them, or `-` for
    /// standard input
    #[arg(required_unless_present = "dictionary", value_name = "ROWS")]
    pub(crate) rows: Vec<PathBuf>,

    /// Output format
    #[arg(long, value_enum, required_unless_present = "dictionary", value_name = "FORMAT")]
    pub(crate) to: Option<ExportFormat>,

    /// Folder for the files; created if missing
    #[arg(short, long, required_unless_present = "dictionary", value_name = "FOLDER", value_parser = file_name())]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) tables: tables::TableArgs,

    /// Replace existing files
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Print the data dictionary in Markdown, and do nothing else
    #[arg(long, exclusive = true)]
    pub(crate) dictionary: bool,

    /// Print no progress and no closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

pub(crate) fn run(args: ExportArgs) -> Result<Outcome> {
    if args.dictionary {
        std::io::stdout().lock().write_all(dictionary().as_bytes())?;
        return Ok(Outcome::Good);
    }
    let (Some(format), Some(output)) = (args.to, &args.output) else {
        bail!("name a format (--to) and an output (-o)");
    };
    if matches!(format, ExportFormat::Tool(_)) && !args.tables.tables.is_empty() {
        bail!("--tables applies only to tables (--to csv, parquet or arrow)");
    }
    let stop = interrupt::watch()?;
    let start = Instant::now();
    let inputs = rows::files_of(&args.rows)?;
    for file in format.files(output, &args.tables) {
        refuse_to_replace(&file, &inputs).map_err(advise)?;
    }
    let mut exporter = format.begin(output, &args.tables, args.overwrite)?;
    let mut reading = Reading { progress: Progress::new(args.quiet), stop, documents: 0, bad: 0, first: None };
    for path in &inputs {
        if !reading.file(path, &mut *exporter)? {
            return Ok(Outcome::Interrupted);
        }
    }
    if reading.documents == 0 && reading.bad > 0 {
        bail!("there is no row that can be exported{}", reading.first());
    }
    let written = exporter.finish()?;
    if !args.quiet {
        let (documents, time) = (plural(reading.documents, "document"), HumanDuration(start.elapsed()));
        terminal::say(&format!("{documents} in {written}, in {time}"));
        if reading.bad > 0 {
            terminal::say(&format!("{} skipped{}", plural(reading.bad, "line"), reading.first()));
        }
    }
    Ok(if reading.bad == 0 { Outcome::Good } else { Outcome::SomeFailed })
}

/// Progress of reading the rows.
struct Reading {
    progress: Progress,
    stop: Arc<AtomicBool>,
    documents: u64,
    /// Lines that are not rows, or rows that cannot be exported.
    bad: u64,
    /// Description of the first of them.
    first: Option<String>,
}

impl Reading {
    /// Exports the rows of a file; returns `false` if interrupted.
    fn file(&mut self, path: &Path, exporter: &mut dyn Exporter) -> Result<bool> {
        let shown = path.display();
        for (line, number) in Lines::new(open_rows(path)?).zip(1u64..) {
            if self.stop.load(Ordering::SeqCst) {
                return Ok(false);
            }
            let place = format_args!("line {number} of {shown}");
            match line {
                Line::Row(row) => match serde_json::from_slice::<Record<'_>>(&row) {
                    Ok(record) => match exporter.add(&record)? {
                        Ok(()) => {
                            self.documents += 1;
                            self.progress.step("documents exported");
                        }
                        Err(what) => self.note(format!("{place} is not a complete row: {what}")),
                    },
                    Err(error) => self.note(format!("{place} is not a pressmark/1 record: {error}")),
                },
                Line::Broken(what) => self.note(format!("{place} {what}")),
                // A run over no input leaves an empty file, which is not an error here.
                Line::End(Some(_)) if number == 1 && rows::is_empty(path) => {}
                Line::End(Some(what)) => self.note(format!("{shown} has a problem: {what}")),
                Line::End(None) => {}
            }
        }
        Ok(true)
    }

    fn note(&mut self, what: String) {
        self.bad += 1;
        self.first.get_or_insert(what);
    }

    fn first(&self) -> String {
        self.first.as_ref().map_or_else(String::new, |first| format!(": {first}"))
    }
}
