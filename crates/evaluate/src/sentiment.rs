use pressmark_core::{Document, EntityType, Layer, Mention, Sentence, Span, Tone};
use pressmark_jsonl::CodePoints;
use serde_json::{Value, json};

use crate::Confusion;
use crate::bench::Bench;
use crate::corrected;
use crate::error::{Result, gold};
use crate::gold::{GoldOptions, GoldRow, fold};
use crate::table::Table;
use crate::targeted::{LabelSet, TargetedText};

const LABELS: LabelSet = LabelSet {
    names: [Tone::Negative.as_str(), Tone::Neutral.as_str(), Tone::Positive.as_str()],
    spellings: [
        &["negative", "neg", "bad", "critical", "-1", "-1.0"],
        &["neutral", "neu", "mixed", "0", "0.0"],
        &["positive", "pos", "good", "favorable", "favourable", "1", "1.0"],
    ],
    expected: "negative, neutral or positive",
};

/// Index of a tone in [`LABELS`].
fn place(tone: Tone) -> usize {
    match tone {
        Tone::Negative => 0,
        Tone::Neutral => 1,
        Tone::Positive => 2,
    }
}

/// Accuracy and macro F1 of the tone towards a given mention in a sentence, or towards a named entity in a whole text.
///
/// Mentions are JSONL in NewsMTSC's format: `sentence_normalized`, `targets: [{from, to, polarity}]` with code point
/// offsets and polarity 2, 4 or 6 for negative, neutral or positive. The sentence is not split further. Whole texts are
/// JSONL, CSV or TSV with the text, the entity's name as target, and a label: `negative`, `neutral` or `positive`.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let rows = bench.rows()?;
    let is_of_mentions = |row: &GoldRow| row.field("sentence_normalized").is_some() || row.field("targets").is_some();
    let (confusion, unanswered, what) = if rows.iter().any(is_of_mentions) {
        let (confusion, unanswered) = mentions(bench, &rows)?;
        (confusion, unanswered, "mentions")
    } else {
        let (confusion, unanswered) = texts(bench, &rows)?;
        (confusion, unanswered, "texts")
    };
    let mut table = Table::new(Confusion::COLUMNS, confusion.rows());
    if unanswered > 0 {
        table.notes.push(format!("{unanswered} {what} without an answer are counted as neutral"));
    }
    Ok(table)
}

/// Reads a text with its gold tone towards an entity.
fn read_row(row: &GoldRow, options: &GoldOptions) -> Result<Option<TargetedText>> {
    TargetedText::read(row, row.tone(options)?, &LABELS, options)
}

/// Scores whole texts; also returns how many had no prediction.
fn texts(bench: &mut Bench<'_>, rows: &[GoldRow]) -> Result<(Confusion, usize)> {
    let (mut confusion, mut unanswered) = (Confusion::new(&LABELS.names), 0);
    let documents = bench.documents(Layer::Sentiment)?;
    for row in rows {
        let Some(gold) = bench.keep(read_row(row, &bench.options.gold))?.flatten() else { continue };
        let doc = documents.of(&gold.place, gold.id.as_deref(), &gold.text)?;
        let tone = entity_tone(&doc, &gold.target);
        unanswered += usize::from(tone.is_none());
        let tone = tone.unwrap_or(Tone::Neutral);
        confusion.add(gold.label, place(tone));
        bench.predict(&json!({
            "id": gold.id, "target": gold.target, "gold": LABELS.names[gold.label], "predicted": tone.as_str(),
        }))?;
    }
    if confusion.total() == 0 {
        return Err(gold(bench.gold.display(), "has no text with a tone"));
    }
    Ok((confusion, unanswered))
}

/// The tone towards the entity with this name or alias, or else with the same last word; the most mentioned one if
/// there are several.
fn entity_tone(doc: &Document, name: &str) -> Option<Tone> {
    let wanted = fold(name);
    let last = |name: &str| fold(name).split_whitespace().last().map(str::to_owned);
    let is_named = |of: &dyn Fn(&str) -> bool| {
        let named = doc.entities.iter().filter(|e| of(&e.name) || e.aliases.iter().any(|alias| of(alias)));
        named.filter(|entity| entity.sentiment.is_some()).max_by_key(|entity| entity.mentions)
    };
    let entity = is_named(&|name| fold(name) == wanted).or_else(|| is_named(&|name| last(name) == last(&wanted)));
    entity.and_then(|entity| entity.sentiment).map(|tone| tone.best().0)
}

