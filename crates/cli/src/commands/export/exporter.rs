use std::path::Path;

use anyhow::{Result, anyhow};
use pressmark_jsonl::Record;

/// Writes records one by one in some format.
pub(crate) trait Exporter {
    /// Adds a record. The inner error concerns this record alone, which is left out.
    fn add(&mut self, record: &Record<'_>) -> Result<Result<(), String>>;

    /// Finishes the files, moves them to their final names and describes them: `19 tables in tables/ (1.2 MB)`.
    fn finish(self: Box<Self>) -> Result<String>;
}

/// Builds the error for an existing file that `--overwrite` would replace.
pub(crate) fn refused(path: &Path) -> anyhow::Error {
    anyhow!("{} already exists: choose another output (-o), or replace it (--overwrite)", path.display())
}
