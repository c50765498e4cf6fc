//! Annotated rows for two passes: one to group them, one to compare the documents of a group.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use pressmark_jsonl::Record;

use crate::error::{Error, Result};

/// Rows of annotated files, of which only the offsets are kept in memory.
///
/// Rows of a plain file are read again in place; input that cannot be read twice (standard input, a compressed file) is
/// copied to a temporary file.
#[derive(Debug, Default)]
pub struct RowStore {
    files: Vec<File>,
    rows: Vec<Place>,
    ids: HashSet<String>,
    /// Index and length of the temporary file for rows passed to [`keep`](Self::keep).
    kept: Option<(u32, u64)>,
}

/// Location of a row.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: u32,
    /// Length in bytes, without the line feed.
    len: u32,
    start: u64,
}

impl RowStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads all rows of a plain file and passes each to `sink`.
    ///
    /// # Errors
    /// If the file cannot be read, a line is not a row, or an id repeats an earlier one.
    pub fn read_file(&mut self, path: &Path, sink: impl FnMut(&Record<'_>)) -> Result<()> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(read)?;
        let again = file.try_clone().map_err(read)?;
        self.read_lines(BufReader::with_capacity(1 << 20, again), path, None, sink)?;
        self.files.push(file);
        Ok(())
    }

    /// Reads all rows of a stream, copies them to a temporary file, and passes each to `sink`.
    ///
    /// # Errors
    /// As [`read_file`](Self::read_file), and if the temporary file cannot be written.
    pub fn read_stream(&mut self, stream: impl Read, path: &Path, sink: impl FnMut(&Record<'_>)) -> Result<()> {
        let file = tempfile::tempfile().map_err(Error::Spool)?;
        let mut copy = BufWriter::with_capacity(1 << 20, file.try_clone().map_err(Error::Spool)?);
        self.read_lines(BufReader::with_capacity(1 << 20, stream), path, Some(&mut copy), sink)?;
        copy.flush().map_err(Error::Spool)?;
        self.files.push(file);
        Ok(())
    }

    /// Appends an already parsed row to a temporary file, without checking for duplicate ids.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub fn keep(&mut self, row: &[u8]) -> Result<()> {
        let (file, start) = match self.kept {
            Some(kept) => kept,
            None => {
                self.files.push(tempfile::tempfile().map_err(Error::Spool)?);
                (u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX), 0)
            }
        };
        let Some(mut spool) = self.files.get(file as usize) else { return Ok(()) };
        spool.seek(SeekFrom::Start(start)).and_then(|_| spool.write_all(row)).map_err(Error::Spool)?;
        self.rows.push(Place { file, len: u32::try_from(row.len()).unwrap_or(u32::MAX), start });
        self.kept = Some((file, start + row.len() as u64));
        Ok(())
    }

    fn read_lines(
        &mut self,
        mut reader: impl BufRead,
        path: &Path,
        mut copy: Option<&mut BufWriter<File>>,
        mut sink: impl FnMut(&Record<'_>),
    ) -> Result<()> {
        let file = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        let (mut start, mut number) = (0, 0);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line);
            let read = read.map_err(|source| Error::Read { path: path.to_owned(), source })?;
            if read == 0 {
                return Ok(());
            }
            number += 1;
            if let Some(copy) = &mut copy {
                copy.write_all(&line).map_err(Error::Spool)?;
            }
            let row = line.trim_ascii_end();
            if !row.is_empty() {
                let record = parse(row, path, number)?;
                if !self.ids.insert(record.id.to_string()) {
                    return Err(Error::SameId { path: path.to_owned(), line: number, id: record.id.into_owned() });
                }
                sink(&record);
                self.rows.push(Place { file, len: u32::try_from(row.len()).unwrap_or(u32::MAX), start });
            }
            start += read as u64;
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The line of a row as it was read, without its line feed.
    ///
    /// # Errors
    /// If it cannot be read again.
    pub fn line(&self, row: usize) -> Result<Vec<u8>> {
        let gone = |source| Error::Read { path: PathBuf::from("the rows"), source };
        let place = self.rows.get(row).ok_or_else(|| gone(std::io::ErrorKind::NotFound.into()))?;
        let mut file = self.files.get(place.file as usize).ok_or_else(|| gone(std::io::ErrorKind::NotFound.into()))?;
        let mut line = vec![0; place.len as usize];
        file.seek(SeekFrom::Start(place.start)).and_then(|_| file.read_exact(&mut line)).map_err(gone)?;
        Ok(line)
    }

    /// Parses a row again.
    ///
    /// # Errors
    /// If it cannot be read again.
    pub fn record(&self, row: usize) -> Result<Record<'static>> {
        let line = self.line(row)?;
        Ok(parse(&line, Path::new("the rows"), row as u64 + 1)?.into_owned())
    }
}

fn parse<'a>(row: &'a [u8], path: &Path, line: u64) -> Result<Record<'a>> {
    serde_json::from_slice(row).map_err(|source| Error::NoRecord { path: path.to_owned(), line, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_again_however_they_came() {
        let line = |id: &str| serde_json::to_vec(&crate::fixture::record(id, "x", "", "Rain fell.", &[])).unwrap();
        let lines = ["a", "b", "c"].map(line);
        let mut store = RowStore::new();
        store.keep(&lines[0]).unwrap();
        store.read_stream(&lines[1][..], Path::new("-"), |_| {}).unwrap();
        assert_eq!(store.record(0).unwrap().id, "a");
        store.keep(&lines[2]).unwrap();
        let again = (0..store.len()).map(|row| store.line(row).unwrap()).collect::<Vec<_>>();
        assert_eq!(again, lines);
    }
}
