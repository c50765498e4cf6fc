use std::cell::OnceCell;
use std::ops::Range;

use pressmark_core::{Document, Span};

use crate::after::{Attribution, Tail, tail};
use crate::candidate::Candidate;
use crate::form::Form;
use crate::lexicon::{ADVERB, CAPITALISED, COORDINATOR, PUNCTUATION, SAYS, SUBJECT_PRONOUN};
use crate::resolve::can_speak;
use crate::unit::Unit;

/// A quotation in marks with its surroundings: the input of the rules of attribution.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) doc: &'a Document,
    pub(crate) units: &'a [Unit<'a>],
    /// Unit that contains it.
    pub(crate) index: usize,
    pub(crate) unit: &'a Unit<'a>,
    /// Item of the quotation.
    pub(crate) at: usize,
    /// Items before it that attribute no other quotation.
    pub(crate) before: Range<usize>,
    pub(crate) form: Form,
    /// Whether its marks are single.
    pub(crate) single: bool,
    /// Quotations found before it, in text order.
    pub(crate) found: &'a [Candidate],
    /// Attribution by the words before it, computed on demand.
    pub(crate) lead: OnceCell<Option<Attribution>>,
}

/// Verdict of a rule of attribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) cue: Option<Span>,
    pub(crate) speaker: Option<Span>,
    /// Item at which the content begins: before the quotation where its sentence runs into it.
    pub(crate) start: usize,
}

impl Place<'_> {
    pub(crate) fn next(&self) -> Option<&Unit<'_>> {
        self.units.get(self.index + 1)
    }

    pub(crate) fn previous(&self) -> Option<&Unit<'_>> {
        self.units.get(self.index.checked_sub(1)?)
    }

    /// Whether the span contains a mention of something that can speak.
    pub(crate) fn is_named(&self, span: Span) -> bool {
        let ents = &self.doc.ents;
        let from = ents.partition_point(|m| m.span.end <= span.start);
        ents.iter().skip(from).take_while(|m| m.span.start < span.end).any(|m| can_speak(&m.label))
    }

    /// Position behind the quotation, when an attribution may follow there.
    pub(crate) fn tail(&self) -> Option<Tail> {
        let next = self.unit.item(self.at + 1);
        let may_follow = match self.form.last {
            ',' | '?' | '!' | '…' | '—' | '–' | '-' => true,
            // A full stop ends the sentence, unless the next word cannot begin one.
            '.' => next.is_some_and(|i| !i.is(CAPITALISED) && i.is(SAYS | SUBJECT_PRONOUN)),
            _ => next.is_some_and(|i| i.lower == "," || !i.is(PUNCTUATION)),
        };
        may_follow.then(|| tail(self.unit, self.at + 1, !self.form.punctuated))
    }

    /// Converts an attribution within the quotation's unit into spans.
    pub(crate) fn verdict(&self, found: &Attribution) -> Verdict {
        in_text(self.unit, found, self.at)
    }

    /// Like [`verdict`](Self::verdict) for an attribution at the end of the sentence: words before the quotation may be
    /// part of the content. `None` when the quoted words are only a title within another statement.
    pub(crate) fn verdict_of_tail(&self, found: &Attribution) -> Option<Verdict> {
        let start = self.start_of_statement();
        (start == self.at || !self.form.title).then(|| in_text(self.unit, found, start))
    }

    /// First item of the statement that ends with the quotation.
    fn start_of_statement(&self) -> usize {
        let (unit, at) = (self.unit, self.at);
        let start = self
            .before
            .clone()
            .rev()
            .find(|i| matches!(unit.word(*i), "." | "?" | "!" | ";" | ":"))
            .map_or(self.before.start, |i| i + 1);
        let words = (start..at).any(|i| unit.item(i).is_some_and(|w| w.is_word() && !w.is(ADVERB | COORDINATOR)));
        let flows = unit.item(at.saturating_sub(1)).is_some_and(|i| i.is_word()) || self.form.lower;
        if words && flows && at > start { start } else { at }
    }
}

impl Verdict {
    /// Fills in a missing speaker (*“…,” he said. Adding, “…”*) from the quotation before in the same paragraph.
    pub(crate) fn or_speaker_before(self, place: &Place<'_>) -> Self {
        let last = || {
            let last = place.found.last()?;
            let near = place.units.get(last.unit)?.paragraph == place.unit.paragraph;
            last.speaker.filter(|_| near)
        };
        Self { speaker: self.speaker.or_else(last), ..self }
    }
}

/// Converts an attribution by items of a unit into spans.
pub(crate) fn in_text(unit: &Unit<'_>, found: &Attribution, start: usize) -> Verdict {
    let span = |range: &Option<Range<usize>>| range.clone().and_then(|r| unit.span(r));
    Verdict { cue: span(&found.cue), speaker: span(&found.speaker), start }
}
