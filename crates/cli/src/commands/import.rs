//! The `import` command: takes corrections made in other tools back to rows.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pressmark_exchange::{File, Format, Originals, import};
use pressmark_jsonl::write_line;
use pressmark_run::NewFile;

use crate::advice::advise;
use crate::report::plural;
use crate::{Outcome, rows, terminal};

const IMPORT_EXAMPLES: &str = "\
Examples:
  Correct in Label Studio, then measure the program on the corrections:
    pressmark export annotated.jsonl --to label-studio -o label-studio/
    pressmark import project-1.json --from label-studio --rows annotated.jsonl -o corrected.jsonl
    pressmark evaluate frames corrected.jsonl
  Fit a codebook to corrected frames:
    pressmark import brat/ --from brat --rows annotated.jsonl -o corrected.jsonl
    pressmark codebook fit --codebook water.toml corrected.jsonl -o water-fitted.toml";

/// Import corrections from an annotation tool as annotated rows
///
/// Mentions, quotations and frames are those of the tool, with the score 1; everything else is taken from the exported
/// rows (--rows), whose text must be the same. Without them, a row has only the text and these annotations. Documents
/// that nobody has annotated are skipped.
#[derive(Debug, Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(crate) struct ImportArgs {
    /// Files exported from the tool, or folders of them
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Format of the tool
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub(crate) from: Format,
    /// The exported rows; may be given more than once
    #[arg(long, value_name = "ROWS")]
    pub(crate) rows: Vec<PathBuf>,
    /// Where to write the corrected rows (.jsonl, .jsonl.gz, .jsonl.zst); `-` is standard output
    #[arg(short, long, default_value = "-", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Print no closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Parses the names of the formats that can be imported.
fn formats() -> impl TypedValueParser<Value = Format> {
    let read = Format::ALL.into_iter().filter(|format| format.is_read()).map(Format::as_str);
    PossibleValuesParser::new(read.collect::<Vec<_>>())
        .try_map(|name| Format::named(&name).ok_or("no format has this name"))
}

/// Notes to print. Set by hand: a project may have thousands of tasks that nobody has looked at yet, and a note for
/// each.
const NOTES: usize = 10;

pub(crate) fn run(args: ImportArgs) -> Result<Outcome> {
    let read: Vec<PathBuf> = args.files.iter().chain(&args.rows).cloned().collect();
    let mut output = NewFile::create(&args.output, &read, args.overwrite).map_err(advise)?;
    let files = files(&args.files, args.from)?;
    let originals = args.rows.iter().map(|path| rows::read(path)).collect::<Result<Vec<_>>>()?.concat();
    let imported = import(&files, args.from, &Originals::new(originals))?;
    imported.rows.iter().try_for_each(|row| write_line(row, &mut output))?;
    output.finish().map_err(advise)?;
    if !args.quiet {
        imported.notes.iter().take(NOTES).for_each(|note| terminal::say(&format!("note: {note}")));
        if let Some(more @ 1..) = imported.notes.len().checked_sub(NOTES) {
            terminal::say(&format!("note: {more} more"));
        }
        terminal::say(&format!("{} imported", plural(imported.rows.len() as u64, "document")));
    }
    Ok(Outcome::Good)
}

/// Reads the named files, and the files directly inside named folders, sorted by name.
fn files(paths: &[PathBuf], from: Format) -> Result<Vec<File>> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            // A brat annotation file has its text beside it.
            let text = path.with_extension("txt");
            if from == Format::Brat && path.extension().is_some_and(|e| e == "ann") && text.is_file() {
                found.push(text);
            }
            continue;
        }
        let entries = fs::read_dir(path).with_context(|| format!("failed to read {}", path.display()))?;
        let mut inside: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        inside.retain(|path| {
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
            path.is_file() && from.endings().contains(&&*ending)
        });
        inside.sort();
        found.extend(inside);
    }
    if found.is_empty() {
        bail!("there are no {} files (.{}) in the folders", from.as_str(), from.endings().join(", ."));
    }
    let read = |path: PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        Ok(File { name, bytes })
    };
    found.into_iter().map(read).collect()
}
