//! Arithmetic kernels of the engines, for whatever vectors the CPU has.
//!
//! Each algorithm is written once over [`Simd`], 16 lanes wide, with a fixed order of summation; a kernel only
//! implements the operations on 16 lanes. So every kernel is bit-identical to the portable one, which the tests verify.
//! All `unsafe` of the crate is in this module: in the intrinsics of each kernel, and in the step from detecting a CPU
//! feature to calling code compiled for it.

use std::sync::LazyLock;

mod attention;
mod attention_int8;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod dots;
mod gelu;
mod matmul;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(any(test, feature = "test-support"))]
mod peak;
mod portable;
mod rows;
#[cfg(test)]
mod tests;
mod wide;

pub(crate) use attention::{Attend, AttentionScratch};
pub(crate) use attention_int8::ByteScratch;
pub(crate) use dots::Dots;
pub(crate) use gelu::GeluRows;
pub(crate) use matmul::{Activations, MatMul, PackedWeights};
#[cfg(any(test, feature = "test-support"))]
pub use peak::int8_peak;
pub(crate) use rows::{NormRows, QuantiseRows, RowScale};
pub(crate) use wide::{WideMatMul, WideWeights};

/// Lanes per vector: the width of the widest vectors of today's CPUs (512 bits of f32).
pub(crate) const LANES: usize = 16;

/// 16 floats, aligned so that a vector never straddles two cache lines.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Lanes(pub(crate) [f32; LANES]);

impl Lanes {
    /// Packs floats into vectors, padding the last one with zeros.
    pub(crate) fn padded(floats: &[f32]) -> Vec<Self> {
        let mut lanes = vec![Self::default(); floats.len().div_ceil(LANES)];
        Self::floats_mut(&mut lanes)[..floats.len()].copy_from_slice(floats);
        lanes
    }

    /// All floats, one vector after the other.
    #[expect(unsafe_code, reason = "a slice of arrays is a slice of their elements")]
    pub(crate) fn floats(lanes: &[Self]) -> &[f32] {
        let len = lanes.len() * LANES;
        // SAFETY: the type is `repr(C)` and as large as its alignment, so a slice of it is contiguous floats without
        // padding.
        unsafe { std::slice::from_raw_parts(lanes.as_ptr().cast(), len) }
    }

    /// All floats, one vector after the other.
    #[expect(unsafe_code, reason = "a slice of arrays is a slice of their elements")]
    pub(crate) fn floats_mut(lanes: &mut [Self]) -> &mut [f32] {
        let len = lanes.len() * LANES;
        // SAFETY: as above, and the borrow is as exclusive as that of `lanes`.
        unsafe { std::slice::from_raw_parts_mut(lanes.as_mut_ptr().cast(), len) }
    }
}

/// Four int8 weights for each of 16 outputs.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Group(pub(crate) [[i8; 4]; LANES]);

/// 16 lanes of floats and integer dot products, as implemented on one kind of CPU.
///
/// A value of an implementing type is a token that proves the CPU has the instructions. Operations round as in IEEE
/// 754; `mul_add` rounds once.
pub(crate) trait Simd: Copy {
    /// 16 floats.
    type F: Copy;
    /// 16 sums of integer products.
    type Sums: Copy;
    /// The weights of a [`Group`].
    type Weights: Copy;
    /// Four activations, in the form that `dot` takes.
    type Four: Copy;

