//! Nouns that refer back to a named entity: "the minister", "the company", "the actress".

use pressmark_core::{Mention, Span};

use super::gender::gender_of;
use super::office::{Fit, Held, Words};
use super::{MEMORY, REACH, Resolver, can_speak};
use crate::lexicon::{BODY, Class, DETERMINER, OF, PREPOSITION, PUNCTUATION, REPRESENTATIVE, ROLE, WH};
use crate::unit::unit_at;

impl Resolver<'_> {
    /// Token of the head noun of a definite phrase without a name: "the (defence) minister (of the state)".
    fn definite_head(&self, span: Span) -> Option<usize> {
        let tokens = self.doc.tokens_in(span);
        let (first, text) = self.class(tokens.start);
        if first & DETERMINER == 0 || !self.lexicon.language.is_definite(&text.to_lowercase()) {
            return None;
        }
        let end = tokens.clone().find(|i| self.class(*i).0 & (PUNCTUATION | PREPOSITION | OF | WH) != 0);
        end.unwrap_or(tokens.end).checked_sub(1).filter(|last| *last > tokens.start)
    }

    /// Head noun of a definite phrase, in small letters.
    fn definite_noun(&self, span: Span) -> Option<(Class, String)> {
        let (class, text) = self.class(self.definite_head(span)?);
        Some((class, text.to_lowercase()))
    }

    /// Person named with the office of the phrase; of several who fit as well, the one last named so.
    pub(super) fn office_holder(&self, span: Span) -> Option<usize> {
        let head = self.definite_head(span)?;
        let noun = self.class(head).1.to_lowercase();
        let tokens = self.doc.tokens_in(span);
        let words = Words { doc: self.doc, lexicon: self.lexicon };
        let qualifiers = words.qualifiers(head, tokens.start + 1..tokens.end);
        let (fit, held) = self
            .holders(span, &noun)
            .map(|held| (held.qualifiers.fit(&qualifiers), held))
            .max_by_key(|(fit, _)| *fit)?;
        (fit > Fit::Other).then_some(held.entity)
    }

    /// People named with a noun before the phrase, in text order.
    fn holders(&self, span: Span, noun: &str) -> impl Iterator<Item = &Held> {
        let end = self.offices.partition_point(|held| held.at < span.start);
        let near = self.offices.get(end.saturating_sub(REACH)..end).unwrap_or_default();
        near.iter().filter(move |held| held.noun == noun)
    }

    /// Body whose name contains the noun of the phrase ("the commission"), or for a generic noun ("the company") the
    /// last organisation that is the first mention of its sentence that can speak.
    pub(super) fn body_by_noun(&self, span: Span) -> Option<usize> {
        let (class, noun) = self.definite_noun(span)?;
        if class & (BODY | ROLE) == 0 || class & REPRESENTATIVE != 0 {
            return None;
        }
        let end = self.doc.ents.partition_point(|m| m.span.start < span.start);
        let before = self.doc.ents.get(..end)?.iter().rev().take(REACH);
        let speaks = |m: &&Mention| can_speak(&m.label) && !m.label.is_person();
        let named = before.filter(speaks).find(|m| {
            let name = m.entity.and_then(|e| self.doc.entities.get(e)).map_or("", |e| &*e.name).to_lowercase();
            name.split_whitespace().any(|word| word == noun)
        });
        if let Some(entity) = named.and_then(|m| m.entity) {
            return Some(entity);
        }
        if class & BODY == 0 {
            return None;
        }
        let here = unit_at(self.units, span.start)?;
        (here.saturating_sub(MEMORY)..here).rev().find_map(|index| {
            let unit = self.units.get(index)?;
            let own = Span::new(unit.items.first()?.span.start, unit.items.last()?.span.end);
            let first = self.mentions(own).iter().find(|m| can_speak(&m.label))?;
            first.entity.filter(|_| first.label == pressmark_core::EntityType::Org)
        })
    }

    /// The only person of the noun's gender in the preceding sentences: "the father", "the actress".
    pub(super) fn person_by_gender(&self, span: Span) -> Option<usize> {
        let (class, noun) = self.definite_noun(span)?;
        let gender = gender_of(class)?;
        // The chairman of another body is not the one man here who is a chairman.
        if self.holders(span, &noun).next().is_some() {
            return None;
        }
        let here = unit_at(self.units, span.start)?;
        let from = self.units.get(here.saturating_sub(MEMORY))?.items.first()?.span.start;
        let mut people = self
            .mentions(Span::new(from, span.start.max(from)))
            .iter()
            .filter(|m| m.label.is_person())
            .filter_map(|m| m.entity)
            .filter(|e| self.genders.borrow().get(*e).copied().flatten() == Some(gender));
        let first = people.next()?;
        people.all(|e| e == first).then_some(first)
    }
}
