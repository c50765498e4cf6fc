//! Labels that do not depend on one sentence.

use std::collections::{BTreeMap, HashMap};

use pressmark_core::EntityType;
use pressmark_lang::NameClass;

use super::{Context, TokenMention};

/// A place or thing whose name ends with the word for a building is a facility: "Linwood Mosque".
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

/// How many times the others' votes a label must have to overrule a mention's own.
const MAJORITY: f32 = 2.0;

/// A mention of which the model is surer than this stays what it is: a document may name a person and a place alike.
const SURE: f32 = 0.9;

/// One label for one name: a mention takes the label that the model gives the name elsewhere in the document, each
/// mention voting with how sure it is.
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
    fn one_name_has_one_label() {
        check(
            "[ORG 0.9 Varo] grew. [ORG 0.8 Varo] paid. [PERSON 0.5 Varo] said so.",
            "[ORG Varo] grew. [ORG Varo] paid. [ORG Varo] said so.",
        );
        // Where the text says otherwise, it is another.
        check(
            "[LOC 0.9 Jordan] grew. [LOC 0.8 Jordan] paid. [PERSON 0.97 Jordan] said so.",
            "[LOC Jordan] grew. [LOC Jordan] paid. [PERSON Jordan] said so.",
        );
        check("[ORG 0.6 Varo] grew. [PERSON 0.5 Varo] said so.", "[ORG Varo] grew. [PERSON Varo] said so.");
    }
}
