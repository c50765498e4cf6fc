//! 256-bit vectors: Intel since 2013, AMD since 2015; the variant with integer dot products since 2021.

#![expect(unsafe_code, reason = "intrinsics may only run where the CPU has their instructions")]

use std::arch::is_x86_feature_detected as detected;
use std::arch::x86_64::*;

use super::attention::{self, Attend, AttentionScratch};
use super::attention_int8::{self, ByteScratch};
use super::matmul::{self, MatMul};
use super::wide::{self, WideMatMul};
use super::{Group, LANES, Lanes, Op, Simd};

/// Token for a CPU with AVX2 and FMA.
///
/// Its byte product, `vpmaddubsw`, saturates at 16 bits, which 255 · 127 · 2 exceeds. So both sides are widened to 16
/// bits and multiplied with `vpmaddwd`, which sums in 32 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

/// Token for a CPU that also has AVX-VNNI, whose byte dot product sums in 32 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AvxVnni(());

impl Avx2 {
    pub(crate) fn detect() -> Option<Self> {
        (detected!("avx2") && detected!("fma")).then_some(Self(()))
    }

    pub(super) fn run(self, op: impl Op) {
        // SAFETY: `detect`, which alone makes this token, found both features of `avx2`.
        unsafe { avx2(self, op) }
    }
}

impl AvxVnni {
    pub(crate) fn detect() -> Option<Self> {
        let found = detected!("avx2") && detected!("fma") && detected!("avxvnni");
        found.then_some(Self(()))
    }

    pub(super) fn run(self, op: impl Op) {
        // SAFETY: `detect`, which alone makes this token, found every feature of `avx_vnni`.
        unsafe { avx_vnni(self, op) }
    }
}

/// Entry point compiled with these target features; everything below it is inlined into it.
#[target_feature(enable = "avx2,fma")]
fn avx2(simd: Avx2, op: impl Op) {
    op.run(simd);
}

/// Like [`avx2`].
#[target_feature(enable = "avx2,fma,avxvnni")]
fn avx_vnni(simd: AvxVnni, op: impl Op) {
    op.run(simd);
}

/// 16 floats in two registers.
type Floats = [__m256; 2];

/// Methods that are each one expression of intrinsics.
macro_rules! intrinsics {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty = $body:expr;)*) => {$(
        #[inline(always)]
        fn $name(self, $($arg: $type),*) -> $out {
            // SAFETY: the token shows that the CPU has the instructions. Loads and stores stay
            // within 64 bytes behind a reference that is aligned to 64, or need no alignment.
            unsafe { $body }
        }
    )*};
}

/// The float operations shared by both kernels.
macro_rules! floats {
    () => {
        intrinsics! {
            splat(x: f32) -> Floats = [_mm256_set1_ps(x); 2];
            load(from: &Lanes) -> Floats = {
                let from = from.0.as_ptr();
                [_mm256_load_ps(from), _mm256_load_ps(from.add(8))]
            };
            load_floats(from: &[f32; LANES]) -> Floats =
                [_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from.as_ptr().add(8))];
            store(v: Floats, to: &mut Lanes) -> () = {
                let to = to.0.as_mut_ptr();
                _mm256_store_ps(to, v[0]);
                _mm256_store_ps(to.add(8), v[1]);
            };
            add(a: Floats, b: Floats) -> Floats =
                [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])];
            sub(a: Floats, b: Floats) -> Floats =
                [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])];
            mul(a: Floats, b: Floats) -> Floats =
                [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])];
            div(a: Floats, b: Floats) -> Floats =
                [_mm256_div_ps(a[0], b[0]), _mm256_div_ps(a[1], b[1])];
            abs(v: Floats) -> Floats = {
                let sign = _mm256_set1_ps(-0.0);
                [_mm256_andnot_ps(sign, v[0]), _mm256_andnot_ps(sign, v[1])]
            };
            mul_add(a: Floats, b: Floats, c: Floats) -> Floats =
                [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])];
            max(a: Floats, b: Floats) -> Floats =
                [_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])];
            min(a: Floats, b: Floats) -> Floats =
                [_mm256_min_ps(a[0], b[0]), _mm256_min_ps(a[1], b[1])];
            add_exponent(p: Floats, t: Floats) -> Floats =
                [add_exponent(p[0], t[0]), add_exponent(p[1], t[1])];
            fraction(x: Floats) -> Floats = [
                _mm256_sub_ps(x[0], _mm256_floor_ps(x[0])),
                _mm256_sub_ps(x[1], _mm256_floor_ps(x[1])),
            ];
            scale(p: Floats, x: Floats) -> Floats = [scale(p[0], x[0]), scale(p[1], x[1])];
            interleave(four: [Floats; 4], to: &mut Group) -> () = {
                let to: *mut __m256i = to.0.as_mut_ptr().cast();
                let [a, b, c, d] = four;
                _mm256_store_si256(to, interleave([a[0], b[0], c[0], d[0]]));
                _mm256_store_si256(to.add(1), interleave([a[1], b[1], c[1], d[1]]));
            };
        }

        #[inline(always)]
        fn store_bytes(self, v: Floats, to: &mut [u8; LANES]) {
            // SAFETY: the token shows that the CPU has the instructions; the store needs no
            // alignment and writes the 16 bytes of `to`.
            unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), to_bytes(v)) }
        }
    };
}

