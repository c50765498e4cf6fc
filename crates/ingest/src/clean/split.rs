//! Plain text to blocks.

use std::ops::Range;

use pressmark_core::{EditKind, SegmentKind};

use super::{line::bullet_len, markdown};
use crate::block::{Block, Piece};

/// Columns of a tab.
const TAB: usize = 4;
/// Wrapped text is narrower than this (mail and plain-text conventions stop at 72 to 100 columns) …
const WIDEST_WRAP: usize = 130;
/// … and wider than this: narrower columns are lists and verse.
const NARROWEST_WRAP: usize = 40;

/// One line of the input, blank or not.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Without white space and invisible characters at its ends; empty for a blank line.
    pub(super) content: Range<usize>,
    pub(super) indent: usize,
    /// In characters, indentation included.
    width: usize,
}

/// The blocks of a plain text: a line each, wrapped lines joined; Markdown as its marks say.
pub(crate) fn split(text: &str, markdown: bool) -> Vec<Block> {
    let rows = rows(text);
    if markdown {
        return markdown::blocks(text, &rows);
    }
    let wrapped = Wrap::of(text, &rows);
    let mut blocks = Vec::new();
    let (mut at, mut blank) = (0, 0);
    while at < rows.len() {
        if rows[at].content.is_empty() {
            blank += 1;
            at += 1;
            continue;
        }
        let end = wrapped.end(text, &rows, at, |_| false);
        let block = build(text, &rows[at..end], &[], blank, None);
        blocks.extend(block);
        blank = 0;
        at = end;
    }
    blocks
}

/// Characters that take no room and carry no text.
pub(super) fn is_invisible(c: char, before: Option<char>, after: Option<char>) -> bool {
    match c {
        // Joiners shape Persian, Indic and emoji sequences.
        '\u{200c}' | '\u{200d}' => !(before.is_some_and(|c| !c.is_ascii()) && after.is_some_and(|c| !c.is_ascii())),
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' => true,
        '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => true,
        '\t' | '\n' => false,
        _ => c.is_control(),
    }
}

fn is_margin(c: char) -> bool {
    c.is_whitespace() || is_invisible(c, None, None)
}

/// The input cut at line ends of every kind.
fn rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            if c == '\n' && at > 0 && text.as_bytes()[at - 1] == b'\r' {
                start = at + 1;
                continue;
            }
            rows.push(row(text, start..at));
            start = at + c.len_utf8();
        }
    }
    rows.push(row(text, start..text.len()));
    rows
}

fn row(text: &str, range: Range<usize>) -> Row {
    let line = &text[range.clone()];
    let body = line.trim_start_matches(is_margin);
    let start = range.start + line.len() - body.len();
    let body = body.trim_end_matches(is_margin);
    let indent = text[range.start..start]
        .chars()
        .map(|c| if c == '\t' { TAB } else { usize::from(c.is_whitespace()) })
        .sum::<usize>();
    Row { content: start..start + body.len(), indent, width: indent + body.chars().count() }
}

/// Whether, and how wide, the text is wrapped.
#[derive(Debug)]
pub(super) struct Wrap {
    width: Option<usize>,
}

impl Wrap {
    /// Looks whether line ends fall where the next word would not have fitted.
    pub(super) fn of(text: &str, rows: &[Row]) -> Self {
        let mut widths: Vec<usize> = rows.iter().filter(|r| !r.content.is_empty()).map(|r| r.width).collect();
        widths.sort_unstable();
        // The widest fiftieth may be addresses and tables.
        let Some(&width) = widths.get((widths.len() * 49 / 50).min(widths.len().saturating_sub(1))) else {
            return Self { width: None };
        };
        if !(NARROWEST_WRAP..=WIDEST_WRAP).contains(&width) {
            return Self { width: None };
        }
        let (mut pairs, mut full, mut open) = (0, 0, 0);
        for pair in rows.windows(2).filter(|p| p.iter().all(|r| !r.content.is_empty())) {
            pairs += 1;
            if is_full(text, &pair[0], &pair[1], width) {
                full += 1;
                let line = &text[pair[0].content.clone()];
                open += usize::from(!line.ends_with(['.', '!', '?', '”', '"', ':']));
            }
        }
        // Lines of prose break inside sentences far more often than at their ends.
        let wrapped = full >= 2 && full * 10 >= pairs * 6 && open * 2 >= full;
        Self { width: wrapped.then_some(width) }
    }

    /// One past the last row of the block that starts at `start`.
    pub(super) fn end(&self, text: &str, rows: &[Row], start: usize, starts_block: impl Fn(&str) -> bool) -> usize {
        let Some(width) = self.width else { return start + 1 };
        let mut end = start + 1;
        while let Some(next) = rows.get(end).filter(|r| !r.content.is_empty()) {
            let line = &text[next.content.clone()];
            let goes_on = is_full(text, &rows[end - 1], next, width) || line.starts_with(char::is_lowercase);
            if !goes_on || bullet_len(line).is_some() || starts_block(line) {
                break;
            }
            end += 1;
        }
        end
    }
}

/// Whether the first word of `next` would not have fitted behind `row`.
fn is_full(text: &str, row: &Row, next: &Row, width: usize) -> bool {
    let word = text[next.content.clone()].split_whitespace().next().map_or(0, |w| w.chars().count());
    row.width + 1 + word > width
}

/// A block over consecutive rows, without the `removed` ranges of the input (in order, inside the rows).
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
    /// Text as it stands, invisible characters taken out.
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

    /// The text without white space at its ends, which taking marks out may have laid bare.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(source: &str) -> Vec<String> {
        let blocks = split(source, false);
        assert_maps_back(source, &blocks);
        blocks.into_iter().map(|b| b.text).collect()
    }

    #[test]
    fn a_line_is_a_block() {
        assert_eq!(texts("One.\r\n\r\n  Two.\u{c}Three.\rFour."), ["One.", "Two.", "Three.", "Four."]);
        let blocks = split("\u{feff}A\n\n\n\tB", false);
        assert_eq!((blocks[1].blank_before, blocks[1].indent, blocks[1].input.clone()), (2, TAB, 8..9));
        assert!(split("", true).is_empty() && split(" \n\t\n", false).is_empty());
    }

    #[test]
    fn invisible_characters_come_out() {
        assert_eq!(texts("co\u{ad}op\u{200b}erate\u{0}d\u{200e}"), ["cooperated"]);
        let persian = "می\u{200c}شود";
        assert_eq!(texts(persian), [persian]);
    }

    #[test]
    fn wrapped_lines_are_joined() {
        let wrapped = "Heading Here\n\nThe rain that had been falling on the valley since the\nearly hours of the morning stopped at noon, and by the\nevening the road to the market could be used again.\n\nTraders who had waited for three days on the other side\nof the river brought their goods across before dark.\n";
        let blocks = texts(wrapped);
        assert_eq!(blocks.len(), 3, "{blocks:?}");
        assert!(blocks[1].contains("since the\nearly"));
    }

    #[test]
    fn verse_and_lists_are_not_joined() {
        for lines in [
            "The rain came down\nupon the town\nand nobody went out.\nThe clock struck ten,\nand then again,\nand we began to shout.",
            "Home\nNews\nSport\nWeather\nContact",
        ] {
            assert_eq!(texts(lines).len(), lines.lines().count());
        }
    }

    proptest! {
        #[test]
        fn every_text_maps_back(source in "(\\PC|[ \t\r\n\u{ad}\u{200b}*#_>\\-\\[\\]()`.]){0,200}", markdown: bool) {
            assert_maps_back(&source, &split(&source, markdown));
        }
    }
}
