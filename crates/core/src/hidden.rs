use std::borrow::Cow;
use std::fs::File;
use std::io;

use crate::rows::{Mean, assert_whole};

/// Numbers that stay in memory, 32 MiB of them: a document of about 170 kB of text with a width of 384.
const IN_MEMORY: usize = 16 << 20;

/// The encoder's hidden states, one row a subword, kept as bfloat16: the upper half of an `f32`.
///
/// They are what a long document takes most memory for (768 bytes a subword with 384 numbers). The eight bits of
/// precision that are left are more than the int8 encoder's own error leaves. What passes 32 MiB goes to a temporary
/// file without a name, in the folder that `TMPDIR` names; where none can be made, it stays in memory.
#[derive(Debug, Default)]
pub struct HiddenStates {
    width: usize,
    /// The first rows of a long document.
    filed: Option<Filed>,
    /// The rows after those.
    data: Vec<u16>,
}

#[derive(Debug)]
struct Filed {
    file: File,
    rows: usize,
}

impl HiddenStates {
    /// No rows yet, and room for so many of `width` numbers.
    #[must_use]
    pub fn with_capacity(width: usize, rows: usize) -> Self {
        Self { width, filed: None, data: Vec::with_capacity((width * rows).min(IN_MEMORY)) }
    }

    /// Appends rows laid end to end.
    ///
    /// # Panics
    /// When `rows` is not a whole number of rows.
    pub fn extend(&mut self, rows: &[f32]) {
        assert_whole(self.width, rows.len());
        if self.data.len() + rows.len() > IN_MEMORY {
            self.make_room();
        }
        self.data.extend(rows.iter().map(|&value| shorten(value)));
    }

    /// Moves the rows in memory to the file. Where that fails they stay: better a document that takes much memory
    /// than one without annotations.
    fn make_room(&mut self) {
        let Some(filed) = self.filed.take().or_else(|| Some(Filed { file: tempfile::tempfile().ok()?, rows: 0 })) else {
            return;
        };
        let bytes: Vec<u8> = self.data.iter().flat_map(|value| value.to_ne_bytes()).collect();
        let mut rows = filed.rows;
        if write_at(&filed.file, &bytes, position(rows, self.width)).is_ok() {
            rows += self.data.len().checked_div(self.width).unwrap_or(0);
            self.data.clear();
        }
        self.filed = Some(Filed { rows, ..filed });
    }

    /// A copy of some of the rows, in memory; those out of range are left out.
    ///
    /// # Panics
    /// When a long document's rows cannot be read back from their file.
    #[must_use]
    pub fn rows(&self, rows: std::ops::Range<usize>) -> Self {
        let mut copy = Self::with_capacity(self.width, rows.len());
        rows.take_while(|&row| row < self.len()).for_each(|row| copy.data.extend_from_slice(&self.row(row)));
        copy
    }

    /// Numbers in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows_in_file() + self.data.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts row `index` into `into`, which ends up empty when there is none.
    ///
    /// # Panics
    /// When a long document's rows cannot be read back from their file.
    pub fn read_row(&self, index: usize, into: &mut Vec<f32>) {
        into.clear();
        into.extend(self.row(index).iter().map(|&value| widen(value)));
    }

    /// The mean of the given rows (those out of range are passed over), zeros when there are none.
    ///
    /// # Panics
    /// When a long document's rows cannot be read back from their file.
    #[must_use]
    pub fn mean(&self, rows: impl IntoIterator<Item = usize>) -> Vec<f32> {
        let mut mean = Mean::of(self.width);
        rows.into_iter().for_each(|row| mean.add(self.row(row).iter().map(|&value| widen(value))));
        mean.finish()
    }

    fn rows_in_file(&self) -> usize {
        self.filed.as_ref().map_or(0, |filed| filed.rows)
    }

    /// The row, or nothing when there is none.
    fn row(&self, index: usize) -> Cow<'_, [u16]> {
        if let Some(filed) = self.filed.as_ref().filter(|filed| index < filed.rows) {
            let mut bytes = vec![0; self.width * 2];
            if let Err(error) = read_at(&filed.file, &mut bytes, position(index, self.width)) {
                // The pipeline makes of it a problem of this document.
                panic!("hidden states cannot be read back from their temporary file: {error}");
            }
            let (pairs, _) = bytes.as_chunks();
            return pairs.iter().map(|&pair| u16::from_ne_bytes(pair)).collect();
        }
        let start = (index - self.rows_in_file()).saturating_mul(self.width);
        self.data.get(start..start.saturating_add(self.width)).unwrap_or_default().into()
    }
}

