//! A record in the page's format: offsets in UTF-16 code units, text of dropped blocks, explanations.

use pressmark_core::{DropReason, Explanation, Subject, Voice};
use pressmark_jsonl::{Holder, Record, Segment};
use serde::Serialize;

use crate::units::Units;

/// Start and end in UTF-16 code units of the text, half-open.
type Place = [usize; 2];

/// The page's data for one document. Frequent items are tuples, not objects, which halves the size.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    id: &'a str,
    status: &'a str,
    problems: Vec<Problem<'a>>,
    meta: Meta<'a>,
    text: &'a str,
    /// Start, end, kind.
    blocks: Vec<(usize, usize, &'a str)>,
    dropped: Vec<Dropped<'a>>,
    sents: Vec<Place>,
    /// Start, end, label, score, index of the entity.
    ents: Vec<(usize, usize, &'a str, f64, Option<usize>)>,
    entities: Vec<Entity<'a>>,
    quotes: Vec<Quote<'a>>,
    /// Start, end, rank, score.
    summary: Vec<(usize, usize, usize, f64)>,
    #[serde(rename = "abstract")]
    abstract_text: Option<&'a str>,
    frames: Vec<Frame<'a>>,
    stances: Vec<Stance<'a>>,
    duplicate_of: Option<&'a str>,
    /// Stage, seen, total.
    coverage: Vec<(&'a str, usize, usize)>,
    /// Index into the page's list of provenances.
    provenance: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    why: Vec<Why<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    stage: &'a str,
    kind: &'a str,
    message: &'a str,
    at: Option<Place>,
}

#[derive(Serialize)]
struct Meta<'a> {
    title: Option<&'a str>,
    authors: Vec<&'a str>,
    published: Option<&'a str>,
    site: Option<&'a str>,
    language: Option<&'a str>,
    language_score: Option<f64>,
    credited: Option<&'a str>,
    path: &'a str,
    record: u64,
    url: Option<&'a str>,
    sha256: &'a str,
    bytes: u64,
    encoding: &'a str,
}

/// A piece of the input that is not in the text.
#[derive(Serialize)]
struct Dropped<'a> {
    /// Position in the text where it was cut out.
    at: usize,
    kind: &'a str,
    reason: &'a str,
    /// Byte range of the input, half-open.
    raw: Place,
    /// Its text, if the input is available.
    words: Option<String>,
}

#[derive(Serialize)]
struct Entity<'a> {
    id: &'a str,
    /// Its number in the corpus, before merging.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    name: &'a str,
    label: &'a str,
    aliases: Vec<&'a str>,
    mentions: usize,
    /// Positive, neutral, negative.
    tone: Option<[f64; 3]>,
}

#[derive(Serialize)]
struct Quote<'a> {
    at: Place,
    kind: &'a str,
    speaker: Option<usize>,
    named: Option<Place>,
    cue: Option<Place>,
    closed: bool,
}

#[derive(Serialize)]
struct Frame<'a> {
    codebook: &'a str,
    label: &'a str,
    score: f64,
    /// Start, end, score, index of the quotation it is in.
    evidence: Vec<(usize, usize, f64, Option<usize>)>,
}

#[derive(Serialize)]
struct Stance<'a> {
    /// Index of an entity; `None` for the outlet.
    holder: Option<usize>,
    /// Name of the target entity, or the target text.
    target: &'a str,
    target_entity: Option<usize>,
    label: &'a str,
    score: f64,
    evidence: Vec<Place>,
}

/// An explanation of a stage's decision.
#[derive(Serialize)]
struct Why<'a> {
    stage: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<usize>,
    rule: &'a str,
    decision: &'a str,
    numbers: Vec<(&'a str, f64)>,
}

/// Optional data that the page can show beyond the row itself.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Beside<'a> {
    /// Bytes of the input record, for the text of dropped blocks.
    pub input: Option<&'a [u8]>,
    /// Explanations of the stages' decisions.
    pub explanations: &'a [Explanation],
}

impl<'a> Beside<'a> {
    /// Sets the bytes of the input record.
    #[must_use]
    pub fn with_input(self, input: &'a [u8]) -> Self {
        Self { input: Some(input), ..self }
    }

    /// Sets the explanations.
    #[must_use]
    pub fn with_explanations(self, explanations: &'a [Explanation]) -> Self {
        Self { explanations, ..self }
    }
}

