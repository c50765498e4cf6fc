//! The construction around a word, read from its neighbours.

use crate::cues::{CueContext, Follow, Role};
use crate::lexicon::{
    ABOUT, ADDRESSES, ADVERB, AGAINST, ALSO_NOUN, AND, AS, ASIDE, AUXILIARY, BE, BUT, BY, CAPITALISED, Class,
    DETERMINER, DOCUMENT, FOR, GENITIVE, GERUND, IN, NEAREST, NOT, NUMBER, OBJECT_PRONOUN, OF, ON, OR, PARTICIPLE,
    PAST_FORM, PLURAL_FORM, PLURAL_GENITIVE, POSSESSIVE, PREPOSITION, PRONOMINAL, PUNCTUATION, ROLE, SAYS,
    SUBJECT_PRONOUN, SUBORDINATOR, TELLING, TELLS, THAT, TIME, TO, TO_HEARER, WH, WHETHER, WITH,
};
use crate::phrase::closes_apposition;
use crate::unit::Unit;

/// Most items between a cue and what follows it: "points out", "said on Tuesday", "said again". Set by hand.
const MAX_BETWEEN: usize = 4;
/// Items behind a preposition within which *that* begins the content: "said on the radio that …". Set by hand.
const THAT_WITHIN: usize = 10;
/// Items behind a cue within which a verb makes a clause of what follows. Set by hand.
const CLAUSE_WITHIN: usize = 12;
/// The same behind a verb whose content is behind its addressee: "urged him to go", "told a crowd in the town, on the
/// last day, that …". Set by hand.
const TOLD_WITHIN: usize = 20;

/// Context of the word at `at`.
pub(crate) fn context(unit: &Unit<'_>, at: usize) -> CueContext {
    let (follow, start) = follow(unit, at);
    CueContext { role: role(unit, at), follow, start }
}

fn role(unit: &Unit<'_>, at: usize) -> Role {
    let Some(before) = at.checked_sub(1) else { return Role::Other };
    let mut i = before;
    // "is not expected" is as passive as "is expected".
    while i > 0 && (unit.is(i, ADVERB) && !unit.is(i, DETERMINER) || unit.is(i, NOT) && unit.is(i - 1, BE)) {
        i -= 1;
    }
    let word = unit.word(i);
    if unit.is(i, TO) {
        return Role::Infinitive;
    }
    if unit.is(i, BE) && !unit.is(i, GENITIVE) {
        return if unit.is(at, GERUND) { Role::Verb } else { Role::Passive };
    }
    if unit.is(i, AUXILIARY) && !unit.is(i, GENITIVE) {
        return Role::Verb;
    }
    if matches!(word, "," | "—" | "–") || unit.is(i, AND | BUT | OR) {
        // "X, accused of lying, …".
        let participle = word == "," && unit.is(at, PAST_FORM) && unit.is(at + 1, PREPOSITION);
        return match () {
            () if participle => Role::Passive,
            // "X, a lawyer, said".
            () if word == "," && i == before && closes_apposition(unit, i) => Role::Verb,
            () => Role::Joined,
        };
    }
    // "Many said", "the other said".
    let verb = unit.is(at, SAYS) && !unit.is(at, ALSO_NOUN | DOCUMENT | PARTICIPLE);
    if verb && unit.is(i, PRONOMINAL) {
        return Role::Verb;
    }
    if unit.is(i, GENITIVE | PLURAL_GENITIVE) || unit.is(i, DETERMINER | NUMBER) && !unit.is(i, SUBJECT_PRONOUN) {
        return Role::Noun;
    }
    if unit.is(i, SUBJECT_PRONOUN | CAPITALISED | WH | THAT) || word == ")" {
        return Role::Verb;
    }
    if unit.is(i, PREPOSITION) {
        return Role::Noun;
    }
    // "the latest claim", "Republican lawmakers claim".
    let noun = unit.is(at, ALSO_NOUN | DOCUMENT) || !unit.is(at, SAYS);
    let adjective = noun && i > 0 && unit.is(i - 1, DETERMINER | POSSESSIVE) && !unit.is(i, PLURAL_FORM);
    let head = unit.is(i, ROLE | DOCUMENT);
    if adjective && !head { Role::Noun } else { Role::Other }
}

/// Function words behind a word, by class, with their value of [`Follow`].
const FUNCTIONS: [(Class, Follow); 13] = [
    (THAT, Follow::That),
    (TO, Follow::To),
    (WHETHER, Follow::If),
    (OF, Follow::Of),
    (FOR, Follow::For),
    (ABOUT, Follow::About),
    (ON, Follow::On),
    (WITH, Follow::With),
    (AS, Follow::As),
    (AGAINST, Follow::Against),
    (IN, Follow::In),
    (BY, Follow::By),
    (AND | BUT | OR, Follow::And),
];

/// Union of those classes.
const FOLLOWS: Class = {
    let (mut all, mut at) = (0, 0);
    while at < FUNCTIONS.len() {
        all |= FUNCTIONS[at].0;
        at += 1;
    }
    all
};

