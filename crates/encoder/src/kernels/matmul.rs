//! Linear layers: u8 activations times i8 weights, with scale, bias and GELU on the way out.

#![expect(unsafe_code, reason = "the innermost loop goes without bounds checks")]

use super::{Group, Kernel, LANES, Lanes, Op, RowScale, Simd};

/// The weights of a linear layer in the order in which the tiles read them.
///
/// Outputs go in panels of 16, inputs in groups of four: a panel is one [`Group`] after the
/// other. Both counts are rounded up with zero weights, whose outputs are zero.
#[derive(Debug)]
pub(crate) struct PackedWeights {
    groups: Vec<Group>,
    /// Groups in a panel.
    depth: usize,
    /// For each panel what a weight's unit is worth.
    scales: Vec<Lanes>,
    /// For each panel the sum of each output's weights.
    sums: Vec<Lanes>,
    bias: Vec<Lanes>,
}

impl PackedWeights {
    /// Room for as many inputs and outputs, both multiples of 16, all weights zero.
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

    /// Sets the weights of one output: `(input, weight)` for those that are not zero.
    pub(crate) fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, i8)>, scale: f32, bias: f32) {
        let (panel, lane) = (output / LANES, output % LANES);
        let groups = &mut self.groups[panel * self.depth..][..self.depth];
        let mut sum = 0i32;
        for (input, weight) in weights {
            groups[input / 4].0[lane][input % 4] = weight;
            sum += i32::from(weight);
        }
        self.scales[panel].0[lane] = scale;
        // At most 16384 inputs of 128: exact.
        self.sums[panel].0[lane] = sum as f32;
        self.bias[panel].0[lane] = bias;
    }

    /// Outputs in vectors of 16.
    pub(crate) fn panels(&self) -> usize {
        self.bias.len()
    }
}

/// Rows of u8, each standing for `(value - zero) * scale`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Activations<'a> {
    /// Row after row, as long as the weights' inputs.
    pub(crate) values: &'a [u8],
    /// One a row.
    pub(crate) scales: &'a [RowScale],
}

/// `activations · weightsᵀ + bias`, with GELU where asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MatMul<'a> {
    pub(crate) activations: Activations<'a>,
    pub(crate) weights: &'a PackedWeights,
}

/// A linear layer over rows, in bytes or in floats.
pub(crate) trait Product: Sized {
    /// Computes it with one kernel's vectors.
    fn compute<S: Simd, const GELU: bool>(&self, simd: S, out: &mut [Lanes]);

    /// Writes one row of floats a row of input.
    fn run(self, kernel: Kernel, out: &mut [Lanes]) {
        kernel.run(Run::<Self, false>(self, out));
    }

    /// The same with [`gelu`] of every number.
    fn run_gelu(self, kernel: Kernel, out: &mut [Lanes]) {
        kernel.run(Run::<Self, true>(self, out));
    }
}

struct Run<'a, P, const GELU: bool>(P, &'a mut [Lanes]);

impl<P: Product, const GELU: bool> Op for Run<'_, P, GELU> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.0.compute::<S, GELU>(simd, self.1);
    }
}

impl Product for MatMul<'_> {
    #[inline(always)]
    fn compute<S: Simd, const GELU: bool>(&self, simd: S, out: &mut [Lanes]) {
        simd.matmul::<GELU>(self, out);
    }
}

/// Goes over the panels, `PANELS` at a time and then one by one; for each over all rows, so that
/// a panel's weights stay in the first-level cache.
#[inline(always)]
pub(super) fn matmul<S: Simd, const ROWS: usize, const PANELS: usize, const GELU: bool>(
    simd: S,
    product: &MatMul<'_>,
    out: &mut [Lanes],
) {
    let rows = product.activations.scales.len();
    let panels = product.weights.panels();
    let mut panel = 0;
    while panel + PANELS <= panels {
        for row in (0..rows).step_by(ROWS) {
            tile::<S, ROWS, PANELS, GELU>(simd, product, row, panel, out);
        }
        panel += PANELS;
    }
    for panel in panel..panels {
        for row in (0..rows).step_by(ROWS) {
            tile::<S, ROWS, 1, GELU>(simd, product, row, panel, out);
        }
    }
}

