//! Clusters the entities of several documents into actors, and finds the terms that documents share.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use pressmark_core::EntityType;
use pressmark_jsonl::Score;
use pressmark_jsonl::story::{Actor, EntityRef, Term};
use pressmark_lang::Language;

use crate::features::{entity_hash, entity_key, for_each_term, term_hash};
use crate::grouper::Rarity;
use crate::view::View;

/// Most actors in a story's row. Set by hand; it bounds the row's size.
const MOST_ACTORS: usize = 60;
/// Members of a cluster whose names a new one is compared with. Set by hand: names arrive fullest first, so the first
/// few decide, and the time stays linear in large stories.
const FULLEST: usize = 8;
/// Most terms in a story's row. Set by hand; it bounds the row's size.
const MOST_TERMS: usize = 20;

/// One entity of one document.
#[derive(Clone, Copy, Debug)]
struct Node<'a> {
    view: usize,
    id: &'a str,
    name: &'a str,
    label: &'a EntityType,
    aliases: &'a [std::borrow::Cow<'a, str>],
    language: &'static Language,
    mentions: usize,
}

/// Actors of a story, indexed by document and entity.
#[derive(Debug, Default)]
pub(crate) struct Actors {
    /// In descending order of weight.
    pub(crate) list: Vec<Actor>,
    by_entity: HashMap<(usize, String), usize>,
}

impl Actors {
    /// Clusters the entities that at least two documents share.
    pub(crate) fn of(views: &[View<'_>], rarity: &Rarity) -> Self {
        let mut clusters: Vec<Vec<Node<'_>>> = Vec::new();
        // Fuller names first, so that a bare surname joins the person whose full name is known.
        let mut nodes: Vec<Node<'_>> = views.iter().enumerate().flat_map(|(at, view)| nodes(at, view)).collect();
        nodes.sort_by_key(|node| std::cmp::Reverse((node.name.split(' ').count().min(2), node.mentions)));
        let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
        for node in nodes {
            let keys = keys(&node);
            let mut known = keys.iter().flat_map(|key| by_key.get(key).into_iter().flatten()).copied();
            let found = known.find(|&cluster| clusters.get(cluster).is_some_and(|members| fits(members, &node)));
            let cluster = found.unwrap_or(clusters.len());
            match clusters.get_mut(cluster) {
                Some(members) => members.push(node),
                None => clusters.push(vec![node]),
            }
            for key in keys {
                let of = by_key.entry(key).or_default();
                if !of.contains(&cluster) {
                    of.push(cluster);
                }
            }
        }
        let documents = |members: &[Node<'_>]| members.iter().map(|node| node.view).collect::<HashSet<_>>().len();
        clusters.retain(|members| documents(members) > 1);
        let mut weighed: Vec<(f32, Vec<Node<'_>>)> = clusters
            .into_iter()
            .map(|members| {
                let mentions: usize = members.iter().map(|node| node.mentions).sum();
                let key = members
                    .first()
                    .and_then(|node| entity_key(node.name, node.label, node.language))
                    .unwrap_or_default();
                let spread = documents(&members) as f32 / views.len().max(1) as f32;
                ((1.0 + mentions as f32).ln() * rarity.of(entity_hash(&key)) * spread, members)
            })
            .collect();
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| first_name(&a.1).cmp(first_name(&b.1))));
        weighed.truncate(MOST_ACTORS);
        let best = weighed.first().map_or(1.0, |(weight, _)| weight.max(f32::MIN_POSITIVE));
        let mut actors = Self::default();
        for (number, (weight, mut members)) in weighed.into_iter().enumerate() {
            members.sort_by_key(|node| (node.view, std::cmp::Reverse(node.mentions)));
            let reference = |node: &Node<'_>| EntityRef {
                document: views.get(node.view).map(|view| view.record.id.to_string()).unwrap_or_default(),
                entity: node.id.to_owned(),
                name: node.name.to_owned(),
            };
            for node in &members {
                actors.by_entity.insert((node.view, node.id.to_owned()), number);
            }
            let Some(label) = label(&members).cloned() else { continue };
            actors.list.push(Actor {
                id: format!("a{number}"),
                name: fullest(&members).to_owned(),
                label,
                weight: Score::from(weight / best),
                mentions: members.iter().map(|node| node.mentions).sum(),
                entities: members.iter().map(reference).collect(),
            });
        }
        actors
    }

    /// The actor of an entity of a document.
    pub(crate) fn find(&self, view: usize, entity: &str) -> Option<&Actor> {
        self.by_entity.get(&(view, entity.to_owned())).and_then(|&number| self.list.get(number))
    }
}

fn first_name<'a>(members: &[Node<'a>]) -> &'a str {
    members.first().map_or("", |node| node.name)
}

fn nodes<'a>(at: usize, view: &View<'a>) -> impl Iterator<Item = Node<'a>> {
    view.record.entities.iter().map(move |entity| Node {
        view: at,
        id: &entity.id,
        name: &entity.name,
        label: &entity.label,
        aliases: &entity.aliases,
        language: view.language,
        mentions: entity.mentions,
    })
}

