//! Assembles judged blocks into the document's text and segments.

use std::borrow::Cow;
use std::ops::Range;

use pressmark_core::{DropReason, Edit, EditKind, Segment, SegmentKind, Span};

use crate::block::{Block, Dropped, Piece, Verdict, Why};
use crate::map::OffsetMap;

/// A part of the record with its blocks: the whole record, or one field of it.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    /// The decoded input that the ranges of the blocks refer to.
    pub text: &'a str,
    /// Maps `text` to the record's decoded text; `None` if they are the same.
    pub map: Option<&'a OffsetMap>,
    pub blocks: &'a [Block],
    /// One verdict per block; a block without one is dropped.
    pub verdicts: &'a [Verdict],
    /// Index of the title block, which comes first in the document's text.
    pub title: Option<usize>,
    /// Stretches between the blocks with reasons of their own, in order.
    pub dropped: &'a [Dropped],
    /// Reason for the other stretches between blocks, unless they are white space.
    pub between: DropReason,
}

/// The text, and segments that account for all of the input.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Assembled {
    pub text: String,
    pub segments: Vec<Segment>,
    /// The title as it appears in the text.
    pub title: Option<String>,
    /// Number of suspicious control, bidirectional and zero-width characters that were removed (see [`tricks`]).
    pub invisible: usize,
    /// Byte ranges of the record that were dropped by a rule, in order, with reason and evidence.
    pub whys: Vec<(Range<usize>, DropReason, Why)>,
}

/// Separator between two kept blocks.
pub(crate) const SEPARATOR: &str = "\n\n";

/// Joins the kept blocks, the title first and the rest in input order; `outside` is the reason for bytes in no part. The
/// evidence for what is dropped is collected if `explain`.
pub(crate) fn assemble(
    raw_len: usize,
    charset: &OffsetMap,
    parts: &[Part<'_>],
    outside: DropReason,
    explain: bool,
) -> Assembled {
    let mut items: Vec<_> = parts.iter().flat_map(|part| Shaper { part, charset, explain }.items()).collect();
    items.sort_by_key(|item| item.raw.start);
    let mut items = tile(items, raw_len, outside);

    let mut done = Assembled::default();
    let mut spans = vec![None; items.len()];
    let is_title = |item: &Item| item.kept.as_ref().is_some_and(|kept| kept.title);
    let mut order: Vec<_> = (0..items.len()).filter(|&i| items[i].kept.is_some()).collect();
    order.sort_by_key(|&i| !is_title(&items[i]));
    for i in order {
        if let Some(kept) = &items[i].kept {
            if !done.text.is_empty() {
                done.text.push_str(SEPARATOR);
            }
            let start = done.text.len();
            done.text.push_str(&kept.text);
            spans[i] = Some(Span::new(start, done.text.len()));
            if kept.title && done.title.is_none() {
                done.title = Some(kept.text.clone());
            }
            done.invisible += kept.invisible;
        }
    }
    for Item { reason, whys, .. } in &mut items {
        let Some(reason) = *reason else { continue };
        done.whys.extend(whys.drain(..).map(|(raw, why)| (raw, reason, why)));
    }
    done.segments = items.into_iter().zip(spans).map(|(item, span)| segment(item, span)).collect();
    done
}

/// A stretch of the input, about to become a segment.
struct Item {
    raw: Range<usize>,
    kind: SegmentKind,
    reason: Option<DropReason>,
    /// Evidence for dropping it, for each of its parts.
    whys: Vec<(Range<usize>, Why)>,
    kept: Option<Kept>,
}

struct Kept {
    text: String,
    /// Spans are relative to `text`.
    edits: Vec<Edit>,
    title: bool,
    invisible: usize,
}

impl Item {
    fn dropped(raw: Range<usize>, kind: SegmentKind, reason: DropReason) -> Self {
        Self { raw, kind, reason: Some(reason), whys: Vec::new(), kept: None }
    }
}

fn segment(item: Item, span: Option<Span>) -> Segment {
    let start = span.map_or(0, |s| s.start);
    let shift = |edit: Edit| Edit { span: Span::new(edit.span.start + start, edit.span.end + start), ..edit };
    let edits = item.kept.map(|kept| kept.edits.into_iter().map(shift).collect());
    Segment { span, raw: item.raw, kind: item.kind, reason: item.reason, edits: edits.unwrap_or_default() }
}

/// Fills the gaps between items and resolves overlaps, so that the items tile the input.
fn tile(items: Vec<Item>, raw_len: usize, outside: DropReason) -> Vec<Item> {
    let mut tiled: Vec<Item> = Vec::with_capacity(items.len() + 2);
    let mut at = 0;
    let push = |tiled: &mut Vec<Item>, item: Item| match tiled.last_mut() {
        Some(last)
            if last.kept.is_none()
                && item.kept.is_none()
                && last.reason == item.reason
                && last.kind == item.kind
                && matches!(item.reason, Some(DropReason::Whitespace | DropReason::Markup | DropReason::Record)) =>
        {
            last.raw.end = item.raw.end;
        }
        _ => tiled.push(item),
    };
    for mut item in items {
        // Parts and blocks should not overlap; if they do, the first one keeps the bytes.
        if item.raw.end <= at || (item.raw.start < at && item.kept.is_some()) {
            continue;
        }
        item.raw.start = item.raw.start.max(at);
        if item.raw.start > at {
            push(&mut tiled, Item::dropped(at..item.raw.start, SegmentKind::Chrome, outside));
        }
        at = item.raw.end;
        push(&mut tiled, item);
    }
    if at < raw_len {
        push(&mut tiled, Item::dropped(at..raw_len, SegmentKind::Chrome, outside));
    }
    tiled
}

/// Turns the blocks of one part into items.
struct Shaper<'a> {
    part: &'a Part<'a>,
    charset: &'a OffsetMap,
    explain: bool,
}

