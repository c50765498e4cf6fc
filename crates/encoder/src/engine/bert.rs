//! The forward pass: BERT with post-layer normalisation, generic over the kind of linear layer.
//!
//! Residuals, layer norms and softmax are f32. A row depends on other rows only through the attention of its own
//! window.

use std::f32::consts::LOG2_E;
use std::fmt::Debug;
use std::ops::Range;

use super::embeddings::Embeddings;
use super::forward::Engine;
use super::scratch::{Pool, room};
use crate::config::Config;
use crate::kernels::{Attend, Kernel, LANES, Lanes, NormRows};
use crate::tensors::Tensors;
use crate::{Error, PackedWindows};

/// Subwords whose windows go through attention together, unless a single window has more. Set by hand, so that the
/// query, key and value of one head (96 floats per subword in MiniLM) stay in a near cache.
const ATTENTION_ROWS: usize = 256;

/// Rows processed together between steps that need whole windows. Set by hand, so that their floats (at most 1536 per
/// subword in MiniLM) stay in the nearest caches, beside the weights.
const CHUNK_ROWS: usize = 24;

/// A linear layer over rows of whole vectors: `out = input · weightsᵀ + bias`.
pub(super) trait Linear: Debug + Send + Sync {
    /// Rows prepared for multiplication; a reusable buffer.
    type Rows: Debug + Default + Send;

    /// Scratch buffers of attention, reused between windows.
    type Attention: Debug + Default + Send;

    /// Creates a layer with zero weights; `inputs` and `outputs` are multiples of 16.
    fn zeros(inputs: usize, outputs: usize) -> Self;

    /// Sets one output: its int8 weights as `(input, weight)`, their scale, and the bias.
    fn set(&mut self, output: usize, weights: impl Iterator<Item = (usize, i8)>, scale: f32, bias: f32);

    /// Prepares rows of `width` vectors for multiplication and stores them from row `first` on; other rows of `to` are
    /// kept.
    fn prepare(kernel: Kernel, rows: &[Lanes], width: usize, first: usize, to: &mut Self::Rows);

    /// Computes the outputs of some panels for some prepared rows, through GELU if `gelu`.
    ///
    /// Each row of `out` depends only on its row of `input`, to the bit.
    fn multiply(
        &self,
        kernel: Kernel,
        input: &Self::Rows,
        rows: Range<usize>,
        panels: Range<usize>,
        gelu: bool,
        out: &mut [Lanes],
    );

    /// Runs attention within one window.
    fn attend(kernel: Kernel, attend: Attend<'_, Self::Attention>);
}

/// BERT on linear layers of type `L`.
#[derive(Debug)]
pub(super) struct Bert<L: Linear> {
    kernel: Kernel,
    embeddings: Embeddings,
    norm: Norm,
    layers: Vec<Layer<L>>,
    shape: Shape,
    pool: Pool<Buffers<L>>,
}

/// Sizes in vectors of 16 lanes, rounded up, except where noted.
#[derive(Clone, Copy, Debug)]
struct Shape {
    heads: usize,
    /// Width of a head, in numbers.
    head_size: usize,
    /// Width of a head, in vectors.
    head: usize,
    /// Width of a hidden state, in vectors.
    hidden: usize,
    /// Width of the feed-forward layer, in vectors.
    wide: usize,
}

#[derive(Debug)]
struct Layer<L> {
    /// Query, key and value of each head in turn, each padded to whole vectors.
    qkv: L,
    attention_out: L,
    attention_norm: Norm,
    up: L,
    down: L,
    output_norm: Norm,
}

#[derive(Debug)]
struct Norm {
    weight: Vec<Lanes>,
    bias: Vec<Lanes>,
    width: usize,
    epsilon: f32,
}

#[derive(Debug)]
struct Buffers<L: Linear> {
    states: Vec<Lanes>,
    /// Query, key and value of one head.
    qkv: Vec<Lanes>,
    context: Vec<Lanes>,
    wide: Vec<Lanes>,
    narrow: Vec<Lanes>,
    /// The states, prepared for multiplication.
    ready: L::Rows,
    /// Prepared intermediate rows of attention or the feed-forward layer.
    inner: L::Rows,
    attention: L::Attention,
}

impl<L: Linear> Default for Buffers<L> {
    fn default() -> Self {
        Self {
            states: Vec::new(),
            qkv: Vec::new(),
            context: Vec::new(),
            wide: Vec::new(),
            narrow: Vec::new(),
            ready: L::Rows::default(),
            inner: L::Rows::default(),
            attention: L::Attention::default(),
        }
    }
}

impl<L: Linear> Bert<L> {
    pub(super) fn load(kernel: Kernel, config: &Config, tensors: &Tensors<'_>) -> Result<Self, Error> {
        let shape = Shape::of(config);
        let layers =
            (0..config.encoder.layers).map(|i| Layer::load(i, shape, config, tensors)).collect::<Result<_, _>>()?;
        Ok(Self {
            kernel,
            embeddings: Embeddings::load(config, tensors)?,
            norm: Norm::load("embeddings.LayerNorm", config, tensors)?,
            layers,
            shape,
            pool: Pool::default(),
        })
    }

