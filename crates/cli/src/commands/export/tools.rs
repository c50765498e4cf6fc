use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pressmark_exchange::Format;
use pressmark_jsonl::Record;

use super::exporter::{Exporter, refused};
use crate::report::plural;

/// Keeps the rows and writes them all at the end: the files of most tools say things of all documents at once.
pub(super) struct Tool {
    format: Format,
    folder: PathBuf,
    overwrite: bool,
    rows: Vec<Record<'static>>,
}

pub(super) fn begin(folder: &Path, format: Format, overwrite: bool) -> Box<dyn Exporter> {
    Box::new(Tool { format, folder: folder.to_owned(), overwrite, rows: Vec::new() })
}

impl Exporter for Tool {
    fn add(&mut self, record: &Record<'_>) -> Result<Result<(), String>> {
        self.rows.push(record.clone().into_owned());
        Ok(Ok(()))
    }

    fn finish(self: Box<Self>) -> Result<String> {
        let files = pressmark_exchange::export(&self.rows, self.format);
        fs::create_dir_all(&self.folder).with_context(|| format!("failed to make {}", self.folder.display()))?;
        let path = |file: &pressmark_exchange::File| self.folder.join(&file.name);
        if let Some(there) = files.iter().map(path).find(|path| !self.overwrite && path.exists()) {
            return Err(refused(&there));
        }
        for file in &files {
            let path = path(file);
            fs::write(&path, &file.bytes).with_context(|| format!("failed to write {}", path.display()))?;
        }
        Ok(format!("{} of {} in {}", plural(files.len() as u64, "file"), self.format.as_str(), self.folder.display()))
    }
}