impl Shaper<'_> {
    fn items(&self) -> Vec<Item> {
        let (mut items, mut at) = (Vec::with_capacity(self.part.blocks.len() * 2 + 1), 0);
        for (i, block) in self.part.blocks.iter().enumerate() {
            let kept = match self.part.verdicts.get(i) {
                Some(Verdict::Keep { kind, cuts }) => {
                    self.keep(block, cuts, self.part.title == Some(i)).map(|k| (*kind, k))
                }
                _ => None,
            };
            let (range, item) = match (kept, self.part.verdicts.get(i)) {
                (Some((kind, (range, kept))), _) => (
                    range.clone(),
                    Item { raw: self.raw(range), kind, reason: None, whys: Vec::new(), kept: Some(kept) },
                ),
                (None, verdict) => {
                    let (kind, reason, why) = match verdict {
                        Some(Verdict::Drop { kind, reason, why }) => (*kind, *reason, Some(*why)),
                        _ => (SegmentKind::Chrome, DropReason::EmptyBlock, None),
                    };
                    let raw = self.raw(block.input.clone());
                    let whys = why.filter(|_| self.explain).map(|why| (raw.clone(), why)).into_iter().collect();
                    (block.input.clone(), Item { whys, ..Item::dropped(raw, kind, reason) })
                }
            };
            self.between(&mut items, at..range.start);
            at = at.max(range.end);
            items.push(item);
        }
        self.between(&mut items, at..self.part.text.len());
        items
    }

    fn gap(&self, items: &mut Vec<Item>, range: Range<usize>) {
        if range.start < range.end {
            let text = self.part.text.get(range.clone()).unwrap_or_default();
            let reason = if text.trim().is_empty() { DropReason::Whitespace } else { self.part.between };
            items.push(Item::dropped(self.raw(range), SegmentKind::Chrome, reason));
        }
    }

    /// Adds the stretches between two blocks: those with reasons of their own, and the gaps around them.
    ///
    /// Consecutive stretches with the same reason are merged.
    fn between(&self, items: &mut Vec<Item>, range: Range<usize>) {
        let from = self.part.dropped.partition_point(|d| d.input.end <= range.start);
        let mut known = self.part.dropped[from..].iter().take_while(|d| d.input.start < range.end).peekable();
        let mut at = range.start;
        while let Some(dropped) = known.next() {
            let start = dropped.input.start.max(at);
            let mut end = dropped.input.end.min(range.end);
            let mut whys: Vec<(Range<usize>, Why)> = Vec::new();
            let mut explain = |range: Range<usize>, why: Why| match whys.last_mut().filter(|(_, last)| *last == why) {
                Some((known, _)) => known.end = range.end,
                None if self.explain => whys.push((range, why)),
                None => {}
            };
            explain(start..end, dropped.why);
            while let Some(next) = known.next_if(|next| next.reason == dropped.reason) {
                end = end.max(next.input.end.min(range.end));
                explain(next.input.start..end, next.why);
            }
            if start < end {
                self.gap(items, at..start);
                whys.iter_mut().for_each(|(range, _)| *range = self.raw(range.clone()));
                let item = Item::dropped(self.raw(start..end), SegmentKind::Chrome, dropped.reason);
                items.push(Item { whys, ..item });
                at = end;
            }
        }
        self.gap(items, at..range.end);
    }

    /// The record's bytes of a range of the part's text.
    fn raw(&self, range: Range<usize>) -> Range<usize> {
        self.charset.source(self.part.map.map_or(range.clone(), |map| map.source(range)))
    }

    /// Applies the cuts to a block; returns the input range that it covers and its text with edits, or `None` if
    /// nothing is left.
    fn keep(&self, block: &Block, cuts: &[(Range<usize>, EditKind)], title: bool) -> Option<(Range<usize>, Kept)> {
        let cuts = all_cuts(&block.text, cuts);
        let pieces = cut(block, &cuts);
        // Tags and white space at the edges belong to the gaps between blocks; cut chrome stays on record.
        let is_edge = |p: &Piece| p.span.is_empty() && p.edit != Some(EditKind::Chrome);
        let first = pieces.iter().position(|p| !is_edge(p))?;
        let last = pieces.iter().rposition(|p| !is_edge(p))?;
        let pieces = pieces.get(first..=last)?;
        let range = pieces.first()?.input.start..pieces.last()?.input.end;

        let text: String = kept_ranges(&block.text, &cuts).filter_map(|r| block.text.get(r)).collect();
        if text.is_empty() {
            return None;
        }
        let mut edits = Edits { edits: Vec::new(), raw_end: self.raw(range.clone()).start };
        let (mut input_end, mut invisible) = (range.start, 0);
        for piece in pieces {
            let input = piece.input.start.max(input_end)..piece.input.end.max(input_end);
            input_end = input.end;
            if piece.edit == Some(EditKind::Invisible) {
                invisible += tricks(self.part.text, input.clone());
            }
            let same = input == piece.input && text.get(piece.span.clone()) == self.part.text.get(input.clone());
            match piece.edit {
                None if same => self.copy(&mut edits, piece.span.start, input),
                // Same text, or a piece that is not the identity it claims to be: record it as an edit, which is always
                // true.
                edit => edits.push(piece.span.clone(), self.raw(input), Some(edit.unwrap_or(EditKind::Markup))),
            }
        }
        Some((range, Kept { text, edits: edits.edits, title, invisible }))
    }

    /// Copies text that equals the part's text at `input`; the only edits are those of decoding.
    fn copy(&self, edits: &mut Edits, start: usize, input: Range<usize>) {
        let Some(map) = self.part.map else {
            return self.copy_decoded(edits, start, input);
        };
        for stretch in map.stretches(input.clone()) {
            let at = start + (stretch.out.start - input.start);
            if stretch.edit.is_some() {
                edits.push(at..at + stretch.out.len(), self.charset.source(stretch.src), stretch.edit);
            } else if !stretch.out.is_empty() {
                self.copy_decoded(edits, at, stretch.src);
            }
        }
    }

    fn copy_decoded(&self, edits: &mut Edits, start: usize, input: Range<usize>) {
        for stretch in self.charset.stretches(input.clone()) {
            let at = start + (stretch.out.start - input.start);
            edits.push(at..at + stretch.out.len(), stretch.src, stretch.edit);
        }
    }
}

