//! The fast linear layer: weights as the bundle stores them, activations quantised row by row.
//!
//! Products of u8 and i8 are summed in i32, exactly. Each row of activations gets its own scale
//! and zero from its least and greatest number.

use super::bert::Linear;
use super::scratch::room;
use crate::config::Activation;
use crate::kernels::{
    Activations, Attend, ByteScratch, Kernel, LANES, Lanes, MatMul, PackedWeights, Product, QuantiseRows, RowScale,
};

/// Activations as the kernels take them.
#[derive(Debug, Default)]
pub(super) struct Quantised {
    values: Vec<u8>,
    scales: Vec<RowScale>,
    attention: ByteScratch,
}

impl Linear for PackedWeights {
    type Scratch = Quantised;

    /// The wide intermediate (1536 floats a row in MiniLM) then stays in the second-level cache
    /// beside the weights.
    const FEED_FORWARD_ROWS: usize = 48;

    fn zeros(inputs: usize, outputs: usize) -> Self {
        Self::zeros(inputs, outputs)
    }

    fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, i8)>, scale: f32, bias: f32) {
        self.set(output, weights, scale, bias);
    }

    fn multiply(
        &self,
        kernel: Kernel,
        input: &[Lanes],
        out: &mut [Lanes],
        activation: Activation,
        scratch: &mut Quantised,
    ) {
        let values = room(&mut scratch.values, input.len() * LANES);
        let scales = room(&mut scratch.scales, out.len() / self.panels());
        QuantiseRows { rows: input, values, scales }.run(kernel);
        let product = MatMul { activations: Activations { values, scales }, weights: self };
        match activation {
            Activation::Gelu => product.run_gelu(kernel, out),
            _ => product.run(kernel, out),
        }
    }

    fn attend(kernel: Kernel, attend: Attend<'_, Quantised>) {
        let Attend { qkv, out, heads, size, scratch } = attend;
        Attend { qkv, out, heads, size, scratch: &mut scratch.attention }.run(kernel);
    }
}
