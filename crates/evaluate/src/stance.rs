use std::collections::BTreeMap;

use pressmark_core::{Document, Holder, Stage, Stance, StanceLabel, Target};
use serde_json::json;

use crate::Confusion;
use crate::bench::Bench;
use crate::error::{Error, On, Result, gold};
use crate::gold::{GoldOptions, GoldRow, Taken, fold};
use crate::table::{Column, Row, Table};

/// The labels, in the order of the table.
const LABELS: &[&str] = &["against", "neutral", "favor"];

/// Names that data sets give to them.
const SPELLINGS: [&[&str]; 3] = [
    &["against", "con", "anti", "oppose", "undermine", "disagree", "disagrees", "negative"],
    &["neutral", "none", "neither", "unrelated", "unclear"],
    &["favor", "favour", "pro", "for", "support", "agree", "agrees", "positive"],
];

const COLUMNS: &[Column] = &[
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Share("f1"),
    Column::Count("gold"),
    Column::Count("abstained"),
];

/// Texts on a target from which the target has a row in the table that people see.
const SHOWN: usize = 20;

/// A text, what it is about and where it stands.
struct Gold {
    place: String,
    id: Option<String>,
    text: String,
    target: String,
    label: usize,
}

/// Macro F1 over the three labels, the mean F1 of for and against, how often the stage abstains; and by target.
///
/// What is judged is the stance of the text as a whole: that of the outlet, or else, where only quoted speakers
/// bear on the target, that of the surest of them. Without a passage that bears on the target the stage abstains,
/// which counts as neutral.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let golds = read_gold(bench)?;
    let judge = match bench.annotated {
        Some(_) => None,
        None => Some(bench.annotator(&["tokenize"])?),
    };
    let documents = bench.documents(&["quote"])?;
    let mut stages: BTreeMap<&str, Box<dyn Stage>> = BTreeMap::new();
    let mut all = Tally::default();
    let mut targets: BTreeMap<&str, Tally> = BTreeMap::new();
    for gold in &golds {
        let mut doc = documents.of(&gold.place, gold.id.as_deref(), &gold.text)?;
        if let Some(judge) = &judge {
            if !stages.contains_key(gold.target.as_str()) {
                stages.insert(&gold.target, judge.stances_towards(vec![gold.target.clone()])?);
            }
            if let Some(stage) = stages.get(gold.target.as_str()) {
                stage.run(&mut doc).on("stance", &doc.id)?;
            }
        }
        let Some(stance) = verdict(&doc, &gold.target) else {
            return Err(Error::NoStance { place: gold.place.clone(), target: gold.target.clone() });
        };
        let found = LABELS.iter().position(|label| *label == stance.label.as_str()).unwrap_or(1);
        let abstained = stance.label == StanceLabel::Neutral && stance.evidence.is_empty();
        all.add(gold.label, found, abstained);
        targets.entry(&gold.target).or_default().add(gold.label, found, abstained);
        bench.predict(&json!({
            "id": gold.id, "text": gold.text, "target": gold.target,
            "gold": LABELS[gold.label], "predicted": stance.label.as_str(), "score": stance.score, "abstained": abstained,
        }))?;
    }
    Ok(table(&all, &targets))
}

/// Counts of one target, or of all.
struct Tally {
    confusion: Confusion,
    abstained: usize,
}

impl Default for Tally {
    fn default() -> Self {
        Self { confusion: Confusion::new(LABELS), abstained: 0 }
    }
}

impl Tally {
    fn add(&mut self, gold: usize, found: usize, abstained: bool) {
        self.confusion.add(gold, found);
        self.abstained += usize::from(abstained);
    }

    /// The mean F1 of for and against, as SemEval 2016 task 6 has it.
    fn sides(&self) -> f64 {
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
    rows.push(Row::new("favor+against", vec![f64::NAN, f64::NAN, all.sides(), total, f64::NAN]));
    let mut hidden = 0;
    for (target, tally) in targets {
        let size = tally.confusion.total();
        let values = vec![f64::NAN, f64::NAN, tally.confusion.macro_f1(), size as f64, tally.abstained as f64];
        rows.push(Row { shown: size >= SHOWN, ..Row::new(format!("target: {target}"), values) });
        hidden += usize::from(size < SHOWN);
    }
    let mut table = Table::new(COLUMNS, rows);
    table.notes.push("rows of a target give macro F1".to_owned());
    if hidden > 0 {
        table.notes.push(format!("{hidden} targets with fewer than {SHOWN} texts stand in the JSON only"));
    }
    table
}

/// The outlet's stance where it takes one or nobody else does, else that of the surest speaker.
fn verdict<'a>(doc: &'a Document, target: &str) -> Option<&'a Stance> {
    let about = |stance: &&Stance| matches!(&stance.target, Target::Text(text) if text == target);
    let outlet = doc.stances.iter().filter(about).find(|stance| stance.holder == Holder::Outlet);
    let surest = doc.stances.iter().filter(about).max_by(|a, b| a.score.total_cmp(&b.score));
    outlet.or(surest)
}

fn read_gold(bench: &Bench<'_>) -> Result<Vec<Gold>> {
    let mut golds = Vec::new();
    for row in bench.rows()? {
        golds.extend(bench.keep(read_row(&row, &bench.options.gold))?.flatten());
    }
    if golds.is_empty() {
        return Err(gold(bench.gold.display(), "holds no text with a stance"));
    }
    Ok(golds)
}

/// `None` for a label that is left out.
fn read_row(row: &GoldRow, options: &GoldOptions) -> Result<Option<Gold>> {
    let given = row.label(options)?;
    let ours = match options.map.take(&given) {
        Taken::Out => return Ok(None),
        Taken::For(ours) => ours,
        Taken::AsIs => &given,
    };
    let label = match SPELLINGS.iter().position(|names| names.contains(&fold(ours).as_str())) {
        Some(label) => label,
        None if options.map.drops_the_rest() => return Ok(None),
        None => {
            let (place, expected) = (row.place.to_string(), "favor, against or neutral");
            return Err(Error::UnknownLabel { place, label: given, expected });
        }
    };
    let (place, id) = (row.place.to_string(), row.id(options)?);
    Ok(Some(Gold { place, id, text: row.text(options)?, target: row.target(options)?, label }))
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
        let mut all = Tally::default();
        for (gold, found, abstained) in [(0, 0, false), (0, 1, true), (2, 2, false), (1, 1, true)] {
            all.add(gold, found, abstained);
        }
        let mut few = Tally::default();
        few.add(2, 2, false);
        let table = table(&all, &BTreeMap::from([("ferry", few)]));
        let row = |name: &str| table.rows.iter().find(|r| r.name == name).expect("a row");
        assert!((row("favor+against").values[2] - (2.0 / 3.0 + 1.0) / 2.0).abs() < 1e-9);
        assert_eq!(row("macro").values[4], 2.0);
        assert!(!row("target: ferry").shown);
    }
}
