//! Builds a story's row from the documents of a group.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use pressmark_jsonl::story::{self, Copy, Document, Link, Story};
use pressmark_jsonl::{Record, Score};

use crate::actions::action_namings;
use crate::actors::{Actors, terms};
use crate::align::{SentenceVectors, align};
use crate::copies::{copies, credits};
use crate::error::Result;
use crate::facts::facts;
use crate::grouper::Grouping;
use crate::naming::{actor_namings, event_namings};
use crate::only::only;
use crate::outlets;
use crate::view::View;

/// Later documents, in order of publication, that each document is compared with in `links`. Set by hand: links of a
/// large story stay linear in its documents.
const NEIGHBOURS: usize = 12;
/// Most shared actors listed as evidence of a link. Set by hand for readers.
const SHOWN_ACTORS: usize = 5;
/// Most shared terms listed as evidence of a link. Set by hand for readers.
const SHOWN_TERMS: usize = 3;
/// Most documents per outlet that are compared. Set by hand, so that one prolific outlet does not crowd out the others.
const OF_OUTLET: usize = 2;
/// Most documents per story whose sentences are compared. Set by hand: time is quadratic in it.
const MOST_COMPARED: usize = 12;
/// Share of a document's words from which it counts as a copy: the larger half.
const IS_COPY: f64 = 0.5;

