//! Organisations by the head noun of their name alone: "the Bank" for the World Bank.

use std::collections::HashMap;

use pressmark_lang::{Language, NameClass};

use super::forms::{Class, Forms, Merge};
use super::persons::choose;

/// Most names compared with one noun. Set by hand: it bounds the work on a page that lists thousands.
const MAX_CANDIDATES: usize = 32;

/// For each mention that is such a noun, the group of the name that ends with it, or begins with it as in French; of
/// several the most recently mentioned.
pub(super) fn resolve(forms: &mut Forms, language: &Language) -> HashMap<usize, usize> {
    let is_institution = |word: &str| language.name_word(word).contains(NameClass::Institution);
    let mut by_noun: HashMap<&str, Vec<usize>> = HashMap::new();
    for (form, name) in forms.all.iter().enumerate() {
        if name.class != Class::Name || name.words.len() < 2 {
            continue;
        }
        let ends = [name.words.last(), name.words.first()];
        if let Some(noun) = ends.into_iter().flatten().find(|w| is_institution(w)) {
            let (groups, root) = (by_noun.entry(noun).or_default(), forms.root(form));
            if groups.len() < MAX_CANDIDATES && !groups.contains(&root) {
                groups.push(root);
            }
        }
    }
    let mut last_seen: HashMap<usize, usize> = HashMap::new();
    let mut resolved = HashMap::new();
    let mut merges: Vec<Merge> = Vec::new();
    for (mention, &form) in forms.of.iter().enumerate() {
        let mut group = forms.root(form);
        if let ([noun], Class::Name, true) = (&forms.all[form].words[..], forms.all[form].class, group == form)
            && let Some(long) = by_noun.get(noun.as_str()).and_then(|groups| choose(groups, &last_seen))
        {
            group = long;
            resolved.insert(mention, long);
            let merge = Merge { short: form, long, rule: "noun-of-body" };
            if !merges.contains(&merge) {
                merges.push(merge);
            }
        }
        last_seen.insert(group, mention);
    }
    forms.merges.extend(merges);
    resolved
}
