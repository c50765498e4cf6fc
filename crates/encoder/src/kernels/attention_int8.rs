//! Attention of one head within one window on integer dot products.
//!
//! Queries, keys and values are quantised per row, so that a row's largest number costs no other row precision. Lanes
//! run over keys: scores are sums of byte products, scaled; softmax is f32; and its weights become bytes again to sum
//! the values. The scale of a key's value is folded into the key's weight before the weight is rounded: a key with
//! nearly all of the attention but a small value, as special subwords often have, thus leaves the others their
//! precision. The scale is a power of two, so it is added to the scores' exponents, and the maximum weight is known
//! before the first one is computed.

#![expect(clippy::needless_range_loop, reason = "only loops over indices become straight code on registers")]

use super::attention::{Attend, exp2};
use super::matmul::products;
use super::{Group, LANES, Lanes, Op, Simd};

/// Reusable buffers of one head.
#[derive(Debug, Default)]
pub(crate) struct ByteScratch {
    /// Rows of the last panel if the window does not fill it, padded with copies of the last row.
    tail: Vec<Lanes>,
    /// Queries as bytes plus 128, one row per subword.
    queries: Vec<[u8; 4]>,
    /// Scale of each query's bytes.
    query_units: Vec<Lanes>,
    keys: Keys,
    /// Panels of 16 numbers of a value; each group holds four keys.
    values: Vec<Group>,
    /// Sum of each number's bytes over all keys.
    value_sums: Vec<Lanes>,
    /// Exponents of the weights that a tile of queries gives to 16 keys, panel after panel.
    exponents: Vec<Lanes>,
    /// The weights as bytes, in units that differ per query.
    weights: Vec<[u8; 4]>,
}

/// The keys of a head, in panels of 16.
#[derive(Debug, Default)]
struct Keys {
    /// Bytes of one panel, plus 128, one row per key.
    rows: Vec<[u8; 4]>,
    /// Each group holds four numbers of each key.
    groups: Vec<Group>,
    /// Sum of each key's bytes.
    sums: Vec<Lanes>,
    /// Scale of each key's bytes.
    units: Vec<Lanes>,
    /// Correction for the 128 in every byte of a query, per key, in the key's scale.
    offsets: Vec<Lanes>,
    /// Exponent of the power of two that scales the value's bytes.
    exponents: Vec<Lanes>,
    /// Its inverse scale; zero where there is no key.
    per_one: Vec<Lanes>,
}

impl Op for Attend<'_, ByteScratch> {
    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        simd.attend_bytes(&mut self);
    }
}

/// The rows of one head.
#[derive(Clone, Copy)]
struct Head<'a> {
    qkv: &'a [Lanes],
    /// Vectors of a query, of a key and of a value.
    size: usize,
    /// Rows of the window.
    rows: usize,
    /// Vectors in a row of the result.
    width: usize,
}

/// A part of a row.
#[derive(Clone, Copy)]
enum Part {
    Query,
    Key,
    Value,
}

impl Head<'_> {
    /// Vectors in a row of `qkv`.
    fn stride(self) -> usize {
        3 * self.size
    }

    /// Vectors needed for one number per row.
    fn panels(self) -> usize {
        self.rows.div_ceil(LANES)
    }

    /// Groups needed for one byte per row.
    fn groups(self) -> usize {
        self.rows.div_ceil(4)
    }

    /// Groups needed for one row's numbers.
    fn depth(self) -> usize {
        self.size * LANES / 4
    }
}

/// The 16 rows of a panel.
#[derive(Clone, Copy)]
struct Panel<'a> {
    rows: &'a [Lanes],
    size: usize,
}

impl<'a> Panel<'a> {
    #[inline(always)]
    fn of(head: Head<'a>, tail: &'a [Lanes], panel: usize) -> Self {
        let len = LANES * head.stride();
        let rows = head.qkv.get(panel * len..(panel + 1) * len).unwrap_or(&tail[..len]);
        Self { rows, size: head.size }
    }

