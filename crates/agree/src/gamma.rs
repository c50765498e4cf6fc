//! Gamma: chance-corrected agreement on the position and label of units.
//!
//! Mathet, Widlöcher and Métivier 2015, "The unified and holistic method gamma (γ) for inter-annotator agreement
//! measure and alignment", in the form for two coders:
//!
//! - The dissimilarity of two units is that of their positions, `((|Δstart| + |Δend|) / (length + length))²`, plus 1 if
//!   their labels differ (which matters only where several labels are compared). An unaligned unit costs 1.
//! - The *disorder* of two codings is the cost of the cheapest alignment. It is found exactly, by the Hungarian method.
//! - The expected disorder is the mean over [`SAMPLES`] random samples. Each shifts all units of the second coder along
//!   the text by one random number of code points; those that leave it at the end reenter at the start, and lengths are
//!   kept.
//!
//! `gamma = 1 - observed / expected`, both summed over documents, and for more than two coders over all pairs, each
//! aligned separately. (The original aligns all coders at once, so its observed and expected disorders are at least as
//! large.) The random numbers have a fixed seed, so the result is deterministic.

use crate::bootstrap::Random;

/// Random shifts per document for the expected disorder; 30 is the initial sample size of the paper.
pub const SAMPLES: usize = 30;

/// A labelled span of text; offsets in code points, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Number of its label.
    pub label: usize,
}

/// Computes gamma of two coders over one text of `length` code points; `None` if neither marks anything.
///
/// ```
/// use pressmark_agree::gamma::{Unit, gamma};
///
/// let unit = |start, end, label| Unit { start, end, label };
/// let one = [unit(0, 10, 0), unit(40, 52, 1), unit(80, 95, 0)];
/// assert_eq!(gamma(&one, &one, 400), Some(1.0));
/// let two = [unit(0, 12, 0), unit(40, 52, 1), unit(200, 205, 0)];
/// assert!(gamma(&one, &two, 400).is_some_and(|gamma| gamma > 0.5 && gamma < 0.8));
/// ```
#[must_use]
pub fn gamma(one: &[Unit], two: &[Unit], length: usize) -> Option<f64> {
    let (observed, expected) = disorders(one, two, length, 0);
    (expected > 0.0).then(|| 1.0 - observed / expected)
}

/// Computes the cost of the cheapest alignment of two codings.
///
/// Divide by the mean number of units per coder to get the disorder of the paper.
///
/// ```
/// use pressmark_agree::gamma::{Unit, disorder};
///
/// let unit = |start, end| Unit { start, end, label: 0 };
/// // Places that differ by (2 + 0) / (10 + 8), and a unit that stands alone.
/// let cost = disorder(&[unit(0, 10), unit(50, 60)], &[unit(2, 10)]);
/// assert!((cost - (1.0 + (2.0_f64 / 18.0).powi(2))).abs() < 1e-12);
/// ```
#[must_use]
pub fn disorder(one: &[Unit], two: &[Unit]) -> f64 {
    let (mut one, mut two) = (one.to_vec(), two.to_vec());
    one.sort_unstable();
    two.sort_unstable();
    let longest = one.iter().chain(&two).map(|unit| unit.end.saturating_sub(unit.start)).max().unwrap_or_default();
    // Units that cannot be aligned across groups are solved group by group: a long text becomes many small problems.
    let mut groups = Groups::new(one.len() + two.len());
    for (i, a) in one.iter().enumerate() {
        // A dissimilarity below 2 requires |Δstart| < √2 (length + length), at most 2√2 < 3 times the longest unit. A
        // pair with 2 or more is never cheaper than leaving both unaligned.
        let from = two.partition_point(|b| b.start + 3 * longest < a.start);
        for (j, b) in two.iter().enumerate().skip(from).take_while(|(_, b)| b.start <= a.start + 3 * longest) {
            if unlikeness(a, b) < 2.0 {
                groups.join(i, one.len() + j);
            }
        }
    }
    let mut members: Vec<(Vec<Unit>, Vec<Unit>)> = vec![Default::default(); one.len() + two.len()];
    for (place, unit) in one.iter().chain(&two).enumerate() {
        let (of_one, of_two) = &mut members[groups.root(place)];
        if place < one.len() { of_one.push(*unit) } else { of_two.push(*unit) }
    }
    members.iter().map(|(one, two)| aligned(one, two)).sum()
}

/// Returns the observed and the expected disorder.
pub(crate) fn disorders(one: &[Unit], two: &[Unit], length: usize, seed: u64) -> (f64, f64) {
    let mut random = Random::new(seed);
    let mut moved = two.to_vec();
    let mut sample = |_| {
        let by = random.below(length);
        for (moved, unit) in moved.iter_mut().zip(two) {
            let start = (unit.start + by) % length.max(1);
            *moved = Unit { start, end: start + unit.end.saturating_sub(unit.start), ..*unit };
        }
        disorder(one, &moved)
    };
    let expected = (0..SAMPLES).map(&mut sample).sum::<f64>() / SAMPLES as f64;
    (disorder(one, two), expected)
}

