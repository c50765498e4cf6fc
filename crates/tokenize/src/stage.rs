use pressmark_core::{Document, Layer, ProblemKind, Provenance, SegmentKind, Sentence, Span, Stage, StageError, Token};
use pressmark_lang::Language;

use crate::{sentences_in, words_in};

/// The stage `tokenize` without a model: sentences and words, no windows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Splitter;

impl Stage for Splitter {
    fn name(&self) -> &'static str {
        "tokenize"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Text]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens]
    }

    fn provenance(&self) -> Provenance {
        Provenance { stage: self.name(), model: None, sha256: None, settings: "{}".into() }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        split(doc, usize::MAX);
        Ok(())
    }
}

/// Fills sentences and tokens, block by block, up to `max_tokens` tokens.
pub(crate) fn split(doc: &mut Document, max_tokens: usize) {
    let (mut sents, mut tokens) = (Vec::new(), Vec::new());
    let mut rest = None;
    let blocks = doc.blocks();
    let language = Language::of(doc.meta.language.as_deref());
    'blocks: for (block, &(span, kind)) in blocks.iter().enumerate() {
        for unit in units(doc.slice(span), kind, language) {
            let mut unit = Span::new(span.start + unit.start, span.start + unit.end);
            let first = tokens.len();
            let mut words = words_in(unit.slice(&doc.text), language)
                .into_iter()
                .map(|word| Token { span: Span::new(unit.start + word.start, unit.start + word.end) });
            tokens.extend(words.by_ref().take(max_tokens - first));
            if let Some(next) = words.next() {
                unit.end = tokens.last().map_or(unit.start, |last: &Token| last.span.end);
                rest = Some(Span::new(next.span.start, doc.text.len()));
            }
            if tokens.len() > first {
                sents.push(Sentence { span: unit, tokens: first..tokens.len(), block, kind });
            }
            if rest.is_some() {
                break 'blocks;
            }
        }
    }
    doc.sents = sents;
    doc.tokens = tokens;
    let chars_from = |from: usize| -> usize {
        let spans = blocks.iter().map(|(span, _)| Span::new(span.start.max(from), span.end.max(from)));
        spans.map(|span| doc.slice(span).chars().count()).sum()
    };
    let total = chars_from(0);
    let unread = rest.map_or(0, |rest: Span| chars_from(rest.start));
    doc.cover("tokenize", total - unread, total);
    if rest.is_some() {
        let message = format!("only the first {max_tokens} tokens are annotated, not the {unread} characters behind");
        doc.report("tokenize", ProblemKind::Truncated, message, rest);
    }
}

/// Sentences of one block; a title, a heading and a table row are one unit regardless of punctuation.
fn units(text: &str, kind: SegmentKind, language: &Language) -> Vec<Span> {
    match kind {
        SegmentKind::Title | SegmentKind::Heading | SegmentKind::Table => {
            let start = text.len() - text.trim_start().len();
            let end = start + text.trim().len();
            if end > start { vec![Span::new(start, end)] } else { Vec::new() }
        }
        SegmentKind::List => {
            let skip = text.len() - after_marker(text).len();
            let mut spans = sentences_in(&text[skip..], language);
            spans.iter_mut().for_each(|s| *s = Span::new(s.start + skip, s.end + skip));
            spans
        }
        _ => sentences_in(text, language),
    }
}

/// Text behind the bullet or number of a list item; the whole text when it has no marker, or nothing else.
fn after_marker(text: &str) -> &str {
    let item = text.trim_start();
    let rest = item.trim_start_matches(['•', '◦', '▪', '‣', '⁃', '●', '○', '■', '–', '—', '-', '*', '+', '·']);
    let rest = if rest.len() < item.len() && !item.starts_with(['-', '+', '*', '–', '—']) || rest.starts_with(' ') {
        rest
    } else {
        numbered(item).unwrap_or(item)
    };
    let rest = rest.trim_start();
    if rest.is_empty() { text } else { rest }
}

/// Text behind "1.", "(2)", "iv)" or "b." and a space.
fn numbered(item: &str) -> Option<&str> {
    let inner = item.strip_prefix('(').unwrap_or(item);
    let label = inner.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (label, rest) = inner.split_at(label);
    // Up to three digits, one letter, or a Roman numeral up to "viii".
    let counts = (1..=3).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_digit())
        || label.len() == 1
        || (1..=4).contains(&label.len()) && label.bytes().all(|b| matches!(b, b'i' | b'v' | b'x'));
    let rest = rest.strip_prefix(['.', ')'])?;
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    (counts && rest.starts_with(char::is_whitespace)).then_some(rest)
}
