//! From the words that name a speaker to an entity of the document.
//!
//! Conventions, in this order:
//! - A person named in the phrase as its head is the speaker ("spokeswoman Ana Reis", "Reis, a lawyer for Acme").
//! - So is another entity that heads it ("the White House", "Acme").
//! - Somebody unnamed who speaks for an organisation gives the organisation ("a spokesman for Acme"); the
//!   government or army of a country gives the country. Who speaks for another person gives nobody
//!   ("Reis’s spokeswoman"): the words are not that person's.
//! - A document gives its author, when the text tells who that is ("his letter … the letter read").
//! - A pronoun gives the person last spoken of: the speaker of the quotation just before, else the subject
//!   of the sentences before, nearest first.

use pressmark_core::{Document, EntityType, Mention, Quote, QuoteKind, Span};

use crate::finder::Found;
use crate::lexicon::{
    CAPITALISED, DETERMINER, DOCUMENT, Lexicon, OBJECT_PRONOUN, POSSESSIVE, PREPOSITION, PUNCTUATION, REPRESENTATIVE,
    ROLE, STATE_BODY, SUBJECT_PRONOUN, TITLE,
};
use crate::unit::{Unit, unit_at};

/// Units that a pronoun or a document's author is looked for in, going back.
const MEMORY: usize = 8;
/// Items or mentions of one unit that are looked at: sentences are shorter, and what is no sentence must not cost more.
const REACH: usize = 120;

pub(crate) fn speakers(doc: &Document, lexicon: &Lexicon, units: &[Unit<'_>], found: Vec<Found>) -> Vec<Quote> {
    let resolver = Resolver { doc, lexicon, units };
    let mut quotes: Vec<Quote> = Vec::with_capacity(found.len());
    // The unit and the speaker of the last quotation that has one.
    let mut last: Option<(usize, usize)> = None;
    for f in found {
        let speaker = f.speaker.and_then(|span| resolver.entity(span, f.span, last));
        let reported = f.kind != QuoteKind::Direct;
        if reported && speaker.is_none() && !f.speaker.is_some_and(|span| resolver.can_say(span)) {
            continue;
        }
        if let Some(speaker) = speaker {
            last = Some((f.unit, speaker));
        }
        quotes.push(Quote {
            span: f.span,
            kind: f.kind,
            speaker,
            speaker_span: f.speaker,
            cue: f.cue,
            closed: f.closed,
        });
    }
    quotes
}

struct Resolver<'a> {
    doc: &'a Document,
    lexicon: &'a Lexicon,
    units: &'a [Unit<'a>],
}

