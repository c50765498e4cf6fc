//! The reference: 32-bit floats, matrix products by ndarray.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};

use super::Engine;
use super::embeddings::Embeddings;
use super::scratch::{Pool, room};
use crate::config::Config;
use crate::math::gelu;
use crate::tensors::Tensors;
use crate::{Error, PackedWindows};

/// BERT with weights widened to f32 once, at load.
#[derive(Debug)]
pub(super) struct F32Engine {
    embeddings: Embeddings,
    norm: Norm,
    layers: Vec<Layer>,
    width: usize,
    heads: usize,
    longest: usize,
    pool: Pool<Buffers>,
}

#[derive(Debug)]
struct Layer {
    /// Query, key and value side by side.
    qkv: Linear,
    attention_out: Linear,
    attention_norm: Norm,
    up: Linear,
    down: Linear,
    output_norm: Norm,
}

/// A linear layer; weights row by row, one row an output.
#[derive(Debug)]
struct Linear {
    weights: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

#[derive(Debug)]
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

#[derive(Debug, Default)]
struct Buffers {
    qkv: Vec<f32>,
    scores: Vec<f32>,
    context: Vec<f32>,
    wide: Vec<f32>,
    narrow: Vec<f32>,
}

impl F32Engine {
    pub(super) fn load(config: &Config, tensors: &Tensors<'_>) -> Result<Self, Error> {
        let width = config.encoder.hidden_size;
        let epsilon = config.encoder.layer_norm_eps;
        let layers = (0..config.encoder.layers).map(|i| Layer::load(i, config, tensors)).collect::<Result<_, _>>()?;
        Ok(Self {
            embeddings: Embeddings::load(config, tensors)?,
            norm: Norm::load("embeddings.LayerNorm", width, epsilon, tensors)?,
            layers,
            width,
            heads: config.encoder.attention_heads,
            longest: config.max_window,
            pool: Pool::default(),
        })
    }

    fn attend(&self, block: PackedWindows<'_>, qkv: &[f32], scores: &mut [f32], out: &mut [f32]) {
        let width = self.width;
        let head_size = width / self.heads;
        // Scores are divided by the root of the head's size (Vaswani et al. 2017, 3.2.1).
        let scale = 1.0 / (head_size as f32).sqrt();
        for range in block.ranges().filter(|range| !range.is_empty()) {
            let rows = range.len();
            let qkv = &qkv[range.start * 3 * width..range.end * 3 * width];
            let out = &mut out[range.start * width..range.end * width];
            let scores = &mut scores[..rows * rows];
            for head in 0..self.heads {
                let part = |which: usize| {
                    let from = which * width + head * head_size;
                    strided(&qkv[from..], rows, head_size, 3 * width)
                };
                let mut scores_view =
                    ArrayViewMut2::from_shape((rows, rows), &mut *scores).expect("scores were cut to rows * rows");
                general_mat_mul(scale, &part(0), &part(1).t(), 0.0, &mut scores_view);
                scores.chunks_exact_mut(rows).for_each(crate::softmax);
                let scores_view = strided(scores, rows, rows, rows);
                let mut out =
                    ArrayViewMut2::from_shape((rows, head_size).strides((width, 1)), &mut out[head * head_size..])
                        .expect("a head's columns lie within the rows");
                general_mat_mul(1.0, &scores_view, &part(2), 0.0, &mut out);
            }
        }
    }
}

impl Engine for F32Engine {
    fn encode(&self, block: PackedWindows<'_>, out: &mut [f32]) {
        let rows = block.ids.len();
        let width = self.width;
        for range in block.ranges() {
            for (position, row) in range.enumerate() {
                let out = &mut out[row * width..][..width];
                let (id, shape) = (block.ids[row], block.shapes[row]);
                self.embeddings.write(id, position, shape, out);
                self.norm.apply(out);
            }
        }
        self.pool.with(|buffers| {
            for layer in &self.layers {
                let qkv = room(&mut buffers.qkv, rows * 3 * width);
                layer.qkv.apply(out, qkv);
                let scores = room(&mut buffers.scores, self.longest * self.longest);
                let context = room(&mut buffers.context, rows * width);
                self.attend(block, qkv, scores, context);
                let narrow = room(&mut buffers.narrow, rows * width);
                layer.attention_out.apply(context, narrow);
                layer.attention_norm.apply_to_sum(out, narrow);
                let wide = room(&mut buffers.wide, rows * layer.up.bias.len());
                layer.up.apply(out, wide);
                wide.iter_mut().for_each(|value| *value = gelu(*value));
                layer.down.apply(wide, narrow);
                layer.output_norm.apply_to_sum(out, narrow);
            }
        });
    }
}

/// A matrix whose rows lie `stride` apart in a longer slice.
fn strided(values: &[f32], rows: usize, columns: usize, stride: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((rows, columns).strides((stride, 1)), values).expect("the matrix lies within the slice")
}

impl Layer {
    fn load(index: usize, config: &Config, tensors: &Tensors<'_>) -> Result<Self, Error> {
        let encoder = &config.encoder;
        let width = encoder.hidden_size;
        let wide = encoder.intermediate_size;
        let epsilon = encoder.layer_norm_eps;
        let at = |part: &str| format!("encoder.layer.{index}.{part}");
        let mut qkv = Linear::empty(width);
        for part in ["query", "key", "value"] {
            qkv.append(&at(&format!("attention.self.{part}")), width, tensors)?;
        }
        let linear = |part: &str, inputs: usize, outputs: usize| {
            let mut linear = Linear::empty(inputs);
            linear.append(&at(part), outputs, tensors)?;
            Ok::<_, Error>(linear)
        };
        let norm = |part: &str| Norm::load(&at(part), width, epsilon, tensors);
        Ok(Self {
            qkv,
            attention_out: linear("attention.output.dense", width, width)?,
            attention_norm: norm("attention.output.LayerNorm")?,
            up: linear("intermediate.dense", width, wide)?,
            down: linear("output.dense", wide, width)?,
            output_norm: norm("output.LayerNorm")?,
        })
    }
}

impl Linear {
    fn empty(inputs: usize) -> Self {
        Self { weights: Vec::new(), bias: Vec::new(), inputs }
    }

