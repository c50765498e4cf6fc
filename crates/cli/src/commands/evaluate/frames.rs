use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use pressmark_frames::Codebook;
use serde_json::json;

use super::gold::{GoldArgs, GoldRow, LabelMap, Taken, fold, rows};
use super::measure::{Counts, average_precision, mean};
use super::table::{Column, Row, Table};
use super::{Bench, Documents};

const COLUMNS: &[Column] = &[
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Share("f1"),
    Column::Share("average p"),
    Column::Count("gold"),
    Column::Count("found"),
];

/// Score from which a frame counts as found: more likely than not.
const FOUND: f32 = 0.5;

/// A text and its frames.
pub(crate) struct CodedText {
    pub(crate) place: String,
    pub(crate) id: Option<String>,
    pub(crate) text: String,
    /// Indices into the codebook's labels, in order.
    pub(crate) labels: Vec<usize>,
}

/// Texts that people coded with the frames of a codebook.
pub(crate) struct Coded {
    pub(crate) texts: Vec<CodedText>,
    /// Labels that the codebook does not have, how often they are given, and where first.
    pub(crate) unknown: BTreeMap<String, (usize, String)>,
}

/// Reads texts coded with these labels.
pub(crate) fn read_coded(path: &Path, fields: &GoldArgs, codebook: &str, labels: &[String]) -> Result<Coded> {
    let map = LabelMap::new(&fields.map);
    if let Some(wrong) = map.ours().find(|ours| !labels.iter().any(|label| fold(label) == fold(ours))) {
        bail!("--map names the label {wrong}, which the codebook {codebook} has not; it has {}", labels.join(", "));
    }
    let mut coded = Coded { texts: Vec::new(), unknown: BTreeMap::new() };
    for row in rows(path)? {
        coded.texts.push(code(&row, fields, &map, labels, &mut coded.unknown)?);
    }
    if coded.texts.iter().all(|text| text.labels.is_empty()) {
        let given: Vec<&str> = coded.unknown.keys().map(String::as_str).take(12).collect();
        let given = if given.is_empty() { "none".to_owned() } else { given.join(", ") };
        bail!(
            "{} gives no label of the codebook {codebook}; it gives {given}; expected {} or --map THEIRS=OURS",
            path.display(),
            labels.join(", ")
        );
    }
    Ok(coded)
}

