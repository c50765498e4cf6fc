//! Labels that do not depend on one sentence.

use std::collections::{HashMap, HashSet};

use pressmark_core::{Document, EntityType, Mention, Span};

use super::forms::Class;
use crate::countries::country;
use crate::name::fold;

/// What follows the name of an armed group: the model knows the kind of a group that it has never read of
/// less well than the writer, who says so.
#[rustfmt::skip]
const FIGHTERS: &[&str] = &[
    "rebels", "rebel", "rebellion", "fighters", "militants", "insurgents", "insurgency", "guerrillas", "guerrilla",
    "militia", "militias", "militiamen", "gunmen",
];

/// Words between an article and "group" or "movement" that say that what follows is one.
const ARMED: &[&str] = &["rebel", "militant", "armed", "insurgent", "guerrilla", "terrorist", "jihadist", "Islamist"];

/// Offices that companies have, and places do not.
const OFFICES: &[&str] = &["CEO", "CFO", "COO", "CTO"];

/// Countries are places; a name that is somewhere said to have rebels, or to be their group, is an
/// organisation in the whole document, and so is one that has a chief executive. A name is no amount.
pub(super) fn settle(doc: &Document, mentions: &mut [Mention]) {
    let key = |mention: &Mention| fold(doc.slice(mention.span)).concat();
    let named = |m: &&Mention| Class::of(&m.label) == Class::Name;
    let (mut groups, mut companies) = (HashSet::new(), HashSet::new());
    for mention in mentions.iter().filter(named) {
        if is_armed_group(&doc.text, mention.span) {
            groups.insert(key(mention));
        }
        if OFFICES.contains(&word_after(&doc.text, mention.span)) {
            companies.insert(key(mention));
        }
    }
    for mention in mentions.iter_mut().filter(|m| Class::of(&m.label) == Class::Name && m.label != EntityType::Org) {
        let key = key(mention);
        // "Kivu rebels" are rebels of a place; a place has no chief executive.
        if companies.contains(&key) || (mention.label != EntityType::Loc && groups.contains(&key)) {
            mention.label = EntityType::Org;
        }
    }
    // "J6" may look like an amount once; where the document names something so, it is none.
    let names: HashMap<String, EntityType> = mentions.iter().filter(named).map(|m| (key(m), m.label.clone())).collect();
    for mention in mentions.iter_mut().filter(|m| m.label == EntityType::Money) {
        if let Some(label) = names.get(&key(mention)) {
            mention.label.clone_from(label);
        }
    }
    for mention in
        mentions.iter_mut().filter(|m| matches!(m.label, EntityType::Org | EntityType::Misc | EntityType::Fac))
    {
        if country(&fold(doc.slice(mention.span)).join(" ")).is_some() {
            mention.label = EntityType::Loc;
        }
    }
}

/// The word that follows after one space, `""` when something else does.
fn word_after(text: &str, span: Span) -> &str {
    let after = text.get(span.end..).unwrap_or_default();
    after.strip_prefix(' ').and_then(|a| a.split(|c: char| !c.is_alphanumeric()).next()).unwrap_or_default()
}

/// "X rebels", "the rebel group X".
fn is_armed_group(text: &str, span: Span) -> bool {
    if FIGHTERS.contains(&word_after(text, span).to_lowercase().as_str()) {
        return true;
    }
    let mut before = text.get(..span.start).unwrap_or_default().rsplit([' ', '\n']).filter(|w| !w.is_empty());
    let called = before.next().is_some_and(|w| matches!(w, "group" | "movement" | "militia"));
    called && before.next().is_some_and(|w| ARMED.contains(&w))
}
