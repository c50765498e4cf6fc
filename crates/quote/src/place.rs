use std::cell::OnceCell;
use std::ops::Range;

use pressmark_core::{Document, Span};

use crate::after::{Attribution, Tail, tail};
use crate::candidate::Candidate;
use crate::form::Form;
use crate::lexicon::{ADVERB, CAPITALISED, COORDINATOR, PUNCTUATION, SAYS, SUBJECT_PRONOUN};
use crate::resolve::can_speak;
use crate::unit::Unit;

/// A stretch in quotation marks with what stands around it: what the rules of attribution read.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) doc: &'a Document,
    pub(crate) units: &'a [Unit<'a>],
    /// The unit that it stands in.
    pub(crate) index: usize,
    pub(crate) unit: &'a Unit<'a>,
    /// Its item.
    pub(crate) at: usize,
    /// The items before it that no other quotation has been attributed by.
    pub(crate) before: Range<usize>,
    pub(crate) form: Form,
    /// Whether it stands in single marks.
    pub(crate) single: bool,
    /// What was found before it, in text order.
    pub(crate) found: &'a [Candidate],
    /// What the words before it come to, once a rule has asked.
    pub(crate) lead: OnceCell<Option<Attribution>>,
}

/// What a rule of attribution says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) cue: Option<Span>,
    pub(crate) speaker: Option<Span>,
    /// The item with which what is said begins: before the quotation where its sentence runs into it.
    pub(crate) start: usize,
}

impl Place<'_> {
    pub(crate) fn next(&self) -> Option<&Unit<'_>> {
        self.units.get(self.index + 1)
    }

    pub(crate) fn previous(&self) -> Option<&Unit<'_>> {
        self.units.get(self.index.checked_sub(1)?)
    }

    /// Whether somebody or something that can speak is named in the span.
    pub(crate) fn is_named(&self, span: Span) -> bool {
        let ents = &self.doc.ents;
        let from = ents.partition_point(|m| m.span.end <= span.start);
        ents.iter().skip(from).take_while(|m| m.span.start < span.end).any(|m| can_speak(&m.label))
    }

    /// The words behind the quotation, when they can be its attribution.
    pub(crate) fn tail(&self) -> Option<Tail> {
        let next = self.unit.item(self.at + 1);
        let may_follow = match self.form.last {
            ',' | '?' | '!' | '…' | '—' | '–' | '-' => true,
            // A full stop ends the sentence, unless what follows cannot begin one.
            '.' => next.is_some_and(|i| !i.is(CAPITALISED) && i.is(SAYS | SUBJECT_PRONOUN)),
            _ => next.is_some_and(|i| i.lower == "," || !i.is(PUNCTUATION)),
        };
        may_follow.then(|| tail(self.unit, self.at + 1, !self.form.punctuated))
    }

    /// An attribution by items of the quotation's own unit, as places of the text.
    pub(crate) fn verdict(&self, found: &Attribution) -> Verdict {
        in_text(self.unit, found, self.at)
    }

    /// The same for an attribution that ends the sentence: what stands before the quotation may be said as well.
    /// `None` when the quoted words are only the name of something that another statement begins with.
    pub(crate) fn verdict_of_tail(&self, found: &Attribution) -> Option<Verdict> {
        let start = self.start_of_statement();
        (start == self.at || !self.form.title).then(|| in_text(self.unit, found, start))
    }

    /// The item with which a statement begins that ends with the quotation.
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
    /// The same; a cue without a subject (*“…,” he said. Adding, “…”*) has that of the quotation before in its paragraph.
    pub(crate) fn or_speaker_before(self, place: &Place<'_>) -> Self {
        let last = || {
            let last = place.found.last()?;
            let near = place.units.get(last.unit)?.paragraph == place.unit.paragraph;
            last.speaker.filter(|_| near)
        };
        Self { speaker: self.speaker.or_else(last), ..self }
    }
}

/// An attribution by items of a unit, as places of the text.
pub(crate) fn in_text(unit: &Unit<'_>, found: &Attribution, start: usize) -> Verdict {
    let span = |range: &Option<Range<usize>>| range.clone().and_then(|r| unit.span(r));
    Verdict { cue: span(&found.cue), speaker: span(&found.speaker), start }
}