/// Collects the edits of one block.
struct Edits {
    edits: Vec<Edit>,
    /// End of the raw bytes accounted for so far.
    raw_end: usize,
}

impl Edits {
    /// Adds text that came from `raw`; bytes skipped before it become a deletion.
    fn push(&mut self, span: Range<usize>, raw: Range<usize>, edit: Option<EditKind>) {
        let raw = raw.start.max(self.raw_end)..raw.end.max(self.raw_end);
        if raw.start > self.raw_end {
            let gap = self.raw_end..raw.start;
            self.edits.push(Edit { span: Span::new(span.start, span.start), raw: gap, kind: EditKind::Markup });
        }
        self.raw_end = raw.end;
        if let Some(kind) = edit.filter(|_| !(span.is_empty() && raw.is_empty())) {
            // Merge neighbouring deletions of one kind.
            if let Some(last) = self.edits.last_mut()
                && last.kind == kind
                && span.is_empty()
                && last.span == Span::new(span.start, span.start)
                && last.raw.end == raw.start
            {
                last.raw.end = raw.end;
            } else {
                self.edits.push(Edit { span: span.into(), raw, kind });
            }
        }
    }
}

/// The requested cuts, invisible characters, and white space at the ends; sorted, not overlapping.
fn all_cuts(text: &str, asked: &[(Range<usize>, EditKind)]) -> Vec<(Range<usize>, EditKind)> {
    let asked = asked.iter().filter(|(r, _)| r.start < r.end && text.get(r.clone()).is_some()).cloned();
    let mut cuts: Vec<_> = asked.chain(invisible(text).map(|r| (r, EditKind::Invisible))).collect();
    cuts.sort_by_key(|(range, _)| (range.start, range.end));
    let mut end = 0;
    cuts.retain_mut(|(range, _)| {
        range.start = range.start.max(end);
        end = end.max(range.end);
        range.start < range.end
    });
    let ends: Vec<_> = kept_ranges(text, &cuts).collect();
    let blank = |r: &Range<usize>| text.get(r.clone()).unwrap_or_default().trim().is_empty();
    let solid = |r: &Range<usize>| !blank(r);
    let trimmed = |r: Range<usize>| (r.start < r.end).then_some((r, EditKind::Whitespace));
    let (first, last) = (ends.iter().position(solid), ends.iter().rposition(solid));
    for (i, range) in ends.iter().enumerate() {
        let part = text.get(range.clone()).unwrap_or_default();
        if first.is_none_or(|f| i < f) || last.is_none_or(|l| i > l) {
            cuts.extend(trimmed(range.clone()));
            continue;
        }
        if Some(i) == first {
            cuts.extend(trimmed(range.start..range.end - part.trim_start().len()));
        }
        if Some(i) == last {
            cuts.extend(trimmed(range.start + part.trim_end().len()..range.end));
        }
    }
    cuts.sort_by_key(|(range, _)| range.start);
    cuts
}

