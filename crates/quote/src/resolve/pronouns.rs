//! Whom a pronoun stands for.

use pressmark_core::{EntityType, Mention, Span};
use pressmark_lang::{Gender, Number};

use super::{Last, MEMORY, REACH, Resolver, can_speak};
use crate::lexicon::{DETERMINER, GENITIVE, PLURAL_FORM, PLURAL_GENITIVE, PREPOSITION};
use crate::unit::{Unit, unit_at};

/// Paragraphs for which a speaker goes on speaking as *he* or *she*.
const SPEAKER_MEMORY: usize = 3;
/// Sentences for which a body goes on speaking as *it* or *they*.
const BODY_MEMORY: usize = 3;

impl Resolver<'_> {
    /// The person that *he* or *she* at `span` stands for: one who agrees with it in gender, as far as that is known.
    pub(super) fn person(
        &self,
        span: Span,
        content: Span,
        last: Option<Last>,
        gender: Option<Gender>,
    ) -> Option<usize> {
        let here = unit_at(self.units, span.start)?;
        let paragraph = self.units.get(here)?.paragraph;
        // The sentence of the pronoun itself, before it and outside of what is quoted.
        let own = self.units.get(here).and_then(|u| self.first_person(u, span.start, content, gender));
        if let Some(entity) = own {
            return Some(entity);
        }
        // A speaker goes on until somebody else is spoken of.
        if let Some(Last { unit, entity }) = last.filter(|l| self.agrees(l.entity, gender)) {
            let gap = self.units.get(unit).map_or(usize::MAX, |u| paragraph.saturating_sub(u.paragraph));
            if gap <= SPEAKER_MEMORY && self.is_person(entity) {
                let since = (unit + 1..here).rev().take(REACH);
                let mut others =
                    since.filter_map(|i| self.first_person(self.units.get(i)?, usize::MAX, content, gender));
                return others.next().or(Some(entity));
            }
        }
        (here.saturating_sub(MEMORY)..here)
            .rev()
            .find_map(|i| self.first_person(self.units.get(i)?, usize::MAX, content, gender))
    }

    /// Whether the gender of a person is not known.
    fn is_unknown(&self, entity: usize) -> bool {
        self.genders.borrow().get(entity).is_some_and(Option::is_none)
    }

    /// Whether the name of a people stands for its members ("the French", "Hutus"), not for what they are like ("Black").
    fn may_be_many(&self, mention: &Mention) -> bool {
        let tokens = self.doc.tokens_in(mention.span);
        let class = |token: Option<usize>| token.map_or(0, |at| self.class(at).0);
        mention.label != EntityType::Norp
            || class(tokens.end.checked_sub(1)) & PLURAL_FORM != 0
            || class(tokens.start.checked_sub(1)) & DETERMINER != 0
    }

    /// Whether nothing speaks against a person of this gender.
    fn agrees(&self, entity: usize, gender: Option<Gender>) -> bool {
        let own = self.genders.borrow().get(entity).copied().flatten();
        own.is_none() || gender.is_none() || own == gender
    }

    /// The first person named in the unit before `limit`, outside of its quotations, who agrees: most often its
    /// subject.
    fn first_person(&self, unit: &Unit<'_>, limit: usize, content: Span, gender: Option<Gender>) -> Option<usize> {
        let (first, last) = (unit.items.first()?, unit.items.last()?);
        let end = last.span.end.min(limit).max(first.span.start);
        let spoken = |m: &&Mention| {
            let at = unit.items.partition_point(|i| i.span.end <= m.span.start);
            unit.item(at).is_some_and(|i| i.quoted.is_none()) && !content.contains(m.span)
        };
        let candidates = || {
            self.mentions(Span::new(first.span.start, end))
                .iter()
                .take(REACH)
                .filter(|m| m.label.is_person() && m.entity.is_none_or(|e| self.agrees(e, gender)))
                .filter(spoken)
        };
        // One that owns something ("X’s house") or follows a preposition is hardly the subject.
        let subject = candidates().find(|m| {
            let at = unit.items.partition_point(|i| i.span.start < m.span.end);
            let before = unit.items.partition_point(|i| i.span.end <= m.span.start).checked_sub(1);
            !unit.is(at, GENITIVE | PLURAL_GENITIVE) && !before.is_some_and(|b| unit.is(b, PREPOSITION))
        });
        subject.or_else(|| candidates().next()).and_then(|m| m.entity)
    }

    /// What *they* or *it* stands for: the organisation or people that spoke last, else the one that the sentence
    /// before begins with.
    pub(super) fn body(&self, span: Span, last: Option<Last>, number: Option<Number>) -> Option<usize> {
        let here = unit_at(self.units, span.start)?;
        let near = last.filter(|l| here.saturating_sub(l.unit) <= BODY_MEMORY && !self.is_person(l.entity));
        near.map(|l| l.entity).or_else(|| {
            let before = self.units.get(here.checked_sub(1)?)?;
            let own = Span::new(before.items.first()?.span.start, before.items.last()?.span.end);
            let mut able = self.mentions(own).iter().filter(|m| can_speak(&m.label) && self.may_be_many(m));
            let first = able.next()?;
            let plural = number == Some(Number::Plural);
            // A person whose gender nothing tells may be *they*, where nobody and nothing else is around.
            let alone =
                plural && first.entity.is_some_and(|e| self.is_unknown(e)) && able.all(|m| m.entity == first.entity);
            first.entity.filter(|entity| !self.is_person(*entity) || alone)
        })
    }
}
