//! 512-bit vectors with integer dot products: Intel servers since 2019, AMD since Zen 4.

#![expect(unsafe_code, reason = "intrinsics may only run where the CPU has their instructions")]

use std::arch::is_x86_feature_detected as detected;
use std::arch::x86_64::*;

use super::attention::{self, Attend, AttentionScratch};
use super::attention_int8::{self, ByteScratch};
use super::matmul::{self, MatMul};
use super::wide::{self, WideMatMul};
use super::{Group, LANES, Lanes, Op, Simd};

/// Token for a CPU with AVX-512 F, BW, DQ, VL and VNNI, and FMA.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512Vnni(());

impl Avx512Vnni {
    pub(crate) fn detect() -> Option<Self> {
        let found = detected!("avx512f")
            && detected!("avx512bw")
            && detected!("avx512dq")
            && detected!("avx512vl")
            && detected!("avx512vnni")
            && detected!("fma");
        found.then_some(Self(()))
    }

    pub(super) fn run(self, op: impl Op) {
        // SAFETY: `detect`, which alone makes this token, found every feature of `compiled`.
        unsafe { compiled(self, op) }
    }
}

/// Entry point compiled with these target features; everything below it is inlined into it.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
fn compiled(simd: Avx512Vnni, op: impl Op) {
    op.run(simd);
}

/// Methods that are each one expression of intrinsics.
macro_rules! intrinsics {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty = $body:expr;)*) => {$(
        #[inline(always)]
        fn $name(self, $($arg: $type),*) -> $out {
            // SAFETY: the token shows that the CPU has the instructions. Loads and stores go
            // through references to 64 bytes that are aligned to 64, or need no alignment.
            unsafe { $body }
        }
    )*};
}

impl Simd for Avx512Vnni {
    type F = __m512;
    type Sums = __m512i;
    type Weights = __m512i;
    type Four = __m512i;

    intrinsics! {
        splat(x: f32) -> __m512 = _mm512_set1_ps(x);
        load(from: &Lanes) -> __m512 = _mm512_load_ps(from.0.as_ptr());
        load_floats(from: &[f32; LANES]) -> __m512 = _mm512_loadu_ps(from.as_ptr());
        store(v: __m512, to: &mut Lanes) -> () = _mm512_store_ps(to.0.as_mut_ptr(), v);
        add(a: __m512, b: __m512) -> __m512 = _mm512_add_ps(a, b);
        sub(a: __m512, b: __m512) -> __m512 = _mm512_sub_ps(a, b);
        mul(a: __m512, b: __m512) -> __m512 = _mm512_mul_ps(a, b);
        div(a: __m512, b: __m512) -> __m512 = _mm512_div_ps(a, b);
        abs(v: __m512) -> __m512 = _mm512_abs_ps(v);
        mul_add(a: __m512, b: __m512, c: __m512) -> __m512 = _mm512_fmadd_ps(a, b, c);
        max(a: __m512, b: __m512) -> __m512 = _mm512_max_ps(a, b);
        min(a: __m512, b: __m512) -> __m512 = _mm512_min_ps(a, b);
        add_exponent(p: __m512, t: __m512) -> __m512 = _mm512_castsi512_ps(_mm512_add_epi32(
            _mm512_castps_si512(p),
            _mm512_slli_epi32::<23>(_mm512_castps_si512(t)),
        ));
        // Rounds down, without exceptions.
        fraction(x: __m512) -> __m512 = _mm512_reduce_ps::<0b1001>(x);
        scale(p: __m512, x: __m512) -> __m512 = _mm512_scalef_ps(p, x);
        interleave(four: [__m512; 4], to: &mut Group) -> () =
            _mm512_store_si512(to.0.as_mut_ptr().cast(), interleave(four));
        no_sums() -> __m512i = _mm512_setzero_si512();
        weights(from: &Group) -> __m512i = _mm512_load_si512(from.0.as_ptr().cast());
        four(from: [u8; 4]) -> __m512i = _mm512_set1_epi32(i32::from_le_bytes(from));
        dot(sums: __m512i, x: __m512i, weights: __m512i) -> __m512i =
            _mm512_dpbusd_epi32(sums, x, weights);
        add_weights(sums: __m512i, weights: __m512i) -> __m512i =
            _mm512_dpbusd_epi32(sums, _mm512_set1_epi8(1), weights);
        to_floats(sums: __m512i, _columns: &Lanes) -> __m512 = _mm512_cvtepi32_ps(sums);
        sum(v: __m512) -> f32 = _mm512_reduce_add_ps(v);
        range(low: __m512, high: __m512) -> (f32, f32) =
            (_mm512_reduce_min_ps(low), _mm512_reduce_max_ps(high));
    }

    #[inline(always)]
    fn store_bytes(self, v: __m512, to: &mut [u8; LANES]) {
        // SAFETY: the token shows that the CPU has the instructions; the store needs no
        // alignment and writes the 16 bytes of `to`.
        unsafe {
            let whole = _mm512_max_epi32(_mm512_cvtps_epi32(v), _mm512_setzero_si512());
            let bytes = _mm512_cvtusepi32_epi8(whole);
            _mm_storeu_si128(to.as_mut_ptr().cast(), bytes);
        }
    }

