//! The fallback kernel in plain Rust, and the reference for all others.

use super::attention::{self, Attend, AttentionScratch};
use super::attention_int8::{self, ByteScratch};
use super::matmul::{self, MatMul};
use super::wide::{self, WideMatMul};
use super::{Group, LANES, Lanes, Simd};

/// Runs on any CPU.
///
/// `f32::mul_add` is exact everywhere, but a slow library call on x86 CPUs before 2013, which lack the instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

/// Applies an operation lane by lane.
#[inline(always)]
fn each(a: [f32; LANES], b: [f32; LANES], work: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    let mut out = a;
    for (a, b) in out.iter_mut().zip(b) {
        *a = work(*a, b);
    }
    out
}

impl Simd for Portable {
    type F = [f32; LANES];
    type Sums = [i32; LANES];
    type Weights = [[i8; 4]; LANES];
    type Four = [u8; 4];

    #[inline(always)]
    fn splat(self, x: f32) -> Self::F {
        [x; LANES]
    }

    #[inline(always)]
    fn load(self, from: &Lanes) -> Self::F {
        from.0
    }

    #[inline(always)]
    fn store(self, v: Self::F, to: &mut Lanes) {
        to.0 = v;
    }

    #[inline(always)]
    fn add(self, a: Self::F, b: Self::F) -> Self::F {
        each(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Self::F, b: Self::F) -> Self::F {
        each(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Self::F, b: Self::F) -> Self::F {
        each(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn div(self, a: Self::F, b: Self::F) -> Self::F {
        each(a, b, |a, b| a / b)
    }

    #[inline(always)]
    fn abs(self, v: Self::F) -> Self::F {
        v.map(f32::abs)
    }

    #[inline(always)]
    fn mul_add(self, a: Self::F, b: Self::F, c: Self::F) -> Self::F {
        let mut out = c;
        for (lane, c) in out.iter_mut().enumerate() {
            *c = a[lane].mul_add(b[lane], *c);
        }
        out
    }

    #[inline(always)]
    fn max(self, a: Self::F, b: Self::F) -> Self::F {
        each(a, b, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn min(self, a: Self::F, b: Self::F) -> Self::F {
        each(a, b, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn add_exponent(self, p: Self::F, t: Self::F) -> Self::F {
        each(p, t, |p, t| f32::from_bits(p.to_bits().wrapping_add(t.to_bits() << 23)))
    }

    #[inline(always)]
    fn fraction(self, x: Self::F) -> Self::F {
        x.map(|x| x - x.floor())
    }

    #[inline(always)]
    fn scale(self, p: Self::F, x: Self::F) -> Self::F {
        each(p, x, |p, x| {
            let exponent = x.floor();
            if exponent < -126.0 {
                0.0
            } else {
                f32::from_bits(p.to_bits().wrapping_add((exponent as i32 as u32) << 23))
            }
        })
    }

    #[inline(always)]
    fn store_bytes(self, v: Self::F, to: &mut [u8; LANES]) {
        for (v, byte) in v.into_iter().zip(to) {
            *byte = v.round_ties_even() as u8;
        }
    }

    #[inline(always)]
    fn interleave(self, four: [Self::F; 4], to: &mut Group) {
        for (lane, to) in to.0.iter_mut().enumerate() {
            *to = four.map(|v| v[lane].round_ties_even() as i8);
        }
    }

    #[inline(always)]
    fn no_sums(self) -> Self::Sums {
        [0; LANES]
    }

    #[inline(always)]
    fn weights(self, from: &Group) -> Self::Weights {
        from.0
    }

    #[inline(always)]
    fn four(self, from: [u8; 4]) -> Self::Four {
        from
    }

    #[inline(always)]
    fn dot(self, mut sums: Self::Sums, x: Self::Four, weights: Self::Weights) -> Self::Sums {
        for (sum, weights) in sums.iter_mut().zip(weights) {
            for (x, weight) in x.into_iter().zip(weights) {
                *sum += i32::from(x) * i32::from(weight);
            }
        }
        sums
    }

    #[inline(always)]
    fn add_weights(self, sums: Self::Sums, weights: Self::Weights) -> Self::Sums {
        self.dot(sums, [1; 4], weights)
    }

    #[inline(always)]
    fn to_floats(self, sums: Self::Sums, _columns: &Lanes) -> Self::F {
        sums.map(|sum| sum as f32)
    }

    #[inline(always)]
    fn matmul(self, product: &mut MatMul<'_>) {
        matmul::matmul::<_, 4, 1>(self, product);
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
        wide::matmul::<_, 4, 1>(self, product);
    }
}
