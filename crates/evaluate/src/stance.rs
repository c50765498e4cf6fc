use std::collections::BTreeMap;

use pressmark::{Annotator, StanceJudge};
use pressmark_core::{Document, Holder, Layer, Stage, Stance, StanceLabel, StanceReading, Target};
use serde_json::{Value, json};

use crate::Confusion;
use crate::bench::Bench;
use crate::documents::Documents;
use crate::error::{Error, On, Result, gold};
use crate::gold::GoldRow;
use crate::measure::share;
use crate::table::{Column, Row, Table};
use crate::targeted::{LabelSet, TargetedText};

const LABELS: LabelSet = LabelSet {
    names: [StanceLabel::Against.as_str(), StanceLabel::Neutral.as_str(), StanceLabel::Favor.as_str()],
    spellings: [
        &["against", "con", "anti", "oppose", "undermine", "disagree", "disagrees", "negative"],
        &["neutral", "none", "neither", "unrelated", "unclear"],
        &["favor", "favour", "pro", "for", "support", "agree", "agrees", "positive"],
    ],
    expected: "favor, against or neutral",
};

/// Index of a label in [`LABELS`].
const fn place(label: StanceLabel) -> usize {
    match label {
        StanceLabel::Against => 0,
        StanceLabel::Neutral => 1,
        StanceLabel::Favor => 2,
    }
}

const NEUTRAL: usize = place(StanceLabel::Neutral);
const FAVOR: usize = place(StanceLabel::Favor);

const COLUMNS: &[Column] = &[
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Share("f1"),
    Column::Count("gold"),
    Column::Count("abstained"),
];

/// Minimum number of texts for a target to have a row in the printed table. Set by hand: fewer make unstable scores.
const SHOWN: usize = 20;

/// Macro F1 over the three labels, the mean F1 of favor and against, the accuracy of sides taken, the number of
/// abstentions; and results by target.
///
/// If the model's head reads pairs, each text is read as one passage, in the voice of its holder. Otherwise the stance
/// of the text as a document counts: that of the outlet, or, if only quoted speakers bear on the target, that of the
/// surest of them. A text that does not bear on the target counts as neutral.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let golds = read_gold(bench)?;
    let mut answers = Answers::of(bench)?;
    let mut all = Tally::default();
    let mut targets: BTreeMap<&str, Tally> = BTreeMap::new();
    for gold in &golds {
        let answer = answers.to(gold)?;
        all.add(gold.label, &answer);
        targets.entry(&gold.target).or_default().add(gold.label, &answer);
        bench.predict(&answer.line(gold))?;
    }
    Ok(table(&all, &targets))
}

/// A prediction for a text.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Answer {
    /// Index in [`LABELS`].
    label: usize,
    score: f32,
    abstained: bool,
    reading: Option<StanceReading>,
}

impl Answer {
    fn of(label: StanceLabel, score: f32, abstained: bool, reading: Option<StanceReading>) -> Self {
        Self { label: place(label), score, abstained, reading }
    }

    fn line(&self, gold: &TargetedText) -> Value {
        let mut line = json!({
            "id": gold.id, "text": gold.text, "target": gold.target,
            "gold": LABELS.names[gold.label], "predicted": LABELS.names[self.label], "score": self.score, "abstained": self.abstained,
        });
        if let Some(reading) = &self.reading {
            line["holder"] = json!(gold.holder.as_deref().unwrap_or("outlet"));
            line["bears_on_target"] = json!(reading.bears_on_target);
            line["takes_a_side"] = json!(reading.takes_a_side);
            line["in_favor"] = json!(reading.in_favor);
        }
        line
    }
}

/// A source of predictions.
enum Answers {
    /// Texts read as passages beside their targets; one judge per target.
    Passages { annotator: Annotator, judges: BTreeMap<String, StanceJudge> },
    /// Texts annotated as documents; one stage per target.
    Documents { annotator: Annotator, documents: Documents, stages: BTreeMap<String, Box<dyn Stage>> },
    /// Previously annotated documents.
    Annotated(Documents),
}