    #[inline(always)]
    fn store_four_bytes(self, four: [__m512; 4], to: &mut [u8; 4 * LANES]) {
        // SAFETY: the token shows that the CPU has the instructions; the store needs no
        // alignment and writes the 64 bytes of `to`.
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), to_bytes(four)) }
    }

    #[inline(always)]
    fn maxima(self, rows: [__m512; LANES]) -> __m512 {
        // SAFETY: the token shows that the CPU has the instructions.
        unsafe { maxima(rows) }
    }

    #[inline(always)]
    fn transpose(self, rows: [__m512; LANES]) -> [__m512; LANES] {
        // SAFETY: the token shows that the CPU has the instructions.
        unsafe { transpose(rows) }
    }

    #[inline(always)]
    fn matmul(self, product: &mut MatMul<'_>) {
        // 24 of 32 registers hold sums, 3 weights.
        matmul::matmul::<_, 8, 3>(self, product);
    }

    #[inline(always)]
    fn attend(self, attend: &mut Attend<'_, AttentionScratch>) {
        attention::attend::<_, 8, 2>(self, attend);
    }

    #[inline(always)]
    fn attend_bytes(self, attend: &mut Attend<'_, ByteScratch>) {
        attention_int8::attend_bytes::<_, 8, 2>(self, attend);
    }

    #[inline(always)]
    fn wide_matmul(self, product: &mut WideMatMul<'_>) {
        // 24 of 32 registers hold sums, 3 weights.
        wide::matmul::<_, 8, 3>(self, product);
    }
}

/// Interleaves the low bytes of four vectors of integers.
#[inline]
#[target_feature(enable = "avx512f")]
fn interleave(four: [__m512; 4]) -> __m512i {
    // Not `map`: its closure would be compiled without the instructions at hand.
    let (a, b) = (_mm512_cvtps_epi32(four[0]), _mm512_cvtps_epi32(four[1]));
    let (c, d) = (_mm512_cvtps_epi32(four[2]), _mm512_cvtps_epi32(four[3]));
    let low = _mm512_set1_epi32(0xff);
    let b = _mm512_slli_epi32::<8>(_mm512_and_si512(b, low));
    let c = _mm512_slli_epi32::<16>(_mm512_and_si512(c, low));
    let ab = _mm512_or_si512(_mm512_and_si512(a, low), b);
    _mm512_or_si512(ab, _mm512_or_si512(c, _mm512_slli_epi32::<24>(d)))
}

/// Rounds to the nearest integers, saturating at bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn to_bytes(four: [__m512; 4]) -> __m512i {
    let ab = _mm512_packus_epi32(_mm512_cvtps_epi32(four[0]), _mm512_cvtps_epi32(four[1]));
    let cd = _mm512_packus_epi32(_mm512_cvtps_epi32(four[2]), _mm512_cvtps_epi32(four[3]));
    // Packing works within 128-bit quarters: each has four bytes of a, b, c and d.
    let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    _mm512_permutexvar_epi32(order, _mm512_packus_epi16(ab, cd))
}

/// The maximum of each of 16 rows. Each step folds two rows into one: their halves are compared side by side.
#[inline]
#[target_feature(enable = "avx512f")]
fn maxima(mut r: [__m512; LANES]) -> __m512 {
    for i in 0..8 {
        let low = _mm512_shuffle_f32x4::<0b01_00_01_00>(r[i], r[i + 8]);
        let high = _mm512_shuffle_f32x4::<0b11_10_11_10>(r[i], r[i + 8]);
        r[i] = _mm512_max_ps(low, high);
    }
    for i in 0..4 {
        let even = _mm512_shuffle_f32x4::<0b10_00_10_00>(r[i], r[i + 4]);
        let odd = _mm512_shuffle_f32x4::<0b11_01_11_01>(r[i], r[i + 4]);
        r[i] = _mm512_max_ps(even, odd);
    }
    for i in 0..2 {
        r[i] = _mm512_max_ps(_mm512_unpacklo_ps(r[i], r[i + 2]), _mm512_unpackhi_ps(r[i], r[i + 2]));
    }
    let (a, b) = (_mm512_castps_pd(r[0]), _mm512_castps_pd(r[1]));
    let low = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
    let high = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    // The quarters now belong to rows 0-3, 8-11, 4-7 and 12-15, each in the order 0 2 1 3.
    let order = _mm512_setr_epi32(0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15);
    _mm512_permutexvar_ps(order, _mm512_max_ps(low, high))
}

/// Transposes a 16 × 16 matrix: pairs of floats, pairs of pairs, then quarters.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose(r: [__m512; LANES]) -> [__m512; LANES] {
    let mut pairs = r;
    for i in 0..8 {
        pairs[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        pairs[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
    }
    // fours[4 * i + j] holds columns j, 4 + j, 8 + j and 12 + j of rows 4 * i ..= 4 * i + 3.
    let mut fours = r;
    for i in 0..4 {
        for half in 0..2 {
            let a = _mm512_castps_pd(pairs[4 * i + half]);
            let b = _mm512_castps_pd(pairs[4 * i + 2 + half]);
            fours[4 * i + 2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
            fours[4 * i + 2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
        }
    }
    let mut columns = r;
    for j in 0..4 {
        // Quarters 0 and 2, and 1 and 3, of rows 0-7 and of rows 8-15.
        let even = _mm512_shuffle_f32x4::<0b10_00_10_00>(fours[j], fours[4 + j]);
        let odd = _mm512_shuffle_f32x4::<0b11_01_11_01>(fours[j], fours[4 + j]);
        let even_high = _mm512_shuffle_f32x4::<0b10_00_10_00>(fours[8 + j], fours[12 + j]);
        let odd_high = _mm512_shuffle_f32x4::<0b11_01_11_01>(fours[8 + j], fours[12 + j]);
        columns[j] = _mm512_shuffle_f32x4::<0b10_00_10_00>(even, even_high);
        columns[8 + j] = _mm512_shuffle_f32x4::<0b11_01_11_01>(even, even_high);
        columns[4 + j] = _mm512_shuffle_f32x4::<0b10_00_10_00>(odd, odd_high);
        columns[12 + j] = _mm512_shuffle_f32x4::<0b11_01_11_01>(odd, odd_high);
    }
    columns
}