impl Grouping {
    /// Builds the row of a group's story.
    ///
    /// `records` are those of the group's documents, in the order of [`groups`](Self::groups). With `vectors`, more
    /// sentences are found to state the same thing than by shared words alone.
    ///
    /// # Errors
    /// If sentences cannot be encoded.
    pub fn story(&self, group: usize, records: &[Record<'_>], vectors: Option<&dyn SentenceVectors>) -> Result<Story> {
        let numbers = self.groups().get(group).map(Vec::as_slice).unwrap_or_default();
        let mut pairs: Vec<(usize, View<'_>)> = numbers.iter().copied().zip(records.iter().map(View::new)).collect();
        sort_by_publication(&mut pairs);
        let (numbers, views): (Vec<usize>, Vec<View<'_>>) = pairs.into_iter().unzip();
        let actors = Actors::of(&views, &self.rarity);
        let terms = terms(&views, &actors, &self.rarity);
        let copies = copies(&views);
        let links = self.links(&numbers, &views, &actors, &terms);
        let compared = compared(&views, &copies);
        let alignment = align(&views, &compared, &self.rarity, vectors)?;
        let mut namings = actor_namings(&views, &actors);
        namings.extend(event_namings(&views, &alignment));
        namings.extend(action_namings(&views, &actors, &alignment));
        let published = |view: &View<'_>| view.moment.and(view.record.meta.published.as_deref()).map(str::to_owned);
        Ok(Story {
            schema: story::SchemaName::V1,
            id: id(&views),
            title: views.iter().find_map(|view| view.record.meta.title.as_deref()).map(str::to_owned),
            first_published: views.iter().find_map(published),
            last_published: views.iter().rev().find_map(published),
            documents: views.iter().map(|view| document(view, &links, &copies)).collect(),
            outlets: outlets::outlets(&views),
            links,
            frames: outlets::frames(&views),
            voices: outlets::voices(&views, &actors),
            tones: outlets::tones(&views, &actors),
            credits: outlets::credits(&views),
            aligned: alignment.told(&views),
            facts: facts(&views, &actors, &alignment),
            namings,
            actors: actors.list,
            terms,
            copies,
            only: only(&views, &compared, &alignment),
        })
    }

    /// Links between documents with their evidence, best first; each document is linked to the next [`NEIGHBOURS`] in
    /// time.
    fn links(&self, numbers: &[usize], views: &[View<'_>], actors: &Actors, terms: &[story::Term]) -> Vec<Link> {
        let shared = Shared::new(&actors.list, terms);
        let mut links = Vec::new();
        for (at, (a, one)) in numbers.iter().zip(views).enumerate() {
            let next = numbers.iter().zip(views).skip(at + 1).take(NEIGHBOURS);
            for (b, other) in next {
                let likeness = self.likeness(*a, *b);
                let (a, b) = (one.record.id.to_string(), other.record.id.to_string());
                links.push(Link {
                    score: Score::from(likeness.score),
                    entities: Score::from(likeness.entities),
                    terms: Score::from(likeness.terms),
                    copied: Score::from(likeness.copied),
                    days: likeness.days,
                    evidence: shared.evidence((&a, &b), &actors.list, terms),
                    a,
                    b,
                });
            }
        }
        links.sort_by(|a, b| b.score.value().total_cmp(&a.score.value()));
        links
    }
}

/// Indices of each document's actors and terms in the story's lists.
struct Shared<'s> {
    actors: HashMap<&'s str, BTreeSet<usize>>,
    terms: HashMap<&'s str, BTreeSet<usize>>,
}

impl<'s> Shared<'s> {
    fn new(actors: &'s [story::Actor], terms: &'s [story::Term]) -> Self {
        let mut shared = Self { actors: HashMap::new(), terms: HashMap::new() };
        for (at, actor) in actors.iter().enumerate() {
            for entity in &actor.entities {
                shared.actors.entry(&entity.document).or_default().insert(at);
            }
        }
        for (at, term) in terms.iter().enumerate() {
            for document in &term.documents {
                shared.terms.entry(document).or_default().insert(at);
            }
        }
        shared
    }

    /// The heaviest actors and terms that two documents share.
    fn evidence(&self, (a, b): (&str, &str), actors: &[story::Actor], terms: &[story::Term]) -> Vec<String> {
        let both = |of: &HashMap<&str, BTreeSet<usize>>, most: usize| -> Vec<usize> {
            let both = of.get(a).zip(of.get(b)).into_iter().flat_map(|(a, b)| a.intersection(b));
            both.take(most).copied().collect()
        };
        let names = both(&self.actors, SHOWN_ACTORS).into_iter().filter_map(|at| Some(actors.get(at)?.name.clone()));
        let words = both(&self.terms, SHOWN_TERMS).into_iter().filter_map(|at| Some(terms.get(at)?.term.clone()));
        names.chain(words).collect()
    }
}

/// Sorts by publication, earliest first. Without times, the outlet that others credit comes first, then the longer
/// text: reprints are usually cut.
fn sort_by_publication(pairs: &mut Vec<(usize, View<'_>)>) {
    let all_have_time = pairs.iter().all(|(_, view)| matches!(view.moment, Some((_, Some(_)))));
    let credited: Vec<usize> =
        pairs.iter().map(|(_, view)| pairs.iter().filter(|(_, other)| credits(other, view)).count()).collect();
    let mut keyed: Vec<_> = pairs.drain(..).zip(credited).collect();
    keyed.sort_by_key(|((number, view), credited)| {
        let day = view.moment.map_or(i32::MAX, |(day, _)| day);
        let second = view.moment.and_then(|(_, second)| second).filter(|_| all_have_time);
        (day, second, Reverse(*credited), Reverse(view.words.len()), *number)
    });
    pairs.extend(keyed.into_iter().map(|(pair, _)| pair));
}

/// Indices of the documents whose sentences are compared: no copies, at most two per outlet, and the first ones of a
/// large story.
fn compared(views: &[View<'_>], copies: &[Copy]) -> Vec<usize> {
    let is_copy = |view: &View<'_>| {
        let id = &*view.record.id;
        view.record.duplicate_of.is_some() || copies.iter().any(|copy| copy.to == id && copy.share.value() >= IS_COPY)
    };
    let mut chosen: Vec<usize> = Vec::new();
    for (at, view) in views.iter().enumerate() {
        let of_outlet =
            chosen.iter().filter_map(|&at| views.get(at)).filter(|other| other.outlet == view.outlet).count();
        if of_outlet < OF_OUTLET && !is_copy(view) && chosen.len() < MOST_COMPARED {
            chosen.push(at);
        }
    }
    chosen
}

/// The story's id, made from that of its first document, which is in no other story.
fn id(views: &[View<'_>]) -> String {
    views.first().map_or_else(String::new, |view| format!("story-{}", view.record.id))
}

fn document(view: &View<'_>, links: &[Link], copies: &[Copy]) -> Document {
    let record = view.record;
    let best = links.iter().find(|link| link.a == record.id || link.b == record.id);
    let of_this = copies.iter().filter(|copy| copy.to == record.id && copy.share.value() >= IS_COPY);
    let source = of_this.max_by(|a, b| a.share.value().total_cmp(&b.share.value()));
    let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    Document {
        id: record.id.to_string(),
        outlet: view.outlet.clone(),
        title: owned(&record.meta.title),
        published: owned(&record.meta.published),
        url: owned(&record.source.url),
        language: owned(&record.meta.language),
        words: view.words.len(),
        score: best.map_or_else(Score::default, |link| link.score),
        copy_of: source.map(|copy| copy.from.clone()),
    }
}
