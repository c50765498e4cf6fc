//! Tool-independent marks: labelled spans, links between them and document labels. Offsets are code points.

use std::collections::{BTreeMap, HashMap};

use pressmark_core::{QuoteKind, Tone};
use pressmark_jsonl::{CodePoints, Quote, Record};

use crate::error::{Error, wrong};

/// Label of a direct quotation.
pub const QUOTE_DIRECT: &str = "QUOTE_DIRECT";
/// Label of an indirect quotation.
pub const QUOTE_INDIRECT: &str = "QUOTE_INDIRECT";
/// Label of a quotation that is partly in quotation marks.
pub const QUOTE_MIXED: &str = "QUOTE_MIXED";
/// Label of words that name a speaker and are not a mention.
pub const SPEAKER: &str = "SPEAKER";
/// Label of words that introduce a quotation.
pub const CUE: &str = "CUE";

/// Labels of spans that are not mentions.
pub(crate) const OWN_LABELS: [&str; 5] = [QUOTE_DIRECT, QUOTE_INDIRECT, QUOTE_MIXED, SPEAKER, CUE];

/// Links a quotation to the words that name its speaker.
pub(crate) const TO_SPEAKER: &str = "speaker";
/// Links a quotation to the words that introduce it.
pub(crate) const TO_CUE: &str = "cue";
/// Links a speaker span, or a quotation without one, to a mention of the speaker.
pub(crate) const REFERS_TO: &str = "refers_to";
/// All link labels.
pub(crate) const RELATIONS: [&str; 3] = [TO_SPEAKER, TO_CUE, REFERS_TO];

/// Returns the kind of quotation that a span label denotes, if any.
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

/// Marks of one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Marks {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) spans: Vec<Mark>,
    pub(crate) links: Vec<Link>,
    /// Assigned frames, formatted by [`frame_name`].
    pub(crate) frames: Vec<String>,
}

/// A labelled span.
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
    /// Whether the span is a mention.
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

/// Formats a frame and its codebook as one label: `policy-frames 1/economic`.
pub(crate) fn frame_name(codebook: &str, label: &str) -> String {
    format!("{codebook}/{label}")
}

/// Splits a frame's name into codebook and label; the codebook is empty if the name has none.
pub(crate) fn parse_frame_name(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}

/// Names of all frames that a row has scored, assigned or not.
pub(crate) fn frame_names(row: &Record<'_>) -> Vec<String> {
    row.frames.iter().map(|frame| frame_name(&frame.codebook, &frame.label)).collect()
}

impl Marks {
    /// Collects the marks of a row.
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
        let given = row.frames.iter().filter(|frame| frame.is_assigned());
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
        // Prefer the closest mention that starts before the quotation, else the first one after.
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

    /// Returns the key of the span with these bounds and this label, adding it if needed: two quotations may share a
    /// cue.
    fn span(&mut self, key: String, start: usize, end: usize, label: &str) -> String {
        if let Some(span) = self.spans.iter().find(|s| (s.start, s.end, &*s.label) == (start, end, label)) {
            return span.key.clone();
        }
        self.spans.push(Mark { key: key.clone(), start, end, label: label.to_owned(), ..Mark::default() });
        key
    }

    /// Index of each span, by key.
    pub(crate) fn numbers(&self) -> HashMap<&str, usize> {
        self.spans.iter().enumerate().map(|(number, span)| (&*span.key, number)).collect()
    }

    /// Links whose spans exist, by the indices of the spans.
    pub(crate) fn numbered_links(&self) -> Vec<(usize, usize, &str)> {
        let numbers = self.numbers();
        let link = |link: &'_ Link| Some((*numbers.get(&*link.from)?, *numbers.get(&*link.to)?));
        self.links.iter().filter_map(|l| link(l).map(|(from, to)| (from, to, &*l.label))).collect()
    }

    /// Returns the words of a span.
    pub(crate) fn words<'a>(points: &CodePoints<'a>, span: &Mark) -> &'a str {
        points.slice(span.start, span.end)
    }

    /// Checks that spans are non-empty, labelled and within the text, and that keys are unique.
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
            return Err(wrong(place, "has two spans with the same id"));
        }
        Ok(())
    }
}

/// Result of reading files: each document's place and marks, and notes.
pub(crate) type Read = (Vec<(String, Marks)>, Vec<String>);
