use std::ops::Range;

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8};
use pressmark_core::{Document, ProblemKind, Span};

use crate::assemble::SEPARATOR;
use crate::decode::decode_as;

/// The first place where a document's text and segments do not follow from its record's bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at segment {segment}")]
#[non_exhaustive]
pub struct ReplayError {
    /// Index into [`Document::segments`], or their number if the error is at the end.
    pub segment: usize,
    /// The violated property, as a lowercase fragment.
    pub reason: &'static str,
}

/// Verifies that a document follows from its record: the segments tile the record's bytes, the kept ones make up the
/// text with one blank line between them, and the bytes of each, decoded and with its edits applied, are its text.
///
/// # Errors
/// [`ReplayError`] names the first segment for which that does not hold.
pub fn replay(doc: &Document, raw: &[u8]) -> Result<(), ReplayError> {
    let fail = |segment, reason| Err(ReplayError { segment, reason });
    let count = doc.segments.len();
    let over_limit = doc.problems.iter().any(|p| p.kind == ProblemKind::TooLarge);
    if doc.source.bytes != raw.len() as u64 && !(over_limit && raw.is_empty()) {
        return fail(count, "the record has a different length");
    }
    let Some(encoding) = Encoding::for_label(doc.source.encoding.as_bytes()).or(doc.text.is_empty().then_some(UTF_8))
    else {
        return fail(0, "the character set has no known name");
    };
    let reader = Reader::new(raw, encoding);
    let mut at = 0;
    for (i, segment) in doc.segments.iter().enumerate() {
        if segment.raw.start != at || segment.raw.end <= at {
            return fail(i, "the segments do not tile the record");
        }
        at = segment.raw.end;
        if segment.kind.is_kept() != segment.span.is_some() || segment.kind.is_kept() == segment.reason.is_some() {
            return fail(i, "kind, reason and span do not agree");
        }
        let Some(span) = segment.span else { continue };
        let mut text = span.start;
        let mut from = segment.raw.start;
        let end = (Span::new(span.end, span.end), segment.raw.end..segment.raw.end);
        for (edit, edit_raw) in segment.edits.iter().map(|e| (e.span, e.raw.clone())).chain([end]) {
            if edit.start < text || edit.end > span.end || edit_raw.start < from || edit_raw.end > segment.raw.end {
                return fail(i, "the edits are out of order");
            }
            if !reader.reads(from..edit_raw.start, doc.text.get(text..edit.start)) {
                return fail(i, "the bytes decode to a different text");
            }
            (text, from) = (edit.end, edit_raw.end);
        }
    }
    if at as u64 != doc.source.bytes {
        return fail(count, "the segments do not tile the record");
    }
    let mut end = None;
    for (span, _) in doc.blocks() {
        let start = end.map_or(0, |end: usize| end + SEPARATOR.len());
        let between = end.map_or("", |_| SEPARATOR);
        if span.start != start || span.is_empty() || doc.text.get(end.unwrap_or(0)..start) != Some(between) {
            return fail(count, "the kept segments do not make up the text");
        }
        end = Some(span.end);
    }
    if end.unwrap_or(0) != doc.text.len() { fail(count, "the kept segments do not make up the text") } else { Ok(()) }
}

/// Decodes stretches of a record.
struct Reader<'a> {
    raw: &'a [u8],
    encoding: &'static Encoding,
    /// Source range and text of each character, for a stateful character set, which cannot be decoded from the middle.
    stateful: Vec<(Range<usize>, String)>,
}

impl<'a> Reader<'a> {
    fn new(raw: &'a [u8], encoding: &'static Encoding) -> Self {
        let mut stateful = Vec::new();
        if encoding == ISO_2022_JP {
            let decoded = decode_as(raw, 0, encoding);
            let mut at = 0;
            for char in decoded.text.chars() {
                let range = at..at + char.len_utf8();
                at = range.end;
                stateful.push((decoded.map.source(range), char.to_string()));
            }
        }
        Self { raw, encoding, stateful }
    }

    fn reads(&self, range: Range<usize>, text: Option<&str>) -> bool {
        let (Some(bytes), Some(text)) = (self.raw.get(range.clone()), text) else { return false };
        if self.stateful.is_empty() {
            let (decoded, malformed) = self.encoding.decode_without_bom_handling(bytes);
            return decoded == text && !malformed;
        }
        let first = self.stateful.partition_point(|(src, _)| src.start < range.start);
        let inside = self.stateful.iter().skip(first).take_while(|(src, _)| src.end <= range.end);
        inside.map(|(_, char)| char.as_str()).collect::<String>() == text
    }
}
