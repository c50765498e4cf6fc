//! Document-level and typographic corrections of labels.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use pressmark_core::EntityType;
use pressmark_lang::{NameClass, TitleKind};

use super::context::{Context, TokenMention};
use crate::name::is_body;

/// Relabels a place or thing whose name ends with the word for a building as a facility: "Linwood Mosque".
pub(super) fn facilities(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let Some(facility) = context.kind(&EntityType::Fac) else { return mentions };
    for mention in mentions.iter_mut().filter(|m| m.tokens.len() > 1) {
        let named = matches!(context.type_of(mention), EntityType::Loc | EntityType::Misc);
        let last = context.view.word(mention.tokens.end - 1);
        let is_built = last.starts_with(char::is_uppercase)
            && context.view.language.name_word(&last.to_lowercase()).contains(NameClass::Facility);
        if named && is_built {
            mention.kind = facility;
        }
    }
    mentions
}

/// Fewest lines with a name in capitals and a colon that make a transcript. Set by hand: fewer may be section headings.
const MIN_TURNS: usize = 3;

/// Upper bound on a label's length, in bytes: a name, an office, how the speaker is connected. Set by hand.
const MAX_LABEL: usize = 90;

/// Relabels the speakers of a transcript as persons: "ANA REIS, MAYOR: …", where "REIS: …" recurs on a line of its own.
pub(super) fn speakers(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let Some(person) = context.kind(&EntityType::Person) else { return mentions };
    let is_label = |mention: &TokenMention| is_turn(context, mention);
    let labels: Vec<usize> = (0..mentions.len()).filter(|at| is_label(&mentions[*at])).collect();
    let mut surnames: Vec<&str> = labels.iter().map(|at| context.view.word(mentions[*at].tokens.end - 1)).collect();
    surnames.sort_unstable();
    // Section headings ("RISING COSTS: …") do not recur.
    if labels.len() < MIN_TURNS || !surnames.windows(2).any(|pair| pair[0] == pair[1]) {
        return mentions;
    }
    for at in labels {
        let mention = &mut mentions[at];
        let name = context.view.word(mention.tokens.end - 1);
        let comes_back = surnames.iter().filter(|surname| **surname == name).count() > 1;
        if mention.tokens.len() > 1 || comes_back {
            mention.kind = person;
            mention.score = mention.score.max(BY_FORM);
        }
    }
    mentions
}

/// Whether a mention in capitals starts its line and a label before a colon.
fn is_turn(context: &Context<'_>, mention: &TokenMention) -> bool {
    let in_capitals = |word: &&str| word.len() > 1 && word.chars().all(|c| !c.is_lowercase());
    let Some(span) = context.span(&mention.tokens) else { return false };
    let text = &context.doc.text;
    let begins = text.get(..span.start).is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    let Some(line) = text.get(span.end..).and_then(|rest| rest.lines().next()).filter(|_| begins) else { return false };
    let label = line.find(':').filter(|colon| span.len() + colon < MAX_LABEL);
    let says = label.is_some_and(|colon| line.get(colon + 1..).is_some_and(|rest| !rest.trim().is_empty()));
    says && line.starts_with([':', ',', ' ']) && context.view.slice(&mention.tokens).iter().all(in_capitals)
}

/// Most words of a name behind a form of address: longer ones are firms ("Mr. Reis Bread Ovens"). Set by hand.
const MAX_ADDRESSED: usize = 3;

/// Relabels a name behind a form of address as a person, whatever else it names: "Mr. Peru", "Ms. Acme". Where the form
/// of address is part of the mention, it may be the name of a firm; "Miss Peru" is a title.
pub(super) fn addressed(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let (view, language) = (context.view, context.view.language);
    let Some(person) = context.kind(&EntityType::Person).or(context.kind(&EntityType::Per)) else { return mentions };
    let is_address = |word: &str| {
        let title = word.trim_end_matches('.');
        let address = language.title(title).is_some_and(|title| title.kind == TitleKind::Address);
        // A single letter is an initial.
        title.chars().count() > 1
            && word.starts_with(char::is_uppercase)
            && address
            && !language.name_word(&title.to_lowercase()).contains(NameClass::Pageant)
    };
    for mention in mentions.iter_mut().filter(|m| !context.type_of(m).is_value() && m.tokens.len() <= MAX_ADDRESSED) {
        let start = mention.tokens.start;
        let follows = start > view.sentence(start).start && is_address(view.word(start - 1));
        let is_body = view.slice(&mention.tokens).iter().any(|word| is_body(&word.to_lowercase(), language));
        // The score of a person as well: the document may know the name as another's.
        if follows && !is_body {
            mention.kind = person;
            mention.score = mention.score.max(BY_FORM);
        }
    }
    mentions
}