/// Finds characters that are invisible and split words: controls, soft hyphens, zero-width and bidirectional marks.
/// Joiners stay: they carry meaning in Persian, in Indic scripts and in emoji.
fn invisible(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let hidden = |c: char| match c {
        '\t' | '\n' | '\r' => false,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => true,
        c => c.is_control() && c != '\u{85}',
    };
    text.char_indices().filter(move |(_, c)| hidden(*c)).map(|(at, c)| at..at + c.len_utf8())
}

/// Counts invisible characters that may be meant to deceive: controls, marks that change the direction of writing, and
/// zero-width characters inside a Latin word.
///
/// Soft hyphens, implicit directional marks and zero-width spaces between words are common leftovers of typesetting and
/// editors.
fn tricks(text: &str, range: Range<usize>) -> usize {
    let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c < '\u{250}');
    let before = text.get(..range.start).and_then(|t| t.chars().next_back());
    let after = text.get(range.end..).and_then(|t| t.chars().next());
    let inside = is_latin(before) && is_latin(after);
    let is_trick = |c: &char| match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => inside,
        c => c.is_control(),
    };
    text.get(range).unwrap_or_default().chars().filter(is_trick).count()
}

/// The ranges of the text outside the cuts, in order.
fn kept_ranges<'a>(text: &'a str, cuts: &'a [(Range<usize>, EditKind)]) -> impl Iterator<Item = Range<usize>> + 'a {
    let starts = std::iter::once(0).chain(cuts.iter().map(|(r, _)| r.end));
    let ends = cuts.iter().map(|(r, _)| r.start).chain(std::iter::once(text.len()));
    starts.zip(ends).filter(|(start, end)| start < end).map(|(start, end)| start..end)
}

/// The block's pieces after the cuts; their spans refer to the remaining text.
fn cut<'a>(block: &'a Block, cuts: &[(Range<usize>, EditKind)]) -> Cow<'a, [Piece]> {
    if cuts.is_empty() {
        return Cow::Borrowed(&block.pieces);
    }
    let (mut pieces, mut next, mut out) = (Vec::with_capacity(block.pieces.len() + cuts.len() * 2), 0, 0);
    for piece in &block.pieces {
        while cuts.get(next).is_some_and(|(r, _)| r.end <= piece.span.start) {
            next += 1;
        }
        let inside = |&(r, _): &&(Range<usize>, EditKind)| r.start < piece.span.end;
        let here = cuts.get(next..).unwrap_or_default().iter().take_while(inside);
        let clip = |r: &Range<usize>| r.start.max(piece.span.start)..r.end.min(piece.span.end);
        if piece.edit.is_some() || piece.span.len() != piece.input.len() {
            let (mut lost, mut kind) = (0, piece.edit);
            for (range, cut_kind) in here {
                lost += clip(range).len();
                kind = if lost == piece.span.len() { Some(*cut_kind) } else { kind };
            }
            let kept = piece.span.len() - lost;
            let edit = if lost > 0 && kind.is_none() { Some(EditKind::Markup) } else { kind };
            pieces.push(Piece { span: out..out + kept, input: piece.input.clone(), edit });
            out += kept;
            continue;
        }
        let mut push = |from: usize, to: usize, edit: Option<EditKind>| {
            if from < to {
                let base = piece.input.start;
                let kept = if edit.is_none() { to - from } else { 0 };
                let input = base + (from - piece.span.start)..base + (to - piece.span.start);
                pieces.push(Piece { span: out..out + kept, input, edit });
                out += kept;
            }
        };
        let mut at = piece.span.start;
        for (range, kind) in here {
            let range = clip(range);
            push(at, range.start, None);
            push(range.start, range.end, Some(*kind));
            at = range.end;
        }
        push(at, piece.span.end, None);
    }
    Cow::Owned(pieces)
}
