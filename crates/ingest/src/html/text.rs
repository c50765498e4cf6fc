//! Splits a page into lines, and extracts the exact text of those that are kept.

use std::ops::Range;

use pressmark_core::EditKind;

use super::tree::{NONE, Tag, Tree};
use crate::block::{Block, Piece};
use crate::markup::decode;

/// Most characters of a reference's name that are read; the longest in HTML, `CounterClockwiseContourIntegral`, has 31.
const MAX_REFERENCE: usize = 34;

/// Text between two block boundaries.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// Its text nodes and line breaks, as nodes of the tree.
    pub items: Vec<u32>,
    /// The block-level element that contains it, or [`NONE`].
    pub block: u32,
    /// Counts on the source, where a character reference counts by its letters.
    pub counts: Counts,
}

/// Measures of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Characters without white space.
    pub chars: usize,
    /// Of these, those inside links.
    pub linked: usize,
    /// Words separated by white space.
    pub words: usize,
    /// Commas, in several scripts.
    pub commas: usize,
    /// Full stops, question and exclamation marks, in several scripts.
    pub stops: usize,
}

impl Counts {
    pub(super) fn add(&mut self, other: Counts) {
        self.chars += other.chars;
        self.linked += other.linked;
        self.words += other.words;
        self.commas += other.commas;
        self.stops += other.stops;
    }

    /// Share of the characters inside links, in [0, 1].
    pub(super) fn link_share(self) -> f32 {
        if self.chars == 0 { 0.0 } else { self.linked as f32 / self.chars as f32 }
    }

    pub(super) fn read(&mut self, text: &str, linked: bool) {
        let mut in_word = false;
        for c in text.chars() {
            if c.is_whitespace() || is_invisible(c) {
                in_word = false;
                continue;
            }
            self.chars += 1;
            self.linked += usize::from(linked);
            self.words += usize::from(!in_word);
            in_word = true;
            match c {
                ',' | '،' | '、' | '，' | '﹐' => self.commas += 1,
                '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '۔' | '।' => self.stops += 1,
                _ => {}
            }
        }
    }
}

/// Average characters per word above which words are not separated by spaces, as in Chinese, Japanese and Thai. Set by
/// hand, above the usual word lengths of languages with spaces.
const UNSPACED: usize = 12;

/// Whether the words of a text are not separated by spaces.
pub(super) fn is_unspaced(counts: Counts) -> bool {
    counts.words * UNSPACED < counts.chars
}

/// Splits the page into lines; `shown` says for each node whether its text counts.
///
/// `data_rows` says which elements are cells of a data table, or inside one: its rows are lines.
pub(super) fn lines(html: &str, tree: &Tree, shown: &[bool], data_rows: &[bool]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut line = Line { block: NONE, ..Line::default() };
    let mut open: Vec<(u32, u32)> = Vec::new();
    let mut breaks = 0_usize;
    let flush = |line: &mut Line, lines: &mut Vec<Line>| {
        let done = std::mem::replace(line, Line { block: NONE, ..Line::default() });
        if done.counts.chars > 0 {
            lines.push(done);
        }
    };
    for (index, node) in tree.nodes().iter().enumerate() {
        let index = index as u32;
        while open.last().is_some_and(|(_, end)| *end <= index) {
            open.pop();
            flush(&mut line, &mut lines);
            breaks = 0;
        }
        if node.tag == Tag::Text {
            if !shown.get(index as usize).copied().unwrap_or(false) {
                continue;
            }
            let Some(text) = html.get(node.bytes.start as usize..node.bytes.end as usize) else { continue };
            let mut counts = Counts::default();
            counts.read(text, node.linked);
            if counts.chars > 0 {
                // Two line breaks end the paragraph.
                if breaks >= 2 {
                    flush(&mut line, &mut lines);
                }
                breaks = 0;
                line.block = open.last().map_or(NONE, |(i, _)| *i);
                line.counts.add(counts);
            }
            line.items.push(index);
        } else if node.tag == Tag::Br {
            breaks += 1;
            line.items.push(index);
        } else if node.tag.is_block() {
            if data_rows.get(index as usize).copied().unwrap_or(false) {
                line.items.push(index);
            } else {
                flush(&mut line, &mut lines);
                breaks = 0;
                open.push((index, node.end));
            }
        }
    }
    flush(&mut line, &mut lines);
    lines
}

