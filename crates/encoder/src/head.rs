//! Heads: small layers that turn a hidden state, or features derived from some, into logits.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};

use crate::Error;
use crate::config::{Activation, Calibration, HeadConfig, Output, Vote};
use crate::kernels::{GeluRows, Kernel, LANES, Lanes, WideMatMul, WideWeights};
use crate::math::{sigmoid, softmax};
use crate::tensors::Tensors;

/// Input type of heads that read each subword of a text, to be pooled.
pub(crate) const SUBWORDS: &str = "subwords";

/// Input type of heads that read a target and a passage in one window.
const PAIR: &str = "target+passage";

/// A head of a bundle: linear layers, each followed by an activation.
///
/// A pooled head outputs a weight and a value per label for each subword of a text. [`pool`](Self::pool) combines them
/// into the text's logits, the mean of the values under the softmax of the weights, so that a label can rest on the few
/// words that support it.
#[derive(Clone, Debug)]
pub struct Head {
    name: String,
    input: String,
    output: Output,
    labels: Vec<String>,
    calibration: Calibration,
    thresholds: Option<Vec<f32>>,
    layers: Vec<Layer>,
}

/// Incremental pooling of a long text's subwords; see [`Head::pooling`].
#[derive(Clone, Debug, PartialEq)]
pub struct SubwordPool {
    /// For each label: the maximum weight so far, the sum of the weights' exponentials relative to it, and the same sum
    /// weighted by the values (a streaming softmax).
    most: Vec<f32>,
    total: Vec<f32>,
    sum: Vec<f32>,
}

impl SubwordPool {
    /// Adds the output of [`Head::apply_rows`] for more subwords of the text.
    ///
    /// # Panics
    /// If the rows do not have two columns per label.
    pub fn add(&mut self, rows: ArrayView2<'_, f32>) {
        let labels = self.most.len();
        assert_eq!(rows.ncols(), 2 * labels, "a weight and a value a label");
        let (weights, values) = rows.split_at(Axis(1), labels);
        for (label, (weights, values)) in weights.columns().into_iter().zip(values.columns()).enumerate() {
            let most = weights.iter().copied().fold(self.most[label], f32::max);
            if most == f32::NEG_INFINITY {
                continue;
            }
            let before = (self.most[label] - most).exp();
            self.most[label] = most;
            self.total[label] *= before;
            self.sum[label] *= before;
            for (weight, value) in weights.iter().zip(values) {
                let weight = (weight - most).exp();
                self.total[label] += weight;
                self.sum[label] += weight * value;
            }
        }
    }

    /// The logits over everything added so far; zeros if nothing was.
    #[must_use]
    pub fn logits(&self) -> Array1<f32> {
        self.sum.iter().zip(&self.total).map(|(sum, total)| if *total > 0.0 { sum / total } else { 0.0 }).collect()
    }
}

#[derive(Clone, Debug)]
struct Layer {
    /// Inputs and outputs are padded with zeros to whole vectors.
    weights: Arc<WideWeights>,
    inputs: usize,
    outputs: usize,
    activation: Activation,
}

/// Rows that go through a head together. Set by hand: the values between two layers then stay in the second-level
/// cache.
const BLOCK: usize = 64;

impl Head {
    pub(crate) fn load(config: &HeadConfig, tensors: &Tensors<'_>) -> Result<Self, Error> {
        let mut layers: Vec<Layer> = Vec::with_capacity(config.layers.len());
        for (i, layer) in config.layers.iter().enumerate() {
            let name = format!("heads.{}.{i}.weight", config.name);
            let (rows, columns) = tensors.matrix_shape(&name)?;
            let last = i + 1 == config.layers.len();
            let rows = match config.output {
                Output::Vector => rows,
                _ if !last => rows,
                _ if config.input == SUBWORDS => 2 * config.labels.len(),
                _ => config.labels.len(),
            };
            let inputs = layers.last().map_or(columns, |below| below.outputs);
            let weights = tensors.floats(&name, &[rows, inputs])?;
            let bias = tensors.floats(&format!("heads.{}.{i}.bias", config.name), &[rows])?;
            layers.push(Layer::new(&weights, &bias, inputs, layer.activation));
        }
        Ok(Self {
            name: config.name.clone(),
            input: config.input.clone(),
            output: config.output,
            labels: config.labels.clone(),
            calibration: config.calibration.clone(),
            thresholds: config.thresholds.clone(),
            layers,
        })
    }

