use std::ops::Range;

use pressmark_core::{Document, Layer, ProblemKind, Provenance, Quote, QuoteKind, Span, Stage, StageError};

use crate::cues::Cues;
use crate::direct::{self, Attribution, Form};
use crate::indirect;
use crate::lexicon::{
    ADVERB, AUXILIARY, CAPITALISED, COORDINATOR, Lexicon, PUNCTUATION, ROLE, SAYS, SUBJECT_PRONOUN, SUBORDINATOR, TIME,
};
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
    /// How often a word must have introduced speech, in the construction it stands in, to be taken for a cue of an
    /// indirect quotation: in [0, 1]. Default: 0.4, from where on what is lost in precision is no longer won in recall
    /// (on training articles of PolNeAR held out from the counts).
    pub min_cue_share: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self { indirect: true, min_cue_share: 0.4 }
    }
}

/// The stage `quote`: quotations with their cues and speakers.
///
/// It needs sentences and tokens and reads entities (without them the words that name the speaker are
/// still found), and fills quotations in text order.
#[derive(Debug)]
pub struct QuoteFinder {
    options: Options,
    lexicon: Lexicon,
    cues: Cues,
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
        Self { options, lexicon: Lexicon::new(), cues: Cues::built_in() }
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
            // A headline that somebody "seeks" or "vows" something is the outlet's summary, not a report.
            if self.options.indirect && units[index].prose {
                // The attribution of a question may stand in the unit behind it.
                let direct = found.get(first.saturating_sub(1)..).unwrap_or_default();
                let used: Vec<Span> = direct.iter().flat_map(|f| [Some(f.span), f.cue, f.speaker]).flatten().collect();
                let taken = indirect::taken(&units[index], &used);
                found.extend(indirect::reports(&units[index], index, &self.cues, &taken, self.options.min_cue_share));
            }
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
            let region = std::mem::replace(&mut floor, at + 1)..at;
            let found_here = self.attribution(units, index, region, inner);
            let (span, kind, said) = match found_here {
                Some((start, said)) if start < at => {
                    let start = unit.item(start).map_or(q.span.start, |i| i.span.start);
                    (Span::new(start, q.span.end), QuoteKind::Mixed, said)
                }
                Some((_, said)) => (q.span, QuoteKind::Direct, said),
                None if stands_alone(unit, at, inner, q.single) || goes_along(unit, at, inner, found, index) => {
                    (q.span, QuoteKind::Direct, Said { cue: None, speaker: run_on(units, index, at, found) })
                }
                None => continue,
            };
            found.push(Found { span, kind, cue: said.cue, speaker: said.speaker, closed: q.closed, unit: index });
        }
    }

    /// The attribution of the quotation behind `region`, with the item at which what is said begins.
    fn attribution(
        &self,
        units: &[Unit<'_>],
        index: usize,
        region: Range<usize>,
        inner: &str,
    ) -> Option<(usize, Said)> {
        let unit = units.get(index)?;
        let at = region.end;
        let tail = takes_tail(unit, at, inner).then(|| direct::after(unit, at + 1, !ends_with_mark(inner))).flatten();
        let before = direct::before(unit, region.clone(), form(inner), false).filter(|_| !goes_on(unit, at, inner));
        if let Some(found) = before.filter(|b| tail.is_none() || direct::is_plain(unit, b)) {
            return Some((at, said(unit, &found)));
        }
        if let Some(found) = tail {
            let start = fronted(unit, region, inner);
            // The name of a show or a book in front of another statement is not what is said.
            if start < at && is_title(inner) {
                return None;
            }
            return Some((start, said(unit, &found)));
        }
        if let Some(found) = tail_behind(units, index, at, inner) {
            return Some((at, found));
        }
        if at == 0 { Some((at, announced(units, index, inner)?)) } else { None }
    }
}

/// The attribution in the sentence behind: “Why not?” Duarte asked.
fn tail_behind(units: &[Unit<'_>], index: usize, at: usize, inner: &str) -> Option<Said> {
    let (unit, next) = (units.get(index)?, units.get(index + 1)?);
    let asks = inner.trim_end().ends_with(['?', '!']);
    if !asks || at + 1 != unit.items.len() || next.paragraph != unit.paragraph {
        return None;
    }
    let found = direct::after(next, 0, false)?;
    let end = found.cue.as_ref()?.end.max(found.speaker.as_ref()?.end);
    // "Duarte said: “No.”" belongs to what follows.
    let leads = (end..end + 6).any(|i| next.item(i).is_some_and(|item| item.quoted.is_some() || item.lower == ":"));
    (!leads).then(|| said(next, &found))
}

/// An attribution in places of the text.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    cue: Option<Span>,
    speaker: Option<Span>,
}

fn said(unit: &Unit<'_>, found: &Attribution) -> Said {
    let span = |range: &Option<Range<usize>>| range.clone().and_then(|r| unit.span(r));
    Said { cue: span(&found.cue), speaker: span(&found.speaker) }
}

