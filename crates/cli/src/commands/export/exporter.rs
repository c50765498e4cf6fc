use std::path::Path;

use anyhow::{Result, anyhow};
use pressmark_jsonl::Record;

/// Writes records one after the other in a format.
pub(crate) trait Exporter {
    /// Takes the next record; the inner error is what is wrong with this record alone, which is then left out.
    fn add(&mut self, record: &Record<'_>) -> Result<Result<(), String>>;

    /// Ends what is written, gives the files their names, and says what they are: `19 tables in tables/ (1.2 MB)`.
    fn finish(self: Box<Self>) -> Result<String>;
}

/// A file that is there is not replaced unless that was asked for.
pub(crate) fn refused(path: &Path) -> anyhow::Error {
    anyhow!("{} is there already: name another output (-o), or replace it (--overwrite)", path.display())
}