    /// The name by which [`Model::head`](crate::Model::head) finds it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its input is, in the bundle's terms (for example `token`).
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// Interpretation of its outputs, which determines how logits become probabilities.
    #[must_use]
    pub fn output(&self) -> Output {
        self.output
    }

    /// The labels, one per output, as the bundle spells them; empty for a vector.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Whether it is one linear layer, without an activation.
    pub(crate) fn is_linear(&self) -> bool {
        matches!(&self.layers[..], [Layer { activation: Activation::None, .. }])
    }

    /// Width of its input.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.inputs)
    }

    /// Whether its outputs per subword must be combined with [`pool`](Self::pool) into a text's logits.
    #[must_use]
    pub fn is_pooled(&self) -> bool {
        self.input == SUBWORDS
    }

    /// Whether its input is a target and a passage encoded in one window.
    #[must_use]
    pub fn reads_pairs(&self) -> bool {
        self.input == PAIR
    }

    /// Width of its output.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.outputs)
    }

    /// Divisor of the logits before they become probabilities (temperature scaling, Guo et al. 2017); positive, 1 if
    /// the head is not calibrated.
    #[must_use]
    pub fn temperature(&self) -> f32 {
        self.calibration.temperature
    }

    /// Bonus for the logit of a text's first sentence, before division by the temperature; the `n`-th sentence gets it
    /// divided by `n`. `None` if it was not fitted.
    #[must_use]
    pub fn lead(&self) -> Option<f32> {
        self.calibration.lead
    }

    /// Weights of a document-level vote on a mention's label; `None` if they were not fitted.
    #[must_use]
    pub fn vote(&self) -> Option<Vote> {
        self.calibration.vote
    }

    /// Decision thresholds of the labels, as probabilities; `None` if the head has none.
    #[must_use]
    pub fn thresholds(&self) -> Option<&[f32]> {
        self.thresholds.as_deref()
    }

    /// The logits of one input, before temperature scaling: [`outputs`](Self::outputs) numbers.
    ///
    /// # Panics
    /// If `input` is not [`inputs`](Self::inputs) long.
    #[must_use]
    pub fn apply(&self, input: ArrayView1<'_, f32>) -> Array1<f32> {
        self.apply_rows(input.insert_axis(Axis(0))).index_axis_move(Axis(0), 0)
    }

    /// The logits of many inputs, one per row; faster than one by one.
    ///
    /// Each row is bit-identical to the result of [`apply`](Self::apply).
    ///
    /// # Panics
    /// If the rows are not [`inputs`](Self::inputs) wide.
    #[must_use]
    pub fn apply_rows(&self, rows: ArrayView2<'_, f32>) -> Array2<f32> {
        let (inputs, outputs) = (self.inputs(), self.outputs());
        assert_eq!(rows.ncols(), inputs, "inputs of head {}", self.name);
        let mut logits = Vec::with_capacity(rows.nrows() * outputs);
        for block in rows.axis_chunks_iter(Axis(0), BLOCK) {
            let mut values = vec![Lanes::default(); block.nrows() * inputs.div_ceil(LANES)];
            let padded = Lanes::floats_mut(&mut values).chunks_exact_mut(inputs.next_multiple_of(LANES).max(1));
            padded.zip(block.rows()).for_each(|(to, from)| copy(from, &mut to[..inputs]));
            for layer in &self.layers {
                values = layer.apply(&values, block.nrows());
            }
            let padded = outputs.next_multiple_of(LANES);
            logits.extend(Lanes::floats(&values).chunks_exact(padded.max(1)).flat_map(|row| &row[..outputs]));
        }
        Array2::from_shape_vec((rows.nrows(), outputs), logits).expect("a row of logits for each input")
    }

    /// The logits of many items, one row each, in order. `input` appends an item's input to the given buffer; only a
    /// block of inputs is in memory at a time.
    ///
    /// # Panics
    /// If an input is not [`inputs`](Self::inputs) long.
    #[must_use]
    pub fn apply_each<T>(
        &self,
        items: impl IntoIterator<Item = T>,
        mut input: impl FnMut(T, &mut Vec<f32>),
    ) -> Array2<f32> {
        let items = items.into_iter();
        let (inputs, outputs) = (self.inputs(), self.outputs());
        let (mut rows, mut held) = (Vec::with_capacity(BLOCK * inputs), 0);
        let (mut logits, mut count) = (Vec::with_capacity(items.size_hint().0 * outputs), 0);
        let mut flush = |rows: &mut Vec<f32>, held: &mut usize| {
            let view = ArrayView2::from_shape((*held, inputs), rows).expect("each input was measured");
            logits.extend(self.apply_rows(view));
            rows.clear();
            count += std::mem::take(held);
        };
        for item in items {
            input(item, &mut rows);
            held += 1;
            assert_eq!(rows.len(), held * inputs, "input of head {}", self.name);
            if held == BLOCK {
                flush(&mut rows, &mut held);
            }
        }
        flush(&mut rows, &mut held);
        Array2::from_shape_vec((count, outputs), logits).expect("a row of logits for each item")
    }

    /// The logits of a text, from the output of [`apply_rows`](Self::apply_rows) for its subwords; zeros if there are
    /// none.
    ///
    /// # Panics
    /// If the rows are not [`outputs`](Self::outputs) wide.
    #[must_use]
    pub fn pool(&self, rows: ArrayView2<'_, f32>) -> Array1<f32> {
        assert_eq!(rows.ncols(), self.outputs(), "outputs of head {}", self.name);
        let mut pool = self.pooling();
        pool.add(rows);
        pool.logits()
    }

    /// Starts incremental pooling of a long text; equal to [`pool`](Self::pool) over all its subwords.
    #[must_use]
    pub fn pooling(&self) -> SubwordPool {
        let labels = self.labels.len();
        SubwordPool { most: vec![f32::NEG_INFINITY; labels], total: vec![0.0; labels], sum: vec![0.0; labels] }
    }

    /// The calibrated probabilities of one input: [`apply`](Self::apply), then [`calibrate`](Self::calibrate).
    ///
    /// # Panics
    /// As [`apply`](Self::apply).
    #[must_use]
    pub fn probabilities(&self, input: ArrayView1<'_, f32>) -> Array1<f32> {
        let mut logits = self.apply(input);
        self.calibrate(logits.view_mut().insert_axis(Axis(0)));
        logits
    }

    /// Turns logits, one input per row, into calibrated probabilities, in place.
    ///
    /// Divides them by the temperature and applies [`softmax`] per row, or [`sigmoid`]; vectors are left as they are. A
    /// label's threshold is shifted to one half in logit space, so that readers need not know the head's thresholds.
    /// Thresholds only apply to [`Output::Sigmoid`].
    pub fn calibrate(&self, mut logits: ArrayViewMut2<'_, f32>) {
        match self.output {
            Output::Vector => {}
            Output::Sigmoid => {
                for mut row in logits.rows_mut() {
                    for (index, logit) in row.iter_mut().enumerate() {
                        let threshold = self.thresholds.as_ref().and_then(|t| t.get(index)).copied().unwrap_or(0.5);
                        *logit = sigmoid(*logit / self.temperature() - (threshold / (1.0 - threshold)).ln());
                    }
                }
            }
            Output::Softmax => {
                for mut row in logits.rows_mut() {
                    row.mapv_inplace(|logit| logit / self.temperature());
                    softmax(row);
                }
            }
        }
    }
}

