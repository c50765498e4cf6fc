//! Agreement coefficients for nominal data, as functions of sums over documents.

use std::collections::BTreeMap;

use crate::bootstrap::{Measure, Sums};

/// Cohen's kappa of two coders, given both labels of every item that both judged.
///
/// Cohen 1960; equals scikit-learn's `cohen_kappa_score`. `None` where it is undefined: without items, or if both
/// coders use one and the same label throughout.
///
/// ```
/// // Cohen 1960, table 1, by way of Fleiss: agreement .70, by chance .41.
/// let table = [[44, 5, 1], [7, 20, 3], [9, 5, 6]];
/// let pairs: Vec<(usize, usize)> = (0..9)
///     .flat_map(|i| vec![(i / 3, i % 3); table[i / 3][i % 3]])
///     .collect();
/// assert_eq!(pressmark_agree::cohen_kappa(&pairs).map(|kappa| (1000.0 * kappa).round()), Some(492.0));
/// ```
#[must_use]
pub fn cohen_kappa(pairs: &[(usize, usize)]) -> Option<f64> {
    let labels = pairs.iter().map(|(a, b)| a.max(b) + 1).max().unwrap_or_default();
    let mut sums = vec![0.0; kappa_size(labels)];
    for (a, b) in pairs {
        for place in kappa_places(labels, 0, *a, *b) {
            sums[place] += 1.0;
        }
    }
    kappa(&sums)
}

/// Krippendorff's alpha for nominal data, given every coder's label of each unit, `None` where missing.
///
/// Krippendorff 2011, "Computing Krippendorff's alpha-reliability"; equals `krippendorff` of PyPI. Units with fewer
/// than two labels are ignored. `None` where alpha is undefined: without pairable labels, or if all labels are the
/// same.
#[must_use]
pub fn krippendorff_alpha(units: &[Vec<Option<usize>>]) -> Option<f64> {
    let labels = units.iter().flatten().flatten().map(|label| label + 1).max().unwrap_or_default();
    let mut sums = vec![0.0; alpha_size(labels)];
    for unit in units {
        for (place, amount) in alpha_parts(unit) {
            sums[place] += amount;
        }
    }
    alpha(&sums)
}

/// One item that coders judged.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unit {
    /// Index of its document among those compared.
    pub(crate) document: usize,
    /// Label of each coder, `None` where missing.
    pub(crate) labels: Vec<Option<usize>>,
}

/// Krippendorff's alpha over units, as a measure over documents.
pub(crate) fn alpha_measure(documents: usize, labels: usize, units: &[Unit]) -> Measure {
    let mut sums = vec![Sums::new(); documents];
    for unit in units {
        add(&mut sums, unit.document, alpha_parts(&unit.labels));
    }
    Measure::new(sums, alpha_size(labels), alpha)
}

/// Cohen's kappa over units, averaged over these pairs of coders, as a measure over documents.
pub(crate) fn kappa_measure(documents: usize, labels: usize, units: &[Unit], pairs: &[(usize, usize)]) -> Measure {
    let mut sums = vec![Sums::new(); documents];
    let stride = kappa_size(labels);
    for unit in units {
        for (pair, (one, two)) in pairs.iter().enumerate() {
            let label = |coder: &usize| unit.labels.get(*coder).copied().flatten();
            if let (Some(a), Some(b)) = (label(one), label(two)) {
                add(&mut sums, unit.document, kappa_places(labels, pair * stride, a, b).map(|place| (place, 1.0)));
            }
        }
    }
    let mean = move |sums: &[f64]| {
        let kappas: Vec<f64> = sums.chunks(stride).filter_map(kappa).collect();
        (!kappas.is_empty()).then(|| kappas.iter().sum::<f64>() / kappas.len() as f64)
    };
    Measure::new(sums, stride * pairs.len(), mean)
}

fn add(sums: &mut [Sums], document: usize, parts: impl IntoIterator<Item = (usize, f64)>) {
    if let Some(sums) = sums.get_mut(document) {
        for (place, amount) in parts {
            *sums.entry(place).or_default() += amount;
        }
    }
}

/// Number of sums that alpha needs: the agreement, then the count of pairable values for each label.
fn alpha_size(labels: usize) -> usize {
    1 + labels
}

