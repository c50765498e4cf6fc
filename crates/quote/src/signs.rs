//! Signs of reported speech: the features of the classifier that tells reports from other text.
//!
//! Each has a name and a value, such as `stem+follows` and `claim+That`; a language's `cues.tsv` has their weights. All
//! are computed from closed word classes and positions, without a tagger.

use std::ops::Range;

use pressmark_lang::CuePart;

use crate::cues::STEM;
use crate::lexicon::{
    ADDRESSES, ADVERB, ALSO_NOUN, AUXILIARY, CAPITALISED, COORDINATOR, Class, DETERMINER, DOCUMENT, FINITE, GERUND,
    MODAL, NUMBER, OBJECT_PRONOUN, PAST_FORM, PLURAL_FORM, POSSESSIVE, PREPOSITION, PUNCTUATION, REPRESENTATIVE, ROLE,
    SAYS, SHOWS, STATE_BODY, SUBJECT_PRONOUN, SUBORDINATOR, TELLS, TITLE, WH,
};
use crate::phrase::verb_at;
use crate::report::{Report, Word};
use crate::unit::Unit;

/// A constant name or value of a sign, hashed at compile time.
macro_rules! sign {
    ($text:literal) => {
        const { CuePart::new($text) }
    };
}

/// Classes of words before a verb that are signs by their text; any other word counts only as "other".
const CLOSED: Class =
    SUBJECT_PRONOUN | AUXILIARY | PREPOSITION | DETERMINER | COORDINATOR | SUBORDINATOR | WH | PUNCTUATION;

/// Passes to `tell` the signs of a word and its construction, regardless of its report, each by its name and the parts
/// of its value.
pub(crate) fn signs_of_word(word: &Word<'_>, mut tell: impl FnMut(CuePart<'_>, &[CuePart<'_>])) {
    let Word { unit, at, ref context, ref stem, .. } = *word;
    let text = unit.word(at);
    let (says, participle) = (truth(unit.is(at, SAYS)), truth(unit.is(at, PAST_FORM)));
    let (role, follow, stem) = (context.role.part(), context.follow.part(), CuePart::new(stem));
    let (text, ending) = (CuePart::new(text), CuePart::new(ending(text)));
    tell(sign!("always"), &[sign!("yes")]);
    tell(sign!("word"), &[text]);
    tell(sign!("word+follows"), &[text, follow]);
    tell(sign!("word+role"), &[text, role]);
    tell(STEM, &[stem]);
    tell(sign!("stem+follows"), &[stem, follow]);
    tell(sign!("stem+role"), &[stem, role]);
    tell(sign!("stem+role+follows"), &[stem, role, follow]);
    tell(sign!("construction"), &[role, follow]);
    tell(sign!("speech+follows"), &[says, follow]);
    tell(sign!("speech+role"), &[says, role]);
    tell(sign!("noun+role"), &[truth(unit.is(at, ALSO_NOUN)), role]);
    tell(sign!("told+follows"), &[truth(unit.is(at, TELLS | ADDRESSES)), follow]);
    tell(sign!("capital"), &[truth(unit.is(at, CAPITALISED))]);
    tell(sign!("past"), &[participle]);
    tell(sign!("ending+follows"), &[ending, follow]);
}

/// Passes to `tell` the signs of a report besides those of its word.
pub(crate) fn signs_of_report(
    word: &Word<'_>,
    rule: &str,
    report: &Report,
    mut tell: impl FnMut(CuePart<'_>, &[CuePart<'_>]),
) {
    let Word { unit, at, floor, ref context, ref stem, .. } = *word;
    let content = &report.content;
    let text = |i: usize| CuePart::new(unit.word(i));
    let (role, follow, stem) = (context.role.part(), context.follow.part(), CuePart::new(stem));
    // Whether the sentence has an earlier report.
    let later = truth(floor > 0);
    let (says, shows) = (truth(unit.is(at, SAYS)), truth(unit.is(at, SHOWS)));
    let subject = subject(unit, report.speaker.as_ref());
    let verb = verb_at(unit, at).group;
    tell(sign!("stem+subject"), &[stem, subject]);
    tell(sign!("rule"), &[CuePart::new(rule)]);
    tell(sign!("later"), &[later]);
    // The subject.
    tell(sign!("subject"), &[subject]);
    tell(sign!("subject+follows"), &[subject, follow]);
    tell(sign!("subject+speech"), &[subject, says]);
    if let Some(head) = report.speaker.as_ref().map(|speaker| head(unit, speaker)) {
        tell(sign!("subject-head"), &[text(head)]);
        tell(sign!("subject-ending+speech"), &[CuePart::new(ending(unit.word(head))), says]);
    }
    // The verb.
    tell(sign!("shows+subject"), &[shows, subject]);
    let before = match verb.start.checked_sub(1) {
        None => sign!("none"),
        Some(i) if unit.is(i, CLOSED) => text(i),
        Some(_) => sign!("other"),
    };
    tell(sign!("before"), &[before]);
    tell(sign!("before+role"), &[before, role]);
    // ", highlighting the risk": not said by anybody before, but shown.
    let participle = truth(unit.is(at, GERUND));
    tell(sign!("participle+shows+later"), &[participle, shows, later]);
    for i in verb.filter(|i| *i != at) {
        tell(sign!("auxiliary"), &[text(i)]);
    }
    // The content.
    let items = unit.items.get(content.clone()).unwrap_or_default();
    let finite = items.iter().any(|item| item.is(AUXILIARY | FINITE | PAST_FORM));
    let (finite, quoted) = (truth(finite), truth(items.iter().any(|item| item.quoted.is_some())));
    tell(sign!("finite+follows"), &[finite, follow]);
    tell(sign!("quoted+speech"), &[quoted, says]);
    tell(sign!("stem+finite"), &[stem, finite]);
    tell(sign!("stem+quoted"), &[stem, quoted]);
    tell(sign!("quoted+finite+follows"), &[quoted, finite, follow]);
    let first = text(content.start);
    tell(sign!("first"), &[first]);
    tell(sign!("stem+first"), &[stem, first]);
    tell(sign!("second"), &[text(content.start + 1)]);
    let sort = sort(unit, content.start);
    tell(sign!("first-sort+follows"), &[sort, follow]);
    tell(sign!("first-sort+speech"), &[sort, says]);
    tell(sign!("stem+first-sort"), &[stem, sort]);
    tell(sign!("behind"), &[text(content.end)]);
    if let Some(modal) = content.clone().find(|i| unit.is(*i, MODAL)) {
        tell(sign!("modal+follows"), &[text(modal), follow]);
    }
    let length = length(content.len());
    tell(sign!("length"), &[length]);
    tell(sign!("length+follows"), &[length, follow]);
    tell(sign!("length+speech"), &[length, says]);
}

