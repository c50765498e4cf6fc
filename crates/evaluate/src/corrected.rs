//! Human-corrected rows of `pressmark/1` as gold data.

use std::collections::BTreeSet;
use std::path::Path;

use pressmark_core::{Document, SegmentKind, Sentence, Span, Token};
use pressmark_jsonl::{CodePoints, Record};
use pressmark_quote::Gold;
use pressmark_tokenize::{sentences, words};

use crate::columns::{GoldDocument, GoldSentence};
use crate::error::{Result, gold};
use crate::gold::read_rows;

/// Reads the rows of a file with their places.
pub(crate) fn read_corrected(path: &Path) -> Result<Vec<(String, Record<'static>)>> {
    let rows = read_rows(path)?;
    if rows.is_empty() {
        return Err(gold(path.display(), "has no rows"));
    }
    Ok(rows.into_iter().map(|(line, row)| (format!("line {line} of {}", path.display()), row)).collect())
}

/// Byte span of a code point range; `None` if it is empty or out of range.
pub(crate) fn bytes(points: &CodePoints<'_>, start: usize, end: usize) -> Option<Span> {
    points.bytes(start, end).filter(|span| !span.is_empty())
}

/// A row's document, and its tokens with BIO tags. Uses the row's tokens and sentences, or splits its text if it has
/// none; tokens are cut at mention boundaries.
pub(crate) fn mentions(place: &str, row: &Record<'_>) -> Result<(Document, GoldDocument)> {
    let points = CodePoints::new(&row.text);
    let outside = || gold(place, "has offsets outside of its text");
    let mut ents = Vec::new();
    for ent in &row.ents {
        ents.push((bytes(&points, ent.start, ent.end).ok_or_else(outside)?, &ent.label));
    }
    let spans = |pairs: &mut dyn Iterator<Item = (usize, usize)>| {
        pairs.map(|(start, end)| bytes(&points, start, end)).collect::<Option<Vec<_>>>()
    };
    let tokens = spans(&mut row.tokens.iter().map(|t| (t.start, t.end))).ok_or_else(outside)?;
    let tokens = if tokens.is_empty() { words(&row.text) } else { tokens };
    let sents = spans(&mut row.sents.iter().map(|s| (s.start, s.end))).ok_or_else(outside)?;
    let sents = if sents.is_empty() { sentences(&row.text) } else { sents };
    let cuts: BTreeSet<usize> = ents.iter().flat_map(|(span, _)| [span.start, span.end]).collect();
    let mut document = Document::from_text(&*row.id, &*row.text);
    let mut tagged = GoldDocument::default();
    for sent in sents {
        let (mut sentence, first) = (GoldSentence::default(), document.tokens.len());
        for token in tokens.iter().filter(|token| sent.contains(**token)) {
            let mut start = token.start;
            for end in cuts.range(token.start + 1..token.end).copied().chain([token.end]) {
                let piece = Span::new(start, end);
                start = end;
                let Some(word) = row.text.get(piece.start..piece.end).filter(|word| !word.trim().is_empty()) else {
                    continue;
                };
                document.tokens.push(Token { span: piece });
                let ent = ents.iter().find(|(span, _)| span.contains(piece));
                let tag =
                    ent.map(|(span, label)| format!("{}-{label}", if span.start == piece.start { 'B' } else { 'I' }));
                sentence.tokens.push(word.to_owned());
                sentence.tags.push(tag.unwrap_or_else(|| "O".to_owned()));
            }
        }
        let (tokens, kind) = (first..document.tokens.len(), SegmentKind::Body);
        document.sents.push(Sentence { span: sent, tokens, block: 0, kind });
        tagged.sentences.push(sentence);
    }
    Ok((document, tagged))
}

/// The gold quotations of a row.
pub(crate) fn quotations(place: &str, row: &Record<'_>) -> Result<Vec<Gold>> {
    let points = CodePoints::new(&row.text);
    let optional = |start: Option<usize>, end: Option<usize>| {
        start.zip(end).and_then(|(start, end)| bytes(&points, start, end)).into_iter().collect()
    };
    let quote = |quote: &pressmark_jsonl::Quote<'_>| {
        let span =
            bytes(&points, quote.start, quote.end).ok_or_else(|| gold(place, "has offsets outside of its text"))?;
        Ok(Gold {
            content: vec![(span, quote.kind)],
            source: optional(quote.speaker_start, quote.speaker_end),
            cue: optional(quote.cue_start, quote.cue_end),
        })
    };
    row.quotes.iter().map(quote).collect()
}

#[cfg(test)]
mod tests {
    use pressmark_core::{Mention, Quote, QuoteKind};
    use pressmark_jsonl::Provenance;

    use super::*;

    #[test]
    fn a_row_gives_words_with_tags_and_quotations_in_bytes() {
        let mut doc = Document::from_text("a", "Été 🌉. “Oui”, dit Élise Mar.");
        let at = |words: &str| {
            let start = doc.text.find(words).expect("in the text");
            Span::new(start, start + words.len())
        };
        let (name, said, cue) = (at("Élise Mar"), at("“Oui”"), at("dit"));
        doc.ents.push(Mention { span: name, label: "PERSON".into(), score: 1.0, entity: None });
        let (speaker, speaker_span) = (None, Some(name));
        doc.quotes.push(Quote {
            span: said,
            kind: QuoteKind::Direct,
            speaker,
            speaker_span,
            cue: Some(cue),
            closed: true,
        });
        let row = Record::of(&doc, &Provenance::default());
        let gold = quotations("here", &row).expect("quotations");
        assert_eq!(gold[0], Gold { content: vec![(said, QuoteKind::Direct)], source: vec![name], cue: vec![cue] });
        // The row has no tokens, so its text is split into words.
        let (document, tagged) = mentions("here", &row).expect("mentions");
        assert_eq!((&*document.id, &*document.text), ("a", &*doc.text));
        assert_eq!(document.tokens.len(), tagged.sentences.iter().map(|s| s.tokens.len()).sum::<usize>());
        let tags: Vec<(&str, &str)> = (tagged.sentences.iter())
            .flat_map(|s| s.tokens.iter().map(String::as_str).zip(s.tags.iter().map(String::as_str)))
            .filter(|(_, tag)| *tag != "O")
            .collect();
        assert_eq!(tags, [("Élise", "B-PERSON"), ("Mar", "I-PERSON")]);
    }
}
