use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{At, Error, Result};
use crate::guard::refuse_to_lose;
use crate::names::other_format;
use crate::packing::{MEMBER_BYTES, Packing};
use crate::partial::Partial;

/// A file of JSON lines that appears under its name only once it is complete, or standard output.
///
/// An interrupted write leaves nothing new under the name. A name ending in `.gz` or `.zst` selects compression.
///
/// ```
/// use std::io::Write;
///
/// use pressmark_run::NewFile;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("stories.jsonl");
/// let mut file = NewFile::create(&path, &[], false)?;
/// file.write_all(b"{}\n")?;
/// assert!(!path.exists());
/// file.finish()?;
/// assert_eq!(std::fs::read(&path)?, b"{}\n");
/// assert!(NewFile::create(&path, &[], false).is_err()); // nothing is replaced unasked
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NewFile {
    /// Bytes not yet written; less than one compressed member.
    held: Vec<u8>,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Stdout,
    File { file: File, packing: Packing, partial: Partial },
}

impl NewFile {
    /// Starts writing the file `path`, or standard output for `-`.
    ///
    /// # Errors
    /// [`Error::OutputIsRead`] if it is one of the files in `read`; [`Error::Finished`] if a non-empty file exists and
    /// `overwrite` is not set, or if it is not a regular file; [`Error::Ending`] if the extension names a format other
    /// than JSON Lines; [`Error::File`] if it cannot be created.
    pub fn create(path: &Path, read: &[PathBuf], overwrite: bool) -> Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self { held: Vec::new(), target: Target::Stdout });
        }
        if let Some(ending) = other_format(path) {
            return Err(Error::Ending { path: path.to_owned(), ending });
        }
        refuse_to_lose(path, read, overwrite)?;
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(Error::Finished(path.to_owned()));
        }
        let partial = Partial::of(path);
        let file = File::create(partial.name()).at("create", partial.name())?;
        Ok(Self { held: Vec::new(), target: Target::File { file, packing: Packing::of(path), partial } })
    }

    fn write_held(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Stdout => io::stdout().lock().write_all(&self.held)?,
            Target::File { file, packing, .. } => file.write_all(&packing.compress(&self.held)?)?,
        }
        self.held.clear();
        Ok(())
    }

    /// Writes the remaining bytes and renames the file to its final name.
    ///
    /// # Errors
    /// If it cannot be written or renamed.
    pub fn finish(mut self) -> Result<()> {
        // A compressed file without lines still needs an empty member: a file of 0 bytes is not valid.
        self.write_held().at("write", self.path())?;
        match &self.target {
            Target::Stdout => Ok(()),
            Target::File { partial, .. } => partial.finish(),
        }
    }

    fn path(&self) -> &Path {
        match &self.target {
            Target::Stdout => Path::new("-"),
            Target::File { partial, .. } => partial.path(),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= MEMBER_BYTES {
            self.write_held()?;
        }
        Ok(bytes.len())
    }

    /// Flushes standard output. A file is written a member at a time, the last one by [`finish`](Self::finish).
    fn flush(&mut self) -> io::Result<()> {
        match self.target {
            Target::Stdout => self.write_held(),
            Target::File { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use pressmark_ingest::{Options, Unpacked};

    use super::*;

    #[test]
    fn a_file_is_what_its_name_says() {
        let folder = tempfile::tempdir().expect("a folder");
        // Enough for several members.
        let lines: String = (0..200_000).map(|number| format!("{{\"id\":{number}}}\n")).collect();
        for (name, head) in
            [("a.jsonl", &b"{\""[..]), ("a.jsonl.gz", b"\x1f\x8b"), ("a.jsonl.zst", b"\x28\xb5\x2f\xfd")]
        {
            let path = folder.path().join(name);
            let mut file = NewFile::create(&path, &[], false).expect("a file");
            lines.lines().for_each(|line| writeln!(file, "{line}").expect("written"));
            file.finish().expect("named");
            assert!(fs::read(&path).expect("a file").starts_with(head), "{name}");
            let mut back = String::new();
            Unpacked::open(&path, &Options::default()).expect("open").read_to_string(&mut back).expect("read");
            assert!(back == lines, "{name}");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 3, "nothing partial is left");
    }

    #[test]
    fn what_is_broken_off_leaves_what_was_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.jsonl");
        fs::write(&path, "old\n").expect("a file");
        assert!(matches!(NewFile::create(&path, &[], false), Err(Error::Finished(_))));
        assert!(matches!(NewFile::create(&path, std::slice::from_ref(&path), true), Err(Error::OutputIsRead { .. })));
        assert!(matches!(NewFile::create(&folder.path().join("a.csv"), &[], true), Err(Error::Ending { .. })));
        let mut file = NewFile::create(&path, &[], true).expect("a file");
        file.write_all(b"new\n").expect("written");
        drop(file);
        assert_eq!(fs::read(&path).expect("a file"), b"old\n");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
