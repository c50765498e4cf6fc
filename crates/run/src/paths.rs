use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{At, Result};

/// The path with something added to its file name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Brings the names in the folder of a file to the disk.
pub(crate) fn sync_folder(of: &Path) -> Result<()> {
    let folder = match of.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Elsewhere a folder cannot be opened, and the system does this by itself.
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).at("bring to the disk the folder", folder)?;
    }
    Ok(())
}
