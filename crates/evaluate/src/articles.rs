use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use pressmark_core::{Document, SegmentKind};
use serde_json::{Map, Value, json};

use crate::bench::Bench;
use crate::chunks;
use crate::error::{Result, gold};
use crate::gold::read;
use crate::measure::mean;
use crate::page::page;
use crate::table::{Column, Row, Table};

const COLUMNS: &[Column] = &[
    Column::Share("f1"),
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Share("exact"),
    Column::Count("pages"),
];

/// Words per shingle, as in article-extraction-benchmark.
const SHINGLE: usize = 4;

/// F1 of the pages' mean precision and mean recall over shingles of four words, as in
/// scrapinghub/article-extraction-benchmark; `exact` is the share of pages with the same words as the gold.
///
/// `gold` holds `ground-truth.json`, `{id: {articleBody, url}}`, and `html/ID.html.gz`. The benchmark's body is running
/// text with its subheadings, lists and quotations, without the headline and captions.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let gold = bench.gold;
    if chunks::is_gold(gold) {
        return chunks::evaluate(bench);
    }
    let truth = read_truth(&gold.join("ground-truth.json"))?;
    let (mut precisions, mut recalls, mut exact) = (Vec::new(), Vec::new(), Vec::new());
    for (id, (body, url)) in &truth {
        let found = match &bench.annotated {
            Some(annotated) => annotated_body(annotated.page(id, url.as_deref())?),
            None => extract(gold, id)?,
        };
        let (true_positive, false_positive, false_negative) = matches(body, &found);
        if true_positive + false_positive > 0.0 {
            precisions.push(part(true_positive, false_positive, false_negative));
        }
        if true_positive + false_negative > 0.0 {
            recalls.push(part(true_positive, false_negative, false_positive));
        }
        exact.push(f64::from(u8::from(words(body).eq(words(&found)))));
        bench.predict(&json!({ "id": id, "gold": body, "predicted": found }))?;
    }
    let (precision, recall) = (mean(precisions), mean(recalls));
    let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    let values = vec![f1, precision, recall, mean(exact.iter().copied()), exact.len() as f64];
    Ok(Table::new(COLUMNS, vec![Row::new("pages", values)]))
}

/// Body and URL of each page, in the order of their ids.
fn read_truth(path: &Path) -> Result<BTreeMap<String, (String, Option<String>)>> {
    let wrong = |what: String| gold(path.display(), what);
    let truth: Map<String, Value> = serde_json::from_str(&read(path)?)
        .map_err(|error| wrong(format!("is not a JSON object ({error}), expected {{id: {{articleBody, url}}}}")))?;
    if truth.is_empty() {
        return Err(wrong("names no page".to_owned()));
    }
    let page = |(id, page): (String, Value)| {
        let body = page["articleBody"].as_str();
        let body = body.ok_or_else(|| wrong(format!("has the page {id} without a string articleBody")))?;
        Ok((id, (body.to_owned(), page["url"].as_str().map(str::to_owned))))
    };
    truth.into_iter().map(page).collect()
}

fn extract(folder: &Path, id: &str) -> Result<String> {
    let names = [format!("{id}.html.gz"), format!("{id}.html")].map(|name| folder.join("html").join(name));
    let path = names.iter().find(|path| path.is_file());
    let path = path.ok_or_else(|| gold(names[0].display(), "does not exist"))?;
    Ok(body(&page(path)?))
}

/// The text of the blocks that the benchmark counts as body.
fn body(doc: &Document) -> String {
    let blocks = doc.blocks().into_iter().filter(|(_, kind)| is_body(*kind));
    blocks.map(|(span, _)| doc.slice(span)).collect::<Vec<_>>().join("\n")
}

fn is_body(kind: SegmentKind) -> bool {
    !matches!(kind, SegmentKind::Title | SegmentKind::Caption)
}

/// Like [`body`], from a previously annotated record.
fn annotated_body(record: &pressmark_jsonl::Record<'_>) -> String {
    let chars: Vec<char> = record.text.chars().collect();
    let not_body = [SegmentKind::Title, SegmentKind::Caption].map(SegmentKind::as_str);
    let blocks = record.segments.iter().filter(|s| !not_body.contains(&&*s.kind)).filter_map(|segment| {
        let block = chars.get(segment.start?..segment.end?)?;
        Some(block.iter().collect::<String>())
    });
    blocks.collect::<Vec<_>>().join("\n")
}

