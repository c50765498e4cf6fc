//! Fits the linear classifier of one frame to coded texts.

use ndarray::Array1;

use crate::fitted::LinearHead;
use crate::math::logistic;

/// Cross-validated quality of one frame, without and with its fitted head.
#[derive(Clone, Debug, PartialEq)]
pub struct FitReport {
    /// Name of the frame.
    pub label: String,
    /// Number of texts with the frame.
    pub examples: usize,
    /// F1 without the fit (prototype, mixed with the bundle's head if there is one), in [0, 1].
    pub before: f64,
    /// F1 with the fitted head, on held-out texts, in [0, 1]; `None` if there are too few texts to fit one.
    pub after: Option<f64>,
}

/// Minimum number of texts with the frame for a head. Set by hand: with fewer, nothing can be held out for calibration.
pub(crate) const MIN_EXAMPLES: usize = 3;

/// Folds of the cross-validation; five is the customary number and costs five fits per frame.
const FOLDS: usize = 5;

/// Inverse strength of the ridge, like scikit-learn's `C`. Between 1 and 10, held-out average precision on headlines
/// and on two-sentence passages changes by less than a point.
const STRENGTH: f64 = 3.0;

/// Steps of the solver. Chosen so that further ones change no score in its third decimal.
const STEPS: usize = 300;

/// Features and label of one coded text: unit vector, and log-odds of the unfitted score.
pub(crate) struct Sample {
    pub(crate) vector: Array1<f32>,
    pub(crate) prior: f32,
    pub(crate) gold: bool,
}

/// Fits one frame's classifier: a regularised logistic regression whose prior is the unfitted score.
///
/// Each text is scored by a classifier fitted without it ([`FOLDS`]-fold cross-validation). Those scores calibrate the
/// head: 0.5 is placed so that as many texts score above it as have the frame, and the slope is set by Platt scaling,
/// so that scores are comparable between frames. The head is `None` if there are too few texts.
pub(crate) fn learn(label: &str, samples: &[Sample]) -> (Option<LinearHead>, FitReport) {
    let positives = samples.iter().filter(|s| s.gold).count();
    let before = f1(samples.iter().map(|s| (s.prior >= 0.0, s.gold)));
    let mut report = FitReport { label: label.to_owned(), examples: positives, before, after: None };
    if positives < MIN_EXAMPLES || positives == samples.len() {
        return (None, report);
    }
    let folds = folds(samples, FOLDS.min(positives));
    let mut held: Vec<f64> = vec![0.0; samples.len()];
    for fold in 0..FOLDS.min(positives) {
        let rest: Vec<&Sample> = samples.iter().zip(&folds).filter(|(_, f)| **f != fold).map(|(s, _)| s).collect();
        let solved = solve(&rest);
        for (index, sample) in samples.iter().enumerate().filter(|(i, _)| folds[*i] == fold) {
            held[index] = solved.logit(sample);
        }
    }
    let (slope, threshold) = calibrate(samples, &held, positives);
    report.after = Some(f1(samples.iter().zip(&held).map(|(s, z)| (*z >= threshold, s.gold))));
    let solved = solve(&samples.iter().collect::<Vec<_>>());
    let scale = |value: f64| (slope * value) as f32;
    let head = LinearHead {
        label: label.to_owned(),
        examples: positives,
        bias: scale(solved.bias - threshold),
        prior: scale(solved.prior),
        weights: solved.weights.iter().map(|w| scale(*w)).collect(),
    };
    (Some(head), report)
}

fn f1(pairs: impl Iterator<Item = (bool, bool)>) -> f64 {
    let (mut right, mut sum) = (0_usize, 0_usize);
    for (found, gold) in pairs {
        right += usize::from(found && gold);
        sum += usize::from(found) + usize::from(gold);
    }
    if sum == 0 { 0.0 } else { 2.0 * right as f64 / sum as f64 }
}

/// Stratified folds: texts with the frame and texts without are dealt out round-robin.
fn folds(samples: &[Sample], count: usize) -> Vec<usize> {
    let mut dealt = [0_usize; 2];
    let deal = |sample: &Sample| {
        let seen = &mut dealt[usize::from(sample.gold)];
        *seen += 1;
        (*seen - 1) % count
    };
    samples.iter().map(deal).collect()
}

/// Minimum and maximum slope of a fit. Set by hand to a factor of four either way: dozens of held-out texts do not
/// determine a slope better than that; a steeper one would turn noise into certainty, a flatter one would make every
/// text likely.
const SLOPES: (f64, f64) = (0.25, 4.0);

/// Platt scaling: the slope, and the logit above which as many texts lie as have the frame.
fn calibrate(samples: &[Sample], logits: &[f64], positives: usize) -> (f64, f64) {
    let mut ranked = logits.to_vec();
    ranked.sort_by(|a, b| b.total_cmp(a));
    let threshold = f64::midpoint(ranked[positives - 1], ranked[positives]);
    let shifted: Vec<(f32, bool)> = logits.iter().zip(samples).map(|(z, s)| ((z - threshold) as f32, s.gold)).collect();
    let (slope, _) = logistic(&shifted);
    (f64::from(slope).clamp(SLOPES.0, SLOPES.1), threshold)
}

struct Solved {
    weights: Vec<f64>,
    prior: f64,
    bias: f64,
}

impl Solved {
    fn logit(&self, sample: &Sample) -> f64 {
        let sum: f64 = self.weights.iter().zip(&sample.vector).map(|(w, x)| w * f64::from(*x)).sum();
        sum + self.prior * f64::from(sample.prior) + self.bias
    }
}