/// Relabels a party and a constituency in brackets behind a person: "Jo Hill (Lab)", "Jo Hill (Plaid Cymru, Arfon)".
pub(super) fn party_and_seat(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let (view, language) = (context.view, context.view.language);
    let (Some(party), Some(place)) = (context.kind(&EntityType::Org), context.kind(&EntityType::Loc)) else {
        return mentions;
    };
    let is_party = |tokens: &Range<usize>| {
        let words = view.slice(tokens);
        let named = |word: &&str| {
            word.starts_with(char::is_uppercase) && language.name_word(&word.to_lowercase()).contains(NameClass::Party)
        };
        !words.is_empty() && words.iter().all(named)
    };
    let mut kinds: HashMap<usize, usize> = HashMap::new();
    for open in context.person_ends(&mentions).into_iter().filter(|at| view.word(*at) == "(") {
        let Some(close) = (open + 2..open + BRACKETED).find(|at| view.word(*at) == ")") else { continue };
        let comma = (open + 2..close).find(|at| view.word(*at) == ",").unwrap_or(close);
        if is_party(&(open + 1..comma)) {
            kinds.extend((open + 1..comma).map(|token| (token, party)));
            kinds.extend((comma + 1..close).map(|token| (token, place)));
        }
    }
    for mention in &mut mentions {
        let (first, last) = (kinds.get(&mention.tokens.start), kinds.get(&(mention.tokens.end - 1)));
        if let Some(kind) = first.filter(|_| first == last) {
            mention.kind = *kind;
            mention.score = mention.score.max(BY_FORM);
        }
    }
    mentions
}

/// Upper bound on the tokens from the opening to the closing bracket around a party and a constituency. Set by hand:
/// "Brighton, Kemptown and Peacehaven" is among the longest.
const BRACKETED: usize = 12;

/// Relabels the place of a dateline, "KISUMU (Agency) —", as a place, and an abbreviation in capitals in brackets
/// behind a person as a party: "Jo Hill (SNP)".
pub(super) fn datelines(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let in_capitals = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_uppercase());
    let persons = context.person_ends(&mentions);
    for mention in &mut mentions {
        let (start, end) = (mention.tokens.start, mention.tokens.end);
        let capitals = context.view.slice(&mention.tokens).iter().all(|word| in_capitals(word));
        let opens = context.view.word(end) == "(" && context.view.sentence(start).start == start;
        let close = (end + 1..end + DATELINE).find(|at| context.view.word(*at) == ")").filter(|_| opens);
        let dashed = |close: usize| matches!(context.view.word(close + 1), "-" | "–" | "—" | "--" | "―");
        let bracketed = start > 0 && context.view.word(start - 1) == "(" && context.view.word(end) == ")";
        let kind = if capitals && close.is_some_and(dashed) {
            context.kind(&EntityType::Loc)
        } else if capitals && bracketed && context.type_of(mention).is_person() && persons.contains(&(start - 1)) {
            context.kind(&EntityType::Org)
        } else {
            None
        };
        if let Some(kind) = kind {
            mention.kind = kind;
            mention.score = mention.score.max(BY_FORM);
        }
    }
    mentions
}

/// Least score of a mention whose label follows from the form of its line. Set by hand, below that of dates: the head's own
/// score of words in capitals says little there.
const BY_FORM: f32 = 0.9;

/// Upper bound on the tokens from the opening to the closing bracket of a dateline. Set by hand: names of agencies are
/// short.
const DATELINE: usize = 6;

/// Least ratio of another label's votes to those of a mention's own label at which it overrules the mention. Set by
/// hand.
const MAJORITY: f32 = 2.0;

/// Score from which a mention keeps its label. Set by hand: a document may name a person and a place alike.
const SURE: f32 = 0.9;

