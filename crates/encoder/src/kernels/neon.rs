//! Arm's 128-bit vectors with integer dot products: Apple since the M1, servers since Neoverse N1.

#![expect(unsafe_code, reason = "intrinsics may only run where the CPU has their instructions")]

use std::arch::aarch64::*;
use std::arch::{asm, is_aarch64_feature_detected as detected};

use super::attention::{self, Attend, AttentionScratch};
use super::attention_int8::{self, ByteScratch};
use super::matmul::{self, MatMul};
use super::wide::{self, WideMatMul};
use super::{Group, LANES, Lanes, Op, Simd};

/// Token for a CPU with NEON and its dot product.
///
/// The dot product takes two signed operands: 128 is subtracted from the activations, and 128 times the sum of the
/// weights is added at the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NeonDot(());

impl NeonDot {
    pub(crate) fn detect() -> Option<Self> {
        (detected!("neon") && detected!("dotprod")).then_some(Self(()))
    }

    pub(super) fn run(self, op: impl Op) {
        // SAFETY: `detect`, which alone makes this token, found both features of `compiled`.
        unsafe { compiled(self, op) }
    }
}

/// Entry point compiled with these target features; everything below it is inlined into it.
#[target_feature(enable = "neon,dotprod")]
fn compiled(simd: NeonDot, op: impl Op) {
    op.run(simd);
}

/// Adds to each of four sums the dot product of its four bytes. The intrinsic, `vdotq_s32`, is not yet stable.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn dot(mut sums: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    // SAFETY: the function's features cover the instruction, which touches registers alone.
    unsafe {
        asm!(
            "sdot {sums:v}.4s, {a:v}.16b, {b:v}.16b",
            sums = inout(vreg) sums,
            a = in(vreg) a,
            b = in(vreg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sums
}

/// 16 floats in four registers.
type Floats = [float32x4_t; 4];

/// Methods that are each one expression of intrinsics.
macro_rules! intrinsics {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty = $body:expr;)*) => {$(
        #[inline(always)]
        fn $name(self, $($arg: $type),*) -> $out {
            // SAFETY: the token shows that the CPU has NEON and the dot product. Loads and stores stay
            // within the array behind their reference and need no alignment.
            unsafe { $body }
        }
    )*};
}

/// An array of four, one per register.
macro_rules! four {
    ($i:ident => $each:expr) => {
        [
            {
                const $i: usize = 0;
                $each
            },
            {
                const $i: usize = 1;
                $each
            },
            {
                const $i: usize = 2;
                $each
            },
            {
                const $i: usize = 3;
                $each
            },
        ]
    };
}

impl Simd for NeonDot {
    type F = Floats;
    type Sums = [int32x4_t; 4];
    type Weights = [int8x16_t; 4];
    type Four = int8x16_t;

