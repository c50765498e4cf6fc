//! Noun phrases around a verb, by closed classes and capital letters.

use std::ops::Range;

use crate::lexicon::{
    ADVERB, AGO, ALSO_NOUN, AND, ATTACHES, AUXILIARY, BE, BUT, CAPITALISED, COORDINATOR, DETERMINER, DOCUMENT, FINITE,
    FOR, GENITIVE, GERUND, NEEDS_AUXILIARY, NUMBER, OBJECT_PRONOUN, OF, OR, PARTICIPLE, PARTICLE, PAST_FORM, PERFECT,
    PLURAL_FORM, PLURAL_GENITIVE, POSSESSIVE, PREPOSITION, PRONOMINAL, PUNCTUATION, REFLEXIVE, RELATIVE_PRONOUN, ROLE,
    SAYS, SUBJECT_PRONOUN, SUBORDINATOR, THAT, THEN, TIME, TITLE, TO, UPPERCASE, WH, WITH,
};
use crate::unit::{Item, Unit};

/// Longest noun phrase, in items; longer ones are cut. Set by hand: even with appositions they hardly exist.
const MAX_PHRASE: usize = 30;
/// Longest nickname in quotation marks inside a name, in bytes. Set by hand: “Big Bad Bill”, not “a man of his word,”.
const NICKNAME: usize = 24;
/// Most auxiliaries and adverbs before a verb. Set by hand.
const MAX_AUXILIARIES: usize = 6;
/// Furthest that a French participle may be from its *a* or *ont*, in items. Set by hand.
const PERFECT_WITHIN: usize = 3;
/// Furthest that an owner may be from its noun, in items: *X’s long and angry claim*. Set by hand.
pub(crate) const OWNER_WITHIN: usize = 4;
/// Items within which *ago* makes a time of the start of a sentence. Set by hand.
const AGO_WITHIN: usize = 4;
/// Upper bound on the items of a bracket within a phrase. Set by hand.
const BRACKET: usize = 8;
/// Upper bound on the items of a dateline. Set by hand.
const DATELINE: usize = 14;
/// Upper bound on the items of a relative clause between a subject and its verb. Set by hand.
const RELATIVE: usize = 16;

/// A verb with the auxiliaries and adverbs before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verb {
    /// Items of the group: auxiliaries, adverbs, verb.
    pub(crate) group: Range<usize>,
    /// Item of the verb.
    pub(crate) head: usize,
}

/// Verb group that ends with the verb at `head`.
pub(crate) fn verb_at(unit: &Unit<'_>, head: usize) -> Verb {
    // "a déclaré", "ont aussi déclaré", "s’est étonné".
    if let Some(auxiliary) = perfect_auxiliary(unit, head) {
        let reflexive = auxiliary > 0 && unit.is(auxiliary - 1, REFLEXIVE);
        return Verb { group: auxiliary - usize::from(reflexive)..head + 1, head };
    }
    let mut start = head;
    while start > 0 && head - start < MAX_AUXILIARIES {
        let before = start - 1;
        // "has long complained".
        let between = start == head
            && before > 0
            && unit.is(before - 1, AUXILIARY)
            && !unit.is(before - 1, BE)
            && unit.item(before).is_some_and(|item| item.is_open() && item.quoted.is_none());
        let joins = unit.is(before, AUXILIARY | REFLEXIVE)
            || between
            || unit.is(before, ADVERB) && !unit.is(before, CAPITALISED) && !unit.is(before, SUBORDINATOR)
            // "as X once put it".
            || start == head && before > 0 && unit.is(before, ADVERB) && unit.is(before - 1, CAPITALISED)
            || unit.is(before, TO) && start == head;
        // Before a verb of saying ’s is hardly ever *is*.
        if !joins || unit.is(before, GENITIVE) {
            break;
        }
        start = before;
    }
    // "went on to say".
    if unit.is(start, TO) && start >= 2 && unit.is(start - 1, PARTICLE) && unit.is(start - 2, FINITE) {
        start -= 2;
    }
    Verb { group: start..head + 1, head }
}

