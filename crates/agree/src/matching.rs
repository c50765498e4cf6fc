//! Matching of rows of several coders to documents, and of their entities to each other.

use std::collections::{BTreeMap, HashMap, HashSet};

use pressmark_jsonl::Record;

use crate::Coder;

/// A document shared by at least two coders.
pub(crate) struct Shared<'a> {
    /// Row of each coder, `None` if the coder lacks the document.
    pub(crate) rows: Vec<Option<&'a Record<'static>>>,
    /// For each coder, a number per entity id; matched entities have the same number.
    entities: Vec<BTreeMap<&'a str, usize>>,
}

/// Result of matching rows.
pub(crate) struct Matched<'a> {
    pub(crate) documents: Vec<Shared<'a>>,
    /// For each coder, ids of rows that no other coder has.
    pub(crate) alone: Vec<Vec<String>>,
}

/// Matches rows by id, then by URL, then by text.
pub(crate) fn match_documents(coders: &[Coder]) -> Matched<'_> {
    let mut documents: Vec<Vec<Option<&Record<'static>>>> = Vec::new();
    let (mut by_id, mut by_url, mut by_text) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (number, coder) in coders.iter().enumerate() {
        let mut taken: HashSet<usize> = HashSet::new();
        let mut found: Vec<Option<usize>> = vec![None; coder.rows.len()];
        // Ids take precedence over all rows: a text that occurs twice must not take the place of the row with the id.
        for pass in 0..3 {
            for (row, place) in coder.rows.iter().zip(&mut found).filter(|(_, place)| place.is_none()) {
                let known = match pass {
                    0 => by_id.get(&*row.id),
                    1 => row.source.url.as_deref().and_then(|url| by_url.get(url)),
                    _ => (!row.text.is_empty()).then(|| by_text.get(&*row.text)).flatten(),
                };
                *place = known.copied().filter(|index| taken.insert(*index));
            }
        }
        for (row, place) in coder.rows.iter().zip(found) {
            let index = place.unwrap_or_else(|| {
                documents.push(vec![None; coders.len()]);
                documents.len() - 1
            });
            documents[index][number] = Some(row);
            by_id.entry(&*row.id).or_insert(index);
            by_text.entry(&*row.text).or_insert(index);
            if let Some(url) = row.source.url.as_deref() {
                by_url.entry(url).or_insert(index);
            }
        }
    }
    let mut alone = vec![Vec::new(); coders.len()];
    let (shared, rest): (Vec<_>, Vec<_>) =
        documents.into_iter().partition(|rows| rows.iter().flatten().nth(1).is_some());
    for (coder, row) in rest.iter().flat_map(|rows| rows.iter().enumerate()).filter_map(|(i, row)| Some((i, (*row)?))) {
        alone[coder].push(row.id.to_string());
    }
    Matched { documents: shared.into_iter().map(Shared::new).collect(), alone }
}

impl<'a> Shared<'a> {
    fn new(rows: Vec<Option<&'a Record<'static>>>) -> Self {
        let entities = match_entities(&rows);
        Self { rows, entities }
    }

    /// Iterates over the existing rows, with the index of each coder.
    pub(crate) fn given(&self) -> impl Iterator<Item = (usize, &'a Record<'static>)> + '_ {
        self.rows.iter().enumerate().filter_map(|(coder, row)| Some((coder, (*row)?)))
    }

    /// Returns the number of an entity of a coder's row; matched entities of other coders have the same number.
    pub(crate) fn entity(&self, coder: usize, id: &str) -> Option<usize> {
        self.entities.get(coder)?.get(id).copied()
    }

    /// Whether all coders have the same text; otherwise offsets are not comparable.
    pub(crate) fn has_one_text(&self) -> bool {
        let mut texts = self.given().map(|(_, row)| &row.text);
        let first = texts.next();
        texts.all(|text| Some(text) == first)
    }

    /// Returns the id used by the first coder who has the document.
    pub(crate) fn id(&self) -> String {
        self.given().next().map(|(_, row)| row.id.to_string()).unwrap_or_default()
    }
}

/// A cluster of matched entities of different coders.
#[derive(Default)]
struct Thing {
    names: HashSet<String>,
    mentions: HashSet<(usize, usize)>,
    taken_by: Option<usize>,
}

/// Matches each coder's entities greedily to those of earlier coders: by most shared mentions, else by a shared name.
fn match_entities<'a>(rows: &[Option<&'a Record<'static>>]) -> Vec<BTreeMap<&'a str, usize>> {
    let mut things: Vec<Thing> = Vec::new();
    let mut out = Vec::new();
    for (coder, row) in rows.iter().enumerate() {
        let mut names = BTreeMap::new();
        for entity in row.iter().flat_map(|row| &row.entities) {
            let ents = row.iter().flat_map(|row| &row.ents);
            let mentions: HashSet<(usize, usize)> =
                ents.filter(|ent| ent.entity.as_ref() == Some(&entity.id)).map(|ent| (ent.start, ent.end)).collect();
            let name = entity.name.to_lowercase();
            let likeness = |thing: &Thing| {
                let shared = thing.mentions.intersection(&mentions).count();
                (shared, thing.names.contains(&name))
            };
            let best = things
                .iter()
                .enumerate()
                .filter(|(_, thing)| thing.taken_by != Some(coder))
                .map(|(index, thing)| (likeness(thing), index))
                .filter(|(likeness, _)| *likeness > (0, false))
                // Ties go to the earlier one.
                .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
            let index = best.map_or(things.len(), |(_, index)| index);
            if index == things.len() {
                things.push(Thing::default());
            }
            if let Some(thing) = things.get_mut(index) {
                thing.names.insert(name);
                thing.mentions.extend(mentions);
                thing.taken_by = Some(coder);
            }
            names.insert(&*entity.id, index);
        }
        out.push(names);
    }
    out
}
