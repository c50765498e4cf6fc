//! Attention within one window on integer dot products.
//!
//! Queries, keys and values are quantised head by head and row by row, so that a row's largest
//! number costs no other row precision. Lanes run over keys: scores are sums of bytes that are
//! scaled, softmax is f32, and its weights become bytes again to sum the values. A key's value
//! has a scale of its own, which goes into its weight before that is rounded; a key that draws
//! nearly all attention but has a small value, as the special subwords often do, thus leaves the
//! others their precision.

#![expect(clippy::needless_range_loop, reason = "only loops over indices become straight code on registers")]

use super::attention::{Attend, ROUND, exp2_by};
use super::matmul::products;
use super::{Group, LANES, Lanes, Op, Simd};

/// Buffers of one head, grown as needed and kept.
#[derive(Debug, Default)]
pub(crate) struct ByteScratch {
    /// Queries plus 128, one row a subword.
    queries: Vec<[u8; 4]>,
    /// What a unit of a query's bytes is worth.
    query_units: Vec<Lanes>,
    keys: Keys,
    /// Panels of 16 numbers of a value, a group four keys.
    values: Vec<Group>,
    value_units: Vec<Lanes>,
    /// The sum of each number's bytes over all keys.
    value_sums: Vec<Lanes>,
    /// 16 keys' numbers, one vector of keys each.
    turned: Vec<Lanes>,
    /// For each query of a tile the scores of all keys, then their weights.
    scores: Vec<Lanes>,
    /// The same weights as bytes, in units that each query has of its own.
    weights: Vec<[u8; 4]>,
}

/// The keys of a head, in panels of 16.
#[derive(Debug, Default)]
struct Keys {
    /// A group is four numbers of each key.
    groups: Vec<Group>,
    /// The sum of each key's bytes.
    sums: Vec<Lanes>,
    /// What a unit of a key's bytes is worth.
    units: Vec<Lanes>,
    /// What the 128 in every byte of a query adds to its sum with each key, in units of the key.
    offsets: Vec<Lanes>,
    /// The largest score that a key may have: none where there is no key.
    limits: Vec<Lanes>,
}

impl Op for Attend<'_, ByteScratch> {
    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        simd.attend_bytes(&mut self);
    }
}

/// Where in the rows the parts of one head are.
#[derive(Clone, Copy)]
struct Head<'a> {
    qkv: &'a [Lanes],
    query: usize,
    key: usize,
    value: usize,
    /// Vectors of this head in a row.
    size: usize,
    /// Vectors in a row of `qkv`.
    stride: usize,
    /// Rows of the window.
    rows: usize,
}

impl<'a> Head<'a> {
    /// This head's share, from vector `from`, of a row; of the last one where there are no more.
    #[inline(always)]
    fn row(self, row: usize, from: usize) -> &'a [Lanes] {
        &self.qkv[row.min(self.rows - 1) * self.stride + from..][..self.size]
    }

    /// Vectors that hold a number for each row.
    fn panels(self) -> usize {
        self.rows.div_ceil(LANES)
    }

    /// Groups that hold a byte for each row.
    fn groups(self) -> usize {
        self.rows.div_ceil(4)
    }
}

/// The largest magnitude that a signed byte is given.
const LARGEST: f32 = 127.0;
/// Added to a signed byte to make it unsigned.
const OFFSET: f32 = 128.0;
/// Smaller magnitudes are as good as zero, and have an inverse.
const LEAST: f32 = 1e-30;
/// A score that no key has: so low that the weight is zero whatever the query's unit.
const NO_SCORE: f32 = f32::MIN;