/// Item of the *a* or *ont* that makes a French participle at `head` a verb of saying.
pub(crate) fn perfect_auxiliary(unit: &Unit<'_>, head: usize) -> Option<usize> {
    let participle = unit.is(head, NEEDS_AUXILIARY);
    (head.saturating_sub(PERFECT_WITHIN)..head).rev().find(|i| participle && unit.is(*i, PERFECT))
}

/// Subject of the verb group, when it precedes the verb.
pub(crate) fn subject_before(unit: &Unit<'_>, verb: &Verb) -> Option<Range<usize>> {
    let end = verb.group.start;
    let last = end.checked_sub(1)?;
    if unit.is(last, SUBJECT_PRONOUN) && !unit.is(last, WH) {
        return Some(last..end);
    }
    if unit.is(last, RELATIVE_PRONOUN | THAT) {
        let mut at = last;
        if at > 0 && unit.word(at - 1) == "," {
            at -= 1;
        }
        let head = phrase_before(unit, at)?;
        // "X, 24, who said": the number is not the subject.
        let age = head.clone().all(|i| unit.is(i, NUMBER)) && head.start > 1 && unit.word(head.start - 1) == ",";
        return if age { phrase_before(unit, head.start - 1) } else { Some(head) };
    }
    if unit.is(last, AND | BUT | OR | THEN) {
        return clause_subject(unit, last);
    }
    if !matches!(unit.word(last), "," | "–" | "—" | "-") {
        return head_of_relative(unit, end).or_else(|| phrase_before(unit, end));
    }
    if verb.head > 0 && unit.is(verb.head, PARTICIPLE) {
        return clause_subject(unit, last);
    }
    // "X, a senator from Y, said": the words between commas belong to X.
    let comma = (last.saturating_sub(MAX_PHRASE)..last).rev().find(|i| unit.word(*i) == unit.word(last))?;
    if let Some(subject) = subject_of_asides(unit, comma, last) {
        return Some(subject);
    }
    let head = phrase_before(unit, comma);
    let Some(head) = head else {
        // "In a letter, said": there is no subject.
        return None;
    };
    // "X, civil engineering professor Y, said": a name in the apposition also identifies the speaker.
    let named = || {
        (comma + 1..last).any(|i| unit.is(i, CAPITALISED) && !unit.is(i, TIME))
            && !(comma + 1..last).any(|i| unit.is(i, PREPOSITION | AUXILIARY | SAYS | FINITE | WH | SUBORDINATOR))
    };
    let apposition = is_apposition(unit, comma + 1) || named();
    Some(if apposition { head.start..last } else { head })
}

/// Subject that several asides follow, the last of them between the commas `comma` and `last`: *X, of the police, who
/// was there, said*.
fn subject_of_asides(unit: &Unit<'_>, comma: usize, last: usize) -> Option<Range<usize>> {
    if unit.word(comma) != "," {
        return None;
    }
    let floor = comma.saturating_sub(MAX_PHRASE);
    let ends = |i: &usize| unit.items[*i].quoted.is_some() || matches!(unit.word(*i), "." | "?" | "!" | ";" | ":");
    let start = (floor..comma).rev().find(ends).map_or(floor, |i| i + 1);
    let subject = first_subject(unit, start..comma)?;
    let mut commas = (subject.end..=last).filter(|i| unit.word(*i) == ",");
    let named = unit.is(subject.end - 1, CAPITALISED) && unit.word(subject.end) == "," && subject.end < comma;
    let aside = |open: usize, close: usize| {
        let relative = unit.is(open + 1, WH | RELATIVE_PRONOUN);
        let begins = unit.is(open + 1, PREPOSITION | NUMBER | DETERMINER | ROLE);
        relative
            || begins
                && !(open + 1..close).any(|i| unit.is(i, AUXILIARY | FINITE | SAYS) && !unit.is(i, ROLE | GENITIVE))
    };
    let mut open = commas.next()?;
    (named && commas.all(|close| aside(std::mem::replace(&mut open, close), close))).then_some(subject)
}

