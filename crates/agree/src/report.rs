use std::fmt::Write;

use serde::Serialize;

use crate::bootstrap::{Estimate, Measure, Options};
use crate::judgements::{Items, Judgements, is_paired, judgements};
use crate::matching::match_documents;
use crate::nominal::{Unit, alpha_measure, kappa_measure};
use crate::spans::{Spans, spans};
use crate::{Coder, Error};

/// Document ids to list where something did not match. Set by hand: enough to find the cause without flooding the
/// terminal.
const SHOWN: usize = 5;

/// Agreement between coders.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// The coders, in the order given.
    pub coders: Vec<CoderReport>,
    /// Number of documents shared by at least two coders.
    pub documents: usize,
    /// Ids of documents whose texts differ between coders; their spans are not compared.
    pub texts_differ: Vec<String>,
    /// Layers filled by at least two coders; frames once per codebook.
    pub layers: Vec<Layer>,
}

/// Rows of one coder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CoderReport {
    /// Name of the coder.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// Ids of rows that no other coder has.
    pub alone: Vec<String>,
}

/// Agreement in one layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layer {
    /// `frames`, `stances`, `sentiment`, `speakers`, `entities` or `quotations`.
    pub layer: String,
    /// Codebook, for frames.
    pub codebook: Option<String>,
    /// One row per label, then `all`.
    pub rows: Vec<Row>,
    /// For each pair of coders, the measure of `all`: kappa for judgements, strict F1 for spans.
    pub pairs: Vec<Pair>,
}

/// Agreement on one label, or on all.
///
/// Judgements have kappa and alpha, spans have F1 and gamma; a measure is `None` where the layer does not have it or it
/// is undefined.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The label, or `all`.
    pub label: String,
    /// Items judged by two coders, or spans marked by anyone.
    pub items: usize,
    /// For each coder, how often the label, or any label, was given.
    pub given: Vec<usize>,
    /// Cohen's kappa; for more than two coders the mean over pairs.
    pub kappa: Option<Estimate>,
    /// Krippendorff's alpha.
    pub alpha: Option<Estimate>,
    /// F1 of spans with the same boundaries and label.
    pub strict_f1: Option<Estimate>,
    /// F1 of spans with the same label that share a code point.
    pub overlap_f1: Option<Estimate>,
    /// Gamma; for `all`, wrong labels count, for a single label only its own spans.
    pub gamma: Option<Estimate>,
}

/// Agreement of two coders.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Name of the first coder.
    pub a: String,
    /// Name of the second coder.
    pub b: String,
    /// The measure; `None` where it is undefined.
    pub value: Option<f64>,
}

/// Computes the agreement of coders over the documents that they share.
///
/// Rows are the same document if they share an id, or else a URL, or else the text. Entities of different coders are
/// matched if they share mentions, or else a name.
///
/// # Errors
/// With fewer than two coders, if a coder has two rows of one id, or if no two coders share a document.
pub fn agreement(coders: &[Coder], options: &Options) -> Result<Agreement, Error> {
    if coders.len() < 2 {
        return Err(Error::TooFew(coders.len()));
    }
    coders.iter().try_for_each(Coder::check)?;
    let matched = match_documents(coders);
    let documents = &matched.documents;
    if documents.is_empty() {
        return Err(Error::NothingShared);
    }
    let pairs: Vec<(usize, usize)> = (0..coders.len()).flat_map(|b| (0..b).map(move |a| (a, b))).collect();
    let context = Context { coders, pairs, documents: documents.len(), options };
    let mut layers: Vec<Layer> =
        judgements(documents, coders.len(), options).iter().map(|layer| context.judged(layer)).collect();
    layers.extend(spans(documents).iter().map(|layer| context.spans(layer)));
    let report =
        |(coder, alone): (&Coder, Vec<String>)| CoderReport { name: coder.name.clone(), rows: coder.rows.len(), alone };
    Ok(Agreement {
        coders: coders.iter().zip(matched.alone).map(report).collect(),
        documents: documents.len(),
        texts_differ: documents.iter().filter(|document| !document.has_one_text()).map(|d| d.id()).collect(),
        layers,
    })
}

struct Context<'a> {
    coders: &'a [Coder],
    pairs: Vec<(usize, usize)>,
    documents: usize,
    options: &'a Options,
}

