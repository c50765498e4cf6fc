//! Fits the weights of `cues.tsv` on annotated articles.

use std::collections::BTreeMap;

use pressmark_core::{Document, Span};
use pressmark_lang::Language;

use crate::cues::{STEM, logistic};
use crate::gold::Gold;
use crate::indirect::{self, Finding};
use crate::lexicon::{Lexicon, SAYS};
use crate::marks;
use crate::paragraph::paragraphs;
use crate::refusals::Refusals;
use crate::unit::units;
use crate::{Options, QuoteFinder};

/// Fewest occurrences as a cue for a stem that is not a verb of speech. Set by hand: a single one may be an error.
const LEAST_CUES: u32 = 2;
/// Signs with fewer reports than this are dropped, unless at least six times as many words have them. Set by hand:
/// rarer signs have no reliable weight.
const LEAST_REPORTS: u32 = 3;
/// Strength of the L1 penalty relative to the sum of the log losses. With it one sign in ten keeps a weight, and recall
/// on 246 of PolNeAR's training articles, by weights fitted on the others, is about that of an L2 penalty, which keeps
/// all signs (38.9 % against 39.2 % of the contents, at the same precision).
const PENALTY: f32 = 3.3;
/// Passes of coordinate descent over all signs: a fixed number, so that the same articles give the same table.
const ROUNDS: usize = 40;
/// Overlap with a gold content, as intersection over union, above which a content counts as found. Set by hand: more
/// than half.
const SAME: f32 = 0.5;

/// Fits a classifier of reported speech; its table becomes a language's `cues.tsv`.
///
/// Add each annotated document (with sentences and tokens) and its gold quotations, then write
/// [`table`](CueTrainer::table). The model is a logistic regression with an L1 penalty, fitted by coordinate descent
/// (Genkin, Lewis and Madigan, "Large-Scale Bayesian Logistic Regression for Text Categorization", Technometrics 2007).
#[derive(Debug)]
pub struct CueTrainer {
    lexicon: Lexicon,
    /// Index of each sign by name and value, in order of first occurrence.
    signs: BTreeMap<(String, String), usize>,
    examples: Vec<Example>,
}

/// A training example: a word that may be a cue.
#[derive(Debug)]
struct Example {
    stem: String,
    /// Whether it is a verb of speech.
    says: bool,
    /// Indices of its signs.
    signs: Vec<usize>,
    /// Whether the gold has it as a cue of this content.
    reports: bool,
}

impl CueTrainer {
    /// Creates a trainer without examples, for text in one language.
    #[must_use]
    pub fn new(language: &'static Language) -> Self {
        Self { lexicon: Lexicon::new(language), signs: BTreeMap::new(), examples: Vec::new() }
    }

