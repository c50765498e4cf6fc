//! The second look: what a document says of a name elsewhere, as a prior on what it is here.
//!
//! A name that is certain in one sentence is often uncertain in another that says little about it.
//! Every occurrence of a form gets, as a prior, the mean of what the model thinks of the form's other
//! occurrences; both are multiplied (a product of experts) and the sentence is decoded again. A form
//! that was missed where it is barely improbable is found in this way, one that stands in a longer
//! name is left alone. The idea is that of document-level memory (Gui et al., "Leveraging
//! Document-Level Label Consistency for Named Entity Recognition", IJCAI 2020), without training.
//!
//! Everything is found by hashing: the cost is linear in the tokens.

use std::collections::HashMap;
use std::ops::Range;

use pressmark_core::EntityType;

use crate::countries::country_at;
use crate::decode::{Found, Lattice};
use crate::headlines::common_words;
use crate::tags::TagSet;

/// Longest form that is remembered, in tokens: names above it hardly repeat, and the bound keeps the
/// search linear.
const MAX_FORM: usize = 6;

/// Kept from any tag that the memory has never seen, as a probability: a name may well be something
/// else for once. Larger forgets, smaller overrules the sentence.
const DOUBT: f32 = 1e-3;

/// Exponent of what the table of countries says, beside the sentence: it overrules probabilities up to 0.97, and
/// leaves a certain person or money alone.
const COUNTRY_WEIGHT: f32 = 0.5;

/// The same for a name of several words of which the model made no mention, or several: it can hardly be
/// anything else.
const LONG_COUNTRY_WEIGHT: f32 = 1.5;

/// Exponent of what the document's own small letters say about its headlines, likewise.
const HEADLINE_WEIGHT: f32 = 0.5;

/// A surname is longer than an initial.
const MIN_SURNAME: usize = 3;

/// What the document's tokens are and where its sentences lie.
pub(crate) struct View<'a> {
    pub(crate) words: &'a [&'a str],
    pub(crate) sents: &'a [Range<usize>],
}

/// What the second look adds to the lattice, if anything.
///
/// `strength` is the exponent of the prior: 0 ignores it, 1 gives it the weight of the sentence.
pub(crate) fn revise(
    lattice: &Lattice,
    found: &[Found],
    view: &View<'_>,
    tags: &TagSet,
    strength: f32,
) -> Option<Prior> {
    if strength <= 0.0 || found.is_empty() {
        return None;
    }
    let cover = cover(found, view);
    let mut prior = Prior::new(tags);
    let forms = Forms::collect(found, view, &cover);
    forms.add(lattice, &mut prior, strength);
    add_surnames(lattice, found, view, tags, &cover, &mut prior, strength);
    prior.of_some()
}

/// What everybody knows: that the names of countries are places.
///
/// A model that has seen a country's acronym among few others takes it for an organisation, or its two words
/// for two places. A longer name that was found around a country's is left alone.
pub(crate) fn know_countries(found: &[Found], view: &View<'_>, tags: &TagSet) -> Option<Prior> {
    let place = tags.kinds().iter().position(|k| *k == EntityType::Loc)?;
    let (begin, inside) = tags.outputs_of(place);
    let cover = cover(found, view);
    let mut prior = Prior::new(tags);
    for sent in view.sents {
        let mut start = sent.start;
        while start < sent.end {
            let Some(length) = country_at(&view.words[start..sent.end]) else {
                start += 1;
                continue;
            };
            let tokens = start..start + length;
            if cover[tokens.clone()].iter().all(|&c| c <= length) {
                let whole = cover[tokens.clone()].iter().all(|&c| c == length);
                let weight = if length > 1 && !whole { LONG_COUNTRY_WEIGHT } else { COUNTRY_WEIGHT };
                for token in tokens.clone() {
                    let known = if token == start { begin } else { inside };
                    prior.add(token, weight, (0..tags.len()).map(|tag| if tag == known { 1.0 } else { 0.0 }));
                }
            }
            start = tokens.end;
        }
    }
    prior.of_some()
}

