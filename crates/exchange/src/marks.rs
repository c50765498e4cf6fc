//! What people mark, whatever the tool: spans, links between them, labels of the document. Offsets are code points.

use std::collections::{BTreeMap, HashMap};

use pressmark_core::{QuoteKind, Tone};
use pressmark_jsonl::{CodePoints, Quote, Record};

use crate::error::{Error, wrong};

/// Label of a direct quotation.
pub const QUOTE_DIRECT: &str = "QUOTE_DIRECT";
/// Label of an indirect quotation.
pub const QUOTE_INDIRECT: &str = "QUOTE_INDIRECT";
/// Label of a quotation in part in quotation marks.
pub const QUOTE_MIXED: &str = "QUOTE_MIXED";
/// Label of words that name a speaker and are no mention.
pub const SPEAKER: &str = "SPEAKER";
/// Label of words that introduce a quotation.
pub const CUE: &str = "CUE";

/// Labels of spans that are no mentions.
pub(crate) const OWN_LABELS: [&str; 5] = [QUOTE_DIRECT, QUOTE_INDIRECT, QUOTE_MIXED, SPEAKER, CUE];

/// From a quotation to the words that name its speaker here.
pub(crate) const TO_SPEAKER: &str = "speaker";
/// From a quotation to the words that introduce it.
pub(crate) const TO_CUE: &str = "cue";
/// From words that name a speaker, or from a quotation without such, to a mention of who speaks.
pub(crate) const REFERS_TO: &str = "refers_to";
/// All of these.
pub(crate) const RELATIONS: [&str; 3] = [TO_SPEAKER, TO_CUE, REFERS_TO];

/// The score from which a frame is shown as given.
const GIVEN: f64 = 0.5;

/// The kind of a quotation for a label of a span, if it is one.
pub(crate) fn kind_of(label: &str) -> Option<QuoteKind> {
    QuoteKind::ALL.iter().copied().find(|kind| label_of(*kind) == label)
}

fn label_of(kind: QuoteKind) -> &'static str {
    match kind {
        QuoteKind::Direct => QUOTE_DIRECT,
        QuoteKind::Indirect => QUOTE_INDIRECT,
        QuoteKind::Mixed => QUOTE_MIXED,
    }
}

/// What is marked in one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Marks {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) spans: Vec<Mark>,
    pub(crate) links: Vec<Link>,
    /// The frames that are given, in the form of [`frame_name`].
    pub(crate) frames: Vec<String>,
}

/// A span with a label.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mark {
    /// Unique within the document.
    pub(crate) key: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) label: String,
    /// Id of the entity of a mention.
    pub(crate) entity: Option<String>,
    /// Tone towards that entity.
    pub(crate) tone: Option<String>,
}

impl Mark {
    /// Whether it is a mention.
    pub(crate) fn is_mention(&self) -> bool {
        !OWN_LABELS.contains(&&*self.label)
    }
}

/// A relation between two spans.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) label: String,
}

/// A frame with its codebook, as one label: `policy-frames 1/economic`.
pub(crate) fn frame_name(codebook: &str, label: &str) -> String {
    format!("{codebook}/{label}")
}

/// Codebook and label of a frame's name; without a codebook it is empty.
pub(crate) fn parse_frame_name(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}

/// All frames that a row judges, given or not, with their codebooks.
pub(crate) fn frame_names(row: &Record<'_>) -> Vec<String> {
    row.frames.iter().map(|frame| frame_name(&frame.codebook, &frame.label)).collect()
}

impl Marks {
    /// What a row marks.
    pub(crate) fn of(row: &Record<'_>) -> Self {
        let tones: BTreeMap<&str, Tone> =
            row.entities.iter().filter_map(|e| Some((&*e.id, e.sentiment.as_ref()?.label))).collect();
        let mention = |(number, ent): (usize, &pressmark_jsonl::Ent<'_>)| Mark {
            key: format!("e{number}"),
            start: ent.start,
            end: ent.end,
            label: ent.label.to_string(),
            entity: ent.entity.as_deref().map(str::to_owned),
            tone: ent.entity.as_deref().and_then(|id| tones.get(id)).map(Tone::to_string),
        };
        let given = row.frames.iter().filter(|frame| frame.score.value() >= GIVEN);
        let mut marks = Self {
            id: row.id.to_string(),
            text: row.text.to_string(),
            spans: row.ents.iter().enumerate().map(mention).collect(),
            links: Vec::new(),
            frames: given.map(|frame| frame_name(&frame.codebook, &frame.label)).collect(),
        };
        for (number, quote) in row.quotes.iter().enumerate() {
            marks.add_quote(number, quote);
        }
        marks
    }