    #[inline(always)]
    fn row(self, row: usize, part: Part) -> &'a [Lanes] {
        &self.rows[(row * 3 + part as usize) * self.size..][..self.size]
    }

    /// The largest magnitude in each of the 16 rows, at least [`LEAST`].
    #[inline(always)]
    fn largest<S: Simd>(self, simd: S, part: Part) -> S::F {
        let mut rows = [simd.splat(0.0); LANES];
        for i in 0..LANES {
            for v in self.row(i, part) {
                rows[i] = simd.max(rows[i], simd.abs(simd.load(v)));
            }
        }
        simd.max(simd.maxima(rows), simd.splat(LEAST))
    }
}

/// Largest magnitude of a quantised signed byte; symmetric, so -128 is unused.
const LARGEST: f32 = 127.0;
/// Added to a signed byte to make it unsigned.
const OFFSET: f32 = 128.0;
/// Smaller magnitudes count as zero. Set by hand: negligible, with an inverse that is still finite.
const LEAST: f32 = 1e-30;
/// Range of the values' scales, as a power of two below the greatest one; smaller scales are raised to it. Set by hand:
/// such values are below a millionth of the greatest.
const EXPONENTS: f32 = 20.0;
/// Exponent where there is no key. Set by hand, so low that the weight is zero whatever the score.
const NO_KEY: f32 = -1e30;

/// Runs attention with tiles of `ROWS` queries by `PANELS` vectors; the result depends on neither.
#[inline(always)]
pub(super) fn attend_bytes<S: Simd, const ROWS: usize, const PANELS: usize>(
    simd: S,
    attend: &mut Attend<'_, ByteScratch>,
) {
    // A separate copy is compiled for heads of 32 numbers (MiniLM's), so that loops over a row are unrolled.
    match attend.size {
        2 => attend_sized::<S, ROWS, PANELS>(simd, attend, 2),
        size => attend_sized::<S, ROWS, PANELS>(simd, attend, size),
    }
}

#[inline(always)]
fn attend_sized<S: Simd, const ROWS: usize, const PANELS: usize>(
    simd: S,
    attend: &mut Attend<'_, ByteScratch>,
    size: usize,
) {
    let Attend { qkv, out, width, at, scratch, .. } = attend;
    let head = Head { qkv, size, rows: qkv.len() / (3 * size), width: *width };
    scratch.make_room(head, ROWS);
    scratch.pack_queries(simd, head);
    scratch.keys.pack(simd, head, &scratch.tail);
    scratch.pack_values(simd, head);
    for first in (0..head.rows).step_by(ROWS) {
        let greatest = scratch.score::<S, ROWS, PANELS>(simd, head, first);
        let units = scratch.weigh(simd, head, greatest);
        let out = &mut out[first * head.width + *at..];
        let mut part = 0;
        while part + PANELS <= size {
            scratch.sum::<S, ROWS, PANELS>(simd, head, part, &units, &mut out[part..]);
            part += PANELS;
        }
        for part in part..size {
            scratch.sum::<S, ROWS, 1>(simd, head, part, &units, &mut out[part..]);
        }
    }
}

/// Sum of each output's weights over all groups.
#[inline(always)]
fn columns<S: Simd>(simd: S, groups: &[Group]) -> S::F {
    let mut sums = simd.no_sums();
    for group in groups {
        sums = simd.add_weights(sums, simd.weights(group));
    }
    simd.to_floats(sums, &Lanes::default())
}