fn code(
    row: &GoldRow,
    fields: &GoldArgs,
    map: &LabelMap,
    labels: &[String],
    unknown: &mut BTreeMap<String, (usize, String)>,
) -> Result<CodedText> {
    let mut found = Vec::new();
    for given in row.labels(fields)? {
        let ours = match map.take(&given) {
            Taken::Out => continue,
            Taken::For(ours) => ours,
            Taken::AsIs => &given,
        };
        match labels.iter().position(|label| fold(label) == fold(ours)) {
            Some(index) => found.push(index),
            None if map.drops_the_rest() => {}
            None => unknown.entry(given).or_insert_with(|| (0, row.place.to_string())).0 += 1,
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(CodedText { place: row.place.to_string(), id: row.id(fields)?, text: row.text(fields)?, labels: found })
}

/// F1 of each label that the gold data give, their mean, and average precision.
///
/// The labels that the codebook has and the gold data never give are left out: nobody looked for them.
pub(super) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let Book { id, labels, documents } = book(bench)?;
    let coded = read_coded(&bench.args.gold, &bench.args.fields, &id, &labels)?;
    let mut scored: Vec<Vec<(f32, bool)>> = vec![Vec::new(); labels.len()];
    for text in &coded.texts {
        let doc = documents.of(&text.place, text.id.as_deref(), &text.text)?;
        let score = |label: &String| {
            let frame = doc.frames.iter().find(|f| f.codebook == id && f.label == *label);
            frame.map_or(0.0, |f| f.score)
        };
        let scores: Vec<f32> = labels.iter().map(score).collect();
        for (index, score) in scores.iter().enumerate() {
            scored[index].push((*score, text.labels.contains(&index)));
        }
        let named = |indices: &mut dyn Iterator<Item = usize>| indices.map(|i| labels[i].as_str()).collect::<Vec<_>>();
        let pairs: Vec<_> =
            labels.iter().zip(&scores).map(|(label, s)| json!({ "label": label, "score": s })).collect();
        bench.predictions.write(&json!({
            "id": text.id,
            "text": text.text,
            "gold": named(&mut text.labels.iter().copied()),
            "predicted": named(&mut (0..labels.len()).filter(|&i| scores[i] >= FOUND)),
            "scores": pairs,
        }))?;
    }
    Ok(table(&id, &labels, &scored, &coded.unknown))
}

fn table(
    codebook: &str,
    labels: &[String],
    scored: &[Vec<(f32, bool)>],
    unknown: &BTreeMap<String, (usize, String)>,
) -> Table {
    let (mut rows, mut each, mut sum, mut never) = (Vec::new(), Vec::new(), Counts::default(), Vec::new());
    for (label, scored) in labels.iter().zip(scored) {
        if !scored.iter().any(|(_, gold)| *gold) {
            never.push(label.as_str());
            continue;
        }
        let mut counts = Counts::default();
        scored.iter().for_each(|(score, gold)| counts.add(*gold, *score >= FOUND));
        let ap = average_precision(scored);
        let values = vec![counts.precision(), counts.recall(), counts.f1(), ap];
        sum = Counts { right: sum.right + counts.right, gold: sum.gold + counts.gold, found: sum.found + counts.found };
        each.push(values.clone());
        rows.push(Row::new(label, [values, vec![counts.gold as f64, counts.found as f64]].concat()));
    }
    let sizes = [sum.gold as f64, sum.found as f64];
    let column = |i: usize| mean(each.iter().map(|values| values[i]));
    rows.push(Row::new("macro", (0..4).map(column).chain(sizes).collect()));
    let micro = [sum.precision(), sum.recall(), sum.f1(), f64::NAN];
    rows.push(Row::new("micro", micro.into_iter().chain(sizes).collect()));
    let mut table = Table::new(COLUMNS, rows);
    table.notes.push(format!("codebook {codebook}; a frame counts from a score of {FOUND}"));
    if !never.is_empty() {
        table.notes.push(format!("the gold data never give {}: left out", never.join(", ")));
    }
    if !unknown.is_empty() {
        let list: Vec<_> = unknown.iter().map(|(label, (n, place))| format!("{label} ({n}, first {place})")).collect();
        table.notes.push(format!("not in the codebook, and left out: {}; see --map", list.join("; ")));
    }
    table
}

/// What texts are scored with.
struct Book {
    id: String,
    labels: Vec<String>,
    documents: Documents,
}

/// The codebook that was asked for, or the one that has most of the labels that the gold data give.
fn book(bench: &Bench<'_>) -> Result<Book> {
    let candidates: Vec<(Option<String>, String, Vec<String>)> = match (&bench.annotated, &bench.args.codebook) {
        (Some(annotated), _) => annotated.codebooks().into_iter().map(|(id, labels)| (None, id, labels)).collect(),
        (None, Some(name)) => vec![candidate(name)?],
        (None, None) => pressmark::SHIPPED_CODEBOOKS.iter().map(|name| candidate(name)).collect::<Result<_>>()?,
    };
    let wanted = match (&bench.annotated, &bench.args.codebook) {
        (Some(_), Some(name)) => Some(pressmark::codebook(name)?.id()),
        _ => None,
    };
    let candidates: Vec<_> =
        candidates.into_iter().filter(|(_, id, _)| wanted.as_ref().is_none_or(|w| w == id)).collect();
    // The gold data decide among several; a stable maximum, so that the first of equals is taken.
    let mut best: Option<(usize, usize)> = None;
    for (index, (_, _, labels)) in candidates.iter().enumerate() {
        let known = known(bench, labels)?;
        if best.is_none_or(|(most, _)| known > most) {
            best = Some((known, index));
        }
    }
    let Some((_, index)) = best else {
        bail!("the annotated file has no frames of {}", wanted.as_deref().unwrap_or("any codebook"));
    };
    let (name, id, labels) = candidates.into_iter().nth(index).unwrap_or_default();
    let documents = match name {
        None => bench.documents(&[])?,
        Some(name) => {
            let mut args = bench.stage_args(&["frames"]);
            args.codebook = vec![name];
            bench.through(&args)?
        }
    };
    Ok(Book { id, labels, documents })
}

fn candidate(name: &str) -> Result<(Option<String>, String, Vec<String>)> {
    let codebook: Codebook = pressmark::codebook(name)?;
    Ok((Some(name.to_owned()), codebook.id(), codebook.labels().map(str::to_owned).collect()))
}

/// How often the gold data give a label of these.
fn known(bench: &Bench<'_>, labels: &[String]) -> Result<usize> {
    let map = LabelMap::new(&bench.args.fields.map);
    let mut known = 0;
    for row in rows(&bench.args.gold)? {
        known += code(&row, &bench.args.fields, &map, labels, &mut BTreeMap::new())?.labels.len();
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_taken_mapped_left_out_or_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, "{\"text\": \"x\", \"label\": [\"Public Health\", \"eco\", \"99\", \"odd\"]}\n")
            .expect("a file");
        let labels = ["public_health".to_owned(), "economic".to_owned()];
        let map = vec![("eco".to_owned(), "economic".to_owned()), ("99".to_owned(), "O".to_owned())];
        let fields = GoldArgs { map, ..GoldArgs::default() };
        let coded = read_coded(&path, &fields, "mine 1", &labels).expect("coded texts");
        assert_eq!(coded.texts[0].labels, [0, 1]);
        assert_eq!(coded.unknown["odd"].0, 1);

        let refused = |fields: &GoldArgs, labels: &[String]| {
            format!("{:#}", read_coded(&path, fields, "mine 1", labels).err().expect("refused"))
        };
        let wrong = GoldArgs { map: vec![("eco".to_owned(), "money".to_owned())], ..GoldArgs::default() };
        assert!(refused(&wrong, &labels).contains("--map names the label money, which the codebook mine 1 has not"));
        let strange = refused(&GoldArgs::default(), &["flood".to_owned()]);
        assert!(
            strange.contains("gives no label of the codebook mine 1; it gives 99, Public Health, eco, odd"),
            "{strange}"
        );
    }

    #[test]
    fn what_nobody_coded_does_not_lower_the_mean() {
        let labels = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let scored = vec![
            vec![(0.9, true), (0.1, false), (0.8, false)],
            vec![(0.2, true), (0.6, true), (0.1, false)],
            vec![(0.9, false), (0.9, false), (0.9, false)],
        ];
        let table = table("mine 1", &labels, &scored, &BTreeMap::new());
        let names: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "macro", "micro"]);
        assert!((table.rows[2].values[2] - 2.0 / 3.0).abs() < 1e-9, "{table:?}");
        assert!(table.notes[1].contains("never give c"), "{table:?}");
    }
}
