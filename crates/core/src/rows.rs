use std::borrow::Cow;
use std::fmt::Debug;

/// Numbers kept in memory before they spill: 8 MiB at two bytes each, the hidden states of about 50 kB of text at a
/// width of 384. Set by hand: raising it costs memory per document in flight, lowering it makes shorter documents
/// spill.
const IN_MEMORY: usize = 4 << 20;

/// A matrix kept as bfloat16: rows of equal width, each number the upper half of an `f32`.
///
/// Hidden states and sentence vectors are the largest part of a long document in memory (768 bytes per subword at a
/// width of 384). The eight bits of precision that remain lose less than the int8 encoder's own error. Numbers past 8
/// MiB go to an [`Overflow`], where there is one.
#[derive(Debug, Default)]
pub struct Rows {
    width: usize,
    overflow: Option<Box<dyn Overflow>>,
    /// Count of the numbers in the overflow: those of the first rows.
    taken: usize,
    /// Numbers after those in the overflow.
    data: Vec<u16>,
}

/// Storage outside memory for the numbers of long documents.
pub trait Overflow: Debug + Send + Sync {
    /// Appends numbers after those it has; on `false` it has taken none of them.
    fn append(&mut self, numbers: &[u16]) -> bool;

    /// Fills `into` with numbers appended before, starting at index `first`.
    ///
    /// # Panics
    /// When they cannot be read back; the pipeline turns the panic into a problem of this document.
    fn read(&self, first: usize, into: &mut [u16]);
}

impl Rows {
    /// Creates rows of `width` numbers from their concatenation.
    ///
    /// # Panics
    /// When the length of `rows` is not a multiple of `width`.
    #[must_use]
    pub fn new(width: usize, rows: &[f32]) -> Self {
        let mut new = Self { width, ..Self::default() };
        new.extend(rows);
        new
    }

    /// Creates an empty matrix of `width` columns with capacity for `rows` rows.
    #[must_use]
    pub fn with_capacity(width: usize, rows: usize) -> Self {
        Self { width, data: Vec::with_capacity((width * rows).min(IN_MEMORY)), ..Self::default() }
    }

    /// Sets the storage for numbers past 8 MiB.
    #[must_use]
    pub fn with_overflow(self, overflow: impl Overflow + 'static) -> Self {
        Self { overflow: Some(Box::new(overflow)), ..self }
    }

    /// Appends rows, given concatenated.
    ///
    /// # Panics
    /// When the length of `rows` is not a multiple of the width.
    pub fn extend(&mut self, rows: &[f32]) {
        let is_whole = if self.width == 0 { rows.is_empty() } else { rows.len().is_multiple_of(self.width) };
        assert!(is_whole, "{} numbers are no whole number of rows of {}", rows.len(), self.width);
        if self.data.len() + rows.len() > IN_MEMORY
            && self.overflow.as_mut().is_some_and(|overflow| overflow.append(&self.data))
        {
            self.taken += self.data.len();
            self.data.clear();
        }
        self.data.extend(rows.iter().map(|&value| shorten(value)));
    }

    /// Copies a range of rows into memory; indices out of range are left out.
    #[must_use]
    pub fn rows(&self, rows: std::ops::Range<usize>) -> Self {
        let mut copy = Self::with_capacity(self.width, rows.len());
        rows.take_while(|&row| row < self.len()).for_each(|row| copy.data.extend_from_slice(&self.bits(row)));
        copy
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        (self.taken + self.data.len()).checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Row `index`; empty when out of range.
    #[must_use]
    pub fn row(&self, index: usize) -> Vec<f32> {
        let mut row = Vec::with_capacity(self.width);
        self.append_row(index, &mut row);
        row
    }

    /// Appends row `index` to `into`; appends nothing when out of range.
    pub fn append_row(&self, index: usize, into: &mut Vec<f32>) {
        into.extend(self.bits(index).iter().map(|&value| widen(value)));
    }

    /// Mean of the given rows, without those out of range; zeros when there are none.
    #[must_use]
    pub fn mean(&self, rows: impl IntoIterator<Item = usize>) -> Vec<f32> {
        let (mut mean, mut count) = (vec![0.0; self.width], 0_usize);
        for row in rows {
            let row = self.bits(row);
            mean.iter_mut().zip(row.iter()).for_each(|(sum, &value)| *sum += widen(value));
            count += usize::from(!row.is_empty());
        }
        let scale = 1.0 / count.max(1) as f32;
        mean.iter_mut().for_each(|sum| *sum *= scale);
        mean
    }

    /// Row in its stored form; empty when out of range.
    fn bits(&self, index: usize) -> Cow<'_, [u16]> {
        let first = index.saturating_mul(self.width);
        let Some(first) = first.checked_sub(self.taken) else {
            let mut row = vec![0; self.width];
            if let Some(overflow) = &self.overflow {
                overflow.read(first, &mut row);
            }
            return row.into();
        };
        self.data.get(first..first.saturating_add(self.width)).unwrap_or_default().into()
    }
}

