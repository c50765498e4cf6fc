use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use pressmark_core::{
    Document, Entity, Frame, Holder, Mention, Quote, SegmentKind, Sentence, Sentiment, Span, Stance, StanceReading,
    SummarySentence, Target, Token,
};
use pressmark_jsonl::Record;

use crate::error::{Error, Result, shown};
use crate::gold::read_rows;

/// Records of an annotated file, indexed by id and by text.
pub(crate) struct Annotated {
    path: PathBuf,
    records: Vec<Record<'static>>,
    by_id: HashMap<String, usize>,
    by_text: HashMap<String, Vec<usize>>,
}

impl Annotated {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let records: Vec<Record<'static>> = read_rows(path)?.into_iter().map(|(_, record)| record).collect();
        let by_id = records.iter().enumerate().map(|(i, r)| (r.id.to_string(), i)).collect();
        let mut by_text: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, record) in records.iter().enumerate() {
            by_text.entry(ink(&record.text).map(|(_, c)| c).collect()).or_default().push(index);
        }
        Ok(Self { path: path.to_owned(), records, by_id, by_text })
    }

    /// Fails if any record was annotated without this stage.
    pub(crate) fn require(&self, stage: &str) -> Result<()> {
        let ran = |record: &Record<'_>| record.provenance.stages.iter().any(|s| s.stage == stage);
        match self.records.iter().find(|record| !ran(record)) {
            Some(record) => Err(Error::Annotated {
                place: self.record(record),
                what: format!("was annotated without the stage {stage}"),
            }),
            None => Ok(()),
        }
    }

    /// The records for a gold text: the one with its id, or else all with the same text up to white space.
    fn find(&self, place: &str, id: Option<&str>, text: &str) -> Result<Vec<&Record<'static>>> {
        let squeezed: String = ink(text).map(|(_, c)| c).collect();
        if let Some(&index) = id.and_then(|id| self.by_id.get(id)) {
            let record = &self.records[index];
            if !ink(&record.text).map(|(_, c)| c).eq(squeezed.chars()) {
                let what = format!("has another text than {place}");
                return Err(Error::Annotated { place: self.record(record), what });
            }
            return Ok(vec![record]);
        }
        let found = self.by_text.get(&squeezed);
        let found = found.ok_or_else(|| {
            let start = shown(text);
            self.error(format!("has no record with the text of {place}: {start:?}"))
        })?;
        Ok(found.iter().map(|&index| &self.records[index]).collect())
    }

    /// The gold text with the records' annotations; offsets are those of the gold text.
    pub(crate) fn document(&self, place: &str, id: Option<&str>, text: &str) -> Result<Document> {
        let found = self.find(place, id, text)?;
        let mut doc = Document::from_text(id.unwrap_or(place), text);
        let Some((first, rest)) = found.split_first() else { return Ok(doc) };
        fill(&mut doc, first);
        // The same text may be annotated several times, for different targets.
        for record in rest {
            let mut other = Document::from_text(place, text);
            fill(&mut other, record);
            doc.stances.extend(other.stances.into_iter().filter(|s| matches!(s.target, Target::Text(_))));
        }
        Ok(doc)
    }

    /// Ids (name and version) of the codebooks in the frames, with their labels in alphabetical order.
    pub(crate) fn codebooks(&self) -> BTreeMap<String, Vec<String>> {
        let mut books: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for frame in self.records.iter().flat_map(|record| &record.frames) {
            let labels = books.entry(frame.codebook.to_string()).or_default();
            if !labels.iter().any(|label| *label == frame.label) {
                labels.push(frame.label.to_string());
            }
        }
        books.values_mut().for_each(|labels| labels.sort_unstable());
        books
    }

    /// The record of a page, found by id, file name or URL.
    pub(crate) fn page(&self, id: &str, url: Option<&str>) -> Result<&Record<'static>> {
        let of_file = |record: &&Record<'_>| {
            let name = Path::new(&*record.source.path).file_name().map(|name| name.to_string_lossy());
            name.is_some_and(|name| name.split_once('.').map_or(&*name, |(stem, _)| stem) == id)
        };
        let of_url = |record: &&Record<'_>| url.is_some() && record.source.url.as_deref() == url;
        let by_id = self.by_id.get(id).and_then(|&index| self.records.get(index));
        let found = by_id.or_else(|| self.records.iter().find(of_file)).or_else(|| self.records.iter().find(of_url));
        found.ok_or_else(|| self.error(format!("has no record of the page {id}")))
    }

    fn record(&self, record: &Record<'_>) -> String {
        format!("the record {} of {}", record.id, self.path.display())
    }

    /// An error about the file.
    pub(crate) fn error(&self, what: String) -> Error {
        Error::Annotated { place: self.path.display().to_string(), what }
    }
}

