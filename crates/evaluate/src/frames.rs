use std::collections::BTreeMap;
use std::path::Path;

use pressmark::Settings;
use pressmark_core::Layer;
use serde_json::json;

use crate::Counts;
use crate::bench::Bench;
use crate::documents::Documents;
use crate::error::{Error, Result, gold};
use crate::gold::{GoldOptions, GoldRow, LabelMap, Taken, fold, rows};
use crate::measure::{average_precision, mean, ratio};
use crate::table::{ACCURACY, Column, Row, Table};

const COLUMNS: &[Column] = &[
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Share("f1"),
    Column::Share("average p"),
    Column::Count("gold"),
    Column::Count("found"),
];

/// Score from which a frame counts as predicted: more likely than not.
const FOUND: f32 = pressmark_jsonl::Frame::ASSIGNED as f32;

/// A text with its gold frames.
#[derive(Clone, Debug)]
pub struct CodedText {
    /// Place in the gold data, for messages.
    pub place: String,
    /// The record's own id, if it has one.
    pub id: Option<String>,
    /// The text.
    pub text: String,
    /// Indices into the labels, ascending.
    pub labels: Vec<usize>,
}

/// Texts coded with the frames of a codebook.
#[derive(Clone, Debug)]
pub struct Coded {
    /// The texts, in the order of the gold data.
    pub texts: Vec<CodedText>,
    /// Labels that the codebook lacks, with their count and first place.
    pub unknown: BTreeMap<String, (usize, String)>,
}

/// Reads texts coded with the labels of a codebook, from JSONL, CSV or TSV.
///
/// # Errors
/// If the gold data cannot be read or contain none of the labels, or the label map maps to one that the codebook lacks.
pub fn read_coded(path: &Path, options: &GoldOptions, codebook: &str, labels: &[String]) -> Result<Coded> {
    let rows = rows(path, options.lenient, &mut Vec::new())?;
    code_all(&rows, path, options, codebook, labels, labels)
}

/// Codes all rows. `ours` are the codebook's labels, `labels` the ones compared, each of which may join several of
/// ours.
fn code_all(
    rows: &[GoldRow],
    path: &Path,
    options: &GoldOptions,
    codebook: &str,
    ours: &[String],
    labels: &[String],
) -> Result<Coded> {
    if let Some(wrong) = options.map.ours().find(|name| !ours.iter().any(|label| fold(label) == fold(name))) {
        let (label, codebook, known) = (wrong.to_owned(), codebook.to_owned(), ours.join(", "));
        return Err(Error::Map { label, codebook, known });
    }
    let mut coded = Coded { texts: Vec::new(), unknown: BTreeMap::new() };
    for row in rows {
        coded.texts.push(code(row, options, codebook, labels, &mut coded.unknown)?);
    }
    if coded.texts.iter().all(|text| text.labels.is_empty()) {
        let given: Vec<&str> = coded.unknown.keys().map(String::as_str).take(12).collect();
        return Err(Error::NoKnownLabel {
            path: path.display().to_string(),
            codebook: codebook.to_owned(),
            given: if given.is_empty() { "none".to_owned() } else { given.join(", ") },
            known: labels.join(", "),
        });
    }
    Ok(coded)
}

