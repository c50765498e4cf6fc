use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use pressmark_core::hex;
use pressmark_jsonl::{OutputFile, Record, checksum_of, write_line};
use sha2::{Digest, Sha256};

use crate::error::{At, Result};
use crate::names::Names;
use crate::packing::{MEMBER_BYTES, Packing};

/// Buffer size in bytes for writing rows. Set by hand: larger buffers save few system calls and cost memory.
const BUFFER: usize = 1 << 20;

/// The files that a run writes.
pub(crate) struct Files {
    names: Names,
    /// Maximum rows per file; `None` for no limit.
    rows_each: Option<u64>,
    /// Finished parts; they are renamed only when the run ends.
    whole: Vec<OutputFile>,
    open: Option<BufWriter<Part>>,
}

/// Counts and hash of what a part holds on disk.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) hash: Sha256,
}

impl Tally {
    pub(crate) fn named(self, name: &Path) -> OutputFile {
        let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        OutputFile { name, rows: self.rows, bytes: self.bytes, sha256: hex(&self.hash.finalize()) }
    }
}

/// A part being written: a file that hashes everything written to it.
pub(crate) struct Part {
    path: PathBuf,
    file: File,
    packing: Packing,
    /// Rows of the file, and bytes and hash of the prefix that is final.
    so_far: Tally,
    /// Rows not yet enough for a compressed member; always empty in a plain file.
    pending: Vec<u8>,
    row: Sha256,
    row_bytes: u64,
}

impl Part {
    /// Resumes a file after `so_far`; `pending` are rows counted there that are not yet in a final compressed member.
    pub(crate) fn go_on(path: PathBuf, packing: Packing, so_far: Tally, pending: Vec<u8>) -> io::Result<Self> {
        let mut file = OpenOptions::new().write(true).open(&path)?;
        file.set_len(so_far.bytes)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { path, file, packing, so_far, pending, row: Sha256::new(), row_bytes: 0 })
    }

    fn create(path: &Path, packing: Packing) -> Result<Self> {
        let file = File::create(path).creating(path)?;
        let (path, so_far) = (path.to_owned(), Tally::default());
        Ok(Self { path, file, packing, so_far, pending: Vec::new(), row: Sha256::new(), row_bytes: 0 })
    }

    /// Ends a row and returns its length in bytes and its checksum.
    fn end_row(&mut self) -> io::Result<(u64, String)> {
        self.so_far.rows += 1;
        if self.pending.len() >= MEMBER_BYTES {
            self.end_member()?;
        }
        let digest = std::mem::take(&mut self.row).finalize();
        Ok((std::mem::take(&mut self.row_bytes), checksum_of(&digest)))
    }

    /// Compresses the pending rows and writes them as a final member.
    fn end_member(&mut self) -> io::Result<()> {
        let member = self.save_pending()?;
        self.so_far.hash.update(&member);
        self.so_far.bytes += member.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// Writes the pending rows after the final prefix as a provisional member, to be rewritten when more rows arrive.
    fn save_pending(&mut self) -> io::Result<Vec<u8>> {
        let member = self.packing.compress(&self.pending)?;
        // A failed write may have left bytes behind.
        self.file.set_len(self.so_far.bytes)?;
        self.file.seek(SeekFrom::Start(self.so_far.bytes))?;
        self.file.write_all(&member)?;
        Ok(member)
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = if self.packing == Packing::Plain {
            let written = self.file.write(bytes)?;
            let bytes = bytes.get(..written).unwrap_or_default();
            self.so_far.hash.update(bytes);
            self.so_far.bytes += written as u64;
            written
        } else {
            self.pending.extend_from_slice(bytes);
            bytes.len()
        };
        self.row.update(bytes.get(..written).unwrap_or_default());
        self.row_bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Files {
    /// Starts without any rows.
    pub(crate) fn new(names: Names, rows_each: Option<u64>) -> Self {
        Self { names, rows_each, whole: Vec::new(), open: None }
    }

    /// Resumes with finished parts and possibly an open one.
    pub(crate) fn go_on(names: Names, rows_each: Option<u64>, whole: Vec<OutputFile>, open: Option<Part>) -> Self {
        let open = open.map(|part| BufWriter::with_capacity(BUFFER, part));
        Self { names, rows_each, whole, open }
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Writes a row and returns its length and checksum, both before compression.
    ///
    /// A plain file is flushed to the system; a compressed one is written a member at a time.
    pub(crate) fn write(&mut self, record: &Record<'_>) -> Result<(u64, String)> {
        self.write_with(|open| write_line(record, open).and_then(|()| open.flush()))
    }

    /// Writes a serialised row.
    pub(crate) fn write_line(&mut self, line: &[u8]) -> Result<()> {
        self.write_with(|open| open.write_all(line).and_then(|()| open.flush())).map(drop)
    }

    fn write_with(&mut self, write: impl FnOnce(&mut BufWriter<Part>) -> io::Result<()>) -> Result<(u64, String)> {
        if self.open.as_ref().is_some_and(|open| Some(open.get_ref().so_far.rows) == self.rows_each) {
            self.close()?;
        }
        let open = match &mut self.open {
            Some(open) => open,
            closed => closed.insert(self.names.create_part(self.whole.len())?),
        };
        let written = write(open).and_then(|()| open.get_mut().end_row());
        written.at("write", &open.get_ref().path)
    }

    /// Whether every row written so far is in its final place in the files.
    pub(crate) fn is_settled(&self) -> bool {
        self.open.as_ref().is_none_or(|open| open.get_ref().pending.is_empty())
    }

    /// Syncs the files to disk; rows still waiting for a full member are written provisionally.
    pub(crate) fn sync(&mut self) -> Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let part = open.get_mut();
        if !part.pending.is_empty() {
            part.save_pending().at("write", &part.path)?;
        }
        part.file.sync_data().at("sync", &part.path)
    }

    /// Finishes the open part.
    pub(crate) fn close(&mut self) -> Result<()> {
        if let Some(open) = &mut self.open {
            let part = open.get_mut();
            // A compressed file without rows still needs an empty member: a file of 0 bytes is not valid gzip or
            // Zstandard.
            if !part.pending.is_empty() || part.packing != Packing::Plain && part.so_far.bytes == 0 {
                part.end_member().at("write", &part.path)?;
            }
        }
        self.sync()?;
        if let Some(open) = self.open.take() {
            self.whole.push(open.get_ref().so_far.clone().named(&self.names.part(self.whole.len())));
        }
        Ok(())
    }

    /// Finishes the last part and returns the names and the parts; an output without rows is one empty file.
    pub(crate) fn finish(mut self) -> Result<(Names, Vec<OutputFile>)> {
        if self.whole.is_empty() && self.open.is_none() {
            self.open = Some(self.names.create_part(0)?);
        }
        self.close()?;
        Ok((self.names, self.whole))
    }
}

impl Names {
    fn create_part(&self, part: usize) -> Result<BufWriter<Part>> {
        Ok(BufWriter::with_capacity(BUFFER, Part::create(&self.partial(part), self.packing())?))
    }
}
