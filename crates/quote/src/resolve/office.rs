//! Offices and nouns by which people are named: "Finance Minister X", "X, the mayor of Y", "X was elected chair".

use std::ops::Range;

use pressmark_core::Document;
use pressmark_lang::WordClass;

use crate::lexicon::{
    ADVERB, ALSO_NOUN, AS, AUXILIARY, BE, BODY, CAPITALISED, COORDINATOR, Class, DETERMINER, DOCUMENT, FINITE, FOR,
    GENITIVE, IN, Lexicon, NUMBER, OBJECT_PRONOUN, OF, PAST_FORM, PLURAL_FORM, POSSESSIVE, PREPOSITION, PUNCTUATION,
    REPRESENTATIVE, ROLE, SAYS, STATE_BODY, SUBJECT_PRONOUN, SUBORDINATOR, TIME, TITLE, WH,
};

/// Words before a name that may be its office: "Trade and Industry Commissioner X", "Secretary of State X". Set by
/// hand.
const BEFORE: usize = 4;
/// Words behind a name and a comma within which its office ends: "X, the newly elected mayor of Y". Set by hand.
const BEHIND: usize = 6;
/// Words between the article of an office and the name in apposition: "The mayor of the town of Y, X,". Set by hand.
const APPOSED: usize = 8;
/// Most words that tell an office apart before its noun, and most in its complement. Set by hand.
const QUALIFIERS: usize = 3;
/// Most verbs before an office: "X has since been elected chair". Set by hand.
const VERBS: usize = 4;

/// What ends a noun phrase.
const ENDS: Class = PUNCTUATION | PREPOSITION | OF | WH | AUXILIARY | SAYS;
/// What cannot be a word of an office.
const APART: Class = ENDS
    | DETERMINER
    | ADVERB
    | TIME
    | FINITE
    | PAST_FORM
    | COORDINATOR
    | SUBORDINATOR
    | SUBJECT_PRONOUN
    | OBJECT_PRONOUN;

/// A noun applied to a person.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) noun: String,
    pub(super) qualifiers: Qualifiers,
    pub(super) entity: usize,
    /// Byte offset of the mention.
    pub(super) at: usize,
}

/// Words that tell an office apart: *finance*, *deputy*, *former*.
#[derive(Clone, Debug, Default)]
pub(super) struct Qualifiers {
    words: Vec<String>,
    /// Those that make another office of it: *deputy*.
    ranks: Vec<String>,
    /// Whether the office is no longer held.
    former: bool,
}

/// How well an office fits the one that a phrase names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Told apart by other words: a finance minister is no defence minister.
    Other,
    /// Some words are the same, or one is a former office: who is named as the mayor fits better than a former mayor.
    Partial,
    /// One is told apart by more words than the other.
    Wider,
    Same,
}

impl Qualifiers {
    pub(super) fn fit(&self, other: &Self) -> Fit {
        let within = |a: &Self, b: &Self| a.words.iter().all(|word| b.words.contains(word));
        match (within(self, other), within(other, self)) {
            _ if self.ranks != other.ranks => Fit::Other,
            (true, true) => Fit::Same,
            // "The labour minister" is not the finance minister.
            (false, false) if !self.words.iter().any(|word| other.words.contains(word)) => Fit::Other,
            _ if self.former != other.former => Fit::Partial,
            (false, false) => Fit::Partial,
            _ => Fit::Wider,
        }
    }
}

/// The words of a document, read for offices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    pub(super) doc: &'a Document,
    pub(super) lexicon: &'a Lexicon,
}