/// Subject of a participle with its own: *With X telling reporters …*, *footage of X saying …*, *…, both candidates
/// acknowledging …*.
pub(crate) fn own_subject(unit: &Unit<'_>, at: usize) -> Option<Range<usize>> {
    let last = at.checked_sub(1).filter(|last| unit.is(*last, CAPITALISED | ROLE))?;
    let subject = phrase_before(unit, last + 1)?;
    // The X of "footage of X".
    let joint = subject.clone().rev().find(|i| unit.is(*i, WITH | OF));
    let subject = joint.map_or(subject.start, |joint| joint + 1)..subject.end;
    let apart = subject.start.checked_sub(1).is_some_and(|i| unit.is(i, WITH | OF) || unit.word(i) == ",");
    (apart && !subject.is_empty()).then_some(subject)
}

/// Owner of a noun: *X’s claim*, *his claim*.
pub(crate) fn possessor(unit: &Unit<'_>, at: usize) -> Option<Range<usize>> {
    let owner =
        (at.saturating_sub(OWNER_WITHIN)..at).rev().find(|i| unit.is(*i, POSSESSIVE | GENITIVE | PLURAL_GENITIVE))?;
    if unit.is(owner, POSSESSIVE) { Some(owner..owner + 1) } else { phrase_before(unit, owner) }
}

/// Head noun of a relative clause without commas, *Officials who met X said …*: the words between noun and verb are not
/// the subject.
fn head_of_relative(unit: &Unit<'_>, end: usize) -> Option<Range<usize>> {
    let clause =
        (end.saturating_sub(RELATIVE)..end).rev().take_while(|i| !unit.is(*i, PUNCTUATION) || is_joint(unit, *i));
    let relative = clause.into_iter().find(|i| unit.is(*i, RELATIVE_PRONOUN))?;
    let noun = relative.checked_sub(1)?;
    let verb = |i: usize| unit.is(i, AUXILIARY | FINITE | SAYS | PAST_FORM);
    let head = unit.item(noun).is_some_and(|i| i.is_word()) && !unit.is(noun, SAYS | AUXILIARY | FINITE | PREPOSITION);
    if head && (relative + 1..end).any(verb) { phrase_before(unit, relative) } else { None }
}

/// Whether the comma at `comma` ends an apposition to a subject: the second comma of *X, a lawyer,*.
pub(crate) fn closes_apposition(unit: &Unit<'_>, comma: usize) -> bool {
    let opens = (comma.saturating_sub(MAX_PHRASE)..comma).rev().find(|i| unit.word(*i) == ",");
    opens.is_some_and(|opens| {
        opens + 1 < comma
            && is_apposition(unit, opens + 1)
            && !(opens + 1..comma).any(|i| unit.is(i, AUXILIARY | SAYS | FINITE) && !unit.is(i, ROLE | DOCUMENT))
            && opens > 0
            && unit.item(opens - 1).is_some_and(Item::is_word)
    })
}

/// Whether an apposition starts at `index`.
fn is_apposition(unit: &Unit<'_>, index: usize) -> bool {
    (unit.is(index, DETERMINER)
        || unit.is(index, TITLE | ROLE)
        || unit.is(index, CAPITALISED)
        || unit.is(index, NUMBER))
        && !unit.is(index, PARTICIPLE | WH | SUBJECT_PRONOUN | SUBORDINATOR)
        && !unit.is(index, OF | FOR | TO | PREPOSITION)
}

/// Noun phrase that ends right before `end`.
pub(crate) fn phrase_before(unit: &Unit<'_>, end: usize) -> Option<Range<usize>> {
    let floor = end.saturating_sub(MAX_PHRASE);
    let mut start = end;
    while start > floor {
        let i = start - 1;
        let item = unit.item(i)?;
        start = if unit.word(i) == ")" {
            match (floor..i).rev().find(|j| unit.word(*j) == "(") {
                Some(open) => open,
                None => break,
            }
        } else if item.quoted.is_some() && start < end && is_nickname(unit, i) || belongs_before(unit, i, start < end) {
            i
        } else {
            break;
        };
    }
    trim_left(unit, start..end)
}

