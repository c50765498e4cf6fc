use std::path::Path;

use serde_json::{Value, json};

use crate::Counts;
use crate::bench::Bench;
use crate::error::{Result, gold};
use crate::gold::{GoldRow, rows};
use crate::page::page;
use crate::table::{Column, Row, Table};

const COLUMNS: &[Column] = &[
    Column::Share("f1"),
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Count("gold"),
    Column::Count("leaked"),
    Column::Count("pages"),
];

/// Name of the file of chunks in the gold folder.
const FILE: &str = "gold.jsonl";

/// Whether a folder holds gold chunks and pages.
pub(crate) fn is_gold(folder: &Path) -> bool {
    folder.join(FILE).is_file() && folder.join("pages").is_dir()
}

/// Scores text chunks that must be in the extracted article (`with`) or must not be (`without`), as in trafilatura's
/// evaluation (Barbaresi, ACL 2021); white space is normalized.
///
/// `gold` holds `gold.jsonl`, one `{page, with: [], without: []}` per line, and the pages under `pages/`.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let golds = rows(&bench.gold.join(FILE), bench.options.gold.lenient, &mut bench.skipped.borrow_mut())?;
    let (mut counts, mut pages, mut all_leaked) = (Counts::default(), 0, 0);
    for row in &golds {
        let Some(chunks) = bench.keep(Chunks::of(row))? else { continue };
        let text = match &bench.annotated {
            Some(annotated) => annotated.page(stem(&chunks.page), None)?.text.to_string(),
            None => page(&bench.gold.join("pages").join(&chunks.page))?.text,
        };
        let text = folded(&text);
        let is_there = |chunk: &&String| text.contains(&folded(chunk));
        let missed: Vec<&String> = chunks.with.iter().filter(|chunk| !is_there(chunk)).collect();
        let leaked: Vec<&String> = chunks.without.iter().filter(is_there).collect();
        let right = chunks.with.len() - missed.len();
        counts += Counts::whole(right, right + leaked.len(), chunks.with.len());
        (pages, all_leaked) = (pages + 1, all_leaked + leaked.len());
        bench.predict(&json!({ "id": chunks.page, "missed": missed, "leaked": leaked, "predicted": text }))?;
    }
    let sizes = [counts.gold, all_leaked as f64, f64::from(pages)];
    let values = [counts.f1(), counts.precision(), counts.recall()].into_iter().chain(sizes).collect();
    let mut table = Table::new(COLUMNS, vec![Row::new("chunks", values)]);
    table.notes.push("gold: chunks that must be in the text; leaked: those that must not be, but are".to_owned());
    Ok(table)
}

/// Chunks that must and must not be in a page's article.
struct Chunks {
    page: String,
    with: Vec<String>,
    without: Vec<String>,
}

impl Chunks {
    fn of(row: &GoldRow) -> Result<Self> {
        let wrong = |key: &str| gold(&row.place, format!("has no {key}, expected {{page, with: [], without: []}}"));
        let page = row.field("page").and_then(Value::as_str).ok_or_else(|| wrong("string page"))?;
        let list = |key: &str| {
            let list = row.field(key).and_then(Value::as_array);
            let list = list.and_then(|list| list.iter().map(|item| item.as_str().map(str::to_owned)).collect());
            list.ok_or_else(|| wrong(&format!("list of strings {key}")))
        };
        Ok(Self { page: page.to_owned(), with: list("with")?, without: list("without")? })
    }
}

/// File name of a page without its extensions.
fn stem(page: &str) -> &str {
    page.split_once('.').map_or(page, |(stem, _)| stem)
}

/// Normalizes white space: single spaces, none at the ends.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