    intrinsics! {
        splat(x: f32) -> Floats = [vdupq_n_f32(x); 4];
        add(a: Floats, b: Floats) -> Floats = four!(I => vaddq_f32(a[I], b[I]));
        sub(a: Floats, b: Floats) -> Floats = four!(I => vsubq_f32(a[I], b[I]));
        mul(a: Floats, b: Floats) -> Floats = four!(I => vmulq_f32(a[I], b[I]));
        div(a: Floats, b: Floats) -> Floats = four!(I => vdivq_f32(a[I], b[I]));
        abs(v: Floats) -> Floats = four!(I => vabsq_f32(v[I]));
        mul_add(a: Floats, b: Floats, c: Floats) -> Floats =
            four!(I => vfmaq_f32(c[I], a[I], b[I]));
        // Not `vmaxq_f32`, which distinguishes the two zeros.
        max(a: Floats, b: Floats) -> Floats =
            four!(I => vbslq_f32(vcgtq_f32(a[I], b[I]), a[I], b[I]));
        min(a: Floats, b: Floats) -> Floats =
            four!(I => vbslq_f32(vcltq_f32(a[I], b[I]), a[I], b[I]));
        add_exponent(p: Floats, t: Floats) -> Floats = four!(I => {
            let t = vshlq_n_u32::<23>(vreinterpretq_u32_f32(t[I]));
            vreinterpretq_f32_u32(vaddq_u32(vreinterpretq_u32_f32(p[I]), t))
        });
        fraction(x: Floats) -> Floats = four!(I => vsubq_f32(x[I], vrndmq_f32(x[I])));
        scale(p: Floats, x: Floats) -> Floats = four!(I => {
            let exponent = vrndmq_f32(x[I]);
            let normal = vcgeq_f32(exponent, vdupq_n_f32(-126.0));
            let exponent = vshlq_n_u32::<23>(vreinterpretq_u32_s32(vcvtq_s32_f32(exponent)));
            vreinterpretq_f32_u32(vandq_u32(normal, vaddq_u32(vreinterpretq_u32_f32(p[I]), exponent)))
        });
        no_sums() -> [int32x4_t; 4] = [vdupq_n_s32(0); 4];
        four(from: [u8; 4]) -> int8x16_t =
            vreinterpretq_s8_u32(vdupq_n_u32(u32::from_le_bytes(from) ^ 0x8080_8080));

        load(from: &Lanes) -> Floats = {
            let from = from.0.as_ptr();
            four!(I => vld1q_f32(from.add(4 * I)))
        };
        store(v: Floats, to: &mut Lanes) -> () = {
            let to = to.0.as_mut_ptr();
            four!(I => vst1q_f32(to.add(4 * I), v[I]));
        };
        store_bytes(v: Floats, to: &mut [u8; LANES]) -> () = {
            let words = four!(I => vqmovn_u32(vcvtnq_u32_f32(v[I])));
            let low = vqmovn_u16(vcombine_u16(words[0], words[1]));
            let high = vqmovn_u16(vcombine_u16(words[2], words[3]));
            vst1q_u8(to.as_mut_ptr(), vcombine_u8(low, high));
        };
        interleave(four: [Floats; 4], to: &mut Group) -> () = {
            let to: *mut u32 = to.0.as_mut_ptr().cast();
            let low = vdupq_n_u32(0xff);
            four!(I => {
                let a = vreinterpretq_u32_s32(vcvtnq_s32_f32(four[0][I]));
                let b = vreinterpretq_u32_s32(vcvtnq_s32_f32(four[1][I]));
                let c = vreinterpretq_u32_s32(vcvtnq_s32_f32(four[2][I]));
                let d = vreinterpretq_u32_s32(vcvtnq_s32_f32(four[3][I]));
                let b = vshlq_n_u32::<8>(vandq_u32(b, low));
                let c = vshlq_n_u32::<16>(vandq_u32(c, low));
                let ab = vorrq_u32(vandq_u32(a, low), b);
                vst1q_u32(to.add(4 * I), vorrq_u32(ab, vorrq_u32(c, vshlq_n_u32::<24>(d))));
            });
        };
        weights(from: &Group) -> [int8x16_t; 4] = {
            let from: *const i8 = from.0.as_ptr().cast();
            four!(I => vld1q_s8(from.add(16 * I)))
        };
        dot(sums: [int32x4_t; 4], x: int8x16_t, weights: [int8x16_t; 4]) -> [int32x4_t; 4] =
            four!(I => dot(sums[I], x, weights[I]));
        add_weights(sums: [int32x4_t; 4], weights: [int8x16_t; 4]) -> [int32x4_t; 4] =
            four!(I => dot(sums[I], vdupq_n_s8(1), weights[I]));
        to_floats(sums: [int32x4_t; 4], columns: &Lanes) -> Floats = {
            let columns = columns.0.as_ptr();
            four!(I => {
                let column = vcvtq_s32_f32(vld1q_f32(columns.add(4 * I)));
                vcvtq_f32_s32(vmlaq_n_s32(sums[I], column, 128))
            })
        };
    }

    #[inline(always)]
    fn matmul(self, product: &mut MatMul<'_>) {
        // 24 of 32 registers hold sums, 4 weights.
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
        // 24 of 32 registers hold sums, 4 weights.
        wide::matmul::<_, 6, 1>(self, product);
    }
}
