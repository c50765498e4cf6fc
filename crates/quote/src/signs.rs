//! The signs by which a report is told from what nobody said.
//!
//! Each has a name and a value, such as `stem+follows` and `claim+That`; the weights of a language's `cues.tsv` stand
//! beside them. All are read from closed classes of words and their places: no tagger runs.

use std::fmt::Write;
use std::ops::Range;

use crate::cues::{ALWAYS, STEM};
use crate::lexicon::{
    ADDRESSES, ALSO_NOUN, AUXILIARY, CAPITALISED, COORDINATOR, DETERMINER, DOCUMENT, FINITE, NUMBER, OBJECT_PRONOUN,
    POSSESSIVE, PREPOSITION, PUNCTUATION, REPRESENTATIVE, ROLE, SAYS, SHOWS, STATE_BODY, SUBJECT_PRONOUN, SUBORDINATOR,
    TELLS, TITLE, WH,
};
use crate::phrase::verb_at;
use crate::report::{Report, Word};
use crate::unit::Unit;

/// Classes of the words before a verb that stand for themselves as a sign; of others only that there is one.
const CLOSED: u64 =
    SUBJECT_PRONOUN | AUXILIARY | PREPOSITION | DETERMINER | COORDINATOR | SUBORDINATOR | WH | PUNCTUATION;

/// A function that is told a sign by name and parts of its value.
type Tell<'a> = dyn FnMut(&str, std::fmt::Arguments<'_>) + 'a;

