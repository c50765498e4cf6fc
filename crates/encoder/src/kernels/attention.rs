//! Attention within one window in floats: scores, softmax and weighted sum for a block of queries.
//!
//! Lanes run over queries, so that softmax adds and compares whole vectors, never lanes within one. The queries are
//! transposed on the way in and the result on the way out; keys and values are read where the linear layer wrote them.

use super::{Kernel, LANES, Lanes, Op, Simd};

/// One head's query, key and value in one window, and the output buffer.
#[derive(Debug)]
pub(crate) struct Attend<'a, T> {
    /// One row per subword: query, key, value. The queries already include the factor `log2(e) / √size`.
    pub(crate) qkv: &'a [Lanes],
    /// One row per subword: the results of all heads.
    pub(crate) out: &'a mut [Lanes],
    /// Vectors in a row of `out`.
    pub(crate) width: usize,
    /// Index of the vector in a row where this head's result starts.
    pub(crate) at: usize,
    /// Vectors of a query, of a key, of a value, and of a result.
    pub(crate) size: usize,
    pub(crate) scratch: &'a mut T,
}

/// Reusable buffers of [`Attend`].
#[derive(Debug, Default)]
pub(crate) struct AttentionScratch {
    /// A block's transposed queries, then its result: for each number of a head, one set of vectors of queries.
    turned: Vec<Lanes>,
    /// For each key, one set of vectors of queries.
    scores: Vec<Lanes>,
}

impl<T> Attend<'_, T>
where
    Self: Op,
{
    pub(crate) fn run(self, kernel: Kernel) {
        kernel.run(self);
    }
}

impl Op for Attend<'_, AttentionScratch> {
    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        simd.attend(&mut self);
    }
}

/// Sizes of one head in one window.
#[derive(Clone, Copy)]
struct Head {
    /// Vectors of a query, of a key and of a value.
    size: usize,
    /// Rows of the window.
    rows: usize,
    /// Vectors in a row of the result.
    width: usize,
}

impl Head {
    /// Vectors in a row of `qkv`.
    fn stride(self) -> usize {
        3 * self.size
    }
}

/// Runs attention with tiles of `TILE` keys (or numbers of a value) by `SETS` vectors of queries.
///
/// The order of summation depends on neither.
#[inline(always)]
pub(super) fn attend<S: Simd, const TILE: usize, const SETS: usize>(
    simd: S,
    attend: &mut Attend<'_, AttentionScratch>,
) {
    let Attend { qkv, out, width, at, size, scratch } = attend;
    let size = *size;
    let rows = qkv.len() / (3 * size);
    let head = Head { size, rows, width: *width };
    let AttentionScratch { turned, scores } = &mut **scratch;
    turned.resize(size * LANES * SETS, Lanes::default());
    scores.resize(rows.next_multiple_of(TILE) * SETS, Lanes::default());
    let mut first = 0;
    while first < rows {
        let out = &mut out[first * head.width + *at..];
        // The last queries take a single vector if that suffices.
        if SETS > 1 && rows - first > LANES {
            block::<S, TILE, SETS>(simd, qkv, head, first, turned, scores, out);
            first += SETS * LANES;
        } else {
            block::<S, TILE, 1>(simd, qkv, head, first, turned, scores, out);
            first += LANES;
        }
    }
}

/// Attention of `SETS` × 16 queries from row `first`, where `out` begins.
#[inline(always)]
fn block<S: Simd, const TILE: usize, const SETS: usize>(
    simd: S,
    qkv: &[Lanes],
    head: Head,
    first: usize,
    turned: &mut [Lanes],
    scores: &mut [Lanes],
    out: &mut [Lanes],
) {
    let (queries, _) = turned.as_chunks_mut::<SETS>();
    let (scores, _) = scores.as_chunks_mut::<SETS>();
    turn_queries(simd, qkv, head, first, queries);
    let greatest = score::<S, TILE, SETS>(simd, qkv, head, queries, scores);
    let sums = exponentiate(simd, &mut scores[..head.rows], greatest);
    weigh::<S, TILE, SETS>(simd, qkv, head, scores, sums, queries);
    turn_back(simd, head, queries, out);
}

/// Row `row`, clamped to the last one.
#[inline(always)]
fn row(qkv: &[Lanes], head: Head, row: usize, from: usize) -> &[Lanes] {
    &qkv[row.min(head.rows - 1) * head.stride() + from..][..head.size]
}

#[inline(always)]
fn turn_queries<S: Simd, const SETS: usize>(
    simd: S,
    qkv: &[Lanes],
    head: Head,
    first: usize,
    queries: &mut [[Lanes; SETS]],
) {
    for set in 0..SETS {
        for part in 0..head.size {
            let mut square = [simd.splat(0.0); LANES];
            for (i, v) in square.iter_mut().enumerate() {
                *v = simd.load(&row(qkv, head, first + set * LANES + i, 0)[part]);
            }
            let square = simd.transpose(square);
            for (v, query) in square.into_iter().zip(&mut queries[part * LANES..]) {
                simd.store(v, &mut query[set]);
            }
        }
    }
}