fn copy(from: ArrayView1<'_, f32>, to: &mut [f32]) {
    match from.as_slice() {
        Some(from) => to.copy_from_slice(from),
        None => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}

impl Layer {
    /// Creates a layer from weights in row-major order, one row per output.
    fn new(weights: &[f32], bias: &[f32], inputs: usize, activation: Activation) -> Self {
        let outputs = bias.len();
        let mut wide = WideWeights::zeros(inputs.next_multiple_of(LANES), outputs.next_multiple_of(LANES));
        for (output, (row, bias)) in weights.chunks_exact(inputs.max(1)).zip(bias).enumerate() {
            wide.set(output, row.iter().copied().enumerate(), *bias);
        }
        Self { weights: Arc::new(wide), inputs, outputs, activation }
    }

    fn apply(&self, input: &[Lanes], rows: usize) -> Vec<Lanes> {
        let mut out = vec![Lanes::default(); rows * self.outputs.div_ceil(LANES)];
        if out.is_empty() {
            return out;
        }
        let kernel = Kernel::detect();
        WideMatMul { input, weights: &self.weights, panels: 0..self.weights.panels(), out: &mut out }.run(kernel);
        // All activations map the padding's zeros to zeros.
        match self.activation {
            Activation::None => {}
            Activation::Gelu => GeluRows { rows: &mut out }.run(kernel),
            Activation::Tanh => Lanes::floats_mut(&mut out).iter_mut().for_each(|value| *value = value.tanh()),
            Activation::Relu => Lanes::floats_mut(&mut out).iter_mut().for_each(|value| *value = value.max(0.0)),
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_threshold_falls_on_one_half() {
        let head = Head {
            name: "frames".to_owned(),
            input: "sentence".to_owned(),
            output: Output::Sigmoid,
            labels: ["a", "b"].map(str::to_owned).to_vec(),
            calibration: Calibration { temperature: 2.0, ..Calibration::default() },
            thresholds: Some(vec![0.5, 0.75]),
            layers: vec![Layer::new(&[0.0; 2], &[0.0; 2], 1, Activation::None)],
        };
        // Two texts: both labels at their thresholds, then at three quarters and at one quarter.
        let at = |probability: f32| 2.0 * (probability / (1.0 - probability)).ln();
        let mut scores = array![[at(0.5), at(0.75)], [at(0.75), at(0.25)]];
        head.calibrate(scores.view_mut());
        for (score, expected) in scores.into_iter().zip([0.5, 0.5, 0.75, 0.1]) {
            assert!((score - expected).abs() < 1e-6, "{score} {expected}");
        }
    }

    #[test]
    fn pooling_takes_the_mean_by_the_softmax_of_the_weights() {
        let layer = Layer::new(&[0.0; 4], &[0.0; 4], 1, Activation::None);
        let head = Head {
            name: "frames".to_owned(),
            input: SUBWORDS.to_owned(),
            output: Output::Sigmoid,
            labels: ["a", "b"].map(str::to_owned).to_vec(),
            calibration: Calibration::default(),
            thresholds: None,
            layers: vec![layer],
        };
        assert!(head.is_pooled());
        // Columns: weights of a and b, values of a and b. Label a rests on the second subword by three to one, b on
        // both alike.
        let three = 3.0_f32.ln();
        let logits = head.pool(array![[1000.0, 5.0, 2.0, 4.0], [1000.0 + three, 5.0, 6.0, 8.0]].view());
        assert!((logits[0] - 5.0).abs() < 1e-4 && (logits[1] - 6.0).abs() < 1e-4, "{logits:?}");
        assert_eq!(head.pool(Array2::zeros((0, 4)).view()), array![0.0, 0.0]);
        // Incremental pooling gives the same, wherever the maximum weight comes.
        let rows = array![[3.0, -2.0, 1.0, 4.0], [80.0, 1.0, -6.0, 8.0], [79.0, 0.5, 3.0, 2.0], [-80.0, 1.5, 9.0, 1.0]];
        let mut pool = head.pooling();
        rows.outer_iter().for_each(|row| pool.add(row.insert_axis(Axis(0))));
        let (parts, whole) = (pool.logits(), head.pool(rows.view()));
        assert!(parts.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-5), "{parts} {whole}");
    }
}