/// Whether a quotation is a nickname or title inside a name: somebody “So” Andso.
fn is_nickname(unit: &Unit<'_>, index: usize) -> bool {
    let short = unit.item(index).is_some_and(|item| item.span.len() <= NICKNAME);
    short && index > 0 && unit.is(index - 1, CAPITALISED | DETERMINER) && unit.is(index + 1, CAPITALISED | ROLE)
}

/// Whether the word at `index` can be part of a phrase that ends behind it; `inner` when it is not the last.
fn belongs_before(unit: &Unit<'_>, index: usize, inner: bool) -> bool {
    let Some(item) = unit.item(index).filter(|i| i.quoted.is_none()) else { return false };
    if inner && is_joint(unit, index) {
        return true;
    }
    let clause = item.is(PUNCTUATION | SUBORDINATOR | WH | AUXILIARY | REFLEXIVE)
        || item.is(SUBJECT_PRONOUN) && !item.is(OBJECT_PRONOUN)
        || item.is(COORDINATOR) && !joins_phrases(unit, index);
    let verb = item.is(SAYS | FINITE) && !item.is(ROLE | DOCUMENT | CAPITALISED) && !is_nominal(unit, index);
    let adverb = item.is(ADVERB) && !item.is(DETERMINER | CAPITALISED) && !inner;
    // "need to persuade voters": the phrase begins behind the verb.
    let infinitive = inner && index > 0 && unit.is(index - 1, TO) && item.is_open();
    !(clause || verb || adverb || infinitive)
}

/// Whether the item is a hyphen, genitive or the like, which may be inside a phrase.
fn is_joint(unit: &Unit<'_>, index: usize) -> bool {
    unit.is(index, GENITIVE) || matches!(unit.word(index), "-" | "/" | "." | "'" | "’" | "&")
}

/// Whether the word at `index`, which could be a verb of saying, is part of a noun phrase.
fn is_nominal(unit: &Unit<'_>, index: usize) -> bool {
    let Some(before) = index.checked_sub(1) else { return false };
    unit.is(before, DETERMINER | POSSESSIVE)
        || unit.is(before, GENITIVE | OF)
        // "filed by state attorney X".
        || unit.is(before, PREPOSITION) && unit.is(index, ALSO_NOUN) && !unit.is(before, TO)
}

/// Whether *and* joins two names or nouns rather than two clauses.
fn joins_phrases(unit: &Unit<'_>, index: usize) -> bool {
    let left = index.checked_sub(1);
    let left = left.is_some_and(|i| unit.is(i, CAPITALISED) || unit.is(i, ROLE));
    left && (unit.is(index + 1, CAPITALISED | DETERMINER | ROLE | TITLE)) && !unit.is(index + 1, SUBJECT_PRONOUN)
}

/// Strips leading conjunctions, adverbs and prepositions.
fn trim_left(unit: &Unit<'_>, mut range: Range<usize>) -> Option<Range<usize>> {
    while range.start < range.end {
        let i = range.start;
        let adverb = unit.is(i, ADVERB) && !unit.is(i, DETERMINER | ROLE);
        let time = unit.is(i, TIME) && range.len() > 1 && !unit.is(i + 1, POSSESSIVE);
        let drop = unit.is(i, COORDINATOR | PUNCTUATION) || adverb || time || unit.is(i, SUBORDINATOR);
        if drop {
            range.start += 1;
        } else if unit.is(i, PREPOSITION) && !unit.is(i, DETERMINER) {
            // A fronted adverbial without its comma: keep the last phrase after it.
            range.start += 1;
        } else {
            break;
        }
    }
    let named = range.clone().any(|i| unit.item(i).is_some_and(|item| item.is_word()));
    (named && !range.is_empty()).then_some(range)
}

