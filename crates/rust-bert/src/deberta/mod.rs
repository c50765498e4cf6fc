//! DeBERTa, versions 1 to 3, directly on libtorch.
//!
//! rust-bert 0.23 has both, but its arithmetic differs from the models' own in ways that no setting or change of
//! weights can fix. In version 2, the index of a relative position lacks the offset of the table's middle (`c2p_pos`),
//! so that all distances to following words collapse into one; the scores are divided by the size of a head instead of
//! its square root; and the base of the logarithm for far distances is rounded to an integer. In version 1, distances
//! are cut at the number of heads, which is mistaken for the number of words. `tests/pipelines/agreement.rs` compares
//! this implementation with transformers.

mod attention;
mod config;
mod weights;

use std::path::Path;

use tch::{Kind, Tensor};

use self::attention::{Attention, Distances};
pub(crate) use self::config::Config;
use self::config::Relative;
use self::weights::{Linear, Norm, Weights};
use crate::batch::Batch;

/// A classifier of words or of text pairs.
pub(crate) struct Deberta {
    words: Tensor,
    positions: Option<Tensor>,
    segments: Option<Tensor>,
    /// Projection to the layers' width, if the embeddings have another.
    widened: Option<Linear>,
    norm: Norm,
    distances: Option<(Tensor, Relative)>,
    layers: Vec<Layer>,
    convolution: Option<Convolution>,
    /// Pooling layer of pair classifiers; word classifiers have none.
    pooler: Option<Linear>,
    classifier: Linear,
}

/// What a model classifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Words,
    Pairs,
}

struct Layer {
    attention: Attention,
    after_attention: (Linear, Norm),
    inner: Linear,
    after_inner: (Linear, Norm),
}

struct Convolution {
    weight: Tensor,
    bias: Tensor,
    norm: Norm,
    groups: i64,
    is_gelu: bool,
}

impl Deberta {
    /// Loads the weights and runs them once, so that mismatched shapes panic in libtorch now rather than later.
    pub(crate) fn load(path: &Path, config: &Config, task: Task) -> Result<Self, String> {
        let model = Self::read(Weights::read(path)?, config, task)?;
        let ids = Tensor::zeros([1, 2], (Kind::Int64, tch::Device::Cpu));
        let _ = model.logits(&Batch { mask: ids.ones_like().to_kind(Kind::Bool), segments: ids.shallow_clone(), ids });
        Ok(model)
    }

    fn read(mut weights: Weights, config: &Config, task: Task) -> Result<Self, String> {
        let eps = config.layer_norm_eps;
        let within = |part: &str| format!("deberta.{part}");
        let embedding = |part: &str| within(&format!("embeddings.{part}"));
        let words = weights.take(&embedding("word_embeddings.weight"))?;
        let positions = config.has_positions().then(|| weights.take(&embedding("position_embeddings.weight")));
        let positions = positions.transpose()?;
        let segments = (config.type_vocab_size > 0).then(|| weights.take(&embedding("token_type_embeddings.weight")));
        let segments = segments.transpose()?;
        let is_narrow = words.size().get(1) != Some(&config.hidden_size);
        let widened = is_narrow.then(|| weights.matrix(&embedding("embed_proj"))).transpose()?;
        let norm = weights.norm(&embedding("LayerNorm"), eps)?;
        let distances = config.relative().map(|relative| {
            let table = weights.take(&within("encoder.rel_embeddings.weight"))?;
            let norm = relative.norm.then(|| weights.norm(&within("encoder.LayerNorm"), eps)).transpose()?;
            let table = norm.map_or_else(|| table.shallow_clone(), |norm| norm.of(&table));
            Ok::<_, String>((table.narrow(0, 0, 2 * relative.span()), relative))
        });
        let distances = distances.transpose()?;
        let layer = |index| Layer::read(&mut weights, &within(&format!("encoder.layer.{index}")), config);
        let layers = (0..config.num_hidden_layers).map(layer).collect::<Result<_, _>>()?;
        let convolution = config.convolution().map(|_| Convolution::read(&mut weights, config)).transpose()?;
        let pooler = (task == Task::Pairs).then(|| weights.linear("pooler.dense")).transpose()?;
        let classifier = weights.linear("classifier")?;
        Ok(Self { words, positions, segments, widened, norm, distances, layers, convolution, pooler, classifier })
    }

