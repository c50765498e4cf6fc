//! Linear layers in floats: the reference, tiled like the integer ones.

#![expect(unsafe_code, reason = "the innermost loop goes without bounds checks")]

use std::ops::Range;

use super::{Kernel, LANES, Lanes, Op, Simd};

/// Weights in the order in which the tiles read them: panels of 16 outputs, one vector per input.
#[derive(Debug)]
pub(crate) struct WideWeights {
    weights: Vec<Lanes>,
    bias: Vec<Lanes>,
    inputs: usize,
}

impl WideWeights {
    /// Creates zero weights; `inputs` and `outputs` are multiples of 16.
    pub(crate) fn zeros(inputs: usize, outputs: usize) -> Self {
        let panels = outputs / LANES;
        Self { weights: vec![Lanes::default(); panels * inputs], bias: vec![Lanes::default(); panels], inputs }
    }

    /// Sets one output's non-zero weights, as `(input, weight)`.
    pub(crate) fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, f32)>, bias: f32) {
        let (panel, lane) = (output / LANES, output % LANES);
        let of_panel = &mut self.weights[panel * self.inputs..][..self.inputs];
        for (input, weight) in weights {
            of_panel[input].0[lane] = weight;
        }
        self.bias[panel].0[lane] = bias;
    }

    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Number of outputs in vectors of 16.
    pub(crate) fn panels(&self) -> usize {
        self.bias.len()
    }
}

/// `input · weightsᵀ + bias` for some panels of the weights. Each output is summed input by input, so that it does not
/// depend on its neighbours.
#[derive(Debug)]
pub(crate) struct WideMatMul<'a> {
    pub(crate) input: &'a [Lanes],
    pub(crate) weights: &'a WideWeights,
    pub(crate) panels: Range<usize>,
    /// One row per row of input, one vector per panel.
    pub(crate) out: &'a mut [Lanes],
}

impl WideMatMul<'_> {
    pub(crate) fn run(self, kernel: Kernel) {
        kernel.run(self);
    }
}

impl Op for WideMatMul<'_> {
    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        simd.wide_matmul(&mut self);
    }
}

/// Inputs per block. Set by hand: a block of `PANELS` panels (3 · 64 bytes per input at most) stays in the first-level
/// cache while all rows go over it.
const DEPTH: usize = 128;

/// Iterates over panels, `PANELS` at a time and then one by one; within each over blocks of inputs, and within those
/// over all rows.
#[inline(always)]
pub(super) fn matmul<S: Simd, const ROWS: usize, const PANELS: usize>(simd: S, product: &mut WideMatMul<'_>) {
    let rows = product.out.len() / product.panels.len();
    let mut panel = product.panels.start;
    while panel < product.panels.end {
        let wide = panel + PANELS <= product.panels.end;
        for depth in (0..product.weights.inputs).step_by(DEPTH) {
            for row in (0..rows).step_by(ROWS) {
                if wide {
                    tile::<S, ROWS, PANELS>(simd, product, [row, panel, depth]);
                } else {
                    tile::<S, ROWS, 1>(simd, product, [row, panel, depth]);
                }
            }
        }
        panel += if wide { PANELS } else { 1 };
    }
}

/// One tile of the product over one block of inputs, added to the result of earlier blocks in `out`.
#[inline(always)]
fn tile<S: Simd, const ROWS: usize, const PANELS: usize>(
    simd: S,
    product: &mut WideMatMul<'_>,
    [row, panel, first]: [usize; 3],
) {
    let WideMatMul { input, weights: WideWeights { weights, bias, inputs: width }, panels, out } = product;
    let (start, panels) = (panels.start, panels.len());
    // Rows past the end read the last one again and are never written.
    let last = out.len() / panels - 1;
    let depth = DEPTH.min(width - first);
    let floats = Lanes::floats(input);
    let mut inputs = [floats; ROWS];
    for r in 0..ROWS {
        inputs[r] = &floats[(row + r).min(last) * width + first..][..depth];
    }
    let mut blocks = [&weights[..]; PANELS];
    for p in 0..PANELS {
        blocks[p] = &weights[(panel + p) * width + first..][..depth];
    }
    let sums = products::<S, ROWS, PANELS>(simd, inputs, blocks);
    for r in 0..ROWS {
        if row + r > last {
            break;
        }
        let out = &mut out[(row + r) * panels + panel - start..][..PANELS];
        for p in 0..PANELS {
            let before = if first == 0 { &bias[panel + p] } else { &out[p] };
            simd.store(simd.add(sums[r][p], simd.load(before)), &mut out[p]);
        }
    }
}

/// Products of `ROWS` rows with a block of inputs of `PANELS` panels; the sums stay in registers.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "only loops over indices become straight code on registers")]
fn products<S: Simd, const ROWS: usize, const PANELS: usize>(
    simd: S,
    inputs: [&[f32]; ROWS],
    blocks: [&[Lanes]; PANELS],
) -> [[S::F; PANELS]; ROWS] {
    let depth = blocks[0].len();
    for r in 0..ROWS {
        assert_eq!(inputs[r].len(), depth, "a row has a number for each input");
    }
    for p in 0..PANELS {
        assert_eq!(blocks[p].len(), depth, "a panel has a vector for each input");
    }
    let mut sums = [[simd.splat(0.0); PANELS]; ROWS];
    for k in 0..depth {
        // SAFETY: `k` is less than `depth`, and each block and each input has as many.
        let block = |p: usize| unsafe { blocks[p].get_unchecked(k) };
        // SAFETY: as above.
        let input = |r: usize| unsafe { *inputs[r].get_unchecked(k) };
        let mut loaded = [simd.load(block(0)); PANELS];
        for p in 1..PANELS {
            loaded[p] = simd.load(block(p));
        }
        for r in 0..ROWS {
            let x = simd.splat(input(r));
            for p in 0..PANELS {
                sums[r][p] = simd.mul_add(x, loaded[p], sums[r][p]);
            }
        }
    }
    sums
}