/// A unit's contribution: a label that `count` of the unit's `n` coders give adds `count (count - 1) / (n - 1)` to the
/// agreement.
fn alpha_parts(labels: &[Option<usize>]) -> Vec<(usize, f64)> {
    let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
    for label in labels.iter().flatten() {
        *counts.entry(*label).or_default() += 1.0;
    }
    let given: f64 = counts.values().sum();
    if given < 2.0 {
        return Vec::new();
    }
    let agreed = counts.values().map(|count| count * (count - 1.0)).sum::<f64>() / (given - 1.0);
    std::iter::once((0, agreed)).chain(counts.into_iter().map(|(label, count)| (1 + label, count))).collect()
}

fn alpha(sums: &[f64]) -> Option<f64> {
    let (agreed, labels) = sums.split_first()?;
    let given: f64 = labels.iter().sum();
    let by_chance = given * given - labels.iter().map(|count| count * count).sum::<f64>();
    (by_chance > 0.0).then(|| 1.0 - (given - 1.0) * (given - agreed) / by_chance)
}

/// Number of sums that kappa needs: the agreement, then the count of each label for either coder.
fn kappa_size(labels: usize) -> usize {
    1 + 2 * labels
}

fn kappa_places(labels: usize, from: usize, a: usize, b: usize) -> impl Iterator<Item = usize> {
    [(a == b).then_some(from), Some(from + 1 + a), Some(from + 1 + labels + b)].into_iter().flatten()
}

fn kappa(sums: &[f64]) -> Option<f64> {
    let (agreed, labels) = sums.split_first()?;
    let (one, two) = labels.split_at(labels.len() / 2);
    let total: f64 = one.iter().sum();
    let by_chance = one.iter().zip(two).map(|(a, b)| a * b).sum::<f64>() / (total * total);
    // Without items this is NaN, and the comparison fails.
    (by_chance < 1.0).then(|| (agreed / total - by_chance) / (1.0 - by_chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(rows: &[&str]) -> Vec<Vec<Option<usize>>> {
        let length = rows[0].len();
        let label = |row: &str, unit: usize| (row.as_bytes()[unit] as char).to_digit(10).map(|d| d as usize);
        (0..length).map(|unit| rows.iter().map(|row| label(row, unit)).collect()).collect()
    }

    #[test]
    fn alpha_agrees_with_the_worked_examples_of_krippendorff() {
        let check = |rows: &[&str], expected: f64| {
            let alpha = krippendorff_alpha(&coded(rows)).expect("defined");
            assert!((alpha - expected).abs() < 5e-4, "{alpha} for {expected}");
        };
        // Krippendorff 2011, section A: two observers, ten items, two categories.
        check(&["0100000010", "1110010000"], 0.095);
        // Section B: two observers, twelve items, categories a to e.
        check(&["001132224330", "101112224333"], 0.692);
        // Section C: four observers, twelve units, missing values: nominal alpha .743.
        check(&["123321412...", "1233224125.3", ".3332342251.", "12332441251."], 0.743);
    }

    #[test]
    fn what_cannot_be_told_has_no_number() {
        assert_eq!(krippendorff_alpha(&coded(&["000", "000"])), None);
        assert_eq!(krippendorff_alpha(&coded(&["01.", "..1"])), None);
        assert_eq!(krippendorff_alpha(&[]), None);
        assert_eq!(cohen_kappa(&[(1, 1), (1, 1)]), None);
        assert_eq!(cohen_kappa(&[]), None);
        assert_eq!(cohen_kappa(&[(0, 1), (0, 1)]), Some(0.0));
    }

    #[test]
    fn sums_over_documents_give_the_numbers_of_all_items() {
        let labels = coded(&["0120.10", "0110220", "01.0120"]);
        let units: Vec<Unit> =
            labels.iter().enumerate().map(|(i, labels)| Unit { document: i % 3, labels: labels.clone() }).collect();
        let alpha = alpha_measure(3, 3, &units).value();
        assert!((alpha.expect("defined") - krippendorff_alpha(&labels).expect("defined")).abs() < 1e-12);
        let pair: Vec<(usize, usize)> = labels.iter().filter_map(|l| Some((l[0]?, l[1]?))).collect();
        let kappa = kappa_measure(3, 3, &units, &[(0, 1)]).value();
        assert!((kappa.expect("defined") - cohen_kappa(&pair).expect("defined")).abs() < 1e-12);
    }
}
