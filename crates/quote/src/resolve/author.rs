//! Authors of documents that speak: "his letter", "a letter from X".

use pressmark_core::{Mention, Span};
use pressmark_lang::Case;

use super::{MEMORY, REACH, Resolver, can_speak};
use crate::lexicon::{
    DETERMINER, DOCUMENT, FINITE, GENITIVE, ORIGIN, PAST_FORM, PLURAL_GENITIVE, POSSESSIVE, PREPOSITION, PUNCTUATION,
    TIME,
};
use crate::phrase::OWNER_WITHIN;
use crate::unit::{Unit, unit_at};

/// Items behind a document within which *from* or *by* leads to its author: "a tweet on Monday by X". Set by hand.
const ORIGIN_WITHIN: usize = 4;
/// Items behind *from* or *by* within which the author is named. Set by hand.
const AUTHOR_WITHIN: usize = 8;

impl Resolver<'_> {
    /// Resolves a document to its author, "his letter", "a letter from X", by the nearest place that names one.
    pub(super) fn author(&self, span: Span) -> Option<usize> {
        let noun = self.doc.tokens_in(span).rev().find_map(|i| {
            let text = self.doc.tokens.get(i).map(|t| self.doc.slice(t.span).to_lowercase())?;
            (self.lexicon.class(&text, &text) & DOCUMENT != 0).then_some(text)
        })?;
        let here = unit_at(self.units, span.start)?;
        for index in (here.saturating_sub(MEMORY)..=here).rev() {
            let unit = self.units.get(index)?;
            let end = unit.items.partition_point(|i| i.span.start <= span.end);
            for at in (end.saturating_sub(REACH)..end).rev() {
                let item = unit.item(at)?;
                if item.lower != noun {
                    continue;
                }
                // "his letter", "her long letter".
                let possessive = (at.saturating_sub(OWNER_WITHIN)..at)
                    .rev()
                    .find(|i| unit.is(*i, POSSESSIVE) && unit.is(*i, DETERMINER));
                if let Some(owner) = possessive.filter(|o| is_of_somebody(unit, *o)) {
                    let own = unit.item(owner)?.span;
                    return self.subject(unit, own).or_else(|| self.person(own, own, None, None));
                }
                // "X’s letter".
                let genitive =
                    (at.saturating_sub(OWNER_WITHIN)..at).rev().find(|i| unit.is(*i, GENITIVE | PLURAL_GENITIVE));
                let owner = genitive.and_then(|i| i.checked_sub(1)).and_then(|i| unit.item(i));
                if let Some(entity) = owner.and_then(|o| self.entity_at(o.span)) {
                    return Some(entity);
                }
                // "a letter from X", "a tweet on Monday by X".
                let from = (at + 1..=at + ORIGIN_WITHIN).find(|i| unit.is(*i, ORIGIN));
                if let Some(from) =
                    from.filter(|from| (at + 1..*from).all(|i| unit.is(i, TIME | PREPOSITION | FINITE | PAST_FORM)))
                {
                    let after = unit.item(from + 1).map_or(span.end, |i| i.span.start);
                    let until =
                        unit.items.get((from + AUTHOR_WITHIN).min(unit.items.len() - 1)).map_or(after, |i| i.span.end);
                    let named = self.mentions(Span::new(after, until.max(after))).iter().find(|m| can_speak(&m.label));
                    if let Some(entity) = named.and_then(|m| m.entity) {
                        return Some(entity);
                    }
                }
            }
        }
        None
    }

    fn entity_at(&self, span: Span) -> Option<usize> {
        self.mentions(span).iter().find(|m| can_speak(&m.label)).and_then(|m| m.entity)
    }

    /// Person that is the subject of the unit's clause behind `after`: "In his letter to Y, X wrote".
    fn subject(&self, unit: &Unit<'_>, after: Span) -> Option<usize> {
        let start = unit.items.partition_point(|i| i.span.start <= after.start);
        let fronted =
            start < REACH && unit.items.iter().take(start).all(|i| i.is(PREPOSITION | DETERMINER | PUNCTUATION));
        if !fronted {
            return None;
        }
        let end = unit.items.last()?.span.end;
        let mentions = self.mentions(Span::new(after.end, end.max(after.end)));
        let person = |m: &&Mention| m.label.is_person();
        // A subject follows a comma and precedes a word rather than a mark.
        let heads = mentions.iter().filter(person).filter(|m| {
            let at = unit.items.partition_point(|i| i.span.end <= m.span.start);
            let before = at.checked_sub(1);
            let starts_clause = before.is_some_and(|b| unit.word(b) == ",");
            let next = unit.items.partition_point(|i| i.span.start < m.span.end);
            starts_clause && !unit.is(next, PUNCTUATION)
        });
        heads.map(|m| m.entity).next().flatten()
    }
}

/// Whether a possessive pronoun refers to a single person: *his*, *her*.
fn is_of_somebody(unit: &Unit<'_>, at: usize) -> bool {
    unit.lexicon.language.pronoun(unit.word(at)).any(|p| p.case == Case::Possessive && p.gender.is_some())
}
