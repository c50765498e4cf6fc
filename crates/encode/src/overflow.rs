use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use pressmark_core::Overflow;

/// Numbers read back at once: 32 Ki of two bytes, 64 KiB. Set by hand; stages go through a document front to back, so
/// larger blocks only cost memory.
const BLOCK: usize = 32 << 10;

/// Overflow of one long document's numbers into an unnamed temporary file (in `TMPDIR`), which disappears with the
/// document however the process ends.
#[derive(Debug, Default)]
pub(crate) struct TemporaryFile {
    /// Created on first use.
    reader: Option<Mutex<Reader>>,
    numbers: usize,
    /// Set once a write fails. The disk is full, and retrying with ever more numbers would only take time.
    is_full: bool,
}

/// The file and a cached block of it. Reading moves the file's cursor, hence the lock around it.
#[derive(Debug)]
struct Reader {
    file: File,
    /// Index of the block's first number.
    first: usize,
    block: Vec<u8>,
}

impl TemporaryFile {
    fn write(&mut self, numbers: &[u16]) -> io::Result<()> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert(Mutex::new(Reader { file: tempfile::tempfile()?, first: 0, block: Vec::new() })),
        };
        let reader = reader.get_mut().unwrap_or_else(PoisonError::into_inner);
        reader.block.clear();
        reader.file.seek(SeekFrom::Start(position(self.numbers)))?;
        let mut out = BufWriter::new(&mut reader.file);
        numbers.iter().try_for_each(|number| out.write_all(&number.to_ne_bytes()))?;
        out.flush()
    }

    fn read_numbers(&self, first: usize, into: &mut [u16]) -> io::Result<()> {
        let reader = self.reader.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
        for (numbers, first) in into.chunks_mut(BLOCK).zip((first..).step_by(BLOCK)) {
            let (pairs, _) = reader.bytes(first, numbers.len(), self.numbers)?.as_chunks();
            numbers.iter_mut().zip(pairs).for_each(|(number, &pair)| *number = u16::from_ne_bytes(pair));
        }
        Ok(())
    }
}

impl Reader {
    /// The bytes of `count` numbers (at most [`BLOCK`]) from index `first`, of `all` in the file.
    fn bytes(&mut self, first: usize, count: usize, all: usize) -> io::Result<&[u8]> {
        let held = self.first..self.first + self.block.len() / 2;
        if first < held.start || first + count > held.end {
            if first + count > all {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.first = first;
            self.block.resize(BLOCK.min(all - first) * 2, 0);
            self.file.seek(SeekFrom::Start(position(first)))?;
            if let Err(error) = self.file.read_exact(&mut self.block) {
                self.block.clear();
                return Err(error);
            }
        }
        Ok(&self.block[(first - self.first) * 2..][..count * 2])
    }
}

impl Overflow for TemporaryFile {
    /// A full disk must not fail the document: its numbers stay in memory instead.
    fn append(&mut self, numbers: &[u16]) -> bool {
        self.is_full = self.is_full || self.write(numbers).is_err();
        if !self.is_full {
            self.numbers += numbers.len();
        }
        !self.is_full
    }

    fn read(&self, first: usize, into: &mut [u16]) {
        if let Err(error) = self.read_numbers(first, into) {
            panic!("hidden states cannot be read back from their temporary file: {error}");
        }
    }
}

fn position(number: usize) -> u64 {
    number as u64 * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_from_where_they_were_put() {
        let mut file = TemporaryFile::default();
        let numbers: Vec<u16> = (0..3 * BLOCK).map(|n| (n * 13) as u16).collect();
        let mut written = 0;
        for part in numbers.chunks(BLOCK - 1700) {
            assert!(file.append(part));
            written += part.len();
            // Forwards, backwards, within a block, across its end, and more than a block at once.
            for (first, count) in [(0, 10), (1, 10), (1699, 10), (BLOCK - 5, 10), (3 * BLOCK - 10, 10), (7, 2 * BLOCK)]
            {
                if first + count <= written {
                    let mut some = vec![0; count];
                    file.read(first, &mut some);
                    assert_eq!(some, numbers[first..first + count]);
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "temporary file")]
    fn what_was_never_put_cannot_be_read() {
        TemporaryFile::default().read(0, &mut [0; 1]);
    }
}
