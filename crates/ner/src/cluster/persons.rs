//! Persons: resolves surnames, first names and shorter full names to a full name.

use std::collections::HashMap;

use pressmark_lang::{Gender, Language};

use super::forms::{Class, Form, Forms, Merge};
use crate::name::is_small;

/// Most longer names compared with a shorter one, the latest ones. Set by hand: it bounds the work on a page that lists
/// thousands of people with one surname.
const MAX_CANDIDATES: usize = 32;

/// Merges full names of one person ("J. Obi" and "Joy Abara Obi"), and returns for each mention of a person the form
/// whose group it belongs to.
pub(super) fn resolve(forms: &mut Forms, language: &Language) -> HashMap<usize, usize> {
    merge_full_names(forms);
    forms.flatten();
    resolve_single_words(forms, language)
}

/// Merges a shorter full name into a longer one when its words occur there in the same order, initials standing for
/// words, and no second group fits as well. "Joy Obi Jr." and "Joy Obi Sr." are two; "Joy Obi" joins the only one.
fn merge_full_names(forms: &mut Forms) {
    let mut full: Vec<usize> = (0..forms.all.len()).filter(|&f| is_full(&forms.all[f])).collect();
    full.sort_by_key(|&f| {
        let form = &forms.all[f];
        (std::cmp::Reverse(form.words.len()), initials_in(form), form.generation.is_none(), f)
    });
    let mut generations: HashMap<usize, String> = HashMap::new();
    let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
    for &form in &full {
        let Form { words, gender, generation, .. } = &forms.all[form];
        let generation = generation.clone();
        let ends = [words.first(), words.last()];
        let mut fitting: Vec<usize> = (ends.into_iter().flatten())
            .filter(|w| w.chars().count() > 1)
            .flat_map(|w| by_word.get(w).into_iter().flat_map(|known| known.iter().rev().take(MAX_CANDIDATES)))
            .filter(|&&longer| abbreviates(words, &forms.all[longer].words))
            .filter(|&&longer| agree(*gender, forms.all[longer].gender))
            .map(|&longer| forms.root(longer))
            .filter(|longer| agree(generation.as_ref(), generations.get(longer)))
            .collect();
        fitting.sort_unstable();
        fitting.dedup();
        for word in words.iter().filter(|w| w.chars().count() > 1) {
            by_word.entry(word.clone()).or_default().push(form);
        }
        if let [only] = fitting[..] {
            let known = generations.remove(&only);
            forms.union(form, only, "shorter-full-name");
            generations.extend(known.or(generation).map(|known| (forms.root(form), known)));
        } else {
            generations.extend(generation.map(|generation| (form, generation)));
        }
    }
}

fn is_full(form: &Form) -> bool {
    form.class == Class::Person && form.words.len() > 1
}

fn initials_in(form: &Form) -> usize {
    form.words.iter().filter(|w| w.chars().count() == 1).count()
}

/// Whether two genders or generations are compatible: an unknown one is compatible with any.
fn agree<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
    a.zip(b).is_none_or(|(a, b)| a == b)
}

/// Whether the words of `short` occur in `long` in the same order, an initial matching a word, and one of the two ends
/// is the same word.
fn abbreviates(short: &[String], long: &[String]) -> bool {
    let mut rest = long.iter();
    let same = |s: &str, l: &str| s == l || (s.chars().count() == 1 && l.starts_with(s));
    let ends = short.last() == long.last() || (short.first() == long.first() && short.len() < long.len());
    ends && short.iter().all(|s| rest.any(|l| same(s, l)))
}

/// Candidate groups for a single word, in order of preference: full names that end with it, begin with it, or have it
/// in the middle.
type Candidates<'a> = HashMap<&'a str, [Vec<usize>; 3]>;

fn candidates<'a>(forms: &'a Forms, language: &Language) -> Candidates<'a> {
    let mut by_word = Candidates::new();
    for (form, name) in forms.all.iter().enumerate().filter(|(_, name)| is_full(name)) {
        let weighs = |w: &str| !is_small(w, language) && w.chars().count() > 1;
        for (at, word) in name.words.iter().enumerate().filter(|(_, w)| weighs(w)) {
            let place = if at + 1 == name.words.len() { 0 } else { usize::from(at > 0) + 1 };
            let groups = &mut by_word.entry(word).or_default()[place];
            let root = forms.root(form);
            if groups.len() < MAX_CANDIDATES && !groups.contains(&root) {
                groups.push(root);
            }
        }
    }
    by_word
}

