//! Hyphenated names, and party and state behind a name.

use std::collections::HashSet;

use super::context::{Context, TokenMention};

/// Whether a token is a hyphen attached to the tokens on both sides.
fn is_hyphen(context: &Context<'_>, token: usize) -> bool {
    token > 0
        && matches!(context.view.word(token), "-" | "‐" | "‑")
        && context.view.is_joined(token - 1)
        && context.view.is_joined(token)
}

fn is_name_word(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.any(char::is_alphabetic)
}

/// Joins "Jean-Michel Bastide" where the model has "Jean" and "Michel Bastide", or only the second, and "Anton
/// Weller-Voss" where it has "Anton Weller" and "Voss".
///
/// "Reis-Ana Lima" stays two where the document knows Reis by that name alone.
pub(super) fn unite(context: &Context<'_>, mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let is_person = |m: &TokenMention| context.type_of(m).is_person();
    let before_hyphen = |m: &TokenMention| is_hyphen(context, m.tokens.end);
    let known: HashSet<&str> = (mentions.iter())
        .filter(|m| is_person(m) && !before_hyphen(m))
        .map(|m| context.view.word(m.tokens.end - 1))
        .collect();
    let mut united: Vec<TokenMention> = Vec::with_capacity(mentions.len());
    for mut mention in mentions {
        let start = mention.tokens.start;
        if is_person(&mention) && start >= 2 && is_hyphen(context, start - 1) {
            let first = context.view.word(start - 2);
            let before = united.last().filter(|b| b.tokens.end > start - 2);
            let fits = match before {
                // "Anton Weller" - "Voss", or "Jean" - "Michel Bastide".
                Some(before) => {
                    is_person(before)
                        && before.tokens.end == start - 1
                        && (before.tokens.len() == 1) != (mention.tokens.len() == 1)
                }
                None => mention.tokens.len() > 1,
            };
            let two_persons = before.is_none_or(|b| b.tokens.len() == 1) && known.contains(first);
            if fits && is_name_word(first) && !two_persons {
                let before = united.pop_if(|b| b.tokens.end > start - 2);
                mention.tokens.start = before.map_or(start - 2, |b| b.tokens.start);
            }
        }
        united.push(mention);
    }
    united
}

/// Drops mentions made of a party and state behind a person: "D-Mass.", "R-Ala.".
pub(super) fn drop_party_and_state(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let persons = context.person_ends(&mentions);
    mentions.retain(|mention| {
        // The mention may begin at the party's letter or at the state.
        let start = mention.tokens.start;
        let at = if start >= 2 && is_hyphen(context, start - 1) { start - 2 } else { start };
        let behind_a_person =
            at > 0 && matches!(context.view.word(at - 1), "," | "(" | "[") && persons.contains(&(at - 1));
        !(behind_a_person && is_party_and_state(context, at))
    });
    mentions
}

/// Whether a capital letter, a hyphen and a capitalised word are at a token, in one token or in three.
fn is_party_and_state(context: &Context<'_>, at: usize) -> bool {
    let is_letter = |word: &str| word.chars().count() == 1 && word.starts_with(char::is_uppercase);
    let word = context.view.word(at);
    // "(D., Mass.)".
    let letter_and_state = || {
        let letter = word.strip_suffix('.').is_some_and(is_letter);
        letter && context.view.word(at + 1) == "," && is_name_word(context.view.word(at + 2))
    };
    if letter_and_state() {
        return true;
    }
    match word.split_once(['-', '‐', '‑']) {
        Some((party, state)) => is_letter(party) && is_name_word(state),
        None => is_letter(word) && is_hyphen(context, at + 1) && is_name_word(context.view.word(at + 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_hyphenated_first_name_is_one_name() {
        check("[PERSON Anne]-[PERSON Sophie Brandt] ran.", "[PERSON Anne-Sophie Brandt] ran.");
        check("Hans-[PERSON Georg Weiss] ran.", "[PERSON Hans-Georg Weiss] ran.");
        check("[PERSON Nils Berg]-[PERSON Lund] ran.", "[PERSON Nils Berg-Lund] ran.");
        check("[PERSON Hans-Georg Weiss] ran.", "[PERSON Hans-Georg Weiss] ran.");
    }

    #[test]
    fn two_persons_beside_a_hyphen_stay_two() {
        check(
            "[PERSON Tom Reis] met the [PERSON Reis]-[PERSON Ana Lima] team.",
            "[PERSON Tom Reis] met the [PERSON Reis]-[PERSON Ana Lima] team.",
        );
        check("the [PERSON Reis]-[PERSON Lima] talks", "the [PERSON Reis]-[PERSON Lima] talks");
        check("non-[PERSON Ana Lima] votes", "non-[PERSON Ana Lima] votes");
    }

    #[test]
    fn party_and_state_are_no_person() {
        check("Sen. [PERSON Ana Lima], [PERSON D-Ohio], spoke", "Sen. [PERSON Ana Lima], D-Ohio, spoke");
        check("[PERSON Ana Lima] ([ORG R-Tex.]) spoke", "[PERSON Ana Lima] (R-Tex.) spoke");
        check("[PERSON Ana Lima], D-[LOC Ohio], spoke", "[PERSON Ana Lima], D-Ohio, spoke");
        check("the [ORG D-Day] veterans", "the [ORG D-Day] veterans");
        check("[PERSON Ana Lima] ([PERSON D.], [LOC Mass.]) spoke", "[PERSON Ana Lima] (D., [LOC Mass.]) spoke");
    }
}
