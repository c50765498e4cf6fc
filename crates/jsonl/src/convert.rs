use std::borrow::Cow;

use pressmark_core as core;

use crate::holder::Holder;
use crate::layers::{self, RowLayer};
use crate::offsets::CodePoints;
use crate::record::*;

impl<'a> Record<'a> {
    /// Converts a document to its record.
    ///
    /// `provenance` is shared by all documents of a run; it also names the layers that the record holds.
    #[must_use]
    pub fn of(doc: &'a core::Document, provenance: &Provenance<'a>) -> Self {
        let points = CodePoints::new(&doc.text);
        let mut record = Self {
            schema: SchemaName::V1,
            id: cow(&doc.id),
            status: doc.status(),
            problems: doc.problems.iter().map(|p| problem(p, &points)).collect(),
            source: source(&doc.source),
            meta: meta(&doc.meta),
            text: cow(&doc.text),
            segments: doc.segments.iter().map(|s| segment(s, &points)).collect(),
            sents: doc.sents.iter().map(|s| sent(s.span, &points)).collect(),
            tokens: tokens(doc, &points),
            ents: doc.ents.iter().map(|e| ent(e, &points)).collect(),
            entities: doc.entities.iter().enumerate().map(|(i, e)| entity(i, e)).collect(),
            quotes: doc.quotes.iter().map(|q| quote(q, &points)).collect(),
            summary: doc.summary.iter().filter_map(|s| summary(doc, s, &points)).collect(),
            abstract_text: doc.abstract_text.as_deref().map(cow),
            frames: doc.frames.iter().map(|f| frame(f, &points)).collect(),
            stances: doc.stances.iter().map(|s| stance(s, &points)).collect(),
            duplicate_of: doc.duplicate_of.as_deref().map(cow),
            coverage: doc
                .coverage
                .iter()
                .map(|c| Coverage {
                    stage: c.stage.into(),
                    seen: c.seen,
                    total: c.total,
                    passages: c.passages.map(|p| PassageCount { found: p.found, read: p.read }),
                })
                .collect(),
            provenance: provenance.clone(),
            extra: doc.extra.as_deref().map(cow),
        };
        record.keep_only_named_layers();
        record
    }
}

impl Record<'_> {
    /// Rebuilds the document as ingest left it: text, segments, source and the problems that ingest reported.
    ///
    /// Returns `None` if an offset does not fit the text or a kind is unknown. `pressmark_ingest::replay` compares the
    /// result with the input's bytes.
    #[must_use]
    pub fn ingested(&self) -> Option<core::Document> {
        let points = CodePoints::new(&self.text);
        let segment = |s: &Segment<'_>| {
            let kind = core::SegmentKind::named(&s.kind)?;
            let place = match (s.start, s.end) {
                (Some(start), Some(end)) => Some(points.bytes(start, end)?),
                _ => None,
            };
            let edit = |e: &Edit<'_>| {
                let kind = core::EditKind::named(&e.kind)?;
                Some(core::Edit { span: points.bytes(e.start, e.end)?, raw: e.raw_start..e.raw_end, kind })
            };
            let edits = s.edits.iter().map(edit).collect::<Option<_>>()?;
            // A later version may define more reasons. Any reason will do here: replaying needs to know only that there
            // is one.
            let reason =
                s.reason.as_deref().map(|r| core::DropReason::named(r).unwrap_or(core::DropReason::Boilerplate));
            Some(core::Segment { span: place, raw: s.raw_start..s.raw_end, kind, reason, edits })
        };
        let mut doc = core::Document { id: self.id.to_string(), text: self.text.to_string(), ..Default::default() };
        doc.segments = self.segments.iter().map(segment).collect::<Option<_>>()?;
        doc.source = core::Source {
            path: self.source.path.to_string(),
            record: self.source.record,
            url: self.source.url.as_deref().map(str::to_owned),
            sha256: self.source.sha256.to_string(),
            bytes: self.source.bytes,
            media_type: self.source.media_type.to_string(),
            encoding: self.source.encoding.to_string(),
        };
        for problem in self.problems.iter().filter(|p| p.stage == "ingest") {
            let kind = core::ProblemKind::named(&problem.kind)?;
            doc.report("ingest", kind, &*problem.message, None);
        }
        Some(doc)
    }
}

impl<'a> Provenance<'a> {
    /// Creates the provenance of a run by this version of `pressmark` through these stages.
    #[must_use]
    pub fn of(pressmark: &'a str, stages: &'a [core::Provenance]) -> Self {
        let stages = stages
            .iter()
            .map(|s| StageProvenance {
                stage: s.stage.into(),
                model: s.model.as_deref().map(cow),
                sha256: s.sha256.as_deref().map(cow),
                licence: None,
                settings: cow(&s.settings),
            })
            .collect();
        Self { pressmark: cow(pressmark), stages, layers: None }
    }