/// What a headline's common words are: in no name.
pub(crate) fn know_headlines(found: &[Found], view: &View<'_>, tags: &TagSet) -> Option<Prior> {
    let common = common_words(found, view);
    let mut prior = Prior::new(tags);
    for &token in &common {
        prior.add(token, HEADLINE_WEIGHT, (0..tags.len()).map(|tag| if tag == tags.outside() { 1.0 } else { 0.0 }));
    }
    prior.of_some()
}

/// The length of the mention that covers each token, 0 where none does.
fn cover(found: &[Found], view: &View<'_>) -> Vec<usize> {
    let mut cover = vec![0; view.words.len()];
    for mention in found {
        cover[mention.tokens.clone()].fill(mention.tokens.len());
    }
    cover
}

/// Log-probabilities to be added to some tokens.
pub(crate) struct Prior {
    width: usize,
    /// For each token where its row begins in `rows`.
    places: HashMap<usize, usize>,
    rows: Vec<f32>,
}

impl Prior {
    fn new(tags: &TagSet) -> Self {
        Self { width: tags.len(), places: HashMap::new(), rows: Vec::new() }
    }

    /// Adds `weight * ln(p)` for every tag of the token.
    fn add(&mut self, token: usize, weight: f32, probability: impl Iterator<Item = f32>) {
        let next = self.rows.len();
        let first = *self.places.entry(token).or_insert(next);
        if first == next {
            self.rows.resize(next + self.width, 0.0);
        }
        let row = &mut self.rows[first..][..self.width];
        row.iter_mut().zip(probability).for_each(|(r, p)| *r += weight * (p.max(0.0) + DOUBT).ln());
    }

    fn of_some(self) -> Option<Self> {
        (!self.places.is_empty()).then_some(self)
    }

    pub(crate) fn apply(self, lattice: &mut Lattice) {
        // In any order: the rows do not touch each other.
        for (token, first) in self.places {
            lattice.multiply(token, &self.rows[first..][..self.width]);
        }
    }
}

/// The forms of the mentions that were found, and where else in the document they stand.
struct Forms {
    /// First tokens of the occurrences of each form, in order of its first mention.
    starts: Vec<Vec<usize>>,
    lengths: Vec<usize>,
}

impl Forms {
    fn collect(found: &[Found], view: &View<'_>, cover: &[usize]) -> Self {
        let mut index: HashMap<&[&str], usize> = HashMap::new();
        let mut by_first: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut lengths = Vec::new();
        for form in found.iter().filter_map(|m| view.words.get(m.tokens.clone())) {
            let named = form.iter().any(|w| w.chars().any(|c| c.is_alphabetic() && !c.is_lowercase()));
            if named && form.len() <= MAX_FORM && !index.contains_key(form) {
                index.insert(form, lengths.len());
                lengths.push(form.len());
                let known = by_first.entry(form[0]).or_default();
                if !known.contains(&form.len()) {
                    known.push(form.len());
                }
            }
        }
        let mut starts = vec![Vec::new(); lengths.len()];
        for sent in view.sents {
            for start in sent.clone() {
                let Some(known) = by_first.get(view.words[start]) else { continue };
                for &length in known {
                    let tokens = start..start + length;
                    let alone = tokens.end <= sent.end && cover[tokens.clone()].iter().all(|&c| c <= length);
                    if let Some(&form) =
                        index.get(&view.words[tokens.start..tokens.end.min(sent.end)]).filter(|_| alone)
                    {
                        starts[form].push(start);
                    }
                }
            }
        }
        Self { starts, lengths }
    }

