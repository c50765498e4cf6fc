//! [`Rows`] as arrays of `ndarray`, for the stages that compute with them.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::Rows;

impl Rows {
    /// Row `index` as a vector of the width; empty when out of range.
    #[must_use]
    pub fn row_array(&self, index: usize) -> Array1<f32> {
        self.row(index).into()
    }

    /// The mean of the given rows as a vector; see [`mean`](Self::mean).
    #[must_use]
    pub fn mean_array(&self, rows: impl IntoIterator<Item = usize>) -> Array1<f32> {
        self.mean(rows).into()
    }

    /// Copies the given rows into a matrix (rows × width), without those out of range.
    #[must_use]
    pub fn select_array(&self, rows: impl IntoIterator<Item = usize>) -> Array2<f32> {
        let mut numbers = Vec::new();
        rows.into_iter().for_each(|row| self.append_row(row, &mut numbers));
        let count = numbers.len().checked_div(self.width()).unwrap_or(0);
        Array2::from_shape_vec((count, self.width()), numbers).expect("every row has the width")
    }

    /// Appends the rows of a matrix.
    ///
    /// # Panics
    /// When the matrix has another width.
    pub fn extend_array(&mut self, rows: ArrayView2<'_, f32>) {
        assert_eq!(rows.len_of(Axis(1)), self.width(), "rows of another width");
        self.extend(rows.as_standard_layout().as_slice().expect("standard layout is contiguous"));
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array, s};

    use super::*;

    #[test]
    fn rows_and_arrays_hold_the_same_numbers() {
        let matrix = array![[1.0, 2.0, 0.5], [3.0, 4.0, -1.0], [5.0, 6.0, 0.0]];
        let mut rows = Rows::with_capacity(3, 3);
        rows.extend_array(matrix.view());
        assert_eq!(rows.row_array(1), array![3.0, 4.0, -1.0]);
        assert_eq!(rows.mean_array([0, 2, 9]), array![3.0, 4.0, 0.25]);
        assert_eq!(rows.select_array([2, 0, 9]), array![[5.0, 6.0, 0.0], [1.0, 2.0, 0.5]]);
        assert_eq!(rows.select_array([]), Array2::<f32>::zeros((0, 3)));
        assert_eq!(Rows::default().select_array([0]), Array2::<f32>::zeros((0, 0)));

        // A view that is not contiguous.
        let mut columns = Rows::with_capacity(2, 3);
        columns.extend_array(matrix.slice(s![.., ..2]));
        assert_eq!(columns.select_array(0..3), matrix.slice(s![.., ..2]));
    }
}
