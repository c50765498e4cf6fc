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
pub(crate) fn mean(width: usize, rows: impl Iterator<Item = impl ExactSizeIterator<Item = f32>>) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    let mut count = 0_usize;
    for row in rows.filter(|row| row.len() > 0) {
        sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
        count += 1;
    }
    if count > 0 {
        let scale = 1.0 / count as f32;
        sum.iter_mut().for_each(|s| *s *= scale);
    }
    sum
}
