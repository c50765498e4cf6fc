//! Organisations, places and works: variants of one name.

use std::collections::{HashMap, HashSet};

use pressmark_core::{EntityType, Mention, Span};
use pressmark_lang::NameClass;

use super::Context;
use super::forms::{Class, Form, Forms};
use crate::name::{Fit, acronyms, as_acronym, fold, introduces, is_body};

/// Merges variants of one name.
pub(super) fn merge(context: &Context<'_>, mentions: &[Mention], forms: &mut Forms) {
    merge_countries(context, forms);
    merge_introduced(context, mentions, forms);
    forms.flatten();
    merge_initials(context, forms);
    merge_bodies(context, forms);
    merge_national(context, forms);
    merge_first_words(context, forms);
    forms.flatten();
}

/// Indices of the forms of class [`Class::Name`].
fn names(forms: &Forms) -> Vec<usize> {
    (0..forms.all.len()).filter(|&f| forms.all[f].class == Class::Name).collect()
}

/// Merges variants of one country. An ambiguous name, "Congo", is the only candidate that the document also names
/// otherwise.
fn merge_countries(context: &Context<'_>, forms: &mut Forms) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut shared = Vec::new();
    for form in names(forms) {
        let name = forms.all[form].words.join(" ");
        let countries: Vec<&str> = context.language.countries_sharing(&name).collect();
        if !countries.is_empty() {
            shared.push((form, countries));
        } else if let Some(canonical) =
            context.countries.country(&name).filter(|_| forms.all[form].label != EntityType::Product)
        {
            let same = *first.entry(canonical).or_insert(form);
            forms.union(form, same, "country-variant");
        }
    }
    for (form, countries) in shared {
        let named: Vec<usize> = countries.iter().filter_map(|country| first.get(country).copied()).collect();
        if let [only] = named[..] {
            forms.union(form, only, "country-variant");
        }
    }
}

/// Merges "Long Name (LN)", "LN (Long Name)", and "Long Name of the Place (LNP)" where the place is a mention of its
/// own.
fn merge_introduced(context: &Context<'_>, mentions: &[Mention], forms: &mut Forms) {
    let doc = context.doc;
    for (at, three) in mentions.windows(3).enumerate() {
        let [head, place, short] = three else { continue };
        let named = Span::new(head.span.start, place.span.end.max(head.span.start));
        let between = doc.text.get(head.span.end..place.span.start);
        let close = between.is_some_and(|b| b.len() <= " of the ".len() && !b.contains(['.', ',']));
        if close && forms.all[forms.of[at]].class == Class::Name && in_brackets(&doc.text, place.span, short.span) {
            let words = |span| fold(doc.slice(span), context.language);
            let fit = |span| introduces(&words(span), &words(short.span).concat(), context.language);
            if forms.all[forms.of[at + 2]].class == Class::Name && fit(named) > fit(place.span) {
                forms.union(forms.of[at + 2], forms.of[at], "introduced-acronym");
            }
        }
    }
    for (at, pair) in mentions.windows(2).enumerate() {
        let (long, short) = (forms.of[at], forms.of[at + 1]);
        let both = [long, short].iter().all(|&f| forms.all[f].class == Class::Name);
        if both && in_brackets(&doc.text, pair[0].span, pair[1].span) {
            let joined =
                [(long, short, pair[1].span), (short, long, pair[0].span)].into_iter().any(|(long, short, span)| {
                    as_acronym(doc.slice(span), context.language)
                        .is_some_and(|a| is_short_for(context, &forms.all[short].label, &a, &forms.all[long]))
                });
            if joined {
                forms.union(short, long, "introduced-acronym");
            }
        }
    }
}

/// Whether an acronym of this label, in brackets beside a name, stands for the name.
fn is_short_for(context: &Context<'_>, label: &EntityType, acronym: &str, long: &Form) -> bool {
    match introduces(&long.words, acronym, context.language) {
        Fit::Exact => true,
        // A place in brackets after a place is the region that contains it.
        Fit::Loose => {
            *label == long.label
                && *label != EntityType::Loc
                && long.words.len() > 1
                && context.countries.country(&long.words.join(" ")).is_none()
        }
        Fit::None => false,
    }
}

/// Whether the second span directly follows the first and is alone in brackets.
fn in_brackets(text: &str, before: Span, inner: Span) -> bool {
    let between = text.get(before.end..inner.start).unwrap_or_default();
    let after = text.get(inner.end..).unwrap_or_default();
    between.trim() == "(" && after.starts_with(')')
}

/// Adds a mention for each acronym that a name introduces in brackets and that the model missed.
pub(super) fn add_introduced(context: &Context<'_>, mentions: Vec<Mention>) -> Vec<Mention> {
    let mut all: Vec<Mention> = Vec::with_capacity(mentions.len());
    let mut rest = mentions.into_iter().peekable();
    while let Some(mention) = rest.next() {
        let next = rest.peek().map_or(context.doc.text.len(), |m| m.span.start);
        let added = introduced(context, &mention).filter(|m| m.span.end <= next);
        all.push(mention);
        all.extend(added);
    }
    all
}

fn introduced(context: &Context<'_>, mention: &Mention) -> Option<Mention> {
    let doc = context.doc;
    if Class::of(&mention.label) != Class::Name {
        return None;
    }
    let after = doc.text.get(mention.span.end..)?;
    let inner = after.trim_start_matches(' ').strip_prefix('(')?;
    // Acronyms are short: the closing bracket is within 16 characters.
    let length = inner.char_indices().take(16).find(|(_, c)| *c == ')')?.0;
    let acronym = inner.get(..length)?;
    let start = doc.text.len() - inner.len();
    let words = fold(doc.slice(mention.span), context.language);
    (introduces(&words, &as_acronym(acronym, context.language)?, context.language) == Fit::Exact).then(|| Mention {
        span: Span::new(start, start + length),
        label: mention.label.clone(),
        score: mention.score,
        entity: None,
    })
}