impl Resolver<'_> {
    fn entity(&self, span: Span, content: Span, last: Option<(usize, usize)>) -> Option<usize> {
        let words = self.doc.slice(span).to_lowercase();
        let pronoun = words.strip_prefix("dit-").unwrap_or(&words);
        let pronoun = pronoun.rsplit('-').next().unwrap_or(pronoun);
        match pronoun {
            "he" | "she" | "il" | "elle" | "who" | "him" | "her" => return self.person(span, content, last),
            "they" | "ils" | "elles" | "it" => return self.plural(span, last),
            "i" | "we" | "you" | "on" | "nous" | "je" | "me" | "us" | "others" => return None,
            _ => {}
        }
        let mentions = self.mentions(span);
        if let Some(entity) = self
            .head(span, mentions, EntityType::is_person)
            .or_else(|| self.head(span, mentions, |l| !l.is_person() && can_speak(l)))
        {
            return Some(entity);
        }
        self.behind(span, mentions)
    }

    /// Whether a phrase without an entity names somebody or something that speaks: "talks with Acme showed" does not.
    fn can_say(&self, span: Span) -> bool {
        let known =
            SUBJECT_PRONOUN | OBJECT_PRONOUN | POSSESSIVE | ROLE | REPRESENTATIVE | DOCUMENT | STATE_BODY | TITLE;
        // Without entities a capital letter must do.
        let known = if self.doc.ents.is_empty() { known | CAPITALISED } else { known };
        self.doc.tokens_in(span).any(|i| {
            let text = self.doc.tokens.get(i).map_or("", |t| self.doc.slice(t.span));
            let lower = text.to_lowercase();
            self.lexicon.class(text, &lower) & known != 0 || is_agent(&lower)
        })
    }

    /// The mentions inside a span.
    fn mentions(&self, span: Span) -> &[Mention] {
        let ents = &self.doc.ents;
        let start = ents.partition_point(|m| m.span.end <= span.start);
        let end = ents.partition_point(|m| m.span.start < span.end);
        ents.get(start..end.max(start)).unwrap_or_default()
    }

    /// The entity of the kind asked for that is the head of the phrase.
    fn head(&self, span: Span, mentions: &[Mention], wanted: impl Fn(&EntityType) -> bool) -> Option<usize> {
        let found = mentions.iter().find(|m| wanted(&m.label) && m.entity.is_some() && self.is_head(span, m.span));
        found.and_then(|m| m.entity)
    }

    /// Whether nothing in the phrase makes the mention a modifier: "Reis’s lawyer", "a lawyer for Reis", "Acme spokesman".
    fn is_head(&self, span: Span, mention: Span) -> bool {
        let tokens = self.doc.tokens_in(span);
        let own = self.doc.tokens_in(mention);
        let class = |i: usize| {
            let text = self.doc.tokens.get(i).map_or("", |t| self.doc.slice(t.span));
            (self.lexicon.class(text, &text.to_lowercase()), text)
        };
        if own.end < tokens.end {
            let (next, text) = class(own.end);
            let bracket = text == "(";
            if matches!(text, "'s" | "’s" | "'" | "’")
                || next & (PUNCTUATION | PREPOSITION) == 0 && !bracket && text != "and" && text != "et"
            {
                return false;
            }
        }
        // What stands before it: "a lawyer for President Reis" makes Reis no head, "Secretary of State Reis" does.
        let mut before = own.start;
        while before > tokens.start && class(before - 1).0 & (TITLE | DETERMINER) != 0 {
            before -= 1;
        }
        // A mention may begin before the phrase does; then nothing in the phrase stands before it.
        before <= tokens.start || class(before - 1).0 & PREPOSITION == 0
    }

    /// The body that somebody unnamed speaks for, or the author of a document.
    fn behind(&self, span: Span, mentions: &[Mention]) -> Option<usize> {
        let classes = self.doc.tokens_in(span).fold(0, |all, i| {
            let text = self.doc.tokens.get(i).map_or("", |t| self.doc.slice(t.span));
            all | self.lexicon.class(text, &text.to_lowercase())
        });
        let labelled =
            |wanted: &[EntityType]| mentions.iter().find(|m| wanted.contains(&m.label)).and_then(|m| m.entity);
        if classes & DOCUMENT != 0 {
            return self.author(span).or_else(|| labelled(&[EntityType::Person, EntityType::Per, EntityType::Org]));
        }
        if classes & STATE_BODY != 0 {
            return labelled(&[EntityType::Org, EntityType::Loc, EntityType::Fac]);
        }
        if classes & REPRESENTATIVE != 0 {
            return labelled(&[EntityType::Org, EntityType::Fac]);
        }
        if classes & ROLE != 0 { labelled(&[EntityType::Org]) } else { None }
    }

    /// Who wrote the document that speaks: "his letter", "a letter from X", nearest before the phrase.
    fn author(&self, span: Span) -> Option<usize> {
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
                // "his letter", "her long letter"
                let possessive =
                    (at.saturating_sub(4)..at).rev().find(|i| unit.is(*i, POSSESSIVE) && unit.is(*i, DETERMINER));
                if let Some(owner) = possessive.filter(|o| matches!(unit.word(*o), "his" | "her")) {
                    let own = unit.item(owner)?.span;
                    return self.subject(unit, own).or_else(|| self.person(own, own, None));
                }
                // "X’s letter"
                let genitive =
                    (at.saturating_sub(4)..at).rev().find(|i| matches!(unit.word(*i), "'s" | "’s" | "'" | "’"));
                let owner = genitive.and_then(|i| i.checked_sub(1)).and_then(|i| unit.item(i));
                if let Some(entity) = owner.and_then(|o| self.entity_at(o.span)) {
                    return Some(entity);
                }
                // "a letter from X"
                if matches!(unit.word(at + 1), "from" | "by" | "de") {
                    let after = unit.item(at + 2).map_or(span.end, |i| i.span.start);
                    let until = unit.items.get((at + 8).min(unit.items.len() - 1)).map_or(after, |i| i.span.end);
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

    /// The person that the unit's clause behind `after` is about: "In his letter to Y, X wrote".
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
        // The one that a verb follows rather than a comma or a preposition stands before.
        let heads = mentions.iter().filter(person).filter(|m| {
            let at = unit.items.partition_point(|i| i.span.end <= m.span.start);
            let before = at.checked_sub(1);
            let starts_clause = before.is_some_and(|b| unit.word(b) == ",");
            let next = unit.items.partition_point(|i| i.span.start < m.span.end);
            starts_clause && !unit.is(next, PUNCTUATION)
        });
        heads.map(|m| m.entity).next().flatten()
    }

    /// The person that *he* or *she* at `span` stands for.
    fn person(&self, span: Span, content: Span, last: Option<(usize, usize)>) -> Option<usize> {
        let here = unit_at(self.units, span.start)?;
        let paragraph = self.units.get(here)?.paragraph;
        // The sentence of the pronoun itself, before it and outside of what is quoted.
        let own = self.units.get(here).and_then(|u| self.first_person(u, span.start, content));
        if let Some(entity) = own {
            return Some(entity);
        }
        // A speaker goes on until somebody else is spoken of.
        if let Some((unit, entity)) = last {
            let gap = self.units.get(unit).map_or(usize::MAX, |u| paragraph.saturating_sub(u.paragraph));
            if gap <= 3 && self.is_person(entity) {
                let since = (unit + 1..here).rev().take(REACH);
                let mut others = since.filter_map(|i| self.first_person(self.units.get(i)?, usize::MAX, content));
                return others.next().or(Some(entity));
            }
        }
        (here.saturating_sub(MEMORY)..here)
            .rev()
            .find_map(|i| self.first_person(self.units.get(i)?, usize::MAX, content))
    }

    /// The first person named in the unit before `limit`, outside of its quotations: most often its subject.
    fn first_person(&self, unit: &Unit<'_>, limit: usize, content: Span) -> Option<usize> {
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
                .filter(|m| m.label.is_person())
                .filter(spoken)
        };
        // One that owns something ("X’s house") or follows a preposition is hardly the subject.
        let subject = candidates().find(|m| {
            let at = unit.items.partition_point(|i| i.span.start < m.span.end);
            let before = unit.items.partition_point(|i| i.span.end <= m.span.start).checked_sub(1);
            !matches!(unit.word(at), "'s" | "’s" | "'" | "’") && !before.is_some_and(|b| unit.is(b, PREPOSITION))
        });
        subject.or_else(|| candidates().next()).and_then(|m| m.entity)
    }

    /// What *they* or *it* stands for: the organisation or people that spoke last.
    fn plural(&self, span: Span, last: Option<(usize, usize)>) -> Option<usize> {
        let here = unit_at(self.units, span.start)?;
        let (unit, entity) = last?;
        let near = here.saturating_sub(unit) <= 3;
        (near && !self.is_person(entity)).then_some(entity)
    }

    fn is_person(&self, entity: usize) -> bool {
        self.doc.entities.get(entity).is_some_and(|e| e.label.is_person())
    }
}

/// Words for people by their endings: refugees, analysts, historians, firefighters.
fn is_agent(word: &str) -> bool {
    const ENDINGS: &[&str] = &["er", "or", "ist", "yst", "ian", "ee", "man", "woman", "crat", "eer", "ant", "ident"];
    let singular = word.strip_suffix('s').unwrap_or(word);
    word.len() > 5 && (ENDINGS.iter().any(|e| singular.ends_with(e)) || word.ends_with("men"))
}

/// Whether things of this type can speak, be it through somebody else.
fn can_speak(label: &EntityType) -> bool {
    use EntityType::{Date, Fac, Loc, Misc, Money, Norp, Org, Other, Per, Person, Product};
    match label {
        Person | Per | Org | Loc | Fac | Norp => true,
        Date | Money | Product | Misc | Other(_) => false,
    }
}
