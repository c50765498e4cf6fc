//! Layers in which coders judge given items: frames, stances, tone of mentions, speakers of quotations.

use std::collections::{BTreeMap, BTreeSet};

use pressmark_core::{StanceLabel, Tone};
use pressmark_jsonl::Record;

use crate::Options;
use crate::matching::Shared;
use crate::nominal::Unit;

/// A layer of judgements, before any statistic.
pub(crate) struct Judgements {
    pub(crate) layer: &'static str,
    pub(crate) codebook: Option<String>,
    /// Labels, indexed by number.
    pub(crate) labels: Vec<String>,
    pub(crate) items: Items,
}

/// The judged items.
pub(crate) enum Items {
    /// One of several labels per unit.
    OneOf(Vec<Unit>),
    /// For each label, whether a document has it: 1 or 0.
    EachOf(Vec<Vec<Unit>>),
    /// One of several labels per unit, where the labels get no row in the report.
    Unnamed(Vec<Unit>),
}

/// Collects all layers of judgements in which two coders judged the same item.
pub(crate) fn judgements(documents: &[Shared<'_>], coders: usize, options: &Options) -> Vec<Judgements> {
    let mut layers = frames(documents, coders, options);
    layers.push(stances(documents, coders));
    layers.push(tone(documents, coders));
    layers.push(speakers(documents, coders));
    layers.retain(|layer| match &layer.items {
        Items::OneOf(units) | Items::Unnamed(units) => units.iter().any(is_paired),
        Items::EachOf(labels) => labels.iter().flatten().any(is_paired),
    });
    layers
}

pub(crate) fn is_paired(unit: &Unit) -> bool {
    unit.labels.iter().flatten().nth(1).is_some()
}

/// Label of each coder for each item, by document and key.
type Said = BTreeMap<(usize, Vec<String>), Vec<Option<usize>>>;

fn say(said: &mut Said, coders: usize, document: usize, key: Vec<String>, coder: usize, label: usize) {
    let labels = said.entry((document, key)).or_insert_with(|| vec![None; coders]);
    if let Some(slot) = labels.get_mut(coder) {
        *slot = Some(label);
    }
}

fn units(said: Said) -> Vec<Unit> {
    said.into_iter().map(|((document, _), labels)| Unit { document, labels }).collect()
}

/// Collects frames as binary judgements per label.
///
/// A coder who uses a codebook anywhere counts as having judged every text by it; a label missing from a row was not
/// assigned.
fn frames(documents: &[Shared<'_>], coders: usize, options: &Options) -> Vec<Judgements> {
    let mut books: BTreeMap<String, (BTreeSet<String>, BTreeSet<usize>)> = BTreeMap::new();
    for (coder, row) in documents.iter().flat_map(Shared::given) {
        for frame in &row.frames {
            let (labels, users) = books.entry(frame.codebook.to_string()).or_default();
            labels.insert(frame.label.to_string());
            users.insert(coder);
        }
    }
    let layer = |(codebook, (labels, users)): (String, (BTreeSet<String>, BTreeSet<usize>))| {
        let is_given = |row: &Record<'_>, label: &str| {
            let is_it = |frame: &&pressmark_jsonl::Frame<'_>| frame.codebook == codebook && frame.label == label;
            row.frames.iter().filter(is_it).any(|frame| frame.score.value() >= options.min_frame_score)
        };
        let judged = |document: &Shared<'_>, label: &str| {
            let mut values = vec![None; coders];
            for (coder, row) in document.given().filter(|(coder, row)| users.contains(coder) && !row.text.is_empty()) {
                values[coder] = Some(usize::from(is_given(row, label)));
            }
            values
        };
        let of_label = |label: &String| {
            let unit =
                |(index, document): (usize, &Shared<'_>)| Unit { document: index, labels: judged(document, label) };
            documents.iter().enumerate().map(unit).collect()
        };
        let items = Items::EachOf(labels.iter().map(of_label).collect());
        Judgements { layer: "frames", codebook: Some(codebook.clone()), labels: labels.into_iter().collect(), items }
    };
    books.into_iter().map(layer).collect()
}

/// Collects the stance of each holder towards each target.
fn stances(documents: &[Shared<'_>], coders: usize) -> Judgements {
    let mut said = Said::new();
    for (index, document) in documents.iter().enumerate() {
        for (coder, row) in document.given() {
            for stance in &row.stances {
                let name = |id: &str| match document.entity(coder, id) {
                    Some(entity) => format!("#{entity}"),
                    None => id.trim().to_lowercase(),
                };
                let key = vec![name(stance.holder.as_str()), name(&stance.target)];
                say(&mut said, coders, index, key, coder, stance.label as usize);
            }
        }
    }
    let labels = StanceLabel::ALL.iter().map(ToString::to_string).collect();
    Judgements { layer: "stances", codebook: None, labels, items: Items::OneOf(units(said)) }
}

/// Collects the tone towards the entity of each mention that coders marked with the same boundaries.
fn tone(documents: &[Shared<'_>], coders: usize) -> Judgements {
    let mut said = Said::new();
    for (index, document) in documents.iter().enumerate().filter(|(_, document)| document.has_one_text()) {
        for (coder, row) in document.given() {
            let tones: BTreeMap<&str, Tone> = (row.entities.iter())
                .filter_map(|entity| Some((&*entity.id, entity.sentiment.as_ref()?.label)))
                .collect();
            for ent in &row.ents {
                if let Some(tone) = ent.entity.as_deref().and_then(|id| tones.get(id)) {
                    say(&mut said, coders, index, place(ent.start, ent.end), coder, *tone as usize);
                }
            }
        }
    }
    let labels = Tone::ALL.iter().map(ToString::to_string).collect();
    Judgements { layer: "sentiment", codebook: None, labels, items: Items::OneOf(units(said)) }
}

/// Collects the speaker of each quotation that coders marked with the same boundaries: an entity of the document, or
/// nobody named.
fn speakers(documents: &[Shared<'_>], coders: usize) -> Judgements {
    let (mut said, mut numbers) = (Said::new(), BTreeMap::new());
    for (index, document) in documents.iter().enumerate().filter(|(_, document)| document.has_one_text()) {
        for (coder, row) in document.given() {
            for quote in &row.quotes {
                let speaker = quote.speaker.as_deref().and_then(|id| document.entity(coder, id));
                // "Nobody" is a single label across documents.
                let who = speaker.map(|entity| (index, entity));
                let next = numbers.len();
                let label = *numbers.entry(who).or_insert(next);
                say(&mut said, coders, index, place(quote.start, quote.end), coder, label);
            }
        }
    }
    let labels = vec![String::new(); numbers.len()];
    Judgements { layer: "speakers", codebook: None, labels, items: Items::Unnamed(units(said)) }
}

fn place(start: usize, end: usize) -> Vec<String> {
    vec![start.to_string(), end.to_string()]
}