    /// Adds the licence (an SPDX expression) to every stage whose weights have this SHA-256.
    #[must_use]
    pub fn with_licence(mut self, sha256: &str, licence: &'a str) -> Self {
        for stage in self.stages.iter_mut().filter(|stage| stage.sha256.as_deref() == Some(sha256)) {
            stage.licence = Some(cow(licence));
        }
        self
    }

    /// Restricts the rows to these layers and the layers they refer to; an empty slice keeps all of them.
    #[must_use]
    pub fn of_layers(self, layers: &[RowLayer]) -> Self {
        Self { layers: layers::names(layers), ..self }
    }
}

fn cow(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

fn entity_id(index: usize) -> Cow<'static, str> {
    format!("e{index}").into()
}

fn optional(span: Option<core::Span>, points: &CodePoints<'_>) -> (Option<usize>, Option<usize>) {
    span.map(|s| points.of(s)).unzip()
}

fn sent(span: core::Span, points: &CodePoints<'_>) -> Sent {
    let (start, end) = points.of(span);
    Sent { start, end }
}

fn problem<'a>(problem: &'a core::Problem, points: &CodePoints<'_>) -> Problem<'a> {
    let (start, end) = optional(problem.span, points);
    Problem { start, end, ..problem.into() }
}

/// Without the place in the text.
impl<'a> From<&'a core::Problem> for Problem<'a> {
    fn from(problem: &'a core::Problem) -> Self {
        let (stage, kind) = (problem.stage.into(), problem.kind.as_str().into());
        Self { stage, kind, message: cow(&problem.message), start: None, end: None }
    }
}

fn source(source: &core::Source) -> Source<'_> {
    Source {
        path: cow(&source.path),
        record: source.record,
        url: source.url.as_deref().map(cow),
        sha256: cow(&source.sha256),
        bytes: source.bytes,
        media_type: cow(&source.media_type),
        encoding: cow(&source.encoding),
    }
}

fn meta(meta: &core::Meta) -> Meta<'_> {
    Meta {
        title: meta.title.as_deref().map(cow),
        authors: meta.authors.iter().map(|a| cow(a)).collect(),
        published: meta.published.as_deref().map(cow),
        site: meta.site.as_deref().map(cow),
        language: meta.language.as_deref().map(cow),
        language_score: meta.language_score.map(Into::into),
        credited_source: meta.credited_source.as_deref().map(cow),
    }
}

fn segment<'a>(segment: &'a core::Segment, points: &CodePoints<'_>) -> Segment<'a> {
    let (start, end) = optional(segment.span, points);
    let edits = segment.edits.iter().map(|edit| {
        let (start, end) = points.of(edit.span);
        Edit { start, end, raw_start: edit.raw.start, raw_end: edit.raw.end, kind: edit.kind.as_str().into() }
    });
    Segment {
        start,
        end,
        raw_start: segment.raw.start,
        raw_end: segment.raw.end,
        kind: segment.kind.as_str().into(),
        reason: segment.reason.map(|reason| reason.as_str().into()),
        edits: edits.collect(),
    }
}

/// Returns the tokens plus fillers for the gaps, so that tokens and single spaces reproduce the text.
///
/// spaCy's `Doc.from_json` requires this: any gap other than one space after a token must itself be a token.
fn tokens(doc: &core::Document, points: &CodePoints<'_>) -> Vec<Token> {
    if doc.tokens.is_empty() {
        return Vec::new();
    }
    // Room for the fillers: set by hand to one per 16 tokens. Too little costs a reallocation, nothing else.
    let mut tokens = Vec::with_capacity(doc.tokens.len() + doc.tokens.len() / 16);
    let mut push = |span| {
        let (start, end) = points.of(span);
        tokens.push(Token { id: tokens.len(), start, end });
    };
    let end = core::Span::new(doc.text.len(), doc.text.len());
    let mut done = 0;
    for token in doc.tokens.iter().map(|t| t.span).chain([end]) {
        fill_gap(&doc.text, done, token.start, &mut push);
        if !token.is_empty() {
            push(token);
        }
        done = token.end;
    }
    tokens
}