    /// Adds the outputs of a linear layer of the bundle after those that are there.
    fn append(&mut self, name: &str, outputs: usize, tensors: &Tensors<'_>) -> Result<(), Error> {
        let weights = tensors.quantised(&format!("{name}.weight"), outputs, self.inputs)?;
        weights.dequantise_into(&mut self.weights);
        self.bias.extend(tensors.floats(&format!("{name}.bias"), &[outputs])?);
        Ok(())
    }

    /// `out = input · weightsᵀ + bias`, for as many rows as there are.
    ///
    /// matrixmultiply sums each output in an order that depends on `inputs` alone, so that a
    /// row's result does not depend on its neighbours.
    fn apply(&self, input: &[f32], out: &mut [f32]) {
        let outputs = self.bias.len();
        let rows = out.len() / outputs;
        for row in out.chunks_exact_mut(outputs) {
            row.copy_from_slice(&self.bias);
        }
        let input = strided(input, rows, self.inputs, self.inputs);
        let weights = strided(&self.weights, outputs, self.inputs, self.inputs);
        let mut out = ArrayViewMut2::from_shape((rows, outputs), out).expect("out holds whole rows of outputs");
        general_mat_mul(1.0, &input, &weights.t(), 1.0, &mut out);
    }
}

impl Norm {
    fn load(name: &str, width: usize, epsilon: f32, tensors: &Tensors<'_>) -> Result<Self, Error> {
        Ok(Self {
            weight: tensors.floats(&format!("{name}.weight"), &[width])?,
            bias: tensors.floats(&format!("{name}.bias"), &[width])?,
            epsilon,
        })
    }

    /// Layer normalisation of one row (Ba et al. 2016), in place.
    fn apply(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = row.iter().sum::<f32>() / count;
        row.iter_mut().for_each(|value| *value -= mean);
        let variance = crate::dot(row, row) / count;
        let scale = 1.0 / (variance + self.epsilon).sqrt();
        let affine = self.weight.iter().zip(&self.bias);
        for (value, (weight, bias)) in row.iter_mut().zip(affine) {
            *value = *value * scale * weight + bias;
        }
    }

    /// `rows = norm(rows + added)`, row by row.
    fn apply_to_sum(&self, rows: &mut [f32], added: &[f32]) {
        let width = self.weight.len();
        for (row, added) in rows.chunks_exact_mut(width).zip(added.chunks_exact(width)) {
            row.iter_mut().zip(added).for_each(|(value, added)| *value += added);
            self.apply(row);
        }
    }
}