/// Subject of the clause that item `index` continues: that of the nearest verb of saying before it, else of the
/// sentence.
pub(crate) fn clause_subject(unit: &Unit<'_>, index: usize) -> Option<Range<usize>> {
    let floor = index.saturating_sub(2 * MAX_PHRASE);
    for head in (floor..index).rev() {
        // "worse-than-expected revenue".
        let compound = head > 0 && unit.word(head - 1) == "-";
        if unit.is(head, SAYS) && !unit.is(head, PARTICIPLE | CAPITALISED) && !is_nominal(unit, head) && !compound {
            let verb = verb_at(unit, head);
            let before = verb.group.start.checked_sub(1);
            if before.is_none_or(|i| unit.word(i) == "," || unit.is(i, AND | BUT | TO)) {
                continue;
            }
            if let Some(subject) = subject_before(unit, &verb) {
                return Some(subject);
            }
        }
    }
    first_subject(unit, 0..index)
}

/// Whether the item is a dash; two hyphens are a typewriter's.
pub(crate) fn is_dash(unit: &Unit<'_>, index: usize) -> bool {
    matches!(unit.word(index), "-" | "–" | "—" | "―" | "--")
}

/// First item of a sentence behind its dateline, "PARIS, May 2 (AFP) — "; 0 without one.
pub(crate) fn behind_dateline(unit: &Unit<'_>) -> usize {
    let place = unit.is(0, UPPERCASE);
    let dash = (1..DATELINE).find(|i| is_dash(unit, *i));
    let plain = |dash: &usize| (0..*dash).all(|i| unit.is(i, CAPITALISED | NUMBER | PUNCTUATION | TIME));
    dash.filter(|_| place).filter(plain).map_or(0, |dash| dash + 1)
}

/// First noun phrase of the clause in `clause` behind what is fronted; at the start of a unit also behind a dateline.
pub(crate) fn first_subject(unit: &Unit<'_>, clause: Range<usize>) -> Option<Range<usize>> {
    let first = clause.start;
    let mut start = if first == 0 { behind_dateline(unit) } else { first };
    let limit = clause.end.min(unit.items.len());
    // "In Ohio, X …", "After he won, X …", "Speaking in Ohio, X …".
    while start < limit {
        let fronted = unit.is(start, PREPOSITION | SUBORDINATOR) && !unit.is(start, SUBJECT_PRONOUN)
            || unit.is(start, PARTICIPLE)
            // "Eight years ago, X …".
            || !unit.is(start, SUBJECT_PRONOUN | CAPITALISED) && unit.is(start, TIME)
            || (start..start + AGO_WITHIN).take_while(|i| !unit.is(*i, PUNCTUATION)).any(|i| unit.is(i, AGO))
            // "Asked about the leak, X …".
            || start == first
                && unit.is(start, PAST_FORM)
                && unit.is(start + 1, PREPOSITION | SUBORDINATOR | WH | TIME)
            // More than five letters: "thing" and "king" only look like gerunds.
            || unit.word(start).len() > 5 && unit.is(start, GERUND);
        let skip = unit.is(start, COORDINATOR | ADVERB | PUNCTUATION) && !unit.is(start, DETERMINER | SUBJECT_PRONOUN);
        if fronted {
            match (start..limit.min(start + MAX_PHRASE)).find(|i| unit.word(*i) == ",") {
                // "On July 6, 2015, X …".
                Some(comma) if unit.is(comma + 1, NUMBER) && unit.word(comma + 2) == "," => start = comma + 3,
                Some(comma) => start = comma + 1,
                None => break,
            }
        } else if skip || unit.item(start).is_some_and(|i| i.quoted.is_some()) {
            start += 1;
        } else {
            break;
        }
    }
    phrase_after(unit, start, false)
}

