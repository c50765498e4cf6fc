use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The files of rows that paths stand for: of a folder, those that `annotate` leaves in one.
pub(super) fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let of_folder = in_folder(path).with_context(|| format!("failed to read the folder {}", path.display()))?;
        if of_folder.is_empty() {
            bail!("the folder {} holds no file of rows (.jsonl, .jsonl.gz, .jsonl.zst)", path.display());
        }
        files.extend(of_folder);
    }
    Ok(files)
}

/// Files of JSON Lines in a folder, in the order of their names, as the parts of a run are numbered.
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

/// Whether a path leads to a file without a byte.
pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0)
}