/// A tile of the product, its sums kept in registers. A tile that hangs over the last row takes
/// that row again in place of those that are missing.
#[inline(always)]
fn tile<S: Simd, const ROWS: usize, const PANELS: usize, const GELU: bool>(
    simd: S,
    product: &MatMul<'_>,
    row: usize,
    panel: usize,
    out: &mut [Lanes],
) {
    let MatMul { activations, weights } = product;
    let depth = weights.depth;
    let last = activations.scales.len() - 1;
    let (fours, _) = activations.values.as_chunks::<4>();
    let mut inputs = [fours; ROWS];
    for r in 0..ROWS {
        inputs[r] = &fours[(row + r).min(last) * depth..][..depth];
    }
    let groups = &weights.groups[panel * depth..][..PANELS * depth];
    let sums = products::<S, ROWS, PANELS>(simd, inputs, groups);
    let width = weights.panels();
    for r in 0..ROWS {
        if row + r > last {
            break;
        }
        let scale = activations.scales[row + r];
        let out = &mut out[(row + r) * width + panel..][..PANELS];
        for p in 0..PANELS {
            let columns = &weights.sums[panel + p];
            let unit = simd.mul(simd.splat(scale.scale), simd.load(&weights.scales[panel + p]));
            let v = simd.to_floats(sums[r][p], columns);
            let v = simd.mul_add(simd.splat(-scale.zero), simd.load(columns), v);
            let v = simd.mul_add(v, unit, simd.load(&weights.bias[panel + p]));
            simd.store(if GELU { gelu(simd, v) } else { v }, &mut out[p]);
        }
    }
}

/// The products of `ROWS` rows with `PANELS` panels, one after the other in `groups`; their sums
/// stay in registers.
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
        // SAFETY: `k` is less than `depth`; each input has at least `depth` fours, and `groups`
        // has `PANELS` times as many. Checks here would cost a third of the time.
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

/// Beyond this the distribution function of the normal is 0 or 1, to 4e-6.
const GELU_LIMIT: f32 = 4.5;

/// `(Φ(x) - 1/2) / x` as a polynomial in `t = 2 x² / 4.5² - 1`, lowest power first: minimax for
/// the error of `x Φ(x)`, by Lawson's iteration. With f32 arithmetic gelu is off by at most 8e-6
/// where |x| < 4.5 and by 5e-6 |x| beyond; an int8 step of a usual row is a thousand times that.
const GELU_POLYNOMIAL: [f32; 10] = [
    0.156_905_32,
    -0.077_183_336,
    0.054_670_937,
    -0.040_295_586,
    0.028_631_099,
    -0.018_163_674,
    0.010_123_757,
    -0.006_669_787,
    0.004_666_97,
    -0.001_575_696_2,
];

/// `x Φ(x)`, Φ being the distribution function of the standard normal.
#[inline(always)]
pub(super) fn gelu<S: Simd>(simd: S, x: S::F) -> S::F {
    let near = simd.min(simd.max(x, simd.splat(-GELU_LIMIT)), simd.splat(GELU_LIMIT));
    let squeeze = simd.splat(2.0 / (GELU_LIMIT * GELU_LIMIT));
    let t = simd.mul_add(simd.mul(near, near), squeeze, simd.splat(-1.0));
    let mut p = simd.splat(GELU_POLYNOMIAL[9]);
    for coefficient in GELU_POLYNOMIAL[..9].iter().rev() {
        p = simd.mul_add(p, t, simd.splat(*coefficient));
    }
    simd.mul(x, simd.mul_add(near, p, simd.splat(0.5)))
}
