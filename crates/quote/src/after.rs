//! Attributions behind a quotation: `“…,” said X`, `“…,” X told Y`, `“…,” according to X`.

use std::ops::Range;

use crate::lexicon::{
    ADVERB, AS, ATTRIBUTES, AUXILIARY, CAPITALISED, CLITIC_SUBJECT, COORDINATOR, DETERMINER, EUPHONIC, NEEDS_AUXILIARY,
    OBJECT_PRONOUN, PARTICIPLE, PARTICLE, PAST_FORM, PERFECT, PLURAL_FORM, PREPOSITION, PUNCTUATION, REFLEXIVE, SAYS,
    SUBJECT_PRONOUN, SUBORDINATOR, TELLS, THAT, TIME, WH,
};
use crate::phrase::{is_noun_here, perfect_auxiliary, phrase_after, subject_before, verb_at};
use crate::unit::Unit;

/// Cue and speaker of a quotation, as items of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attribution {
    pub(crate) cue: Option<Range<usize>>,
    pub(crate) speaker: Option<Range<usize>>,
}

/// Longest distance from a quotation to its cue, in items. Set by hand: attributions are shorter, appositions included;
/// the bound keeps a text of nothing but quotations linear.
pub(crate) const REACH: usize = 40;

/// Most items before the verb of an attribution that no mark announces. Set by hand: such an attribution is short.
const MAX_BARE: usize = 5;
/// Items behind a verb within which *that* marks a reported clause. Set by hand.
const THAT_WITHIN: usize = 6;
/// Items behind a verb within which an auxiliary marks a reported clause. Set by hand.
const AUXILIARY_WITHIN: usize = 8;
/// Most words of a name before any verb: *Ana Maria Costa Reis barked*. Set by hand.
const MAX_NAME: usize = 5;
/// Most adverbs and auxiliaries between a name and any verb. Set by hand.
const MAX_ADVERBS: usize = 3;

/// Position behind a quotation at which an attribution may begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    /// First item of the attribution.
    at: usize,
    /// Whether no mark, in the quotation or behind it, announces a continuation.
    bare: bool,
}

/// Finds the position behind a quotation that ends before item `start`; `bare` means that no mark inside the quotation
/// announces a continuation.
pub(crate) fn tail(unit: &Unit<'_>, start: usize, bare: bool) -> Tail {
    let mut at = start;
    if unit.word(at) == "," {
        at += 1;
    }
    if unit.is(at, AS) {
        at += 1;
    }
    Tail { at, bare: bare && at == start }
}

/// *according to X*, *selon X*; also at the start of a sentence.
pub(crate) fn according_to(unit: &Unit<'_>, at: usize) -> Option<Attribution> {
    if !unit.is(at, ATTRIBUTES) {
        return None;
    }
    let length = unit.lexicon.attribution(|i| unit.word(at + i))?;
    let speaker = phrase_after(unit, at + length, true);
    Some(Attribution { cue: Some(at..at + length), speaker })
}

/// *according to X* behind a quotation.
pub(crate) fn according(unit: &Unit<'_>, tail: Tail) -> Option<Attribution> {
    according_to(unit, tail.at)
}

/// *said X*, *dit-il*, *assure-t-il*, *s’étonne X*.
pub(crate) fn inverted(unit: &Unit<'_>, tail: Tail) -> Option<Attribution> {
    let at = tail.at;
    let head = behind_adverbs(unit, at);
    if let Some(found) = joined_pronoun(unit, head) {
        return Some(found);
    }
    let head = behind_reflexive(unit, head);
    if !unit.is(head, SAYS) || unit.is(head, PARTICIPLE) || unit.is(head, PERFECT) {
        return None;
    }
    if let Some(pronoun) = hyphened_subject(unit, head + 1) {
        return Some(Attribution { cue: Some(at..head + 1), speaker: Some(pronoun..pronoun + 1) });
    }
    let speaker = phrase_after(unit, head + 1, true);
    // "…,” said in a statement": the subject is elided, so it is not an inversion.
    speaker.is_some().then_some(Attribution { cue: Some(at..head + 1), speaker })
}