fn code(
    row: &GoldRow,
    options: &GoldOptions,
    codebook: &str,
    labels: &[String],
    unknown: &mut BTreeMap<String, (usize, String)>,
) -> Result<CodedText> {
    let (map, mut found) = (&options.map, Vec::new());
    for given in row.labels(options, Some(codebook))? {
        let ours = match map.take(&given) {
            Taken::Out => continue,
            Taken::For(ours) => ours,
            Taken::AsIs => &given,
        };
        match labels.iter().position(|label| fold(label) == fold(map.name(ours))) {
            Some(index) => found.push(index),
            None if map.drops_the_rest() => {}
            None => unknown.entry(given).or_insert_with(|| (0, row.place.to_string())).0 += 1,
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(CodedText { place: row.place.to_string(), id: row.id(options)?, text: row.text(options)?, labels: found })
}

/// F1 and average precision of each label in the gold data, with macro and micro averages; if each text has one label,
/// also the accuracy of the highest-scoring frame.
///
/// Labels of the codebook that the gold data never use are left out, since nobody coded for them.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let rows = bench.rows()?;
    let Book { id, labels: ours, codebook, documents } = book(bench, &rows)?;
    let labels = names(&bench.options.gold.map, &ours);
    let kept: Vec<GoldRow> =
        rows.into_iter().filter_map(|row| bench.keep(is_good(&row, bench)).transpose()).collect::<Result<_>>()?;
    let coded = code_all(&kept, bench.gold, &bench.options.gold, &id, &ours, &labels)?;
    let mut scored: Vec<Vec<(f32, bool)>> = vec![Vec::new(); labels.len()];
    for text in &coded.texts {
        let doc = documents.of(&text.place, text.id.as_deref(), &text.text)?;
        let score = |label: &String| {
            let is_one = |frame: &&pressmark_core::Frame| {
                frame.codebook == id && fold(bench.options.gold.map.name(&frame.label)) == fold(label)
            };
            doc.frames.iter().filter(is_one).map(|frame| frame.score).fold(0.0, f32::max)
        };
        let scores: Vec<f32> = labels.iter().map(score).collect();
        for (index, (all, score)) in scored.iter_mut().zip(&scores).enumerate() {
            all.push((*score, text.labels.contains(&index)));
        }
        let named = |is_named: &dyn Fn(usize) -> bool| {
            labels.iter().enumerate().filter(|(i, _)| is_named(*i)).map(|(_, label)| label).collect::<Vec<_>>()
        };
        let pairs: Vec<_> =
            labels.iter().zip(&scores).map(|(label, s)| json!({ "label": label, "score": s })).collect();
        bench.predict(&json!({
            "id": text.id,
            "text": text.text,
            "gold": named(&|i| text.labels.contains(&i)),
            "predicted": named(&|i| scores.get(i).is_some_and(|score| *score >= FOUND)),
            "scores": pairs,
        }))?;
    }
    let mut table = table(&id, &labels, &scored, &coded.unknown);
    table.notes.extend(codebook.and_then(|codebook| seen_before(&codebook, &coded.texts)));
    if coded.texts.iter().all(|text| text.labels.len() == 1) {
        best_of(&mut table, &labels, &scored);
    }
    Ok(table)
}

/// A warning if the codebook was fitted on some of the texts.
fn seen_before(codebook: &pressmark::Codebook, texts: &[CodedText]) -> Option<String> {
    let seen = texts.iter().filter(|text| codebook.was_fitted_on(&text.text)).count();
    (seen > 0).then(|| {
        format!(
            "warning: the codebook was fitted on {seen} of the {} texts: the scores say how well it remembers them, not how \
             well it does on others",
            texts.len()
        )
    })
}

/// Adds accuracy and macro F1 of the highest-scoring frame, among labels in the gold data.
fn best_of(table: &mut Table, labels: &[String], scored: &[Vec<(f32, bool)>]) {
    let given: Vec<&Vec<(f32, bool)>> =
        labels.iter().zip(scored).map(|(_, scored)| scored).filter(|s| s.iter().any(|(_, gold)| *gold)).collect();
    let texts = given.first().map_or(0, |scored| scored.len());
    let (mut right, mut counts) = (0, vec![Counts::default(); given.len()]);
    for text in 0..texts {
        let of = |index: usize| given.get(index).and_then(|scored| scored.get(text)).copied().unwrap_or((0.0, false));
        // `rev` makes `max_by` return the first of equals.
        let best = (0..given.len()).rev().max_by(|a, b| of(*a).0.total_cmp(&of(*b).0)).unwrap_or(0);
        right += usize::from(of(best).1);
        counts.iter_mut().enumerate().for_each(|(index, counts)| counts.add(of(index).1, index == best));
    }
    let total = texts as f64;
    let means = [Counts::precision, Counts::recall, Counts::f1].map(|of| mean(counts.iter().map(of)));
    table.rows.push(Row::new("macro, surest", means.into_iter().chain([f64::NAN, total, total]).collect()));
    let accuracy = ratio(right as f64, total);
    table.rows.push(Row::new(ACCURACY, vec![f64::NAN, f64::NAN, accuracy, f64::NAN, total, total]));
    table.notes.push("each text has one frame: accuracy and \"macro, surest\" take the surest alone".to_owned());
}

/// The distinct names under which our labels are compared; joined labels share one.
fn names(map: &LabelMap, ours: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for label in ours {
        let name = map.name(label);
        if !names.iter().any(|known| fold(known) == fold(name)) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Returns the row if all required fields are readable.
fn is_good(row: &GoldRow, bench: &Bench<'_>) -> Result<GoldRow> {
    let options = &bench.options.gold;
    row.labels(options, None).and_then(|_| row.text(options)).and_then(|_| row.id(options))?;
    Ok(row.clone())
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
        sum += counts;
        each.push(values.clone());
        rows.push(Row::new(label, [values, vec![counts.gold, counts.found]].concat()));
    }
    let sizes = [sum.gold, sum.found];
    let column = |i: usize| mean(each.iter().map(|values| values[i]));
    rows.push(Row::new("macro", (0..4).map(column).chain(sizes).collect()));
    let micro = [sum.precision(), sum.recall(), sum.f1(), f64::NAN];
    rows.push(Row::new("micro", micro.into_iter().chain(sizes).collect()));
    let mut table = Table::new(COLUMNS, rows);
    table.notes.push(format!("codebook {codebook}; a frame counts from a score of {FOUND}"));
    if !never.is_empty() {
        table.notes.push(format!("the gold data never have {}: skipped", never.join(", ")));
    }
    if !unknown.is_empty() {
        let list: Vec<_> = unknown.iter().map(|(label, (n, place))| format!("{label} ({n}, first {place})")).collect();
        table.notes.push(format!("not in the codebook, and skipped: {}", list.join("; ")));
        table.unknown = unknown.keys().cloned().collect();
    }
    table
}

/// A codebook with the source of predicted frames.
struct Book {
    id: String,
    labels: Vec<String>,
    /// The codebook itself, if available.
    codebook: Option<pressmark::Codebook>,
    documents: Documents,
}

/// The requested codebook, or the one that knows most of the gold labels.
fn book(bench: &Bench<'_>, rows: &[GoldRow]) -> Result<Book> {
    let asked = bench.options.codebook.as_deref();
    if let Some(annotated) = &bench.annotated {
        let codebook = asked.map(pressmark::codebook).transpose()?;
        let wanted = codebook.as_ref().map(pressmark::Codebook::id);
        let books = annotated.codebooks().into_iter().filter(|(id, _)| wanted.as_ref().is_none_or(|w| w == id));
        let Some((id, labels)) =
            most_known(books.collect(), bench, rows, |(id, _)| id.clone(), |(_, labels)| labels.clone())?
        else {
            let of = wanted.as_deref().unwrap_or("any codebook");
            return Err(annotated.error(format!("has no frames of {of}")));
        };
        return Ok(Book { id, labels, codebook, documents: bench.documents(Layer::Frames)? });
    }
    let candidates = match asked {
        Some(name) => vec![pressmark::codebook(name)?],
        None => pressmark::shipped_codebooks(),
    };
    let labels_of = |codebook: &pressmark::Codebook| codebook.labels().map(str::to_owned).collect::<Vec<_>>();
    let Some(codebook) = most_known(candidates, bench, rows, pressmark::Codebook::id, labels_of)? else {
        return Err(gold(bench.gold.display(), "has no label of any codebook"));
    };
    let (id, labels) = (codebook.id(), labels_of(&codebook));
    let settings = Settings { codebooks: vec![codebook.clone()], ..bench.options.settings.clone() };
    Ok(Book { id, labels, codebook: Some(codebook), documents: bench.through(Layer::Frames, settings)? })
}

/// The candidate that knows most of the gold labels; the first of equals.
fn most_known<T>(
    candidates: Vec<T>,
    bench: &Bench<'_>,
    rows: &[GoldRow],
    id: impl Fn(&T) -> String,
    labels: impl Fn(&T) -> Vec<String>,
) -> Result<Option<T>> {
    let mut best: Option<(usize, T)> = None;
    for candidate in candidates {
        let (id, labels) = (id(&candidate), names(&bench.options.gold.map, &labels(&candidate)));
        let mut known = 0;
        for row in rows {
            let coded = code(row, &bench.options.gold, &id, &labels, &mut BTreeMap::new());
            known += if let Ok(coded) = coded { coded.labels.len() } else { 0 };
        }
        if best.as_ref().is_none_or(|(most, _)| known > *most) {
            best = Some((known, candidate));
        }
    }
    Ok(best.map(|(_, candidate)| candidate))
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
        let map = LabelMap::new(&[("eco", "economic"), ("99", "O")]);
        let fields = GoldOptions { map, ..GoldOptions::default() };
        let coded = read_coded(&path, &fields, "mine 1", &labels).expect("coded texts");
        assert_eq!(coded.texts[0].labels, [0, 1]);
        assert_eq!(coded.unknown["odd"].0, 1);

        let refused = |fields: &GoldOptions, labels: &[String]| {
            read_coded(&path, fields, "mine 1", labels).expect_err("refused").to_string()
        };
        let wrong = GoldOptions { map: LabelMap::new(&[("eco", "money")]), ..GoldOptions::default() };
        assert!(
            refused(&wrong, &labels).contains("the label map names money, which the codebook mine 1 does not have")
        );
        let strange = refused(&GoldOptions::default(), &["flood".to_owned()]);
        assert!(
            strange.contains("has no label of the codebook mine 1; it has 99, Public Health, eco, odd"),
            "{strange}"
        );
    }

    #[test]
    fn several_of_our_labels_are_one_of_theirs_and_the_surest_counts_where_there_is_one() {
        let map = LabelMap::new(&[("wages+taxes", "economy")]);
        let ours = ["wages", "crime", "taxes"].map(str::to_owned);
        assert_eq!(names(&map, &ours), ["economy", "crime"]);
        let labels = ["a", "b"].map(str::to_owned);
        let scored = vec![vec![(0.9, true), (0.3, false), (0.4, true)], vec![(0.8, false), (0.2, true), (0.1, false)]];
        let mut table = table("mine 1", &labels, &scored, &BTreeMap::new());
        best_of(&mut table, &labels, &scored);
        let row = |name: &str| table.rows.iter().find(|row| row.name == name).expect("a row").values.clone();
        // The second text gets the wrong one of two frames, both below the threshold.
        assert!((row(ACCURACY)[2] - 2.0 / 3.0).abs() < 1e-9);
        assert!((row("macro, surest")[2] - 0.4).abs() < 1e-9);
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
        assert!(table.notes[1].contains("never have c"), "{table:?}");
    }
}
