use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pressmark_jsonl::{Record, dataset_card, json_schema, write_line};

/// The file that a folder given as output gets.
const FILE_NAME: &str = "annotated.jsonl";

/// Where lines go: standard output, or a file that has its name only once it is whole.
pub(crate) struct Output {
    writer: Box<dyn Write>,
    target: Option<Target>,
}

struct Target {
    /// What is written to until the end.
    partial: PathBuf,
    path: PathBuf,
    /// Whether the folder gets a dataset card.
    folder: Option<PathBuf>,
}

impl Output {
    /// Opens the output that `path` names: `-`, a file, or a folder.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self { writer: Box::new(BufWriter::new(io::stdout().lock())), target: None });
        }
        let is_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
        let folder = is_folder.then(|| path.to_owned());
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
        }
        let path = folder.as_ref().map_or_else(|| path.to_owned(), |folder| folder.join(FILE_NAME));
        let partial = beside(&path, ".partial");
        let file = File::create(&partial).with_context(|| {
            format!("failed to create {}: check that the folder exists and may be written to", partial.display())
        })?;
        let writer = Box::new(BufWriter::with_capacity(1 << 20, file));
        Ok(Self { writer, target: Some(Target { partial, path, folder }) })
    }

    /// Writes one line; a reader of standard output gets it at once.
    pub(crate) fn write(&mut self, record: &Record<'_>) -> Result<()> {
        write_line(record, &mut self.writer).context("failed to write a line")?;
        if self.target.is_none() {
            self.writer.flush().context("failed to write a line")?;
        }
        Ok(())
    }

    /// Gives the file its name, and writes beside it what readers need to know of the columns.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.writer.flush().context("failed to write the last lines")?;
        let Some(Target { partial, path, folder }) = self.target else { return Ok(()) };
        drop(self.writer);
        fs::rename(&partial, &path)
            .with_context(|| format!("failed to rename {} to {}", partial.display(), path.display()))?;
        let save = |path: PathBuf, text: String| {
            fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))
        };
        save(beside(&path, ".schema.json"), format!("{:#}\n", json_schema()))?;
        match folder {
            Some(folder) => save(folder.join("README.md"), dataset_card(FILE_NAME)),
            None => Ok(()),
        }
    }
}

/// The path with something added to its file name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
