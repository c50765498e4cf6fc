//! Mention boundaries.

use std::collections::HashMap;
use std::ops::Range;

use pressmark_core::{EntityType, Span};
use pressmark_lang::{Ending, NameClass, TitleKind, WordClass};

use super::context::{Context, TokenMention};
use crate::headlines::is_title_case;
use crate::{boundary, name};

/// Splits a place at its commas: the second part is the region that contains the first.
pub(super) fn split_places(context: &Context<'_>, mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let mut parted = Vec::with_capacity(mentions.len());
    for mention in mentions {
        if *context.type_of(&mention) != EntityType::Loc {
            parted.push(mention);
            continue;
        }
        let is_comma = |token: &usize| context.view.word(*token) == ",";
        let mut start = mention.tokens.start;
        let ends = mention.tokens.clone().filter(is_comma).chain([mention.tokens.end]);
        for end in ends {
            if start < end {
                parted.push(TokenMention { tokens: start..end, ..mention.clone() });
            }
            start = end + 1;
        }
    }
    parted
}

/// Trims stray marks, possessives, a leading article and trailing function words.
pub(super) fn trim(context: &Context<'_>, mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let trimmed = |mention: TokenMention| {
        let tokens = without_small_words(context, &mention.tokens)?;
        let tokens = tidy(context, &tokens, mention.possessive)?;
        Some(TokenMention { tokens, ..mention })
    };
    mentions.into_iter().filter_map(trimmed).collect()
}

/// Strips trailing prepositions, conjunctions and determiners: "Guard Corps of", "Alps and the".
fn without_small_words(context: &Context<'_>, tokens: &Range<usize>) -> Option<Range<usize>> {
    let mut end = tokens.end;
    while end > tokens.start + 1 {
        let word = context.view.word(end - 1);
        let classes = context.view.language.classes(word);
        let small = [WordClass::Preposition, WordClass::Determiner, WordClass::Coordinator];
        // "Second Wave One" and "Group of Seven" are names: function words are lowercase.
        let is_small = word.starts_with(char::is_lowercase) && small.into_iter().any(|class| classes.contains(class));
        // "Moon Jae-in" ends with a name.
        if !is_small || matches!(context.view.word(end - 2), "-" | "‐" | "‑") {
            break;
        }
        end -= 1;
    }
    (end > tokens.start).then_some(tokens.start..end)
}

/// Trims tokens by [`boundary::tidy`]. A mark inside a token stays ("Sen."): mentions start and end with tokens.
fn tidy(context: &Context<'_>, tokens: &Range<usize>, possessive: bool) -> Option<Range<usize>> {
    let doc = context.doc;
    let (mut span, all) = (context.span(tokens)?, doc.tokens.get(tokens.clone())?);
    let ending = possessive.then(|| all.last().map(|t| t.span)).flatten();
    if let Some(ending) = ending {
        span = Span::new(span.start, ending.start);
    }
    let tidied = boundary::tidy(&doc.text, span, context.view.language)?;
    let first = all.iter().position(|token| token.span.end > tidied.start)?;
    let last = all.iter().rposition(|token| token.span.start < tidied.end)?;
    let end = tokens.start + last + 1;
    // The name's own possessive ending stays when nothing was trimmed before it.
    let whole = ending.is_some() && end + 1 == tokens.end;
    Some(tokens.start + first..if whole { tokens.end } else { end })
}

/// Strips titles from a person's name. Forms of address and of nobility stay as the model has them: data sets disagree
/// about "Mrs. Potts" and "Prince Charles".
pub(super) fn without_titles(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    for mention in &mut mentions {
        while context.type_of(mention).is_person() && mention.tokens.len() > 1 {
            let (first, next) = (mention.tokens.start, context.view.word(mention.tokens.start + 1));
            let title = context.view.language.title(context.view.word(first)).filter(|title| {
                matches!(title.kind, TitleKind::Rank | TitleKind::Office | TitleKind::Academic | TitleKind::Religious)
            });
            if title.is_none() || !next.starts_with(char::is_uppercase) {
                break;
            }
            mention.tokens.start += 1;
        }
    }
    mentions
}

