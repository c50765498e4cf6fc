//! Offices and nouns by which people are named: "Finance Minister X", "X, the mayor of Y".

use pressmark_core::Document;

use crate::lexicon::{
    AUXILIARY, CAPITALISED, DETERMINER, Lexicon, POSSESSIVE, PREPOSITION, PUNCTUATION, ROLE, SAYS, TITLE, WH,
};

/// Words before a name that may be its office: "Trade and Industry Commissioner X", "Secretary of State X". Set by
/// hand.
const BEFORE: usize = 4;
/// Words behind a name and a comma within which its office ends: "X, the newly elected mayor of Y". Set by hand.
const BEHIND: usize = 6;

/// A noun applied to a person.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) noun: String,
    pub(super) entity: usize,
    /// Byte offset of the mention.
    pub(super) at: usize,
}

/// Offices and other nouns by which people are named, in text order.
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
        // "mayor X": the word right before the name, and titles farther before it; a model may include them in the
        // name.
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
            .filter(|_| comma)
            .find(|token| class(*token).0 & (PUNCTUATION | PREPOSITION | WH | AUXILIARY | SAYS) != 0);
        if let Some(end) = end.filter(|end| *end > own.end + 1) {
            let (class, text) = class(end - 1);
            if class & (DETERMINER | POSSESSIVE) == 0 {
                add(text);
            }
        }
    }
    held
}
