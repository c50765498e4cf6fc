use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use pressmark_core::{Document, Mention, Span, Stage};
use pressmark_pass::Pass;
use pressmark_stance::EntitySentiment;
use serde_json::{Value, json};

use super::{Bench, Table, read};

/// The labels, in the order of the table.
const LABELS: [&str; 3] = ["negative", "neutral", "positive"];

/// Accuracy and macro F1 of the tone towards a given mention in a sentence.
///
/// `gold` is JSONL as NewsMTSC has it: `sentence_normalized`, `targets: [{from, to, polarity}]` with
/// code points and 2, 4 or 6 for negative, neutral and positive.
pub(super) fn evaluate(bench: &mut Bench, gold: &Path) -> Result<Table> {
    let pass = Pass::new(Arc::clone(&bench.model))?;
    let sentiment = EntitySentiment::new(Arc::clone(&bench.model))?;
    let mut confusion = [[0_usize; 3]; 3];
    for (number, line) in read(gold)?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("line {} of {}", number + 1, gold.display());
        let row: Value = serde_json::from_str(line).with_context(|| format!("{} is not JSON", place()))?;
        let text = row["sentence_normalized"].as_str();
        let text = text.with_context(|| format!("{} has no string sentence_normalized", place()))?;
        let mut doc = Document::from_text(place(), text);
        bench.tokenizer.run(&mut doc)?;
        pass.run(&mut doc)?;
        for target in row["targets"].as_array().with_context(|| format!("{} has no list targets", place()))? {
            let span = span_of(target, text).with_context(|| format!("{} has a target without place", place()))?;
            let wanted = match target["polarity"].as_f64() {
                Some(2.0) => 0,
                Some(4.0) => 1,
                Some(6.0) => 2,
                _ => bail!("{} has the polarity {}, expected 2, 4 or 6", place(), target["polarity"]),
            };
            let mention = Mention { span, label: "PERSON".to_owned(), score: 1.0, entity: None };
            let tone = sentiment.towards(&doc, &mention).map_or("neutral", |tone| tone.best().0);
            let found = LABELS.iter().position(|label| *label == tone).unwrap_or(1);
            confusion[wanted][found] += 1;
            let line = json!({ "text": text, "mention": span.slice(text), "gold": LABELS[wanted], "predicted": tone });
            bench.predictions.write(&line)?;
        }
    }
    Ok(table(&confusion))
}

/// The span of a target given in code points.
fn span_of(target: &Value, text: &str) -> Option<Span> {
    let offset = |key: &str| {
        let points = usize::try_from(target[key].as_u64()?).ok()?;
        text.char_indices().map(|(i, _)| i).chain([text.len()]).nth(points)
    };
    let (start, end) = (offset("from")?, offset("to")?);
    (start < end).then(|| Span::new(start, end))
}

/// Precision, recall and F1 of each label from gold × found, their mean, and the accuracy.
fn table(confusion: &[[usize; 3]; 3]) -> Table {
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let mut rows: Vec<(String, Vec<f64>)> = Vec::new();
    for (i, label) in LABELS.iter().enumerate() {
        let gold: usize = confusion[i].iter().sum();
        let found: usize = confusion.iter().map(|row| row[i]).sum();
        let right = confusion[i][i];
        let values = vec![share(right, found), share(right, gold), share(2 * right, gold + found), gold as f64];
        rows.push(((*label).to_owned(), values));
    }
    let total: usize = confusion.iter().flatten().sum();
    let mean = |column: usize| rows.iter().map(|(_, values)| values[column]).sum::<f64>() / LABELS.len() as f64;
    let macro_row = vec![mean(0), mean(1), mean(2), total as f64];
    let accuracy = share((0..3).map(|i| confusion[i][i]).sum(), total);
    rows.push(("macro".to_owned(), macro_row));
    rows.push(("accuracy".to_owned(), vec![accuracy, accuracy, accuracy, total as f64]));
    Table { columns: &["precision", "recall", "f1", "gold"], rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macro_f1_is_the_mean_of_the_labels() {
        let table = table(&[[2, 0, 0], [1, 1, 0], [0, 1, 1]]);
        let f1: Vec<f64> = table.rows.iter().map(|(_, values)| values[2]).collect();
        let expected = [0.8, 0.5, 2.0 / 3.0, (0.8 + 0.5 + 2.0 / 3.0) / 3.0, 4.0 / 6.0];
        assert!(f1.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{f1:?}");
    }

    #[test]
    fn targets_are_in_code_points() {
        let text = "Été à Nice";
        let span = |from: usize, to: usize| span_of(&json!({ "from": from, "to": to }), text).map(|s| s.slice(text));
        assert_eq!(span(6, 10), Some("Nice"));
        assert_eq!(span(0, 3), Some("Été"));
        assert_eq!(span(6, 11), None);
        assert_eq!(span(3, 3), None);
    }
}