    fn add_quote(&mut self, number: usize, quote: &Quote<'_>) {
        let key = format!("q{number}");
        self.spans.push(Mark {
            key: key.clone(),
            start: quote.start,
            end: quote.end,
            label: label_of(quote.kind).to_owned(),
            ..Mark::default()
        });
        let link = |from: &str, to: &str, label: &str| Link {
            from: from.to_owned(),
            to: to.to_owned(),
            label: label.to_owned(),
        };
        if let (Some(start), Some(end)) = (quote.cue_start, quote.cue_end) {
            let cue = self.span(format!("c{number}"), start, end, CUE);
            self.links.push(link(&key, &cue, TO_CUE));
        }
        let mut from = key.clone();
        if let (Some(start), Some(end)) = (quote.speaker_start, quote.speaker_end) {
            let mention = self.spans.iter().find(|s| (s.start, s.end) == (start, end) && s.is_mention());
            let names = mention
                .filter(|mention| quote.speaker.is_none() || mention.entity.as_deref() == quote.speaker.as_deref());
            let (to, is_done) =
                match names.map(|mention| (mention.key.clone(), mention.entity.is_some() == quote.speaker.is_some())) {
                    Some((mention, true)) => (mention, true),
                    _ => (self.span(format!("s{number}"), start, end, SPEAKER), quote.speaker.is_none()),
                };
            self.links.push(link(&key, &to, TO_SPEAKER));
            if is_done {
                return;
            }
            from = to;
        }
        // The mention before the quotation that is nearest to it, or else the first behind.
        let mentions = || {
            self.spans
                .iter()
                .filter(|s| s.is_mention() && s.entity.is_some() && s.entity.as_deref() == quote.speaker.as_deref())
        };
        let near = mentions().filter(|s| s.start <= quote.start).max_by_key(|s| s.start);
        if let Some(to) = near.or_else(|| mentions().min_by_key(|s| s.start)).map(|mention| mention.key.clone()) {
            self.links.push(link(&from, &to, REFERS_TO));
        }
    }

    /// A span of these words with this label: one that is there, or a new one. Two quotations may share a cue.
    fn span(&mut self, key: String, start: usize, end: usize, label: &str) -> String {
        if let Some(span) = self.spans.iter().find(|s| (s.start, s.end, &*s.label) == (start, end, label)) {
            return span.key.clone();
        }
        self.spans.push(Mark { key: key.clone(), start, end, label: label.to_owned(), ..Mark::default() });
        key
    }

    /// Numbers of the spans by their keys.
    pub(crate) fn numbers(&self) -> HashMap<&str, usize> {
        self.spans.iter().enumerate().map(|(number, span)| (&*span.key, number)).collect()
    }

    /// The links between spans that are there, by the numbers of these.
    pub(crate) fn numbered_links(&self) -> Vec<(usize, usize, &str)> {
        let numbers = self.numbers();
        let link = |link: &'_ Link| Some((*numbers.get(&*link.from)?, *numbers.get(&*link.to)?));
        self.links.iter().filter_map(|l| link(l).map(|(from, to)| (from, to, &*l.label))).collect()
    }

    /// The words of a span.
    pub(crate) fn words<'a>(points: &CodePoints<'a>, span: &Mark) -> &'a str {
        points.slice(span.start, span.end)
    }

    /// Checks that spans lie within the text, and that no two have one key.
    pub(crate) fn check(&self, place: &str) -> Result<(), Error> {
        let length = self.text.chars().count();
        for span in &self.spans {
            if span.start >= span.end || span.end > length {
                let what =
                    format!("has a span {} from {} to {} in a text of {length}", span.label, span.start, span.end);
                return Err(wrong(place, what));
            }
            if span.label.is_empty() {
                return Err(wrong(place, format!("has a span from {} to {} without a label", span.start, span.end)));
            }
        }
        if self.numbers().len() != self.spans.len() {
            return Err(wrong(place, "has two spans of one id"));
        }
        Ok(())
    }
}

/// What a reader gives: the marks of each document with its place, and notes.
pub(crate) type Read = (Vec<(String, Marks)>, Vec<String>);
