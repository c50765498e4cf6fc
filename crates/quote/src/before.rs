//! Attributions before a quotation: `X said: “…”`, `According to X, “…”`, `X: “…”`.

use std::ops::Range;

use crate::after::{Attribution, REACH, according_to, with_particle};
use crate::form::Form;
use crate::lexicon::{
    ADVERB, AS, ATTRIBUTES, AUXILIARY, BE, CAPITALISED, COORDINATOR, DETERMINER, FINITE, GENITIVE, NAMES,
    NEEDS_AUXILIARY, OBJECT_PRONOUN, OF, ORIGIN, PARTICIPLE, PAST_FORM, PLAIN, POSSESSIVE, PREPOSITION, ROLE, SAYS,
    SUBJECT_PRONOUN, SUBORDINATOR, TELLS, THAT, TIME, TO, WH,
};
use crate::phrase::{
    Verb, clause_subject, first_subject, is_noun_here, own_subject, perfect_auxiliary, phrase_after, phrase_before,
    possessor, subject_before, verb_at,
};
use crate::unit::Unit;

/// Most items between a verb and its quotation that may be an addressee or a time. Set by hand.
const ADDRESSEE: usize = 4;
/// Most items between a verb and a fragment behind a comma. Set by hand: behind more, the fragment completes a clause.
const BEFORE_FRAGMENT: usize = 8;
/// Most items between *according to X* and its quotation, so that nothing else is said in between. Set by hand.
const BEHIND_ACCORDING: usize = 6;
/// Most items of a phrase with a colon before a quotation. Set by hand.
const MAX_LABEL: usize = 8;

/// Finds the attribution before a quotation, in the items of `range`; the quotation follows directly.
///
/// With `own_line`, the quotation is in the next paragraph.
pub(crate) fn before(unit: &Unit<'_>, range: Range<usize>, quoted: Form, own_line: bool) -> Option<Attribution> {
    let end = range.end;
    let last = end.checked_sub(1).filter(|l| *l >= range.start)?;
    let mark = unit.word(last);
    let announced = matches!(mark, ":" | "," | "—" | "–" | "-");
    if own_line && !matches!(mark, ":" | ",") {
        return None;
    }
    let stop = if announced { last } else { end };
    let floor = range.start.max(end.saturating_sub(REACH));
    if let Some(found) = according_to_before(unit, floor..stop).filter(|_| announced) {
        return Some(found);
    }
    for head in (floor..stop).rev() {
        let item = unit.item(head)?;
        if item.quoted.is_some() && mark != ":" || matches!(unit.word(head), "." | ";" | "?" | "!") {
            break;
        }
        let verb = item.is(SAYS) || perfect_auxiliary(unit, head).is_some();
        // "a word of warning from X: “…”".
        let noun = item.is(PARTICIPLE)
            && unit.is(head + 1, ORIGIN)
            && head.checked_sub(1).is_some_and(|i| unit.is(i, OF | DETERMINER));
        if !verb || noun || is_noun_here(unit, head) && !item.is(PARTICIPLE | NEEDS_AUXILIARY) {
            continue;
        }
        let group = verb_at(unit, head);
        if !leads_to_quotation(unit, head + 1..stop, mark, quoted) || !suits(unit, &group, head + 1..stop, mark, quoted)
        {
            return None;
        }
        let speaker = if let Some(quoted) = as_saying(unit, head) {
            quoted
        } else if item.is(PARTICIPLE) && head == 0 {
            None
        } else if item.is(PARTICIPLE) && group.group.len() == 1 {
            own_subject(unit, head).or_else(|| clause_subject(unit, head))
        } else if let Some(inverted) = inverted(unit, head, stop) {
            Some(inverted)
        } else if unit.is(group.group.start, TO) {
            // "X was prompted to say", "X interrupted them to say".
            clause_subject(unit, group.group.start).or_else(|| subject_before(unit, &group))
        } else {
            subject_before(unit, &group).or_else(|| clause_subject(unit, head))
        };
        // "Asked whether it “works”, X said": the text does not say who asked.
        let speaker = speaker.filter(|speaker| !speaker.contains(&head));
        // "X’s reply: “…”", where "reply" could be a verb.
        let owner = || head.checked_sub(1).filter(|i| unit.is(*i, GENITIVE)).and_then(|_| possessor(unit, head));
        let speaker = speaker.or_else(owner);
        return Some(Attribution { cue: Some(with_particle(unit, group.group)), speaker });
    }
    if mark == ":" { label(unit, range.start..last) } else { None }
}