/// *a déclaré X*, *a-t-il déclaré*, *s’est étonné X*.
pub(crate) fn inverted_perfect(unit: &Unit<'_>, tail: Tail) -> Option<Attribution> {
    let start = behind_adverbs(unit, tail.at);
    if let Some(found) = joined_pronoun(unit, start) {
        return Some(found);
    }
    let head = behind_reflexive(unit, start);
    if !unit.is(head, PERFECT) {
        return None;
    }
    let pronoun = hyphened_subject(unit, head + 1);
    let mut verb = pronoun.unwrap_or(head) + 1;
    while unit.is(verb, ADVERB) && verb <= head + MAX_BETWEEN {
        verb += 1;
    }
    if !unit.is(verb, NEEDS_AUXILIARY) {
        return None;
    }
    let speaker = pronoun.map(|p| p..p + 1).or_else(|| phrase_after(unit, behind_time(unit, verb + 1), true));
    Some(Attribution { cue: Some(start..verb + 1), speaker })
}

/// Most words between an auxiliary and its participle. Set by hand.
const MAX_BETWEEN: usize = 5;

/// Pronoun that hyphens join to the verb before `at`: the *elle* of *dit-elle* and *assure-t-elle*, whose parts are
/// separate words.
fn hyphened_subject(unit: &Unit<'_>, at: usize) -> Option<usize> {
    let mut pronoun = at;
    while unit.word(pronoun) == "-" || unit.is(pronoun, EUPHONIC) {
        pronoun += 1;
    }
    let joined = behind_hyphens(unit.word(pronoun));
    let subject = CLITIC_SUBJECT | SUBJECT_PRONOUN;
    (pronoun > at && unit.lexicon.class(joined, joined) & subject != 0).then_some(pronoun)
}

/// Skips when it was said, between verb and subject: *a déclaré lundi X*, *a lancé, hier encore, X*.
fn behind_time(unit: &Unit<'_>, at: usize) -> usize {
    let comma = usize::from(unit.word(at) == ",");
    let start = at + comma;
    let end = (start..unit.items.len()).find(|i| !unit.is(*i, TIME | ADVERB)).unwrap_or(start);
    let apart = comma == 0 || unit.word(end) == ",";
    if end > start && apart { end + comma } else { at }
}

/// Skips the reflexive pronoun of *s’étonne*.
fn behind_reflexive(unit: &Unit<'_>, at: usize) -> usize {
    at + usize::from(unit.is(at, REFLEXIVE))
}

/// Skips up to two adverbs before the verb: “…,” later said X.
fn behind_adverbs(unit: &Unit<'_>, at: usize) -> usize {
    (at..at + 2).find(|i| !unit.is(*i, ADVERB)).unwrap_or(at + 2)
}

/// Last part of a hyphenated word: the *elle* of *t-elle*.
pub(crate) fn behind_hyphens(word: &str) -> &str {
    word.rsplit('-').next().unwrap_or(word)
}

/// *dit-il* and *a-t-elle* as a single token.
fn joined_pronoun(unit: &Unit<'_>, at: usize) -> Option<Attribution> {
    let (verb, pronoun) = unit.word(at).split_once('-')?;
    let pronoun = behind_hyphens(pronoun);
    if unit.lexicon.class(pronoun, pronoun) & CLITIC_SUBJECT == 0 {
        return None;
    }
    let cue = if unit.lexicon.class(verb, verb) & PERFECT == 0 {
        at..at + 1
    } else if unit.is(at + 1, NEEDS_AUXILIARY) {
        at..at + 2
    } else {
        return None;
    };
    Some(Attribution { cue: Some(cue), speaker: Some(at..at + 1) })
}

/// *X said*, *X, a senator, told Y*.
pub(crate) fn subject_verb(unit: &Unit<'_>, tail: Tail) -> Option<Attribution> {
    match verb_of_speech(unit, tail) {
        Verdict::Attributed(found) => Some(found),
        Verdict::Other | Verdict::No => None,
    }
}

/// *X barked*: right behind a short name or a pronoun nearly any verb introduces speech.
pub(crate) fn subject_any_verb(unit: &Unit<'_>, tail: Tail) -> Option<Attribution> {
    let no_verb = !tail.bare && matches!(verb_of_speech(unit, tail), Verdict::Other);
    if no_verb { open_class(unit, tail.at) } else { None }
}

/// Outcome of the search for a verb of speech behind a quotation.
enum Verdict {
    Attributed(Attribution),
    /// No verb of speech; another verb may do.
    Other,
    /// The words behind the quotation are not an attribution.
    No,
}