/// Merges an acronym with the only name in the document that has those initials.
fn merge_initials(context: &Context<'_>, forms: &mut Forms) {
    // `None`: several names have them.
    let mut by_acronym: HashMap<String, Option<usize>> = HashMap::new();
    let all = names(forms);
    for &form in &all {
        for acronym in acronyms(&forms.all[form].words, context.language) {
            let root = forms.root(form);
            let known = by_acronym.entry(acronym).or_insert(Some(root));
            *known = known.filter(|&k| k == root);
        }
    }
    let explained: Vec<usize> = all.iter().filter(|&&f| forms.all[f].words.len() > 1).map(|&f| forms.root(f)).collect();
    let explained: HashSet<usize> = explained.into_iter().collect();
    for form in all {
        let Some(acronym) = as_acronym(&forms.all[form].written, context.language) else { continue };
        if explained.contains(&forms.root(form)) || context.countries.country(&acronym).is_some() {
            continue;
        }
        if let Some(Some(long)) = by_acronym.get(&acronym)
            && alike(&forms.all[form].label, &forms.all[*long].label)
        {
            forms.union(form, *long, "initials");
        }
    }
}

/// Whether two labels may belong to one thing: the model often labels an unknown acronym `MISC`.
fn alike(a: &EntityType, b: &EntityType) -> bool {
    use EntityType::{Loc, Misc};
    a == b || ((*a == Misc || *b == Misc) && *a != Loc && *b != Loc)
}

/// Merges "M19 rebels" with "M19", "Acme Group" with "Acme": names with and without the word for the kind of body.
fn merge_bodies(context: &Context<'_>, forms: &mut Forms) {
    for form in names(forms) {
        let Form { words, label, .. } = &forms.all[form];
        let Some((last, base)) = words.split_last().filter(|(_, base)| !base.is_empty()) else { continue };
        let dropped = if *label == EntityType::Loc {
            context.language.name_word(last).contains(NameClass::Settlement) && ends_lower(&forms.all[form].written)
        } else {
            is_body(last, context.language)
        };
        let same = forms.find(Class::Name, base).filter(|&f| dropped && alike(&forms.all[f].label, label));
        if let Some(same) = same {
            forms.union(same, form, "kind-of-body");
        }
    }
}

/// Whether the last word is lowercase: "Juba city" is Juba, "Kuwait City" is not Kuwait.
fn ends_lower(written: &str) -> bool {
    written.split_whitespace().last().is_some_and(|w| w.starts_with(char::is_lowercase))
}

/// Most words of a country or people before the name of a body. Set by hand.
const MAX_NATION: usize = 2;

/// Merges "State Department" with the only "U.S. State Department": names with and without a country or people in
/// front.
fn merge_national(context: &Context<'_>, forms: &mut Forms) {
    let all = names(forms);
    let mut longer: HashMap<usize, Option<usize>> = HashMap::new();
    for &form in all.iter().filter(|&&f| forms.all[f].label != EntityType::Loc) {
        let words = &forms.all[form].words;
        // At least two words must remain as the name of the body.
        for split in 1..=words.len().saturating_sub(2).min(MAX_NATION) {
            let (nation, rest) = words.split_at(split);
            let short = forms.find(Class::Name, rest).filter(|_| is_nation(context, forms, nation));
            if let Some(short) = short.filter(|&s| forms.all[s].label == forms.all[form].label) {
                let known = longer.entry(short).or_insert(Some(form));
                *known = known.filter(|&k| forms.root(k) == forms.root(form));
            }
        }
    }
    for form in all {
        if let Some(Some(long)) = longer.get(&form) {
            forms.union(form, *long, "national-body");
        }
    }
}

/// Whether the words are a country, or a people or place that the document names.
fn is_nation(context: &Context<'_>, forms: &Forms, words: &[String]) -> bool {
    context.countries.country(&words.join(" ")).is_some()
        || forms.find(Class::People, words).is_some()
        || forms.find(Class::Name, words).is_some_and(|f| forms.all[f].label == EntityType::Loc)
}

/// Merges "Lockheed" with the only organisation that begins with it, "Lockheed Martin"; never a place or a people,
/// after which many bodies are named.
fn merge_first_words(context: &Context<'_>, forms: &mut Forms) {
    let all = names(forms);
    let mut longer: HashMap<String, Option<usize>> = HashMap::new();
    for &form in all.iter().filter(|&&f| forms.all[f].label == EntityType::Org) {
        if let [first, _, ..] = &forms.all[form].words[..] {
            let root = forms.root(form);
            let known = longer.entry(first.clone()).or_insert(Some(root));
            *known = known.filter(|&k| k == root);
        }
    }
    for form in all {
        let Form { words, label, .. } = &forms.all[form];
        let short = matches!(label, EntityType::Org | EntityType::Misc | EntityType::Product);
        if let ([word], true) = (&words[..], short && forms.root(form) == form)
            && let Some(Some(long)) = longer.get(word)
            && !is_nation(context, forms, words)
            // "Bank" alone is the most recently mentioned bank: see `institutions`.
            && !context.language.name_word(word).contains(NameClass::Institution)
        {
            forms.union(form, *long, "first-word");
        }
    }
}
