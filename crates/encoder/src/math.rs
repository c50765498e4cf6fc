//! Small arithmetic that the stages share: one order of summation, whatever batch or thread.

use crate::kernels::{Dots, Kernel};

/// The inner product, summed in 16 interleaved partial sums and then pairwise.
///
/// # Panics
/// When the slices differ in length.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut product = 0.0;
    dots(a, b, std::slice::from_mut(&mut product));
    product
}

/// The inner products of `out.len()` rows, laid end to end, with a vector: for each what [`dot`] gives.
///
/// # Panics
/// When the rows are not as long as the vector.
pub(crate) fn dots(rows: &[f32], vector: &[f32], out: &mut [f32]) {
    Dots { rows, vector, out }.run(Kernel::detect());
}

/// Turns logits into probabilities that sum to 1, in place.
///
/// The greatest logit is taken off first, so that nothing overflows. An empty slice stays empty.
///
/// ```
/// let mut scores = [1.0, 1.0];
/// pressmark_encoder::softmax(&mut scores);
/// assert_eq!(scores, [0.5, 0.5]);
/// ```
pub fn softmax(logits: &mut [f32]) {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for value in logits.iter_mut() {
        *value = (*value - greatest).exp();
        sum += *value;
    }
    for value in logits {
        *value /= sum;
    }
}

/// The logistic function: a logit to a probability in [0, 1].
#[must_use]
pub fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// Scales a vector to Euclidean length 1, in place; a vector of zeros stays as it is.
pub fn normalize(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    if length > 0.0 {
        for value in vector {
            *value /= length;
        }
    }
}

/// `x * Φ(x)`, Φ being the distribution function of the standard normal.
///
/// The error function is formula 7.1.26 of Abramowitz and Stegun, off by at most 1.5e-7.
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
    use super::*;

    #[test]
    fn dot_counts_every_element() {
        for len in 0..70 {
            let a: Vec<f32> = (0..len).map(|i| i as f32).collect();
            let expected: f32 = (0..len).map(|i| (i * i) as f32).sum();
            assert_eq!(dot(&a, &a), expected, "length {len}");
        }
    }

    #[test]
    fn softmax_survives_large_logits() {
        let mut values = [1000.0, 0.0, 1000.0];
        softmax(&mut values);
        assert_eq!(values, [0.5, 0.0, 0.5]);
        softmax(&mut []);
    }

    #[test]
    fn sigmoid_keeps_to_its_range() {
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!(sigmoid(-1000.0), 0.0);
        assert_eq!(sigmoid(1000.0), 1.0);
    }

    #[test]
    fn normalize_gives_unit_length() {
        let mut vector = [3.0, 4.0];
        normalize(&mut vector);
        assert_eq!(vector, [0.6, 0.8]);
        let mut zeros = [0.0; 3];
        normalize(&mut zeros);
        assert_eq!(zeros, [0.0; 3]);
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