fn verb_of_speech(unit: &Unit<'_>, Tail { at, bare }: Tail) -> Verdict {
    if !phrase_could_start(unit, at) {
        return Verdict::No;
    }
    // "Rep. X (D-Ore.) said": skips text in brackets.
    let mut inside = false;
    for head in at..unit.items.len().min(at + REACH) {
        let Some(item) = unit.item(head) else { break };
        inside = unit.word(head) == "(" || inside && unit.word(head) != ")";
        if inside {
            continue;
        }
        if item.quoted.is_some() || matches!(unit.word(head), "." | ";" | "?" | "!") {
            break;
        }
        let verb = item.is(SAYS) && !item.is(PARTICIPLE) || perfect_auxiliary(unit, head).is_some();
        if head == at || !verb || is_noun_here(unit, head) && !item.is(NEEDS_AUXILIARY) {
            continue;
        }
        let group = verb_at(unit, head);
        if has_own_content(unit, head) || bare && head > at + MAX_BARE {
            return Verdict::No;
        }
        // "another friend, Mariam Emara told …".
        let apposed = |start: usize| {
            start > at + 2
                && unit.word(start - 1) == ","
                && phrase_after(unit, at, false).is_some_and(|p| p.end + 1 == start)
        };
        let subject = subject_before(unit, &group).filter(|s| s.start >= at);
        if let Some(subject) = subject.filter(|s| s.start <= at + 2 || apposed(s.start)) {
            let cue = with_particle(unit, group.group.start.max(at)..head + 1);
            let start = if subject.start <= at + 2 { subject.start } else { at };
            let speaker = Some(start..subject.end);
            return Verdict::Attributed(Attribution { cue: Some(cue), speaker });
        }
    }
    Verdict::Other
}

/// Whether a reported clause follows the verb, so that the quotation before it is not the content.
fn has_own_content(unit: &Unit<'_>, head: usize) -> bool {
    let next = head + 1;
    if unit.item(next).is_some_and(|i| i.quoted.is_some()) {
        return false;
    }
    let that = (next..next + THAT_WITHIN).take_while(|i| !unit.is(*i, PUNCTUATION)).any(|i| unit.is(i, THAT));
    let clause = unit.is(next, SUBJECT_PRONOUN) && !unit.is(next, OBJECT_PRONOUN) && !unit.is(next, WH);
    let telling = unit.is(head, TELLS);
    that || clause && !telling
        || !telling
            && unit.is(next, DETERMINER)
            && !unit.is(next, TIME)
            && (next..next + AUXILIARY_WITHIN).take_while(|i| !unit.is(*i, PUNCTUATION)).any(|i| unit.is(i, AUXILIARY))
}

fn open_class(unit: &Unit<'_>, at: usize) -> Option<Attribution> {
    let subject = if unit.is(at, SUBJECT_PRONOUN) {
        at..at + 1
    } else {
        let end = (at..at + MAX_NAME).take_while(|i| unit.is(*i, CAPITALISED) && !unit.is(*i, PUNCTUATION)).last()? + 1;
        at..end
    };
    let mut head = subject.end;
    while unit.is(head, ADVERB | AUXILIARY) && head < subject.end + MAX_ADVERBS {
        head += 1;
    }
    let word = unit.word(head);
    // More than three letters: "red" and "gas" only look like verb forms.
    let verb = word.len() > 3
        && unit.is(head, PAST_FORM | PLURAL_FORM)
        && !unit.is(head, PREPOSITION | DETERMINER | PUNCTUATION | CAPITALISED)
        && !has_own_content(unit, head)
        && !unit.is(head + 1, DETERMINER);
    verb.then(|| Attribution { cue: Some(with_particle(unit, subject.end..head + 1)), speaker: Some(subject) })
}

fn phrase_could_start(unit: &Unit<'_>, at: usize) -> bool {
    unit.item(at).is_some_and(|item| {
        item.is_word()
            && !item.is(PREPOSITION | AUXILIARY | SUBORDINATOR)
            && (!item.is(COORDINATOR) || item.is(DETERMINER))
            || item.is(SUBJECT_PRONOUN)
    })
}

/// Extends a cue by its particle: *points out*, *fired back*.
pub(crate) fn with_particle(unit: &Unit<'_>, cue: Range<usize>) -> Range<usize> {
    let particle = unit.is(cue.end, PARTICLE)
        && (unit.is(cue.end + 1, PUNCTUATION | PREPOSITION | SUBORDINATOR) || unit.word(cue.end + 1).is_empty());
    if particle { cue.start..cue.end + 1 } else { cue }
}