    /// Computes the input of the first layer: embeddings and their layer norm.
    fn embed(&self, block: PackedWindows<'_>, buffers: &mut Buffers<L>) {
        let vectors = self.shape.hidden;
        let states = room(&mut buffers.states, block.ids.len() * vectors);
        for range in block.ranges() {
            for (position, row) in range.enumerate() {
                let state = &mut states[row * vectors..][..vectors];
                state[vectors - 1] = Lanes::default();
                let state = &mut Lanes::floats_mut(state)[..self.norm.width];
                let (id, shape) = (block.ids[row], block.shapes[row]);
                self.embeddings.write(id, position, shape, state);
            }
        }
        for (chunk, states) in states.chunks_mut(CHUNK_ROWS * vectors).enumerate() {
            self.norm.apply(self.kernel, states, &[]);
            L::prepare(self.kernel, states, vectors, chunk * CHUNK_ROWS, &mut buffers.ready);
        }
    }

    /// Self-attention with residual and layer norm, a few windows at a time.
    fn attend(&self, layer: &Layer<L>, block: PackedWindows<'_>, buffers: &mut Buffers<L>) {
        let mut windows: Vec<Range<usize>> = Vec::new();
        let rows = |windows: &[Range<usize>]| windows.iter().map(Range::len).sum::<usize>();
        for range in block.ranges().filter(|range| !range.is_empty()) {
            if rows(&windows) + range.len() > ATTENTION_ROWS {
                self.attend_within(layer, &windows, buffers);
                windows.clear();
            }
            windows.push(range);
        }
        self.attend_within(layer, &windows, buffers);
    }

    /// Self-attention with residual and layer norm for consecutive windows.
    ///
    /// Runs head by head, so that a head's query, key and value are still in the nearest caches when attention reads
    /// them.
    fn attend_within(&self, layer: &Layer<L>, windows: &[Range<usize>], buffers: &mut Buffers<L>) {
        let (Some(first), Some(last)) = (windows.first(), windows.last()) else {
            return;
        };
        let (kernel, shape) = (self.kernel, self.shape);
        let (first, rows) = (first.start, last.end - first.start);
        let states = &mut buffers.states[first * shape.hidden..][..rows * shape.hidden];
        let (width, of_head) = (shape.heads * shape.head, 3 * shape.head);
        let qkv = room(&mut buffers.qkv, rows * of_head);
        let context = room(&mut buffers.context, rows * width);
        let narrow = room(&mut buffers.narrow, CHUNK_ROWS * shape.hidden);
        let (ready, inner) = (&mut buffers.ready, &mut buffers.inner);

        for head in 0..shape.heads {
            let panels = head * of_head..(head + 1) * of_head;
            layer.qkv.multiply(kernel, ready, first..first + rows, panels, false, qkv);
            for range in windows {
                let range = range.start - first..range.end - first;
                let qkv = &qkv[range.start * of_head..range.end * of_head];
                let out = &mut context[range.start * width..range.end * width];
                let at = head * shape.head;
                L::attend(kernel, Attend { qkv, out, width, at, size: shape.head, scratch: &mut buffers.attention });
            }
        }
        let states = states.chunks_mut(CHUNK_ROWS * shape.hidden);
        for (chunk, (states, context)) in states.zip(context.chunks(CHUNK_ROWS * width)).enumerate() {
            let narrow = &mut narrow[..states.len()];
            L::prepare(kernel, context, width, 0, inner);
            layer.attention_out.multiply(kernel, inner, 0..context.len() / width, 0..shape.hidden, false, narrow);
            layer.attention_norm.apply(kernel, states, narrow);
            L::prepare(kernel, states, shape.hidden, first + chunk * CHUNK_ROWS, ready);
        }
    }