    fn splat(self, x: f32) -> Self::F;
    fn load(self, from: &Lanes) -> Self::F;
    /// Loads 16 unaligned floats.
    #[inline(always)]
    fn load_floats(self, from: &[f32; LANES]) -> Self::F {
        self.load(&Lanes(*from))
    }
    fn store(self, v: Self::F, to: &mut Lanes);
    fn add(self, a: Self::F, b: Self::F) -> Self::F;
    fn sub(self, a: Self::F, b: Self::F) -> Self::F;
    fn mul(self, a: Self::F, b: Self::F) -> Self::F;
    fn div(self, a: Self::F, b: Self::F) -> Self::F;
    fn abs(self, v: Self::F) -> Self::F;
    /// `a * b + c`.
    fn mul_add(self, a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    fn max(self, a: Self::F, b: Self::F) -> Self::F;
    fn min(self, a: Self::F, b: Self::F) -> Self::F;
    /// Adds the lowest bits of `t` to the exponent of `p`, lane by lane.
    fn add_exponent(self, p: Self::F, t: Self::F) -> Self::F;
    /// The fractional part, `x - ⌊x⌋`.
    fn fraction(self, x: Self::F) -> Self::F;
    /// `p * 2^⌊x⌋` for `x` of at most 1; zero or negligible for `x` below -126.
    fn scale(self, p: Self::F, x: Self::F) -> Self::F;
    /// Rounds to the nearest integer, ties to even, and saturates to a byte.
    fn store_bytes(self, v: Self::F, to: &mut [u8; LANES]);
    /// The same for four vectors, one after the other.
    #[inline(always)]
    fn store_four_bytes(self, four: [Self::F; 4], to: &mut [u8; 4 * LANES]) {
        let (to, _) = to.as_chunks_mut::<LANES>();
        for (v, to) in four.into_iter().zip(to) {
            self.store_bytes(v, to);
        }
    }

    /// Rounds four vectors like `store_bytes` and interleaves their signed bytes lane by lane; all must be in [-128,
    /// 127].
    fn interleave(self, four: [Self::F; 4], to: &mut Group);

    fn no_sums(self) -> Self::Sums;
    fn weights(self, from: &Group) -> Self::Weights;
    fn four(self, from: [u8; 4]) -> Self::Four;
    /// Adds to each of the 16 sums the dot product of `x` with that output's four weights.
    fn dot(self, sums: Self::Sums, x: Self::Four, weights: Self::Weights) -> Self::Sums;
    /// Adds to each of the 16 sums that output's four weights.
    fn add_weights(self, sums: Self::Sums, weights: Self::Weights) -> Self::Sums;
    /// Converts the sums to floats. `columns` holds the sum of each output's weights, for kernels that subtract 128
    /// from activations to make them signed.
    fn to_floats(self, sums: Self::Sums, columns: &Lanes) -> Self::F;

    /// Sum of the lanes: adds lanes `i` and `i + 8`, then `i` and `i + 4`, and so on.
    #[inline(always)]
    fn sum(self, v: Self::F) -> f32 {
        let mut lanes = Lanes::default();
        self.store(v, &mut lanes);
        let mut half = LANES / 2;
        while half > 0 {
            for lane in 0..half {
                lanes.0[lane] += lanes.0[lane + half];
            }
            half /= 2;
        }
        lanes.0[0]
    }

    /// Minimum over the lanes of `low` and maximum over those of `high`.
    #[inline(always)]
    fn range(self, low: Self::F, high: Self::F) -> (f32, f32) {
        let (mut lows, mut highs) = (Lanes::default(), Lanes::default());
        self.store(low, &mut lows);
        self.store(high, &mut highs);
        let (mut low, mut high) = (lows.0[0], highs.0[0]);
        for lane in 1..LANES {
            low = if lows.0[lane] < low { lows.0[lane] } else { low };
            high = if highs.0[lane] > high { highs.0[lane] } else { high };
        }
        (low, high)
    }

    /// Maximum of each of 16 rows.
    #[inline(always)]
    fn maxima(self, rows: [Self::F; LANES]) -> Self::F {
        let columns = self.transpose(rows);
        let mut most = columns[0];
        for column in &columns[1..] {
            most = self.max(most, *column);
        }
        most
    }

    /// Transposes a 16 × 16 matrix.
    #[inline(always)]
    fn transpose(self, rows: [Self::F; LANES]) -> [Self::F; LANES] {
        let mut from = [Lanes::default(); LANES];
        for (row, lanes) in rows.into_iter().zip(&mut from) {
            self.store(row, lanes);
        }
        let mut columns = rows;
        for (i, column) in columns.iter_mut().enumerate() {
            let mut lanes = Lanes::default();
            for (value, row) in lanes.0.iter_mut().zip(&from) {
                *value = row.0[i];
            }
            *column = self.load(&lanes);
        }
        columns
    }

    /// Integer matrix product with the tile size that fits this CPU's registers.
    fn matmul(self, product: &mut MatMul<'_>);
    /// Float matrix product with the tile size that fits this CPU's registers.
    fn wide_matmul(self, product: &mut WideMatMul<'_>);
    /// Float attention with the tile size that fits this CPU's registers.
    fn attend(self, attend: &mut Attend<'_, AttentionScratch>);
    /// Integer attention with the tile size that fits this CPU's registers.
    fn attend_bytes(self, attend: &mut Attend<'_, ByteScratch>);
}

/// An operation that runs on any [`Kernel`].
pub(crate) trait Op {
    fn run<S: Simd>(self, simd: S);
}

/// An instruction set that the engines run on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kernel {
    /// Plain Rust, for any CPU.
    Portable(portable::Portable),
    /// x86 with 256-bit vectors and fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    /// The same, with 256-bit integer dot products.
    #[cfg(target_arch = "x86_64")]
    AvxVnni(avx2::AvxVnni),
    /// 512-bit vectors with integer dot products.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni(avx512::Avx512Vnni),
    /// Arm's 128-bit vectors with integer dot products.
    #[cfg(target_arch = "aarch64")]
    NeonDot(neon::NeonDot),
}

impl Kernel {
    /// The fastest kernel that this CPU supports.
    pub(crate) fn detect() -> Self {
        static FASTEST: LazyLock<Kernel> =
            LazyLock::new(|| Kernel::available().next().unwrap_or(Kernel::Portable(portable::Portable)));
        *FASTEST
    }

    /// All kernels that this CPU supports, the fastest first.
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        let kernels = [
            #[cfg(target_arch = "x86_64")]
            avx512::Avx512Vnni::detect().map(Self::Avx512Vnni),
            #[cfg(target_arch = "x86_64")]
            avx2::AvxVnni::detect().map(Self::AvxVnni),
            #[cfg(target_arch = "x86_64")]
            avx2::Avx2::detect().map(Self::Avx2),
            #[cfg(target_arch = "aarch64")]
            neon::NeonDot::detect().map(Self::NeonDot),
            Some(Self::Portable(portable::Portable)),
        ];
        kernels.into_iter().flatten()
    }

    fn run(self, op: impl Op) {
        match self {
            Self::Portable(simd) => op.run(simd),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => simd.run(op),
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni(simd) => simd.run(op),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(simd) => simd.run(op),
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot(simd) => simd.run(op),
        }
    }
}