impl<'a> Document<'a> {
    /// Converts a record, given the index of its provenance and the corpus numbers of its entities.
    pub(crate) fn new(
        record: &'a Record<'_>,
        beside: &'a Beside<'_>,
        provenance: usize,
        numbers: &[Option<u32>],
    ) -> Self {
        let units = Units::new(&record.text);
        let entity = |id: &str| record.entities.iter().position(|entity| entity.id == id);
        Self {
            id: &record.id,
            status: record.status.as_str(),
            problems: problems(record, &units),
            meta: meta(record),
            text: &record.text,
            blocks: record.segments.iter().filter_map(|segment| block(segment, &units)).collect(),
            dropped: dropped(record, beside.input, &units),
            sents: record.sents.iter().map(|sent| units.span(sent.start, sent.end)).collect(),
            ents: record.ents.iter().map(|ent| mention(ent, &units, entity)).collect(),
            entities: record.entities.iter().zip(numbers).map(|(entity, number)| described(entity, *number)).collect(),
            quotes: record.quotes.iter().map(|quote| quotation(quote, &units, entity)).collect(),
            summary: record.summary.iter().map(|s| summary(s, &units)).collect(),
            abstract_text: record.abstract_text.as_deref(),
            frames: record.frames.iter().map(|frame| framed(frame, &units)).collect(),
            stances: record.stances.iter().map(|stance| stands(stance, record, &units, entity)).collect(),
            duplicate_of: record.duplicate_of.as_deref(),
            coverage: record.coverage.iter().map(|c| (&*c.stage, c.seen, c.total)).collect(),
            provenance,
            why: beside.explanations.iter().map(|explanation| why(explanation, &units)).collect(),
        }
    }
}

fn problems<'a>(record: &'a Record<'_>, units: &Units<'_>) -> Vec<Problem<'a>> {
    let at = |start: Option<usize>, end: Option<usize>| Some(units.span(start?, end?));
    let problem = |p: &'a pressmark_jsonl::Problem<'_>| Problem {
        stage: &p.stage,
        kind: &p.kind,
        message: &p.message,
        at: at(p.start, p.end),
    };
    record.problems.iter().map(problem).collect()
}

fn meta<'a>(record: &'a Record<'_>) -> Meta<'a> {
    let (meta, source) = (&record.meta, &record.source);
    Meta {
        title: meta.title.as_deref(),
        authors: meta.authors.iter().map(|author| &**author).collect(),
        published: meta.published.as_deref(),
        site: meta.site.as_deref(),
        language: meta.language.as_deref(),
        language_score: meta.language_score.map(|score| score.value()),
        credited: meta.credited_source.as_deref(),
        path: &source.path,
        record: source.record,
        url: source.url.as_deref(),
        sha256: &source.sha256,
        bytes: source.bytes,
        encoding: &source.encoding,
    }
}

fn block<'a>(segment: &'a Segment<'_>, units: &Units<'_>) -> Option<(usize, usize, &'a str)> {
    let [start, end] = units.span(segment.start?, segment.end?);
    Some((start, end, &segment.kind))
}

/// Whether a dropped piece is syntax, not visible content: white space, tags, other fields of a record.
fn is_syntax(reason: &str) -> bool {
    matches!(
        DropReason::named(reason),
        Some(DropReason::Whitespace | DropReason::Markup | DropReason::ByteOrderMark | DropReason::Record)
    )
}

/// Maximum length of a dropped block's text, in characters. Set by hand: a page may contain a whole second article.
const LONGEST_WORDS: usize = 400;

fn dropped<'a>(record: &'a Record<'_>, input: Option<&[u8]>, units: &Units<'_>) -> Vec<Dropped<'a>> {
    let encoding = encoding_rs::Encoding::for_label(record.source.encoding.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let words = |start: usize, end: usize| {
        let (decoded, _) = encoding.decode_without_bom_handling(input?.get(start..end)?);
        let line = decoded.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(match line.char_indices().nth(LONGEST_WORDS) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        })
    };
    let mut found = Vec::new();
    let mut at = 0;
    for segment in &record.segments {
        match (segment.start, segment.end) {
            (Some(_), Some(end)) => {
                at = units.at(end);
                for edit in segment.edits.iter().filter(|edit| edit.kind == "chrome") {
                    found.push(Dropped {
                        at: units.at(edit.start),
                        kind: "cut",
                        reason: "boilerplate",
                        raw: [edit.raw_start, edit.raw_end],
                        words: words(edit.raw_start, edit.raw_end),
                    });
                }
            }
            _ => {
                let reason = segment.reason.as_deref().unwrap_or("boilerplate");
                if !is_syntax(reason) {
                    let raw = [segment.raw_start, segment.raw_end];
                    found.push(Dropped { at, kind: &segment.kind, reason, raw, words: words(raw[0], raw[1]) });
                }
            }
        }
    }
    found
}