impl ByteScratch {
    fn make_room(&mut self, head: Head<'_>, tile: usize) {
        let (panels, depth) = (head.panels(), head.depth());
        let group = Group([[0; 4]; LANES]);
        let filled = head.rows / LANES * LANES * head.stride();
        self.tail.clear();
        self.tail.extend_from_slice(&head.qkv[filled..]);
        let last = &head.qkv[head.qkv.len() - head.stride()..];
        while self.tail.len() < LANES * head.stride() {
            self.tail.extend_from_slice(last);
        }
        self.queries.resize(panels * LANES * depth, [0; 4]);
        self.keys.rows.resize(LANES * depth, [0; 4]);
        self.keys.groups.resize(panels * depth, group);
        self.values.resize(head.size * head.groups(), group);
        let Keys { sums, units, offsets, exponents, per_one, .. } = &mut self.keys;
        for lanes in [&mut self.query_units, sums, units, offsets, exponents, per_one] {
            lanes.resize(panels, Lanes::default());
        }
        self.value_sums.resize(head.size, Lanes::default());
        self.exponents.resize(tile * panels, Lanes::default());
        self.weights.resize(tile * panels * 4, [0; 4]);
    }

    #[inline(always)]
    fn pack_queries<S: Simd>(&mut self, simd: S, head: Head<'_>) {
        let bytes = self.queries.chunks_exact_mut(LANES * head.depth());
        for ((index, bytes), units) in bytes.enumerate().zip(&mut self.query_units) {
            let panel = Panel::of(head, &self.tail, index);
            simd.store(pack_rows(simd, panel, Part::Query, bytes), units);
        }
    }

    #[inline(always)]
    fn pack_values<S: Simd>(&mut self, simd: S, head: Head<'_>) {
        let Keys { exponents, per_one, .. } = &mut self.keys;
        let mut greatest = simd.splat(NO_KEY);
        for (index, exponent) in exponents.iter_mut().enumerate() {
            simd.store(Panel::of(head, &self.tail, index).largest(simd, Part::Value), exponent);
            exponent.0 = exponent.0.map(|most| log2(most * (1.0 / LARGEST)));
            greatest = simd.max(greatest, simd.load(exponent));
        }
        let least = simd.splat(simd.range(greatest, greatest).1 - EXPONENTS);
        let groups = head.groups();
        for (index, (exponent, inverse)) in exponents.iter_mut().zip(&mut *per_one).enumerate() {
            let panel = Panel::of(head, &self.tail, index);
            let greater = simd.max(simd.load(exponent), least);
            simd.store(greater, exponent);
            simd.store(exp2(simd, simd.sub(simd.splat(0.0), greater)), inverse);
            for part in 0..head.size {
                let values = &mut self.values[part * groups..][index * 4..groups.min(index * 4 + 4)];
                for (i, group) in values.iter_mut().enumerate() {
                    let mut four = [least; 4];
                    for j in 0..4 {
                        let v = simd.load(&panel.row(i * 4 + j, Part::Value)[part]);
                        four[j] = simd.mul(v, simd.splat(inverse.0[i * 4 + j]));
                    }
                    simd.interleave(four, group);
                }
            }
        }
        // Past the last key.
        let last = head.panels() - 1;
        exponents[last].0[head.rows - last * LANES..].fill(NO_KEY);
        per_one[last].0[head.rows - last * LANES..].fill(0.0);
        for (values, sums) in self.values.chunks_exact(groups).zip(&mut self.value_sums) {
            simd.store(columns(simd, values), sums);
        }
    }

    /// Writes the exponents of all keys' weights for `ROWS` queries; returns each query's maximum.
    #[inline(always)]
    fn score<S: Simd, const ROWS: usize, const PANELS: usize>(
        &mut self,
        simd: S,
        head: Head<'_>,
        first: usize,
    ) -> [S::F; ROWS] {
        let depth = head.depth();
        let mut inputs = [&self.queries[..]; ROWS];
        let mut units = [0.0; ROWS];
        for r in 0..ROWS {
            let row = (first + r).min(head.rows - 1);
            inputs[r] = &self.queries[row * depth..][..depth];
            units[r] = self.query_units[row / LANES].0[row % LANES];
        }
        let mut greatest = [simd.splat(f32::MIN); ROWS];
        let panels = head.panels();
        let mut panel = 0;
        while panel < panels {
            // The last panels overlap with those before them instead of needing a smaller tile.
            let width = if panels < PANELS { 1 } else { PANELS };
            panel = panel.min(panels - width);
            let groups = &self.keys.groups[panel * depth..][..width * depth];
            if width == 1 {
                let sums = products::<S, ROWS, 1>(simd, inputs, groups);
                self.keys.scale(simd, panel, sums, &units, &mut greatest, &mut self.exponents);
            } else {
                let sums = products::<S, ROWS, PANELS>(simd, inputs, groups);
                self.keys.scale(simd, panel, sums, &units, &mut greatest, &mut self.exponents);
            }
            panel += width;
        }
        greatest
    }

