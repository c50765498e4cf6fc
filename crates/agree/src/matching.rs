//! Which rows of several coders are one document, and which entities of a document are one thing.

use std::collections::{BTreeMap, HashMap, HashSet};

use pressmark_jsonl::Record;

use crate::Coder;

/// A document that two coders have at least.
pub(crate) struct Shared<'a> {
    /// The row of each coder.
    pub(crate) rows: Vec<Option<&'a Record<'static>>>,
    /// The entities of each coder's row: what each is called here, the same for the same thing.
    entities: Vec<BTreeMap<&'a str, usize>>,
}

/// What became of the rows.
pub(crate) struct Matched<'a> {
    pub(crate) documents: Vec<Shared<'a>>,
    /// For each coder, the ids of rows that nobody else has.
    pub(crate) alone: Vec<Vec<String>>,
}

/// Matches rows by id, then by address, then by text.
pub(crate) fn match_documents(coders: &[Coder]) -> Matched<'_> {
    let mut documents: Vec<Vec<Option<&Record<'static>>>> = Vec::new();
    let (mut by_id, mut by_url, mut by_text) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (number, coder) in coders.iter().enumerate() {
        let mut taken: HashSet<usize> = HashSet::new();
        let mut found: Vec<Option<usize>> = vec![None; coder.rows.len()];
        // All by id first: a text that stands twice must not take the place of the row that has the id.
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

    /// The rows that there are, each with the place of its coder.
    pub(crate) fn given(&self) -> impl Iterator<Item = (usize, &'a Record<'static>)> + '_ {
        self.rows.iter().enumerate().filter_map(|(coder, row)| Some((coder, (*row)?)))
    }

    /// What an entity of a coder's row is called in this document, the same for all coders.
    pub(crate) fn entity(&self, coder: usize, id: &str) -> Option<usize> {
        self.entities.get(coder)?.get(id).copied()
    }

    /// Whether all coders have the same text: offsets can be compared only then.
    pub(crate) fn has_one_text(&self) -> bool {
        let mut texts = self.given().map(|(_, row)| &row.text);
        let first = texts.next();
        texts.all(|text| Some(text) == first)
    }

    /// The id that the first coder gives it.
    pub(crate) fn id(&self) -> String {
        self.given().next().map(|(_, row)| row.id.to_string()).unwrap_or_default()
    }
}

/// One thing that an entity of some coder stands for.
#[derive(Default)]
struct Thing {
    names: HashSet<String>,
    mentions: HashSet<(usize, usize)>,
    taken_by: Option<usize>,
}

/// Entities of different coders are one when they share mentions, most first, or else a name.
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
                // The first of equals.
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