/// The text of a line with its map to the page; `None` if nothing visible is in it.
///
/// `cut` says which text nodes are left out as chrome.
pub(super) fn block(html: &str, tree: &Tree, line: &Line, cut: impl Fn(u32) -> bool) -> Option<Block> {
    let mut text = TextBuilder::new(html);
    let mut linked = Counts::default();
    for &item in &line.items {
        let node = tree.node(item);
        let bytes = node.bytes.start as usize..node.bytes.end as usize;
        text.reach(bytes.start);
        match node.tag {
            Tag::Text if cut(item) => text.gap(bytes, Gap { chrome: true, ..Gap::default() }),
            Tag::Text => {
                linked.read(html.get(bytes.clone()).unwrap_or_default(), node.linked);
                text.run(bytes);
            }
            Tag::Br => text.gap(bytes, Gap { white: true, newline: true, ..Gap::default() }),
            _ => text.gap(bytes, Gap { white: true, ..Gap::default() }),
        }
    }
    let (text, pieces) = text.finish();
    let input = pieces.first()?.input.start..pieces.last()?.input.end;
    Some(Block { text, pieces, input, link_share: linked.link_share(), ..Block::default() })
}

/// A block's part in `range` of its text; `None` if the range splits a decoded piece.
pub(super) fn slice(block: &Block, range: Range<usize>) -> Option<Block> {
    let mut pieces = Vec::new();
    for piece in
        block.pieces.iter().filter(|p| p.span.start < range.end && p.span.end > range.start || p.span.is_empty())
    {
        let (from, to) = (piece.span.start.max(range.start), piece.span.end.min(range.end));
        if piece.span.is_empty() {
            if piece.span.start <= range.start || piece.span.start >= range.end {
                continue;
            }
            let at = piece.span.start - range.start;
            pieces.push(Piece { span: at..at, ..piece.clone() });
            continue;
        }
        let whole = from == piece.span.start && to == piece.span.end;
        if !whole && piece.edit.is_some() {
            return None;
        }
        let input = if whole {
            piece.input.clone()
        } else {
            piece.input.start + (from - piece.span.start)..piece.input.end - (piece.span.end - to)
        };
        pieces.push(Piece { span: from - range.start..to - range.start, input, edit: piece.edit });
    }
    let input = pieces.first()?.input.start..pieces.last()?.input.end;
    Some(Block { text: block.text.get(range)?.to_owned(), pieces, input, ..block.clone() })
}

/// Invisible characters: soft hyphens, zero-width and directional marks, controls.
///
/// The zero-width joiners stay: Persian, Indic scripts and emoji need them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || (c.is_control() && !c.is_whitespace())
}

/// Contents of the input between two visible characters.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    white: bool,
    newline: bool,
    markup: bool,
    chrome: bool,
}

/// Builds a text with its map to the page.
struct TextBuilder<'a> {
    html: &'a str,
    text: String,
    pieces: Vec<Piece>,
    /// Input since the last visible character, and its contents.
    gap: Option<(Range<usize>, Gap)>,
}

impl<'a> TextBuilder<'a> {
    fn new(html: &'a str) -> Self {
        Self { html, text: String::new(), pieces: Vec::new(), gap: None }
    }

    /// Advances to `position`; skipped bytes are markup.
    fn reach(&mut self, position: usize) {
        let at = self.gap.as_ref().map(|(r, _)| r.end).or_else(|| self.pieces.last().map(|p| p.input.end));
        if let Some(at) = at.filter(|at| *at < position) {
            self.gap(at..position, Gap { markup: true, ..Gap::default() });
        }
    }