/// *But, said X, “…”*: the subject is between the verb and the quotation.
fn inverted(unit: &Unit<'_>, head: usize, stop: usize) -> Option<Range<usize>> {
    let apart = head.checked_sub(1).is_none_or(|before| unit.word(before) == ",");
    let subject = phrase_after(unit, head + 1, true).filter(|_| apart && !unit.is(head, PARTICIPLE))?;
    let named = unit.is(subject.start, CAPITALISED | DETERMINER | SUBJECT_PRONOUN)
        // "X, who was there, put it: “…”".
        && !unit.is(subject.start, OBJECT_PRONOUN);
    (subject.end == stop && named).then_some(subject)
}

/// *The paper quoted X as saying “…”*, *X was quoted as saying “…”*. `None` when `head` is no such *saying*;
/// `Some(None)` when it is and no speaker is found.
fn as_saying(unit: &Unit<'_>, head: usize) -> Option<Option<Range<usize>>> {
    if !unit.is(head, PARTICIPLE) || head == 0 || !unit.is(head - 1, AS) {
        return None;
    }
    let verb = (head.saturating_sub(REACH)..head - 1)
        .rev()
        .find(|i| unit.is(*i, SAYS) && !unit.is(*i, PARTICIPLE) && !is_noun_here(unit, *i))?;
    let group = verb_at(unit, verb);
    let passive = unit.is(group.group.start, BE) || group.group.clone().any(|i| unit.is(i, BE));
    Some(if passive { subject_before(unit, &group) } else { phrase_after(unit, verb + 1, true) })
}

/// *X made this announcement: “…”*: the subject of a sentence that ends with a colon; *And from X:* the last name.
pub(crate) fn colon(unit: &Unit<'_>, range: Range<usize>) -> Option<Attribution> {
    let last = range.end.checked_sub(1).filter(|last| *last >= range.start && unit.word(*last) == ":")?;
    let cue = Some(last..range.end);
    let start = (range.start..last)
        .rev()
        .find(|i| matches!(unit.word(*i), "." | "?" | "!" | ";"))
        .map_or(range.start, |i| i + 1);
    let is_name = |i: usize| unit.is(i, CAPITALISED) && !unit.is(i, DETERMINER) || unit.is(i, SUBJECT_PRONOUN | ROLE);
    let names = |range: &Range<usize>| range.clone().any(is_name);
    let subject = first_subject(unit, start..last);
    let verb =
        subject.as_ref().is_some_and(|s| (s.end..last).any(|i| unit.is(i, FINITE | AUXILIARY | SAYS | PAST_FORM)));
    // "One thing was clear to X: “…”", "A word of warning from X: “…”": the speaker is the part behind "to" or "from",
    // but not in "the mayor from Porto".
    let behind_to = |phrase: Range<usize>| {
        let joint = phrase.clone().rev().find(|i| {
            unit.is(*i, TO) || unit.is(*i, ORIGIN) && unit.is(*i, PREPOSITION) && !names(&(phrase.start..*i))
        });
        joint.map_or(phrase.start, |joint| joint + 1)..phrase.end
    };
    let speaker = subject.filter(|subject| verb && names(subject));
    let speaker = speaker.or_else(|| phrase_before(unit, last).map(behind_to)).filter(names);
    speaker.is_some().then_some(Attribution { cue, speaker })
}

