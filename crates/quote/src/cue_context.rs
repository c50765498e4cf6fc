//! The construction that a word stands in, read from the words around it.

use crate::cues::{CueContext, Follow, Role};
use crate::lexicon::{
    ADDRESSES, ADVERB, ALSO_NOUN, AUXILIARY, BE, CAPITALISED, DETERMINER, DOCUMENT, NUMBER, OBJECT_PRONOUN, PARTICIPLE,
    POSSESSIVE, PREPOSITION, PUNCTUATION, ROLE, SAYS, SUBJECT_PRONOUN, SUBORDINATOR, TELLS, TIME, TO_HEARER, WH,
};
use crate::unit::Unit;

/// The context of the word at `at`.
pub(crate) fn context(unit: &Unit<'_>, at: usize) -> CueContext {
    let (follow, start) = follow(unit, at);
    CueContext { role: role(unit, at), follow, start }
}

fn role(unit: &Unit<'_>, at: usize) -> Role {
    let Some(before) = at.checked_sub(1) else { return Role::Other };
    let mut i = before;
    // "is not expected" is as passive as "is expected".
    let negation = |i: usize| matches!(unit.word(i), "not" | "n't" | "n’t" | "never");
    while i > 0 && (unit.is(i, ADVERB) && !unit.is(i, DETERMINER) || negation(i) && unit.is(i - 1, BE)) {
        i -= 1;
    }
    let word = unit.word(i);
    if word == "to" {
        return Role::Infinitive;
    }
    if unit.is(i, BE) && !matches!(word, "'s" | "’s") {
        return if unit.word(at).ends_with("ing") { Role::Verb } else { Role::Passive };
    }
    if unit.is(i, AUXILIARY) && !matches!(word, "'s" | "’s") {
        return Role::Verb;
    }
    if matches!(word, "," | "—" | "–" | "and" | "but" | "or") {
        // "X, accused of lying, …"
        let participle = word == "," && unit.word(at).ends_with("ed") && unit.is(at + 1, PREPOSITION);
        return if participle { Role::Passive } else { Role::Joined };
    }
    if matches!(word, "'s" | "’s" | "'" | "’") || unit.is(i, DETERMINER | NUMBER) && !unit.is(i, SUBJECT_PRONOUN) {
        return Role::Noun;
    }
    if unit.is(i, SUBJECT_PRONOUN | CAPITALISED | WH) || word == "that" || word == ")" {
        return Role::Verb;
    }
    if unit.is(i, PREPOSITION) {
        return Role::Noun;
    }
    // "the latest claim", "Republican lawmakers claim"
    let noun = unit.is(at, ALSO_NOUN | DOCUMENT) || !unit.is(at, SAYS);
    let adjective = noun && i > 0 && unit.is(i - 1, DETERMINER | POSSESSIVE) && !unit.word(i).ends_with('s');
    let head = unit.is(i, ROLE | DOCUMENT);
    if adjective && !head { Role::Noun } else { Role::Other }
}