/// Noun phrase that starts at `start`; with `apposition`, including its apposition.
pub(crate) fn phrase_after(unit: &Unit<'_>, start: usize, apposition: bool) -> Option<Range<usize>> {
    let first = unit.item(start)?;
    // "said her deputy" against "told her".
    let owns = first.is(POSSESSIVE)
        && unit.item(start + 1).is_some_and(|next| {
            next.is_word()
                && !next.is(DETERMINER
                    | AUXILIARY
                    | PREPOSITION
                    | SUBORDINATOR
                    | COORDINATOR
                    | WH
                    | TIME
                    | SUBJECT_PRONOUN)
        });
    if first.is(SUBJECT_PRONOUN) && !first.is(WH) || first.is(OBJECT_PRONOUN) && !owns {
        return Some(start..start + 1);
    }
    // "said fire chief X".
    let compound = first.is(ALSO_NOUN) && !first.is(PARTICIPLE) && unit.is(start + 1, ROLE | TITLE | CAPITALISED);
    let starts = compound
        || first.is(DETERMINER | POSSESSIVE | CAPITALISED | TITLE | ROLE | NUMBER | DOCUMENT)
        || first.is_word()
            && !first.is(AUXILIARY | PREPOSITION | SUBORDINATOR | COORDINATOR | SAYS | ADVERB | WH | TIME);
    if !starts || first.is(WH) {
        return None;
    }
    let ceiling = unit.items.len().min(start + MAX_PHRASE);
    let mut end = start;
    // Whether the head is a common noun, to which prepositions may attach.
    let mut common = false;
    while end < ceiling {
        let item = unit.item(end)?;
        if unit.word(end) == "(" {
            // A short bracket belongs to the phrase.
            match (end..ceiling.min(end + BRACKET)).find(|i| unit.word(*i) == ")") {
                Some(close) => end = close,
                None => break,
            }
        } else if item.quoted.is_some() {
            let name = end > start && unit.is(end + 1, CAPITALISED) && unit.is(end - 1, CAPITALISED);
            if !name {
                break;
            }
        } else if end > start && is_joint(unit, end) {
            if item.is(PUNCTUATION) && !unit.item(end + 1).is_some_and(|n| n.is_word()) {
                break;
            }
        } else {
            if !belongs_after(unit, end, end > start, common) {
                break;
            }
            let noun = !item.is(CAPITALISED | DETERMINER | PREPOSITION);
            common = noun || common && item.is(PREPOSITION);
        }
        end += 1;
    }
    // "a document filed by": a preposition without its noun is not part of the phrase.
    while end > start && unit.is(end - 1, PREPOSITION) && !unit.is(end - 1, DETERMINER | CAPITALISED) {
        end -= 1;
    }
    if end == start {
        return None;
    }
    let end = if apposition { apposition_end(unit, end).unwrap_or(end) } else { end };
    Some(start..end)
}

/// Whether the word at `index` can continue a phrase; `inner` when it is not the first.
fn belongs_after(unit: &Unit<'_>, index: usize, inner: bool, common: bool) -> bool {
    let Some(item) = unit.item(index) else { return false };
    if item.is(PUNCTUATION | SUBORDINATOR | WH | AUXILIARY | REFLEXIVE) {
        return false;
    }
    // Behind a name a word in -ed is its verb: "X lashed out".
    let behind_name = !common && inner && unit.is(index - 1, CAPITALISED) && item.is(PAST_FORM);
    let verb = (item.is(SAYS | FINITE) || behind_name || takes_object(unit, index))
        && !item.is(CAPITALISED)
        && !is_nominal(unit, index)
        && !is_noun_here(unit, index);
    if inner && (item.is(SUBJECT_PRONOUN) || verb) {
        return false;
    }
    if item.is(PREPOSITION) && !item.is(DETERMINER) {
        let keeps = item.is(OF | FOR) || common && item.is(ATTACHES);
        return keeps && inner && continues_phrase(unit, index + 1);
    }
    if item.is(COORDINATOR) {
        return joins_phrases(unit, index);
    }
    // "USA Today reported": a capitalised time is part of a name, except for days and months, which are always
    // capitalised.
    let language = unit.lexicon.language;
    let dated = || language.weekday(&item.lower).is_some() || language.month(&item.lower).is_some();
    let named = item.is(TIME) && item.is(CAPITALISED) && inner && unit.is(index - 1, CAPITALISED) && !dated();
    let time = item.is(TIME) && !unit.is(index + 1, ROLE) && !named;
    // "a just released poll".
    let adverb = item.is(ADVERB) && !item.is(DETERMINER) && !(inner && unit.is(index - 1, DETERMINER));
    !(inner && (time || adverb))
}