/// Copies a record's annotations to a document with the gold text.
fn fill(doc: &mut Document, record: &Record<'_>) {
    Mover::new(&record.text, &doc.text).fill(doc, record);
}

/// Visible characters with their byte offsets: no white space, control or zero-width characters.
fn ink(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let invisible =
        |c: char| c.is_control() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    text.char_indices().filter(move |(_, c)| !c.is_whitespace() && !invisible(*c))
}

/// Maps code point spans of a record's text to byte spans of the same visible characters in the gold text.
struct Mover {
    /// For each code point of the record's text, the number of visible characters before it.
    before: Vec<usize>,
    /// Byte span of each visible character of the gold text.
    bytes: Vec<Span>,
}

impl Mover {
    fn new(from: &str, to: &str) -> Self {
        let mut inked = ink(from).peekable();
        let (mut before, mut count) = (Vec::new(), 0);
        for (at, _) in from.char_indices() {
            before.push(count);
            if inked.next_if(|(i, _)| *i == at).is_some() {
                count += 1;
            }
        }
        before.push(count);
        Self { before, bytes: ink(to).map(|(i, c)| Span::new(i, i + c.len_utf8())).collect() }
    }

    /// `None` if the span is out of range or contains no visible character.
    fn span(&self, start: usize, end: usize) -> Option<Span> {
        let (start, end) = (*self.before.get(start)?, *self.before.get(end)?);
        if start >= end {
            return None;
        }
        Some(Span::new(self.bytes.get(start)?.start, self.bytes.get(end - 1)?.end))
    }

    fn fill(&self, doc: &mut Document, record: &Record<'_>) {
        doc.tokens = record.tokens.iter().filter_map(|t| Some(Token { span: self.span(t.start, t.end)? })).collect();
        let sents = record.sents.iter().filter_map(|s| self.span(s.start, s.end));
        let sents: Vec<Sentence> = sents
            .map(|span| Sentence { span, tokens: doc.tokens_in(span), block: 0, kind: SegmentKind::Body })
            .collect();
        doc.sents = sents;
        let ids: HashMap<&str, usize> = record.entities.iter().enumerate().map(|(i, e)| (&*e.id, i)).collect();
        doc.entities = record.entities.iter().map(entity).collect();
        let mention = |e: &pressmark_jsonl::Ent<'_>| {
            Some(Mention {
                span: self.span(e.start, e.end)?,
                label: e.label.clone(),
                score: e.score.value() as f32,
                entity: e.entity.as_deref().and_then(|id| ids.get(id).copied()),
            })
        };
        doc.ents = record.ents.iter().filter_map(mention).collect();
        doc.quotes = record.quotes.iter().filter_map(|q| self.quote(q, &ids)).collect();
        let sent_of = |span: Span| doc.sents.iter().position(|s| s.span == span);
        let chosen = record.summary.iter().filter_map(|s| {
            let sent = sent_of(self.span(s.start, s.end)?)?;
            Some(SummarySentence { sent, rank: s.rank, score: s.score.value() as f32 })
        });
        doc.summary = chosen.collect();
        // Evidence is not evaluated.
        let frame = |f: &pressmark_jsonl::Frame<'_>| Frame {
            codebook: f.codebook.to_string(),
            label: f.label.to_string(),
            score: f.score.value() as f32,
            evidence: Vec::new(),
        };
        doc.frames = record.frames.iter().map(frame).collect();
        doc.stances = record.stances.iter().map(|s| self.stance(s, &ids)).collect();
    }

    /// `None` if nothing of it is left in the gold text.
    fn quote(&self, quote: &pressmark_jsonl::Quote<'_>, ids: &HashMap<&str, usize>) -> Option<Quote> {
        let pair = |start: Option<usize>, end: Option<usize>| self.span(start?, end?);
        Some(Quote {
            span: self.span(quote.start, quote.end)?,
            kind: quote.kind,
            speaker: quote.speaker.as_deref().and_then(|id| ids.get(id).copied()),
            speaker_span: pair(quote.speaker_start, quote.speaker_end),
            cue: pair(quote.cue_start, quote.cue_end),
            closed: quote.closed,
        })
    }

    fn stance(&self, stance: &pressmark_jsonl::Stance<'_>, ids: &HashMap<&str, usize>) -> Stance {
        let entity = |id: &str| ids.get(id).copied();
        let holder = match &stance.holder {
            pressmark_jsonl::Holder::Outlet => None,
            pressmark_jsonl::Holder::Entity(id) => entity(id),
        };
        Stance {
            holder: holder.map_or(Holder::Outlet, Holder::Entity),
            target: entity(&stance.target).map_or_else(|| Target::Text(stance.target.to_string()), Target::Entity),
            label: stance.label,
            score: stance.score.value() as f32,
            reading: stance.probabilities.as_ref().map(|said| StanceReading {
                bears_on_target: said.bears_on_target.value() as f32,
                takes_a_side: said.takes_a_side.value() as f32,
                in_favor: said.in_favor.value() as f32,
            }),
            evidence: stance.evidence.iter().filter_map(|e| self.span(e.start, e.end)).collect(),
        }
    }
}

