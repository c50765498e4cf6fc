//! Document-level corrections of labels.

use std::collections::{HashMap, HashSet};

use pressmark_core::{EntityType, Mention, Span};
use pressmark_lang::NameClass;

use super::Context;
use super::forms::Class;
use crate::name::fold;

/// Relabels mentions in place; returns each changed span with the rule and the new label.
///
/// Countries are places; a name that is anywhere said to have rebels, or to be their group, is an organisation
/// throughout the document, and so is one with a chief executive. A name is not an amount of money.
pub(super) fn relabel(context: &Context<'_>, mentions: &mut [Mention]) -> Vec<(Span, &'static str, String)> {
    let doc = context.doc;
    let mut relabelled = Vec::new();
    let mut change = |mention: &mut Mention, rule: &'static str, label: EntityType| {
        relabelled.push((mention.span, rule, label.to_string()));
        mention.label = label;
    };
    let key = |mention: &Mention| fold(doc.slice(mention.span), context.language).concat();
    let named = |m: &&Mention| Class::of(&m.label) == Class::Name;
    let (mut groups, mut companies) = (HashSet::new(), HashSet::new());
    for mention in mentions.iter().filter(named) {
        if is_armed_group(context, mention.span) {
            groups.insert(key(mention));
        }
        let next = context.language.name_word(&word_after(&doc.text, mention.span).to_lowercase());
        if next.contains(NameClass::CompanyOffice) {
            companies.insert(key(mention));
        }
    }
    for mention in mentions.iter_mut().filter(|m| Class::of(&m.label) == Class::Name && m.label != EntityType::Org) {
        let key = key(mention);
        // "Kivu rebels" are rebels of a place; a place has no chief executive.
        if companies.contains(&key) {
            change(mention, "has-an-executive", EntityType::Org);
        } else if mention.label != EntityType::Loc && groups.contains(&key) {
            change(mention, "armed-group", EntityType::Org);
        }
    }
    // "J6" may look like an amount once; where the document uses it as a name, it is not one.
    let names: HashMap<String, EntityType> = mentions.iter().filter(named).map(|m| (key(m), m.label.clone())).collect();
    for mention in mentions.iter_mut().filter(|m| m.label == EntityType::Money) {
        if let Some(label) = names.get(&key(mention)) {
            change(mention, "name-no-amount", label.clone());
        }
    }
    let may_be_country = |m: &&mut Mention| matches!(m.label, EntityType::Org | EntityType::Misc | EntityType::Fac);
    for mention in mentions.iter_mut().filter(may_be_country) {
        if context.countries.country(&fold(doc.slice(mention.span), context.language).join(" ")).is_some() {
            change(mention, "country", EntityType::Loc);
        }
    }
    relabelled
}

/// The word behind a single space, `""` otherwise.
fn word_after(text: &str, span: Span) -> &str {
    let after = text.get(span.end..).unwrap_or_default();
    after.strip_prefix(' ').and_then(|a| a.split(|c: char| !c.is_alphanumeric()).next()).unwrap_or_default()
}

/// Whether the text calls a span an armed group: "X rebels", "the rebel group X". The writer, who says so, is more
/// reliable than the model on a group it has never seen.
fn is_armed_group(context: &Context<'_>, span: Span) -> bool {
    let (text, language) = (&context.doc.text, context.language);
    let is = |word: &str, class| language.name_word(&word.to_lowercase()).contains(class);
    if is(word_after(text, span), NameClass::Fighters) {
        return true;
    }
    let mut before = text.get(..span.start).unwrap_or_default().rsplit([' ', '\n']).filter(|w| !w.is_empty());
    let called = before.next().is_some_and(|w| w.starts_with(char::is_lowercase) && is(w, NameClass::Body));
    called && before.next().is_some_and(|w| is(w, NameClass::Armed))
}
