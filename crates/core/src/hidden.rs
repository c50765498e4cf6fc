use crate::rows;

/// The encoder's hidden states, one row a subword, kept as bfloat16: the upper half of an `f32`.
///
/// They are what a long document takes most memory for (768 bytes a subword with 384 numbers). The
/// eight bits of precision that are left are more than the int8 encoder's own error leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HiddenStates {
    width: usize,
    data: Vec<u16>,
}

impl HiddenStates {
    /// No rows yet, and room for so many of `width` numbers.
    #[must_use]
    pub fn with_capacity(width: usize, rows: usize) -> Self {
        Self { width, data: Vec::with_capacity(width * rows) }
    }

    /// Appends rows laid end to end.
    ///
    /// # Panics
    /// When `rows` is not a whole number of rows.
    pub fn extend(&mut self, rows: &[f32]) {
        rows::assert_whole(self.width, rows.len());
        self.data.extend(rows.iter().map(|&value| shorten(value)));
    }

    /// A copy of some of the rows; those out of range are left out.
    #[must_use]
    pub fn rows(&self, rows: std::ops::Range<usize>) -> Self {
        let end = rows.end.min(self.len()) * self.width;
        let start = (rows.start * self.width).min(end);
        Self { width: self.width, data: self.data.get(start..end).unwrap_or_default().to_vec() }
    }

    /// Numbers in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Puts row `index` into `into`, which ends up empty when there is none.
    pub fn read_row(&self, index: usize, into: &mut Vec<f32>) {
        into.clear();
        into.extend(self.row(index).iter().map(|&value| widen(value)));
    }

    fn row(&self, index: usize) -> &[u16] {
        let start = index.saturating_mul(self.width);
        self.data.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }

    /// The mean of the given rows (those out of range are passed over), zeros when there are none.
    #[must_use]
    pub fn mean(&self, rows: impl IntoIterator<Item = usize>) -> Vec<f32> {
        rows::mean(self.width, rows.into_iter().map(|row| self.row(row).iter().map(|&value| widen(value))))
    }
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
}
