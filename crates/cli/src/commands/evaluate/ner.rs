use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use pressmark_core::Stage;
use pressmark_ner::{Counts, EntityScore, Ner, Options, read_columns};
use pressmark_pass::Pass;
use serde_json::json;

use super::EvaluateArgs;
use super::{Bench, Table, files, read};

/// Strict entity F1, as seqeval: the tokens are taken as given, their windows are made as for any document.
pub(super) fn evaluate(bench: &mut Bench, args: &EvaluateArgs) -> Result<Table> {
    let names: BTreeMap<String, String> = args.map.iter().cloned().collect();
    let pass = Pass::new(Arc::clone(&bench.model))?;
    let mut options = Options::default();
    options.scheme = args.labels.into();
    let ner = Ner::new(Arc::clone(&bench.model), options)?;
    let mut score = EntityScore::default();
    for path in files(&args.gold)? {
        let columns = read_columns(&read(&path)?).with_context(|| format!("failed to read {}", path.display()))?;
        for mut gold in columns {
            gold.rename(&names);
            let mut doc = gold.to_document(&path.display().to_string());
            doc.windows = bench.tokenizer.windows(&doc);
            pass.run(&mut doc)?;
            let mut tags = ner.tag(&doc)?;
            for sentence in &gold.sentences {
                let rest = tags.split_off(sentence.tags.len());
                score.add(&sentence.tags, &tags);
                bench
                    .predictions
                    .write(&json!({ "tokens": sentence.tokens, "gold": sentence.tags, "predicted": tags }))?;
                tags = rest;
            }
        }
    }
    let row = |name: &str, c: Counts| {
        (name.to_owned(), vec![c.precision(), c.recall(), c.f1(), c.gold as f64, c.found as f64])
    };
    let mut rows: Vec<_> = score.by_kind().iter().map(|(kind, counts)| row(kind, *counts)).collect();
    rows.push(row("all", score.total()));
    Ok(Table { columns: &["precision", "recall", "f1", "gold", "found"], rows })
}
