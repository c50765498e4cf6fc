//! A story in the page's format: documents, outlets and actors by number, passages as offsets.

use std::collections::HashMap;

use pressmark_jsonl::Score;
use pressmark_jsonl::story::{self, Interval, Passage, Story, Version};
use serde::Serialize;

use crate::document::short;

/// Most links shown per story, the best ones. Set by hand: there may be one for every pair of documents.
const MOST_LINKS: usize = 12;
/// Most copies shown per story, by share of the copying document. Set by hand: there may be one for every pair of
/// documents.
const MOST_COPIES: usize = 30;
/// Most shared terms shown per story. Set by hand for readers.
const MOST_TERMS: usize = 20;

/// Document number, start and end in code points.
type Place = (usize, usize, usize);

/// A story's entry in the list of stories.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    title: Option<String>,
    first: Option<String>,
    last: Option<String>,
    pub(crate) documents: usize,
    pub(crate) outlets: usize,
}

#[derive(Serialize)]
pub(crate) struct Told<'a> {
    title: Option<&'a str>,
    documents: Vec<Document<'a>>,
    outlets: Vec<Outlet<'a>>,
    links: Vec<Link>,
    actors: Vec<Actor<'a>>,
    terms: Vec<&'a str>,
    copies: Vec<Copy>,
    frames: Vec<Framing<'a>>,
    voices: Vec<Voice<'a>>,
    tones: Vec<Tone<'a>>,
    facts: Vec<Fact<'a>>,
    namings: Vec<Naming>,
    only: Vec<Only>,
    credits: Vec<Credit<'a>>,
}

#[derive(Serialize)]
struct Document<'a> {
    doc: usize,
    outlet: usize,
    published: Option<&'a str>,
    copy: Option<usize>,
}

#[derive(Serialize)]
struct Outlet<'a> {
    name: &'a str,
    documents: Vec<usize>,
    first: Option<&'a str>,
    words: usize,
    voices: usize,
    quoted: f64,
}

#[derive(Serialize)]
struct Link {
    a: usize,
    b: usize,
    score: f64,
    entities: f64,
    terms: f64,
    days: Option<u32>,
}

#[derive(Serialize)]
struct Actor<'a> {
    name: &'a str,
    label: &'a str,
    /// Its name in each document, by number.
    names: Vec<(usize, &'a str)>,
}

#[derive(Serialize)]
struct Copy {
    from: usize,
    to: usize,
    share: f64,
    known: bool,
    paragraphs: Vec<(Place, Place)>,
}

#[derive(Serialize)]
struct Framing<'a> {
    outlet: usize,
    codebook: &'a str,
    label: &'a str,
    score: f64,
    passages: usize,
    own: usize,
    share: f64,
    low: f64,
    high: f64,
    evidence: Vec<Place>,
}

#[derive(Serialize)]
struct Voice<'a> {
    outlet: usize,
    speaker: &'a str,
    actor: Option<usize>,
    quotes: usize,
    words: usize,
    share: f64,
    only: bool,
    /// Target and label.
    stances: Vec<(&'a str, &'a str)>,
    passages: Vec<Place>,
}

#[derive(Serialize)]
struct Tone<'a> {
    actor: usize,
    outlet: usize,
    label: &'a str,
    mentions: usize,
    positive: [f64; 3],
    negative: [f64; 3],
}

#[derive(Serialize)]
struct Fact<'a> {
    kind: story::FactKind,
    relation: story::Relation,
    what: &'a str,
    a: (Place, Place),
    b: (Place, Place),
}

#[derive(Serialize)]
struct Naming {
    actor: Option<usize>,
    kind: story::NamingKind,
    versions: Vec<(Place, Place)>,
}

#[derive(Serialize)]
struct Only {
    outlet: usize,
    sentences: Vec<Place>,
    salience: f64,
}

#[derive(Serialize)]
struct Credit<'a> {
    doc: usize,
    source: &'a str,
}

/// Maps ids to numbers.
struct Numbers<'a> {
    documents: &'a HashMap<String, usize>,
    outlets: HashMap<&'a str, usize>,
    actors: HashMap<&'a str, usize>,
}

