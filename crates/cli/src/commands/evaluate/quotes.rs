use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use pressmark_core::{Document, Stage};
use pressmark_ner::Ner;
use pressmark_pass::Pass;
use pressmark_quote::{KindScores, QuoteFinder, Scores, read_brat};
use serde_json::json;

use super::{Bench, Table, files, read};

/// Precision, recall and F1 of contents, and how often speaker and cue are right, by kind.
///
/// `gold` holds `text/NAME.txt` and `attributions/NAME.ann` (or `NAME_annotator.ann`), in brat's format.
pub(super) fn evaluate(bench: &mut Bench, gold: &Path) -> Result<Table> {
    let stages: [Box<dyn Stage>; 3] = [
        Box::new(Pass::new(Arc::clone(&bench.model))?),
        Box::new(Ner::new(Arc::clone(&bench.model), pressmark_ner::Options::default())?),
        Box::new(QuoteFinder::new(pressmark_quote::Options::default())),
    ];
    let (texts, attributions) = (gold.join("text"), gold.join("attributions"));
    if !texts.is_dir() || !attributions.is_dir() {
        bail!("{} has no folders text/ and attributions/", gold.display());
    }
    let mut scores = Scores::default();
    for path in files(&attributions)? {
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let names = [stem.as_str(), stem.rsplit_once('_').map_or("", |(name, _)| name)];
        let text = names.iter().map(|name| texts.join(format!("{name}.txt"))).find(|path| path.is_file());
        let text = text.with_context(|| format!("there is no text for {}", path.display()))?;
        let mut doc = Document::from_text(stem, read(&text)?);
        bench.tokenizer.run(&mut doc)?;
        stages.iter().try_for_each(|stage| stage.run(&mut doc))?;
        let wanted =
            read_brat(&doc.text, &read(&path)?).with_context(|| format!("failed to read {}", path.display()))?;
        scores.add(&doc, &wanted);
        let gold: Vec<_> = wanted
            .iter()
            .flat_map(|g| &g.content)
            .map(|(span, kind)| json!({ "content": doc.slice(*span), "kind": kind.as_str() }))
            .collect();
        let predicted: Vec<_> = doc
            .quotes
            .iter()
            .map(|q| {
                json!({
                    "content": doc.slice(q.span),
                    "kind": q.kind.as_str(),
                    "source": q.speaker_span.map(|s| doc.slice(s)),
                    "cue": q.cue.map(|s| doc.slice(s)),
                })
            })
            .collect();
        bench.predictions.write(&json!({ "id": doc.id, "gold": gold, "predicted": predicted }))?;
    }
    let kinds =
        [("direct", &scores.direct), ("indirect", &scores.indirect), ("mixed", &scores.mixed), ("all", &scores.all)];
    Ok(Table {
        columns: &["exact p", "exact r", "exact f1", "overlap p", "overlap r", "overlap f1", "source", "cue", "gold"],
        rows: kinds.into_iter().map(|(name, scores)| (name.to_owned(), row(scores))).collect(),
    })
}

fn row(s: &KindScores) -> Vec<f64> {
    let prf = |c: &pressmark_quote::Counts| [c.precision(), c.recall(), c.f1()];
    let mut row: Vec<f64> = prf(&s.exact).into_iter().chain(prf(&s.overlap)).collect();
    row.extend([s.source.accuracy(), s.cue.accuracy(), s.exact.gold]);
    row
}
