//! Dot products of plain slices, for heads and sentence vectors.

use super::{Kernel, LANES, Lanes, Op, Simd};

/// Dot products of contiguous rows with one vector.
#[derive(Debug)]
pub(crate) struct Dots<'a> {
    /// `vector.len() * out.len()` numbers.
    pub(crate) rows: &'a [f32],
    pub(crate) vector: &'a [f32],
    pub(crate) out: &'a mut [f32],
}

/// Rows summed side by side, so that their additions do not wait for each other. Set by hand.
const ROWS: usize = 4;

impl Dots<'_> {
    pub(crate) fn run(self, kernel: Kernel) {
        kernel.run(self);
    }
}

impl Op for Dots<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let width = self.vector.len();
        assert_eq!(self.rows.len(), width * self.out.len(), "a row for each number");
        let mut first = 0;
        while first + ROWS <= self.out.len() {
            let rows = &self.rows[first * width..][..ROWS * width];
            sums::<S, ROWS>(simd, rows, self.vector, &mut self.out[first..]);
            first += ROWS;
        }
        for i in first..self.out.len() {
            sums::<S, 1>(simd, &self.rows[i * width..][..width], self.vector, &mut self.out[i..]);
        }
    }
}

/// 16 interleaved partial sums per row, then their sum, without fused multiply-add, so that all CPUs agree.
#[inline(always)]
fn sums<S: Simd, const ROWS: usize>(simd: S, rows: &[f32], vector: &[f32], out: &mut [f32]) {
    let width = vector.len();
    let (chunks, rest) = vector.as_chunks::<LANES>();
    let mut all = [&chunks[..0]; ROWS];
    let mut sums = [simd.splat(0.0); ROWS];
    for r in 0..ROWS {
        all[r] = &rows[r * width..][..width].as_chunks::<LANES>().0[..chunks.len()];
    }
    for k in 0..chunks.len() {
        let v = simd.load_floats(&chunks[k]);
        for r in 0..ROWS {
            sums[r] = simd.add(sums[r], simd.mul(simd.load_floats(&all[r][k]), v));
        }
    }
    if !rest.is_empty() {
        let padded = |rest: &[f32]| {
            let mut lanes = Lanes::default();
            lanes.0[..rest.len()].copy_from_slice(rest);
            lanes
        };
        let v = padded(rest);
        for r in 0..ROWS {
            let row = padded(&rows[r * width..][width - rest.len()..width]);
            sums[r] = simd.add(sums[r], simd.mul(simd.load(&row), simd.load(&v)));
        }
    }
    for r in 0..ROWS {
        out[r] = simd.sum(sums[r]);
    }
}
