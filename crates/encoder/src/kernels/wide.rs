//! Linear layers in floats: the reference, on the same tiles as the bytes.

#![expect(unsafe_code, reason = "the innermost loop goes without bounds checks")]

use super::matmul::{Product, gelu};
use super::{LANES, Lanes, Simd};

/// Weights in the order in which the tiles read them: panels of 16 outputs, a vector an input.
#[derive(Debug)]
pub(crate) struct WideWeights {
    weights: Vec<Lanes>,
    bias: Vec<Lanes>,
    inputs: usize,
}

impl WideWeights {
    /// Room for as many inputs and outputs, both multiples of 16, all weights zero.
    pub(crate) fn zeros(inputs: usize, outputs: usize) -> Self {
        let panels = outputs / LANES;
        Self { weights: vec![Lanes::default(); panels * inputs], bias: vec![Lanes::default(); panels], inputs }
    }

    /// Sets the weights of one output: `(input, weight)` for those that are not zero.
    pub(crate) fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, f32)>, bias: f32) {
        let (panel, lane) = (output / LANES, output % LANES);
        let of_panel = &mut self.weights[panel * self.inputs..][..self.inputs];
        for (input, weight) in weights {
            of_panel[input].0[lane] = weight;
        }
        self.bias[panel].0[lane] = bias;
    }
}

/// `input · weightsᵀ + bias`, with GELU where asked for. Each output is summed input by input,
/// so that it does not depend on its neighbours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WideMatMul<'a> {
    pub(crate) input: &'a [Lanes],
    pub(crate) weights: &'a WideWeights,
}

impl Product for WideMatMul<'_> {
    #[inline(always)]
    fn compute<S: Simd, const GELU: bool>(&self, simd: S, out: &mut [Lanes]) {
        simd.wide_matmul::<GELU>(self, out);
    }
}

/// Inputs whose part of `PANELS` panels stays in the first-level cache (3 · 64 bytes each) while
/// all rows go over them.
const DEPTH: usize = 128;

/// Goes over the panels, `PANELS` at a time and then one by one; for each over the inputs in
/// blocks, for each over all rows.
#[inline(always)]
pub(super) fn matmul<S: Simd, const ROWS: usize, const PANELS: usize, const GELU: bool>(
    simd: S,
    product: &WideMatMul<'_>,
    out: &mut [Lanes],
) {
    let panels = product.weights.bias.len();
    let rows = out.len() / panels;
    let mut panel = 0;
    while panel < panels {
        let wide = panel + PANELS <= panels;
        for depth in (0..product.weights.inputs).step_by(DEPTH) {
            for row in (0..rows).step_by(ROWS) {
                if wide {
                    tile::<S, ROWS, PANELS, GELU>(simd, product, [row, panel, depth], out);
                } else {
                    tile::<S, ROWS, 1, GELU>(simd, product, [row, panel, depth], out);
                }
            }
        }
        panel += if wide { PANELS } else { 1 };
    }
}

/// A tile of the product over one block of inputs, added to what earlier blocks left in `out`.
#[inline(always)]
fn tile<S: Simd, const ROWS: usize, const PANELS: usize, const GELU: bool>(
    simd: S,
    product: &WideMatMul<'_>,
    [row, panel, first]: [usize; 3],
    out: &mut [Lanes],
) {
    let WideWeights { weights, bias, inputs: width } = product.weights;
    let panels = bias.len();
    // Rows that are missing are the last one again; they are never written.
    let last = out.len() / panels - 1;
    let depth = DEPTH.min(width - first);
    let floats = Lanes::floats(product.input);
    let mut inputs = [floats; ROWS];
    for r in 0..ROWS {
        inputs[r] = &floats[(row + r).min(last) * width + first..][..depth];
    }
    let mut blocks = [&weights[..]; PANELS];
    for p in 0..PANELS {
        blocks[p] = &weights[(panel + p) * width + first..][..depth];
    }
    let sums = products::<S, ROWS, PANELS>(simd, inputs, blocks);
    let done = first + depth == *width;
    for r in 0..ROWS {
        if row + r > last {
            break;
        }
        let out = &mut out[(row + r) * panels + panel..][..PANELS];
        for p in 0..PANELS {
            let before = if first == 0 { &bias[panel + p] } else { &out[p] };
            let v = simd.add(sums[r][p], simd.load(before));
            simd.store(if GELU && done { gelu(simd, v) } else { v }, &mut out[p]);
        }
    }
}

/// The products of `ROWS` rows with as many inputs of `PANELS` panels; the sums stay in registers.
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