/// Ridge logistic regression by accelerated gradient descent (Nesterov 1983, with the adaptive restart of O'Donoghue
/// and Candès 2015). The ridge shrinks the weights to 0 and the prior's weight to 1.
fn solve(samples: &[&Sample]) -> Solved {
    let count = samples.len().max(1) as f64;
    let positives = samples.iter().filter(|s| s.gold).count().max(1) as f64;
    // Rare frames weigh more, by the square root of the odds against them, as in the training of the bundle's heads.
    let weight = |gold: bool| if gold { ((count - positives) / positives).sqrt().max(1.0) } else { 1.0 };
    let ridge = 1.0 / (STRENGTH * count);
    let width = samples.first().map_or(0, |s| s.vector.len());
    // The step is the inverse of a bound on the gradient's Lipschitz constant: 1/4 bounds the curvature of the logistic
    // loss, and 2 is the squared norm of a unit vector and the bias.
    let size = |s: &&&Sample| weight(s.gold) * (2.0 + f64::from(s.prior).powi(2));
    let step = 1.0 / (0.25 * samples.iter().map(|s| size(&s)).sum::<f64>() / count + ridge);
    // Parameters: the weights, then the prior's weight, then the bias.
    let mut now = vec![0.0_f64; width + 2];
    now[width] = 1.0;
    let (mut ahead, mut momentum) = (now.clone(), 1.0_f64);
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> = ahead.iter().map(|w| ridge * w).collect();
        gradient[width] = ridge * (ahead[width] - 1.0);
        gradient[width + 1] = 0.0;
        for sample in samples {
            let prior = f64::from(sample.prior);
            let sum: f64 = sample.vector.iter().zip(&ahead).map(|(x, w)| f64::from(*x) * w).sum();
            let odds = sum + ahead[width] * prior + ahead[width + 1];
            let error = 1.0 / (1.0 + (-odds).exp()) - f64::from(u8::from(sample.gold));
            let share = weight(sample.gold) * error / count;
            gradient.iter_mut().zip(&sample.vector).for_each(|(g, x)| *g += share * f64::from(*x));
            gradient[width] += share * prior;
            gradient[width + 1] += share;
        }
        let next: Vec<f64> = ahead.iter().zip(&gradient).map(|(w, g)| w - step * g).collect();
        let uphill: f64 = gradient.iter().zip(next.iter().zip(&now)).map(|(g, (a, b))| g * (a - b)).sum();
        momentum = if uphill > 0.0 { 1.0 } else { momentum };
        let following = f64::midpoint(1.0, (1.0 + 4.0 * momentum * momentum).sqrt());
        let push = (momentum - 1.0) / following;
        ahead = next.iter().zip(&now).map(|(a, b)| a + push * (a - b)).collect();
        (now, momentum) = (next, following);
    }
    let bias = now.pop().unwrap_or_default();
    let prior = now.pop().unwrap_or_default();
    Solved { weights: now, prior, bias }
}

#[cfg(test)]
mod tests {
    use pressmark_encoder::sigmoid;

    use super::*;

    /// Texts of two kinds in two dimensions, a third of them with the frame; the prior is uninformative.
    fn samples() -> Vec<Sample> {
        let sample = |i: usize| {
            let angle = (i % 3) as f32 * 1.5 + (i % 7) as f32 * 0.05;
            Sample { vector: ndarray::array![angle.cos(), angle.sin()], prior: -2.0, gold: i.is_multiple_of(3) }
        };
        (0..60).map(sample).collect()
    }

    #[test]
    fn what_can_be_learnt_is_learnt() {
        let (head, report) = learn("a", &samples());
        let head = head.expect("a head");
        assert_eq!((report.before, report.after), (0.0, Some(1.0)));
        for sample in samples() {
            let score = head.score(sample.vector.view(), sigmoid(sample.prior));
            assert_eq!(score > 0.5, sample.gold, "{score}");
        }
    }

    #[test]
    fn too_few_texts_teach_nothing() {
        let mut samples = samples();
        samples.truncate(6);
        let (head, report) = learn("a", &samples);
        assert_eq!((head, report.examples, report.after), (None, 2, None));
    }

    #[test]
    fn the_solver_finds_the_minimum() {
        let samples = samples();
        let refs: Vec<&Sample> = samples.iter().collect();
        let solved = solve(&refs);
        let ridge = 1.0 / (STRENGTH * 60.0);
        let loss = |w: &[f64], prior: f64, bias: f64| {
            let one = Solved { weights: w.to_vec(), prior, bias };
            let part = |s: &Sample| {
                let z = one.logit(s) * if s.gold { 1.0 } else { -1.0 };
                let weight = if s.gold { 2.0_f64.sqrt() } else { 1.0 };
                weight * (1.0 + (-z).exp()).ln()
            };
            let penalty: f64 = w.iter().map(|w| w * w).sum::<f64>() + (prior - 1.0).powi(2);
            samples.iter().map(part).sum::<f64>() / 60.0 + 0.5 * ridge * penalty
        };
        let best = loss(&solved.weights, solved.prior, solved.bias);
        for delta in [-0.05, 0.05] {
            let mut moved = solved.weights.clone();
            moved[0] += delta;
            assert!(loss(&moved, solved.prior, solved.bias) > best);
            assert!(loss(&solved.weights, solved.prior + delta, solved.bias) > best);
            assert!(loss(&solved.weights, solved.prior, solved.bias + delta) > best);
        }
    }
}
