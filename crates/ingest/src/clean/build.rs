//! Builds a block from lines of plain text, with its map to the input.

use std::ops::Range;

use pressmark_core::{EditKind, SegmentKind};

use super::row::{Row, is_invisible};
use crate::block::{Block, Piece};

/// Builds a block from consecutive rows, without the `removed` ranges of the input (in order, inside the rows); `None`
/// if nothing is left.
pub(super) fn build(
    text: &str,
    rows: &[Row],
    removed: &[(Range<usize>, EditKind)],
    blank_before: usize,
    kind: Option<SegmentKind>,
) -> Option<Block> {
    let (first, last) = (rows.first()?, rows.last()?);
    let mut builder = Builder { source: text, text: String::new(), pieces: Vec::new() };
    let mut removed = removed.iter().peekable();
    for (i, row) in rows.iter().enumerate() {
        if let Some(before) = i.checked_sub(1) {
            builder.edit("\n", rows[before].content.end..row.content.start, EditKind::Whitespace);
        }
        let mut at = row.content.start;
        while at < row.content.end {
            match removed.peek() {
                Some((range, _)) if range.end <= at => {
                    removed.next();
                }
                Some((range, kind)) if range.start <= at => {
                    builder.edit("", at..range.end.min(row.content.end), *kind);
                    at = range.end.min(row.content.end);
                }
                next => {
                    let end = next.map_or(row.content.end, |(r, _)| r.start.min(row.content.end));
                    builder.plain(at..end);
                    at = end;
                }
            }
        }
    }
    if builder.text.trim().is_empty() {
        return None;
    }
    let input = first.content.start..last.content.end;
    let (text, pieces) = builder.finish();
    Some(Block { text, pieces, kind, blank_before, indent: first.indent, link_share: 0.0, input })
}

struct Builder<'a> {
    source: &'a str,
    text: String,
    pieces: Vec<Piece>,
}

impl Builder<'_> {
    /// Copies text without invisible characters.
    fn plain(&mut self, input: Range<usize>) {
        let mut start = input.start;
        let mut before = None;
        let mut chars = self.source[input.clone()].char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            let after = chars.peek().map(|(_, c)| *c);
            if is_invisible(c, before, after) {
                let at = input.start + offset;
                self.same(start..at);
                self.edit("", at..at + c.len_utf8(), EditKind::Invisible);
                start = at + c.len_utf8();
            }
            before = Some(c);
        }
        self.same(start..input.end);
    }

    fn same(&mut self, input: Range<usize>) {
        if input.is_empty() {
            return;
        }
        let span = self.text.len()..self.text.len() + input.len();
        self.text.push_str(&self.source[input.clone()]);
        match self.pieces.last_mut() {
            Some(last) if last.edit.is_none() && last.input.end == input.start => {
                last.span.end = span.end;
                last.input.end = input.end;
            }
            _ => self.pieces.push(Piece { span, input, edit: None }),
        }
    }

    fn edit(&mut self, text: &str, input: Range<usize>, kind: EditKind) {
        if self.source[input.clone()] == *text {
            return self.same(input);
        }
        let span = self.text.len()..self.text.len() + text.len();
        self.text.push_str(text);
        match self.pieces.last_mut() {
            Some(last) if last.edit == Some(kind) && last.input.end == input.start => {
                last.span.end = span.end;
                last.input.end = input.end;
            }
            _ => self.pieces.push(Piece { span, input, edit: Some(kind) }),
        }
    }

    /// Trims the text, since removing marks may expose white space at its ends.
    fn finish(mut self) -> (String, Vec<Piece>) {
        let lead = self.text.len() - self.text.trim_start().len();
        let end = self.text.trim_end().len();
        if lead == 0 && end == self.text.len() {
            return (self.text, self.pieces);
        }
        let mut pieces: Vec<Piece> = Vec::with_capacity(self.pieces.len() + 2);
        for piece in self.pieces.drain(..) {
            let cut = |at: usize| at.clamp(piece.span.start, piece.span.end);
            let (a, b) = (cut(lead), cut(end.max(lead)));
            let part = |span: Range<usize>, drop: bool| {
                let input = if piece.edit.is_some() {
                    piece.input.clone()
                } else {
                    piece.input.start + span.start - piece.span.start..piece.input.start + span.end - piece.span.start
                };
                let edit = if drop { Some(piece.edit.unwrap_or(EditKind::Whitespace)) } else { piece.edit };
                let span = if drop { 0..0 } else { span.start - lead..span.end - lead };
                Piece { span, input, edit }
            };
            if piece.span.is_empty() || piece.edit.is_some() {
                let at = piece.span.start.clamp(lead, end) - lead;
                let to = piece.span.end.clamp(lead, end) - lead;
                pieces.push(Piece { span: at..to, ..piece });
                continue;
            }
            for (range, drop) in [(piece.span.start..a, true), (a..b, false), (b..piece.span.end, true)] {
                if !range.is_empty() {
                    let mut p = part(range.clone(), drop);
                    if drop {
                        let at = range.start.clamp(lead, end) - lead;
                        p.span = at..at;
                    }
                    pieces.push(p);
                }
            }
        }
        (self.text[lead..end].to_owned(), pieces)
    }
}

#[cfg(test)]
pub(super) fn assert_maps_back(source: &str, blocks: &[Block]) {
    let mut input_end = 0;
    for block in blocks {
        assert!(block.input.start >= input_end, "{block:?}");
        input_end = block.input.end;
        assert_eq!(block.text.trim(), block.text);
        assert!(!block.text.is_empty());
        let (mut at, mut from) = (0, block.input.start);
        for piece in &block.pieces {
            assert_eq!(piece.span.start, at, "{block:?}");
            assert!(piece.input.start >= from && piece.input.end <= block.input.end, "{block:?}");
            at = piece.span.end;
            from = piece.input.end;
            if piece.edit.is_none() {
                assert_eq!(&block.text[piece.span.clone()], &source[piece.input.clone()]);
            }
        }
        assert_eq!(at, block.text.len(), "{block:?}");
    }
}
