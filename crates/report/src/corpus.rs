//! The corpus view: compact columns with a few numbers per document, which the page filters and aggregates itself.

use std::collections::HashMap;

use jiff::civil::Date;
use pressmark_core::{QuoteKind, StanceLabel, Status};
use pressmark_jsonl::{CodePoints, Frame, Holder, Quote, Record, Stance};
use serde::Serialize;
use serde::ser::SerializeSeq;

use crate::names::Actors;

/// Most entities in the corpus view, by number of documents. Set by hand; it bounds the page's size.
const MOST_ENTITIES: usize = 4000;

/// Most entities per document that count in the corpus view, by mentions. Set by hand; it bounds the page's size.
const MOST_PER_DOCUMENT: usize = 40;

/// String interner: texts by number, in order of first use.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
struct Table {
    all: Vec<String>,
    #[serde(skip)]
    numbers: HashMap<String, u32>,
}

impl Table {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

/// The corpus view's data for one document.
#[derive(Debug)]
struct Row {
    id: String,
    title: String,
    outlet: Option<u32>,
    day: Option<i32>,
    language: Option<u32>,
    status: u8,
    words: usize,
    duplicate: bool,
    /// Frame, number of evidence sentences, score in hundredths.
    frames: Vec<(u32, usize, i32)>,
    /// Entity, mentions, tone (positive minus negative) in hundredths.
    entities: Vec<(u32, usize, Option<i32>)>,
    /// Speaker, words, kind.
    quotes: Vec<(Option<u32>, usize, u8)>,
    /// Holder (`None` is the outlet), target, label, score in hundredths.
    stances: Vec<(Option<u32>, u32, u8, i32)>,
}

/// The documents added so far.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    outlets: Table,
    languages: Table,
    frames: Table,
    targets: Table,
    actors: Actors,
    rows: Vec<Row>,
}

/// The corpus as the page reads it: one value per document in each column; lists within a document are flattened.
#[derive(Serialize)]
pub(crate) struct Columns<'a> {
    outlets: &'a Table,
    languages: &'a Table,
    /// Codebook and label, separated by a tab.
    frames: &'a Table,
    targets: &'a Table,
    entities: Vec<Listed<'a>>,
    /// Number of entities too rare to be listed.
    rare_entities: usize,
    id: Vec<&'a str>,
    title: Vec<&'a str>,
    outlet: Vec<Option<u32>>,
    /// Days since 1970-01-01.
    day: Vec<Option<i32>>,
    language: Vec<Option<u32>>,
    status: Vec<u8>,
    words: Vec<usize>,
    duplicate: Vec<u8>,
    frame: Vec<Vec<i64>>,
    entity: Vec<Vec<Option<i64>>>,
    quote: Vec<Vec<i64>>,
    stance: Vec<Vec<i64>>,
}

/// A listed entity: name, label, and the numbers of all document entities merged into it.
struct Listed<'a> {
    name: &'a str,
    label: &'a str,
    numbers: Vec<u32>,
}

impl Serialize for Listed<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(2 + self.numbers.len()))?;
        list.serialize_element(self.name)?;
        list.serialize_element(self.label)?;
        self.numbers.iter().try_for_each(|number| list.serialize_element(number))?;
        list.end()
    }
}

/// Maximum length of a title in lists, in characters. Set by hand: about two lines.
const LONGEST_TITLE: usize = 140;