/// "The party backs a higher wage": an unknown word in -s or -ed is a verb where another noun phrase follows.
fn takes_object(unit: &Unit<'_>, index: usize) -> bool {
    let form = unit.is(index, PLURAL_FORM | PAST_FORM) && unit.item(index).is_some_and(Item::is_open);
    let next = index + 1;
    form && unit.is(next, DETERMINER | POSSESSIVE) && !unit.is(next, SUBJECT_PRONOUN | THAT | GENITIVE)
}

/// End of an apposition behind a phrase: "X, a lawyer in Porto".
fn apposition_end(unit: &Unit<'_>, end: usize) -> Option<usize> {
    if unit.word(end) != "," || !is_apposition(unit, end + 1) {
        return None;
    }
    let inside = |i: usize| matches!(unit.word(i), "-" | "’" | "'" | "/" | "(" | ")");
    let close = (end + 1..unit.items.len().min(end + MAX_PHRASE))
        .find(|i| unit.is(*i, PUNCTUATION) && !inside(*i) || unit.items[*i].quoted.is_some())?;
    let verb = |i: usize| unit.is(i, SAYS | BE | FINITE) && !unit.is(i, ROLE | DOCUMENT) && !is_nominal(unit, i);
    (!(end + 1..close).any(verb)).then_some(close)
}

fn continues_phrase(unit: &Unit<'_>, index: usize) -> bool {
    unit.item(index).is_some_and(|item| item.is_word() && !item.is(SUBJECT_PRONOUN | AUXILIARY) && !item.is(TIME))
}

/// Whether a word that may be a verb of saying is a noun here: *report*, *claims* and the like after an article.
pub(crate) fn is_noun_here(unit: &Unit<'_>, index: usize) -> bool {
    let Some(before) = index.checked_sub(1) else { return false };
    let noun_like = unit.is(index, DOCUMENT) || !unit.is(index, PAST_FORM);
    // "many said", "the other asked".
    let noun_before = unit.is(before, PRONOMINAL) && !unit.is(index, ALSO_NOUN | DOCUMENT);
    // "X put it this way": a pronoun in the objective case follows a verb.
    let governs = unit.is(index + 1, OBJECT_PRONOUN);
    // "the two lengthy reports": a verb in the present follows a name, a pronoun or a person.
    let present = unit.is(index, ALSO_NOUN)
        && !governs
        && unit.item(before).is_some_and(|i| i.is_word())
        && !unit.is(
            before,
            CAPITALISED | SUBJECT_PRONOUN | ROLE | DOCUMENT | ADVERB | AUXILIARY | WH | SUBORDINATOR | COORDINATOR,
        );
    // "the United States", "the Remarks": part of a name, or of a headline.
    if unit.is(index, ALSO_NOUN) && unit.is(index, CAPITALISED) && unit.is(before, CAPITALISED) {
        return true;
    }
    // "the shooting title": the base form of a verb follows a plural or an auxiliary.
    let base = unit.is(index, ALSO_NOUN)
        && !governs
        && !unit.is(index, PLURAL_FORM)
        && !unit.is(index, PARTICIPLE)
        && !unit.is(before, AUXILIARY | SUBJECT_PRONOUN | ADVERB)
        // "X shot back".
        && !unit.is(index + 1, PARTICLE)
        && !unit.is(before, TO | PLURAL_FORM);
    present
        || base
        || noun_like
            && (unit.is(before, DETERMINER) && !noun_before && !unit.is(before, SUBJECT_PRONOUN | THAT)
                || unit.is(before, PREPOSITION) && !unit.is(index, PARTICIPLE) && !unit.is(before, TO)
                || unit.is(before, GENITIVE) && unit.is(index, DOCUMENT | ALSO_NOUN))
}
