use pressmark_core::{EditKind, SegmentKind};

use super::findings::Findings;
use crate::CodePoints;
use crate::record::{Record, Segment};

/// Checks that segments tile the input, that the kept ones joined by blank lines make up the text, and that byte and
/// text lengths are consistent.
pub(super) fn check(record: &Record<'_>, text: &CodePoints<'_>, found: &mut Findings) {
    let mut at = 0;
    let mut kept = Vec::new();
    for (i, segment) in record.segments.iter().enumerate() {
        let tiles = segment.raw_start == at && segment.raw_end > at;
        let (from, to) = (segment.raw_start, segment.raw_end);
        found.require(tiles, format_args!("segments[{i}]"), format_args!("bytes {from}..{to} do not follow byte {at}"));
        at = segment.raw_end;
        one(record, i, segment, text, found);
        kept.extend(segment.start.zip(segment.end));
    }
    let bytes = record.source.bytes;
    let whole = at as u64 == bytes;
    found.require(whole, "segments", format_args!("they end at byte {at} of the {bytes} of the input"));

    kept.sort_unstable();
    let mut end = None;
    for (start, next) in kept {
        let expected = end.map_or(0, |end: usize| end.saturating_add(2));
        let between = end.map_or(Some(""), |end| text.get(end, start));
        let fits = start == expected && between == Some(if end.is_some() { "\n\n" } else { "" });
        found.require(fits, "segments", format_args!("there is not exactly one blank line before {start}"));
        end = Some(next);
    }
    let (end, points) = (end.unwrap_or(0), text.total());
    found.require(end == points, "segments", format_args!("the kept ones end at {end} of the {points} of the text"));
}

fn one(record: &Record<'_>, i: usize, segment: &Segment<'_>, text: &CodePoints<'_>, found: &mut Findings) {
    let place = format_args!("segments[{i}]");
    let Some(kind) = SegmentKind::named(&segment.kind) else {
        found.add(format_args!("segments[{i}].kind"), format_args!("{:?} is not a known value", segment.kind));
        return;
    };
    let words = text.optional(segment.start, segment.end, place, found);
    if !kind.is_kept() {
        let is_word = |r: &str| !r.is_empty() && r.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        found.require(segment.reason.as_deref().is_some_and(is_word), place, "is dropped and has no reason");
        let empty = segment.start.is_none() && segment.end.is_none() && segment.edits.is_empty();
        found.require(empty, place, "is dropped and has a place in the text");
        return;
    }
    found.require(segment.reason.is_none(), place, "is kept and has a reason to be dropped");
    let Some((words, start)) = words.zip(segment.start) else {
        found.require(segment.start.is_some(), place, "is kept and has no place in the text");
        return;
    };
    found.require(words.trim() == words && !words.contains("\n\n"), place, "is not one trimmed block");
    edits(record, i, (segment, start), text, found);
}

fn edits(
    record: &Record<'_>,
    i: usize,
    (segment, start): (&Segment<'_>, usize),
    text: &CodePoints<'_>,
    found: &mut Findings,
) {
    let bytes_of = measure(&record.source.encoding);
    let (mut at, mut raw) = (start, segment.raw_start);
    let end = segment.end.unwrap_or(start);
    for (j, edit) in segment.edits.iter().enumerate() {
        let place = format_args!("segments[{i}].edits[{j}]");
        let known = EditKind::named(&edit.kind).is_some();
        found.require(known, place, format_args!("{:?} is not a known value", edit.kind));
        let ordered = at <= edit.start && edit.start <= edit.end && edit.end <= end;
        let ordered = ordered && raw <= edit.raw_start && edit.raw_start <= edit.raw_end;
        if !ordered || edit.raw_end > segment.raw_end {
            found.add(place, "is out of order or bounds");
            return;
        }
        let changes = edit.start < edit.end || edit.raw_start < edit.raw_end;
        found.require(changes, place, "is empty: it changes nothing");
        if edit.kind == "replacement" {
            let replaced = text.get(edit.start, edit.end).is_some_and(|t| t.chars().all(|c| c == '\u{fffd}'));
            found.require(replaced, place, "is a replacement by something other than U+FFFD");
        }
        same_length(text.get(at, edit.start), edit.raw_start - raw, bytes_of, place, found);
        (at, raw) = (edit.end, edit.raw_end);
    }
    let place = format_args!("segments[{i}]");
    same_length(text.get(at, end), segment.raw_end.saturating_sub(raw), bytes_of, place, found);
}

fn same_length(
    text: Option<&str>,
    bytes: usize,
    bytes_of: Option<fn(char) -> usize>,
    place: std::fmt::Arguments<'_>,
    found: &mut Findings,
) {
    let (Some(text), Some(bytes_of)) = (text, bytes_of) else { return };
    let expected: usize = text.chars().map(bytes_of).sum();
    found.require(expected == bytes, place, format_args!("{bytes} bytes stand for text that takes {expected}"));
}

/// Returns the number of bytes per character in an encoding; `None` if that depends on context or conversion tables.
fn measure(encoding: &str) -> Option<fn(char) -> usize> {
    match encoding {
        "UTF-8" => Some(char::len_utf8),
        "UTF-16LE" | "UTF-16BE" => Some(|c| c.len_utf16() * 2),
        "IBM866" | "macintosh" | "x-mac-cyrillic" => Some(|_| 1),
        name if ["windows-125", "ISO-8859-", "KOI8-"].iter().any(|p| name.starts_with(p)) => Some(|_| 1),
        _ => None,
    }
}