impl Numbers<'_> {
    fn place(&self, passage: &Passage) -> Option<Place> {
        Some((*self.documents.get(&passage.document)?, passage.start, passage.end))
    }

    fn places(&self, passages: &[Passage]) -> Vec<Place> {
        passages.iter().filter_map(|passage| self.place(passage)).collect()
    }

    fn version(&self, version: &Version) -> Option<(Place, Place)> {
        Some((self.place(&version.words)?, self.place(&version.sentence)?))
    }
}

impl<'a> Told<'a> {
    /// Converts a story, dropping references to documents that are not in the page, and outlets
    /// without any. `None` if fewer than two documents
    /// remain.
    pub(crate) fn new(story: &'a Story, documents: &'a HashMap<String, usize>) -> Option<(Listed, Self)> {
        let is_here = |outlet: &&story::Outlet| outlet.documents.iter().any(|id| documents.contains_key(id));
        let outlets: Vec<&story::Outlet> = story.outlets.iter().filter(is_here).collect();
        let numbers = Numbers {
            documents,
            outlets: outlets.iter().map(|outlet| &*outlet.name).zip(0..).collect(),
            actors: story.actors.iter().map(|actor| &*actor.id).zip(0..).collect(),
        };
        let mut copies: Vec<&story::Copy> = story.copies.iter().collect();
        copies.sort_by(|a, b| b.share.value().total_cmp(&a.share.value()));
        let told = Self {
            title: story.title.as_deref(),
            documents: story.documents.iter().filter_map(|document| document_of(document, &numbers)).collect(),
            outlets: outlets.iter().map(|outlet| outlet_of(outlet, documents)).collect(),
            links: story.links.iter().take(MOST_LINKS).filter_map(|link| link_of(link, documents)).collect(),
            actors: story.actors.iter().map(|actor| actor_of(actor, documents)).collect(),
            terms: story.terms.iter().take(MOST_TERMS).map(|term| &*term.term).collect(),
            copies: copies.into_iter().take(MOST_COPIES).filter_map(|copy| copy_of(copy, &numbers)).collect(),
            frames: story.frames.iter().filter_map(|framing| framing_of(framing, &numbers)).collect(),
            voices: story.voices.iter().filter_map(|voice| voice_of(voice, &numbers)).collect(),
            tones: story.tones.iter().filter_map(|tone| tone_of(tone, &numbers)).collect(),
            facts: story.facts.iter().filter_map(|fact| fact_of(fact, &numbers)).collect(),
            namings: story.namings.iter().filter_map(|naming| naming_of(naming, &numbers)).collect(),
            only: story.only.iter().filter_map(|only| only_of(only, &numbers)).collect(),
            credits: story.credits.iter().filter_map(|credit| credit_of(credit, documents)).collect(),
        };
        let listed = Listed {
            title: story.title.clone(),
            first: story.first_published.clone(),
            last: story.last_published.clone(),
            documents: told.documents.len(),
            outlets: told.outlets.len(),
        };
        (told.documents.len() > 1).then_some((listed, told))
    }
}

fn document_of<'a>(document: &'a story::Document, numbers: &Numbers<'_>) -> Option<Document<'a>> {
    Some(Document {
        doc: *numbers.documents.get(&document.id)?,
        outlet: *numbers.outlets.get(&*document.outlet)?,
        published: document.published.as_deref(),
        copy: document.copy_of.as_ref().and_then(|id| numbers.documents.get(id).copied()),
    })
}

fn outlet_of<'a>(outlet: &'a story::Outlet, documents: &HashMap<String, usize>) -> Outlet<'a> {
    Outlet {
        name: &outlet.name,
        documents: outlet.documents.iter().filter_map(|id| documents.get(id).copied()).collect(),
        first: outlet.first_published.as_deref(),
        words: outlet.words,
        voices: outlet.voices,
        quoted: score(outlet.quoted_share),
    }
}

fn link_of(link: &story::Link, documents: &HashMap<String, usize>) -> Option<Link> {
    Some(Link {
        a: *documents.get(&link.a)?,
        b: *documents.get(&link.b)?,
        score: score(link.score),
        entities: score(link.entities),
        terms: score(link.terms),
        days: link.days,
    })
}