#[inline]
#[target_feature(enable = "avx2")]
fn add_exponent(p: __m256, t: __m256) -> __m256 {
    let t = _mm256_slli_epi32::<23>(_mm256_castps_si256(t));
    _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), t))
}

#[inline]
#[target_feature(enable = "avx2")]
fn scale(p: __m256, x: __m256) -> __m256 {
    let exponent = _mm256_floor_ps(x);
    let normal = _mm256_cmp_ps::<_CMP_GE_OQ>(exponent, _mm256_set1_ps(-126.0));
    let exponent = _mm256_slli_epi32::<23>(_mm256_cvtps_epi32(exponent));
    _mm256_and_ps(normal, _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), exponent)))
}

/// Interleaves the low bytes of four vectors of integers.
#[inline]
#[target_feature(enable = "avx2")]
fn interleave(four: [__m256; 4]) -> __m256i {
    // Not `map`: its closure would be compiled without the instructions at hand.
    let (a, b) = (_mm256_cvtps_epi32(four[0]), _mm256_cvtps_epi32(four[1]));
    let (c, d) = (_mm256_cvtps_epi32(four[2]), _mm256_cvtps_epi32(four[3]));
    let low = _mm256_set1_epi32(0xff);
    let b = _mm256_slli_epi32::<8>(_mm256_and_si256(b, low));
    let c = _mm256_slli_epi32::<16>(_mm256_and_si256(c, low));
    let ab = _mm256_or_si256(_mm256_and_si256(a, low), b);
    _mm256_or_si256(ab, _mm256_or_si256(c, _mm256_slli_epi32::<24>(d)))
}

/// Rounds to the nearest integers, which must fit into bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn to_bytes(v: Floats) -> __m128i {
    // Packing works on halves of 128 bits: 0-3 8-11 | 4-7 12-15.
    let words = _mm256_packs_epi32(_mm256_cvtps_epi32(v[0]), _mm256_cvtps_epi32(v[1]));
    let bytes = _mm256_packus_epi16(words, words);
    let high = _mm256_extracti128_si256::<1>(bytes);
    _mm_unpacklo_epi32(_mm256_castsi256_si128(bytes), high)
}

/// Adds neighbouring partial sums, two of which belong to each output.
#[inline]
#[target_feature(enable = "avx2")]
fn add_neighbours(a: __m256i, b: __m256i) -> __m256 {
    // Adding works on halves of 128 bits: outputs 0 1 4 5 | 2 3 6 7.
    let sums = _mm256_hadd_epi32(a, b);
    _mm256_cvtepi32_ps(_mm256_permute4x64_epi64::<0b11_01_10_00>(sums))
}

impl Simd for Avx2 {
    type F = Floats;
    /// Two partial sums for each of four outputs per register.
    type Sums = [__m256i; 4];
    /// 16-bit weights of four outputs per register.
    type Weights = [__m256i; 4];
    /// Four 16-bit activations, repeated four times.
    type Four = __m256i;

    floats!();