impl Answers {
    fn of(bench: &Bench<'_>) -> Result<Self> {
        if bench.annotated.is_some() {
            return Ok(Self::Annotated(bench.documents(Layer::Quotes)?));
        }
        let annotator = bench.annotator(Layer::Tokens)?;
        if annotator.stance_judge(Vec::new())?.is_some() {
            return Ok(Self::Passages { annotator, judges: BTreeMap::new() });
        }
        Ok(Self::Documents { annotator, documents: bench.documents(Layer::Quotes)?, stages: BTreeMap::new() })
    }

    fn to(&mut self, gold: &TargetedText) -> Result<Answer> {
        match self {
            Self::Passages { annotator, judges } => {
                if !judges.contains_key(&gold.target)
                    && let Some(judge) = annotator.stance_judge(vec![gold.target.clone()])?
                {
                    judges.insert(gold.target.clone(), judge);
                }
                let readings = judges.get(&gold.target).map(|judge| judge.read(gold.holder.as_deref(), &gold.text));
                let Some(reading) = readings.transpose()?.and_then(|readings| readings.first().copied()) else {
                    return Err(Error::NoStance { place: gold.place.clone(), target: gold.target.clone() });
                };
                let label = reading.label();
                // Less likely than not to be about the target, as in the stage.
                let abstained = reading.bears_on_target < 0.5;
                Ok(Answer::of(label, reading.probability(label), abstained, Some(reading)))
            }
            Self::Documents { annotator, documents, stages } => {
                let mut doc = documents.of(&gold.place, gold.id.as_deref(), &gold.text)?;
                if !stages.contains_key(&gold.target) {
                    stages.insert(gold.target.clone(), annotator.stances_towards(vec![gold.target.clone()])?);
                }
                if let Some(stage) = stages.get(&gold.target) {
                    stage.run(&mut doc).on("stance", &doc.id)?;
                }
                of_document(&doc, gold)
            }
            Self::Annotated(documents) => {
                of_document(&documents.of(&gold.place, gold.id.as_deref(), &gold.text)?, gold)
            }
        }
    }
}

/// The prediction from a document's stances.
fn of_document(doc: &Document, gold: &TargetedText) -> Result<Answer> {
    let Some(stance) = verdict(doc, &gold.target) else {
        return Err(Error::NoStance { place: gold.place.clone(), target: gold.target.clone() });
    };
    let abstained = stance.label == StanceLabel::Neutral && stance.evidence.is_empty();
    Ok(Answer::of(stance.label, stance.score, abstained, None))
}

/// Counts of one target, or of all.
struct Tally {
    confusion: Confusion,
    abstained: usize,
    /// Predicted sides where the gold has a side: (all, correct).
    sides: (usize, usize),
    /// The likelier side, whether or not it was predicted, where the gold has a side: (all, correct).
    leanings: (usize, usize),
}

impl Default for Tally {
    fn default() -> Self {
        Self { confusion: Confusion::new(&LABELS.names), abstained: 0, sides: (0, 0), leanings: (0, 0) }
    }
}

impl Tally {
    fn add(&mut self, gold: usize, answer: &Answer) {
        self.confusion.add(gold, answer.label);
        self.abstained += usize::from(answer.abstained);
        if gold == NEUTRAL {
            return;
        }
        if answer.label != NEUTRAL {
            self.sides.0 += 1;
            self.sides.1 += usize::from(answer.label == gold);
        }
        if let Some(reading) = &answer.reading {
            self.leanings.0 += 1;
            self.leanings.1 += usize::from((reading.in_favor >= 0.5) == (gold == FAVOR));
        }
    }

    /// Mean F1 of favor and against, as in SemEval-2016 task 6.
    fn mean_of_sides(&self) -> f64 {
        f64::midpoint(self.confusion.of(0).f1(), self.confusion.of(2).f1())
    }
}