/// Whether the words between a cue and a quotation leave the quotation to be the whole content.
fn leads_to_quotation(unit: &Unit<'_>, between: Range<usize>, mark: &str, quoted: Form) -> bool {
    if mark == ":" {
        return true;
    }
    if between.is_empty() {
        return true;
    }
    // "said that the “…": a reported clause with a verbatim part.
    let clause = between.clone().any(|i| {
        unit.is(i, THAT) && (i == between.start || mark != ",")
            || unit.is(i, AUXILIARY) && !unit.is(i, GENITIVE)
            || unit.is(i, SUBJECT_PRONOUN) && !unit.is(i, OBJECT_PRONOUN)
    });
    // In the middle of a quotation ("“We waited,” said X, a farmer, “and left.”") it is a continuation.
    let middle = (between.start.saturating_sub(ADDRESSEE)..between.start).any(|i| unit.items[i].quoted.is_some());
    if mark == "," && quoted.lower && !middle && (clause || between.len() > BEFORE_FRAGMENT) {
        return false;
    }
    if mark == "," {
        return !clause || between.len() > ADDRESSEE && !unit.is(between.start, THAT | SUBJECT_PRONOUN);
    }
    // Without a comma only an addressee or a time may intervene: "told reporters “…”".
    let last = between.end - 1;
    let addressed = unit.is(between.start, OBJECT_PRONOUN) && between.len() > 1;
    let runs_on = unit.is(last, DETERMINER | PREPOSITION | ADVERB | AUXILIARY | COORDINATOR | SUBORDINATOR | WH)
        || unit.is(between.start, DETERMINER | PREPOSITION | POSSESSIVE);
    if clause || runs_on || between.len() > ADDRESSEE || quoted.lower && addressed {
        return false;
    }
    let addressee = unit.is(last, TIME | OBJECT_PRONOUN | CAPITALISED | ROLE);
    addressee && unit.is(between.start - 1, TELLS) || between.clone().all(|i| unit.is(i, TIME | ADVERB))
}

/// Whether the form of the quotation suits the verb group before it.
fn suits(unit: &Unit<'_>, group: &Verb, between: Range<usize>, mark: &str, quoted: Form) -> bool {
    // "wrote in her memoir, “A Hard Road.”", "told “Early Hours”".
    if quoted.title && mark != ":" && !(between.is_empty() && quoted.punctuated) {
        return false;
    }
    // "a film called “The Road”", "the so-called “road”": a verb of naming introduces speech only right behind an
    // agent.
    if unit.is(group.head, NAMES) && group.group.len() == 1 {
        let before = group.group.start.checked_sub(1);
        let agent = before
            .is_some_and(|b| unit.is(b, SUBJECT_PRONOUN | CAPITALISED | ROLE) || matches!(unit.word(b), ")" | ","));
        if !agent {
            return false;
        }
    }
    // A fragment without a comma is a quotation only behind the plainest verbs.
    !(quoted.lower && between.is_empty() && !matches!(mark, ":" | ",")) || unit.is(group.head, PLAIN)
}

/// Whether the attribution has a speaker and its cue is one of the plainest verbs of saying, or a colon.
pub(crate) fn is_plain(unit: &Unit<'_>, found: &Attribution) -> bool {
    found.cue.as_ref().is_some_and(|cue| cue.clone().any(|i| unit.is(i, PLAIN) || unit.word(i) == ":"))
        && found.speaker.is_some()
}

/// *According to X, “…”*.
fn according_to_before(unit: &Unit<'_>, range: Range<usize>) -> Option<Attribution> {
    let at = range.clone().rev().find(|i| unit.is(*i, ATTRIBUTES) && according_to(unit, *i).is_some())?;
    let found = according_to(unit, at)?;
    let end = found.speaker.as_ref().map_or(at, |s| s.end);
    (end + BEHIND_ACCORDING >= range.end).then_some(found)
}

/// *X: “…”*, *Her answer: “…”*: a short phrase and a colon.
fn label(unit: &Unit<'_>, range: Range<usize>) -> Option<Attribution> {
    let start = range
        .clone()
        .rev()
        .find(|i| matches!(unit.word(*i), "." | ";" | "?" | "!" | ","))
        .map_or(range.start, |i| i + 1);
    let speaker = phrase_after(unit, start, false)?;
    let whole = speaker.end == range.end && speaker.len() <= MAX_LABEL;
    // "X’s reply: “…”".
    let speaker = if unit.is(range.end - 1, CAPITALISED) {
        speaker
    } else {
        possessor(unit, range.end - 1).filter(|owner| !owner.is_empty()).unwrap_or(speaker)
    };
    whole.then_some(Attribution { cue: Some(range.end..range.end + 1), speaker: Some(speaker) })
}