/// The first matching value of [`FUNCTIONS`]; `Wh` for any other function word.
fn function(class: Class) -> Follow {
    FUNCTIONS.iter().find(|(of, _)| class & of != 0).map_or(Follow::Wh, |(_, follow)| *follow)
}

fn follow(unit: &Unit<'_>, at: usize) -> (Follow, usize) {
    let mut i = at + 1;
    while i <= at + MAX_BETWEEN {
        let particle = i == at + 1 && unit.is(i, ASIDE);
        let owns = unit.is(i + 2, GENITIVE) || unit.word(i + 2) == "’";
        let timed = unit.is(i, PREPOSITION)
            && (unit.is(i + 1, TIME) && !owns || unit.is(i + 1, NUMBER) && unit.is(i + 2, TIME));
        // "said last week".
        let dated = unit.is(i, DETERMINER | NEAREST) && unit.is(i + 1, TIME);
        let skip = particle
            || dated
            || unit.is(i, TIME) && !unit.is(i, ADVERB)
            || timed
            || unit.is(i, ADVERB) && !unit.is(i, DETERMINER | SUBORDINATOR);
        if !skip {
            break;
        }
        i += 1;
    }
    let Some(item) = unit.item(i) else { return (Follow::End, i) };
    if item.quoted.is_some() {
        return (Follow::Quote, i);
    }
    // "said on the radio that …".
    let hearer = unit.is(i, TO) && unit.is(at, TO_HEARER);
    if hearer || item.is(PREPOSITION) && !item.is(OF | AS | TO) {
        let inside = |j: &usize| {
            unit.item(*j).is_some_and(|w| w.is_word()) || unit.is(*j, PLURAL_GENITIVE) || unit.word(*j) == "-"
        };
        let that = (i + 1..i + THAT_WITHIN).take_while(inside).find(|j| unit.is(*j, THAT) && !unit.is(j + 1, TIME));
        if let Some(that) = that.filter(|t| !unit.is(t - 1, ADVERB | AUXILIARY)) {
            return (Follow::That, that);
        }
    }
    // "He added, that …".
    if unit.word(i) == "," && unit.is(i + 1, THAT) && unit.is(at, SAYS) {
        return (Follow::That, i + 1);
    }
    // "that night" is not a clause.
    let that_time = item.is(THAT) && unit.is(i + 1, TIME);
    let kind = match unit.word(i) {
        _ if that_time => Follow::Other,
        ":" => Follow::Colon,
        "," => Follow::Comma,
        "." | "?" | "!" | ";" => Follow::End,
        _ if item.is(FOLLOWS) => function(item.class),
        _ if item.is(PUNCTUATION) => Follow::Other,
        _ if item.is(WH) => Follow::Wh,
        _ if item.is(SUBJECT_PRONOUN) && !item.is(OBJECT_PRONOUN) => Follow::Clause,
        _ if item.is(PREPOSITION) && !item.is(DETERMINER) => Follow::OtherPreposition,
        _ if item.is(AUXILIARY) => Follow::Auxiliary,
        // More than four letters: "king" and "ring" only look like gerunds.
        word if word.len() > 4 && item.is(GERUND) && !item.is(CAPITALISED) => Follow::Ing,
        _ => return clause_or_phrase(unit, at, i),
    };
    (kind, i)
}

/// Tells a clause ("said the results were good", "told him that …") from a noun phrase ("denied the claims").
fn clause_or_phrase(unit: &Unit<'_>, at: usize, start: usize) -> (Follow, usize) {
    let telling = unit.is(at, TELLS | ADDRESSES);
    let reach = if telling { TOLD_WITHIN } else { CLAUSE_WITHIN };
    for i in start + 1..start + reach {
        let Some(item) = unit.item(i) else { break };
        let word = unit.word(i);
        if telling && item.quoted.is_some() {
            return (Follow::Quote, i);
        }
        if telling && item.is(TELLING) {
            return (function(item.class), i);
        }
        if item.is(PUNCTUATION) && !matches!(word, "-" | "'" | "’" | "." | "/") && !(telling && word == ",")
            || item.is(SUBORDINATOR | WH) && !item.is(THAT)
        {
            break;
        }
        if unit.is(at, ADDRESSES) && item.is(OF) {
            return (Follow::Of, i);
        }
        if item.is(AUXILIARY) && !item.is(GENITIVE)
            || item.is(SAYS) && !item.is(PARTICIPLE | POSSESSIVE) && item.is(PAST_FORM) && !item.is(CAPITALISED)
        {
            // "told her she was right": the clause starts behind the addressee.
            let from = if telling && unit.is(start, OBJECT_PRONOUN) { start + 1 } else { start };
            return (Follow::Clause, from);
        }
        if telling && item.is(SUBJECT_PRONOUN) && !item.is(OBJECT_PRONOUN) {
            return (Follow::Clause, i);
        }
    }
    (Follow::Phrase, start)
}