/// Gives each mention the label that the name has elsewhere in the document, mentions voting with their scores.
pub(super) fn vote(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let mut votes: HashMap<&[&str], BTreeMap<usize, f32>> = HashMap::new();
    for mention in mentions.iter().filter(|m| !context.type_of(m).is_value()) {
        let name = context.view.slice(&mention.tokens);
        *votes.entry(name).or_default().entry(mention.kind).or_default() += mention.score;
    }
    for mention in &mut mentions {
        let Some(votes) = votes.get(context.view.slice(&mention.tokens)) else { continue };
        let own = votes.get(&mention.kind).copied().unwrap_or_default();
        let best = votes.iter().max_by(|a, b| a.1.total_cmp(b.1));
        if let Some((&kind, &sum)) = best
            && kind != mention.kind
            && mention.score < SURE
            && sum >= MAJORITY * own
        {
            mention.kind = kind;
        }
    }
    mentions
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_building_is_no_region() {
        check("in [LOC Marlow Mosque] and [LOC Marlow]", "in [FAC Marlow Mosque] and [LOC Marlow]");
        check("[PERSON Ada Bridge] and [ORG Marlow Airport]", "[PERSON Ada Bridge] and [ORG Marlow Airport]");
    }

    #[test]
    fn who_speaks_in_a_transcript_is_a_person() {
        check(
            "[ORG ANA REIS], MAYOR: It is.\n\n[ORG TOM KERN] (via phone): No.\n\n[LOC REIS]: But it is.",
            "[PERSON ANA REIS], MAYOR: It is.\n\n[PERSON TOM KERN] (via phone): No.\n\n[PERSON REIS]: But it is.",
        );
        check(
            "[LOC LIMA]: It is.\n\n[ORG ACME RAIL]: No.\n\n[LOC QUITO]: It is.",
            "[LOC LIMA]: It is.\n\n[ORG ACME RAIL]: No.\n\n[LOC QUITO]: It is.",
        );
    }

    #[test]
    fn where_a_report_was_written_is_a_place() {
        check("[ORG KISUMU] ([ORG Rift News]) - Rain fell.", "[LOC KISUMU] ([ORG Rift News]) - Rain fell.");
        check("[ORG KISUMU] (founded in 1950) grew.", "[ORG KISUMU] (founded in 1950) grew.");
        check("[PERSON Jo Hill] ([PERSON SNP]) spoke.", "[PERSON Jo Hill] ([ORG SNP]) spoke.");
    }

    #[test]
    fn who_is_addressed_is_a_person() {
        check("[ORG Ms. Varo] left and Mr. [LOC Peru] spoke", "[ORG Ms. Varo] left and Mr. [PERSON Peru] spoke");
        check("Mrs [ORG Varo] left; [ORG Varo] grew", "Mrs [PERSON Varo] left; [ORG Varo] grew");
        check(
            "[ORG 0.95 Varo] grew. [ORG 0.95 Varo] paid. Ms. [PERSON 0.6 Varo] left.",
            "[ORG Varo] grew. [ORG Varo] paid. Ms. [PERSON Varo] left.",
        );
        check("Miss [LOC Peru] won", "Miss [LOC Peru] won");
        check("Mr. [ORG Varo Group] grew", "Mr. [ORG Varo Group] grew");
        check("Dr. [ORG Varo] sells", "Dr. [ORG Varo] sells");
        check("she met Mr. [PERSON Lund] in [LOC Peru]", "she met Mr. [PERSON Lund] in [LOC Peru]");
    }

    #[test]
    fn party_and_seat_behind_a_member_are_no_persons() {
        check(
            "[PERSON Ana Lima] ([PERSON Lab], [PERSON Marlow]) spoke",
            "[PERSON Ana Lima] ([ORG Lab], [LOC Marlow]) spoke",
        );
        check("[PERSON Ana Lima] ([PERSON Green]) spoke", "[PERSON Ana Lima] ([ORG Green]) spoke");
        check(
            "[PERSON Ana Lima] ([PERSON Plaid Cymru], [PERSON Marlow West]) spoke",
            "[PERSON Ana Lima] ([ORG Plaid Cymru], [LOC Marlow West]) spoke",
        );
        // The actor behind the part, and a colour.
        check("[PERSON Ana Lima] ([PERSON Jo Green]) sang", "[PERSON Ana Lima] ([PERSON Jo Green]) sang");
        check("the [ORG Team] ([PERSON Green]) lost", "the [ORG Team] ([PERSON Green]) lost");
    }

    #[test]
    fn one_name_has_one_label() {
        check(
            "[ORG 0.9 Varo] grew. [ORG 0.8 Varo] paid. [PERSON 0.5 Varo] said so.",
            "[ORG Varo] grew. [ORG Varo] paid. [ORG Varo] said so.",
        );
        // Where the text says otherwise, it is a different one.
        check(
            "[LOC 0.9 Jordan] grew. [LOC 0.8 Jordan] paid. [PERSON 0.97 Jordan] said so.",
            "[LOC Jordan] grew. [LOC Jordan] paid. [PERSON Jordan] said so.",
        );
        check("[ORG 0.6 Varo] grew. [PERSON 0.5 Varo] said so.", "[ORG Varo] grew. [PERSON Varo] said so.");
    }
}