fn entity(entity: &pressmark_jsonl::Entity<'_>) -> Entity {
    let tone = |s: &pressmark_jsonl::Sentiment| Sentiment {
        positive: s.positive.value() as f32,
        neutral: s.neutral.value() as f32,
        negative: s.negative.value() as f32,
    };
    Entity {
        name: entity.name.to_string(),
        label: entity.label.clone(),
        aliases: entity.aliases.iter().map(ToString::to_string).collect(),
        mentions: entity.mentions,
        sentiment: entity.sentiment.as_ref().map(tone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_move_between_texts_that_differ_in_white_space() {
        let check = |from: &str, to: &str, (start, end): (usize, usize), expected: Option<&str>| {
            assert_eq!(Mover::new(from, to).span(start, end).map(|s| s.slice(to)), expected, "{from:?} {to:?}");
        };
        check("Été à Nice.", "Été  à\nNice .", (6, 11), Some("Nice ."));
        check("Été à Nice.", "Été  à\nNice .", (3, 6), Some("à"));
        check("Été à Nice.", "Étéà Nice.", (3, 4), None);
        check("so\u{ad}ft", "soft", (0, 5), Some("soft"));
        check("ab", "ab", (0, 3), None);
    }

    #[test]
    fn a_record_that_does_not_fit_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let check = |lines: &str, expected: &str| {
            let path = folder.path().join("a.jsonl");
            std::fs::write(&path, lines).expect("a file");
            let result = Annotated::open(&path).and_then(|annotated| {
                annotated.require("tokenize")?;
                annotated.document("line 1 of gold", Some("1"), "Rain fell.").map(|_| ())
            });
            let message = format!("{:#}", result.expect_err("refused"));
            assert!(message.contains(expected), "{message}");
        };
        let line = |id: &str, text: &str, stages: &[&'static str]| {
            let provenance = pressmark_jsonl::Provenance {
                pressmark: "0".into(),
                layers: None,
                stages: stages
                    .iter()
                    .map(|stage| pressmark_jsonl::StageProvenance {
                        stage: (*stage).into(),
                        model: None,
                        sha256: None,
                        licence: None,
                        settings: "{}".into(),
                    })
                    .collect(),
            };
            serde_json::to_string(&Record::of(&Document::from_text(id, text), &provenance)).expect("JSON")
        };
        check("{\"text\": \"Rain fell.\"}", "failed to read");
        check(&line("1", "Rain fell.", &[]), "the record 1 of");
        check(&line("1", "Snow fell.", &["tokenize"]), "has another text than line 1 of gold");
        check(&line("2", "Snow fell.", &["tokenize"]), "has no record with the text of line 1 of gold: \"Rain fell.\"");
    }
}