impl Corpus {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds a document; returns a number for each of its entities (`None` for values).
    pub(crate) fn add(&mut self, record: &Record<'_>) -> Vec<Option<u32>> {
        let number = |e: &pressmark_jsonl::Entity<'_>| {
            // Values such as dates and amounts cannot be filtered by.
            let aliases = e.aliases.iter().map(|alias| &**alias);
            (!e.label.is_value()).then(|| self.actors.number(&e.name, e.label.as_str(), aliases))
        };
        let all: Vec<Option<u32>> = record.entities.iter().map(number).collect();
        let known = record.entities.iter().zip(&all).filter_map(|(entity, number)| Some((&*entity.id, (*number)?)));
        let numbers: HashMap<&str, u32> = known.collect();
        let mut entities: Vec<_> = record
            .entities
            .iter()
            .filter_map(|entity| {
                let tone = entity.sentiment.as_ref().map(|s| hundredths(s.positive.value() - s.negative.value()));
                Some((*numbers.get(&*entity.id)?, entity.mentions, tone))
            })
            .collect();
        entities.sort_by_key(|&(_, mentions, _)| std::cmp::Reverse(mentions));
        entities.truncate(MOST_PER_DOCUMENT);
        let frames = record.frames.iter().filter(|frame| shows(frame)).map(|frame| {
            let number = self.frames.number(&format!("{}\t{}", frame.codebook, frame.label));
            (number, frame.evidence.len(), hundredths(frame.score.value()))
        });
        let frames = frames.collect();
        let points = CodePoints::new(&record.text);
        let quotes = record.quotes.iter().map(|quote| quoted(quote, &points, &numbers)).collect();
        let stances = record.stances.iter().filter_map(|s| stance(s, record, &numbers, &mut self.targets)).collect();
        self.rows.push(Row {
            id: record.id.to_string(),
            title: title(record),
            outlet: record.outlet().map(|name| self.outlets.number(&name)),
            day: record.meta.published.as_deref().and_then(day),
            language: record.meta.language.as_deref().map(|code| self.languages.number(code)),
            status: match record.status {
                Status::Ok => 0,
                Status::Partial => 1,
                Status::Failed => 2,
            },
            words: record.text.split_whitespace().count(),
            duplicate: record.duplicate_of.is_some(),
            frames,
            entities,
            quotes,
            stances,
        });
        all
    }

    /// Builds the columns, with entities merged across documents and rare ones dropped.
    pub(crate) fn columns(&self) -> Columns<'_> {
        let joined = self.actors.joined();
        let one = |number: u32| joined.get(number as usize).copied().unwrap_or(number);
        let (kept, rare_entities) = self.kept(&one);
        let known: HashMap<u32, i64> = kept.iter().copied().zip(0..).collect();
        let entity = |number: u32| known.get(&one(number)).copied();
        let speaker = |number: Option<u32>| number.and_then(entity).unwrap_or(-1);
        let flat_entities = |row: &Row| {
            // Two names in one document may have been merged into one entity.
            let mut by_entity: Vec<(i64, usize, Option<i32>)> = Vec::new();
            for (number, mentions, tone) in row.entities.iter().filter_map(|&(n, m, t)| Some((entity(n)?, m, t))) {
                match by_entity.iter_mut().find(|(other, ..)| *other == number) {
                    Some((_, all, known)) => (*all, *known) = (*all + mentions, known.or(tone)),
                    None => by_entity.push((number, mentions, tone)),
                }
            }
            let numbers = |(e, m, tone): (i64, usize, Option<i32>)| [Some(e), Some(m as i64), tone.map(i64::from)];
            by_entity.into_iter().flat_map(numbers).collect()
        };
        let rows = || self.rows.iter();
        Columns {
            outlets: &self.outlets,
            languages: &self.languages,
            frames: &self.frames,
            targets: &self.targets,
            entities: self.listed(&kept, &joined, &known),
            rare_entities,
            id: rows().map(|row| &*row.id).collect(),
            title: rows().map(|row| &*row.title).collect(),
            outlet: rows().map(|row| row.outlet).collect(),
            day: rows().map(|row| row.day).collect(),
            language: rows().map(|row| row.language).collect(),
            status: rows().map(|row| row.status).collect(),
            words: rows().map(|row| row.words).collect(),
            duplicate: rows().map(|row| u8::from(row.duplicate)).collect(),
            frame: rows()
                .map(|row| row.frames.iter().flat_map(|&(f, n, s)| [i64::from(f), n as i64, i64::from(s)]).collect())
                .collect(),
            entity: rows().map(flat_entities).collect(),
            quote: rows()
                .map(|row| row.quotes.iter().flat_map(|&(s, w, k)| [speaker(s), w as i64, i64::from(k)]).collect())
                .collect(),
            stance: rows()
                .map(|row| {
                    let flat = |&(h, t, l, s): &(Option<u32>, u32, u8, i32)| {
                        // -1 is the outlet, -2 an entity too rare to be listed.
                        let holder = h.map_or(-1, |holder| entity(holder).unwrap_or(-2));
                        [holder, i64::from(t), i64::from(l), i64::from(s)]
                    };
                    row.stances.iter().flat_map(flat).collect()
                })
                .collect(),
        }
    }

    fn listed(&self, kept: &[u32], joined: &[u32], known: &HashMap<u32, i64>) -> Vec<Listed<'_>> {
        let actors = kept.iter().filter_map(|&number| self.actors.all.get(number as usize));
        let mut listed: Vec<_> =
            actors.map(|actor| Listed { name: &actor.name, label: &actor.label, numbers: Vec::new() }).collect();
        for (number, one) in (0u32..).zip(joined) {
            if let Some(entity) = known.get(one).and_then(|&at| listed.get_mut(at as usize)) {
                entity.numbers.push(number);
            }
        }
        listed
    }

    /// The listed entities, by number of documents, and how many are not listed.
    fn kept(&self, one: &impl Fn(u32) -> u32) -> (Vec<u32>, usize) {
        let mut documents: HashMap<u32, (usize, usize)> = HashMap::new();
        for row in &self.rows {
            for &(number, mentions, _) in &row.entities {
                let counts = documents.entry(one(number)).or_default();
                *counts = (counts.0 + 1, counts.1 + mentions);
            }
        }
        let mut all: Vec<(u32, (usize, usize))> = documents.into_iter().collect();
        all.sort_unstable_by_key(|&(number, counts)| (std::cmp::Reverse(counts), number));
        let rare = all.len().saturating_sub(MOST_ENTITIES);
        all.truncate(MOST_ENTITIES);
        (all.into_iter().map(|(number, _)| number).collect(), rare)
    }
}