impl<'a> Words<'a> {
    fn text(self, token: usize) -> &'a str {
        self.doc.tokens.get(token).map_or("", |t| self.doc.slice(t.span))
    }

    fn class(self, token: usize) -> Class {
        self.lexicon.class_of(self.text(token))
    }

    fn is(self, token: usize, class: Class) -> bool {
        self.class(token) & class != 0
    }

    /// What tells the office apart, among the tokens `within`: "deputy mayor", "minister of the interior".
    pub(super) fn qualifiers(self, noun: usize, within: Range<usize>) -> Qualifiers {
        // "Press secretary", "fire chief": some nouns are also verbs of speech.
        let apart = |token: &usize| {
            let class = self.class(*token);
            let class = if class & ALSO_NOUN == 0 { class } else { class & !SAYS };
            class & APART != 0
        };
        let before = (noun.saturating_sub(QUALIFIERS).max(within.start)..noun).rev().take_while(|t| !apart(t));
        let behind = noun + 2..if self.is(noun + 1, OF) { within.end } else { 0 };
        let complement =
            behind.skip_while(|token| self.is(*token, DETERMINER)).take_while(|token| !apart(token)).take(QUALIFIERS);
        let tokens: Vec<usize> = before.chain(complement).collect();
        let words = |wanted: fn(Class) -> bool| -> Vec<String> {
            let wanted = tokens.iter().filter(|token| wanted(self.class(**token)));
            wanted.map(|token| self.text(*token).to_lowercase()).collect()
        };
        let rank = |class| class & TITLE != 0 && class & REPRESENTATIVE != 0;
        let words_of_office = words(|_| true);
        let former = words_of_office.iter().any(|w| self.lexicon.language.classes(w).contains(WordClass::Former));
        Qualifiers { words: words_of_office, ranks: words(rank), former }
    }

    /// Last word of the noun phrase that begins at a token.
    fn head(self, start: usize, ends: Class) -> Option<usize> {
        // "The mayor’s daughter" is no mayor.
        let end = (start..start + BEHIND).find(|t| self.is(*t, ends) && !self.is(*t, GENITIVE))?;
        end.checked_sub(1).filter(|last| *last >= start && !self.is(*last, DETERMINER | POSSESSIVE))
    }

    /// Whether a noun is that of a single person, as far as the word lists tell.
    fn is_single(self, noun: usize) -> bool {
        let class = self.class(noun);
        class & (BODY | STATE_BODY | DOCUMENT | TIME | PLURAL_FORM) == 0
            && (class & CAPITALISED == 0 || class & (TITLE | ROLE) != 0)
    }

    /// Noun of an office in apposition behind a name or said of it: "X, 58, head coach", "X (the mayor)", "X, who is
    /// mayor", "X was elected chair".
    fn behind(self, name: &Range<usize>) -> Option<usize> {
        let mut at = name.end;
        let apposed = matches!(self.text(at), "," | "(");
        at += usize::from(apposed);
        // "X, 58, head coach", "X, 58 ans, maire".
        let age = (at + 1..=at + 2).find(|t| self.text(*t) == ",").filter(|_| apposed && self.is(at, NUMBER));
        at = age.map_or(at, |comma| comma + 1);
        let relative = apposed && self.is(at, WH);
        let verb = at + usize::from(relative);
        // "X’s chair" is no chair, though ’s is also a verb; nor is one who told somebody, unlike one who was called.
        let may_be_verb = |t: &usize| {
            let class = self.class(*t);
            class & (AUXILIARY | BE | ADVERB | PAST_FORM | FINITE) != 0
                && class & GENITIVE == 0
                && (class & SAYS == 0 || *t > verb && self.is(*t - 1, BE))
        };
        let verbs = (verb..verb + VERBS).take_while(may_be_verb);
        // "X serves as mayor": before "as" any word may be the verb.
        let any = self.is(verb + 1, AS) && !self.is(verb, APART);
        let start = verb + verbs.count().max(usize::from(any));
        let is_said = relative || !apposed || self.is(verb, BE);
        if !is_said {
            return self.head(at, ENDS).filter(|noun| *noun > at || self.is_single(*noun));
        }
        let negated = |t| self.lexicon.language.classes(&self.text(t).to_lowercase()).contains(WordClass::Negation);
        if start == verb || (verb..start).any(negated) {
            return None;
        }
        let as_office = self.is(start, AS);
        let start = start + usize::from(as_office);
        // "X met the mayor": a noun with its article is an office only with a form of "to be".
        let is = as_office || (verb..start).all(|t| self.is(t, AUXILIARY | BE | ADVERB));
        if self.is(start, DETERMINER) && !is {
            return None;
        }
        let start = start + usize::from(self.is(start, DETERMINER));
        let noun = self.head(start, ENDS | COORDINATOR | TIME)?;
        // "X left office", but "X is a farmer".
        let may_hold = if is || (verb..start).any(|t| self.is(t, BE)) { ROLE } else { REPRESENTATIVE };
        // "X will meet the mayor", "X named Y as chair".
        let alone = (start..noun).all(|t| !self.is(t, AS | DETERMINER | POSSESSIVE));
        (alone && self.is(noun, TITLE | may_hold) && self.is_single(noun)).then_some(noun)
    }

    /// Noun of an office before a name and a comma: "The mayor of Y, X,", "the bank’s chairman, X,", "As mayor, X".
    fn before(self, name: &Range<usize>) -> Option<usize> {
        let comma = name.start.checked_sub(1).filter(|at| self.text(*at) == ",")?;
        let mut run = (comma.saturating_sub(APPOSED)..comma)
            .rev()
            .take_while(|t| !self.is(*t, PUNCTUATION | WH | SAYS | AUXILIARY) || self.is(*t, GENITIVE | ALSO_NOUN));
        let begins = |t: &usize| {
            let of = t.checked_sub(1).is_some_and(|before| self.is(before, OF | FOR));
            let definite = self.is(*t, DETERMINER) && self.lexicon.language.is_definite(&self.text(*t).to_lowercase());
            self.is(*t, AS | GENITIVE) || (definite || self.is(*t, POSSESSIVE)) && !of
        };
        let start = run.find(begins)?;
        let as_office = self.is(start, AS);
        let place = start.checked_sub(1).is_some_and(|before| self.is(before, IN));
        // The comma behind it closes an apposition; in "the bank, X said" there is none.
        let closed = as_office || self.is(name.end, PUNCTUATION);
        let noun = self.head(start + 1, PUNCTUATION | PREPOSITION | OF).filter(|_| closed && !place)?;
        (self.is_single(noun) && (!as_office || self.is(noun, TITLE | ROLE))).then_some(noun)
    }
}