    fn add(&self, lattice: &Lattice, prior: &mut Prior, strength: f32) {
        for (starts, &length) in self.starts.iter().zip(&self.lengths) {
            let others = starts.len().saturating_sub(1) as f32;
            if others == 0.0 {
                continue;
            }
            // One other occurrence may be wrong itself; several rarely all are.
            let weight = strength * 2.0 * others / (others + 1.0);
            for offset in 0..length {
                let mut sum = vec![0.0; prior.width];
                for &start in starts {
                    sum.iter_mut().zip(lattice.row(start + offset)).for_each(|(s, p)| *s += p.exp());
                }
                for &start in starts {
                    let row = lattice.row(start + offset);
                    prior.add(start + offset, weight, sum.iter().zip(row).map(|(s, p)| (s - p.exp()) / others));
                }
            }
        }
    }
}

/// A word that ends a person's full name is, alone, probably that person.
fn add_surnames(
    lattice: &Lattice,
    found: &[Found],
    view: &View<'_>,
    tags: &TagSet,
    cover: &[usize],
    prior: &mut Prior,
    strength: f32,
) {
    let Some(person) = tags.kinds().iter().position(EntityType::is_person) else { return };
    let (begin, inside) = tags.outputs_of(person);
    let mut surnames: HashMap<&str, f32> = HashMap::new();
    for mention in found.iter().filter(|m| m.kind == person && m.tokens.len() > 1) {
        let last = mention.tokens.end - 1;
        let word = view.words[last];
        if word.chars().count() >= MIN_SURNAME && word.chars().next().is_some_and(char::is_uppercase) {
            let sure = surnames.entry(word).or_default();
            *sure = sure.max(lattice.row(last)[inside].exp());
        }
    }
    for (token, word) in view.words.iter().enumerate().filter(|&(token, _)| cover[token] <= 1) {
        if let Some(&sure) = surnames.get(word) {
            let probability = (0..tags.len()).map(|tag| if tag == begin { sure } else { 0.0 });
            prior.add(token, strength, probability);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{mentions, viterbi};
    use crate::tags::tag_set;

    /// Tags of one-sentence documents before and after: `(word, P(B-LOC), P(B-PERSON), P(I-PERSON))`.
    fn check(tokens: &[(&str, f32, f32, f32)], expected: &[&str]) {
        let tags = tag_set(&["LOC", "PERSON"]);
        let words: Vec<&str> = tokens.iter().map(|t| t.0).collect();
        let all = 0..words.len();
        let mut lattice = Lattice::new(words.len(), &tags);
        for (token, &(_, loc, begin, inside)) in tokens.iter().enumerate() {
            let probabilities = [1.0 - loc - begin - inside, loc, 1e-4, begin, inside];
            lattice.set(token, &probabilities.map(|p: f32| p.max(1e-4).ln()), 1.0);
        }
        let found = mentions(&viterbi(&lattice, all.clone(), &tags), 0, &tags);
        let view = View { words: &words, sents: std::slice::from_ref(&all) };
        if let Some(prior) = revise(&lattice, &found, &view, &tags, 0.5) {
            prior.apply(&mut lattice);
        }
        let path = viterbi(&lattice, all, &tags);
        assert_eq!(path.into_iter().map(|t| tags.label(t)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_name_missed_once_is_found_by_the_others() {
        check(
            &[
                ("Juba", 0.98, 0.0, 0.0),
                ("and", 0.0, 0.0, 0.0),
                ("Juba", 0.97, 0.0, 0.0),
                (";", 0.0, 0.0, 0.0),
                ("Juba", 0.3, 0.1, 0.0),
            ],
            &["B-LOC", "O", "B-LOC", "O", "B-LOC"],
        );
    }

    #[test]
    fn a_certain_name_stays_what_it_is() {
        check(
            &[("Jordan", 0.99, 0.0, 0.0), ("met", 0.0, 0.0, 0.0), ("Jordan", 0.0, 0.995, 0.0)],
            &["B-LOC", "O", "B-PERSON"],
        );
    }

    #[test]
    fn a_surname_is_known_from_the_full_name() {
        check(
            &[("Ana", 0.0, 0.99, 0.0), ("Lima", 0.0, 0.0, 0.99), ("said", 0.0, 0.0, 0.0), ("Lima", 0.5, 0.4, 0.0)],
            &["B-PERSON", "I-PERSON", "O", "B-PERSON"],
        );
    }
}
