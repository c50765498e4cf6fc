use std::collections::HashMap;
use std::ops::Range;

use pressmark_core::Voice;
use pressmark_jsonl::{CodePoints, Entity, Holder, Record};

use crate::{Error, Result};

/// A validated record, with the lookups that its rows need: character offsets, sentences by position, entities by id.
#[derive(Debug)]
pub struct View<'a> {
    pub(crate) record: &'a Record<'a>,
    points: CodePoints<'a>,
    entities: HashMap<&'a str, &'a Entity<'a>>,
}

impl<'a> View<'a> {
    /// Validates a record.
    ///
    /// # Errors
    /// [`Error::Dangling`] names the first part of the record that points to nothing.
    pub fn new(record: &'a Record<'a>) -> Result<Self> {
        let entities = record.entities.iter().map(|entity| (entity.id.as_ref(), entity)).collect();
        let view = Self { record, points: CodePoints::new(&record.text), entities };
        view.check()?;
        Ok(view)
    }

    /// Id of the record.
    pub(crate) fn doc(&self) -> &'a str {
        &self.record.id
    }

    /// Returns the text of a span, empty if it is out of bounds.
    pub(crate) fn slice(&self, span: Range<usize>) -> &'a str {
        self.points.slice(span.start, span.end)
    }

    /// Returns the text of an optional span.
    pub(crate) fn slice_known(&self, start: Option<usize>, end: Option<usize>) -> Option<&'a str> {
        Some(self.slice(start?..end?))
    }

    /// Returns the index of the sentence that contains a character.
    pub(crate) fn sentence_at(&self, at: usize) -> Option<usize> {
        let sents = &self.record.sents;
        let after = sents.partition_point(|sent| sent.start <= at);
        let index = after.checked_sub(1)?;
        sents.get(index).filter(|sent| at < sent.end).map(|_| index)
    }

    pub(crate) fn entity(&self, id: &str) -> Option<&'a Entity<'a>> {
        self.entities.get(id).copied()
    }

    fn check(&self) -> Result<()> {
        let record = self.record;
        let dangling =
            |list, index, what: String| Err(Error::Dangling { doc: record.id.to_string(), list, index, what });
        let span = |list, index, span: Range<usize>| {
            if span.start <= span.end && span.end <= self.points.total() {
                return Ok(());
            }
            dangling(list, index, format!("has the span {}..{}, which is not in its text", span.start, span.end))
        };
        let known = |list, index, start: Option<usize>, end: Option<usize>| match (start, end) {
            (Some(start), Some(end)) => span(list, index, start..end),
            (None, None) => Ok(()),
            _ => dangling(list, index, "has only one end of a span".into()),
        };
        let entity = |list, index, id: Option<&str>| match id {
            Some(id) if self.entity(id).is_none() => dangling(list, index, format!("names no entity with {id:?}")),
            _ => Ok(()),
        };
        if self.entities.len() != record.entities.len() {
            return dangling("entities", 0, "or a later one has the id of another".into());
        }
        for (index, problem) in record.problems.iter().enumerate() {
            known("problems", index, problem.start, problem.end)?;
        }
        for (index, segment) in record.segments.iter().enumerate() {
            known("segments", index, segment.start, segment.end)?;
            segment.edits.iter().try_for_each(|edit| span("segments", index, edit.start..edit.end))?;
        }
        for (index, sent) in record.sents.iter().enumerate() {
            span("sents", index, sent.start..sent.end)?;
        }
        for (index, token) in record.tokens.iter().enumerate() {
            span("tokens", index, token.start..token.end)?;
        }
        for (index, ent) in record.ents.iter().enumerate() {
            span("ents", index, ent.start..ent.end)?;
            entity("ents", index, ent.entity.as_deref())?;
        }
        for (index, quote) in record.quotes.iter().enumerate() {
            span("quotes", index, quote.start..quote.end)?;
            known("quotes", index, quote.speaker_start, quote.speaker_end)?;
            known("quotes", index, quote.cue_start, quote.cue_end)?;
            entity("quotes", index, quote.speaker.as_deref())?;
        }
        for (index, sent) in record.summary.iter().enumerate() {
            span("summary", index, sent.start..sent.end)?;
        }
        for (index, evidence) in record.frames.iter().flat_map(|frame| &frame.evidence).enumerate() {
            span("evidence of frames", index, evidence.start..evidence.end)?;
            if let Some(quote) = self.quote_of(evidence.voice).filter(|quote| *quote >= record.quotes.len()) {
                return dangling("evidence of frames", index, format!("names no quotation {quote}"));
            }
        }
        for (index, stance) in record.stances.iter().enumerate() {
            if let Holder::Entity(id) = &stance.holder {
                entity("stances", index, Some(id))?;
            }
        }
        for (index, evidence) in record.stances.iter().flat_map(|stance| &stance.evidence).enumerate() {
            span("evidence of stances", index, evidence.start..evidence.end)?;
        }
        Ok(())
    }

    /// Returns the index of the quotation that a voice refers to.
    pub(crate) fn quote_of(&self, voice: Voice) -> Option<usize> {
        match voice {
            Voice::Outlet => None,
            Voice::Quote(index) => Some(index),
        }
    }
}
