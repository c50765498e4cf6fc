//! The machine's peak: integer dot products on registers, at full issue rate.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::{Kernel, LANES, Op, Simd};

/// Independent sums: more than the latency of a dot product (5 cycles on current CPUs) times those issued per cycle
/// (2).
const SUMS: usize = 12;
/// Dot products per sum between two readings of the clock; a few microseconds. Set by hand.
const ROUNDS: usize = 1000;

/// Byte multiplications and additions per second, the best of many short runs on this thread, with the instructions of
/// the int8 engine. The denominator of "share of peak".
#[must_use]
pub fn int8_peak(measure: Duration) -> f64 {
    let mut best = Duration::MAX;
    let kernel = Kernel::detect();
    let begin = Instant::now();
    while begin.elapsed() < measure {
        let start = Instant::now();
        kernel.run(Burst);
        best = best.min(start.elapsed());
    }
    // Each of 16 lanes multiplies four pairs and adds four products.
    let operations = SUMS * ROUNDS * LANES * 4 * 2;
    operations as f64 / best.as_secs_f64()
}

struct Burst;

impl Op for Burst {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let weights = simd.weights(&black_box(super::Group([[1; 4]; LANES])));
        let four = simd.four(black_box([1; 4]));
        let mut sums = [simd.no_sums(); SUMS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.dot(*sum, four, weights);
            }
        }
        let columns = super::Lanes::default();
        for sum in sums {
            let mut out = columns;
            simd.store(simd.to_floats(sum, &columns), &mut out);
            black_box(out);
        }
    }
}