    /// Turns exponents into weights and those into bytes; returns the scale of a weight byte times a value byte, per
    /// query.
    #[inline(always)]
    fn weigh<S: Simd, const ROWS: usize>(&mut self, simd: S, head: Head<'_>, greatest: [S::F; ROWS]) -> [f32; ROWS] {
        let panels = head.panels();
        let (exponents, _) = self.exponents[..panels * ROWS].as_chunks::<ROWS>();
        let (fours, rest) = exponents.as_chunks::<4>();
        let (per_ones, per_one) = self.keys.per_one[..panels].as_chunks::<4>();
        // Start the reductions of all rows before the first is needed, to hide their latency.
        let mut totals = greatest;
        let mut most = [0.0; ROWS];
        for r in 0..ROWS {
            most[r] = simd.range(greatest[r], greatest[r]).1;
        }
        for r in 0..ROWS {
            let most = simd.splat(most[r]);
            let mut total = simd.splat(0.0);
            let bytes = self.weights[r * panels * 4..][..panels * 4].as_flattened_mut();
            let (bytes, rest_bytes) = bytes.as_chunks_mut::<{ 4 * LANES }>();
            for ((exponents, per_one), bytes) in fours.iter().zip(per_ones).zip(bytes) {
                let mut four = [total; 4];
                for i in 0..4 {
                    four[i] = exp2_of_weights(simd, simd.sub(simd.load(&exponents[i][r]), most));
                    total = simd.mul_add(four[i], simd.load(&per_one[i]), total);
                }
                simd.store_four_bytes(four, bytes);
            }
            let (rest_bytes, _) = rest_bytes.as_chunks_mut::<LANES>();
            for ((exponents, per_one), bytes) in rest.iter().zip(per_one).zip(rest_bytes) {
                let weight = exp2_of_weights(simd, simd.sub(simd.load(&exponents[r]), most));
                total = simd.mul_add(weight, simd.load(per_one), total);
                simd.store_bytes(weight, bytes);
            }
            totals[r] = total;
        }
        let mut units = [0.0; ROWS];
        for r in 0..ROWS {
            units[r] = 1.0 / simd.sum(totals[r]);
        }
        units
    }

    /// Writes the weighted sums of the values for `ROWS` queries and `PANELS` vectors each.
    #[inline(always)]
    fn sum<S: Simd, const ROWS: usize, const PANELS: usize>(
        &self,
        simd: S,
        head: Head<'_>,
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
        for r in 0..ROWS {
            // Past the last query.
            let Some(out) = out.get_mut(r * head.width..r * head.width + PANELS) else {
                break;
            };
            for p in 0..PANELS {
                let v = simd.to_floats(sums[r][p], &self.value_sums[part + p]);
                simd.store(simd.mul(v, simd.splat(units[r])), &mut out[p]);
            }
        }
    }
}

impl Keys {
    #[inline(always)]
    fn pack<S: Simd>(&mut self, simd: S, head: Head<'_>, tail: &[Lanes]) {
        let depth = head.depth();
        let rows = &mut self.rows[..LANES * depth];
        for (index, groups) in self.groups.chunks_exact_mut(depth).enumerate() {
            // First by rows, then regrouped: bytes are a quarter of the data to transpose.
            let units = pack_rows(simd, Panel::of(head, tail, index), Part::Key, rows);
            for (k, group) in groups.iter_mut().enumerate() {
                for (lane, four) in group.0.iter_mut().enumerate() {
                    let signed = u32::from_ne_bytes(rows[lane * depth + k]) ^ 0x8080_8080;
                    *four = signed.to_ne_bytes().map(u8::cast_signed);
                }
            }
            simd.store(units, &mut self.units[index]);
        }
        // A separate loop: a group that was just written byte by byte cannot be forwarded to a load of the whole.
        for (index, groups) in self.groups.chunks_exact(depth).enumerate() {
            let sums = columns(simd, groups);
            simd.store(sums, &mut self.sums[index]);
            let offset = simd.mul(simd.mul(sums, simd.splat(-OFFSET)), simd.load(&self.units[index]));
            simd.store(offset, &mut self.offsets[index]);
        }
    }