/// Drops an office tagged as a person, recognised by the preposition behind it: "Chief Moderator of the Committee".
pub(super) fn drop_offices(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let language = context.view.language;
    let is_role = |word: &&str| {
        let classes = language.classes(&word.to_lowercase());
        classes.contains(WordClass::Role) || classes.contains(WordClass::Representative)
    };
    mentions.retain(|mention| {
        let behind = language.classes(context.view.word(mention.tokens.end));
        let is_office = behind.contains(WordClass::Preposition)
            && context.type_of(mention).is_person()
            && context.view.slice(&mention.tokens).iter().all(is_role);
        !is_office
    });
    mentions
}

/// Score below which a mention of several words in a headline gives way to a name inside it: less likely a mention than
/// not.
const DOUBTFUL: f32 = 0.5;

/// Cuts a doubtful mention in a headline in title case to the longest name inside it that the running text has: "Varo
/// Appeal Over Warehouse", where the text names Varo.
pub(super) fn cut_headlines(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let view = context.view;
    let in_headline = |m: &TokenMention| is_title_case(view.slice(&view.sentence(m.tokens.start)));
    let doubtful = |m: &TokenMention| m.tokens.len() > 1 && m.score < DOUBTFUL && !context.type_of(m).is_value();
    let cut: Vec<usize> =
        (0..mentions.len()).filter(|&at| doubtful(&mentions[at]) && in_headline(&mentions[at])).collect();
    if cut.is_empty() {
        return mentions;
    }
    let names: HashMap<Vec<&str>, usize> = (mentions.iter())
        .filter(|m| !context.type_of(m).is_value() && !in_headline(m))
        .map(|m| (view.slice(&m.tokens).to_vec(), m.kind))
        .collect();
    for at in cut {
        let Range { start, end } = mentions[at].tokens;
        let parts = (1..=end - start).rev().flat_map(|length| (start..=end - length).map(move |at| at..at + length));
        let known = parts.into_iter().find_map(|part| names.get(view.slice(&part)).map(|kind| (part, *kind)));
        if let Some((tokens, kind)) = known {
            mentions[at].tokens = tokens;
            mentions[at].kind = kind;
        }
    }
    mentions
}

/// Drops a title tagged as a person of its own right before a person: "Princess" before "Irina", "Sen." before "Reis".
pub(super) fn drop_titles(context: &Context<'_>, mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let is_title = |mention: &TokenMention| {
        let span = context.span(&mention.tokens);
        span.is_some_and(|span| name::is_title(span.slice(&context.doc.text), context.view.language))
    };
    let person_at = |start: usize| {
        let at = mentions.partition_point(|m| m.tokens.start < start);
        mentions.get(at).is_some_and(|m| m.tokens.start == start && context.type_of(m).is_person())
    };
    let drops = |mention: &TokenMention| {
        context.type_of(mention).is_person() && is_title(mention) && person_at(mention.tokens.end)
    };
    mentions.iter().filter(|mention| !drops(mention)).cloned().collect()
}

/// Joins a person's name that a nickname in marks or brackets cuts in two: "Ed", "Sonny" and "Reis" in "Ed (Sonny)
/// Reis".
///
/// What stands in brackets may be a club or a place, and the words on both sides two people in a list: brackets count
/// only behind a single word, and a mention of something else in them does not count.
pub(super) fn join_nicknames(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let view = context.view;
    for open in 1..view.words.len().saturating_sub(2) {
        let Some(close) = closing(context, open) else { continue };
        let (before, behind) = (open - 1, close + 1);
        let at = |token: usize| {
            let at = mentions.partition_point(|m| m.tokens.end <= token);
            mentions.get(at).filter(|m| m.tokens.start <= token).map(|_| at)
        };
        let (Some(first), Some(last)) = (at(before), at(behind)) else { continue };
        let tokens = mentions[first].tokens.start..mentions[last].tokens.end;
        let parts = &mentions[first..=last];
        let single = before == tokens.start;
        let is_named =
            view.word(before).starts_with(char::is_uppercase) && view.word(behind).starts_with(char::is_uppercase);
        let is_person = |m: &TokenMention| context.type_of(m).is_person();
        let ends = [&parts[0], &parts[parts.len() - 1]];
        let fits = if view.word(open) == "(" {
            single && parts.iter().all(is_person)
        } else {
            ends.into_iter().any(is_person) && (single || ends.into_iter().all(is_person))
        };
        if first < last && fits && is_named {
            let score = ends[0].score.max(ends[1].score);
            let person = parts.iter().find(|m| is_person(m)).map_or(parts[0].kind, |m| m.kind);
            mentions.splice(first..=last, [TokenMention::new(tokens, person, score)]);
        }
    }
    mentions
}