fn unlikeness(a: &Unit, b: &Unit) -> f64 {
    let length = |unit: &Unit| unit.end.saturating_sub(unit.start);
    let apart = (a.start.abs_diff(b.start) + a.end.abs_diff(b.end)) as f64;
    let places = apart / (length(a) + length(b)).max(1) as f64;
    places * places + f64::from(u8::from(a.label != b.label))
}

/// Minimum cost of aligning the units of one group, by the Hungarian method with potentials, in `O(n² m)`.
fn aligned(one: &[Unit], two: &[Unit]) -> f64 {
    let (few, many) = if one.len() <= two.len() { (one, two) } else { (two, one) };
    let (n, m) = (few.len(), many.len());
    // A pair never costs more than leaving both units unaligned, which costs 2.
    let cost = |i: usize, j: usize| unlikeness(&few[i - 1], &many[j - 1]).min(2.0);
    let (mut row_potential, mut column_potential) = (vec![0.0; n + 1], vec![0.0; m + 1]);
    // Index, from 1, of the unit in `few` that each unit in `many` is aligned with; 0 is none.
    let mut partner = vec![0; m + 1];
    for i in 1..=n {
        partner[0] = i;
        let (mut j, mut least, mut from, mut used) =
            (0, vec![f64::INFINITY; m + 1], vec![0; m + 1], vec![false; m + 1]);
        while partner[j] != 0 {
            used[j] = true;
            let (row, mut step, mut next) = (partner[j], f64::INFINITY, 0);
            for k in (1..=m).filter(|k| !used[*k]) {
                let reduced = cost(row, k) - row_potential[row] - column_potential[k];
                if reduced < least[k] {
                    (least[k], from[k]) = (reduced, j);
                }
                if least[k] < step {
                    (step, next) = (least[k], k);
                }
            }
            for k in 0..=m {
                if used[k] {
                    row_potential[partner[k]] += step;
                    column_potential[k] -= step;
                } else {
                    least[k] -= step;
                }
            }
            j = next;
        }
        while j != 0 {
            partner[j] = partner[from[j]];
            j = from[j];
        }
    }
    (1..=m).map(|j| if partner[j] == 0 { 1.0 } else { cost(partner[j], j) }).sum()
}

/// Disjoint-set forest.
struct Groups(Vec<usize>);

impl Groups {
    fn new(size: usize) -> Self {
        Self((0..size).collect())
    }

    fn root(&mut self, of: usize) -> usize {
        let mut at = of;
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Minimum cost by brute force over all alignments.
    fn tried(one: &[Unit], two: &[Unit]) -> f64 {
        let Some((first, rest)) = one.split_first() else { return two.len() as f64 };
        let alone = 1.0 + tried(rest, two);
        (0..two.len()).fold(alone, |best, j| {
            let others: Vec<Unit> = two.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, unit)| *unit).collect();
            best.min(unlikeness(first, &two[j]) + tried(rest, &others))
        })
    }

    fn units() -> impl Strategy<Value = Vec<Unit>> {
        let unit = (0..40_usize, 1..12_usize, 0..3_usize);
        let unit = unit.prop_map(|(start, length, label)| Unit { start, end: start + length, label });
        prop::collection::vec(unit, 0..6)
    }

    proptest! {
        #[test]
        fn the_alignment_found_is_the_best_of_all(one in units(), two in units()) {
            let (found, tried) = (disorder(&one, &two), tried(&one, &two));
            prop_assert!((found - tried).abs() < 1e-9, "{found} for {tried}");
            prop_assert!((disorder(&two, &one) - found).abs() < 1e-9);
        }
    }

    #[test]
    fn by_chance_gamma_is_nought_and_whole_agreement_is_one() {
        let mut random = Random::new(7);
        let mut coded = |label: usize| -> Vec<Unit> {
            let mut unit = |_| {
                let start = random.below(20_000);
                Unit { start, end: start + 5 + random.below(20), label }
            };
            (0..300).map(&mut unit).collect()
        };
        let (one, two) = (coded(0), coded(0));
        assert_eq!(gamma(&one, &one, 20_000), Some(1.0));
        let by_chance = gamma(&one, &two, 20_000).expect("defined");
        assert!(by_chance.abs() < 0.05, "{by_chance}");
        assert_eq!(gamma(&[], &[], 20_000), None);
    }

    #[test]
    fn a_wrong_label_costs_less_than_a_missing_unit_and_more_than_a_slip_of_the_end() {
        let unit = |start, end, label| Unit { start, end, label };
        let one = [unit(0, 10, 0), unit(50, 60, 0), unit(90, 99, 0)];
        let with = |last: &[Unit]| gamma(&one, &[&one[..2], last].concat(), 200).expect("defined");
        let (slip, label, missing) = (with(&[unit(90, 97, 0)]), with(&[unit(90, 99, 1)]), with(&[]));
        assert!(1.0 > slip && slip > label && label >= missing, "{slip} {label} {missing}");
    }
}
