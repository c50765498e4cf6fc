use pressmark_core::{Document, Layer, ProblemKind, Provenance, Quote, QuoteKind, Span, Stage, StageError};

use crate::direct::{self, Attribution};
use crate::lexicon::{CAPITALISED, Lexicon, PUNCTUATION, SAYS, SUBJECT_PRONOUN};
use crate::marks::{self, Quoted};
use crate::phrase;
use crate::resolve;
use crate::unit::{Unit, units};

/// Settings of [`QuoteFinder`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Whether indirect quotations are looked for beside direct and mixed ones. Default: true.
    pub indirect: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { indirect: true }
    }
}

/// The stage `quote`: quotations with their cues and speakers.
///
/// It needs sentences, tokens and entities (without entities the words that name the speaker are
/// still found) and gives quotations in text order.
#[derive(Debug)]
pub struct QuoteFinder {
    options: Options,
    lexicon: Lexicon,
}

/// A quotation on its way to becoming a [`Quote`].
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) span: Span,
    pub(crate) kind: QuoteKind,
    pub(crate) cue: Option<Span>,
    pub(crate) speaker: Option<Span>,
    pub(crate) closed: bool,
    /// The unit that it starts in.
    pub(crate) unit: usize,
}

impl QuoteFinder {
    /// A finder with the given settings.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, lexicon: Lexicon::new() }
    }

    /// The quotations of a document that has sentences and tokens, in text order.
    #[must_use]
    pub fn quotes(&self, doc: &Document) -> Vec<Quote> {
        let quoted = marks::find(&doc.text);
        let units = units(doc, &quoted, &self.lexicon);
        let found = self.find(&doc.text, &quoted, &units);
        resolve::speakers(doc, &self.lexicon, &units, found)
    }

    fn find(&self, text: &str, quoted: &[Quoted], units: &[Unit<'_>]) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for index in 0..units.len() {
            let first = found.len();
            self.attributed(text, quoted, units, index, &mut found);
            let _ = first;
        }
        found.sort_by_key(|f| (f.span.start, f.span.end));
        found
    }

    /// The quotations of one unit that stand in quotation marks of their own.
    fn attributed(&self, text: &str, quoted: &[Quoted], units: &[Unit<'_>], index: usize, found: &mut Vec<Found>) {
        let Some(unit) = units.get(index) else { return };
        // Start of the stretch that may attribute the next quotation from before it.
        let mut floor = 0;
        for (at, item) in unit.items.iter().enumerate() {
            let Some(q) = item.quoted.and_then(|i| quoted.get(i)) else { continue };
            let inner = q.inner.slice(text);
            let attribution = direct::before(unit, floor..at, false)
                .filter(|_| !goes_on(unit, at + 1))
                .or_else(|| takes_tail(unit, at, inner).then(|| direct::after(unit, at + 1)).flatten())
                .or_else(|| if at == 0 { announced(units, index) } else { None });
            floor = at + 1;
            let sentence = is_sentence(inner);
            let (span, cue, speaker) = match attribution {
                Some(Attribution { cue, speaker }) => {
                    (q.span, cue.and_then(|c| unit.span(c)), speaker.and_then(|s| unit.span(s)))
                }
                None if sentence => (q.span, None, run_on(units, index, at, found)),
                None => continue,
            };
            found.push(Found { span, kind: QuoteKind::Direct, cue, speaker, closed: q.closed, unit: index });
        }
    }
}

/// Whether the sentence goes on with a verb or a preposition's noun, so that the quoted words are part of it.
fn goes_on(unit: &Unit<'_>, at: usize) -> bool {
    let _ = (unit, at);
    false
}

/// Whether the words behind a quotation can be its attribution.
fn takes_tail(unit: &Unit<'_>, at: usize, inner: &str) -> bool {
    let last = inner.trim_end().chars().next_back().unwrap_or(' ');
    let next = unit.item(at + 1);
    match last {
        ',' | '?' | '!' | '…' | '—' | '–' | '-' => true,
        '.' => inner.ends_with("...") || next.is_some_and(|i| !i.is(CAPITALISED) && i.is(SAYS | SUBJECT_PRONOUN)),
        _ => next.is_some_and(|i| i.lower == "," || !i.is(PUNCTUATION)),
    }
}

/// Whether the quoted words can stand alone as a sentence.
fn is_sentence(inner: &str) -> bool {
    let inner = inner.trim();
    let starts = inner.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| !c.is_lowercase());
    let ends = inner.ends_with(['.', '?', '!', '…', ',', '—', '。', '？', '！', '’', '\'']);
    starts && (ends && inner.split_whitespace().nth(2).is_some() || inner.split_whitespace().nth(9).is_some())
}

/// The attribution of a quotation that opens a paragraph, from the end of the one before.
fn announced(units: &[Unit<'_>], index: usize) -> Option<Attribution> {
    let _ = (units, index);
    None
}

/// The speaker of a quotation without a cue.
fn run_on(units: &[Unit<'_>], index: usize, at: usize, found: &[Found]) -> Option<Span> {
    let unit = units.get(index)?;
    if let Some(last) = found.last() {
        let paragraph = units.get(last.unit)?.paragraph;
        if paragraph == unit.paragraph || paragraph + 1 == unit.paragraph && at == 0 {
            return last.speaker;
        }
    }
    let before = units.get(index.checked_sub(1)?)?;
    if before.paragraph == unit.paragraph || at == 0 && before.paragraph + 1 == unit.paragraph {
        let subject = phrase::clause_subject(before, before.items.len())?;
        return before.span(subject);
    }
    None
}

impl Stage for QuoteFinder {
    fn name(&self) -> &'static str {
        "quote"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens, Layer::Entities]
    }

    fn gives(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provenance(&self) -> Provenance {
        let settings = format!("{{\"indirect\":{}}}", self.options.indirect);
        Provenance { stage: self.name(), model: None, sha256: None, settings }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.quotes = self.quotes(doc);
        let open: Vec<Span> = doc.quotes.iter().filter(|q| !q.closed).map(|q| q.span).collect();
        for span in open {
            doc.report(self.name(), ProblemKind::UnclosedQuote, "a quotation is opened and never closed", Some(span));
        }
        let seen = doc.text.chars().count();
        doc.cover(self.name(), seen, seen);
        Ok(())
    }
}
