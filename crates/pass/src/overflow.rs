use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use pressmark_core::Overflow;

/// Hidden states of one long document in a file without a name, in the folder of temporary files (`TMPDIR`): it is gone
/// when the document is done, however the program ends.
#[derive(Debug, Default)]
pub(crate) struct TemporaryFile {
    /// Made when it is first needed. Reading moves the file's cursor, hence the lock.
    file: Option<Mutex<File>>,
    numbers: usize,
    /// A write failed: the disk is full, and trying again with ever more numbers would only take time.
    is_full: bool,
}

impl TemporaryFile {
    fn write(&mut self, numbers: &[u16]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(Mutex::new(tempfile::tempfile()?)),
        };
        let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(position(self.numbers)))?;
        let mut out = BufWriter::new(file);
        numbers.iter().try_for_each(|number| out.write_all(&number.to_ne_bytes()))?;
        out.flush()
    }

    fn read_bytes(&self, first: usize, bytes: &mut [u8]) -> io::Result<()> {
        let file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(position(first)))?;
        file.read_exact(bytes)
    }
}

impl Overflow for TemporaryFile {
    /// A full disk is no reason to give a document up: its numbers stay in memory then.
    fn append(&mut self, numbers: &[u16]) -> bool {
        self.is_full = self.is_full || self.write(numbers).is_err();
        if !self.is_full {
            self.numbers += numbers.len();
        }
        !self.is_full
    }

    fn read(&self, first: usize, into: &mut [u16]) {
        let mut bytes = vec![0; into.len() * 2];
        if let Err(error) = self.read_bytes(first, &mut bytes) {
            panic!("hidden states cannot be read back from their temporary file: {error}");
        }
        let (pairs, _) = bytes.as_chunks();
        into.iter_mut().zip(pairs).for_each(|(number, &pair)| *number = u16::from_ne_bytes(pair));
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
        let numbers: Vec<u16> = (0..5000).map(|n| (n * 13) as u16).collect();
        assert!(numbers.chunks(1700).all(|part| file.append(part)));
        for first in [0, 1, 1699, 1700, 4990] {
            let mut some = [0; 10];
            file.read(first, &mut some);
            assert_eq!(some, numbers[first..first + 10]);
        }
    }

    #[test]
    #[should_panic(expected = "temporary file")]
    fn what_was_never_put_cannot_be_read() {
        TemporaryFile::default().read(0, &mut [0; 1]);
    }
}
