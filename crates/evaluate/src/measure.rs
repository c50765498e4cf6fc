use std::iter::Sum;
use std::ops::AddAssign;

use crate::table::{ACCURACY, Column, Row};

/// `part / whole`, or 0 if `whole` is 0.
pub(crate) fn share(part: usize, whole: usize) -> f64 {
    ratio(part as f64, whole as f64)
}

/// Arithmetic mean, 0 for no values.
pub(crate) fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0_f64);
    for value in values {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Counts for precision, recall and F1. Credit may be fractional, for partial overlaps.
///
/// ```
/// use pressmark_evaluate::Counts;
///
/// let mut counts = Counts::default();
/// for (gold, found) in [(true, true), (true, false), (false, true), (false, false)] {
///     counts.add(gold, found);
/// }
/// assert_eq!((counts.precision(), counts.recall(), counts.f1()), (0.5, 0.5, 0.5));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Credit of the predictions, at most `found`.
    pub right: f64,
    /// Number of predictions.
    pub found: f64,
    /// Credit of the gold items, at most `gold`; the same as `right` unless credit is fractional.
    pub recalled: f64,
    /// Number of gold items.
    pub gold: f64,
}

impl Counts {
    /// Counts without partial credit.
    #[must_use]
    pub fn whole(right: usize, found: usize, gold: usize) -> Self {
        let (right, found, gold) = (right as f64, found as f64, gold as f64);
        Self { right, found, recalled: right, gold }
    }

    /// Adds one item that is gold or not, and predicted or not.
    pub fn add(&mut self, gold: bool, found: bool) {
        *self += Self::whole(usize::from(gold && found), usize::from(found), usize::from(gold));
    }

    /// Share of the predictions that are correct, in [0, 1]; 0 without predictions.
    #[must_use]
    pub fn precision(&self) -> f64 {
        ratio(self.right, self.found)
    }

    /// Share of the gold items that were found, in [0, 1]; 0 without gold items.
    #[must_use]
    pub fn recall(&self) -> f64 {
        ratio(self.recalled, self.gold)
    }

    /// Harmonic mean of precision and recall, in [0, 1].
    #[must_use]
    pub fn f1(&self) -> f64 {
        if self.right == self.recalled {
            return ratio(2.0 * self.right, self.found + self.gold);
        }
        let (precision, recall) = (self.precision(), self.recall());
        ratio(2.0 * precision * recall, precision + recall)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.found += other.found;
        self.recalled += other.recalled;
        self.gold += other.gold;
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |mut sum, counts| {
            sum += counts;
            sum
        })
    }
}

/// `part / whole`, or 0 if `whole` is 0.
pub(crate) fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Confusion matrix of a single-label classification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    labels: &'static [&'static str],
    counts: Vec<usize>,
}

impl Confusion {
    /// Columns of [`rows`](Self::rows).
    pub const COLUMNS: &'static [Column] =
        &[Column::Share("precision"), Column::Share("recall"), Column::Share("f1"), Column::Count("gold")];

    /// Creates an empty matrix.
    #[must_use]
    pub fn new(labels: &'static [&'static str]) -> Self {
        Self { labels, counts: vec![0; labels.len() * labels.len()] }
    }

    /// Adds one prediction, by the indices of the gold and the predicted label; out-of-range indices are ignored.
    pub fn add(&mut self, gold: usize, found: usize) {
        let count = self.labels.len();
        if let Some(cell) = self.counts.get_mut(gold * count + found).filter(|_| found < count) {
            *cell += 1;
        }
    }

    /// Number of predictions.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Counts of one label.
    #[must_use]
    pub fn of(&self, label: usize) -> Counts {
        let n = self.labels.len();
        let at = |gold: usize, found: usize| self.counts.get(gold * n + found).copied().unwrap_or(0);
        let (gold, found) = ((0..n).map(|found| at(label, found)).sum(), (0..n).map(|gold| at(gold, label)).sum());
        Counts::whole(at(label, label), found, gold)
    }

    /// Share of correct predictions, in [0, 1].
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        ratio((0..self.labels.len()).map(|label| self.of(label).right).sum(), self.total() as f64)
    }

    /// Mean F1 over the labels that occur in the gold data or the predictions, as in scikit-learn.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        mean(self.present().map(|counts| counts.f1()))
    }

    fn present(&self) -> impl Iterator<Item = Counts> + '_ {
        (0..self.labels.len()).map(|label| self.of(label)).filter(|c| c.gold + c.found > 0.0)
    }

    /// One row per label, then `macro` and `accuracy`.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let row = |c: Counts| vec![c.precision(), c.recall(), c.f1(), c.gold];
        let mut rows: Vec<Row> =
            self.labels.iter().enumerate().map(|(i, label)| Row::new(*label, row(self.of(i)))).collect();
        let total = self.total() as f64;
        let precision = mean(self.present().map(|counts| counts.precision()));
        let recall = mean(self.present().map(|counts| counts.recall()));
        rows.push(Row::new("macro", vec![precision, recall, self.macro_f1(), total]));
        rows.push(Row::new(ACCURACY, vec![f64::NAN, f64::NAN, self.accuracy(), total]));
        rows
    }
}

/// Average precision as in scikit-learn: the precision at each distinct score, weighted by the recall gained there.
#[must_use]
pub fn average_precision(scored: &[(f32, bool)]) -> f64 {
    let mut ranked = scored.to_vec();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = ranked.iter().filter(|(_, gold)| *gold).count();
    let (mut sum, mut right, mut seen) = (0.0, 0, 0);
    // Items with equal scores form one step, because their order is arbitrary.
    for step in ranked.chunk_by(|a, b| a.0 == b.0) {
        let gained = step.iter().filter(|(_, gold)| *gold).count();
        (right, seen) = (right + gained, seen + step.len());
        sum += share(right, seen) * share(gained, positives);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macro_f1_is_the_mean_of_the_labels() {
        let mut confusion = Confusion::new(&["a", "b", "c"]);
        for (gold, found) in [(0, 0), (0, 0), (1, 0), (1, 1), (2, 1), (2, 2)] {
            confusion.add(gold, found);
        }
        let f1: Vec<f64> = confusion.rows().iter().map(|row| row.values[2]).collect();
        let expected = [0.8, 0.5, 2.0 / 3.0, (0.8 + 0.5 + 2.0 / 3.0) / 3.0, 4.0 / 6.0];
        assert!(f1.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{f1:?}");
    }

    #[test]
    fn a_label_that_nobody_gives_does_not_count() {
        let mut confusion = Confusion::new(&["a", "b", "c"]);
        confusion.add(0, 0);
        confusion.add(1, 1);
        assert_eq!(confusion.macro_f1(), 1.0);
    }

    #[test]
    fn average_precision_agrees_with_scikit_learn() {
        // Expected values from `sklearn.metrics.average_precision_score`.
        let check = |scored: &[(f32, bool)], expected: f64| {
            let found = average_precision(scored);
            assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
        };
        check(&[(0.1, false), (0.4, false), (0.35, true), (0.8, true)], 0.833_333);
        check(&[(0.5, true), (0.5, false), (0.5, false), (0.9, true)], 0.75);
        check(&[(0.2, false)], 0.0);
        check(&[], 0.0);
    }
}
