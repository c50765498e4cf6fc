use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pressmark_exchange::Format;
use pressmark_jsonl::Record;
use tempfile::TempDir;

use super::exporter::{Exporter, refused};
use crate::report::plural;

/// Writes the files of an annotation tool; they get their final names only once all are complete.
pub(super) struct Tool {
    exporter: pressmark_exchange::Exporter,
    format: Format,
    folder: PathBuf,
    /// Temporary folder inside the output folder, removed if the export fails.
    unfinished: TempDir,
    overwrite: bool,
    /// Name and writer of the current file.
    open: Option<(String, BufWriter<File>)>,
    count: u64,
}

pub(super) fn begin(folder: &Path, format: Format, overwrite: bool) -> Result<Box<dyn Exporter>> {
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    let unfinished = tempfile::Builder::new().prefix(".unfinished-").tempdir_in(folder);
    Ok(Box::new(Tool {
        exporter: pressmark_exchange::Exporter::new(format),
        format,
        folder: folder.to_owned(),
        unfinished: unfinished.with_context(|| format!("failed to create a folder in {}", folder.display()))?,
        overwrite,
        open: None,
        count: 0,
    }))
}

impl Tool {
    fn write(&mut self, pieces: Vec<pressmark_exchange::File>) -> Result<()> {
        for piece in pieces {
            let path = self.folder.join(&piece.name);
            let failed = || format!("failed to write {}", path.display());
            if self.open.as_ref().is_none_or(|(name, _)| *name != piece.name) {
                self.close()?;
                if !self.overwrite && path.exists() {
                    return Err(refused(&path));
                }
                let file = File::create(self.unfinished.path().join(&piece.name)).with_context(failed)?;
                self.open = Some((piece.name.clone(), BufWriter::new(file)));
                self.count += 1;
            }
            if let Some((_, out)) = &mut self.open {
                out.write_all(&piece.bytes).with_context(failed)?;
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let Some((name, mut out)) = self.open.take() else { return Ok(()) };
        out.flush().with_context(|| format!("failed to write {}", self.folder.join(name).display()))
    }
}

impl Exporter for Tool {
    fn add(&mut self, record: &Record<'_>) -> Result<Result<(), String>> {
        let pieces = self.exporter.add(record);
        self.write(pieces)?;
        Ok(Ok(()))
    }

    fn finish(mut self: Box<Self>) -> Result<String> {
        let pieces = self.exporter.finish();
        self.write(pieces)?;
        self.close()?;
        for file in fs::read_dir(self.unfinished.path())? {
            let file = file?;
            let path = self.folder.join(file.file_name());
            fs::rename(file.path(), &path).with_context(|| format!("failed to rename a file to {}", path.display()))?;
        }
        Ok(format!("{} of {} in {}", plural(self.count, "file"), self.format.as_str(), self.folder.display()))
    }
}
