//! Splits plain text into rows.

use std::ops::Range;

/// Columns of a tab: as in Markdown, where four spaces of indentation mean a block.
pub(super) const TAB: usize = 4;
/// One line of the input, blank or not.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Byte range without surrounding white space and invisible characters; empty for a blank line.
    pub(super) content: Range<usize>,
    /// In columns.
    pub(super) indent: usize,
    /// In characters, including the indentation in columns.
    pub(super) width: usize,
}

/// Whether a character is invisible and carries no text.
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

/// Splits the input at all kinds of line ends.
pub(super) fn rows(text: &str) -> Vec<Row> {
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
