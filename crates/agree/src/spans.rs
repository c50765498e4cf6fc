//! Layers of spans that coders find themselves: mentions and quotations.

use std::collections::BTreeSet;

use pressmark_jsonl::Record;

use crate::bootstrap::{Measure, Sums};
use crate::gamma::{self, Unit};
use crate::matching::Shared;

/// Spans of all coders in one layer.
pub(crate) struct Spans {
    pub(crate) layer: &'static str,
    /// Labels, indexed by number.
    pub(crate) labels: Vec<String>,
    documents: Vec<Coded>,
}

/// One document: its length in code points, and each coder's spans, `None` where missing or not comparable.
struct Coded {
    length: usize,
    by_coder: Vec<Option<Vec<Unit>>>,
}

/// Extracts a layer's spans from a row: first code point, end and label.
type Marks = fn(&Record<'static>) -> Vec<(usize, usize, String)>;

/// Collects mentions and quotations, if any coder has some. Documents whose texts differ between coders are left out.
pub(crate) fn spans(documents: &[Shared<'_>]) -> Vec<Spans> {
    let layers: [(&'static str, Marks); 2] = [
        ("entities", |row| row.ents.iter().map(|e| (e.start, e.end, e.label.to_string())).collect()),
        ("quotations", |row| row.quotes.iter().map(|q| (q.start, q.end, q.kind.to_string())).collect()),
    ];
    let built = layers.into_iter().map(|(layer, marks)| Spans::new(layer, marks, documents));
    built.filter(|layer| !layer.labels.is_empty()).collect()
}

impl Spans {
    fn new(layer: &'static str, marks: Marks, documents: &[Shared<'_>]) -> Self {
        let all = documents.iter().flat_map(Shared::given).flat_map(|(_, row)| marks(row));
        let names: BTreeSet<String> = all.map(|(_, _, label)| label).collect();
        let labels: Vec<String> = names.into_iter().collect();
        let unit = |(start, end, label): (usize, usize, String)| {
            Some(Unit { start, end, label: labels.binary_search(&label).ok()? })
        };
        // A span counts only once per label.
        let units = |row: &Record<'static>| -> Vec<Unit> {
            marks(row).into_iter().filter_map(unit).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let coded = |document: &Shared<'_>| {
            let comparable = document.has_one_text();
            Coded {
                length: document.given().next().map_or(0, |(_, row)| row.text.chars().count()),
                by_coder: document.rows.iter().map(|row| row.filter(|_| comparable).map(units)).collect(),
            }
        };
        let documents = documents.iter().map(coded).collect();
        Self { layer, labels, documents }
    }

    /// Returns the number of spans of a label, or of all, for each coder.
    pub(crate) fn counts(&self, label: Option<usize>, coders: usize) -> Vec<usize> {
        let count = |coder: usize| {
            let units = self.documents.iter().filter_map(|coded| coded.by_coder.get(coder)?.as_ref()).flatten();
            units.filter(|unit| label.is_none_or(|label| unit.label == label)).count()
        };
        (0..coders).map(count).collect()
    }

    /// F1 of identical spans, or of those that share a code point, with the same label; pooled over these pairs of
    /// coders.
    pub(crate) fn f1(&self, label: Option<usize>, pairs: &[(usize, usize)], by_overlap: bool) -> Measure {
        let sums = |one: &[Unit], two: &[Unit]| {
            let found = |units: &[Unit], among: &[Unit]| {
                let is_found = |unit: &&Unit| {
                    among.iter().any(|other| {
                        let overlaps = by_overlap && other.start < unit.end && unit.start < other.end;
                        other.label == unit.label && (overlaps || (other.start, other.end) == (unit.start, unit.end))
                    })
                };
                units.iter().filter(is_found).count() as f64
            };
            [found(one, two), one.len() as f64, found(two, one), two.len() as f64]
        };
        let value = |sums: &[f64]| {
            let [found, one, back, two] = *sums else { return None };
            if one + two == 0.0 {
                return None;
            }
            let ratio = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
            let (precision, recall) = (ratio(back, two), ratio(found, one));
            Some(ratio(2.0 * precision * recall, precision + recall))
        };
        self.measure(label, pairs, |_, one, two, _| sums(one, two).to_vec(), 4, value)
    }

    /// Gamma, pooled over these pairs of coders.
    pub(crate) fn gamma(&self, label: Option<usize>, pairs: &[(usize, usize)]) -> Measure {
        let sums = |seed: usize, one: &[Unit], two: &[Unit], length: usize| {
            let (observed, expected) = gamma::disorders(one, two, length, seed as u64);
            vec![observed, expected]
        };
        let value = |sums: &[f64]| match *sums {
            [observed, expected] if expected > 0.0 => Some(1.0 - observed / expected),
            _ => None,
        };
        self.measure(label, pairs, sums, 2, value)
    }

    fn measure(
        &self,
        label: Option<usize>,
        pairs: &[(usize, usize)],
        sums: impl Fn(usize, &[Unit], &[Unit], usize) -> Vec<f64>,
        size: usize,
        value: impl Fn(&[f64]) -> Option<f64> + 'static,
    ) -> Measure {
        let of = |(index, coded): (usize, &Coded)| {
            let mut all = Sums::new();
            let units = |coder: usize| -> Option<Vec<Unit>> {
                let units = coded.by_coder.get(coder)?.as_ref()?.iter();
                Some(units.filter(|unit| label.is_none_or(|label| unit.label == label)).copied().collect())
            };
            for (one, two) in pairs {
                if let (Some(one), Some(two)) = (units(*one), units(*two)) {
                    for (place, amount) in sums(index, &one, &two, coded.length).into_iter().enumerate() {
                        *all.entry(place).or_default() += amount;
                    }
                }
            }
            all
        };
        Measure::new(self.documents.iter().enumerate().map(of).collect(), size, value)
    }
}
