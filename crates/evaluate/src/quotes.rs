use std::path::Path;

use pressmark_core::{Document, Layer};
use pressmark_jsonl::CodePoints;
use pressmark_quote::{Gold, read_brat};
use pressmark_tables::is_rows;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::corrected;
use crate::error::{Result, gold};
use crate::gold::{files, read};
use crate::table::{Column, Row, Table};
use crate::{Counts, KindScores, QuotationScores};

const COLUMNS: &[Column] = &[
    Column::Share("exact p"),
    Column::Share("exact r"),
    Column::Share("exact f1"),
    Column::Share("overlap p"),
    Column::Share("overlap r"),
    Column::Share("overlap f1"),
    Column::Share("source"),
    Column::Share("source exact"),
    Column::Share("cue"),
    Column::Share("cue exact"),
    Column::Count("gold"),
];

/// Precision, recall and F1 of quotation contents, and accuracy of source and cue (overlapping and exact), by kind.
///
/// `gold` holds `text/NAME.txt` and `attributions/NAME.ann` (or `NAME_annotator.ann`) in brat's format, or is a file of
/// corrected rows.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let mut scores = QuotationScores::default();
    if is_rows(bench.gold) {
        let documents = bench.documents(Layer::Quotes)?;
        for (place, row) in corrected::read_corrected(bench.gold)? {
            let doc = documents.of(&place, Some(&row.id), &row.text)?;
            let wanted = corrected::quotations(&place, &row)?;
            scores.add(&doc, &wanted);
            bench.predict(&line(&doc, &wanted))?;
        }
    } else {
        score_brat(bench, &mut scores)?;
    }
    let kinds =
        [("direct", &scores.direct), ("indirect", &scores.indirect), ("mixed", &scores.mixed), ("all", &scores.all)];
    let rows = kinds.into_iter().map(|(name, scores)| Row::new(name, row(scores))).collect();
    Ok(Table::new(COLUMNS, rows))
}

/// Adds the documents of a folder in brat's layout.
fn score_brat(bench: &mut Bench<'_>, scores: &mut QuotationScores) -> Result<()> {
    let (texts, attributions) = (bench.gold.join("text"), bench.gold.join("attributions"));
    if !texts.is_dir() || !attributions.is_dir() {
        return Err(gold(bench.gold.display(), "has no folders text/ and attributions/, expected brat's layout"));
    }
    let documents = bench.documents(Layer::Quotes)?;
    for path in files(&attributions, &["ann"])? {
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        // `text/` has the same subfolders as `attributions/`.
        let folder = path.parent().and_then(|folder| folder.strip_prefix(&attributions).ok());
        let folder = texts.join(folder.unwrap_or(Path::new("")));
        let names = [stem.as_str(), stem.rsplit_once('_').map_or("", |(name, _)| name)];
        let text = names.iter().map(|name| folder.join(format!("{name}.txt"))).find(|path| path.is_file());
        let text = text.ok_or_else(|| gold(path.display(), "has no text beside it"));
        let Some(text) = bench.keep(text)? else { continue };
        let doc = documents.of(&text.display().to_string(), Some(&stem), &read(&text)?)?;
        let wanted = read_brat(&doc.text, &read(&path)?);
        let wanted = wanted.map_err(|error| gold(path.display(), format!("cannot be read: {error}")));
        let Some(wanted) = bench.keep(wanted)? else { continue };
        scores.add(&doc, &wanted);
        bench.predict(&line(&doc, &wanted))?;
    }
    Ok(())
}

/// A prediction line, with spans in code points; `tokens` are the units in which overlap is counted.
fn line(doc: &Document, wanted: &[Gold]) -> Value {
    let points = CodePoints::new(&doc.text);
    let pairs = |spans: &[pressmark_core::Span]| spans.iter().map(|s| points.of(*s)).collect::<Vec<_>>();
    let gold: Vec<Value> = wanted
        .iter()
        .map(|g| {
            let content = g.content.iter().map(
                |(span, kind)| json!({ "span": points.of(*span), "kind": kind.as_str(), "text": doc.slice(*span) }),
            );
            json!({ "content": content.collect::<Vec<_>>(), "source": pairs(&g.source), "cue": pairs(&g.cue) })
        })
        .collect();
    let predicted: Vec<Value> = doc
        .quotes
        .iter()
        .map(|q| {
            json!({
                "span": points.of(q.span),
                "kind": q.kind.as_str(),
                "text": doc.slice(q.span),
                "source": q.speaker_span.map(|s| points.of(s)),
                "cue": q.cue.map(|s| points.of(s)),
            })
        })
        .collect();
    let tokens: Vec<_> = doc.tokens.iter().map(|t| points.of(t.span)).collect();
    json!({ "id": doc.id, "gold": gold, "predicted": predicted, "tokens": tokens })
}

fn row(s: &KindScores) -> Vec<f64> {
    let prf = |c: &Counts| [c.precision(), c.recall(), c.f1()];
    let mut row: Vec<f64> = prf(&s.exact).into_iter().chain(prf(&s.overlap)).collect();
    row.extend([
        s.source.accuracy(),
        s.source.exact_accuracy(),
        s.cue.accuracy(),
        s.cue.exact_accuracy(),
        s.exact.gold,
    ]);
    row
}