    /// Logits of each label, for each word of each row, or for each row of a pair classifier.
    pub(crate) fn logits(&self, batch: &Batch) -> Tensor {
        tch::no_grad(|| {
            let hidden = self.hidden(batch);
            match &self.pooler {
                Some(pooler) => self.classifier.of(&pooler.of(&hidden.select(1, 0)).gelu("none")),
                None => self.classifier.of(&hidden),
            }
        })
    }

    fn hidden(&self, batch: &Batch) -> Tensor {
        let length = batch.ids.size().get(1).copied().unwrap_or(0);
        let embed = |table: &Tensor, ids: &Tensor| Tensor::embedding(table, ids, -1, false, false);
        let mut x = embed(&self.words, &batch.ids);
        if let Some(positions) = &self.positions {
            x += positions.narrow(0, 0, length);
        }
        if let Some(segments) = &self.segments {
            x += embed(segments, &batch.segments);
        }
        if let Some(widened) = &self.widened {
            x = widened.of(&x);
        }
        let embedded = self.norm.of(&x) * batch.mask.unsqueeze(-1);
        let distances = self.distances.as_ref().map(|(table, relative)| Distances::new(table, length, *relative));
        let mut x = embedded.shallow_clone();
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.of(&x, &batch.mask, distances.as_ref());
            if let Some(convolution) = self.convolution.as_ref().filter(|_| index == 0) {
                x = convolution.of(&embedded, &x, &batch.mask);
            }
        }
        x
    }
}

impl Layer {
    fn read(weights: &mut Weights, name: &str, config: &Config) -> Result<Self, String> {
        let eps = config.layer_norm_eps;
        let attention = Attention::new(weights, &format!("{name}.attention.self"), config)?;
        let mut after = |part: &str| {
            let name = format!("{name}{part}.output");
            Ok::<_, String>((
                weights.linear(&format!("{name}.dense"))?,
                weights.norm(&format!("{name}.LayerNorm"), eps)?,
            ))
        };
        let (after_attention, after_inner) = (after(".attention")?, after("")?);
        let inner = weights.linear(&format!("{name}.intermediate.dense"))?;
        Ok(Self { attention, after_attention, inner, after_inner })
    }

    fn of(&self, x: &Tensor, keep: &Tensor, distances: Option<&Distances<'_>>) -> Tensor {
        let (dense, norm) = &self.after_attention;
        let x = norm.of(&(dense.of(&self.attention.of(x, keep, distances)) + x));
        let (dense, norm) = &self.after_inner;
        norm.of(&(dense.of(&self.inner.of(&x).gelu("none")) + x))
    }
}

impl Convolution {
    fn read(weights: &mut Weights, config: &Config) -> Result<Self, String> {
        let name = "deberta.encoder.conv";
        Ok(Self {
            weight: weights.take(&format!("{name}.conv.weight"))?,
            bias: weights.take(&format!("{name}.conv.bias"))?,
            norm: weights.norm(&format!("{name}.LayerNorm"), config.layer_norm_eps)?,
            groups: config.conv_groups,
            is_gelu: config.convolution_is_gelu(),
        })
    }

    /// Adds the convolution over neighbouring words to the output of the first layer.
    fn of(&self, embedded: &Tensor, x: &Tensor, keep: &Tensor) -> Tensor {
        let padding = self.weight.size().get(2).map_or(0, |width| (width - 1) / 2);
        let words = embedded.transpose(1, 2);
        let near = words.conv1d(&self.weight, Some(&self.bias), 1, padding, 1, self.groups).transpose(1, 2);
        let near = near * keep.unsqueeze(-1);
        let near = if self.is_gelu { near.gelu("none") } else { near.tanh() };
        self.norm.of(&(x + near)) * keep.unsqueeze(-1)
    }
}