/// Whether the sentence goes on behind the quotation so that the quoted words are but a part of what is said.
fn goes_on(unit: &Unit<'_>, at: usize, inner: &str) -> bool {
    let next = unit.item(at + 1);
    !ends_with_mark(inner)
        && next.is_some_and(|n| {
            let adverbial = matches!(
                n.lower.as_ref(),
                "in" | "on" | "at" | "during" | "after" | "before" | "via" | "through" | "as"
            );
            let clause = n.is(SUBJECT_PRONOUN) && unit.is(at + 2, AUXILIARY) && starts_lower(inner);
            let ends = !clause && n.is(CAPITALISED | COORDINATOR | SUBORDINATOR | SUBJECT_PRONOUN | TIME | ADVERB)
                || adverbial;
            n.is_word() && !ends
        })
}

fn form(inner: &str) -> Form {
    let words = inner.split_whitespace().count();
    Form { lower: starts_lower(inner), title: words > 1 && is_title(inner), punctuated: ends_with_mark(inner) }
}

fn ends_with_mark(inner: &str) -> bool {
    inner.trim_end().ends_with([',', '.', '?', '!', '…', '—', '–', '-'])
}

/// The item with which a statement begins that ends with the quotation behind `region`.
fn fronted(unit: &Unit<'_>, region: Range<usize>, inner: &str) -> usize {
    let at = region.end;
    let start = region
        .clone()
        .rev()
        .find(|i| matches!(unit.word(*i), "." | "?" | "!" | ";" | ":"))
        .map_or(region.start, |i| i + 1);
    let words = (start..at).any(|i| unit.item(i).is_some_and(|w| w.is_word() && !w.is(ADVERB | COORDINATOR)));
    let flows = unit.item(at.saturating_sub(1)).is_some_and(|i| i.is_word()) || starts_lower(inner);
    if words && flows && at > start { start } else { at }
}

fn starts_lower(inner: &str) -> bool {
    inner.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase)
}

/// Whether every word but the smallest is capitalised, as in the name of a book or a show.
fn is_title(inner: &str) -> bool {
    let small = |w: &str| w.chars().count() < 4;
    inner.split_whitespace().count() < 9
        && inner
            .split_whitespace()
            .all(|w| small(w) || w.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| !c.is_lowercase()))
}

/// Whether a quotation goes on with what was said right before it: “…,” he said. “Right.”
fn goes_along(unit: &Unit<'_>, at: usize, inner: &str, found: &[Found], index: usize) -> bool {
    let inner = inner.trim();
    let near = found.last().is_some_and(|f| f.unit == index || f.unit + 1 == index && f.cue.is_some());
    let apart = at == 0 || matches!(unit.word(at - 1), ".") || unit.items[at - 1].quoted.is_some();
    near && apart
        && !starts_lower(inner)
        && inner.ends_with(['.', '?', '!', '…'])
        && found.last().is_some_and(|f| f.kind == QuoteKind::Direct)
}

/// Whether a quotation without a cue can be one: a sentence that is not part of another.
fn stands_alone(unit: &Unit<'_>, at: usize, inner: &str, single: bool) -> bool {
    let apart = at == 0
        || matches!(unit.word(at - 1), "." | ":" | "?" | "!" | "—" | "–" | "…")
        || unit.items[at - 1].quoted.is_some();
    // "“A Quiet Year,” by X": a headline; "“…,” since …, said X": a part of what X said.
    let part = unit.item(at + 1).is_some_and(|n| {
        n.lower == "by" || n.is_word() && !n.is(CAPITALISED) && !inner.trim_end().ends_with(['.', '?', '!'])
    });
    // A line of its own in single marks is a heading.
    let heading = unit.items.len() == 1 && inner.split_whitespace().count() < 9 && single;
    apart && !part && !heading && is_sentence(inner) && !is_title(inner)
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
fn announced(units: &[Unit<'_>], index: usize, inner: &str) -> Option<Said> {
    let before = units.get(index.checked_sub(1)?)?;
    let start = before.items.iter().rposition(|i| i.quoted.is_some()).map_or(0, |i| i + 1);
    let found = direct::before(before, start..before.items.len(), form(inner), true)?;
    Some(said(before, &found))
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
        let named = subject.clone().any(|i| before.is(i, CAPITALISED | SUBJECT_PRONOUN | ROLE));
        return before.span(subject).filter(|_| named);
    }
    None
}

impl Stage for QuoteFinder {
    fn name(&self) -> &'static str {
        "quote"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens]
    }

    fn reads(&self) -> &'static [Layer] {
        &[Layer::Entities]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provenance(&self) -> Provenance {
        let Options { indirect, min_cue_share } = self.options;
        let settings = format!("{{\"indirect\":{indirect},\"min_cue_share\":{min_cue_share}}}");
        Provenance { stage: self.name(), model: None, sha256: None, settings }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.quotes = self.quotes(doc);
        let open: Vec<Span> = doc.quotes.iter().filter(|q| !q.closed).map(|q| q.span).collect();
        for span in open {
            doc.report(self.name(), ProblemKind::UnclosedQuote, "a quotation is opened and never closed", Some(span));
        }
        let seen = doc.sents.iter().map(|sent| doc.slice(sent.span).chars().count()).sum();
        doc.cover(self.name(), seen, seen);
        Ok(())
    }
}
