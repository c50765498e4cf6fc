//! Arithmetic shared by the stages, with a fixed order of summation whatever the batch or thread.

use std::borrow::Cow;

use ndarray::{Array1, ArrayView1, ArrayView2, ArrayViewMut1};

use crate::kernels::{Dots, Kernel};

/// Dot product, accumulated in 16 interleaved partial sums that are then added pairwise.
///
/// # Panics
/// If the vectors differ in length.
#[must_use]
pub fn dot(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f32 {
    dot_slices(&contiguous(&a), &contiguous(&b))
}

/// Dot product of each row with a vector, bit-identical to [`dot`]; cosines, for unit vectors.
///
/// # Panics
/// If the rows are not as long as the vector.
///
/// ```
/// use ndarray::array;
///
/// let rows = array![[1.0, 0.0], [0.6, 0.8]];
/// assert_eq!(pressmark_encoder::dots(rows.view(), array![0.0, 1.0].view()), array![0.0, 0.8]);
/// ```
#[must_use]
pub fn dots(rows: ArrayView2<'_, f32>, vector: ArrayView1<'_, f32>) -> Array1<f32> {
    let mut products = vec![0.0; rows.nrows()];
    let numbers = rows.as_slice().map_or_else(|| rows.iter().copied().collect(), Cow::Borrowed);
    dots_into(&numbers, &contiguous(&vector), &mut products);
    products.into()
}

fn dot_slices(a: &[f32], b: &[f32]) -> f32 {
    let mut product = 0.0;
    dots_into(a, b, std::slice::from_mut(&mut product));
    product
}

/// Dot products of `out.len()` contiguous rows with a vector.
fn dots_into(rows: &[f32], vector: &[f32], out: &mut [f32]) {
    Dots { rows, vector, out }.run(Kernel::detect());
}

/// The vector as a contiguous slice, copied only if necessary.
fn contiguous<'a>(vector: &'a ArrayView1<'_, f32>) -> Cow<'a, [f32]> {
    vector.as_slice().map_or_else(|| vector.to_vec().into(), Cow::Borrowed)
}

/// Turns logits into probabilities that sum to 1, in place.
///
/// The maximum is subtracted first to avoid overflow. An empty vector stays empty.
///
/// ```
/// let mut scores = ndarray::array![1.0, 1.0];
/// pressmark_encoder::softmax(scores.view_mut());
/// assert_eq!(scores, ndarray::array![0.5, 0.5]);
/// ```
pub fn softmax(mut logits: ArrayViewMut1<'_, f32>) {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for value in &mut logits {
        *value = (*value - greatest).exp();
        sum += *value;
    }
    for value in &mut logits {
        *value /= sum;
    }
}

/// The logistic function, which maps a logit to a probability in [0, 1].
#[must_use]
pub fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// Scales a vector to unit Euclidean length, in place; a zero vector is left unchanged.
pub fn normalize(mut vector: ArrayViewMut1<'_, f32>) {
    let length = dot(vector.view(), vector.view()).sqrt();
    if length > 0.0 {
        vector.mapv_inplace(|value| value / length);
    }
}

/// `x * Φ(x)`, where Φ is the standard normal distribution function.
///
/// Uses formula 7.1.26 of Abramowitz and Stegun for the error function, with an error of at most 1.5e-7.
#[cfg(test)]
pub(crate) fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let poly = ((((1.061_405_4 * t - 1.453_152_1) * t + 1.421_413_8) * t - 0.284_496_72) * t + 0.254_829_6) * t;
    let tail = 0.5 * poly * (-z * z).exp();
    x * if x < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array, aview1, s};

    use super::*;

    #[test]
    fn dot_counts_every_element() {
        for len in 0..70 {
            let a: Vec<f32> = (0..len).map(|i| i as f32).collect();
            let expected: f32 = (0..len).map(|i| (i * i) as f32).sum();
            assert_eq!(dot(aview1(&a), aview1(&a)), expected, "length {len}");
        }
    }

    #[test]
    fn softmax_survives_large_logits() {
        let mut values = array![1000.0, 0.0, 1000.0];
        softmax(values.view_mut());
        assert_eq!(values, array![0.5, 0.0, 0.5]);
        softmax(Array1::zeros(0).view_mut());
    }

    #[test]
    fn sigmoid_keeps_to_its_range() {
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!(sigmoid(-1000.0), 0.0);
        assert_eq!(sigmoid(1000.0), 1.0);
    }

    #[test]
    fn normalize_gives_unit_length() {
        let mut vector = array![3.0, 4.0];
        normalize(vector.view_mut());
        assert_eq!(vector, array![0.6, 0.8]);
        let mut zeros = Array1::zeros(3);
        normalize(zeros.view_mut());
        assert_eq!(zeros, Array1::<f32>::zeros(3));
    }

    #[test]
    fn views_with_gaps_give_what_their_copies_give() {
        let rows = Array2::from_shape_fn((6, 40), |(row, column)| ((row * 40 + column) % 23) as f32 - 11.0);
        let gaps = rows.slice(s![..;2, ..;3]);
        let vector = rows.slice(s![1, ..;3]);
        let (tight, one) = (gaps.to_owned(), vector.to_owned());
        assert_eq!(dots(gaps, vector), dots(tight.view(), one.view()));
        for (row, product) in gaps.rows().into_iter().zip(dots(gaps, vector)) {
            assert_eq!(dot(row, vector), product);
        }
    }

    #[test]
    fn gelu_agrees_with_tables_of_the_normal_distribution() {
        let check = |x: f32, phi: f32| {
            assert!((gelu(x) - x * phi).abs() < 1e-6, "gelu({x}) = {}", gelu(x));
        };
        check(0.0, 0.5);
        check(1.0, 0.841_344_8);
        check(-1.0, 0.158_655_25);
        check(2.5, 0.993_790_3);
        check(-3.0, 0.001_349_898);
        check(10.0, 1.0);
        check(-10.0, 0.0);
    }
}