/// Writes the dot products of all keys with the queries; returns each query's maximum.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "only loops over indices become straight code on registers")]
fn score<S: Simd, const TILE: usize, const SETS: usize>(
    simd: S,
    qkv: &[Lanes],
    head: Head,
    queries: &[[Lanes; SETS]],
    scores: &mut [[Lanes; SETS]],
) -> [S::F; SETS] {
    let (queries, _) = queries.as_chunks::<LANES>();
    let (scores, _) = scores.as_chunks_mut::<TILE>();
    let mut greatest = [simd.splat(f32::NEG_INFINITY); SETS];
    for (tile, scores) in scores.iter_mut().enumerate() {
        if tile * TILE >= head.rows {
            break;
        }
        let mut sums = [[simd.splat(0.0); SETS]; TILE];
        for part in 0..head.size {
            let mut keys = [&[0.0; LANES]; TILE];
            for i in 0..TILE {
                // Past the last key it is read again, which changes no maximum.
                keys[i] = &row(qkv, head, tile * TILE + i, head.size)[part].0;
            }
            let queries = &queries[part];
            for d in 0..LANES {
                let mut query = [simd.splat(0.0); SETS];
                for set in 0..SETS {
                    query[set] = simd.load(&queries[d][set]);
                }
                for i in 0..TILE {
                    let key = simd.splat(keys[i][d]);
                    for set in 0..SETS {
                        sums[i][set] = simd.mul_add(query[set], key, sums[i][set]);
                    }
                }
            }
        }
        for i in 0..TILE {
            for set in 0..SETS {
                simd.store(sums[i][set], &mut scores[i][set]);
                greatest[set] = simd.max(greatest[set], sums[i][set]);
            }
        }
    }
    greatest
}

/// Replaces each score by `2^(score - greatest)`; returns each query's sum.
#[inline(always)]
fn exponentiate<S: Simd, const SETS: usize>(
    simd: S,
    scores: &mut [[Lanes; SETS]],
    greatest: [S::F; SETS],
) -> [S::F; SETS] {
    let mut sums = [simd.splat(0.0); SETS];
    for scores in scores {
        for set in 0..SETS {
            let score = simd.sub(simd.load(&scores[set]), greatest[set]);
            let power = exp2(simd, score);
            sums[set] = simd.add(sums[set], power);
            simd.store(power, &mut scores[set]);
        }
    }
    sums
}

/// Sums the values of all keys by weight; leaves one set of vectors of queries per number.
#[inline(always)]
fn weigh<S: Simd, const TILE: usize, const SETS: usize>(
    simd: S,
    qkv: &[Lanes],
    head: Head,
    weights: &[[Lanes; SETS]],
    totals: [S::F; SETS],
    out: &mut [[Lanes; SETS]],
) {
    let mut shares = totals;
    for set in 0..SETS {
        shares[set] = simd.div(simd.splat(1.0), totals[set]);
    }
    let values = qkv[2 * head.size..].chunks(head.stride());
    let (out, _) = out.as_chunks_mut::<TILE>();
    for (tile, out) in out.iter_mut().enumerate().take(head.size * LANES / TILE) {
        let (part, at) = (tile * TILE / LANES, tile * TILE % LANES);
        let mut sums = [[simd.splat(0.0); SETS]; TILE];
        for (weights, value) in weights[..head.rows].iter().zip(values.clone()) {
            let (values, _) = value[part].0.as_chunks::<TILE>();
            let value = &values[at / TILE];
            let mut weight = shares;
            for set in 0..SETS {
                weight[set] = simd.load(&weights[set]);
            }
            for i in 0..TILE {
                let value = simd.splat(value[i]);
                for set in 0..SETS {
                    sums[i][set] = simd.mul_add(weight[set], value, sums[i][set]);
                }
            }
        }
        for i in 0..TILE {
            for set in 0..SETS {
                simd.store(simd.mul(sums[i][set], shares[set]), &mut out[i][set]);
            }
        }
    }
}

#[inline(always)]
fn turn_back<S: Simd, const SETS: usize>(simd: S, head: Head, turned: &[[Lanes; SETS]], out: &mut [Lanes]) {
    for set in 0..SETS {
        for part in 0..head.size {
            let mut square = [simd.splat(0.0); LANES];
            for (v, turned) in square.iter_mut().zip(&turned[part * LANES..]) {
                *v = simd.load(&turned[set]);
            }
            let square = simd.transpose(square);
            // Rows past the end of `out` are skipped.
            let rows = out[part..].chunks_mut(head.width).skip(set * LANES);
            for (v, row) in square.into_iter().zip(rows) {
                simd.store(v, &mut row[0]);
            }
        }
    }
}

/// `2^f` for `f` in [-1/2, 1/2], lowest power first: minimax for the relative error (7.5e-8), by
/// Lawson's iteration.
const EXP2_POLYNOMIAL: [f32; 6] =
    [1.000_000_1, 0.693_146_94, 0.240_221_2, 0.055_507_13, 0.009_675_542, 0.001_327_647_2];

/// 1.5 · 2²³: added to a number between -2²² and 2²², it leaves the nearest integer in the
/// lowest bits.
const ROUND: f32 = 12_582_912.0;

/// Smallest exponent. Powers below it are negligible next to 1 in f32, and at it their product with any usual number is
/// still normal; a CPU takes a hundred cycles or more per subnormal number.
const LEAST_EXPONENT: f32 = -60.0;

/// `2^x` for `x` of at most 0; clamped from below at [`LEAST_EXPONENT`].
#[inline(always)]
pub(super) fn exp2<S: Simd>(simd: S, x: S::F) -> S::F {
    let x = simd.max(x, simd.splat(LEAST_EXPONENT));
    let t = simd.add(x, simd.splat(ROUND));
    let fraction = simd.sub(x, simd.sub(t, simd.splat(ROUND)));
    let mut p = simd.splat(EXP2_POLYNOMIAL[5]);
    for coefficient in EXP2_POLYNOMIAL[..5].iter().rev() {
        p = simd.mul_add(p, fraction, simd.splat(*coefficient));
    }
    simd.add_exponent(p, t)
}