    intrinsics! {
        no_sums() -> [__m256i; 4] = [_mm256_setzero_si256(); 4];
        weights(from: &Group) -> [__m256i; 4] = {
            let from: *const __m128i = from.0.as_ptr().cast();
            [
                _mm256_cvtepi8_epi16(_mm_load_si128(from)),
                _mm256_cvtepi8_epi16(_mm_load_si128(from.add(1))),
                _mm256_cvtepi8_epi16(_mm_load_si128(from.add(2))),
                _mm256_cvtepi8_epi16(_mm_load_si128(from.add(3))),
            ]
        };
        four(from: [u8; 4]) -> __m256i =
            _mm256_cvtepu8_epi16(_mm_set1_epi32(i32::from_le_bytes(from)));
        dot(sums: [__m256i; 4], x: __m256i, weights: [__m256i; 4]) -> [__m256i; 4] = [
            _mm256_add_epi32(sums[0], _mm256_madd_epi16(x, weights[0])),
            _mm256_add_epi32(sums[1], _mm256_madd_epi16(x, weights[1])),
            _mm256_add_epi32(sums[2], _mm256_madd_epi16(x, weights[2])),
            _mm256_add_epi32(sums[3], _mm256_madd_epi16(x, weights[3])),
        ];
        add_weights(sums: [__m256i; 4], weights: [__m256i; 4]) -> [__m256i; 4] = {
            let ones = _mm256_set1_epi16(1);
            [
                _mm256_add_epi32(sums[0], _mm256_madd_epi16(ones, weights[0])),
                _mm256_add_epi32(sums[1], _mm256_madd_epi16(ones, weights[1])),
                _mm256_add_epi32(sums[2], _mm256_madd_epi16(ones, weights[2])),
                _mm256_add_epi32(sums[3], _mm256_madd_epi16(ones, weights[3])),
            ]
        };
        to_floats(sums: [__m256i; 4], _columns: &Lanes) -> Floats =
            [add_neighbours(sums[0], sums[1]), add_neighbours(sums[2], sums[3])];
    }

    #[inline(always)]
    fn matmul(self, product: &mut MatMul<'_>) {
        // 8 of 16 registers hold sums, 4 weights.
        matmul::matmul::<_, 2, 1>(self, product);
    }

    #[inline(always)]
    fn attend(self, attend: &mut Attend<'_, AttentionScratch>) {
        attention::attend::<_, 4, 1>(self, attend);
    }

    #[inline(always)]
    fn attend_bytes(self, attend: &mut Attend<'_, ByteScratch>) {
        attention_int8::attend_bytes::<_, 2, 1>(self, attend);
    }

    #[inline(always)]
    fn wide_matmul(self, product: &mut WideMatMul<'_>) {
        // 12 of 16 registers hold sums, 2 weights.
        wide::matmul::<_, 6, 1>(self, product);
    }
}

impl Simd for AvxVnni {
    type F = Floats;
    type Sums = [__m256i; 2];
    type Weights = [__m256i; 2];
    type Four = __m256i;

    floats!();

    intrinsics! {
        no_sums() -> [__m256i; 2] = [_mm256_setzero_si256(); 2];
        weights(from: &Group) -> [__m256i; 2] = {
            let from: *const __m256i = from.0.as_ptr().cast();
            [_mm256_load_si256(from), _mm256_load_si256(from.add(1))]
        };
        four(from: [u8; 4]) -> __m256i = _mm256_set1_epi32(i32::from_le_bytes(from));
        dot(sums: [__m256i; 2], x: __m256i, weights: [__m256i; 2]) -> [__m256i; 2] = [
            _mm256_dpbusd_avx_epi32(sums[0], x, weights[0]),
            _mm256_dpbusd_avx_epi32(sums[1], x, weights[1]),
        ];
        add_weights(sums: [__m256i; 2], weights: [__m256i; 2]) -> [__m256i; 2] = [
            _mm256_dpbusd_avx_epi32(sums[0], _mm256_set1_epi8(1), weights[0]),
            _mm256_dpbusd_avx_epi32(sums[1], _mm256_set1_epi8(1), weights[1]),
        ];
        to_floats(sums: [__m256i; 2], _columns: &Lanes) -> Floats =
            [_mm256_cvtepi32_ps(sums[0]), _mm256_cvtepi32_ps(sums[1])];
    }

    #[inline(always)]
    fn matmul(self, product: &mut MatMul<'_>) {
        // 12 of 16 registers hold sums, 2 weights.
        matmul::matmul::<_, 6, 1>(self, product);
    }

    #[inline(always)]
    fn attend(self, attend: &mut Attend<'_, AttentionScratch>) {
        attention::attend::<_, 4, 1>(self, attend);
    }

    #[inline(always)]
    fn attend_bytes(self, attend: &mut Attend<'_, ByteScratch>) {
        attention_int8::attend_bytes::<_, 4, 1>(self, attend);
    }

    #[inline(always)]
    fn wide_matmul(self, product: &mut WideMatMul<'_>) {
        // As for `Avx2`.
        wide::matmul::<_, 6, 1>(self, product);
    }
}