/// Calls `read` with a function that writes the values of signs and hands them to `sink`.
fn telling(sink: &mut dyn FnMut(&str, &str), read: impl FnOnce(&mut Tell<'_>)) {
    let mut value = String::new();
    read(&mut |name, parts| {
        value.clear();
        // Writing to a string never fails.
        if value.write_fmt(parts).is_ok() && !value.is_empty() {
            sink(name, &value);
        }
    });
}

/// Tells the signs that the word and its construction have, whatever it reports.
pub(crate) fn signs_of_word(word: &Word<'_>, sink: &mut dyn FnMut(&str, &str)) {
    telling(sink, |tell| of_word(word, tell));
}

/// Tells the other signs of a report to `sink`, each by name and value.
///
/// `later` says that the sentence had a report before.
pub(crate) fn signs_of_report(
    word: &Word<'_>,
    rule: &str,
    report: &Report,
    later: bool,
    sink: &mut dyn FnMut(&str, &str),
) {
    telling(sink, |tell| of_report(word, rule, report, later, tell));
}

fn of_word(word: &Word<'_>, tell: &mut Tell<'_>) {
    let Word { unit, at, ref context, ref stem, .. } = *word;
    let (role, follow, text, says) = (context.role, context.follow, unit.word(at), unit.is(at, SAYS));
    tell(ALWAYS, format_args!("yes"));
    tell("word", format_args!("{text}"));
    tell("word+follows", format_args!("{text}+{follow:?}"));
    tell("word+role", format_args!("{text}+{role:?}"));
    tell(STEM, format_args!("{stem}"));
    tell("stem+follows", format_args!("{stem}+{follow:?}"));
    tell("stem+role", format_args!("{stem}+{role:?}"));
    tell("stem+role+follows", format_args!("{stem}+{role:?}+{follow:?}"));
    tell("construction", format_args!("{role:?}+{follow:?}"));
    tell("speech+follows", format_args!("{says}+{follow:?}"));
    tell("speech+role", format_args!("{says}+{role:?}"));
    tell("noun+role", format_args!("{}+{role:?}", unit.is(at, ALSO_NOUN)));
    tell("told+follows", format_args!("{}+{follow:?}", unit.is(at, TELLS | ADDRESSES)));
    tell("capital", format_args!("{}", unit.is(at, CAPITALISED)));
    tell("past", format_args!("{}", text.ends_with("ed")));
    let ending = text.char_indices().rev().nth(2).map_or(text, |(i, _)| text.get(i..).unwrap_or(text));
    tell("ending+follows", format_args!("{ending}+{follow:?}"));
}

fn of_report(word: &Word<'_>, rule: &str, report: &Report, later: bool, tell: &mut Tell<'_>) {
    let Word { unit, at, ref context, ref stem, .. } = *word;
    let (role, follow, text) = (context.role, context.follow, unit.word(at));
    let (says, content) = (unit.is(at, SAYS), &report.content);
    let subject = subject(unit, report.speaker.as_ref());
    let verb = verb_at(unit, at).group;
    tell("stem+subject", format_args!("{stem}+{subject}"));
    tell("rule", format_args!("{rule}"));
    tell("later", format_args!("{later}"));
    // The subject.
    tell("subject", format_args!("{subject}"));
    tell("subject+follows", format_args!("{subject}+{follow:?}"));
    if let Some(head) = report.speaker.as_ref().map(|speaker| head(unit, speaker)) {
        tell("subject-head", format_args!("{}", unit.word(head)));
    }
    // The verb.
    tell("shows+subject", format_args!("{}+{subject}", unit.is(at, SHOWS)));
    let before = match verb.start.checked_sub(1) {
        None => "none",
        Some(i) if unit.is(i, CLOSED) => unit.word(i),
        Some(_) => "other",
    };
    tell("before", format_args!("{before}"));
    tell("before+role", format_args!("{before}+{role:?}"));
    // ", highlighting the risk": of what nobody says before, but what it shows.
    let participle = text.ends_with("ing");
    tell("participle+shows+later", format_args!("{participle}+{}+{later}", unit.is(at, SHOWS)));
    for i in verb.filter(|i| *i != at) {
        tell("auxiliary", format_args!("{}", unit.word(i)));
    }
    // The content.
    let any = |class| content.clone().any(|i| unit.is(i, class));
    let past = content.clone().any(|i| unit.word(i).ends_with("ed"));
    tell("finite+follows", format_args!("{}+{follow:?}", past || any(AUXILIARY | FINITE)));
    let quoted = content.clone().any(|i| unit.item(i).is_some_and(|item| item.quoted.is_some()));
    tell("quoted+speech", format_args!("{quoted}+{says}"));
    let first = unit.word(content.start);
    tell("first", format_args!("{first}"));
    tell("stem+first", format_args!("{stem}+{first}"));
    tell("second", format_args!("{}", unit.word(content.start + 1)));
    tell("behind", format_args!("{}", unit.word(content.end)));
    let modal =
        |i: &usize| matches!(unit.word(*i), "would" | "should" | "could" | "will" | "must" | "can" | "may" | "might");
    if let Some(modal) = content.clone().find(modal) {
        tell("modal+follows", format_args!("{}+{follow:?}", unit.word(modal)));
    }
    let length = length(content.len());
    tell("length", format_args!("{length}"));
    tell("length+follows", format_args!("{length}+{follow:?}"));
}

/// A length in words, by classes of about equal frequency.
fn length(words: usize) -> usize {
    match words {
        0..=1 => 1,
        2..=3 => 2,
        4..=6 => 4,
        7..=12 => 7,
        13..=25 => 13,
        _ => 26,
    }
}

/// The item that heads a noun phrase: the last before a preposition or a mark.
fn head(unit: &Unit<'_>, phrase: &Range<usize>) -> usize {
    let end = (phrase.start + 1..phrase.end).find(|i| unit.is(*i, PREPOSITION | PUNCTUATION));
    end.unwrap_or(phrase.end).saturating_sub(1)
}

/// What sort of phrase names the speaker.
fn subject<'u>(unit: &'u Unit<'_>, phrase: Option<&Range<usize>>) -> &'u str {
    let Some(phrase) = phrase.filter(|p| !p.is_empty()) else { return "none" };
    let (first, last) = (phrase.start, phrase.end - 1);
    if phrase.len() == 1 && unit.is(first, SUBJECT_PRONOUN | OBJECT_PRONOUN) {
        return match unit.word(first) {
            word @ ("it" | "you" | "i" | "we" | "they" | "who") => word,
            _ => "he",
        };
    }
    if phrase.len() == 1 && unit.is(first, POSSESSIVE) {
        return "possessive";
    }
    const KINDS: [(u64, &str); 6] = [
        (TITLE, "title"),
        (REPRESENTATIVE, "representative"),
        (ROLE, "role"),
        (DOCUMENT, "document"),
        (STATE_BODY, "state"),
        (NUMBER, "number"),
    ];
    let kind = KINDS.iter().find(|(class, _)| phrase.clone().any(|i| unit.is(i, *class)));
    if let Some((_, name)) = kind {
        return name;
    }
    let plural = unit.word(last).ends_with('s');
    if phrase.clone().any(|i| i > 0 && unit.is(i, CAPITALISED)) {
        "name"
    } else if unit.is(last, CAPITALISED) {
        "capital"
    } else if unit.is(first, DETERMINER | POSSESSIVE) {
        if plural { "the nouns" } else { "the noun" }
    } else if plural {
        "nouns"
    } else {
        "noun"
    }
}

/// What the forms of a verb and the noun beside it share: "claim" of claims, claimed and claiming.
pub(crate) fn stem(word: &str) -> String {
    let y = ["ying", "ies", "ied"].iter().find_map(|ending| word.strip_suffix(ending)).filter(|stem| stem.len() > 1);
    if let Some(stem) = y {
        return format!("{stem}y");
    }
    for ending in ["ing", "ed", "es", "e", "s"] {
        let Some(stem) = word.strip_suffix(ending) else { continue };
        if stem.len() < 3 || ending == "s" && stem.ends_with('s') {
            continue;
        }
        // "admitted" and "admit", but "tell" and "telling".
        let mut letters = stem.chars().rev();
        let (last, before) = (letters.next(), letters.next());
        if last == before && stem.len() > 3 && !matches!(last, Some('l' | 's')) {
            return last.map_or(stem, |c| &stem[..stem.len() - c.len_utf8()]).to_owned();
        }
        return stem.to_owned();
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_a_verb_share_a_stem() {
        let check = |forms: &[&str], expected: &str| {
            for form in forms {
                assert_eq!(stem(form), expected, "{form}");
            }
        };
        check(&["claim", "claims", "claimed", "claiming"], "claim");
        check(&["deny", "denies", "denied", "denying"], "deny");
        check(&["argue", "argues", "argued", "arguing"], "argu");
        check(&["admit", "admits", "admitted", "admitting"], "admit");
        check(&["tell", "tells", "telling"], "tell");
        check(&["stress", "stresses", "stressed"], "stress");
        check(&["say", "says"], "say");
    }
}
