//! Row-wise operations between the linear layers: residual, layer norm, quantisation.

use super::{Kernel, LANES, Lanes, Op, Simd};

/// Affine quantisation of a row of u8: `(value - zero) * scale`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RowScale {
    pub(crate) scale: f32,
    /// The value that represents 0, an integer in [0, 255].
    pub(crate) zero: f32,
}

/// `rows = norm(rows + added)`: layer normalisation (Ba et al. 2016) with weight and bias.
#[derive(Debug)]
pub(crate) struct NormRows<'a> {
    pub(crate) rows: &'a mut [Lanes],
    /// As many rows as `rows`, or empty to add nothing.
    pub(crate) added: &'a [Lanes],
    pub(crate) weight: &'a [Lanes],
    pub(crate) bias: &'a [Lanes],
    /// Number of used values per row; the rest is padding.
    pub(crate) width: usize,
    pub(crate) epsilon: f32,
}

/// Quantises rows to u8, each with the scale of its own range.
#[derive(Debug)]
pub(crate) struct QuantiseRows<'a> {
    pub(crate) rows: &'a [Lanes],
    /// 16 per vector.
    pub(crate) values: &'a mut [u8],
    /// One per row.
    pub(crate) scales: &'a mut [RowScale],
}

impl NormRows<'_> {
    pub(crate) fn run(self, kernel: Kernel) {
        kernel.run(self);
    }
}

impl QuantiseRows<'_> {
    pub(crate) fn run(self, kernel: Kernel) {
        kernel.run(self);
    }
}

/// Vectors summed or compared side by side, so that their operations do not wait for each other. Set by hand.
const SIDE: usize = 4;

impl Op for NormRows<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let vectors = self.weight.len();
        // Number of used lanes in the last vector.
        let used = LANES - (vectors * LANES - self.width);
        let mut added = self.added.chunks_exact(vectors);
        for row in self.rows.chunks_exact_mut(vectors) {
            if let Some(added) = added.next() {
                for (v, added) in row.iter_mut().zip(added) {
                    simd.store(simd.add(simd.load(v), simd.load(added)), v);
                }
            }
            let mean = simd.sum(total(simd, row)) / self.width as f32;
            if let Some(last) = row.last_mut() {
                // Padding must not contribute to the variance.
                last.0[used..].fill(mean);
            }
            let variance = simd.sum(centre(simd, row, simd.splat(mean))) / self.width as f32;
            let scale = simd.splat(1.0 / (variance + self.epsilon).sqrt());
            let affine = self.weight.iter().zip(self.bias);
            for (v, (weight, bias)) in row.iter_mut().zip(affine) {
                let unit = simd.mul(simd.load(v), scale);
                let out = simd.mul_add(unit, simd.load(weight), simd.load(bias));
                simd.store(out, v);
            }
        }
    }
}

/// Sum of a row's vectors.
#[inline(always)]
fn total<S: Simd>(simd: S, row: &[Lanes]) -> S::F {
    let (fours, rest) = row.as_chunks::<SIDE>();
    let mut sums = [simd.splat(0.0); SIDE];
    for four in fours {
        for i in 0..SIDE {
            sums[i] = simd.add(sums[i], simd.load(&four[i]));
        }
    }
    for v in rest {
        sums[0] = simd.add(sums[0], simd.load(v));
    }
    simd.add(simd.add(sums[0], sums[1]), simd.add(sums[2], sums[3]))
}

/// Subtracts the mean from a row in place; returns the sum of squared deviations.
#[inline(always)]
fn centre<S: Simd>(simd: S, row: &mut [Lanes], mean: S::F) -> S::F {
    let (fours, rest) = row.as_chunks_mut::<SIDE>();
    let mut squares = [simd.splat(0.0); SIDE];
    for four in fours {
        for i in 0..SIDE {
            let off = simd.sub(simd.load(&four[i]), mean);
            squares[i] = simd.mul_add(off, off, squares[i]);
            simd.store(off, &mut four[i]);
        }
    }
    for v in rest {
        let off = simd.sub(simd.load(v), mean);
        squares[0] = simd.mul_add(off, off, squares[0]);
        simd.store(off, v);
    }
    simd.add(simd.add(squares[0], squares[1]), simd.add(squares[2], squares[3]))
}

/// Minimum and maximum of a row, zero included.
#[inline(always)]
fn range<S: Simd>(simd: S, row: &[Lanes]) -> (f32, f32) {
    let (fours, rest) = row.as_chunks::<SIDE>();
    let (mut low, mut high) = ([simd.splat(0.0); SIDE], [simd.splat(0.0); SIDE]);
    for four in fours {
        for i in 0..SIDE {
            low[i] = simd.min(low[i], simd.load(&four[i]));
            high[i] = simd.max(high[i], simd.load(&four[i]));
        }
    }
    for v in rest {
        low[0] = simd.min(low[0], simd.load(v));
        high[0] = simd.max(high[0], simd.load(v));
    }
    for i in 1..SIDE {
        low[0] = simd.min(low[0], low[i]);
        high[0] = simd.max(high[0], high[i]);
    }
    simd.range(low[0], high[0])
}

impl Op for QuantiseRows<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let vectors = self.rows.len() / self.scales.len();
        let rows = self.rows.chunks_exact(vectors);
        let bytes = self.values.chunks_exact_mut(vectors * LANES);
        for ((row, bytes), scale) in rows.zip(bytes).zip(self.scales) {
            // The range always includes 0, so that 0 is represented exactly.
            let (low, high) = range(simd, row);
            let step = (high - low) / 255.0;
            // A row of zeros, or of numbers indistinguishable from zero.
            let per_step = if step > f32::MIN_POSITIVE { 1.0 / step } else { 0.0 };
            // Adding 0.0 turns -0 into +0, whatever the order of comparisons was.
            let zero = (-low * per_step).round_ties_even().clamp(0.0, 255.0) + 0.0;
            *scale = RowScale { scale: step, zero };
            let (per_step, zero) = (simd.splat(per_step), simd.splat(zero));
            let (fours, rest) = row.as_chunks::<SIDE>();
            let (of_fours, of_rest) = bytes.as_chunks_mut::<{ SIDE * LANES }>();
            for (floats, bytes) in fours.iter().zip(of_fours) {
                let mut four = [zero; SIDE];
                for i in 0..SIDE {
                    four[i] = simd.mul_add(simd.load(&floats[i]), per_step, zero);
                }
                simd.store_four_bytes(four, bytes);
            }
            let (of_rest, _) = of_rest.as_chunks_mut::<LANES>();
            for (v, bytes) in rest.iter().zip(of_rest) {
                simd.store_bytes(simd.mul_add(simd.load(v), per_step, zero), bytes);
            }
        }
    }
}