impl Clone for HiddenStates {
    fn clone(&self) -> Self {
        self.rows(0..self.len())
    }
}

impl PartialEq for HiddenStates {
    fn eq(&self, other: &Self) -> bool {
        self.width == other.width
            && self.len() == other.len()
            && (0..self.len()).all(|row| self.row(row) == other.row(row))
    }
}

impl Eq for HiddenStates {}

/// Where row `index` begins in the file.
fn position(index: usize, width: usize) -> u64 {
    index as u64 * width as u64 * 2
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

/// Other systems have no one call for it.
#[cfg(not(unix))]
fn write_at(mut file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

/// The nearest number with eight bits of precision, ties to even.
fn shorten(value: f32) -> u16 {
    if value.is_nan() {
        return f32::NAN.to_bits().wrapping_shr(16) as u16;
    }
    let bits = value.to_bits();
    ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

fn widen(value: u16) -> f32 {
    f32::from_bits(u32::from(value) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_within_half_a_step() {
        for value in [0.0, -0.0, 1.0, -1.0, 0.1, 3.137, -257.3, 1e-30, 1e30, f32::MIN_POSITIVE] {
            let back = widen(shorten(value));
            assert!((back - value).abs() <= value.abs() / 256.0, "{back} for {value}");
        }
        // Halfway between two neighbours: to the even one.
        assert_eq!(widen(shorten(1.0 + 1.0 / 256.0)), 1.0);
        assert_eq!(widen(shorten(1.0 + 3.0 / 256.0)), 1.0 + 4.0 / 256.0);
        assert!(widen(shorten(f32::NAN)).is_nan());
        assert_eq!(widen(shorten(f32::INFINITY)), f32::INFINITY);
    }

    #[test]
    fn rows_and_means() {
        let mut states = HiddenStates::with_capacity(2, 3);
        states.extend(&[1.0, 2.0, 3.0, 4.0]);
        states.extend(&[5.0, 6.0]);
        assert_eq!((states.len(), states.width()), (3, 2));
        assert_eq!(states.mean([0, 2, 9]), [3.0, 4.0]);
        assert_eq!(states.mean([]), [0.0, 0.0]);
        let mut row = vec![7.0];
        states.rows(1..9).read_row(0, &mut row);
        assert_eq!(row, [3.0, 4.0]);
        states.read_row(3, &mut row);
        assert!(row.is_empty() && states.rows(5..7).is_empty() && HiddenStates::default().is_empty());
    }

    #[test]
    fn long_documents_go_to_a_file_and_come_back() {
        // Rows of a width that does not divide what stays in memory.
        let width = 1000;
        let rows = 3 * IN_MEMORY / width;
        let number = |row: usize, column: usize| ((row * 7 + column) % 251) as f32;
        let mut states = HiddenStates::with_capacity(width, rows);
        let block = 999;
        for first in (0..rows).step_by(block) {
            let rows = first..rows.min(first + block);
            let numbers: Vec<_> = rows.flat_map(|row| (0..width).map(move |column| number(row, column))).collect();
            states.extend(&numbers);
        }
        assert_eq!(states.len(), rows);
        assert!(states.data.capacity() <= IN_MEMORY && states.rows_in_file() > rows / 2);
        let mut row = Vec::new();
        for index in [0, 1, rows / 2, states.rows_in_file() - 1, states.rows_in_file(), rows - 1] {
            states.read_row(index, &mut row);
            assert!(row.iter().enumerate().all(|(column, &value)| value == number(index, column)), "{index}");
        }
        let around = states.rows_in_file() - 1..states.rows_in_file() + 1;
        let expected = (number(around.start, 5) + number(around.start + 1, 5)) / 2.0;
        assert_eq!(states.mean(around.clone())[5], expected);
        let copy = states.rows(around.clone());
        assert_eq!((copy.len(), copy.mean([0, 1])), (2, states.mean(around)));
        states.read_row(rows, &mut row);
        assert!(row.is_empty());
    }
}
