//! Opening files of annotated rows, shared by all commands that read some.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use pressmark_jsonl::{Record, read_rows};
use pressmark_tables::open_rows;

/// Chains the lines of several files; one is open at a time, and errors of the first are reported here.
pub(crate) fn open_all(paths: Vec<PathBuf>) -> Result<impl BufRead + Send> {
    let mut left = paths.into_iter();
    let now = match left.next() {
        Some(path) => open_rows(&path)?,
        None => Box::new(std::io::empty()),
    };
    Ok(Files { left, now })
}

struct Files {
    left: std::vec::IntoIter<PathBuf>,
    now: Box<dyn BufRead + Send>,
}

impl BufRead for Files {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        while self.now.fill_buf()?.is_empty() {
            let Some(path) = self.left.next() else { break };
            self.now = open_rows(&path).map_err(std::io::Error::other)?;
        }
        self.now.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.now.consume(count);
    }
}

impl Read for Files {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let read = self.fill_buf()?.read(bytes)?;
        self.consume(read);
        Ok(read)
    }
}

/// Whether a file holds its lines uncompressed, so that they can be read again in place.
pub(crate) fn is_plain_file(path: &Path) -> bool {
    let is_packed = |ending: &OsStr| ["gz", "zst", "parquet"].iter().any(|one| ending.eq_ignore_ascii_case(one));
    path.as_os_str() != "-"
        && !path.extension().is_some_and(is_packed)
        && fs::metadata(path).is_ok_and(|found| found.is_file())
}

/// Reads all rows of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<Record<'static>>> {
    let rows = read_rows(open_rows(path)?).map(|row| row.map(|(_, row)| row));
    rows.collect::<Result<_, _>>().with_context(|| format!("failed to read {}", path.display()))
}

/// Expands folders to the files of rows that `annotate` writes into one.
pub(crate) fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let of_folder = in_folder(path).with_context(|| format!("failed to read the folder {}", path.display()))?;
        if of_folder.is_empty() {
            bail!("there are no files of rows (.jsonl, .jsonl.gz, .jsonl.zst) in the folder {}", path.display());
        }
        files.extend(of_folder);
    }
    Ok(files)
}

/// Files of JSON lines in a folder, sorted by name, which is the order of a run's parts.
fn in_folder(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_rows = [".jsonl", ".jsonl.gz", ".jsonl.zst"].iter().any(|ending| name.ends_with(ending));
        if is_rows && !name.starts_with('.') && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a path leads to an empty file.
pub(crate) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0)
}