    fn gap(&mut self, bytes: Range<usize>, what: Gap) {
        let (range, gap) = self.gap.get_or_insert((bytes.clone(), Gap::default()));
        range.end = bytes.end;
        gap.white |= what.white;
        gap.newline |= what.newline;
        gap.markup |= what.markup;
        gap.chrome |= what.chrome;
    }

    /// Adds a text node.
    fn run(&mut self, bytes: Range<usize>) {
        let Some(source) = self.html.get(bytes.clone()) else { return };
        let mut at = 0;
        while let Some(c) = source.get(at..).and_then(|rest| rest.chars().next()) {
            let start = bytes.start + at;
            if c == '&' {
                let (length, decoded) = reference(&source[at..]);
                at += length;
                match decoded {
                    None => self.plain(start..start + length),
                    Some(s) if s.chars().all(char::is_whitespace) => {
                        self.gap(start..start + length, Gap { white: true, ..Gap::default() });
                    }
                    Some(s) if s.chars().all(is_invisible) => self.gap(start..start + length, Gap::default()),
                    Some(s) => self.piece(&s, start..start + length, Some(EditKind::Escape)),
                }
                continue;
            }
            at += c.len_utf8();
            let range = start..start + c.len_utf8();
            if c.is_whitespace() {
                self.gap(range, Gap { white: true, ..Gap::default() });
            } else if is_invisible(c) {
                self.gap(range, Gap::default());
            } else {
                self.plain(range);
            }
        }
    }

    fn plain(&mut self, input: Range<usize>) {
        let source = self.html.get(input.clone()).unwrap_or_default();
        self.piece(source, input, None);
    }

    /// Adds visible text that replaces `input`.
    fn piece(&mut self, text: &str, input: Range<usize>, edit: Option<EditKind>) {
        self.close_gap();
        self.write(text, input, edit);
    }

    fn write(&mut self, text: &str, input: Range<usize>, edit: Option<EditKind>) {
        let start = self.text.len();
        self.text.push_str(text);
        let end = self.text.len();
        match self.pieces.last_mut() {
            Some(last) if edit.is_none() && last.edit.is_none() && last.input.end == input.start => {
                last.span.end = end;
                last.input.end = input.end;
            }
            _ => self.pieces.push(Piece { span: start..end, input, edit }),
        }
    }

    /// Writes the gap as nothing, a space or a line break.
    fn close_gap(&mut self) {
        let Some((input, gap)) = self.gap.take() else { return };
        if self.text.is_empty() {
            return;
        }
        let removed = match gap {
            Gap { chrome: true, .. } => EditKind::Chrome,
            Gap { markup: true, .. } => EditKind::Markup,
            Gap { white: true, .. } => EditKind::Whitespace,
            _ => EditKind::Invisible,
        };
        let source = self.html.get(input.clone()).unwrap_or_default();
        // Keep a space at either edge of the gap as it is, if there is one.
        if gap.newline {
            self.write("\n", input, Some(EditKind::Whitespace));
        } else if !gap.white {
            self.write("", input, Some(removed));
        } else if source.starts_with(' ') {
            self.write(" ", input.start..input.start + 1, None);
            if input.len() > 1 {
                self.write("", input.start + 1..input.end, Some(removed));
            }
        } else if source.ends_with(' ') {
            self.write("", input.start..input.end - 1, Some(removed));
            self.write(" ", input.end - 1..input.end, None);
        } else {
            self.write(" ", input, Some(EditKind::Whitespace));
        }
    }

    fn finish(self) -> (String, Vec<Piece>) {
        (self.text, self.pieces)
    }
}