fn follow(unit: &Unit<'_>, at: usize) -> (Follow, usize) {
    let mut i = at + 1;
    // "points out", "said on Tuesday", "said again": what may stand between.
    while i < at + 5 {
        let particle = i == at + 1 && matches!(unit.word(i), "out" | "up" | "back" | "forth");
        let owns = matches!(unit.word(i + 2), "'s" | "’s" | "’");
        let timed = unit.is(i, PREPOSITION)
            && (unit.is(i + 1, TIME) && !owns || unit.is(i + 1, NUMBER) && unit.is(i + 2, TIME));
        // "said last week"
        let dated = (unit.is(i, DETERMINER) || matches!(unit.word(i), "last" | "next")) && unit.is(i + 1, TIME);
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
    // "said on the radio that …"
    let hearer = unit.word(i) == "to" && unit.is(at, TO_HEARER);
    if hearer || item.is(PREPOSITION) && !matches!(unit.word(i), "of" | "as" | "to") {
        let inside = |j: &usize| {
            unit.item(*j).is_some_and(|w| w.is_word()) || matches!(unit.word(*j), "'s" | "’s" | "'" | "’" | "s" | "-")
        };
        let that = (i + 1..i + 10).take_while(inside).find(|j| unit.word(*j) == "that" && !unit.is(j + 1, TIME));
        if let Some(that) = that.filter(|t| !unit.is(t - 1, ADVERB | AUXILIARY)) {
            return (Follow::That, that);
        }
    }
    // "He added, that …"
    if unit.word(i) == "," && unit.word(i + 1) == "that" && unit.is(at, SAYS) {
        return (Follow::That, i + 1);
    }
    // "that night" is no clause.
    let that_time = unit.word(i) == "that" && unit.is(i + 1, TIME);
    let kind = match unit.word(i) {
        "that" if that_time => Follow::Other,
        ":" => Follow::Colon,
        "," => Follow::Comma,
        "." | "?" | "!" | ";" => Follow::End,
        "that" | "que" | "qu'" | "qu’" => Follow::That,
        "to" => Follow::To,
        "if" | "whether" => Follow::If,
        "of" | "de" => Follow::Of,
        "for" | "pour" => Follow::For,
        "about" => Follow::About,
        "on" => Follow::On,
        "with" => Follow::With,
        "as" => Follow::As,
        "against" => Follow::Against,
        "in" => Follow::In,
        "by" => Follow::By,
        "and" | "but" | "or" => Follow::And,
        _ if item.is(PUNCTUATION) => Follow::Other,
        _ if item.is(WH) && !item.is(SUBJECT_PRONOUN) || unit.word(i) == "who" => Follow::Wh,
        _ if item.is(SUBJECT_PRONOUN) && !item.is(OBJECT_PRONOUN) => Follow::Clause,
        _ if item.is(PREPOSITION) && !item.is(DETERMINER) => Follow::OtherPreposition,
        _ if item.is(AUXILIARY) => Follow::Auxiliary,
        word if word.len() > 4 && word.ends_with("ing") && !item.is(CAPITALISED) => Follow::Ing,
        _ => return clause_or_phrase(unit, at, i),
    };
    (kind, i)
}

/// Tells "said the results were good" and "told him that …" from "denied the claims".
fn clause_or_phrase(unit: &Unit<'_>, at: usize, start: usize) -> (Follow, usize) {
    // "urged him to go", "told a crowd in the town, on the last day, that …": what is said stands behind who is told.
    let telling = unit.is(at, TELLS | ADDRESSES);
    let reach = if telling { 20 } else { 12 };
    for i in start + 1..start + reach {
        let Some(item) = unit.item(i) else { break };
        let word = unit.word(i);
        if telling && item.quoted.is_some() {
            return (Follow::Quote, i);
        }
        if telling && matches!(word, "that" | "to" | "about" | "how" | "what" | "if" | "whether" | "why") {
            let kind = match word {
                "that" => Follow::That,
                "to" => Follow::To,
                "about" => Follow::About,
                "if" | "whether" => Follow::If,
                _ => Follow::Wh,
            };
            return (kind, i);
        }
        if item.is(PUNCTUATION) && !matches!(word, "-" | "'" | "’" | "." | "/") && !(telling && word == ",")
            || item.is(SUBORDINATOR | WH) && word != "that"
        {
            break;
        }
        if unit.is(at, ADDRESSES) && word == "of" {
            return (Follow::Of, i);
        }
        let clitic = matches!(word, "'s" | "’s");
        if item.is(AUXILIARY) && !clitic
            || item.is(SAYS) && !item.is(PARTICIPLE | POSSESSIVE) && word.ends_with("ed") && !item.is(CAPITALISED)
        {
            // "told her she was right": the clause starts behind whom it is told.
            let from = if telling && unit.is(start, OBJECT_PRONOUN) { start + 1 } else { start };
            return (Follow::Clause, from);
        }
        if telling && item.is(SUBJECT_PRONOUN) && !item.is(OBJECT_PRONOUN) {
            return (Follow::Clause, i);
        }
    }
    (Follow::Phrase, start)
}
