use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::PathBuf;

use pressmark_jsonl::{JournalRow, OutputFile};
use sha2::{Digest, Sha256};

use crate::error::{At, Result};
use crate::files::{Files, Part, Tally, checksum_of};
use crate::names::Names;
use crate::packing::{MEMBER_BYTES, Packing};

/// Bytes that are read at once.
const BUFFER: usize = 1 << 20;

/// Reads what a run wrote, row by row, and proves it by the rows of its journal.
pub(crate) struct PartReader {
    names: Names,
    rows_each: Option<u64>,
    /// Whether the files may have their names already.
    is_ended: bool,
    whole: Vec<OutputFile>,
    open: Option<OpenPart>,
    line: Vec<u8>,
}

/// A part that is being read.
struct OpenPart {
    path: PathBuf,
    file: Hashed,
    rows: u64,
    /// The member or frame that is being read; in a plain file there is none.
    member: Option<Member>,
}

/// Rows that were compressed together.
struct Member {
    rows: Vec<u8>,
    /// How much of them was read.
    at: usize,
    is_whole: bool,
    /// What stands in the file before it.
    before: Tally,
}

impl Member {
    /// Whether all of it was read, and it is one that stays as it is when more rows come.
    fn is_settled(&self) -> bool {
        self.is_whole && self.at == self.rows.len() && self.at >= MEMBER_BYTES
    }
}

/// A file that hashes what is read of it.
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
    /// Reads the bytes of the next row, at most so many; fewer where the file ends or is torn.
    fn read(&mut self, packing: Packing, bytes: u64, line: &mut Vec<u8>) -> io::Result<()> {
        if packing == Packing::Plain {
            return (&mut self.file).take(bytes).read_to_end(line).map(drop);
        }
        // A row does not go over the end of a member, and after one that is short nothing comes.
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

    /// Goes past a row that was read and is good.
    fn accept(&mut self, bytes: usize) {
        self.rows += 1;
        if let Some(member) = &mut self.member {
            member.at += bytes;
        }
    }

    /// Whether there is nothing after what was read.
    fn is_at_end(&mut self) -> io::Result<bool> {
        let is_read = self.member.as_ref().is_none_or(|member| member.is_whole && member.at == member.rows.len());
        Ok(is_read && self.file.fill_buf()?.is_empty())
    }

    /// The part to go on with after the rows that were accepted.
    fn into_part(self, packing: Packing) -> io::Result<Part> {
        let (so_far, pending) = match self.member {
            Some(member) if !member.is_settled() => {
                // It is written again when there are enough rows, as if nothing had been interrupted.
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

    /// The files that there are to read.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let parts = if self.rows_each.is_some() { usize::MAX } else { 1 };
        let found =
            |part: usize| [self.names.partial(part), self.names.part(part)].into_iter().find(|path| path.exists());
        (0..parts).map_while(found).collect()
    }

    /// The next line of the output, empty where the document has none; `None` when what stands there is not what
    /// the journal says. Then the reader stays before it.
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
        if self.line.len() as u64 != row.bytes || checksum_of(&Sha256::digest(&self.line)) != row.sha256 {
            // Of a plain file, what was read must not count; of a compressed one it is told by the member.
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

    /// Whether there is nothing after the rows that were read.
    pub(crate) fn is_at_end(&mut self) -> Result<bool> {
        let Some(open) = &mut self.open else { return Ok(true) };
        open.is_at_end().at("read", &open.path)
    }

    /// The files to go on writing, cut to the rows that were read.
    pub(crate) fn into_files(mut self) -> Result<Files> {
        let (names, rows_each) = (self.names.clone(), self.rows_each);
        if self.is_ended {
            self.close();
            return Ok(Files::go_on(names, rows_each, self.whole, None));
        }
        let mut part = None;
        if let Some(open) = self.open.take().filter(|open| open.rows > 0) {
            let path = open.path.clone();
            part = Some(open.into_part(names.packing()).at("go on with", &path)?);
        }
        // Parts that came later were not proven.
        names.remove_partials(self.whole.len() + usize::from(part.is_some()))?;
        Ok(Files::go_on(names, rows_each, self.whole, part))
    }
}
