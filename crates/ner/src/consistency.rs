//! Document-level label consistency: the other occurrences of a name as a prior on what it is here.
//!
//! A name that is certain in one sentence is often uncertain in another that says little about it. Every occurrence of
//! a form gets, as a prior, the mean of the model's distributions at the form's other occurrences; both are multiplied
//! (a product of experts) and the sentence is decoded again. This finds a form that was narrowly missed, and leaves
//! alone one inside a longer name. The idea is that of document-level memory (Gui et al., "Leveraging Document-Level
//! Label Consistency for Named Entity Recognition", IJCAI 2020), without training.
//!
//! Look-ups are by hashing: the cost is linear in the tokens.

use std::collections::HashMap;

use pressmark_core::EntityType;
use pressmark_lang::WordClass;

use crate::decode::{Found, Lattice};
use crate::prior::Prior;
use crate::tags::TagSet;
use crate::view::View;

/// Longest remembered form, in tokens. Set by hand: longer names hardly repeat, and the bound keeps the search linear.
const MAX_FORM: usize = 6;

/// Shortest part of a name that stands for the whole, a person's surname or an organisation's first word, in
/// characters: longer than an initial.
const MIN_PART: usize = 3;

/// Prior from the other occurrences of names; `None` where there are none.
///
/// `strength` is the exponent of the prior: 0 ignores it, 1 gives one other occurrence the weight of the sentence.
pub(crate) fn label_consistency(
    lattice: &Lattice,
    found: &[Found],
    view: &View<'_>,
    tags: &TagSet,
    strength: f32,
) -> Option<Prior> {
    if strength <= 0.0 || found.is_empty() {
        return None;
    }
    let cover = view.cover(found);
    let mut prior = Prior::new(tags);
    let forms = Forms::collect(found, view, &cover);
    forms.add(lattice, &mut prior, strength);
    add_parts(lattice, found, view, tags, &cover, &mut prior, strength);
    prior.of_some()
}

/// Forms of the mentions found, with all their occurrences in the document.
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
        for sent in &view.sents {
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
            // A single other occurrence may itself be wrong; several rarely all are. The weight grows from `strength`
            // with one other occurrence towards twice that with many.
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

/// Adds a prior for single words of longer names: a word that ends a person's full name is probably that person, and
/// one that begins an organisation's name, where the model sees a person, a product or `MISC`, that organisation.
fn add_parts(
    lattice: &Lattice,
    found: &[Found],
    view: &View<'_>,
    tags: &TagSet,
    cover: &[usize],
    prior: &mut Prior,
    strength: f32,
) {
    let kind = |is: fn(&EntityType) -> bool| tags.kinds().iter().position(is);
    let surnames = kind(EntityType::is_person).map(|person| (person, surnames(lattice, found, view, tags, person)));
    let openers = kind(|k| *k == EntityType::Org).map(|org| (org, first_words(lattice, found, view, tags, org)));
    let single: HashMap<usize, usize> =
        found.iter().filter(|m| m.tokens.len() == 1).map(|m| (m.tokens.start, m.kind)).collect();
    for (token, word) in view.words.iter().enumerate().filter(|&(token, _)| cover[token] <= 1) {
        let person = surnames.as_ref().and_then(|(kind, names)| Some((*kind, *names.get(word)?)));
        let organisation = || {
            let (kind, names) = openers.as_ref()?;
            let other = single.get(&token).map(|&kind| &tags.kinds()[kind])?;
            let doubtful = other.is_person() || matches!(other, EntityType::Misc | EntityType::Product);
            Some((*kind, *names.get(word).filter(|_| doubtful)?))
        };
        let known = person.filter(|_| view.language.month(word).is_none() || is_somebody(view, token));
        if let Some((kind, sure)) = known.or_else(organisation) {
            let (begin, _) = tags.outputs_of(kind);
            prior.add(token, strength, (0..tags.len()).map(|tag| if tag == begin { sure } else { 0.0 }));
        }
    }
}

/// Last words of persons' full names, and their first words where those are also months (April, June), with the model's
/// confidence.
fn surnames<'a>(
    lattice: &Lattice,
    found: &[Found],
    view: &View<'a>,
    tags: &TagSet,
    person: usize,
) -> HashMap<&'a str, f32> {
    let (begin, inside) = tags.outputs_of(person);
    let mut surnames: HashMap<&str, f32> = HashMap::new();
    for mention in found.iter().filter(|m| m.kind == person && m.tokens.len() > 1) {
        let (first, last) = (mention.tokens.start, mention.tokens.end - 1);
        let month = Some((first, begin)).filter(|_| view.language.month(view.words[first]).is_some());
        for (token, tag) in [(last, inside)].into_iter().chain(month) {
            let word = view.words[token];
            if word.chars().count() >= MIN_PART && word.chars().next().is_some_and(char::is_uppercase) {
                let sure = surnames.entry(word).or_default();
                *sure = sure.max(lattice.row(token)[tag].exp());
            }
        }
    }
    surnames
}

