//! Every kernel of this CPU, bit for bit against the portable one, and the portable one against plain definitions.

use proptest::prelude::*;

use super::portable::Portable;
use super::*;
use crate::math;

// Miri is slow: fewer and smaller cases, each still larger than a tile and with a remainder on every side.
const CASES: u32 = if cfg!(miri) { 2 } else { 64 };
const ROWS: usize = if cfg!(miri) { 20 } else { 70 };
const WIDTH: usize = if cfg!(miri) { 40 } else { 100 };
const OUTPUTS: usize = if cfg!(miri) { 50 } else { 150 };
/// Stride through the inputs at which a curve is checked.
const STEP: usize = if cfg!(miri) { 8001 } else { 1 };

/// SplitMix64: the same numbers everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn float(&mut self, spread: f32) -> f32 {
        ((self.next() >> 40) as f32 / 8_388_608.0 - 1.0) * spread
    }

    fn lanes(&mut self, count: usize, spread: f32) -> Vec<Lanes> {
        let mut lanes = vec![Lanes::default(); count];
        for v in &mut lanes {
            v.0.fill_with(|| self.float(spread));
        }
        lanes
    }
}

/// Runs `work` with every kernel; asserts that all are bit-identical to the portable one, and returns its result.
fn check_kernels<T: Bits>(work: impl Fn(Kernel) -> T) -> T {
    let expected = work(Kernel::Portable(Portable));
    for kernel in Kernel::available() {
        assert_eq!(work(kernel).bits(), expected.bits(), "{kernel:?}");
    }
    expected
}

trait Bits {
    fn bits(&self) -> Vec<u32>;
}

impl Bits for Vec<Lanes> {
    fn bits(&self) -> Vec<u32> {
        self.iter().flat_map(|v| v.0.map(f32::to_bits)).collect()
    }
}

impl Bits for Vec<f32> {
    fn bits(&self) -> Vec<u32> {
        self.iter().map(|x| x.to_bits()).collect()
    }
}

impl Bits for (Vec<u8>, Vec<RowScale>) {
    fn bits(&self) -> Vec<u32> {
        let scales = self.1.iter();
        let scales = scales.flat_map(|row| [row.scale.to_bits(), row.zero.to_bits()]);
        scales.chain(self.0.iter().map(|&byte| u32::from(byte))).collect()
    }
}