impl Context<'_> {
    fn judged(&self, layer: &Judgements) -> Layer {
        let (mut rows, all, labels) = match &layer.items {
            Items::EachOf(each) => {
                let row = |(label, units): (&String, &Vec<Unit>)| self.row(label, 2, units, Some(1));
                let rows: Vec<Row> = layer.labels.iter().zip(each).map(row).collect();
                (rows, each.concat(), 2)
            }
            Items::OneOf(units) => {
                let row = |(number, label): (usize, &String)| {
                    let is_it = |given: &Option<usize>| given.map(|given| usize::from(given == number));
                    let against_rest = |unit: &Unit| Unit { labels: unit.labels.iter().map(is_it).collect(), ..*unit };
                    self.row(label, 2, &units.iter().map(against_rest).collect::<Vec<_>>(), Some(1))
                };
                (layer.labels.iter().enumerate().map(row).collect(), units.clone(), layer.labels.len())
            }
            Items::Unnamed(units) => (Vec::new(), units.clone(), layer.labels.len()),
        };
        let counted = matches!(layer.items, Items::EachOf(_)).then_some(1);
        rows.push(self.row("all", labels, &all, counted));
        let kappa = |pair: (usize, usize)| kappa_measure(self.documents, labels, &all, &[pair]);
        Layer { layer: layer.layer.to_owned(), codebook: layer.codebook.clone(), rows, pairs: self.by_pair(kappa) }
    }

    /// Builds the row of one label or of `all`; `counted` is the label to count in `given`, or `None` for any.
    fn row(&self, label: &str, labels: usize, units: &[Unit], counted: Option<usize>) -> Row {
        let paired: Vec<&Unit> = units.iter().filter(|unit| is_paired(unit)).collect();
        let given = |coder: usize| {
            let labels = paired.iter().filter_map(|unit| unit.labels.get(coder).copied().flatten());
            labels.filter(|label| counted.is_none_or(|counted| *label == counted)).count()
        };
        Row {
            label: label.to_owned(),
            items: paired.len(),
            given: (0..self.coders.len()).map(given).collect(),
            kappa: kappa_measure(self.documents, labels, units, &self.pairs).estimate(self.options),
            alpha: alpha_measure(self.documents, labels, units).estimate(self.options),
            strict_f1: None,
            overlap_f1: None,
            gamma: None,
        }
    }

    fn spans(&self, layer: &Spans) -> Layer {
        let row = |name: &str, label: Option<usize>| {
            let given = layer.counts(label, self.coders.len());
            let estimate = |measure: Measure| measure.estimate(self.options);
            Row {
                label: name.to_owned(),
                items: given.iter().sum(),
                given,
                kappa: None,
                alpha: None,
                strict_f1: estimate(layer.f1(label, &self.pairs, false)),
                overlap_f1: estimate(layer.f1(label, &self.pairs, true)),
                gamma: estimate(layer.gamma(label, &self.pairs)),
            }
        };
        let mut rows: Vec<Row> =
            layer.labels.iter().enumerate().map(|(number, label)| row(label, Some(number))).collect();
        rows.push(row("all", None));
        let pairs = self.by_pair(|pair| layer.f1(None, &[pair], false));
        Layer { layer: layer.layer.to_owned(), codebook: None, rows, pairs }
    }

    fn by_pair(&self, measure: impl Fn((usize, usize)) -> Measure) -> Vec<Pair> {
        let name = |coder: usize| self.coders.get(coder).map(|coder| coder.name.clone()).unwrap_or_default();
        let pair = |pair: &(usize, usize)| Pair { a: name(pair.0), b: name(pair.1), value: measure(*pair).value() };
        self.pairs.iter().map(pair).collect()
    }
}

impl Agreement {
    /// Returns the first layer of this name.
    #[must_use]
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.layer == name)
    }

    /// Formats the agreement for people, one table per layer.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{} documents of two or more coders\n", self.documents);
        for coder in self.coders.iter().filter(|coder| !coder.alone.is_empty()) {
            let _ = writeln!(text, "only in {}: {}", coder.name, listed(&coder.alone));
        }
        if !self.texts_differ.is_empty() {
            let _ = writeln!(text, "texts differ, spans not compared: {}", listed(&self.texts_differ));
        }
        for layer in &self.layers {
            text.push('\n');
            layer.write(&mut text);
            if self.coders.len() > 2 {
                let what = if layer.is_of_spans() { "strict F1" } else { "kappa" };
                for pair in &layer.pairs {
                    let value = pair.value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
                    let _ = writeln!(text, "  {what} of {} and {}: {value}", pair.a, pair.b);
                }
            }
        }
        text
    }
}

impl Layer {
    fn is_of_spans(&self) -> bool {
        self.rows.iter().any(|row| row.strict_f1.is_some())
    }

    fn write(&self, text: &mut String) {
        let name = match &self.codebook {
            Some(codebook) => format!("{} ({codebook})", self.layer),
            None => self.layer.clone(),
        };
        type Cell = fn(&Row) -> Option<Estimate>;
        let columns: Vec<(&str, Cell)> = if self.is_of_spans() {
            vec![("strict F1", |row| row.strict_f1), ("overlap F1", |row| row.overlap_f1), ("gamma", |row| row.gamma)]
        } else {
            vec![("kappa", |row| row.kappa), ("alpha", |row| row.alpha)]
        };
        let labels = self.rows.iter().map(|row| row.label.chars().count());
        let width = labels.chain([name.chars().count()]).max().unwrap_or_default();
        let _ = write!(text, "{name:width$}  {:>7}", "items");
        columns.iter().for_each(|(column, _)| {
            let _ = write!(text, "  {column:>22}");
        });
        text.push('\n');
        for row in &self.rows {
            let _ = write!(text, "{:width$}  {:>7}", row.label, row.items);
            for (_, cell) in &columns {
                let _ = write!(text, "  {:>22}", cell(row).map_or_else(|| "–".to_owned(), shown));
            }
            text.push('\n');
        }
    }
}

fn shown(estimate: Estimate) -> String {
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!("{:.3} [{low:.3}, {high:.3}]", estimate.value),
        _ => format!("{:.3}", estimate.value),
    }
}

fn listed(ids: &[String]) -> String {
    let first = ids.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match ids.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
