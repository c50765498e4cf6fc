use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{At, Result};

/// Appends a suffix to a path's file name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Syncs the folder of a file, so that renames in it survive a crash.
pub(crate) fn sync_folder(of: &Path) -> Result<()> {
    let folder = match of.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Elsewhere a folder cannot be opened for this.
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).at("sync the folder", folder)?;
    }
    Ok(())
}