/// Resolves a single word to the full name that ends with it, else begins with it, else has it in the middle; of
/// several the most recently mentioned. A title or a generation decides between people of one surname, and identifies
/// one without a full name.
fn resolve_single_words(forms: &mut Forms, language: &Language) -> HashMap<usize, usize> {
    let mut genders: HashMap<usize, Gender> = HashMap::new();
    let mut generations: HashMap<usize, &String> = HashMap::new();
    let mut marked: HashMap<&str, Vec<usize>> = HashMap::new();
    for (form, name) in forms.all.iter().enumerate().filter(|(_, name)| name.class == Class::Person) {
        if let Some(gender) = name.gender {
            genders.entry(forms.root(form)).or_insert(gender);
        }
        if let Some(generation) = &name.generation {
            generations.entry(forms.root(form)).or_insert(generation);
        }
        if let ([word], true) = (&name.words[..], marks(name) > (false, false)) {
            marked.entry(word).or_default().push(form);
        }
    }
    let by_word = candidates(forms, language);
    let mut last_seen: HashMap<usize, usize> = HashMap::new();
    let mut resolved = HashMap::new();
    let mut merges: Vec<Merge> = Vec::new();
    for (mention, &form) in forms.of.iter().enumerate() {
        let name = &forms.all[form];
        if name.class != Class::Person {
            continue;
        }
        let mut group = forms.root(form);
        if let ([word], true) = (&name.words[..], group == form) {
            let generation = name.generation.as_ref();
            let fits = |groups: &Vec<usize>| -> Vec<usize> {
                let known = |group: &usize| generations.get(group).copied();
                let fitting =
                    |group: &usize| agree(name.gender, genders.get(group).copied()) && agree(generation, known(group));
                let (same, others): (Vec<usize>, Vec<usize>) =
                    groups.iter().filter(|g| fitting(g)).partition(|g| generation.is_some() && known(g) == generation);
                if same.is_empty() { others } else { same }
            };
            let full = by_word.get(word.as_str()).into_iter().flatten().map(fits).find(|groups| !groups.is_empty());
            let full = full.and_then(|g| choose(&g, &last_seen));
            let by_mark = || choose(&better_marked(forms, name, marked.get(word.as_str())?), &last_seen);
            group = full.or_else(by_mark).unwrap_or(form);
            if let Some(gender) = name.gender {
                genders.entry(group).or_insert(gender);
            }
            let merge = Merge { short: form, long: group, rule: "part-of-name" };
            if group != form && !merges.contains(&merge) {
                merges.push(merge);
            }
        }
        last_seen.insert(group, mention);
        resolved.insert(mention, group);
    }
    forms.merges.extend(merges);
    resolved
}

/// What tells persons of one name apart, in order of precedence: whether it has a generation, and a gender.
fn marks(form: &Form) -> (bool, bool) {
    (form.generation.is_some(), form.gender.is_some())
}

/// The best marked of the forms that a single word may stand for: "King Osei II" for "King Osei", and both for "Osei".
fn better_marked(forms: &Forms, name: &Form, marked: &[usize]) -> Vec<usize> {
    let fits = |form: &Form| {
        let generation = agree(name.generation.as_ref(), form.generation.as_ref());
        marks(form) > marks(name) && agree(name.gender, form.gender) && generation
    };
    let fitting: Vec<usize> = marked.iter().copied().filter(|&form| fits(&forms.all[form])).collect();
    let best = fitting.iter().map(|&form| marks(&forms.all[form])).max();
    fitting.into_iter().filter(|&form| Some(marks(&forms.all[form])) == best).collect()
}

/// The only group, or of several the most recently mentioned.
pub(super) fn choose(groups: &[usize], last_seen: &HashMap<usize, usize>) -> Option<usize> {
    match groups {
        [only] => Some(*only),
        several => several.iter().copied().filter(|g| last_seen.contains_key(g)).max_by_key(|g| last_seen[g]),
    }
}