impl Clone for Rows {
    fn clone(&self) -> Self {
        self.rows(0..self.len())
    }
}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        self.width == other.width
            && self.len() == other.len()
            && (0..self.len()).all(|row| self.bits(row) == other.bits(row))
    }
}

impl Eq for Rows {}

/// Rounds to bfloat16, to nearest with ties to even.
fn shorten(value: f32) -> u16 {
    if value.is_nan() {
        return f32::NAN.to_bits().wrapping_shr(16) as u16;
    }
    let bits = value.to_bits();
    // Adds half a unit of the last kept bit, less one where that bit is even: rounds to nearest, ties to even.
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
        // Halfway between two neighbours: rounds to the even one.
        assert_eq!(widen(shorten(1.0 + 1.0 / 256.0)), 1.0);
        assert_eq!(widen(shorten(1.0 + 3.0 / 256.0)), 1.0 + 4.0 / 256.0);
        assert!(widen(shorten(f32::NAN)).is_nan());
        assert_eq!(widen(shorten(f32::INFINITY)), f32::INFINITY);
    }

    #[test]
    fn rows_and_means() {
        let mut states = Rows::with_capacity(2, 3);
        states.extend(&[1.0, 2.0, 3.0, 4.0]);
        states.extend(&[5.0, 6.0]);
        assert_eq!((states.len(), states.width()), (3, 2));
        assert_eq!(states.mean([0, 2, 9]), [3.0, 4.0]);
        assert_eq!(states.mean([]), [0.0, 0.0]);
        let mut row = vec![7.0];
        states.rows(1..9).append_row(0, &mut row);
        states.append_row(3, &mut row);
        assert_eq!(row, [7.0, 3.0, 4.0]);
        assert_eq!((states.row(1), states.row(3)), (vec![3.0, 4.0], vec![]));
        assert!(states.rows(5..7).is_empty() && Rows::default().is_empty());
    }

    /// Accepts a fixed count of numbers, then refuses.
    #[derive(Debug)]
    struct Shelf(Vec<u16>, usize);

    impl Overflow for Shelf {
        fn append(&mut self, numbers: &[u16]) -> bool {
            let fits = self.0.len() + numbers.len() <= self.1;
            if fits {
                self.0.extend_from_slice(numbers);
            }
            fits
        }

        fn read(&self, first: usize, into: &mut [u16]) {
            into.copy_from_slice(&self.0[first..first + into.len()]);
        }
    }

    #[test]
    fn long_documents_overflow_and_come_back() {
        // A width that does not divide the numbers kept in memory.
        let width = 1000;
        let rows = 3 * IN_MEMORY / width;
        let number = |row: usize, column: usize| ((row * 7 + column) % 251) as f32;
        for (space, in_overflow) in [(usize::MAX, 3), (IN_MEMORY, 1), (0, 0)] {
            let mut states = Rows::with_capacity(width, rows).with_overflow(Shelf(Vec::new(), space));
            let block = 999;
            for first in (0..rows).step_by(block) {
                let rows = first..rows.min(first + block);
                let numbers: Vec<_> = rows.flat_map(|row| (0..width).map(move |column| number(row, column))).collect();
                states.extend(&numbers);
            }
            assert_eq!((states.len(), states.taken.div_ceil(IN_MEMORY)), (rows, in_overflow));
            let edge = states.taken / width;
            let mut row = Vec::new();
            for index in [0, 1, edge.saturating_sub(1), edge, rows - 1] {
                row.clear();
                states.append_row(index, &mut row);
                assert!(row.iter().enumerate().all(|(column, &value)| value == number(index, column)), "{index}");
            }
            let around = edge.saturating_sub(1)..edge + 1;
            let copy = states.rows(around.clone());
            assert_eq!((copy.len(), copy.mean(0..2)), (around.len(), states.mean(around)));
            row.clear();
            states.append_row(rows, &mut row);
            assert!(row.is_empty() && states.clone() == states);
        }
    }
}