/// Attends with tiles of `ROWS` queries by `PANELS` vectors; the result depends on neither.
#[inline(always)]
pub(super) fn attend_bytes<S: Simd, const ROWS: usize, const PANELS: usize>(
    simd: S,
    attend: &mut Attend<'_, ByteScratch>,
) {
    let Attend { qkv, out, heads, size, scratch } = attend;
    let (size, width) = (*size, *heads * *size);
    let stride = 3 * width;
    for index in 0..*heads {
        let (query, rows) = (index * size, qkv.len() / stride);
        let head = Head { qkv, query, key: width + query, value: 2 * width + query, size, stride, rows };
        scratch.make_room(head, ROWS);
        for panel in 0..head.panels() {
            scratch.pack_queries(simd, head, panel);
            scratch.pack_keys(simd, head, panel);
            scratch.pack_values(simd, head, panel);
        }
        for first in (0..rows).step_by(ROWS) {
            let greatest = scratch.score::<S, ROWS, PANELS>(simd, head, first);
            let mut units = [0.0; ROWS];
            for r in 0..ROWS {
                units[r] = scratch.weigh(simd, head, first, r, greatest[r]);
            }
            let mut part = 0;
            while part + PANELS <= size {
                scratch.sum::<S, ROWS, PANELS>(simd, head, first, part, &units, out);
                part += PANELS;
            }
            for part in part..size {
                scratch.sum::<S, ROWS, 1>(simd, head, first, part, &units, out);
            }
        }
    }
}

/// `max(v, |of|)`.
#[inline(always)]
fn max_magnitude<S: Simd>(simd: S, v: S::F, of: S::F) -> S::F {
    simd.max(v, simd.max(of, simd.sub(simd.splat(0.0), of)))
}

/// `v` times `inverse`, as a whole number.
#[inline(always)]
fn whole<S: Simd>(simd: S, v: S::F, inverse: S::F) -> S::F {
    let round = simd.splat(ROUND);
    simd.sub(simd.mul_add(v, inverse, round), round)
}

impl ByteScratch {
    fn make_room(&mut self, head: Head<'_>, tile: usize) {
        let Head { size, .. } = head;
        let panels = head.panels();
        let group = Group([[0; 4]; LANES]);
        self.queries.resize(panels * LANES * size * 4, [0; 4]);
        self.keys.groups.resize(panels * size * 4, group);
        self.values.resize(size * head.groups(), group);
        let Keys { sums, units, offsets, limits, .. } = &mut self.keys;
        for lanes in [&mut self.query_units, &mut self.value_units, sums, units, offsets] {
            lanes.resize(panels, Lanes::default());
        }
        limits.clear();
        limits.resize(panels, Lanes([f32::MAX; LANES]));
        if let Some(last) = limits.last_mut() {
            last.0[LANES - (panels * LANES - head.rows)..].fill(NO_SCORE);
        }
        self.value_sums.clear();
        self.value_sums.resize(size, Lanes::default());
        self.turned.resize(size * LANES, Lanes::default());
        self.scores.resize(tile * panels, Lanes::default());
        self.weights.resize(tile * panels * 4, [0; 4]);
    }

    /// For 16 rows from vector `from` what a byte is worth, and how many bytes one is.
    #[inline(always)]
    fn units<S: Simd>(simd: S, head: Head<'_>, panel: usize, from: usize) -> (S::F, S::F) {
        let mut square = [simd.splat(LEAST); LANES];
        for i in 0..LANES {
            for v in head.row(panel * LANES + i, from) {
                square[i] = max_magnitude(simd, square[i], simd.load(v));
            }
        }
        let square = simd.transpose(square);
        let mut most = square[0];
        for i in 1..LANES {
            most = simd.max(most, square[i]);
        }
        let largest = simd.splat(LARGEST);
        (simd.mul(most, simd.splat(1.0 / LARGEST)), simd.div(largest, most))
    }

    #[inline(always)]
    fn pack_queries<S: Simd>(&mut self, simd: S, head: Head<'_>, panel: usize) {
        let (units, per_unit) = Self::units(simd, head, panel, head.query);
        simd.store(units, &mut self.query_units[panel]);
        let mut inverse = Lanes::default();
        simd.store(per_unit, &mut inverse);
        let bytes = self.queries[panel * LANES * head.size * 4..].as_flattened_mut();
        let (bytes, _) = bytes.as_chunks_mut::<LANES>();
        for i in 0..LANES {
            let inverse = simd.splat(inverse.0[i]);
            let row = head.row(panel * LANES + i, head.query);
            for (v, bytes) in row.iter().zip(&mut bytes[i * head.size..]) {
                simd.store_bytes(simd.mul_add(simd.load(v), inverse, simd.splat(OFFSET)), bytes);
            }
        }
    }

