//! Learns the linear classifier of one frame from coded texts.

use ndarray::Array1;

use crate::fitted::LinearHead;
use crate::math::logistic;

/// How well one frame is told, without and with its head, on texts that were left out when it was learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct FitReport {
    /// The frame.
    pub label: String,
    /// Texts that have it.
    pub examples: usize,
    /// F1 of definition and examples alone (and of the bundle's head, where there is one), in [0, 1].
    pub before: f64,
    /// F1 with the linear head; `None` where there are too few texts for one.
    pub after: Option<f64>,
}

/// Texts that must have a frame for it to get a head: with fewer nothing can be left out to calibrate on.
pub(crate) const MIN_EXAMPLES: usize = 3;

/// Parts in which the texts are left out in turn.
const FOLDS: usize = 5;

/// Inverse strength of the ridge, as scikit-learn's `C`: with 1 to 10, held-out average precision on headlines and on
/// two-sentence passages changes by less than a point.
const STRENGTH: f64 = 3.0;

/// Steps of the solver at most; what it stops at changes no score in its third decimal.
const STEPS: usize = 300;

/// One coded text as the classifier sees it: unit vector, then log-odds without the fit.
pub(crate) struct Sample {
    pub(crate) vector: Array1<f32>,
    pub(crate) prior: f32,
    pub(crate) gold: bool,
}

/// Learns one frame's classifier: a regularised logistic regression that starts from what the codebook says already.
///
/// Each text is scored by a classifier learnt without it (cross-validation in [`FOLDS`] parts); those scores place
/// 0.5 where as many texts are above it as have the frame, and set the slope by Platt scaling, so that scores can be
/// compared with those of other frames. `None` with too few texts for that.
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

/// The fold of each sample: those with the frame and those without are dealt out in turn.
fn folds(samples: &[Sample], count: usize) -> Vec<usize> {
    let mut dealt = [0_usize; 2];
    let deal = |sample: &Sample| {
        let seen = &mut dealt[usize::from(sample.gold)];
        *seen += 1;
        (*seen - 1) % count
    };
    samples.iter().map(deal).collect()
}

/// Least and greatest slope that a fit may have: a factor of four either way. Dozens of held-out texts tell a slope no
/// better than that; a steeper one would blow noise up to certainty, a flatter one would make every text likely.
const SLOPES: (f64, f64) = (0.25, 4.0);

/// Slope of Platt scaling, and the logit above which as many texts lie as have the frame.
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

/// Ridge logistic regression by accelerated gradient descent (Nesterov 1983, restarted where it overshoots, O'Donoghue
/// and Candès 2015); the ridge pulls the weights to 0 and that of the prior to 1.
fn solve(samples: &[&Sample]) -> Solved {
    let count = samples.len().max(1) as f64;
    let positives = samples.iter().filter(|s| s.gold).count().max(1) as f64;
    // Rare frames weigh more, by the root of the odds against them: as in the training of the bundle's heads.
    let weight = |gold: bool| if gold { ((count - positives) / positives).sqrt().max(1.0) } else { 1.0 };
    let ridge = 1.0 / (STRENGTH * count);
    let width = samples.first().map_or(0, |s| s.vector.len());
    let size = |s: &&&Sample| weight(s.gold) * (2.0 + f64::from(s.prior).powi(2));
    let step = 1.0 / (0.25 * samples.iter().map(|s| size(&s)).sum::<f64>() / count + ridge);
    // The weights, then the prior's, then the bias.
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

    /// Texts of two kinds in two dimensions, a third of them with the frame; the prior knows nothing.
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