    /// Adds a document with its gold quotations.
    pub fn add(&mut self, doc: &Document, gold: &[Gold]) {
        let paragraphs = paragraphs(&doc.text);
        let quoted = marks::find(&doc.text, &paragraphs);
        let units = units(doc, &paragraphs, &quoted, &self.lexicon);
        let options = Options { indirect: false, ..Options::default() };
        let direct = QuoteFinder::new(options).find(doc, &paragraphs, &quoted, &units, &mut Refusals::new(false));
        let used: Vec<Span> = direct.iter().flat_map(|c| [Some(c.span), c.cue, c.speaker]).flatten().collect();
        for unit in units.iter().filter(|unit| unit.prose) {
            let taken = indirect::taken(unit, &used);
            let words = indirect::words(unit, &taken, false);
            let decide = |finding: &Finding<'_>| {
                let reports = is_gold(finding, gold);
                let mut own = Vec::new();
                finding.signs(|name, value| {
                    let value: Vec<&str> = value.iter().map(|part| part.text()).collect();
                    if value.iter().all(|part| part.is_empty()) {
                        return;
                    }
                    let next = self.signs.len();
                    own.push(*self.signs.entry((name.text().to_owned(), value.join("+"))).or_insert(next));
                });
                let (stem, says) = (finding.word.stem.to_string(), unit.is(finding.word.at, SAYS));
                self.examples.push(Example { stem, says, signs: own, reports });
                reports.then_some(1.0)
            };
            indirect::each_report(crate::rules::REPORTS, &words, decide);
        }
    }

    /// Fits the weights and formats them as tab-separated lines of sign, value and weight.
    #[must_use]
    pub fn table(&self) -> String {
        let mut cues: BTreeMap<&str, u32> = BTreeMap::new();
        for example in self.examples.iter().filter(|e| e.reports) {
            *cues.entry(&example.stem).or_default() += 1;
        }
        let known = |e: &&Example| e.says || cues.get(&*e.stem).is_some_and(|count| *count >= LEAST_CUES);
        let examples: Vec<&Example> = self.examples.iter().filter(known).collect();
        let weights = fit(&examples, self.signs.len());
        let mut table = String::from("# sign\tvalue\tweight\n");
        for ((name, value), index) in &self.signs {
            let weight = weights[*index];
            let listed = name == STEM.text() && cues.get(&**value).is_some_and(|count| *count >= LEAST_CUES);
            // Half of the last printed decimal: smaller weights would print as 0.00.
            if weight.abs() >= 0.005 || listed {
                table += &format!("{name}\t{value}\t{weight:.2}\n");
            }
        }
        table
    }
}

/// Whether the gold has the content with this cue, by more than [`SAME`] of their union.
fn is_gold(finding: &Finding<'_>, gold: &[Gold]) -> bool {
    let (Some(content), Some(cue)) = (finding.content(), finding.head()) else { return false };
    let shared = |a: Span, b: Span| a.end.min(b.end).saturating_sub(a.start.max(b.start)) as f32;
    let union = |a: Span, b: Span| (a.len() + b.len()) as f32 - shared(a, b);
    gold.iter()
        .filter(|g| g.cue.iter().any(|c| c.overlaps(cue)))
        .flat_map(|g| &g.content)
        .any(|(span, _)| shared(*span, content) > SAME * union(*span, content))
}

/// Fits the weights by minimising the penalised log loss.
fn fit(examples: &[&Example], signs: usize) -> Vec<f32> {
    let mut columns: Vec<Vec<u32>> = vec![Vec::new(); signs];
    for (row, example) in examples.iter().enumerate() {
        example.signs.iter().for_each(|sign| columns[*sign].push(row as u32));
    }
    let reports = |column: &Vec<u32>| column.iter().filter(|row| examples[**row as usize].reports).count() as u32;
    for column in &mut columns {
        if reports(column) < LEAST_REPORTS && (column.len() as u32) < 6 * LEAST_REPORTS {
            column.clear();
        }
    }
    let mut weights = vec![0.0_f32; signs];
    let mut bounds = vec![1.0_f32; signs];
    let mut sums = vec![0.0_f32; examples.len()];
    let mut likely = vec![0.5_f32; examples.len()];
    for _ in 0..ROUNDS {
        for (sign, column) in columns.iter().enumerate().filter(|(_, column)| !column.is_empty()) {
            // The start of `curve` guards against division by zero.
            let (mut slope, mut curve) = (0.0, 1e-6);
            for row in column {
                let p = likely[*row as usize];
                slope += p - f32::from(u8::from(examples[*row as usize].reports));
                curve += p * (1.0 - p);
            }
            let weight = weights[sign];
            let step = if slope + PENALTY <= curve * weight {
                -(slope + PENALTY) / curve
            } else if slope - PENALTY >= curve * weight {
                -(slope - PENALTY) / curve
            } else {
                -weight
            };
            let step = step.clamp(-bounds[sign], bounds[sign]);
            // Trust region of the next step, updated as in the paper.
            bounds[sign] = (2.0 * step.abs()).max(bounds[sign] / 2.0);
            if step == 0.0 {
                continue;
            }
            weights[sign] += step;
            for row in column {
                let row = *row as usize;
                sums[row] += step;
                likely[row] = logistic(sums[row]);
            }
        }
    }
    weights
}