/// First words of organisations' names, except countries, with the model's confidence.
fn first_words<'a>(
    lattice: &Lattice,
    found: &[Found],
    view: &View<'a>,
    tags: &TagSet,
    organisation: usize,
) -> HashMap<&'a str, f32> {
    let (begin, _) = tags.outputs_of(organisation);
    let mut words: HashMap<&str, f32> = HashMap::new();
    for mention in found.iter().filter(|m| m.kind == organisation && m.tokens.len() > 1) {
        let first = mention.tokens.start;
        let word = view.words[first];
        if word.chars().count() >= MIN_PART && view.countries.length_at(&[word]).is_none() {
            let sure = words.entry(word).or_default();
            *sure = sure.max(lattice.row(first)[begin].exp());
        }
    }
    words
}

/// Whether a word that may be a month is a person here: a title precedes it, or a verb of speech or an auxiliary
/// follows.
fn is_somebody(view: &View<'_>, token: usize) -> bool {
    let before = token.checked_sub(1).map_or("", |at| view.word(at));
    let next = view.word(token + 1);
    let acts = !view.language.speech(next).is_empty() || view.language.classes(next).contains(WordClass::Auxiliary);
    acts || (before.starts_with(char::is_uppercase) && view.language.title(before).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{mentions, viterbi};
    use crate::tags::tag_set;

    /// Checks the tags of a one-sentence document before and after: `(word, P(B-LOC), P(B-PERSON), P(I-PERSON))`.
    fn check(tokens: &[(&str, f32, f32, f32)], expected: &[&str]) {
        let tags = tag_set(&["LOC", "PERSON"]);
        let words: Vec<&str> = tokens.iter().map(|t| t.0).collect();
        let all = 0..words.len();
        let mut lattice = Lattice::new(tokens.len(), &tags);
        for (token, &(_, loc, begin, inside)) in tokens.iter().enumerate() {
            let probabilities = [1.0 - loc - begin - inside, loc, 1e-4, begin, inside];
            lattice.set(token, &probabilities.map(|p: f32| p.max(1e-4).ln()), 1.0);
        }
        let found = mentions(&viterbi(&lattice, all.clone(), &tags), 0, &tags);
        let view = View::of_words(words, vec![all.clone()]);
        if let Some(prior) = label_consistency(&lattice, &found, &view, &tags, 0.5) {
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

    #[test]
    fn a_month_is_a_person_only_where_the_text_says_so() {
        let tokens = |after: &'static str| {
            [
                ("Ana", 0.0, 0.99, 0.0),
                ("May", 0.0, 0.0, 0.99),
                ("in", 0.0, 0.0, 0.0),
                ("May", 0.55, 0.4, 0.0),
                (after, 0.0, 0.0, 0.0),
            ]
        };
        check(&tokens("said"), &["B-PERSON", "I-PERSON", "O", "B-PERSON", "O"]);
        check(&tokens("rain"), &["B-PERSON", "I-PERSON", "O", "B-LOC", "O"]);
    }
}