    #[inline(always)]
    fn pack_keys<S: Simd>(&mut self, simd: S, head: Head<'_>, panel: usize) {
        let mut most = simd.splat(LEAST);
        for part in 0..head.size {
            let mut square = [simd.splat(0.0); LANES];
            for i in 0..LANES {
                square[i] = simd.load(&head.row(panel * LANES + i, head.key)[part]);
            }
            let square = simd.transpose(square);
            for (v, to) in square.into_iter().zip(&mut self.turned[part * LANES..]) {
                most = max_magnitude(simd, most, v);
                simd.store(v, to);
            }
        }
        let units = simd.mul(most, simd.splat(1.0 / LARGEST));
        let per_unit = simd.div(simd.splat(LARGEST), most);
        let mut sums = simd.splat(0.0);
        let (turned, _) = self.turned.as_chunks::<4>();
        for (four, group) in turned.iter().zip(&mut self.keys.groups[panel * head.size * 4..]) {
            let mut bytes = [sums; 4];
            for j in 0..4 {
                bytes[j] = whole(simd, simd.load(&four[j]), per_unit);
                sums = simd.add(sums, bytes[j]);
            }
            simd.interleave(bytes, group);
        }
        simd.store(units, &mut self.keys.units[panel]);
        simd.store(sums, &mut self.keys.sums[panel]);
        let offset = simd.mul(simd.mul(sums, simd.splat(-OFFSET)), units);
        simd.store(offset, &mut self.keys.offsets[panel]);
    }

    #[inline(always)]
    fn pack_values<S: Simd>(&mut self, simd: S, head: Head<'_>, panel: usize) {
        let (units, per_unit) = Self::units(simd, head, panel, head.value);
        simd.store(units, &mut self.value_units[panel]);
        let mut inverse = Lanes::default();
        simd.store(per_unit, &mut inverse);
        let (inverse, _) = inverse.0.as_chunks::<4>();
        let depth = head.groups();
        for part in 0..head.size {
            let mut sums = simd.load(&self.value_sums[part]);
            for (i, inverse) in inverse.iter().enumerate().take(depth - panel * 4) {
                let mut four = [simd.splat(0.0); 4];
                for j in 0..4 {
                    let v = simd.load(&head.row(panel * LANES + i * 4 + j, head.value)[part]);
                    four[j] = whole(simd, v, simd.splat(inverse[j]));
                    sums = simd.add(sums, four[j]);
                }
                simd.interleave(four, &mut self.values[part * depth + panel * 4 + i]);
            }
            simd.store(sums, &mut self.value_sums[part]);
        }
    }

    /// Writes the scores of all keys for `ROWS` queries, less the factor of the query; gives the
    /// greatest of each.
    #[inline(always)]
    fn score<S: Simd, const ROWS: usize, const PANELS: usize>(
        &mut self,
        simd: S,
        head: Head<'_>,
        first: usize,
    ) -> [S::F; ROWS] {
        let depth = head.size * 4;
        let mut inputs = [&self.queries[..]; ROWS];
        for r in 0..ROWS {
            inputs[r] = &self.queries[(first + r).min(head.rows - 1) * depth..][..depth];
        }
        let mut greatest = [simd.splat(NO_SCORE); ROWS];
        let panels = head.panels();
        let mut panel = 0;
        while panel < panels {
            // The last panels overlap with those before them rather than take another tile.
            let width = if panels < PANELS { 1 } else { PANELS };
            panel = panel.min(panels - width);
            let groups = &self.keys.groups[panel * depth..][..width * depth];
            if width == 1 {
                let sums = products::<S, ROWS, 1>(simd, inputs, groups);
                self.keys.scale(simd, panel, sums, &mut greatest, &mut self.scores);
            } else {
                let sums = products::<S, ROWS, PANELS>(simd, inputs, groups);
                self.keys.scale(simd, panel, sums, &mut greatest, &mut self.scores);
            }
            panel += width;
        }
        greatest
    }