/// Words like Python's `\w+`: letters, digits and the underscore.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// Counts of shingles in a text; a text shorter than a shingle is a single one.
fn shingles(text: &str) -> HashMap<Vec<&str>, f64> {
    let words: Vec<&str> = words(text).collect();
    let mut shingles = HashMap::new();
    if words.len() < SHINGLE {
        shingles.insert(words, 1.0);
        return shingles;
    }
    for shingle in words.windows(SHINGLE) {
        *shingles.entry(shingle.to_vec()).or_insert(0.0) += 1.0;
    }
    shingles
}

/// Shingles in both texts, only in `found` and only in `gold`, as shares of their union, so that long pages weigh no
/// more.
fn matches(gold: &str, found: &str) -> (f64, f64, f64) {
    let (gold, found) = (shingles(gold), shingles(found));
    let both: f64 = found.iter().map(|(shingle, n)| n.min(gold.get(shingle).copied().unwrap_or(0.0))).sum();
    let (gold, found): (f64, f64) = (gold.values().sum(), found.values().sum());
    let all = gold + found - both;
    (both / all, (found - both) / all, (gold - both) / all)
}

/// Precision (with `wrong` the superfluous share) or recall (with `wrong` the missing share), with the benchmark's
/// special cases: 1 without any mistake, 0 without a hit and without a mistake of this kind.
fn part(right: f64, wrong: f64, other: f64) -> f64 {
    if wrong == 0.0 && other == 0.0 {
        1.0
    } else if right == 0.0 && wrong == 0.0 {
        0.0
    } else {
        right / (right + wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shingles_count_as_in_the_benchmark() {
        let check = |gold: &str, found: &str, expected: (f64, f64, f64)| {
            let (a, b, c) = matches(gold, found);
            let near = |x: f64, y: f64| (x - y).abs() < 1e-9;
            assert!(
                near(a, expected.0) && near(b, expected.1) && near(c, expected.2),
                "{gold:?} {found:?} {:?}",
                (a, b, c)
            );
        };
        check("a b c d e", "a b c d e", (1.0, 0.0, 0.0));
        check("a b c d e", "a, b. c d", (0.5, 0.0, 0.5));
        check("a b c d", "x a b c d", (0.5, 0.5, 0.0));
        // Short texts are one shingle, and so is the empty one.
        check("a b", "a b", (1.0, 0.0, 0.0));
        check("a b c d", "", (0.0, 0.5, 0.5));
        check("", "", (1.0, 0.0, 0.0));
        // Repeated shingles count repeatedly.
        check("a a a a a", "a a a a", (0.5, 0.0, 0.5));
    }

    #[test]
    fn special_cases_of_precision_and_recall() {
        assert_eq!(part(0.0, 0.0, 0.0), 1.0);
        assert_eq!(part(0.0, 0.0, 1.0), 0.0);
        assert_eq!(part(0.5, 0.5, 0.0), 0.5);
    }

    #[test]
    fn words_are_those_of_python() {
        assert_eq!(words("naïve_1 – don't 3.5").collect::<Vec<_>>(), ["naïve_1", "don", "t", "3", "5"]);
    }

    #[test]
    fn what_is_no_ground_truth_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ground-truth.json");
        let check = |text: &str, expected: &str| {
            std::fs::write(&path, text).expect("a file");
            let message = format!("{:#}", read_truth(&path).expect_err("refused"));
            assert!(message.contains(expected), "{message}");
        };
        check("[]", "expected {id: {articleBody, url}}");
        check("{}", "names no page");
        check("{\"p1\": {\"url\": \"x\"}}", "has the page p1 without");
    }

    #[test]
    fn the_headline_and_captions_are_no_body() {
        let mut doc = Document::from_text("a", "Harbour shut\n\nIt was a storm.\n\nPhoto: a wave");
        let mut kinds = [SegmentKind::Title, SegmentKind::Body, SegmentKind::Caption].into_iter();
        for segment in doc.segments.iter_mut().filter(|s| s.kind.is_kept()) {
            segment.kind = kinds.next().expect("three blocks");
        }
        assert_eq!(body(&doc), "It was a storm.");
    }
}