/// Scores mentions; also returns how many had no prediction.
fn mentions(bench: &mut Bench<'_>, rows: &[GoldRow]) -> Result<(Confusion, usize)> {
    let (mut confusion, mut unanswered) = (Confusion::new(&LABELS.names), 0);
    let documents = bench.documents(Layer::SentVectors)?;
    let judge = match bench.annotated {
        Some(_) => None,
        None => Some(bench.annotator(Layer::SentVectors)?.sentiment_judge()?),
    };
    for row in rows {
        let Some((text, targets)) = bench.keep(targets(row))? else { continue };
        let mut doc = documents.of(&row.place.to_string(), None, text)?;
        if judge.is_some() {
            as_one_sentence(&mut doc);
        }
        let points = CodePoints::new(text);
        for (span, wanted) in targets {
            let tone = match &judge {
                Some(judge) => {
                    let mention = Mention { span, label: EntityType::Person, score: 1.0, entity: None };
                    judge.towards(&doc, &mention).map(|tone| tone.best().0)
                }
                None => annotated_tone(&doc, span),
            };
            unanswered += usize::from(tone.is_none());
            let tone = tone.unwrap_or(Tone::Neutral);
            confusion.add(wanted, place(tone));
            bench.predict(&json!({
                "text": text, "mention": points.of(span), "gold": LABELS.names[wanted], "predicted": tone.as_str(),
            }))?;
        }
    }
    Ok((confusion, unanswered))
}

/// The sentence of a row, and its mentions with their label indices.
fn targets(row: &GoldRow) -> Result<(&str, Vec<(Span, usize)>)> {
    let wrong = |what: String| gold(&row.place, what);
    let text = row.field("sentence_normalized").and_then(Value::as_str);
    let text = text.ok_or_else(|| wrong("has no string sentence_normalized".to_owned()))?;
    let targets = row.field("targets").and_then(Value::as_array);
    let points = CodePoints::new(text);
    let target = |target: &Value| {
        let span = span_of(target, &points).ok_or_else(|| {
            wrong(format!("has the target {target}, expected from and to as code points within the sentence"))
        })?;
        let wanted = match target["polarity"].as_f64() {
            Some(2.0) => 0,
            Some(4.0) => 1,
            Some(6.0) => 2,
            _ => return Err(wrong(format!("has the polarity {}, expected 2, 4 or 6", target["polarity"]))),
        };
        Ok((span, wanted))
    };
    let targets = targets.ok_or_else(|| wrong("has no list targets".to_owned()))?;
    Ok((text, targets.iter().map(target).collect::<Result<_>>()?))
}

/// Merges the sentences of a document: the gold text is one sentence, even if it contains a headline or a quoted
/// sentence.
fn as_one_sentence(doc: &mut Document) {
    if let [first, .., last] = &doc.sents[..] {
        let span = Span::new(first.span.start, last.span.end);
        let tokens = first.tokens.start..last.tokens.end;
        doc.sents = vec![Sentence { span, tokens, ..first.clone() }];
    }
}

/// The tone towards the entity whose mention overlaps the span.
fn annotated_tone(doc: &Document, span: Span) -> Option<Tone> {
    let entities = doc.ents.iter().filter(|m| m.span.overlaps(span)).filter_map(|m| doc.entities.get(m.entity?));
    entities.filter_map(|entity| entity.sentiment).map(|tone| tone.best().0).next()
}

/// The span of a target given in code points.
fn span_of(target: &Value, points: &CodePoints<'_>) -> Option<Span> {
    let offset = |key: &str| usize::try_from(target[key].as_u64()?).ok();
    corrected::bytes(points, offset("from")?, offset("to")?)
}

#[cfg(test)]
mod tests {
    use pressmark_core::SegmentKind;

    use super::*;

    #[test]
    fn targets_are_in_code_points() {
        let text = "Été à Nice";
        let points = CodePoints::new(text);
        let span = |from: usize, to: usize| span_of(&json!({ "from": from, "to": to }), &points).map(|s| s.slice(text));
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

    #[test]
    fn an_entity_is_found_by_its_names() {
        let entity = |name: &str, aliases: &[&str], mentions, positive: f32| pressmark_core::Entity {
            name: name.into(),
            label: EntityType::Person,
            aliases: aliases.iter().map(|alias| (*alias).into()).collect(),
            mentions,
            sentiment: Some(pressmark_core::Sentiment { positive, neutral: 0.2, negative: 0.8 - positive }),
        };
        let mut doc = Document::from_text("a", "x");
        doc.entities = vec![entity("Ana Lima", &["Lima"], 3, 0.7), entity("Rui Lima", &[], 1, 0.1)];
        let check = |name: &str, expected| assert_eq!(entity_tone(&doc, name), expected, "{name}");
        check("ana lima", Some(Tone::Positive));
        check("Rui Lima", Some(Tone::Negative));
        check("Lima", Some(Tone::Positive));
        check("Mayor Lima", Some(Tone::Positive));
        check("Inês Duarte", None);
    }
}