fn table(all: &Tally, targets: &BTreeMap<&str, Tally>) -> Table {
    let mut rows = all.confusion.rows();
    let abstained = all.abstained as f64;
    for row in &mut rows {
        row.values.push(if row.name == "neutral" || row.name == "macro" { abstained } else { f64::NAN });
    }
    let total = all.confusion.total() as f64;
    let mut push = |name: &str, share, of| rows.push(Row::new(name, vec![f64::NAN, f64::NAN, share, of, f64::NAN]));
    push("favor+against", all.mean_of_sides(), total);
    push("sides right", share(all.sides.1, all.sides.0), all.sides.0 as f64);
    if all.leanings.0 > 0 {
        push("side alone", share(all.leanings.1, all.leanings.0), all.leanings.0 as f64);
    }
    let mut hidden = 0;
    for (target, tally) in targets {
        let size = tally.confusion.total();
        let values = vec![f64::NAN, f64::NAN, tally.confusion.macro_f1(), size as f64, tally.abstained as f64];
        rows.push(Row { shown: size >= SHOWN, ..Row::new(format!("target: {target}"), values) });
        hidden += usize::from(size < SHOWN);
    }
    let mut table = Table::new(COLUMNS, rows);
    table.notes.push("rows of a target give macro F1".to_owned());
    table.notes.push("sides right: of the sides taken where the gold data have one".to_owned());
    if all.leanings.0 > 0 {
        table.notes.push("side alone: the likelier side, whether or not one is taken".to_owned());
    }
    if hidden > 0 {
        table.notes.push(format!("{hidden} targets with fewer than {SHOWN} texts are only in the JSON"));
    }
    table
}

/// The outlet's stance towards the target if there is one, else the one with the highest score.
fn verdict<'a>(doc: &'a Document, target: &str) -> Option<&'a Stance> {
    let about = |stance: &&Stance| matches!(&stance.target, Target::Text(text) if text == target);
    let outlet = doc.stances.iter().filter(about).find(|stance| stance.holder == Holder::Outlet);
    let surest = doc.stances.iter().filter(about).max_by(|a, b| a.score.total_cmp(&b.score));
    outlet.or(surest)
}

fn read_gold(bench: &Bench<'_>) -> Result<Vec<TargetedText>> {
    let options = &bench.options.gold;
    let read = |row: &GoldRow| TargetedText::read(row, row.label(options)?, &LABELS, options);
    let mut golds = Vec::new();
    for row in bench.rows()? {
        golds.extend(bench.keep(read(&row))?.flatten());
    }
    if golds.is_empty() {
        return Err(gold(bench.gold.display(), "has no text with a stance"));
    }
    Ok(golds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outlet_speaks_for_the_text() {
        let stance = |holder, target: &str, label, score| Stance {
            holder,
            target: Target::Text(target.to_owned()),
            label,
            score,
            reading: None,
            evidence: Vec::new(),
        };
        let mut doc = Document::from_text("a", "x");
        assert_eq!(verdict(&doc, "ferry"), None);
        doc.stances.push(stance(Holder::Entity(0), "ferry", StanceLabel::Against, 0.7));
        doc.stances.push(stance(Holder::Entity(1), "ferry", StanceLabel::Favor, 0.9));
        doc.stances.push(stance(Holder::Outlet, "rail", StanceLabel::Against, 0.9));
        assert_eq!(verdict(&doc, "ferry").map(|s| s.label), Some(StanceLabel::Favor));
        doc.stances.push(stance(Holder::Outlet, "ferry", StanceLabel::Against, 0.6));
        assert_eq!(verdict(&doc, "ferry").map(|s| s.label), Some(StanceLabel::Against));
    }

    #[test]
    fn sides_and_targets_have_rows() {
        let said = |label, in_favor| Answer {
            label,
            score: 0.5,
            abstained: label == NEUTRAL,
            reading: Some(StanceReading { bears_on_target: 0.9, takes_a_side: 0.5, in_favor }),
        };
        let mut all = Tally::default();
        for (gold, found, in_favor) in [(0, 0, 0.1), (0, 1, 0.7), (2, 2, 0.9), (1, 1, 0.5), (2, 0, 0.2)] {
            all.add(gold, &said(found, in_favor));
        }
        let mut few = Tally::default();
        few.add(2, &said(2, 0.9));
        let table = table(&all, &BTreeMap::from([("ferry", few)]));
        let row = |name: &str| table.rows.iter().find(|r| r.name == name).expect("a row");
        // Against: one of two found, one of two correct. Favor: all predictions correct, one of two found.
        assert!((row("favor+against").values[2] - (0.5 + 2.0 / 3.0) / 2.0).abs() < 1e-9);
        // A side is predicted for three of four texts with one, two correctly; the leaning is right in two of four.
        assert!((row("sides right").values[2] - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!((row("sides right").values[3], row("side alone").values[2]), (3.0, 0.5));
        assert_eq!(row("macro").values[4], 2.0);
        assert!(!row("target: ferry").shown);
    }
}
