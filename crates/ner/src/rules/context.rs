use std::collections::HashSet;
use std::ops::Range;

use pressmark_core::{Document, EntityType, Span};

use crate::tags::TagSet;
use crate::view::View;

/// A mention as a range of tokens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TokenMention {
    /// Indices into the document's tokens, half-open, never empty.
    pub(crate) tokens: Range<usize>,
    /// Index into [`TagSet::kinds`].
    pub(crate) kind: usize,
    /// Confidence, in [0, 1].
    pub(crate) score: f32,
    /// Whether the possessive ending at its end belongs to the name ("Moody's").
    pub(crate) possessive: bool,
}

impl TokenMention {
    pub(crate) fn new(tokens: Range<usize>, kind: usize, score: f32) -> Self {
        Self { tokens, kind, score, possessive: false }
    }

    /// Whether two mentions have the same tokens and type, whatever their scores.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.tokens == other.tokens && self.kind == other.kind
    }
}

/// Context that rules read.
pub(crate) struct Context<'a> {
    pub(crate) doc: &'a Document,
    pub(crate) view: &'a View<'a>,
    pub(crate) tags: &'a TagSet,
}

impl Context<'_> {
    /// Index of an entity type among the head's kinds.
    pub(super) fn kind(&self, entity_type: &EntityType) -> Option<usize> {
        self.tags.kinds().iter().position(|k| k == entity_type)
    }

    pub(super) fn type_of(&self, mention: &TokenMention) -> &EntityType {
        &self.tags.kinds()[mention.kind]
    }

    /// Tokens right behind mentions of persons.
    pub(super) fn person_ends(&self, mentions: &[TokenMention]) -> HashSet<usize> {
        mentions.iter().filter(|m| self.type_of(m).is_person()).map(|m| m.tokens.end).collect()
    }

    /// Span from the first to the last of the tokens.
    pub(crate) fn span(&self, tokens: &Range<usize>) -> Option<Span> {
        let tokens = self.doc.tokens.get(tokens.clone())?;
        Some(Span::new(tokens.first()?.span.start, tokens.last()?.span.end))
    }
}