/// Keys under which an entity may be found: that of its name and, except for persons, those of its acronyms and
/// multi-word aliases.
fn keys(node: &Node<'_>) -> Vec<String> {
    let mut keys: Vec<String> = entity_key(node.name, node.label, node.language).into_iter().collect();
    if !node.label.is_person() {
        // Acronyms such as "M23" or "WHO" count beside the full name; a single word of a name ("Council") is no name by
        // itself.
        let is_acronym = |alias: &str| !alias.chars().any(char::is_lowercase) && alias.chars().nth(1).is_some();
        let forms = node.aliases.iter().filter(|alias| is_acronym(alias) || alias.contains(' '));
        keys.extend(forms.filter_map(|alias| entity_key(alias, node.label, node.language)));
    }
    keys.dedup();
    keys
}

/// Whether an entity is compatible with a cluster: persons only with persons, and with no conflicting given name.
fn fits(members: &[Node<'_>], node: &Node<'_>) -> bool {
    let Some(first) = members.first() else { return true };
    if first.label.is_person() != node.label.is_person() {
        return false;
    }
    // Within a document, coreference has already separated its persons with the whole text at hand.
    if node.label.is_person() && members.iter().any(|member| member.view == node.view) {
        return false;
    }
    // The first members of a cluster have the fullest names.
    let names = members.iter().take(FULLEST).map(|member| member.name);
    !node.label.is_person() || names.into_iter().all(|name| given_names_agree(name, node.name))
}

/// Whether two names may belong to one person: one lacks a given name, or one given name is a prefix of the other
/// (`J.`, `Jo`).
fn given_names_agree(a: &str, b: &str) -> bool {
    let given = |name: &str| {
        let mut parts = name.split_whitespace();
        let first = parts.next()?.trim_end_matches('.').to_lowercase();
        parts.next().map(|_| first)
    };
    match (given(a), given(b)) {
        (Some(a), Some(b)) => a == b || a.starts_with(&b) || b.starts_with(&a),
        _ => true,
    }
}

/// The name with the most words (up to four), then the most mentions.
fn fullest<'a>(members: &[Node<'a>]) -> &'a str {
    let best = members.iter().max_by_key(|node| (node.name.split_whitespace().count().min(4), node.mentions));
    best.map_or("", |node| node.name)
}

/// The label with the most mentions.
fn label<'a>(members: &[Node<'a>]) -> Option<&'a EntityType> {
    let mut votes: BTreeMap<&EntityType, usize> = BTreeMap::new();
    members.iter().for_each(|node| *votes.entry(node.label).or_default() += node.mentions);
    votes.into_iter().max_by_key(|(_, votes)| *votes).map(|(label, _)| label)
}

/// Occurrences of a stem in the documents of a story.
#[derive(Default)]
struct Stem {
    documents: BTreeSet<usize>,
    weight: f32,
    /// Words with this stem, with their counts.
    forms: BTreeMap<String, usize>,
}

/// The terms that at least two documents share, the most distinctive first, without the names of actors.
pub(crate) fn terms(views: &[View<'_>], actors: &Actors, rarity: &Rarity) -> Vec<Term> {
    let mut found: HashMap<String, Stem> = HashMap::new();
    for (at, view) in views.iter().enumerate() {
        for_each_term(view.record, |stem, word, weight| {
            let entry = found.entry(stem.to_owned()).or_default();
            entry.documents.insert(at);
            entry.weight += weight;
            *entry.forms.entry(word.to_owned()).or_default() += 1;
        });
    }
    let names: HashSet<String> = actors
        .list
        .iter()
        .flat_map(|actor| actor.entities.iter())
        .flat_map(|entity| entity.name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect::<Vec<_>>())
        .collect();
    let mut terms: Vec<(f32, String, BTreeSet<usize>)> = found
        .into_iter()
        .filter(|(_, found)| found.documents.len() > 1)
        .filter_map(|(stem, Stem { documents: docs, weight, forms })| {
            let (word, _) = forms.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))?;
            let spread = docs.len() as f32 / views.len().max(1) as f32;
            let told = !names.contains(&word) && !word.starts_with(|c: char| c.is_numeric());
            told.then(|| ((1.0 + weight).ln() * rarity.of(term_hash(&stem)) * spread, word, docs))
        })
        .collect();
    terms.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    terms.truncate(MOST_TERMS);
    let best = terms.first().map_or(1.0, |term| term.0.max(f32::MIN_POSITIVE));
    let id = |at: usize| views.get(at).map(|view| view.record.id.to_string()).unwrap_or_default();
    let term = |(weight, term, docs): (f32, String, BTreeSet<usize>)| Term {
        term,
        weight: Score::from(weight / best),
        documents: docs.into_iter().map(id).collect(),
    };
    terms.into_iter().map(term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brothers_are_two_and_an_initial_is_one() {
        let check = |a: &str, b: &str, expected: bool| assert_eq!(given_names_agree(a, b), expected, "{a}, {b}");
        check("Ana Ferreira", "Ferreira", true);
        check("Ana Ferreira", "A. Ferreira", true);
        check("Ana Ferreira", "Rui Ferreira", false);
        check("Jo Lindqvist", "Johan Lindqvist", true);
    }
}