/// Kind of the word at `at`.
fn sort(unit: &Unit<'_>, at: usize) -> CuePart<'static> {
    const SORTS: [(Class, CuePart<'_>); 17] = [
        (SUBJECT_PRONOUN, CuePart::new("subject")),
        (OBJECT_PRONOUN, CuePart::new("object")),
        (POSSESSIVE, CuePart::new("possessive")),
        (WH, CuePart::new("wh")),
        (DETERMINER, CuePart::new("determiner")),
        (AUXILIARY, CuePart::new("auxiliary")),
        (SUBORDINATOR, CuePart::new("subordinator")),
        (PREPOSITION, CuePart::new("preposition")),
        (ADVERB, CuePart::new("adverb")),
        (CAPITALISED, CuePart::new("capital")),
        (NUMBER, CuePart::new("number")),
        (ROLE, CuePart::new("role")),
        (SAYS, CuePart::new("speech")),
        (PUNCTUATION, CuePart::new("mark")),
        (GERUND, CuePart::new("ing")),
        (PAST_FORM, CuePart::new("ed")),
        (PLURAL_FORM, CuePart::new("s")),
    ];
    let Some(item) = unit.item(at) else { return sign!("none") };
    if item.quoted.is_some() {
        return sign!("quotation");
    }
    SORTS.iter().find(|(class, _)| item.is(*class)).map_or(sign!("other"), |(_, name)| *name)
}

/// Last three letters of a word.
fn ending(word: &str) -> &str {
    word.char_indices().rev().nth(2).and_then(|(i, _)| word.get(i..)).unwrap_or(word)
}

fn truth(yes: bool) -> CuePart<'static> {
    if yes { sign!("true") } else { sign!("false") }
}

/// Bucket of a length in words; buckets of roughly equal frequency, named by their lower bound.
fn length(words: usize) -> CuePart<'static> {
    match words {
        0..=1 => sign!("1"),
        2..=3 => sign!("2"),
        4..=6 => sign!("4"),
        7..=12 => sign!("7"),
        13..=25 => sign!("13"),
        _ => sign!("26"),
    }
}

/// Item that heads a noun phrase: the last before a preposition or a mark.
fn head(unit: &Unit<'_>, phrase: &Range<usize>) -> usize {
    let end = (phrase.start + 1..phrase.end).find(|i| unit.is(*i, PREPOSITION | PUNCTUATION));
    end.unwrap_or(phrase.end).saturating_sub(1)
}

/// Kind of the phrase that names the speaker.
fn subject<'u>(unit: &'u Unit<'_>, phrase: Option<&Range<usize>>) -> CuePart<'u> {
    let Some(phrase) = phrase.filter(|p| !p.is_empty()) else { return sign!("none") };
    let (first, last) = (phrase.start, phrase.end - 1);
    if phrase.len() == 1 && unit.is(first, SUBJECT_PRONOUN | OBJECT_PRONOUN) {
        let word = unit.word(first);
        let he = unit.lexicon.language.pronoun(word).any(|p| p.gender.is_some()) || !unit.is(first, SUBJECT_PRONOUN);
        return if he { sign!("he") } else { CuePart::new(word) };
    }
    if phrase.len() == 1 && unit.is(first, POSSESSIVE) {
        return sign!("possessive");
    }
    const KINDS: [(Class, CuePart<'_>); 6] = [
        (TITLE, CuePart::new("title")),
        (REPRESENTATIVE, CuePart::new("representative")),
        (ROLE, CuePart::new("role")),
        (DOCUMENT, CuePart::new("document")),
        (STATE_BODY, CuePart::new("state")),
        (NUMBER, CuePart::new("number")),
    ];
    let kind = KINDS.iter().find(|(class, _)| phrase.clone().any(|i| unit.is(i, *class)));
    if let Some((_, name)) = kind {
        return *name;
    }
    let plural = unit.is(last, PLURAL_FORM);
    if phrase.clone().any(|i| i > 0 && unit.is(i, CAPITALISED)) {
        sign!("name")
    } else if unit.is(last, CAPITALISED) {
        sign!("capital")
    } else if unit.is(first, DETERMINER | POSSESSIVE) {
        if plural { sign!("the nouns") } else { sign!("the noun") }
    } else if plural {
        sign!("nouns")
    } else {
        sign!("noun")
    }
}
