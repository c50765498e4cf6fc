//! GELU (Hendrycks and Gimpel 2016), the activation of the feed-forward layers, approximated by polynomials.

use super::{Kernel, Lanes, Op, Simd};

/// Applies GELU to every number, in place.
#[derive(Debug)]
pub(crate) struct GeluRows<'a> {
    pub(crate) rows: &'a mut [Lanes],
}

impl GeluRows<'_> {
    pub(crate) fn run(self, kernel: Kernel) {
        kernel.run(self);
    }
}

impl Op for GeluRows<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for v in self.rows {
            simd.store(gelu(simd, simd.load(v)), v);
        }
    }
}

/// Beyond this, the normal distribution function is 0 or 1 to within 4e-6. Set by hand: a wider range would need more
/// coefficients.
const GELU_LIMIT: f32 = 4.5;

/// `(Φ(x) - 1/2) / x` as a polynomial in `t = 2 x² / 4.5² - 1`, lowest power first: minimax for the error of `x Φ(x)`,
/// by Lawson's iteration. In f32 arithmetic the error of GELU is at most 8e-6 for |x| < 4.5 and 5e-6 |x| beyond; an
/// int8 step of a usual row is a thousand times that.
const GELU_POLYNOMIAL: [f32; 10] = [
    0.156_905_32,
    -0.077_183_336,
    0.054_670_937,
    -0.040_295_586,
    0.028_631_099,
    -0.018_163_674,
    0.010_123_757,
    -0.006_669_787,
    0.004_666_97,
    -0.001_575_696_2,
];

/// `x Φ(x)`, where Φ is the standard normal distribution function.
#[inline(always)]
pub(super) fn gelu<S: Simd>(simd: S, x: S::F) -> S::F {
    let near = simd.min(simd.max(x, simd.splat(-GELU_LIMIT)), simd.splat(GELU_LIMIT));
    let squeeze = simd.splat(2.0 / (GELU_LIMIT * GELU_LIMIT));
    let t = simd.mul_add(simd.mul(near, near), squeeze, simd.splat(-1.0));
    let mut p = simd.splat(GELU_POLYNOMIAL[9]);
    for coefficient in GELU_POLYNOMIAL[..9].iter().rev() {
        p = simd.mul_add(p, t, simd.splat(*coefficient));
    }
    simd.mul(x, simd.mul_add(near, p, simd.splat(0.5)))
}

/// Beyond this, [`gelu_for_bytes`] uses the distribution function's value here. Set by hand: a wider range would need
/// more coefficients.
const BYTES_LIMIT: f32 = 3.5;

/// `(Φ(x) - 1/2) / x` as a polynomial in `x²`, lowest power first, fitted like [`GELU_POLYNOMIAL`]. The error of GELU
/// is at most 2.6e-4 for |x| < 3.5 and 3.1e-4 |x| beyond: a fortieth of an int8 step of a usual row.
const BYTES_POLYNOMIAL: [f32; 6] =
    [0.397_499_56, -0.063_899_33, 0.008_380_264, -0.000_709_807_2, 3.406_585e-5, -6.954_109e-7];

/// [`gelu`], precise enough for numbers that become bytes.
#[inline(always)]
pub(super) fn gelu_for_bytes<S: Simd>(simd: S, x: S::F) -> S::F {
    let near = simd.min(simd.max(x, simd.splat(-BYTES_LIMIT)), simd.splat(BYTES_LIMIT));
    let square = simd.mul(near, near);
    let mut p = simd.splat(BYTES_POLYNOMIAL[5]);
    for coefficient in BYTES_POLYNOMIAL[..5].iter().rev() {
        p = simd.mul_add(p, square, simd.splat(*coefficient));
    }
    simd.mul(x, simd.mul_add(near, p, simd.splat(0.5)))
}
