//! What is done row by row between the linear layers: residual, layer norm, quantisation.

use super::{Kernel, LANES, Lanes, Op, Simd};

/// How a row of u8 is read: `(value - zero) * scale`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RowScale {
    pub(crate) scale: f32,
    /// The value that stands for 0, a whole number in [0, 255].
    pub(crate) zero: f32,
}

/// `rows = norm(rows + added)`: layer normalisation (Ba et al. 2016) with weight and bias.
#[derive(Debug)]
pub(crate) struct NormRows<'a> {
    pub(crate) rows: &'a mut [Lanes],
    /// As many rows again, or none to add nothing.
    pub(crate) added: &'a [Lanes],
    pub(crate) weight: &'a [Lanes],
    pub(crate) bias: &'a [Lanes],
    /// How many numbers of a row count; the rest are zero and stay so.
    pub(crate) width: usize,
    pub(crate) epsilon: f32,
}

/// Rows to u8, each with the scale that its least and greatest number ask for.
#[derive(Debug)]
pub(crate) struct QuantiseRows<'a> {
    pub(crate) rows: &'a [Lanes],
    /// 16 times as many as there are vectors.
    pub(crate) values: &'a mut [u8],
    /// One a row.
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

/// Vectors that are summed or compared side by side, so that none waits for the one before it.
const SIDE: usize = 4;

impl Op for NormRows<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let vectors = self.weight.len();
        // The numbers of the last vector that count.
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
                // What does not count is off by nothing.
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

/// The sum of a row's vectors.
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

/// Takes the mean off a row's numbers; gives the sum of the squares of what is left.
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

/// The least and the greatest number of a row and zero.
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
            // 0 is always in the range, so that it has a value of its own.
            let (low, high) = range(simd, row);
            let step = (high - low) / 255.0;
            // A row of zeros, or of numbers too small to tell from zero.
            let per_step = if step > f32::MIN_POSITIVE { 1.0 / step } else { 0.0 };
            // Of the two zeros always the same one, whatever the order of comparison.
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