/// Passes to `push` each run of white space or other characters in `text[at..end]`, except one space after a word.
fn fill_gap(text: &str, mut at: usize, end: usize, mut push: impl FnMut(core::Span)) {
    let mut after_word = at > 0;
    while at < end {
        let rest = &text[at..end];
        if after_word && rest.starts_with(' ') {
            at += 1;
            after_word = false;
            continue;
        }
        let white = rest.starts_with(char::is_whitespace);
        let length = rest.find(|c: char| c.is_whitespace() != white).unwrap_or(rest.len());
        push(core::Span::new(at, at + length));
        at += length;
        after_word = !white;
    }
}

fn ent<'a>(mention: &'a core::Mention, points: &CodePoints<'_>) -> Ent<'a> {
    let (start, end) = points.of(mention.span);
    Ent { start, end, label: mention.label.clone(), score: mention.score.into(), entity: mention.entity.map(entity_id) }
}

fn entity(index: usize, entity: &core::Entity) -> Entity<'_> {
    Entity {
        id: entity_id(index),
        name: cow(&entity.name),
        label: entity.label.clone(),
        aliases: entity.aliases.iter().map(|a| cow(a)).collect(),
        mentions: entity.mentions,
        sentiment: entity.sentiment.map(|s| {
            let (label, score) = s.best();
            Sentiment {
                label,
                score: score.into(),
                positive: s.positive.into(),
                neutral: s.neutral.into(),
                negative: s.negative.into(),
            }
        }),
    }
}

fn quote(quote: &core::Quote, points: &CodePoints<'_>) -> Quote<'static> {
    let (start, end) = points.of(quote.span);
    let (speaker_start, speaker_end) = optional(quote.speaker_span, points);
    let (cue_start, cue_end) = optional(quote.cue, points);
    Quote {
        start,
        end,
        kind: quote.kind,
        speaker: quote.speaker.map(entity_id),
        speaker_start,
        speaker_end,
        cue_start,
        cue_end,
        closed: quote.closed,
    }
}

fn summary(doc: &core::Document, chosen: &core::SummarySentence, points: &CodePoints<'_>) -> Option<Summary> {
    let (start, end) = points.of(doc.sents.get(chosen.sent)?.span);
    Some(Summary { start, end, rank: chosen.rank, score: chosen.score.into() })
}

fn frame<'a>(frame: &'a core::Frame, points: &CodePoints<'_>) -> Frame<'a> {
    let evidence = frame.evidence.iter().map(|e| {
        let (start, end) = points.of(e.span);
        FrameEvidence { start, end, score: e.score.into(), voice: e.voice }
    });
    Frame {
        codebook: cow(&frame.codebook),
        label: cow(&frame.label),
        score: frame.score.into(),
        evidence: evidence.collect(),
    }
}

fn stance<'a>(stance: &'a core::Stance, points: &CodePoints<'_>) -> Stance<'a> {
    Stance {
        holder: match stance.holder {
            core::Holder::Outlet => Holder::Outlet,
            core::Holder::Entity(index) => Holder::Entity(entity_id(index)),
        },
        target: match &stance.target {
            core::Target::Entity(index) => entity_id(*index),
            core::Target::Text(text) => cow(text),
        },
        label: stance.label,
        score: stance.score.into(),
        probabilities: stance.reading.map(|reading| StanceProbabilities {
            bears_on_target: reading.bears_on_target.into(),
            takes_a_side: reading.takes_a_side.into(),
            in_favor: reading.in_favor.into(),
        }),
        evidence: stance.evidence.iter().map(|s| sent(*s, points)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that spaCy's `get_words_and_spaces` would give back the same tokens.
    fn check(text: &str, words: &[&str], expected: &[&str]) {
        let mut doc = core::Document::from_text("a", text);
        let mut at = 0;
        for word in words {
            let start = at + text[at..].find(word).expect("the word stands in the text");
            at = start + word.len();
            doc.tokens.push(core::Token { span: core::Span::new(start, at) });
        }
        let chars: Vec<char> = text.chars().collect();
        let record = Record::of(&doc, &Provenance::default());
        let written: Vec<String> = record.tokens.iter().map(|t| chars[t.start..t.end].iter().collect()).collect();
        assert_eq!(written, expected, "{text:?}");
    }

    #[test]
    fn tokens_and_single_spaces_make_up_the_text() {
        check("Été à Nice", &["Été", "à", "Nice"], &["Été", "à", "Nice"]);
        check("One.\n\nTwo", &["One", ".", "Two"], &["One", ".", "\n\n", "Two"]);
        check("• One  two ", &["One", "two"], &["•", "One", " ", "two"]);
        check(" a", &["a"], &[" ", "a"]);
        check("a \n b", &["a", "b"], &["a", "\n ", "b"]);
        check("a  ", &["a"], &["a", " "]);
        check("", &[], &[]);
    }
}
