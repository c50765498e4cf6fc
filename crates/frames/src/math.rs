//! Statistics of scores.

/// Log-odds of a probability, clamped to ±6 (0.25 % to 99.75 %). Set by hand: no prototype is surer than that, and one
/// extreme prior must not outweigh the rest.
pub(crate) fn log_odds(score: f32) -> f32 {
    (score / (1.0 - score)).ln().clamp(-6.0, 6.0)
}

/// Mean and standard deviation; the deviation is at least 0.001.
pub(crate) fn moments(values: &[f32]) -> (f32, f32) {
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / count;
    // A codebook of identical frames has no spread to divide by; 0.001 is set by hand, below any real one.
    (mean, variance.sqrt().max(1e-3))
}

/// Ridge on the slope of [`logistic`], towards 1, worth a tenth of a sample. Set by hand: without it the slope would
/// diverge where the two classes are separable; with a whole codebook's samples it has no noticeable effect.
const RIDGE: f64 = 0.1;

/// Steps of Newton's method in [`logistic`]. Each doubles the correct digits, and two parameters near their start need
/// five; the rest is margin.
const NEWTON_STEPS: usize = 8;

/// Start of [`logistic`] and its fallback when there is nothing to learn from. Set by hand: one standard deviation is
/// one unit of log-odds, and a passage of average similarity has the frame with a probability of 0.12.
const START: (f64, f64) = (1.0, -2.0);

/// Slope and offset of the logistic curve with the maximum likelihood (Platt scaling, Platt 1999), by Newton's method.
pub(crate) fn logistic(samples: &[(f32, bool)]) -> (f32, f32) {
    let (mut slope, mut offset) = START;
    for _ in 0..NEWTON_STEPS {
        // The 1e-6 keeps the Hessian invertible if every probability is 0 or 1.
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (RIDGE * (slope - 1.0), 0.0, RIDGE, 0.0, 1e-6);
        for &(x, positive) in samples {
            let x = f64::from(x);
            let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
            let (error, weight) = (p - f64::from(u8::from(positive)), p * (1.0 - p));
            (g0, g1) = (g0 + error * x, g1 + error);
            (h00, h01, h11) = (h00 + weight * x * x, h01 + weight * x, h11 + weight);
        }
        let determinant = h00 * h11 - h01 * h01;
        // A singular Hessian: no further progress is possible.
        if determinant.abs() < 1e-12 {
            break;
        }
        slope -= (h11 * g0 - h01 * g1) / determinant;
        offset -= (h00 * g1 - h01 * g0) / determinant;
    }
    // A decreasing curve would call dissimilar passages likely.
    let is_sound = slope.is_finite() && offset.is_finite() && slope > 0.0;
    let (slope, offset) = if is_sound { (slope, offset) } else { START };
    (slope as f32, offset as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_fits_overlapping_classes() {
        let samples: Vec<(f32, bool)> = (0..100).map(|i| (i as f32 / 25.0 - 2.0, i % 10 < i / 10)).collect();
        let (slope, offset) = logistic(&samples);
        assert!(slope > 0.5 && offset.abs() < 0.5, "{slope} {offset}");
        assert!(logistic(&[]).0 > 0.0);
    }
}
