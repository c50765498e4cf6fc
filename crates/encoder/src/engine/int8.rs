//! The fast linear layer: weights as stored in the bundle, activations quantised per row.
//!
//! Products of u8 and i8 are summed exactly in i32. Each row of activations has its own scale and zero point, from its
//! minimum and maximum.

use std::ops::Range;

use super::bert::Linear;
use super::scratch::room;
use crate::kernels::{
    Activations, Attend, ByteScratch, Kernel, LANES, Lanes, MatMul, PackedWeights, QuantiseRows, RowScale,
};

/// Quantised activations in the kernels' format.
#[derive(Debug, Default)]
pub(super) struct Quantised {
    values: Vec<u8>,
    scales: Vec<RowScale>,
}

impl Linear for PackedWeights {
    type Rows = Quantised;
    type Attention = ByteScratch;

    fn zeros(inputs: usize, outputs: usize) -> Self {
        Self::zeros(inputs, outputs)
    }

    fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, i8)>, scale: f32, bias: f32) {
        self.set(output, weights, scale, bias);
    }

    fn prepare(kernel: Kernel, rows: &[Lanes], width: usize, first: usize, to: &mut Quantised) {
        let before = first * width * LANES;
        let values = &mut room(&mut to.values, before + rows.len() * LANES)[before..];
        let scales = &mut room(&mut to.scales, first + rows.len() / width)[first..];
        QuantiseRows { rows, values, scales }.run(kernel);
    }

    fn multiply(
        &self,
        kernel: Kernel,
        input: &Quantised,
        rows: Range<usize>,
        panels: Range<usize>,
        gelu: bool,
        out: &mut [Lanes],
    ) {
        let values = &input.values[rows.start * self.inputs()..rows.end * self.inputs()];
        let activations = Activations { values, scales: &input.scales[rows] };
        MatMul { activations, weights: self, panels, gelu, out }.run(kernel);
    }

    fn attend(kernel: Kernel, attend: Attend<'_, ByteScratch>) {
        attend.run(kernel);
    }
}