/// Reads the character reference at the start of `source` (which is `&`): its length in bytes and its value, or `None`
/// if it is literal text.
fn reference(source: &str) -> (usize, Option<String>) {
    let bytes = source.as_bytes();
    let digits = |from: usize, test: fn(&u8) -> bool| bytes.iter().skip(from).take_while(|b| test(b)).count();
    let body = match (bytes.get(1), bytes.get(2)) {
        (Some(b'#'), Some(b'x' | b'X')) => Some(digits(3, u8::is_ascii_hexdigit)).filter(|n| *n > 0).map(|n| n + 3),
        (Some(b'#'), _) => Some(digits(2, u8::is_ascii_digit)).filter(|n| *n > 0).map(|n| n + 2),
        _ => Some(digits(1, u8::is_ascii_alphanumeric).min(MAX_REFERENCE)).filter(|n| *n > 0).map(|n| n + 1),
    };
    let Some(body) = body else { return (1, None) };
    let length = body + usize::from(bytes.get(body) == Some(&b';'));
    let whole = &source[..length];
    let common = match whole {
        "&amp;" => "&",
        "&quot;" => "\"",
        "&#39;" | "&#039;" | "&#x27;" | "&apos;" => "'",
        "&nbsp;" | "&#160;" => "\u{a0}",
        "&lt;" => "<",
        "&gt;" => ">",
        _ => "",
    };
    if !common.is_empty() {
        return (length, Some(common.to_owned()));
    }
    let decoded = decode(whole);
    if decoded == whole {
        // Not a reference: the letters after the ampersand are ordinary text.
        return (1, None);
    }
    // Some names need no semicolon and may be followed by letters, which come out unchanged.
    let complete = whole.ends_with(';') && (!decoded.ends_with(';') || whole == "&semi;");
    let rest = if complete || whole.starts_with("&#") {
        0
    } else {
        whole.bytes().rev().zip(decoded.bytes().rev()).take_while(|(a, b)| a == b).count()
    };
    let kept = decoded.get(..decoded.len() - rest).unwrap_or_default();
    (length - rest, Some(kept.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
    use html5gum::{Span, Tokenizer};
    use proptest::prelude::*;

    use super::*;

    fn check(source: &str, expected: (usize, Option<&str>)) {
        let (length, decoded) = reference(source);
        assert_eq!((length, decoded.as_deref()), expected, "{source}");
    }

    #[test]
    fn references_take_the_bytes_that_they_are_written_with() {
        check("&amp;x", (5, Some("&")));
        check("&ampx;", (4, Some("&")));
        check("&notit;", (4, Some("¬")));
        check("&notin;", (7, Some("∉")));
        check("&semi;", (6, Some(";")));
        check("&#59;a", (5, Some(";")));
        check("&#x201C;Yes", (8, Some("“")));
        check("&#8220Yes", (6, Some("“")));
        check("&#147;", (6, Some("“")));
        check("&fjlig;", (7, Some("fj")));
        check("&nosuchname;", (1, None));
        check("& x", (1, None));
        check("&#;", (1, None));
        check("&", (1, None));
    }

    fn visible(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect()
    }

    proptest! {
        /// The tokenizer's text equals what is read again from its bytes.
        #[test]
        fn runs_say_what_the_tokenizer_read(html in "([a-z]|&(amp|notit|eacute|nbsp|lt|#6[0-9]|#x2[0-9]|nosuch);?|[<>&;!/?\\r\\n ]|<b>|</b>|<!-|é|\u{1f701}|\u{0}){0,40}") {
            let mut wrong = Vec::new();
            let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| {
                if let CallbackEvent::String { value } = event {
                    let mut text = TextBuilder::new(&html);
                    text.run(span.start..span.end);
                    let (read, expected) = (visible(&text.finish().0), visible(&String::from_utf8_lossy(value)));
                    if read != expected {
                        wrong.push((span, read, expected));
                    }
                }
                None::<Infallible>
            });
            let Ok(()) = Tokenizer::new_with_emitter(&html, emitter).finish();
            prop_assert!(wrong.is_empty(), "{wrong:?}");
        }
    }
}
