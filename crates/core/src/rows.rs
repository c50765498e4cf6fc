//! What matrices have in common, however they keep their numbers.

/// Holds `len` numbers against rows of `width`.
///
/// # Panics
/// When they are not a whole number of rows.
pub(crate) fn assert_whole(width: usize, len: usize) {
    let is_whole = if width == 0 { len == 0 } else { len.is_multiple_of(width) };
    assert!(is_whole, "{len} values are no whole number of rows of {width}");
}

/// The mean of rows of `width` numbers; empty rows are passed over, and zeros are the mean of none.
pub(crate) struct Mean {
    sum: Vec<f32>,
    count: usize,
}

impl Mean {
    pub(crate) fn of(width: usize) -> Self {
        Self { sum: vec![0.0; width], count: 0 }
    }

    pub(crate) fn add(&mut self, row: impl ExactSizeIterator<Item = f32>) {
        if row.len() > 0 {
            self.sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
            self.count += 1;
        }
    }

    pub(crate) fn finish(mut self) -> Vec<f32> {
        if self.count > 0 {
            let scale = 1.0 / self.count as f32;
            self.sum.iter_mut().for_each(|s| *s *= scale);
        }
        self.sum
    }
}
