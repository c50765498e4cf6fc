use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::Result;
use crate::error::at;

/// A file that is called `….partial` until it is whole, and removed where it never is.
#[derive(Debug)]
pub(crate) struct Partial {
    partial: PathBuf,
    path: PathBuf,
}

impl Partial {
    /// Begins the file. One that has the final name stays until the new one is whole.
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

    /// Gives the file, which must be flushed, its name.
    pub(crate) fn finish(self) -> Result<()> {
        fs::rename(&self.partial, &self.path).map_err(at("name", &self.path))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // What has its name is not there any more; what was begun is of no use.
        let _ = fs::remove_file(&self.partial);
    }
}
