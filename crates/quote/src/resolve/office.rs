//! Offices and nouns that stand for somebody who was named with them: "the minister", "the company".

use pressmark_core::{Document, Mention, Span};

use super::gender::gender_of;
use super::{MEMORY, REACH, Resolver, can_speak};
use crate::lexicon::{
    AUXILIARY, BODY, CAPITALISED, Class, DETERMINER, Lexicon, POSSESSIVE, PREPOSITION, PUNCTUATION, REPRESENTATIVE,
    ROLE, SAYS, TITLE, WH,
};
use crate::unit::unit_at;

/// Words before a name among which its office stands: "Trade and Industry Commissioner X", "Secretary of State X".
const BEFORE: usize = 4;
/// Words behind a name and a comma in which its office ends: "X, the newly elected mayor of Y".
const BEHIND: usize = 6;

/// A noun that was said of a person.
#[derive(Clone, Debug)]
pub(super) struct Held {
    noun: String,
    entity: usize,
    /// Where it was said.
    at: usize,
}

/// The offices and other nouns with which people are named, in text order.
pub(super) fn offices(doc: &Document, lexicon: &Lexicon) -> Vec<Held> {
    let class = |token: usize| {
        let text = doc.tokens.get(token).map_or("", |t| doc.slice(t.span));
        (lexicon.class_of(text), text)
    };
    let mut held = Vec::new();
    for mention in doc.ents.iter().filter(|m| m.label.is_person()) {
        let Some(entity) = mention.entity else { continue };
        let own = doc.tokens_in(mention.span);
        let mut add = |text: &str| held.push(Held { noun: text.to_lowercase(), entity, at: mention.span.start });
        // "mayor X": the word right before the name, and titles farther before it; a model may take them into the name.
        let block = AUXILIARY | PUNCTUATION | DETERMINER | PREPOSITION | SAYS | WH;
        for (distance, token) in (own.start.saturating_sub(BEFORE)..own.start).rev().enumerate() {
            let (class, text) = class(token);
            let noun = distance == 0 && class & block == 0 || class & (TITLE | ROLE) != 0;
            if noun {
                add(text);
            } else if class & (CAPITALISED | PREPOSITION) == 0 {
                break;
            }
        }
        own.clone().take(2).filter(|token| class(*token).0 & TITLE != 0).for_each(|token| add(class(token).1));
        // "X, the mayor of Y": the last word before a preposition or a mark.
        let comma = doc.tokens.get(own.end).is_some_and(|t| doc.slice(t.span) == ",");
        let end = (own.end + 1..own.end + 1 + BEHIND)
            .find(|token| class(*token).0 & (PUNCTUATION | PREPOSITION | WH | AUXILIARY | SAYS) != 0);
        if let Some(end) = end.filter(|end| comma && *end > own.end + 1) {
            let (class, text) = class(end - 1);
            if class & (DETERMINER | POSSESSIVE) == 0 {
                add(text);
            }
        }
    }
    held
}

impl Resolver<'_> {
    /// The noun that heads a definite phrase without a name: "the (defence) minister (of the state)".
    fn definite_noun(&self, span: Span) -> Option<(Class, String)> {
        let tokens = self.doc.tokens_in(span);
        let (first, text) = self.class(tokens.start);
        if first & DETERMINER == 0 || !self.lexicon.language.is_definite(&text.to_lowercase()) {
            return None;
        }
        let end = tokens.clone().find(|i| self.class(*i).0 & (PUNCTUATION | PREPOSITION | WH) != 0);
        let last = end.unwrap_or(tokens.end).checked_sub(1).filter(|last| *last > tokens.start)?;
        let (class, text) = self.class(last);
        Some((class, text.to_lowercase()))
    }

    /// The person who was last named with the noun of the phrase.
    pub(super) fn office_holder(&self, span: Span) -> Option<usize> {
        let (_, noun) = self.definite_noun(span)?;
        let before = self.offices.get(..self.offices.partition_point(|held| held.at < span.start))?;
        before.iter().rev().take(REACH).find(|held| held.noun == noun).map(|held| held.entity)
    }

    /// The body of which the noun of the phrase is a part of the name ("the commission"), or the last one that a
    /// sentence began with, where the noun may be said of any ("the company").
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

    /// The only person of the noun's gender in the sentences before: "the father", "the actress".
    pub(super) fn person_by_gender(&self, span: Span) -> Option<usize> {
        let (class, _) = self.definite_noun(span)?;
        let gender = gender_of(class)?;
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