/// Offices and other nouns by which people are named, in text order.
pub(super) fn offices(words: Words<'_>) -> Vec<Held> {
    let mut held = Vec::new();
    for mention in words.doc.ents.iter().filter(|m| m.label.is_person()) {
        let Some(entity) = mention.entity else { continue };
        let own = words.doc.tokens_in(mention.span);
        let mut add = |noun: usize, within: Range<usize>| {
            let qualifiers = words.qualifiers(noun, within);
            held.push(Held { noun: words.text(noun).to_lowercase(), qualifiers, entity, at: mention.span.start });
        };
        // "mayor X": the word right before the name, and titles farther before it; a model may include them in the
        // name.
        let block = AUXILIARY | PUNCTUATION | DETERMINER | PREPOSITION | SAYS | WH;
        for (distance, token) in (own.start.saturating_sub(BEFORE)..own.start).rev().enumerate() {
            let class = words.class(token);
            let noun = distance == 0 && class & block == 0 || class & (TITLE | ROLE) != 0;
            if noun {
                add(token, 0..own.start);
            } else if class & (CAPITALISED | PREPOSITION) == 0 {
                break;
            }
        }
        own.clone().take(2).filter(|token| words.is(*token, TITLE)).for_each(|token| add(token, 0..token + 1));
        // "X, 52," is later "the 52-year-old".
        let age = Some(own.end + 1).filter(|age| words.text(own.end) == "," && words.is(*age, NUMBER));
        for noun in words.before(&own).into_iter().chain(words.behind(&own)).chain(age) {
            add(noun, 0..words.doc.tokens.len());
        }
    }
    held
}
