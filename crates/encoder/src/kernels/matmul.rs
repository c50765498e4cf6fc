//! Linear layers: u8 activations times i8 weights, with scale, bias and optional GELU.

#![expect(unsafe_code, reason = "the innermost loop goes without bounds checks")]

use std::ops::Range;

use super::gelu::gelu_for_bytes;
use super::{Group, Kernel, LANES, Lanes, Op, RowScale, Simd};

/// The weights of a linear layer in the order in which the tiles read them.
///
/// Outputs are in panels of 16, inputs in groups of four: a panel is a sequence of [`Group`]s. Both counts are padded
/// with zero weights, whose outputs are zero.
#[derive(Debug)]
pub(crate) struct PackedWeights {
    groups: Vec<Group>,
    /// Groups per panel.
    depth: usize,
    /// Scale of each output's weights, by panel.
    scales: Vec<Lanes>,
    /// Sum of each output's weights, by panel.
    sums: Vec<Lanes>,
    bias: Vec<Lanes>,
}

impl PackedWeights {
    /// Creates zero weights; `inputs` and `outputs` are multiples of 16.
    pub(crate) fn zeros(inputs: usize, outputs: usize) -> Self {
        let panels = outputs / LANES;
        let depth = inputs / 4;
        Self {
            groups: vec![Group([[0; 4]; LANES]); panels * depth],
            depth,
            scales: vec![Lanes::default(); panels],
            sums: vec![Lanes::default(); panels],
            bias: vec![Lanes::default(); panels],
        }
    }

    /// Sets one output's non-zero weights, as `(input, weight)`.
    pub(crate) fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, i8)>, scale: f32, bias: f32) {
        let (panel, lane) = (output / LANES, output % LANES);
        let groups = &mut self.groups[panel * self.depth..][..self.depth];
        let mut sum = 0i32;
        for (input, weight) in weights {
            groups[input / 4].0[lane][input % 4] = weight;
            sum += i32::from(weight);
        }
        self.scales[panel].0[lane] = scale;
        // Exact in f32: at most 16384 inputs of magnitude 128.
        self.sums[panel].0[lane] = sum as f32;
        self.bias[panel].0[lane] = bias;
    }

    pub(crate) fn inputs(&self) -> usize {
        self.depth * 4
    }
}

/// Rows of u8, each representing `(value - zero) * scale`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Activations<'a> {
    /// Row after row, each as long as the weights' inputs.
    pub(crate) values: &'a [u8],
    /// One per row.
    pub(crate) scales: &'a [RowScale],
}

/// `activations · weightsᵀ + bias` for some panels of the weights, through GELU if `gelu`.
#[derive(Debug)]
pub(crate) struct MatMul<'a> {
    pub(crate) activations: Activations<'a>,
    pub(crate) weights: &'a PackedWeights,
    pub(crate) panels: Range<usize>,
    pub(crate) gelu: bool,
    /// One row per row of activations, one vector per panel.
    pub(crate) out: &'a mut [Lanes],
}

impl MatMul<'_> {
    pub(crate) fn run(self, kernel: Kernel) {
        kernel.run(self);
    }
}

impl Op for MatMul<'_> {
    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        simd.matmul(&mut self);
    }
}

/// Iterates over panels, `PANELS` at a time and then one by one, and over all rows for each, so that a panel's weights
/// stay in the first-level cache.
#[inline(always)]
pub(super) fn matmul<S: Simd, const ROWS: usize, const PANELS: usize>(simd: S, product: &mut MatMul<'_>) {
    let rows = product.activations.scales.len();
    let mut panel = product.panels.start;
    while panel + PANELS <= product.panels.end {
        for row in (0..rows).step_by(ROWS) {
            tile::<S, ROWS, PANELS>(simd, product, row, panel);
        }
        panel += PANELS;
    }
    for panel in panel..product.panels.end {
        for row in (0..rows).step_by(ROWS) {
            tile::<S, ROWS, 1>(simd, product, row, panel);
        }
    }
}

/// One tile of the product, with its sums in registers. A tile past the last row computes and writes that row
/// repeatedly.
#[inline(always)]
fn tile<S: Simd, const ROWS: usize, const PANELS: usize>(simd: S, product: &mut MatMul<'_>, row: usize, panel: usize) {
    let MatMul { activations, weights, panels, gelu, out } = product;
    let depth = weights.depth;
    let last = activations.scales.len() - 1;
    let (fours, _) = activations.values.as_chunks::<4>();
    let mut inputs = [fours; ROWS];
    let mut scales = [activations.scales[last]; ROWS];
    let mut outs = [0; ROWS];
    let (width, first) = (panels.len(), panel - panels.start);
    for r in 0..ROWS {
        let row = (row + r).min(last);
        inputs[r] = &fours[row * depth..][..depth];
        scales[r] = activations.scales[row];
        outs[r] = row * width + first;
    }
    let groups = &weights.groups[panel * depth..][..PANELS * depth];
    let sums = products::<S, ROWS, PANELS>(simd, inputs, groups);
    assert!(out.len() >= last * width + first + PANELS, "there is a row for each row of activations");
    let of_panels = panel..panel + PANELS;
    let (units, columns) = (&weights.scales[of_panels.clone()], &weights.sums[of_panels.clone()]);
    let bias = &weights.bias[of_panels];
    for r in 0..ROWS {
        let RowScale { scale, zero } = scales[r];
        // SAFETY: the assertion above guarantees these vectors for the last row. A bounds check here would break up the
        // loop and spill the sums to memory.
        let out = unsafe { out.get_unchecked_mut(outs[r]..outs[r] + PANELS) };
        for p in 0..PANELS {
            let unit = simd.mul(simd.splat(scale), simd.load(&units[p]));
            let v = simd.to_floats(sums[r][p], &columns[p]);
            let v = simd.mul_add(simd.splat(-zero), simd.load(&columns[p]), v);
            simd.store(simd.mul_add(v, unit, simd.load(&bias[p])), &mut out[p]);
        }
    }
    if *gelu {
        for row in out[row * width..].chunks_mut(width).take(ROWS) {
            for v in &mut row[first..first + PANELS] {
                simd.store(gelu_for_bytes(simd, simd.load(v)), v);
            }
        }
    }
}

/// Products of `ROWS` rows with `PANELS` panels, which are consecutive in `groups`; the sums stay in registers.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "only loops over indices become straight code on registers")]
pub(super) fn products<S: Simd, const ROWS: usize, const PANELS: usize>(
    simd: S,
    inputs: [&[[u8; 4]]; ROWS],
    groups: &[Group],
) -> [[S::Sums; PANELS]; ROWS] {
    let depth = groups.len() / PANELS;
    for r in 0..ROWS {
        assert!(inputs[r].len() >= depth, "a row has a four for each group");
    }
    let mut sums = [[simd.no_sums(); PANELS]; ROWS];
    for k in 0..depth {
        // SAFETY: `k` is less than `depth`; each input has at least `depth` fours, and `groups` has `PANELS` times as
        // many. Bounds checks here would cost a third of the time.
        let four = |r: usize| unsafe { *inputs[r].get_unchecked(k) };
        // SAFETY: as above.
        let group = |p: usize| unsafe { groups.get_unchecked(p * depth + k) };
        let mut loaded = [simd.weights(group(0)); PANELS];
        for p in 1..PANELS {
            loaded[p] = simd.weights(group(p));
        }
        for r in 0..ROWS {
            let four = simd.four(four(r));
            for p in 0..PANELS {
                sums[r][p] = simd.dot(sums[r][p], four, loaded[p]);
            }
        }
    }
    sums
}
