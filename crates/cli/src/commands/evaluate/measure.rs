//! Measures that several tasks share.

use super::table::{Column, Row};

/// `part` of `whole`, 0 where there is nothing.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The mean, 0 of nothing.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0_f64);
    for value in values {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Right, gold and found: what precision, recall and F1 are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) right: usize,
    pub(super) gold: usize,
    pub(super) found: usize,
}

impl Counts {
    pub(super) fn add(&mut self, gold: bool, found: bool) {
        self.right += usize::from(gold && found);
        self.gold += usize::from(gold);
        self.found += usize::from(found);
    }

    pub(super) fn precision(self) -> f64 {
        share(self.right, self.found)
    }

    pub(super) fn recall(self) -> f64 {
        share(self.right, self.gold)
    }

    pub(super) fn f1(self) -> f64 {
        share(2 * self.right, self.gold + self.found)
    }
}

/// Answers of one label each: how often each gold label met each found one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Confusion {
    labels: &'static [&'static str],
    counts: Vec<usize>,
}

impl Confusion {
    pub(super) const COLUMNS: &'static [Column] =
        &[Column::Share("precision"), Column::Share("recall"), Column::Share("f1"), Column::Count("gold")];

    pub(super) fn new(labels: &'static [&'static str]) -> Self {
        Self { labels, counts: vec![0; labels.len() * labels.len()] }
    }

    pub(super) fn add(&mut self, gold: usize, found: usize) {
        self.counts[gold * self.labels.len() + found] += 1;
    }

    pub(super) fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    pub(super) fn of(&self, label: usize) -> Counts {
        let n = self.labels.len();
        Counts {
            right: self.counts[label * n + label],
            gold: (0..n).map(|found| self.counts[label * n + found]).sum(),
            found: (0..n).map(|gold| self.counts[gold * n + label]).sum(),
        }
    }

    pub(super) fn accuracy(&self) -> f64 {
        share((0..self.labels.len()).map(|label| self.of(label).right).sum(), self.total())
    }

    /// The mean F1 of the labels that stand in the gold data or were found, as scikit-learn has it.
    pub(super) fn macro_f1(&self) -> f64 {
        mean(self.present().map(Counts::f1))
    }

    fn present(&self) -> impl Iterator<Item = Counts> + '_ {
        (0..self.labels.len()).map(|label| self.of(label)).filter(|c| c.gold + c.found > 0)
    }

    /// A row for each label, then `macro` and `accuracy`.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |c: Counts| vec![c.precision(), c.recall(), c.f1(), c.gold as f64];
        let mut rows: Vec<Row> =
            self.labels.iter().enumerate().map(|(i, label)| Row::new(*label, row(self.of(i)))).collect();
        let total = self.total() as f64;
        let precision = mean(self.present().map(Counts::precision));
        let recall = mean(self.present().map(Counts::recall));
        rows.push(Row::new("macro", vec![precision, recall, self.macro_f1(), total]));
        rows.push(Row::new("accuracy", vec![f64::NAN, f64::NAN, self.accuracy(), total]));
        rows
    }
}

/// Average precision as scikit-learn has it: the precisions at each score, weighed by the recall gained there.
pub(super) fn average_precision(scored: &[(f32, bool)]) -> f64 {
    let mut ranked = scored.to_vec();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = ranked.iter().filter(|(_, gold)| *gold).count();
    let (mut sum, mut right, mut seen) = (0.0, 0, 0);
    // Items of one score are one step: their order among themselves says nothing.
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
        // sklearn.metrics.average_precision_score on the same numbers.
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