    /// The feed-forward layer with residual and layer norm.
    fn feed_forward(&self, layer: &Layer<L>, rows: usize, buffers: &mut Buffers<L>) {
        let (kernel, shape) = (self.kernel, self.shape);
        let wide = room(&mut buffers.wide, CHUNK_ROWS * shape.wide);
        let narrow = room(&mut buffers.narrow, CHUNK_ROWS * shape.hidden);
        let (ready, inner) = (&mut buffers.ready, &mut buffers.inner);
        let states = buffers.states[..rows * shape.hidden].chunks_mut(CHUNK_ROWS * shape.hidden);
        for (chunk, states) in states.enumerate() {
            let (first, rows) = (chunk * CHUNK_ROWS, states.len() / shape.hidden);
            let wide = &mut wide[..rows * shape.wide];
            let narrow = &mut narrow[..states.len()];
            layer.up.multiply(kernel, ready, first..first + rows, 0..shape.wide, true, wide);
            L::prepare(kernel, wide, shape.wide, 0, inner);
            layer.down.multiply(kernel, inner, 0..rows, 0..shape.hidden, false, narrow);
            layer.output_norm.apply(kernel, states, narrow);
            L::prepare(kernel, states, shape.hidden, first, ready);
        }
    }
}

impl<L: Linear> Engine for Bert<L> {
    fn encode(&self, block: PackedWindows<'_>, each: &mut dyn FnMut(&[f32])) {
        self.pool.with(|buffers| {
            let rows = block.ids.len();
            self.embed(block, buffers);
            for layer in &self.layers {
                self.attend(layer, block, buffers);
                self.feed_forward(layer, rows, buffers);
            }
            let (width, padded) = (self.norm.width, self.shape.hidden * LANES);
            let states = Lanes::floats_mut(&mut buffers.states);
            if width < padded {
                (1..rows).for_each(|row| states.copy_within(row * padded..row * padded + width, row * width));
            }
            each(&states[..rows * width]);
        });
    }
}

impl Shape {
    fn of(config: &Config) -> Self {
        let encoder = &config.encoder;
        let head_size = encoder.hidden_size / encoder.attention_heads;
        Self {
            heads: encoder.attention_heads,
            head_size,
            head: head_size.div_ceil(LANES),
            hidden: encoder.hidden_size.div_ceil(LANES),
            wide: encoder.intermediate_size.div_ceil(LANES),
        }
    }

    /// Position of a number of the concatenated heads in a layout where each head has `parts` parts, padded to whole
    /// vectors, and the number belongs to part `part`.
    fn in_heads(self, index: usize, parts: usize, part: usize) -> usize {
        (index / self.head_size * parts + part) * self.head * LANES + index % self.head_size
    }

    fn context(self) -> usize {
        self.heads * self.head * LANES
    }
}

impl<L: Linear> Layer<L> {
    fn load(index: usize, shape: Shape, config: &Config, tensors: &Tensors<'_>) -> Result<Self, Error> {
        let (width, wide) = (config.encoder.hidden_size, config.encoder.intermediate_size);
        let at = |part: &str| format!("encoder.layer.{index}.{part}");
        let (hidden, context) = (shape.hidden * LANES, shape.context());

        let mut qkv = L::zeros(hidden, 3 * context);
        // Scores are divided by the root of the head's size (Vaswani et al. 2017, 3.2.1); the factor log2(e) lets
        // softmax use powers of two.
        let factor = LOG2_E / (shape.head_size as f32).sqrt();
        let parts = [("query", factor), ("key", 1.0), ("value", 1.0)];
        for (i, (part, factor)) in parts.into_iter().enumerate() {
            let mut linear = Stored::read(&at(&format!("attention.self.{part}")), width, width, tensors)?;
            if part == "key" {
                // A key's bias adds the same to all scores of a query, which softmax cancels, and would cost the
                // quantised keys precision.
                linear.bias.fill(0.0);
            }
            linear.place(&mut qkv, |output| shape.in_heads(output, parts.len(), i), |input| input, factor);
        }
        let read = |part: &str, inputs, outputs| Stored::read(&at(part), inputs, outputs, tensors);
        let same = |index: usize| index;

        let mut attention_out = L::zeros(context, hidden);
        let linear = read("attention.output.dense", width, width)?;
        linear.place(&mut attention_out, same, |input| shape.in_heads(input, 1, 0), 1.0);
        let mut up = L::zeros(hidden, shape.wide * LANES);
        read("intermediate.dense", width, wide)?.place(&mut up, same, same, 1.0);
        let mut down = L::zeros(shape.wide * LANES, hidden);
        read("output.dense", wide, width)?.place(&mut down, same, same, 1.0);
        Ok(Self {
            qkv,
            attention_out,
            attention_norm: Norm::load(&at("attention.output.LayerNorm"), config, tensors)?,
            up,
            down,
            output_norm: Norm::load(&at("output.LayerNorm"), config, tensors)?,
        })
    }
}

/// A linear layer as stored in the bundle.
struct Stored<'a> {
    weights: crate::tensors::Quantised<'a>,
    bias: Vec<f32>,
}

