use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::PathBuf;

use pressmark_jsonl::{JournalRow, OutputFile, checksum};
use sha2::{Digest, Sha256};

use crate::error::{At, Result};
use crate::files::{Files, Part, Tally};
use crate::names::Names;
use crate::packing::{MEMBER_BYTES, Packing};

/// Read buffer in bytes. Set by hand: larger buffers save few system calls and cost memory.
pub(crate) const BUFFER: usize = 1 << 20;

/// Reads a run's output row by row and verifies it against the journal.
pub(crate) struct PartReader {
    names: Names,
    rows_each: Option<u64>,
    /// Whether the run has ended, so that files may already have their final names.
    is_ended: bool,
    whole: Vec<OutputFile>,
    open: Option<OpenPart>,
    line: Vec<u8>,
}

/// A part being read.
struct OpenPart {
    path: PathBuf,
    file: Hashed,
    rows: u64,
    /// Member or frame being read; `None` in a plain file.
    member: Option<Member>,
}

/// Rows of one compressed member or frame.
struct Member {
    rows: Vec<u8>,
    /// Bytes of them already read.
    at: usize,
    is_whole: bool,
    /// State of the file before this member.
    before: Tally,
}

impl Member {
    /// Whether it is fully read and final: a member shorter than `MEMBER_BYTES` is rewritten when more rows come.
    fn is_settled(&self) -> bool {
        self.is_whole && self.at == self.rows.len() && self.at >= MEMBER_BYTES
    }
}

/// A file that hashes what is read from it.
struct Hashed {
    file: BufReader<File>,
    bytes: u64,
    hash: Sha256,
}

impl Hashed {
    fn so_far(&self, rows: u64) -> Tally {
        Tally { rows, bytes: self.bytes, hash: self.hash.clone() }
    }
}

impl Read for Hashed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(bytes)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Hashed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.file.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.hash.update(self.file.buffer().get(..count).unwrap_or_default());
        self.bytes += count as u64;
        self.file.consume(count);
    }
}

impl OpenPart {
    /// Reads up to `bytes` bytes of the next row; fewer if the file ends or is torn.
    fn read(&mut self, packing: Packing, bytes: u64, line: &mut Vec<u8>) -> io::Result<()> {
        if packing == Packing::Plain {
            return (&mut self.file).take(bytes).read_to_end(line).map(drop);
        }
        // A row never crosses members, and nothing follows a member that is not full.
        if self.member.as_ref().is_none_or(Member::is_settled) && !self.file.fill_buf()?.is_empty() {
            let (before, mut rows) = (self.file.so_far(self.rows), Vec::new());
            let is_whole = packing.decompress(&mut self.file, &mut rows);
            self.member = Some(Member { rows, at: 0, is_whole, before });
        }
        if let Some(member) = &mut self.member {
            let rest = member.rows.get(member.at..).unwrap_or_default();
            let end = usize::try_from(bytes).unwrap_or(usize::MAX).min(rest.len());
            line.extend_from_slice(&rest[..end]);
        }
        Ok(())
    }

    /// Moves past a verified row.
    fn accept(&mut self, bytes: usize) {
        self.rows += 1;
        if let Some(member) = &mut self.member {
            member.at += bytes;
        }
    }

    /// Whether nothing follows what was read.
    fn is_at_end(&mut self) -> io::Result<bool> {
        let is_read = self.member.as_ref().is_none_or(|member| member.is_whole && member.at == member.rows.len());
        Ok(is_read && self.file.fill_buf()?.is_empty())
    }

    /// Converts to a part to resume after the accepted rows.
    fn into_part(self, packing: Packing) -> io::Result<Part> {
        let (so_far, pending) = match self.member {
            Some(member) if !member.is_settled() => {
                // The member is rewritten once it is full, exactly as without the interruption.
                let mut rows = member.rows;
                rows.truncate(member.at);
                (Tally { rows: self.rows, ..member.before }, rows)
            }
            _ => (self.file.so_far(self.rows), Vec::new()),
        };
        Part::go_on(self.path, packing, so_far, pending)
    }
}

impl PartReader {
    pub(crate) fn new(names: Names, rows_each: Option<u64>, is_ended: bool) -> Self {
        Self { names, rows_each, is_ended, whole: Vec::new(), open: None, line: Vec::new() }
    }

    /// Files that exist and would be read.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let parts = if self.rows_each.is_some() { usize::MAX } else { 1 };
        let found =
            |part: usize| [self.names.partial(part), self.names.part(part)].into_iter().find(|path| path.exists());
        (0..parts).map_while(found).collect()
    }

    /// Reads the next line of the output; empty if the document has none.
    ///
    /// Returns `None` if the output differs from what the journal says; the reader then stays before the row.
    pub(crate) fn read(&mut self, row: &JournalRow<'_>) -> Result<Option<&[u8]>> {
        self.line.clear();
        if row.bytes == 0 {
            return Ok(Some(&self.line));
        }
        if self.open.as_ref().is_some_and(|open| Some(open.rows) == self.rows_each) {
            self.close();
        }
        if self.open.is_none() {
            let Some((path, file)) = self.open_part(self.whole.len())? else { return Ok(None) };
            let file = Hashed { file: BufReader::with_capacity(BUFFER, file), bytes: 0, hash: Sha256::new() };
            self.open = Some(OpenPart { path, file, rows: 0, member: None });
        }
        let Some(open) = &mut self.open else { return Ok(None) };
        let before = open.file.so_far(open.rows);
        open.read(self.names.packing(), row.bytes, &mut self.line).at("read", &open.path)?;
        if self.line.len() as u64 != row.bytes || checksum(&self.line) != row.sha256 {
            // Undo the bytes counted in a plain file; in a compressed one the member tracks the position.
            if open.member.is_none() {
                (open.file.bytes, open.file.hash) = (before.bytes, before.hash);
            }
            return Ok(None);
        }
        open.accept(self.line.len());
        Ok(Some(&self.line))
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.whole.push(open.file.so_far(open.rows).named(&self.names.part(self.whole.len())));
        }
    }

    fn open_part(&self, part: usize) -> Result<Option<(PathBuf, File)>> {
        let paths = [Some(self.names.partial(part)), self.is_ended.then(|| self.names.part(part))];
        for path in paths.into_iter().flatten() {
            match File::open(&path) {
                Ok(file) => return Ok(Some((path, file))),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error).at("read", &path),
            }
        }
        Ok(None)
    }

    /// Whether nothing follows the rows that were read.
    pub(crate) fn is_at_end(&mut self) -> Result<bool> {
        let Some(open) = &mut self.open else { return Ok(true) };
        open.is_at_end().at("read", &open.path)
    }

    /// Converts to files to resume writing, truncated to the rows that were read.
    pub(crate) fn into_files(mut self) -> Result<Files> {
        let (names, rows_each) = (self.names.clone(), self.rows_each);
        if self.is_ended {
            self.close();
            return Ok(Files::go_on(names, rows_each, self.whole, None));
        }
        let mut part = None;
        if let Some(open) = self.open.take().filter(|open| open.rows > 0) {
            let path = open.path.clone();
            part = Some(open.into_part(names.packing()).at("resume", &path)?);
        }
        // Later parts were not verified.
        names.remove_partials(self.whole.len() + usize::from(part.is_some()))?;
        Ok(Files::go_on(names, rows_each, self.whole, part))
    }
}
