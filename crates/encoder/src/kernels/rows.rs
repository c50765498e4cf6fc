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

impl Op for NormRows<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let vectors = self.weight.len();
        // The numbers of the last vector that count.
        let mut mask = Lanes([1.0; LANES]);
        mask.0[LANES - (vectors * LANES - self.width)..].fill(0.0);
        let mut added = self.added.chunks_exact(vectors);
        for row in self.rows.chunks_exact_mut(vectors) {
            if let Some(added) = added.next() {
                for (v, added) in row.iter_mut().zip(added) {
                    simd.store(simd.add(simd.load(v), simd.load(added)), v);
                }
            }
            let mut sum = simd.splat(0.0);
            for v in row.iter() {
                sum = simd.add(sum, simd.load(v));
            }
            let mean = simd.splat(simd.sum(sum) / self.width as f32);
            let Some((last, whole)) = row.split_last_mut() else {
                return;
            };
            let mut squares = simd.splat(0.0);
            for v in whole {
                let off = simd.sub(simd.load(v), mean);
                squares = simd.mul_add(off, off, squares);
                simd.store(off, v);
            }
            let off = simd.mul(simd.sub(simd.load(last), mean), simd.load(&mask));
            squares = simd.mul_add(off, off, squares);
            simd.store(off, last);
            let variance = simd.sum(squares) / self.width as f32;
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

impl Op for QuantiseRows<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let vectors = self.rows.len() / self.scales.len();
        let (bytes, _) = self.values.as_chunks_mut::<LANES>();
        let rows = self.rows.chunks_exact(vectors);
        let bytes = bytes.chunks_exact_mut(vectors);
        for ((row, bytes), scale) in rows.zip(bytes).zip(self.scales) {
            // 0 is always in the range, so that it has a value of its own.
            let (mut low, mut high) = (simd.splat(0.0), simd.splat(0.0));
            for v in row {
                low = simd.min(low, simd.load(v));
                high = simd.max(high, simd.load(v));
            }
            let (low, high) = simd.range(low, high);
            let step = (high - low) / 255.0;
            // A row of zeros, or of numbers too small to tell from zero.
            let per_step = if step > f32::MIN_POSITIVE { 1.0 / step } else { 0.0 };
            let zero = (-low * per_step).round_ties_even().clamp(0.0, 255.0);
            *scale = RowScale { scale: step, zero };
            let (per_step, zero) = (simd.splat(per_step), simd.splat(zero));
            let (least, most) = (simd.splat(0.0), simd.splat(255.0));
            for (v, bytes) in row.iter().zip(bytes) {
                let v = simd.mul_add(simd.load(v), per_step, zero);
                simd.store_bytes(simd.min(simd.max(v, least), most), bytes);
            }
        }
    }
}