impl<'a> Stored<'a> {
    fn read(name: &str, inputs: usize, outputs: usize, tensors: &Tensors<'a>) -> Result<Self, Error> {
        Ok(Self {
            weights: tensors.quantised(&format!("{name}.weight"), outputs, inputs)?,
            bias: tensors.floats(&format!("{name}.bias"), &[outputs])?,
        })
    }

    /// Copies the weights to the positions given by `output` and `input`, scaled by `factor`.
    fn place(
        &self,
        linear: &mut impl Linear,
        output: impl Fn(usize) -> usize,
        input: impl Fn(usize) -> usize,
        factor: f32,
    ) {
        let rows = self.weights.values.chunks_exact(self.weights.columns);
        let affine = self.weights.scales.iter().zip(&self.bias);
        for (index, (row, (scale, bias))) in rows.zip(affine).enumerate() {
            let weights = row.iter().enumerate();
            let weights = weights.map(|(index, byte)| (input(index), byte.cast_signed()));
            linear.set(output(index), weights, scale * factor, bias * factor);
        }
    }
}

impl Norm {
    fn load(name: &str, config: &Config, tensors: &Tensors<'_>) -> Result<Self, Error> {
        let width = config.encoder.hidden_size;
        Ok(Self {
            weight: Lanes::padded(&tensors.floats(&format!("{name}.weight"), &[width])?),
            bias: Lanes::padded(&tensors.floats(&format!("{name}.bias"), &[width])?),
            width,
            epsilon: config.encoder.layer_norm_eps,
        })
    }

    /// `rows = norm(rows + added)`, row by row; an empty `added` adds nothing.
    fn apply(&self, kernel: Kernel, rows: &mut [Lanes], added: &[Lanes]) {
        NormRows { rows, added, weight: &self.weight, bias: &self.bias, width: self.width, epsilon: self.epsilon }
            .run(kernel);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::TinyBundle;
    use crate::kernels::PackedWeights;

    #[test]
    fn every_kernel_gives_the_same_hidden_states() {
        let bundle =
            TinyBundle { hidden_size: 60, attention_heads: 3, intermediate_size: 100, ..TinyBundle::default() };
        let files = bundle.files();
        let config = Config::parse(&files.config).expect("a tiny bundle is sound");
        let weights = Arc::new(files.weights);
        let tensors = Tensors::parse(&weights).expect("a tiny bundle is sound");
        let lengths = [70, 1, 33];
        let ids: Vec<u32> = (0..104).collect();
        let shapes: Vec<u8> = ids.iter().map(|id| (id % 13) as u8).collect();
        let block =
            PackedWindows { ids: &ids, shapes: &shapes, starts: &[0, lengths[0], lengths[0] + lengths[1], 104] };
        let mut results = Kernel::available().map(|kernel| {
            let engine = Bert::<PackedWeights>::load(kernel, &config, &tensors);
            let mut out = Vec::new();
            engine.expect("a tiny bundle is sound").encode(block, &mut |rows| out.extend_from_slice(rows));
            assert_eq!(out.len(), ids.len() * 60);
            (kernel, out)
        });
        let (_, expected) = results.next().expect("there is always the portable kernel");
        for (kernel, out) in results {
            let same = out.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{kernel:?}");
        }
    }
}
