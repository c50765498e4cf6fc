use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::Result;
use crate::error::at;

/// A file named `….partial` until it is complete, and removed on drop if it never is.
#[derive(Debug)]
pub(crate) struct Partial {
    partial: PathBuf,
    path: PathBuf,
}

impl Partial {
    /// Creates the partial file; an existing file under the final name stays until [`finish`](Self::finish).
    pub(crate) fn create(path: &Path) -> Result<(Self, File)> {
        let mut partial = path.to_owned().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial).map_err(at("create", &partial))?;
        Ok((Self { partial, path: path.to_owned() }, file))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Renames the file, which must be flushed, to its final name.
    pub(crate) fn finish(self) -> Result<()> {
        fs::rename(&self.partial, &self.path).map_err(at("name", &self.path))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After `finish` the partial file no longer exists; before it, the file is useless.
        let _ = fs::remove_file(&self.partial);
    }
}
