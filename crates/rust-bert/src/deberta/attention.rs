use tch::{Kind, Tensor};

use super::config::{Config, Relative};
use super::weights::{Linear, Weights};

/// Disentangled attention: between words, and between words and relative positions.
pub(super) struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    /// Projections of the relative position embeddings.
    distance_key: Option<Linear>,
    distance_query: Option<Linear>,
    heads: i64,
}

/// The relative position embeddings, with the row for each pair of words of a batch.
pub(super) struct Distances<'a> {
    pub(super) table: &'a Tensor,
    forth: Tensor,
    back: Tensor,
}

impl<'a> Distances<'a> {
    pub(super) fn new(table: &'a Tensor, length: i64, relative: Relative) -> Self {
        let distances = distances(length, relative);
        let span = relative.span();
        let place = |distance: Tensor| (distance + span).clamp(0, 2 * span - 1);
        Self { table, back: place(distances.neg()), forth: place(distances) }
    }
}

/// Relative position of each word (row) to each other word (column).
///
/// Uses the order and precision of transformers' arithmetic, so that a distance at the edge of two buckets falls into
/// the same one.
fn distances(length: i64, relative: Relative) -> Tensor {
    let at = Tensor::arange(length, (Kind::Int64, tch::Device::Cpu));
    let distance = at.unsqueeze(-1) - at.unsqueeze(0);
    let Some(buckets) = relative.buckets else { return distance };
    let middle = buckets / 2;
    let size = distance.abs();
    let base = Tensor::from(((relative.furthest - 1) as f64 / middle as f64) as f32).log();
    let far = ((size.clamp_min(middle) / middle).log() / base * (middle - 1)).ceil() + middle;
    let far = (far * distance.sign()).to_kind(Kind::Int64);
    distance.where_self(&size.le(middle), &far)
}

impl Attention {
    pub(super) fn new(weights: &mut Weights, name: &str, config: &Config) -> Result<Self, String> {
        let relative = config.relative();
        let (c2p, p2c) = relative.map_or((false, false), |r| (r.c2p, r.p2c));
        let heads = config.num_attention_heads;
        if config.is_first() {
            let [query, key, value] = split(weights, name, heads)?;
            let distance_key = c2p.then(|| weights.matrix(&format!("{name}.pos_proj"))).transpose()?;
            let distance_query = p2c.then(|| weights.linear(&format!("{name}.pos_q_proj"))).transpose()?;
            return Ok(Self { query, key, value, distance_key, distance_query, heads });
        }
        let mut linear = |part: &str| weights.linear(&format!("{name}.{part}"));
        let (query, key, value) = (linear("query_proj")?, linear("key_proj")?, linear("value_proj")?);
        let (distance_key, distance_query) = if config.share_att_key {
            (c2p.then(|| key.copy()), p2c.then(|| query.copy()))
        } else {
            (c2p.then(|| linear("pos_key_proj")).transpose()?, p2c.then(|| linear("pos_query_proj")).transpose()?)
        };
        Ok(Self { query, key, value, distance_key, distance_query, heads })
    }

    /// Applies attention; `keep` is false for padding.
    pub(super) fn of(&self, x: &Tensor, keep: &Tensor, distances: Option<&Distances<'_>>) -> Tensor {
        let (rows, length, width) = x.size3().unwrap_or_default();
        let size = width / self.heads;
        let split = |x: Tensor| x.view([rows, length, self.heads, size]).transpose(1, 2);
        let (query, key) = (split(self.query.of(x)), split(self.key.of(x)));
        let mut scores = query.matmul(&key.transpose(-1, -2));
        let mut kinds = 1;
        if let Some(distances) = distances {
            let shape = [rows, self.heads, length, length];
            let table = |of: &Linear| of.of(distances.table).view([-1, self.heads, size]).permute([1, 2, 0]);
            if let Some(of) = &self.distance_key {
                scores += query.matmul(&table(of)).gather(-1, &distances.forth.expand(shape, false), false);
                kinds += 1;
            }
            if let Some(of) = &self.distance_query {
                let back = key.matmul(&table(of)).gather(-1, &distances.back.expand(shape, false), false);
                scores += back.transpose(-1, -2);
                kinds += 1;
            }
        }
        let scores = (scores / ((size * kinds) as f64).sqrt())
            .masked_fill(&keep.logical_not().unsqueeze(1).unsqueeze(1), f64::from(f32::MIN))
            .softmax(-1, Kind::Float);
        scores.matmul(&split(self.value.of(x))).transpose(1, 2).reshape([rows, length, width])
    }
}

/// Splits the joint projection of version 1, where query, key and value are interleaved by head, into three; the key
/// has no bias.
fn split(weights: &mut Weights, name: &str, heads: i64) -> Result<[Linear; 3], String> {
    let joined = weights.take(&format!("{name}.in_proj.weight"))?;
    let (height, width) = joined.size2().map_err(|e| e.to_string())?;
    let parts = joined.view([heads, 3, height / (3 * heads), width]);
    let part = |index: i64, bias: Option<Tensor>| Linear { weight: parts.select(1, index).reshape([-1, width]), bias };
    let (query, value) = (weights.take(&format!("{name}.q_bias"))?, weights.take(&format!("{name}.v_bias"))?);
    Ok([part(0, Some(query)), part(1, None), part(2, Some(value))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_distances_share_buckets() {
        // With more threads, they would mostly wait for each other on tables this small.
        tch::set_num_threads(1);
        let table = |buckets: Option<i64>| {
            distances(512, Relative { buckets, furthest: 512, c2p: true, p2c: true, norm: true })
        };
        let (shared, own) = (table(Some(256)), table(None));
        let of = |table: &Tensor, distance: i64| table.int64_value(&[distance.max(0), (-distance).max(0)]);
        // Expected values from transformers 5.23, `make_log_bucket_position(d, 256, 512)`.
        let expected = [(0, 0), (127, 127), (128, 128), (131, 131), (150, 143), (256, 192), (400, 233), (511, 255)];
        for (distance, expected) in expected {
            assert_eq!(of(&shared, distance), expected, "{distance}");
            assert_eq!(of(&shared, -distance), -expected, "-{distance}");
            assert_eq!(of(&own, distance), distance);
        }
    }
}
