//! The reference's linear layer: 32-bit floats, matrix products by ndarray.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::bert::Linear;
use crate::config::Activation;
use crate::kernels::{GeluRows, Kernel, LANES, Lanes};

/// Weights widened to f32 once, at load: row by row, one row an input, as matrixmultiply reads
/// them fastest.
#[derive(Debug)]
pub(super) struct WideWeights {
    weights: Vec<f32>,
    bias: Vec<Lanes>,
    inputs: usize,
}

impl Linear for WideWeights {
    type Scratch = ();

    /// matrixmultiply copies the weights for each product, which wants many rows.
    const FEED_FORWARD_ROWS: usize = 512;

    fn zeros(inputs: usize, outputs: usize) -> Self {
        Self { weights: vec![0.0; inputs * outputs], bias: vec![Lanes::default(); outputs / LANES], inputs }
    }

    fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, i8)>, scale: f32, bias: f32) {
        let outputs = self.bias.len() * LANES;
        for (input, weight) in weights {
            self.weights[input * outputs + output] = f32::from(weight) * scale;
        }
        Lanes::floats_mut(&mut self.bias)[output] = bias;
    }

    /// matrixmultiply sums each output in an order that depends on the number of inputs alone,
    /// so that a row's result does not depend on its neighbours.
    fn multiply(&self, kernel: Kernel, input: &[Lanes], out: &mut [Lanes], activation: Activation, (): &mut ()) {
        for row in out.chunks_exact_mut(self.bias.len()) {
            row.copy_from_slice(&self.bias);
        }
        let outputs = self.bias.len() * LANES;
        let rows = out.len() / self.bias.len();
        let view = "rows and columns are as many as the slice holds";
        let input = ArrayView2::from_shape((rows, self.inputs), Lanes::floats(input)).expect(view);
        let weights = ArrayView2::from_shape((self.inputs, outputs), &self.weights).expect(view);
        let mut product = ArrayViewMut2::from_shape((rows, outputs), Lanes::floats_mut(out)).expect(view);
        general_mat_mul(1.0, &input, &weights, 1.0, &mut product);
        if activation == Activation::Gelu {
            GeluRows(out).run(kernel);
        }
    }
}