fn mention<'a>(
    ent: &'a pressmark_jsonl::Ent<'_>,
    units: &Units<'_>,
    entity: impl Fn(&str) -> Option<usize>,
) -> (usize, usize, &'a str, f64, Option<usize>) {
    let [start, end] = units.span(ent.start, ent.end);
    (start, end, ent.label.as_str(), short(ent.score.value()), ent.entity.as_deref().and_then(entity))
}

fn described<'a>(entity: &'a pressmark_jsonl::Entity<'_>, number: Option<u32>) -> Entity<'a> {
    let tone = entity.sentiment.as_ref().map(|s| [s.positive, s.neutral, s.negative].map(|score| short(score.value())));
    Entity {
        id: &entity.id,
        number,
        name: &entity.name,
        label: entity.label.as_str(),
        aliases: entity.aliases.iter().map(|alias| &**alias).collect(),
        mentions: entity.mentions,
        tone,
    }
}

fn quotation<'a>(
    quote: &'a pressmark_jsonl::Quote<'_>,
    units: &Units<'_>,
    entity: impl Fn(&str) -> Option<usize>,
) -> Quote<'a> {
    let place = |start: Option<usize>, end: Option<usize>| Some(units.span(start?, end?));
    Quote {
        at: units.span(quote.start, quote.end),
        kind: quote.kind.as_str(),
        speaker: quote.speaker.as_deref().and_then(entity),
        named: place(quote.speaker_start, quote.speaker_end),
        cue: place(quote.cue_start, quote.cue_end),
        closed: quote.closed,
    }
}

fn summary(sentence: &pressmark_jsonl::Summary, units: &Units<'_>) -> (usize, usize, usize, f64) {
    let [start, end] = units.span(sentence.start, sentence.end);
    (start, end, sentence.rank, short(sentence.score.value()))
}

fn framed<'a>(frame: &'a pressmark_jsonl::Frame<'_>, units: &Units<'_>) -> Frame<'a> {
    let passage = |passage: &pressmark_jsonl::FrameEvidence| {
        let [start, end] = units.span(passage.start, passage.end);
        let quote = match passage.voice {
            Voice::Outlet => None,
            Voice::Quote(index) => Some(index),
        };
        (start, end, short(passage.score.value()), quote)
    };
    let evidence = frame.evidence.iter().map(passage).collect();
    Frame { codebook: &frame.codebook, label: &frame.label, score: short(frame.score.value()), evidence }
}

fn stands<'a>(
    stance: &'a pressmark_jsonl::Stance<'_>,
    record: &'a Record<'_>,
    units: &Units<'_>,
    entity: impl Fn(&str) -> Option<usize>,
) -> Stance<'a> {
    let target_entity = entity(&stance.target);
    let name = target_entity.and_then(|at| record.entities.get(at)).map(|entity| &*entity.name);
    Stance {
        holder: match &stance.holder {
            Holder::Outlet => None,
            Holder::Entity(id) => entity(id),
        },
        target: name.unwrap_or(&stance.target),
        target_entity,
        label: stance.label.as_str(),
        score: short(stance.score.value()),
        evidence: stance.evidence.iter().map(|at| units.span(at.start, at.end)).collect(),
    }
}

fn why<'a>(explanation: &'a Explanation, units: &Units<'_>) -> Why<'a> {
    let (mut at, mut raw, mut entity) = (None, None, None);
    match &explanation.subject {
        Subject::Text(span) => at = Some(units.bytes(span.start, span.end)),
        Subject::Raw(bytes) => raw = Some([bytes.start, bytes.end]),
        Subject::Entity(index) => entity = Some(*index),
        Subject::Document => {}
    }
    Why {
        stage: explanation.stage,
        at,
        raw,
        entity,
        rule: &explanation.rule,
        decision: &explanation.decision,
        numbers: explanation.numbers.iter().map(|(name, number)| (*name, short(f64::from(*number)))).collect(),
    }
}

/// Rounds to three decimals, which is more than a reader can use, to save space.
pub(crate) fn short(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}