/// Whether a document shows a frame, as a whole or in a sentence.
fn shows(frame: &Frame<'_>) -> bool {
    frame.is_assigned() || !frame.evidence.is_empty()
}

fn hundredths(number: f64) -> i32 {
    (number * 100.0).round() as i32
}

/// The title, else the first line of the text, else the path; shortened to [`LONGEST_TITLE`] characters.
fn title(record: &Record<'_>) -> String {
    let text = record.text.trim_start().lines().next().filter(|line| !line.is_empty());
    let title = record.meta.title.as_deref().or(text).unwrap_or(&record.source.path);
    match title.char_indices().nth(LONGEST_TITLE) {
        Some((end, _)) => format!("{}…", &title[..end]),
        None => title.to_owned(),
    }
}

/// Days since 1970-01-01 of an ISO 8601 date or time, in its own time zone.
fn day(published: &str) -> Option<i32> {
    let date: Date = published.get(..10)?.parse().ok()?;
    date.since(Date::constant(1970, 1, 1)).ok().map(|span| span.get_days())
}

fn quoted(quote: &Quote<'_>, points: &CodePoints<'_>, numbers: &HashMap<&str, u32>) -> (Option<u32>, usize, u8) {
    let kind = match quote.kind {
        QuoteKind::Direct => 0,
        QuoteKind::Indirect => 1,
        QuoteKind::Mixed => 2,
    };
    let speaker = quote.speaker.as_deref().and_then(|id| numbers.get(id).copied());
    (speaker, points.slice(quote.start, quote.end).split_whitespace().count(), kind)
}

fn stance(
    stance: &Stance<'_>,
    record: &Record<'_>,
    numbers: &HashMap<&str, u32>,
    targets: &mut Table,
) -> Option<(Option<u32>, u32, u8, i32)> {
    let holder = match &stance.holder {
        Holder::Outlet => None,
        Holder::Entity(id) => Some(*numbers.get(&**id)?),
    };
    let name = record.entities.iter().find(|entity| entity.id == stance.target).map(|entity| &*entity.name);
    let label = match stance.label {
        StanceLabel::Favor => 0,
        StanceLabel::Neutral => 1,
        StanceLabel::Against => 2,
    };
    Some((holder, targets.number(name.unwrap_or(&stance.target)), label, hundredths(stance.score.value())))
}

#[cfg(test)]
mod tests {
    use pressmark_core::Voice;
    use pressmark_jsonl::FrameEvidence;

    use super::*;

    #[test]
    fn days_are_counted_as_written() {
        let check = |published: &str, expected| assert_eq!(day(published), expected, "{published}");
        check("1970-01-02", Some(1));
        check("2024-05-14", Some(19857));
        check("2024-05-14T23:50:00-07:00", Some(19857));
        check("2024-13-14", None);
        check("May 2024", None);
        check("1969-12-31", Some(-1));
    }

    #[test]
    fn a_frame_is_shown_by_the_whole_or_by_a_sentence() {
        let check = |score: f32, evidence: &[f32], expected| {
            let passage =
                |score: &f32| FrameEvidence { start: 0, end: 1, score: (*score).into(), voice: Voice::Outlet };
            let evidence = evidence.iter().map(passage).collect();
            let frame = Frame { codebook: "water 1".into(), label: "scarcity".into(), score: score.into(), evidence };
            assert_eq!(shows(&frame), expected);
        };
        check(0.5, &[], true);
        check(0.2, &[0.7], true);
        check(0.49, &[], false);
    }
}
