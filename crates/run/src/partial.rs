use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{At, Result};
use crate::names::PARTIAL;
use crate::paths::beside;

/// Another name for a file until it is complete. Whatever still has that name is removed on drop.
#[derive(Debug)]
pub(crate) struct Partial {
    name: PathBuf,
    path: PathBuf,
}

impl Partial {
    /// The name beside `path`; no file is created.
    pub(crate) fn of(path: &Path) -> Self {
        Self { name: beside(path, PARTIAL), path: path.to_owned() }
    }

    pub(crate) fn name(&self) -> &Path {
        &self.name
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its final name, in place of an earlier file.
    pub(crate) fn finish(&self) -> Result<()> {
        fs::rename(&self.name, &self.path).at("rename a file to", &self.path)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After `finish` there is no such file; before it, the file is useless.
        let _ = fs::remove_file(&self.name);
    }
}