fn actor_of<'a>(actor: &'a story::Actor, documents: &HashMap<String, usize>) -> Actor<'a> {
    let name = |entity: &'a story::EntityRef| Some((*documents.get(&entity.document)?, &*entity.name));
    Actor { name: &actor.name, label: actor.label.as_str(), names: actor.entities.iter().filter_map(name).collect() }
}

fn copy_of(copy: &story::Copy, numbers: &Numbers<'_>) -> Option<Copy> {
    let pair = |pair: &story::CopiedParagraph| Some((numbers.place(&pair.from)?, numbers.place(&pair.to)?));
    Some(Copy {
        from: *numbers.documents.get(&copy.from)?,
        to: *numbers.documents.get(&copy.to)?,
        share: score(copy.share),
        known: copy.order_is_known,
        paragraphs: copy.paragraphs.iter().filter_map(pair).collect(),
    })
}

fn framing_of<'a>(framing: &'a story::Framing, numbers: &Numbers<'_>) -> Option<Framing<'a>> {
    let [share, low, high] = interval(&framing.interval);
    Some(Framing {
        outlet: *numbers.outlets.get(&*framing.outlet)?,
        codebook: &framing.codebook,
        label: &framing.label,
        score: score(framing.score),
        passages: framing.passages,
        own: framing.own_voice,
        share,
        low,
        high,
        evidence: numbers.places(&framing.evidence),
    })
}

fn voice_of<'a>(voice: &'a story::Voice, numbers: &Numbers<'_>) -> Option<Voice<'a>> {
    Some(Voice {
        outlet: *numbers.outlets.get(&*voice.outlet)?,
        speaker: &voice.speaker,
        actor: voice.actor.as_deref().and_then(|id| numbers.actors.get(id).copied()),
        quotes: voice.quotes,
        words: voice.words,
        share: score(voice.share),
        only: voice.only_here,
        stances: voice.stances.iter().map(|side| (&*side.target, side.label.as_str())).collect(),
        passages: numbers.places(&voice.passages),
    })
}

fn tone_of<'a>(tone: &'a story::Tone, numbers: &Numbers<'_>) -> Option<Tone<'a>> {
    Some(Tone {
        actor: *numbers.actors.get(&*tone.actor)?,
        outlet: *numbers.outlets.get(&*tone.outlet)?,
        label: tone.label.as_str(),
        mentions: tone.mentions,
        positive: interval(&tone.positive),
        negative: interval(&tone.negative),
    })
}

fn fact_of<'a>(fact: &'a story::Fact, numbers: &Numbers<'_>) -> Option<Fact<'a>> {
    let (a, b) = (numbers.version(&fact.a)?, numbers.version(&fact.b)?);
    Some(Fact { kind: fact.kind, relation: fact.relation, what: &fact.what, a, b })
}

/// `None` unless two versions are in the page.
fn naming_of(naming: &story::Naming, numbers: &Numbers<'_>) -> Option<Naming> {
    let naming = Naming {
        actor: naming.actor.as_deref().and_then(|id| numbers.actors.get(id).copied()),
        kind: naming.kind,
        versions: naming.versions.iter().filter_map(|version| numbers.version(version)).collect(),
    };
    (naming.versions.len() > 1).then_some(naming)
}

fn only_of(only: &story::Only, numbers: &Numbers<'_>) -> Option<Only> {
    Some(Only {
        outlet: *numbers.outlets.get(&*only.outlet)?,
        sentences: numbers.places(&only.sentences),
        salience: score(only.salience),
    })
}

fn credit_of<'a>(credit: &'a story::Credit, documents: &HashMap<String, usize>) -> Option<Credit<'a>> {
    Some(Credit { doc: *documents.get(&credit.document)?, source: &credit.source })
}

fn score(score: Score) -> f64 {
    short(score.value())
}

/// Share, lower and upper bound.
fn interval(interval: &Interval) -> [f64; 3] {
    [interval.share, interval.low, interval.high].map(score)
}
