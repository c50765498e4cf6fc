use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use pressmark_jsonl::Record;
use pressmark_tables::TableFormat;

use super::tables::{self, TableArgs};

/// What `export` can write. A format is added by its name here and its arm in [`files`](Self::files) and
/// [`begin`](Self::begin).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Flat tables: comma-separated values, one file a table
    Csv,
}

/// Writes records one after the other in a format.
pub(crate) trait Exporter {
    /// Takes the next record; the inner error is what is wrong with this record alone, which is then left out.
    fn add(&mut self, record: &Record<'_>) -> Result<Result<(), String>>;

    /// Ends what is written, gives the files their names, and says what they are: `19 tables in tables/ (1.2 MB)`.
    fn finish(self: Box<Self>) -> Result<String>;
}

impl ExportFormat {
    /// The files that would be written: none may be one that is read.
    pub(crate) fn files(self, output: &Path, args: &TableArgs) -> Result<Vec<PathBuf>> {
        match self {
            Self::Csv => Ok(tables::files(output, TableFormat::Csv, args)),
        }
    }

    /// Begins the files; none that is there is replaced unless `overwrite` says so.
    pub(crate) fn begin(self, output: &Path, args: &TableArgs, overwrite: bool) -> Result<Box<dyn Exporter>> {
        match self {
            Self::Csv => tables::begin(output, TableFormat::Csv, args, overwrite),
        }
    }
}
