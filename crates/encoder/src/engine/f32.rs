//! The reference's linear layer, in 32-bit floats.

use std::ops::Range;

use super::bert::Linear;
use super::scratch::room;
use crate::kernels::{Attend, AttentionScratch, GeluRows, Kernel, LANES, Lanes, WideMatMul, WideWeights};

impl Linear for WideWeights {
    type Rows = Vec<Lanes>;
    type Attention = AttentionScratch;

    fn zeros(inputs: usize, outputs: usize) -> Self {
        Self::zeros(inputs, outputs)
    }

    fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, i8)>, scale: f32, bias: f32) {
        self.set(output, weights.map(|(input, weight)| (input, f32::from(weight) * scale)), bias);
    }

    fn prepare(_: Kernel, rows: &[Lanes], width: usize, first: usize, to: &mut Vec<Lanes>) {
        let before = first * width;
        room(to, before + rows.len())[before..].copy_from_slice(rows);
    }

    fn multiply(
        &self,
        kernel: Kernel,
        input: &Vec<Lanes>,
        rows: Range<usize>,
        panels: Range<usize>,
        gelu: bool,
        out: &mut [Lanes],
    ) {
        let width = self.inputs() / LANES;
        let input = &input[rows.start * width..rows.end * width];
        WideMatMul { input, weights: self, panels, out }.run(kernel);
        if gelu {
            GeluRows { rows: out }.run(kernel);
        }
    }

    fn attend(kernel: Kernel, attend: Attend<'_, AttentionScratch>) {
        attend.run(kernel);
    }
}