/// Most words of a nickname. Set by hand: "The Big Fish".
const MAX_NICKNAME: usize = 3;

/// Token of the mark that closes a nickname in the same sentence, where one opens at a token: one to three words, the
/// first and last of them capitalised.
fn closing(context: &Context<'_>, open: usize) -> Option<usize> {
    let view = context.view;
    let mark = match view.word(open) {
        "(" => ")",
        "\"" => "\"",
        "“" => "”",
        "‘" => "’",
        _ => return None,
    };
    let close = (open + 2..=open + 1 + MAX_NICKNAME).find(|at| view.word(*at) == mark)?;
    let sentence = view.sentence(open);
    let capital = |token: usize| view.word(token).starts_with(char::is_uppercase);
    let words = view.slice(&(open + 1..close)).iter().all(|w| w.chars().all(|c| c.is_alphabetic() || c == '’'));
    (sentence.contains(&(open - 1))
        && sentence.contains(&(close + 1))
        && words
        && capital(open + 1)
        && capital(close - 1))
    .then_some(close)
}

/// Joins the parts of a body's name that was split at a plural's apostrophe or at a hyphen: "Seafarers’" and "Union",
/// "Lima" and "Quito Council".
pub(super) fn join_bodies(context: &Context<'_>, mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let mut joined: Vec<TokenMention> = Vec::with_capacity(mentions.len());
    for mention in mentions {
        match joined.last_mut().filter(|before| is_one_body(context, before, &mention)) {
            Some(before) => {
                before.tokens.end = mention.tokens.end;
                before.possessive = mention.possessive;
                before.score = before.score.min(mention.score);
            }
            None => joined.push(mention),
        }
    }
    joined
}

