//! The reference's linear layer: 32-bit floats.

use super::bert::Linear;
use crate::config::Activation;
use crate::kernels::{Attend, AttentionScratch, Kernel, Lanes, Product, WideMatMul, WideWeights};

impl Linear for WideWeights {
    type Scratch = AttentionScratch;

    /// The intermediate of as many rows (393 KB in MiniLM) stays in the second-level cache.
    const FEED_FORWARD_ROWS: usize = 64;

    fn zeros(inputs: usize, outputs: usize) -> Self {
        Self::zeros(inputs, outputs)
    }

    fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, i8)>, scale: f32, bias: f32) {
        self.set(output, weights.map(|(input, weight)| (input, f32::from(weight) * scale)), bias);
    }

    fn multiply(
        &self,
        kernel: Kernel,
        input: &[Lanes],
        out: &mut [Lanes],
        activation: Activation,
        _: &mut AttentionScratch,
    ) {
        let product = WideMatMul { input, weights: self };
        match activation {
            Activation::Gelu => product.run_gelu(kernel, out),
            _ => product.run(kernel, out),
        }
    }

    fn attend(kernel: Kernel, attend: Attend<'_, AttentionScratch>) {
        attend.run(kernel);
    }
}