    /// Converts sums of bytes to exponents and stores them; updates each query's maximum.
    #[inline(always)]
    fn scale<S: Simd, const ROWS: usize, const PANELS: usize>(
        &self,
        simd: S,
        panel: usize,
        sums: [[S::Sums; PANELS]; ROWS],
        query_units: &[f32; ROWS],
        greatest: &mut [S::F; ROWS],
        out: &mut [Lanes],
    ) {
        let (out, _) = out[panel * ROWS..].as_chunks_mut::<ROWS>();
        let out = &mut out[..PANELS];
        for p in 0..PANELS {
            let at = panel + p;
            let (units, offset) = (simd.load(&self.units[at]), simd.load(&self.offsets[at]));
            let exponent = simd.load(&self.exponents[at]);
            for r in 0..ROWS {
                let v = simd.mul_add(simd.to_floats(sums[r][p], &self.sums[at]), units, offset);
                let v = simd.mul_add(v, simd.splat(query_units[r]), exponent);
                greatest[r] = simd.max(greatest[r], v);
                simd.store(v, &mut out[p][r]);
            }
        }
    }
}

/// Writes a part of a panel's rows as bytes plus 128; returns each row's scale.
#[inline(always)]
fn pack_rows<S: Simd>(simd: S, panel: Panel<'_>, part: Part, to: &mut [[u8; 4]]) -> S::F {
    let largest = panel.largest(simd, part);
    let mut per_unit = Lanes::default();
    simd.store(simd.div(simd.splat(LARGEST), largest), &mut per_unit);
    let (bytes, _) = to.as_flattened_mut().as_chunks_mut::<LANES>();
    for i in 0..LANES {
        let per_unit = simd.splat(per_unit.0[i]);
        let row = panel.row(i, part);
        for (v, bytes) in row.iter().zip(&mut bytes[i * panel.size..]) {
            simd.store_bytes(simd.mul_add(simd.load(v), per_unit, simd.splat(OFFSET)), bytes);
        }
    }
    simd.mul(largest, simd.splat(1.0 / LARGEST))
}

/// Base-2 logarithm of a normal number, overestimated by at most 0.016.
#[inline(always)]
pub(super) fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    let whole = (bits >> 23) as f32 - 127.0;
    let rest = f32::from_bits(bits & 0x7f_ffff | 0x3f80_0000) - 1.0;
    whole + rest + 0.345 * rest * (1.0 - rest) + 0.008
}

/// 255 times `2^f` for `f` in [0, 1], lowest power first: minimax for the relative error (7.5e-5), by Lawson's
/// iteration. That is a fortieth of the cost of rounding a weight to a byte.
const WEIGHT_POLYNOMIAL: [f32; 4] =
    [0.999_925_2 * 255.0, 0.695_833_56 * 255.0, 0.226_067_29 * 255.0, 0.078_024_33 * 255.0];

/// 255 times `2^x`, precise enough for weights that become bytes.
#[inline(always)]
pub(super) fn exp2_of_weights<S: Simd>(simd: S, x: S::F) -> S::F {
    let fraction = simd.fraction(x);
    let mut p = simd.splat(WEIGHT_POLYNOMIAL[3]);
    for coefficient in WEIGHT_POLYNOMIAL[..3].iter().rev() {
        p = simd.mul_add(p, fraction, simd.splat(*coefficient));
    }
    simd.scale(p, x)
}
