//! Referents of pronouns.

use pressmark_core::{EntityType, Mention, Span};
use pressmark_lang::{Gender, Number};

use super::{Last, MEMORY, REACH, Resolver, can_speak};
use crate::lexicon::{DETERMINER, GENITIVE, PLURAL_FORM, PLURAL_GENITIVE, PREPOSITION};
use crate::unit::{Unit, unit_at};

/// Paragraphs over which a speaker continues as *he* or *she*. Set by hand.
const SPEAKER_MEMORY: usize = 3;
/// Units over which a body continues as *it* or *they*. Set by hand.
const BODY_MEMORY: usize = 3;

impl Resolver<'_> {
    /// Person that *he* or *she* at `span` refers to, agreeing in gender as far as that is known.
    pub(super) fn person(
        &self,
        span: Span,
        content: Span,
        last: Option<Last>,
        gender: Option<Gender>,
    ) -> Option<usize> {
        let here = unit_at(self.units, span.start)?;
        let paragraph = self.units.get(here)?.paragraph;
        // The pronoun's own sentence first, before it and outside the quotation.
        let own = self.units.get(here).and_then(|u| self.first_person(u, span.start, content, gender));
        if let Some(entity) = own {
            return Some(entity);
        }
        // A speaker continues until somebody else is mentioned.
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

    /// Gender of a person, where known.
    fn gender(&self, entity: usize) -> Option<Gender> {
        self.genders.borrow().get(entity).copied().flatten()
    }

    /// Whether a person's gender is unknown.
    fn is_unknown(&self, entity: usize) -> bool {
        self.genders.borrow().get(entity).is_some_and(Option::is_none)
    }

    /// Whether a demonym refers to people ("the French", "Hutus") rather than describing somebody ("Black").
    fn may_be_many(&self, mention: &Mention) -> bool {
        let tokens = self.doc.tokens_in(mention.span);
        let class = |token: Option<usize>| token.map_or(0, |at| self.class(at).0);
        mention.label != EntityType::Norp
            || class(tokens.end.checked_sub(1)) & PLURAL_FORM != 0
            || class(tokens.start.checked_sub(1)) & DETERMINER != 0
    }

    /// Whether the entity's gender is compatible with this one.
    fn agrees(&self, entity: usize, gender: Option<Gender>) -> bool {
        let own = self.gender(entity);
        own.is_none() || gender.is_none() || own == gender
    }

    /// First person mentioned in the unit before `limit`, outside its quotations, who agrees in gender: usually its
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
        // An owner ("X’s house") or the object of a preposition is hardly the subject.
        let may_be_subject = |m: &&Mention| {
            let at = unit.items.partition_point(|i| i.span.start < m.span.end);
            let before = unit.items.partition_point(|i| i.span.end <= m.span.start).checked_sub(1);
            !unit.is(at, GENITIVE | PLURAL_GENITIVE) && !before.is_some_and(|b| unit.is(b, PREPOSITION))
        };
        // One who is known to agree precedes one who may.
        let known = |m: &&Mention| gender.is_some() && m.entity.is_some_and(|e| self.gender(e) == gender);
        let subjects = || candidates().filter(may_be_subject);
        let subject = subjects().find(known).or_else(|| subjects().next());
        subject.or_else(|| candidates().next()).and_then(|m| m.entity)
    }

    /// Referent of *they* or *it*: the body that spoke last, else the first one mentioned in the sentence before.
    pub(super) fn body(&self, span: Span, last: Option<Last>, number: Option<Number>) -> Option<usize> {
        let here = unit_at(self.units, span.start)?;
        let near = last.filter(|l| here.saturating_sub(l.unit) <= BODY_MEMORY && !self.is_person(l.entity));
        near.map(|l| l.entity).or_else(|| {
            let before = self.units.get(here.checked_sub(1)?)?;
            let own = Span::new(before.items.first()?.span.start, before.items.last()?.span.end);
            let mut able = self.mentions(own).iter().filter(|m| can_speak(&m.label) && self.may_be_many(m));
            let first = able.next()?;
            let plural = number == Some(Number::Plural);
            // A person of unknown gender may be *they*, where nobody and nothing else is mentioned.
            let alone =
                plural && first.entity.is_some_and(|e| self.is_unknown(e)) && able.all(|m| m.entity == first.entity);
            first.entity.filter(|entity| !self.is_person(*entity) || alone)
        })
    }
}
