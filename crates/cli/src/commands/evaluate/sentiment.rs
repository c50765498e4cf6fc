use anyhow::{Context, Result, bail};
use pressmark_core::{Document, EntityType, Mention, Sentence, Span};
use serde_json::{Value, json};

use super::gold::rows;
use super::measure::Confusion;
use super::table::Table;
use super::{Bench, Points};

/// The labels, in the order of the table.
const LABELS: &[&str] = &["negative", "neutral", "positive"];

/// Accuracy and macro F1 of the tone towards a given mention in a sentence.
///
/// `gold` is JSONL as NewsMTSC has it: `sentence_normalized`, `targets: [{from, to, polarity}]` with
/// code points and 2, 4 or 6 for negative, neutral and positive. The sentence is taken as given, as
/// tokens are for entities.
pub(super) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let mut confusion = Confusion::new(LABELS);
    let documents = bench.documents(&["encoder"])?;
    let judge = match bench.annotated {
        Some(_) => None,
        None => Some(bench.annotator(&bench.stage_args(&["encoder"]))?.sentiment_judge()?),
    };
    let mut unanswered = 0;
    for row in rows(&bench.args.gold)? {
        let place = row.place.to_string();
        let text = row.field("sentence_normalized").and_then(Value::as_str);
        let text = text.with_context(|| format!("{place} has no string sentence_normalized"))?;
        let mut doc = documents.of(&place, None, text)?;
        if judge.is_some() {
            as_one_sentence(&mut doc);
        }
        let points = Points::new(text);
        let targets = row.field("targets").and_then(Value::as_array);
        for target in targets.with_context(|| format!("{place} has no list targets"))? {
            let span = span_of(target, text).with_context(|| {
                format!("{place} has the target {target}, expected from and to as code points within the sentence")
            })?;
            let wanted = match target["polarity"].as_f64() {
                Some(2.0) => 0,
                Some(4.0) => 1,
                Some(6.0) => 2,
                _ => bail!("{place} has the polarity {}, expected 2, 4 or 6", target["polarity"]),
            };
            let tone = match &judge {
                Some(judge) => {
                    let mention = Mention { span, label: EntityType::Person, score: 1.0, entity: None };
                    judge.towards(&doc, &mention).map(|tone| tone.best().0)
                }
                None => annotated_tone(&doc, span),
            };
            unanswered += usize::from(tone.is_none());
            let tone = tone.unwrap_or("neutral");
            confusion.add(wanted, LABELS.iter().position(|label| *label == tone).unwrap_or(1));
            bench.predictions.write(&json!({
                "text": text, "mention": points.pair(span), "gold": LABELS[wanted], "predicted": tone,
            }))?;
        }
    }
    let mut table = Table::new(Confusion::COLUMNS, confusion.rows());
    if unanswered > 0 {
        table.notes.push(format!("{unanswered} mentions without an answer are counted as neutral"));
    }
    Ok(table)
}

/// Joins the sentences of a document: what the gold gives is one, though it may hold a headline or a quoted sentence.
fn as_one_sentence(doc: &mut Document) {
    if let [first, .., last] = &doc.sents[..] {
        let span = Span::new(first.span.start, last.span.end);
        let tokens = first.tokens.start..last.tokens.end;
        doc.sents = vec![Sentence { span, tokens, ..first.clone() }];
    }
}

/// The tone towards the entity whose mention overlaps the span.
fn annotated_tone(doc: &Document, span: Span) -> Option<&'static str> {
    let entities = doc.ents.iter().filter(|m| m.span.overlaps(span)).filter_map(|m| doc.entities.get(m.entity?));
    entities.filter_map(|entity| entity.sentiment).map(|tone| tone.best().0).next()
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

#[cfg(test)]
mod tests {
    use pressmark_core::SegmentKind;

    use super::*;

    #[test]
    fn targets_are_in_code_points() {
        let text = "Été à Nice";
        let span = |from: usize, to: usize| span_of(&json!({ "from": from, "to": to }), text).map(|s| s.slice(text));
        assert_eq!(span(6, 10), Some("Nice"));
        assert_eq!(span(0, 3), Some("Été"));
        assert_eq!(span(6, 11), None);
        assert_eq!(span(3, 3), None);
    }

    #[test]
    fn what_the_gold_gives_is_one_sentence() {
        let mut doc = Document::from_text("a", "Rain fell. It fell long.");
        let sentence =
            |start, end, tokens| Sentence { span: Span::new(start, end), tokens, block: 0, kind: SegmentKind::Body };
        doc.sents = vec![sentence(0, 10, 0..3), sentence(11, 24, 3..7)];
        as_one_sentence(&mut doc);
        assert_eq!(doc.sents, [sentence(0, 24, 0..7)]);
        as_one_sentence(&mut doc);
        assert_eq!(doc.sents.len(), 1);
    }
}