    /// Turns the scores of query `first + r` into bytes; gives what a byte's product with a
    /// byte of a value is worth.
    #[inline(always)]
    fn weigh<S: Simd>(&mut self, simd: S, head: Head<'_>, first: usize, r: usize, greatest: S::F) -> f32 {
        let panels = head.panels();
        let query = (first + r).min(head.rows - 1);
        let unit = simd.splat(self.query_units[query / LANES].0[query % LANES]);
        let greatest = simd.splat(simd.range(greatest, greatest).1);
        let scores = &mut self.scores[r * panels..][..panels];
        let (mut total, mut most) = (simd.splat(0.0), simd.splat(LEAST));
        for (score, of_value) in scores.iter_mut().zip(&self.value_units) {
            let power = exp2_of_weights(simd, simd.mul(simd.sub(simd.load(score), greatest), unit));
            total = simd.add(total, power);
            let weight = simd.mul(power, simd.load(of_value));
            most = simd.max(most, weight);
            simd.store(weight, score);
        }
        let total = simd.sum(total);
        let most = simd.range(most, most).1;
        let per_unit = simd.splat(255.0 / most);
        let bytes = self.weights[r * panels * 4..].as_flattened_mut();
        let (bytes, _) = bytes.as_chunks_mut::<LANES>();
        for (weight, bytes) in scores.iter().zip(bytes) {
            simd.store_bytes(simd.mul(simd.load(weight), per_unit), bytes);
        }
        most / (255.0 * total)
    }

    /// Writes the sums of the values by weight, for `ROWS` queries and `PANELS` vectors of each.
    #[inline(always)]
    fn sum<S: Simd, const ROWS: usize, const PANELS: usize>(
        &self,
        simd: S,
        head: Head<'_>,
        first: usize,
        part: usize,
        units: &[f32; ROWS],
        out: &mut [Lanes],
    ) {
        let (depth, panels) = (head.groups(), head.panels());
        let mut inputs = [&self.weights[..]; ROWS];
        for r in 0..ROWS {
            inputs[r] = &self.weights[r * panels * 4..][..depth];
        }
        let sums = products::<S, ROWS, PANELS>(simd, inputs, &self.values[part * depth..][..PANELS * depth]);
        let width = head.stride / 3;
        for r in 0..ROWS {
            if first + r >= head.rows {
                break;
            }
            let out = &mut out[(first + r) * width + head.query + part..][..PANELS];
            for p in 0..PANELS {
                let v = simd.to_floats(sums[r][p], &self.value_sums[part + p]);
                simd.store(simd.mul(v, simd.splat(units[r])), &mut out[p]);
            }
        }
    }
}

impl Keys {
    /// Sums of bytes to scores, in place of those that are kept; raises the greatest of each query.
    #[inline(always)]
    fn scale<S: Simd, const ROWS: usize, const PANELS: usize>(
        &self,
        simd: S,
        panel: usize,
        sums: [[S::Sums; PANELS]; ROWS],
        greatest: &mut [S::F; ROWS],
        scores: &mut [Lanes],
    ) {
        let panels = self.units.len();
        for p in 0..PANELS {
            let at = panel + p;
            let (units, offset) = (simd.load(&self.units[at]), simd.load(&self.offsets[at]));
            let limit = simd.load(&self.limits[at]);
            for r in 0..ROWS {
                let v = simd.mul_add(simd.to_floats(sums[r][p], &self.sums[at]), units, offset);
                let v = simd.min(v, limit);
                greatest[r] = simd.max(greatest[r], v);
                simd.store(v, &mut scores[r * panels + at]);
            }
        }
    }
}

/// `2^f` for `f` in [-1/2, 1/2], lowest power first: minimax for the relative error, by Lawson's
/// iteration. Its error is a fortieth of what rounding a weight to a byte may cost.
const WEIGHT_POLYNOMIAL: [f32; 4] = [0.999_928_06, 0.693_260_97, 0.242_611_23, 0.055_171_71];

/// [`exp2`](super::attention::exp2) as far as weights that become bytes need it.
#[inline(always)]
pub(super) fn exp2_of_weights<S: Simd>(simd: S, x: S::F) -> S::F {
    exp2_by(simd, x, &WEIGHT_POLYNOMIAL)
}
