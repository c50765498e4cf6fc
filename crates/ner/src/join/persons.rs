//! Persons: which full name a surname, a first name or a shorter full name stands for.

use std::collections::HashMap;

use super::forms::{Class, Form, Forms};
use crate::name::is_small;

/// Longer names of one word that are compared with a shorter one: the latest so many. It bounds the
/// work on a page that lists thousands of people of one surname.
const MAX_CANDIDATES: usize = 32;

/// Joins full names that are one ("J. Obi" and "Joy Abara Obi"), and gives for each mention of a
/// person the form whose group it belongs to.
pub(super) fn resolve(forms: &mut Forms) -> HashMap<usize, usize> {
    join_full_names(forms);
    forms.flatten();
    resolve_single_words(forms)
}

/// Full names: a shorter one is a longer one when its words stand in it in the same order, with
/// initials for words, and no second longer name fits as well.
fn join_full_names(forms: &mut Forms) {
    let mut full: Vec<usize> = (0..forms.all.len()).filter(|&f| is_full(&forms.all[f])).collect();
    full.sort_by_key(|&f| (std::cmp::Reverse(forms.all[f].words.len()), initials_in(&forms.all[f]), f));
    let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
    for &form in &full {
        let words = &forms.all[form].words;
        let ends = [words.first(), words.last()];
        let mut fitting: Vec<usize> = (ends.into_iter().flatten())
            .filter(|w| w.chars().count() > 1)
            .flat_map(|w| by_word.get(w).into_iter().flat_map(|known| known.iter().rev().take(MAX_CANDIDATES)))
            .filter(|&&longer| abbreviates(words, &forms.all[longer].words))
            .map(|&longer| forms.root(longer))
            .collect();
        fitting.sort_unstable();
        fitting.dedup();
        for word in words.iter().filter(|w| w.chars().count() > 1) {
            by_word.entry(word.clone()).or_default().push(form);
        }
        if let [only] = fitting[..] {
            forms.union(form, only);
        }
    }
}

fn is_full(form: &Form) -> bool {
    form.class == Class::Person && form.words.len() > 1
}

fn initials_in(form: &Form) -> usize {
    form.words.iter().filter(|w| w.chars().count() == 1).count()
}

/// Whether the words of `short` stand in `long` in the same order, an initial for a word allowed,
/// and one of the two ends is the same word.
fn abbreviates(short: &[String], long: &[String]) -> bool {
    let mut rest = long.iter();
    let same = |s: &str, l: &str| s == l || (s.chars().count() == 1 && l.starts_with(s));
    let ends = short.last() == long.last() || (short.first() == long.first() && short.len() < long.len());
    ends && short.iter().all(|s| rest.any(|l| same(s, l)))
}

/// Single words: the full name that ends with it, else begins with it, else has it in the middle;
/// of several the one named last before.
fn resolve_single_words(forms: &Forms) -> HashMap<usize, usize> {
    let mut by_word: HashMap<&str, [Vec<usize>; 3]> = HashMap::new();
    for (form, name) in forms.all.iter().enumerate().filter(|(_, name)| is_full(name)) {
        for (at, word) in name.words.iter().enumerate().filter(|(_, w)| !is_small(w) && w.chars().count() > 1) {
            let place = if at + 1 == name.words.len() { 0 } else { usize::from(at > 0) + 1 };
            let groups = &mut by_word.entry(word).or_default()[place];
            let root = forms.root(form);
            if groups.len() < MAX_CANDIDATES && !groups.contains(&root) {
                groups.push(root);
            }
        }
    }
    let mut last_seen: HashMap<usize, usize> = HashMap::new();
    let mut resolved = HashMap::new();
    for (mention, &form) in forms.of.iter().enumerate() {
        let name = &forms.all[form];
        if name.class != Class::Person {
            continue;
        }
        let mut group = forms.root(form);
        if let ([word], true) = (&name.words[..], group == form) {
            let groups = by_word.get(word.as_str()).into_iter().flatten().find(|groups| !groups.is_empty());
            group = groups.and_then(|g| choose(g, &last_seen)).unwrap_or(form);
        }
        last_seen.insert(group, mention);
        resolved.insert(mention, group);
    }
    resolved
}

/// The only group, or of several the one mentioned last.
fn choose(groups: &[usize], last_seen: &HashMap<usize, usize>) -> Option<usize> {
    match groups {
        [only] => Some(*only),
        several => several.iter().copied().filter(|g| last_seen.contains_key(g)).max_by_key(|g| last_seen[g]),
    }
}
