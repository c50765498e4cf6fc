//! Rules over decoded mentions: each has a name, an example and a test.
//!
//! A rule covers what the text itself decides, whatever the model says: where a name ends, what a calendar date is,
//! that one name has one label. Rules run in the order of [`RULES`] over tokens, so that their results are scored with
//! the rest, and are independent of each other.

mod boundaries;
mod context;
mod hyphens;
mod labels;
mod possessives;
mod values;

use pressmark_core::Explanation;

pub(crate) use self::context::{Context, TokenMention};

/// A rule: takes mentions in text order and returns mentions in text order, without overlaps.
type Rule = fn(&Context<'_>, Vec<TokenMention>) -> Vec<TokenMention>;

/// Every rule by name, in the order in which they run.
const RULES: &[(&str, Rule)] = &[
    // "Moody's cut its rating": the ending belongs to the name.
    ("possessive-name", possessives::keep_own),
    // "Marksville, Louisiana" are two places.
    ("place-comma-place", boundaries::split_places),
    // "the Ural region of", "“Lagos", "Kenya’s": trims what does not belong to the name.
    ("boundary", boundaries::trim),
    // "Cardinal Pell" is Pell.
    ("title-before-name", boundaries::without_titles),
    // "Varo Appeal Over Warehouse" in a headline is Varo.
    ("headline-name", boundaries::cut_headlines),
    // "Ed (Sonny) Marsh" is one person.
    ("nickname-in-name", boundaries::join_nicknames),
    // "Jean-Michel Bastide" is one person.
    ("hyphenated-name", hyphens::unite),
    // "Sen. Helen Dorsey, D-Mass." does not name a second person.
    ("party-and-state", hyphens::drop_party_and_state),
    // "Friday, 5 March 2021".
    ("calendar-date", values::dates),
    // "2.5bn naira".
    ("sum-of-money", values::sums),
    // "Linwood Mosque" is a building.
    ("facility-word", labels::facilities),
    // "KISUMU (Agency) —" is a place, the SNP of "Jo Hill (SNP)" a party.
    ("dateline-and-party", labels::datelines),
    // "Jo Hill (Lab, Leith)": a party and a place.
    ("party-and-seat", labels::party_and_seat),
    // "Mr. Kenya" is a person.
    ("form-of-address", labels::addressed),
    // "ANA REIS, MAYOR: It is.": turns of a transcript belong to persons.
    ("transcript-speaker", labels::speakers),
    // "Ford said … the Ford Motor Company": one name, one label.
    ("document-vote", labels::vote),
    // "Chief Moderator of the Committee" is not a person's name.
    ("office-of", boundaries::drop_offices),
    // "Princess" before "Irina" is nobody else.
    ("title-alone", boundaries::drop_titles),
    // "Seafarers’" and "Union", "Lima" and "Quito Council": one body each.
    ("body-in-two", boundaries::join_bodies),
];

/// Applies every rule; their changes are appended to `notes`, where wanted.
pub(crate) fn apply(
    context: &Context<'_>,
    mut mentions: Vec<TokenMention>,
    mut notes: Option<&mut Vec<Explanation>>,
) -> Vec<TokenMention> {
    for (name, rule) in RULES {
        let before = notes.is_some().then(|| mentions.clone());
        mentions = rule(context, mentions);
        if let (Some(before), Some(notes)) = (before, notes.as_deref_mut()) {
            notes.extend(changes(context, name, &before, &mentions, TokenMention::eq));
        }
    }
    mentions
}

/// Explains each mention that a rule added, changed or dropped; `is_same` says which mentions are unchanged.
pub(crate) fn changes(
    context: &Context<'_>,
    rule: &'static str,
    before: &[TokenMention],
    after: &[TokenMention],
    is_same: impl Fn(&TokenMention, &TokenMention) -> bool,
) -> Vec<Explanation> {
    let made = after.iter().filter(|a| !before.iter().any(|b| is_same(a, b)));
    let made = made.filter_map(|m| note(context, rule, m, context.type_of(m).to_string()));
    let gone = before
        .iter()
        .filter(|m| after.iter().all(|a| a.tokens.end <= m.tokens.start || m.tokens.end <= a.tokens.start));
    made.chain(gone.filter_map(|m| dropped(context, rule, m))).collect()
}

/// An explanation for a mention that is left out.
pub(crate) fn dropped(context: &Context<'_>, rule: &'static str, mention: &TokenMention) -> Option<Explanation> {
    note(context, rule, mention, "no mention".to_owned())
}

fn note(context: &Context<'_>, rule: &'static str, mention: &TokenMention, decision: String) -> Option<Explanation> {
    let span = context.span(&mention.tokens)?;
    Some(Explanation::new("ner", span, rule).deciding(decision).with("score", mention.score))
}

#[cfg(test)]
mod tests {
    use pressmark_core::{Document, EntityType, Sentence, Span, Stage};
    use pressmark_tokenize::Splitter;

    use super::*;
    use crate::tags::tag_set;
    use crate::view::View;

    /// Parses text with marked mentions, "[PERSON Ana Lima]" or with a score "[PERSON 0.4 Ana Lima]".
    fn unmark(marked: &str) -> (String, Vec<(Span, EntityType, f32)>) {
        let (mut text, mut mentions, mut rest) = (String::new(), Vec::new(), marked);
        while let Some((before, after)) = rest.split_once('[') {
            let (inner, after) = after.split_once(']').expect("a bracket is closed");
            let (label, name) = inner.split_once(' ').expect("a label and a name");
            let scored = name.split_once(' ').and_then(|(score, name)| Some((score.parse::<f32>().ok()?, name)));
            let (score, name) = scored.unwrap_or((0.8, name));
            text.push_str(before);
            mentions.push((Span::new(text.len(), text.len() + name.len()), EntityType::from(label), score));
            text.push_str(name);
            rest = after;
        }
        text.push_str(rest);
        (text, mentions)
    }

    /// Formats the text with the mentions that remain after all rules.
    fn ruled(marked: &str, language: &str) -> String {
        let (text, mentions) = unmark(marked);
        let mut doc = Document::from_text("a", &text);
        doc.meta.language = Some(language.into());
        Splitter.run(&mut doc).expect("the splitter never gives up");
        assert!(doc.sents.iter().all(|s: &Sentence| !s.tokens.is_empty()));
        let tags = tag_set(&["PERSON", "ORG", "LOC", "FAC", "NORP", "DATE", "MONEY", "MISC"]);
        let view = View::of(&doc);
        let context = Context { doc: &doc, view: &view, tags: &tags };
        let number = |label: &EntityType| tags.kinds().iter().position(|k| k == label).expect("a label of the set");
        let mentions =
            mentions.iter().map(|(span, label, score)| TokenMention::new(doc.tokens_in(*span), number(label), *score));
        let mut out = String::new();
        let mut done = 0;
        for mention in apply(&context, mentions.collect(), None) {
            let span = context.span(&mention.tokens).expect("a mention has tokens");
            assert!(span.start >= done, "mentions are in order");
            out.push_str(&text[done..span.start]);
            out.push_str(&format!("[{} {}]", context.type_of(&mention), span.slice(&text)));
            done = span.end;
        }
        out + &text[done..]
    }

    #[track_caller]
    pub(super) fn check(marked: &str, expected: &str) {
        assert_eq!(ruled(marked, "en"), expected, "{marked:?}");
    }

    #[track_caller]
    pub(super) fn check_french(marked: &str, expected: &str) {
        assert_eq!(ruled(marked, "fr"), expected, "{marked:?}");
    }

    #[test]
    fn names_of_rules_are_in_kebab_case_and_stand_once() {
        let names: Vec<&str> = RULES.iter().map(|(name, _)| *name).collect();
        assert!(names.iter().all(|n| n.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        assert!(names.iter().enumerate().all(|(i, n)| !names[..i].contains(n)));
    }

    #[test]
    fn what_a_rule_changed_is_explained() {
        let text = "Sen. Ana Lima, D-Ohio, spoke in Kenya’s parliament.";
        let mut doc = Document::from_text("a", text);
        doc.meta.language = Some("en".into());
        Splitter.run(&mut doc).expect("the splitter never gives up");
        let tags = tag_set(&["PERSON", "LOC"]);
        let view = View::of(&doc);
        let context = Context { doc: &doc, view: &view, tags: &tags };
        let at = |name: &str, kind| {
            let start = text.find(name).expect("the name stands in the text");
            let tokens = doc.tokens_in(Span::new(start, start + name.len()));
            TokenMention::new(tokens, kind, 0.5)
        };
        let mut notes = Vec::new();
        apply(&context, vec![at("Ana Lima", 0), at("D-Ohio", 0), at("Kenya’s", 1)], Some(&mut notes));
        let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes, ["boundary (score 0.5): LOC", "party-and-state (score 0.5): no mention"]);

        let sure = |mut mention: TokenMention| {
            mention.score = 0.9;
            mention
        };
        let before = [at("Ana Lima", 0), at("D-Ohio", 0)];
        let after = [sure(at("Ana Lima", 0)), sure(at("Kenya’s", 1))];
        let notes = changes(&context, "country-names", &before, &after, TokenMention::is_same);
        let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes, ["country-names (score 0.9): LOC", "country-names (score 0.5): no mention"]);
    }
}