/// Multiplies random or extreme numbers and checks them against sums in i64.
fn check_matmul(rows: usize, inputs: usize, outputs: usize, seed: u64, extreme: bool) {
    let mut random = Random(seed);
    let (depth, width) = (inputs.next_multiple_of(16), outputs.next_multiple_of(16));
    let mut packed = PackedWeights::zeros(depth, width);
    let mut plain = Vec::new();
    for output in 0..outputs {
        let weights: Vec<i8> = (0..inputs).map(|_| if extreme { 127 } else { random.next() as i8 }).collect();
        let (scale, bias) = (random.float(0.01), random.float(1.0));
        packed.set(output, weights.iter().copied().enumerate(), scale, bias);
        plain.push((weights, scale, bias));
    }
    let values: Vec<u8> = (0..rows * depth).map(|_| if extreme { 255 } else { random.next() as u8 }).collect();
    let scales: Vec<RowScale> =
        (0..rows).map(|_| RowScale { scale: random.float(0.01), zero: f32::from(random.next() as u8) }).collect();
    let panels = width / LANES;
    let multiply = |kernel, panels: std::ops::Range<usize>, gelu: bool| {
        let mut out = vec![Lanes::default(); rows * panels.len()];
        let activations = Activations { values: &values, scales: &scales };
        MatMul { activations, weights: &packed, panels, gelu, out: &mut out }.run(kernel);
        out
    };
    let out = check_kernels(|kernel| multiply(kernel, 0..panels, false));
    let through_gelu = check_kernels(|kernel| multiply(kernel, 0..panels, true));
    for (v, active) in Lanes::floats(&out).iter().zip(Lanes::floats(&through_gelu)) {
        assert!((active - math::gelu(*v)).abs() < 3.2e-4 * v.abs().max(1.0), "{active} for {v}");
    }
    // A subset of the panels equals those columns of the whole.
    let some = panels / 3..panels;
    let cut: Vec<Lanes> = out.chunks_exact(panels).flat_map(|row| row[some.clone()].to_vec()).collect();
    assert_eq!(multiply(Kernel::detect(), some, false), cut);
    for (row, scale) in scales.iter().enumerate() {
        for (output, (weights, unit, bias)) in plain.iter().enumerate() {
            let values = values[row * depth..].iter().zip(weights);
            let sum: i64 = values.map(|(x, w)| (i64::from(*x) - scale.zero as i64) * i64::from(*w)).sum();
            let expected = sum as f32 * scale.scale * unit + bias;
            let got = out[row * panels + output / 16].0[output % 16];
            let slack = 1e-5 + expected.abs() * 1e-5 + 4.0 * scale.scale.abs() * unit.abs();
            assert!((got - expected).abs() <= slack, "{got} for {expected}");
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "which kernels were held to the portable one is worth telling")]
fn the_portable_kernel_is_always_there() {
    let kernels: Vec<_> = Kernel::available().collect();
    println!("kernels here: {kernels:?}");
    assert!(matches!(kernels.last(), Some(Kernel::Portable(_))));
}

#[test]
fn products_do_not_saturate() {
    check_matmul(3, if cfg!(miri) { 160 } else { 1536 }, 32, 1, true);
}

#[test]
fn products_of_the_model_shapes_agree() {
    let shapes: &[_] = if cfg!(miri) { &[(80, 48)] } else { &[(384, 1152), (1536, 384), (384, 384)] };
    for &(inputs, outputs) in shapes {
        check_matmul(13, inputs, outputs, 7, false);
    }
}

#[test]
fn gelu_is_near_the_exact_one() {
    let mut worst = 0.0f32;
    for i in (-80_000..80_000).step_by(STEP) {
        let x = i as f32 / 10_000.0;
        let got = gelu::gelu(Portable, [x; LANES])[0];
        worst = worst.max((got - math::gelu(x)).abs() / x.abs().max(1.0));
    }
    assert!(worst < 9e-6, "off by {worst}");
}

#[test]
fn gelu_for_bytes_is_near_enough() {
    for i in (-120_000..120_000).step_by(STEP) {
        let x = i as f32 / 10_000.0;
        let off = (gelu::gelu_for_bytes(Portable, [x; LANES])[0] - math::gelu(x)).abs();
        let slack = if x.abs() < 3.5 { 2.6e-4 } else { 3.1e-4 * x.abs() };
        assert!(off < slack, "gelu({x}) is off by {off}");
    }
}

#[test]
fn exp2_is_near_the_exact_one() {
    for i in (0..60_000).step_by(STEP) {
        let x = i as f32 / -1000.0;
        let got = attention::exp2(Portable, [x; LANES])[0];
        let off = (f64::from(got) / f64::from(x).exp2() - 1.0).abs();
        assert!(off < 3e-7, "2^{x} is off by {off}");
    }
    let least = attention::exp2(Portable, [f32::NEG_INFINITY; LANES])[0];
    // Neither it nor its product with a small number may be subnormal.
    assert!((f32::MIN_POSITIVE * 1e15..1e-18).contains(&least));
}

#[test]
fn exp2_of_weights_is_near_enough_for_bytes() {
    for i in (0..60_000).step_by(STEP) {
        let x = i as f32 / -1000.0;
        let got = attention_int8::exp2_of_weights(Portable, [x; LANES])[0];
        let off = (f64::from(got) / 255.0 / f64::from(x).exp2() - 1.0).abs();
        assert!(off < 8e-5, "2^{x} is off by {off}");
    }
}

#[test]
fn log2_is_a_little_more_than_the_exact_one() {
    for i in (1..1_000_000).step_by(STEP) {
        let x = i as f32 / 10_000.0;
        let more = f64::from(attention_int8::log2(x)) - f64::from(x).log2();
        assert!((0.0..0.016).contains(&more), "that of {x} is off by {more}");
    }
}

#[test]
fn a_row_of_zeros_quantises_to_its_zero() {
    let rows = vec![Lanes::default(); 2];
    let (values, scales) = quantise(&rows, 1);
    assert!(values.iter().all(|&value| f32::from(value) == scales[0].zero));
}

fn quantise(rows: &[Lanes], width: usize) -> (Vec<u8>, Vec<RowScale>) {
    check_kernels(|kernel| {
        let mut values = vec![0; rows.len() * LANES];
        let mut scales = vec![RowScale::default(); rows.len() / width];
        QuantiseRows { rows, values: &mut values, scales: &mut scales }.run(kernel);
        (values, scales)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn products_agree(
        rows in 1usize..20,
        inputs in 1usize..70,
        outputs in 1usize..OUTPUTS,
        seed in any::<u64>(),
    ) {
        check_matmul(rows, inputs, outputs, seed, false);
    }

    #[test]
    fn quantised_rows_agree_and_are_within_half_a_step(
        rows in 1usize..6,
        width in 1usize..8,
        seed in any::<u64>(),
        spread in 1e-6f32..1e6,
    ) {
        let floats = Random(seed).lanes(rows * width, spread);
        let (values, scales) = quantise(&floats, width);
        for (row, scale) in scales.iter().enumerate() {
            let row = row * width..(row + 1) * width;
            let floats = floats[row.clone()].iter().flat_map(|v| v.0);
            for (x, byte) in floats.zip(&values[row.start * 16..]) {
                let back = (f32::from(*byte) - scale.zero) * scale.scale;
                prop_assert!((back - x).abs() <= 1.01 * scale.scale, "{back} for {x}");
            }
        }
    }

    #[test]
    fn norms_agree(
        rows in 1usize..6,
        width in 1usize..WIDTH,
        added in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let vectors = width.div_ceil(LANES);
        let mut random = Random(seed);
        let mut blank = |count: usize| {
            let mut lanes = random.lanes(count * vectors, 3.0);
            for row in lanes.chunks_exact_mut(vectors) {
                row[vectors - 1].0[LANES - (vectors * LANES - width)..].fill(0.0);
            }
            lanes
        };
        let (floats, other) = (blank(rows), blank(if added { rows } else { 0 }));
        let (weight, bias) = (blank(1), blank(1));
        let out = check_kernels(|kernel| {
            let mut rows = floats.clone();
            NormRows {
                rows: &mut rows,
                added: &other,
                weight: &weight,
                bias: &bias,
                width,
                epsilon: 1e-12,
            }
            .run(kernel);
            rows
        });
        for row in out.chunks_exact(vectors) {
            let rest = &row[vectors - 1].0[LANES - (vectors * LANES - width)..];
            prop_assert!(rest.iter().all(|x| *x == 0.0));
        }
    }

    #[test]
    fn inner_products_agree(rows in 0usize..10, width in 1usize..WIDTH, seed in any::<u64>()) {
        let mut random = Random(seed);
        let mut floats = |count: usize| -> Vec<f32> { (0..count).map(|_| random.float(3.0)).collect() };
        let (all, vector) = (floats(rows * width), floats(width));
        let out = check_kernels(|kernel| {
            let mut out = vec![0.0; rows];
            Dots { rows: &all, vector: &vector, out: &mut out }.run(kernel);
            out
        });
        for (row, got) in all.chunks_exact(width).zip(out) {
            let expected: f64 = row.iter().zip(&vector).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            prop_assert!((f64::from(got) - expected).abs() < 1e-3, "{got} for {expected}");
        }
    }

    #[test]
    fn wide_products_agree(rows in 1usize..20, inputs in 1usize..20, outputs in 1usize..OUTPUTS, seed in any::<u64>()) {
        let mut random = Random(seed);
        let inputs = inputs * LANES;
        let mut wide = WideWeights::zeros(inputs, outputs.next_multiple_of(LANES));
        let mut plain = Vec::new();
        for output in 0..outputs {
            let weights: Vec<f32> = (0..inputs).map(|_| random.float(1.0)).collect();
            let bias = random.float(1.0);
            wide.set(output, weights.iter().copied().enumerate(), bias);
            plain.push((weights, bias));
        }
        let input = random.lanes(rows * inputs / LANES, 2.0);
        let panels = outputs.div_ceil(LANES);
        let out = check_kernels(|kernel| {
            let mut out = vec![Lanes::default(); rows * panels];
            WideMatMul { input: &input, weights: &wide, panels: 0..panels, out: &mut out }.run(kernel);
            out
        });
        let through_gelu = check_kernels(|kernel| {
            let mut rows = out.clone();
            GeluRows { rows: &mut rows }.run(kernel);
            rows
        });
        for (row, input) in Lanes::floats(&input).chunks_exact(inputs).enumerate() {
            for (output, (weights, bias)) in plain.iter().enumerate() {
                let products = input.iter().zip(weights).map(|(a, b)| f64::from(*a) * f64::from(*b));
                let expected = products.sum::<f64>() + f64::from(*bias);
                let at = |out: &[Lanes]| f64::from(out[row * panels + output / LANES].0[output % LANES]);
                prop_assert!((at(&out) - expected).abs() < 1e-3, "{} for {expected}", at(&out));
                let expected = f64::from(math::gelu(expected as f32));
                prop_assert!((at(&through_gelu) - expected).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn attention_on_bytes_agrees(
        rows in 1usize..ROWS,
        heads in 1usize..4,
        size in 1usize..4,
        seed in any::<u64>(),
    ) {
        let qkv = Random(seed).lanes(heads * rows * size * 3, 0.5);
        let width = heads * size;
        let out = check_kernels(|kernel| {
            let mut out = vec![Lanes::default(); rows * heads * size];
            let mut scratch = ByteScratch::default();
            for (head, qkv) in qkv.chunks_exact(rows * size * 3).enumerate() {
                let at = head * size;
                Attend { qkv, out: &mut out, width, at, size, scratch: &mut scratch }.run(kernel);
            }
            out
        });
        // A byte's rounding error is 0.5 / 127; scores and weights add a little to it.
        check_attention(&qkv, &out, heads, size, 0.02);
    }

    #[test]
    fn attention_agrees(
        rows in 1usize..ROWS,
        heads in 1usize..4,
        size in 1usize..3,
        seed in any::<u64>(),
    ) {
        let qkv = Random(seed).lanes(heads * rows * size * 3, 2.0);
        let width = heads * size;
        let out = check_kernels(|kernel| {
            let mut out = vec![Lanes::default(); rows * heads * size];
            let mut scratch = AttentionScratch::default();
            for (head, qkv) in qkv.chunks_exact(rows * size * 3).enumerate() {
                let at = head * size;
                Attend { qkv, out: &mut out, width, at, size, scratch: &mut scratch }.run(kernel);
            }
            out
        });
        check_attention(&qkv, &out, heads, size, 1e-4);
    }
}

/// Attention by its definition, in f64.
fn check_attention(qkv: &[Lanes], out: &[Lanes], heads: usize, size: usize, slack: f64) {
    let width = heads * size;
    let rows = out.len() / width;
    let part = |row: usize, which: usize, head: usize| -> Vec<f64> {
        let lanes = &qkv[((head * rows + row) * 3 + which) * size..][..size];
        lanes.iter().flat_map(|v| v.0.map(f64::from)).collect()
    };
    for head in 0..heads {
        let [keys, values] = [1, 2].map(|which| (0..rows).map(|row| part(row, which, head)).collect::<Vec<_>>());
        for row in 0..rows {
            let query = part(row, 0, head);
            let scores = keys.iter().map(|key| query.iter().zip(key).map(|(q, k)| q * k).sum::<f64>());
            let scores: Vec<f64> = scores.collect();
            let greatest = scores.iter().copied().fold(f64::MIN, f64::max);
            let powers: Vec<f64> = scores.iter().map(|s| (s - greatest).exp2()).collect();
            let total: f64 = powers.iter().sum();
            let got = &out[row * width + head * size..][..size];
            for (d, got) in got.iter().flat_map(|v| v.0).enumerate() {
                let sum: f64 = powers.iter().zip(&values).map(|(p, v)| p * v[d]).sum();
                assert!((f64::from(got) - sum / total).abs() < slack);
            }
        }
    }
}
