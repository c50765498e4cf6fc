//! Which sentences a summary may contain, and which only next to another.

use pressmark_core::{Document, QuoteKind, Sentence, Span};
use pressmark_lang::{Language, WordClass};

/// A sentence that a summary may contain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candidate {
    /// Index into the document's sentences.
    pub(crate) sent: usize,
    /// Number of its words, punctuation excluded.
    pub(crate) words: usize,
    /// The neighbour it depends on, if any.
    pub(crate) bond: Bond,
    /// Whether it opens with an anaphoric word ("He", "But"), so that it reads badly without the sentence before.
    pub(crate) points_back: bool,
}

/// How a sentence depends on its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bond {
    /// It stands alone.
    Free,
    /// It is inside a quotation whose speaker is named towards this neighbour: only selected together with it.
    Beside(usize),
    /// It is inside a quotation and nobody near it is named; never selected.
    Torn,
}

/// Words that a sentence needs to be a candidate. Set by hand: anything shorter is a dateline, a sign-off or an
/// exclamation; raising it loses short news sentences.
const FEWEST_WORDS: usize = 4;

/// Sentences of running text, in text order; those shorter than [`FEWEST_WORDS`] only if no longer one stands alone.
pub(crate) fn candidates(doc: &Document) -> Vec<Candidate> {
    let quoted = quotations(doc);
    let mut all: Vec<Candidate> = Vec::new();
    // Quotations and sentences are both in text order, so one pass suffices.
    let mut next = 0;
    for (sent, sentence) in doc.sents.iter().enumerate().filter(|(_, s)| s.kind.is_prose()) {
        while quoted.get(next).is_some_and(|q| q.span.end < sentence.span.end) {
            next += 1;
        }
        let around = quoted.get(next).filter(|q| q.span.contains(sentence.span));
        all.push(Candidate {
            sent,
            words: words(doc, sentence),
            bond: around.map_or(Bond::Free, |quotation| bond(doc, sent, quotation)),
            points_back: points_back(doc, sentence),
        });
    }
    if all.iter().any(|c| c.words >= FEWEST_WORDS && c.bond == Bond::Free) {
        all.retain(|c| c.words >= FEWEST_WORDS);
    }
    all
}

fn words(doc: &Document, sentence: &Sentence) -> usize {
    let tokens = doc.tokens.get(sentence.tokens.clone()).unwrap_or_default();
    tokens.iter().filter(|t| doc.slice(t.span).contains(char::is_alphanumeric)).count()
}

/// A quotation's span, and the byte offset of its speaker or cue, if known.
struct Quotation {
    span: Span,
    anchor: Option<usize>,
}

/// The direct and mixed quotations that the quote stage found, or, if there are none, the text between quotation marks.
fn quotations(doc: &Document) -> Vec<Quotation> {
    let mut found: Vec<Quotation> = doc
        .quotes
        .iter()
        .filter(|q| q.kind != QuoteKind::Indirect)
        .map(|q| Quotation { span: q.span, anchor: q.speaker_span.or(q.cue).map(|a| a.start) })
        .collect();
    if found.is_empty() {
        for (block, kind) in doc.blocks() {
            if kind.is_prose() {
                marked(doc.slice(block), block.start, &mut found);
            }
        }
    }
    found.sort_unstable_by_key(|q| q.span);
    found
}

/// Appends the spans between double quotation marks, marks included; an unclosed one runs to the end of the block.
fn marked(block: &str, base: usize, found: &mut Vec<Quotation>) {
    let mut open: Option<usize> = None;
    for (at, c) in block.char_indices() {
        let end = at + c.len_utf8();
        match (c, open) {
            ('“' | '«' | '„', None) | ('"', None) => open = Some(at),
            ('”' | '»' | '"', Some(start)) => {
                // Lower-case text after the closing mark is taken to name the speaker; otherwise the text before the
                // opening mark.
                let behind = block[end..].trim_start();
                let anchor = if behind.starts_with(char::is_lowercase) { Some(end + 1) } else { start.checked_sub(1) };
                let anchor = anchor.map(|a| base + a);
                found.push(Quotation { span: Span::new(base + start, base + end), anchor });
                open = None;
            }
            _ => {}
        }
    }
    if let Some(start) = open {
        let anchor = start.checked_sub(1).map(|a| base + a);
        found.push(Quotation { span: Span::new(base + start, base + block.len()), anchor });
    }
}

/// How a sentence inside a quotation depends on the neighbour towards the speaker.
fn bond(doc: &Document, sent: usize, quotation: &Quotation) -> Bond {
    let span = doc.sents.get(sent).map_or(Span::default(), |s| s.span);
    match quotation.anchor {
        Some(anchor) if anchor >= span.end && sent + 1 < doc.sents.len() => Bond::Beside(sent + 1),
        Some(anchor) if anchor < span.start && sent > 0 => Bond::Beside(sent - 1),
        // The speaker is named in the sentence itself.
        Some(anchor) if span.start <= anchor && anchor < span.end => Bond::Free,
        _ => Bond::Torn,
    }
}

fn points_back(doc: &Document, sentence: &Sentence) -> bool {
    let tokens = doc.tokens.get(sentence.tokens.clone()).unwrap_or_default();
    let first = tokens.iter().map(|t| doc.slice(t.span)).find(|word| word.starts_with(char::is_alphabetic));
    let language = Language::of(doc.meta.language.as_deref());
    first.is_some_and(|word| language.classes(&word.to_lowercase()).contains(WordClass::Anaphoric))
}