fn is_one_body(context: &Context<'_>, before: &TokenMention, mention: &TokenMention) -> bool {
    let text = &context.doc.text;
    let Some((first, second)) = context.span(&before.tokens).zip(context.span(&mention.tokens)) else { return false };
    let between = text.get(first.end..second.start).unwrap_or_default();
    let language = context.view.language;
    let is_noun = |noun: &str| name::is_body(noun, language) || language.classes(noun).contains(WordClass::Body);
    let is_of_plural = || {
        matches!(between, "’ " | "' ")
            && language.endings(&first.slice(text).to_lowercase()).contains(Ending::Plural)
            && is_noun(&second.slice(text).to_lowercase())
    };
    // "Lima-Quito Council" is one body; "Lima-Quito" in a list of results are two clubs.
    let is_body = |token: usize| {
        let noun = context.view.word(token).to_lowercase();
        is_noun(&noun) || language.name_word(&noun).contains(NameClass::Institution)
    };
    let of_both = || between == "-" && is_body(mention.tokens.end - 1) && !before.tokens.clone().any(is_body);
    let are_bodies = [before, mention].iter().all(|one| *context.type_of(one) == EntityType::Org);
    are_bodies && (of_both() || is_of_plural())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_place_and_the_region_that_holds_it_are_two() {
        check("He left [LOC Marlow, Ohio] early.", "He left [LOC Marlow], [LOC Ohio] early.");
        check("He left [LOC Marlow,] early.", "He left [LOC Marlow], early.");
        check("He left [ORG Barrow, Reis and Co] early.", "He left [ORG Barrow, Reis and Co] early.");
    }

    #[test]
    fn small_words_behind_a_name_are_no_part_of_it() {
        check("The [ORG Guard Corps of] Peru", "The [ORG Guard Corps] of Peru");
        check("in the [LOC Ural region of the] north", "in the [LOC Ural region] of the north");
        check("[LOC Kenya’s] parliament", "[LOC Kenya]’s parliament");
        check(
            "“[LOC “Lagos] is big,” he said",
            "“[LOC “Lagos] is big,” he said".replace("[LOC “Lagos]", "“[LOC Lagos]").as_str(),
        );
        check("the [ORG Group of Seven]", "the [ORG Group of Seven]");
        check("with [PERSON Moon Jae-in] there", "with [PERSON Moon Jae-in] there");
    }

    #[test]
    fn a_title_is_no_part_of_the_name() {
        check("[PERSON Cardinal Ian Pell] prayed", "Cardinal [PERSON Ian Pell] prayed");
        check("[PERSON Pope Leo] prayed", "Pope [PERSON Leo] prayed");
        check("[PERSON Mrs. Potts] sang", "[PERSON Mrs. Potts] sang");
        check("[LOC General Santos] is a city", "[LOC General Santos] is a city");
        check("[PERSON President] he is", "[PERSON President] he is");
    }

    #[test]
    fn a_body_that_was_cut_in_two_is_one() {
        check("the [ORG Pilots]’ [ORG Union] met", "the [ORG Pilots’ Union] met");
        check("the [ORG Lima]-[ORG Quito Council] met", "the [ORG Lima-Quito Council] met");
        check("[ORG Pilots]’ [ORG Hargrave]", "[ORG Pilots]’ [ORG Hargrave]");
        check("[ORG Lima]-[ORG Quito] 2-1", "[ORG Lima]-[ORG Quito] 2-1");
        check("[ORG Lima Club]-[ORG Quito Union] 2-1", "[ORG Lima Club]-[ORG Quito Union] 2-1");
    }

    #[test]
    fn a_headline_is_no_longer_name_than_the_text_has() {
        check(
            "Judges Reject [ORG 0.4 Varo Appeal Over Storage].\n\nThe firm [ORG Varo] lost in court.",
            "Judges Reject [ORG Varo] Appeal Over Storage.\n\nThe firm [ORG Varo] lost in court.",
        );
        check(
            "Judges Reject [ORG Varo Appeal Board].\n\nThe firm [ORG Varo] lost in court.",
            "Judges Reject [ORG Varo Appeal Board].\n\nThe firm [ORG Varo] lost in court.",
        );
        check(
            "Judges Reject [ORG 0.4 Varo Bank].\n\nThe firm [ORG Varo Bank] lost to [ORG Varo] in court.",
            "Judges Reject [ORG Varo Bank].\n\nThe firm [ORG Varo Bank] lost to [ORG Varo] in court.",
        );
    }

    #[test]
    fn a_title_before_a_person_is_nobody() {
        check("[PERSON Princess] [PERSON Oda] left", "Princess [PERSON Oda] left");
        check(
            "[PERSON Sen.] [PERSON Ana Lima] and [PERSON Mrs] [PERSON Reis]",
            "Sen. [PERSON Ana Lima] and Mrs [PERSON Reis]",
        );
        check("[PERSON Vice President] [PERSON Ana Lima] spoke", "Vice President [PERSON Ana Lima] spoke");
        check("[PERSON Princess], [PERSON Oda] left", "[PERSON Princess], [PERSON Oda] left");
        check("[PERSON Prince] sang in [LOC Oslo]", "[PERSON Prince] sang in [LOC Oslo]");
    }

    #[test]
    fn a_nickname_does_not_cut_a_name_in_two() {
        check("[LOC Orla] “[PERSON The Hook]” [PERSON Lima] ran", "[PERSON Orla “The Hook” Lima] ran");
        check("[PERSON Orla] \"Hook\" [PERSON Lima] ran", "[PERSON Orla \"Hook\" Lima] ran");
        check("[PERSON Orla] ([PERSON Oz) Lima] ran", "[PERSON Orla (Oz) Lima] ran");
        check("[PERSON Orla] “[PERSON Oz” Lima] ran", "[PERSON Orla “Oz” Lima] ran");
        check("[PERSON Orla Reis] “Oz” [PERSON Lima] ran", "[PERSON Orla Reis “Oz” Lima] ran");
        check("[PERSON Orla Reis] (Oz) [PERSON Ana Lima] ran", "[PERSON Orla Reis] (Oz) [PERSON Ana Lima] ran");
        check("[PERSON Reis] ([LOC Oslo]) [PERSON Lima] ran", "[PERSON Reis] ([LOC Oslo]) [PERSON Lima] ran");
        check("[PERSON Reis] “waits” [PERSON Lima] ran", "[PERSON Reis] “waits” [PERSON Lima] ran");
        check("in [LOC Oslo] “Oz” [ORG Acme] ran", "in [LOC Oslo] “Oz” [ORG Acme] ran");
    }

    #[test]
    fn an_office_is_nobody() {
        check("Chief [PERSON Moderator] of the fair", "Chief Moderator of the fair");
        check("[PERSON Tom Judge] of Quito", "[PERSON Tom Judge] of Quito");
    }
}
