//! Word wrapping for a terminal.

use std::fmt::Write as _;
use std::mem::take;

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::terminal::clean;

/// Width in columns if it is unknown: the traditional default of terminals.
const USUAL_WIDTH: usize = 80;

/// Minimum width in columns. Set by hand: narrower lines are unreadable, even if they then overflow.
const LEAST_WIDTH: usize = 20;

/// Maximum width in columns. Set by hand: longer lines are tiring to read, even if the terminal is wider.
const WIDEST: usize = 100;

/// Width of text on standard output: that of the terminal, or else `COLUMNS`, or else 80, clamped to [20, 100].
pub(crate) fn text_width() -> usize {
    let set = || std::env::var("COLUMNS").ok()?.parse().ok();
    let terminal = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    terminal.or_else(set).unwrap_or(USUAL_WIDTH).clamp(LEAST_WIDTH, WIDEST)
}

/// A run of text in one style.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    text: String,
    style: Style,
}

/// Creates a piece, without characters that could control the terminal.
pub(crate) fn piece(text: &str, style: Style) -> Piece {
    Piece { text: clean(text).into_owned(), style }
}

/// Creates a piece without styling.
pub(crate) fn plain(text: &str) -> Piece {
    piece(text, Style::new())
}

/// Wraps pieces to lines of at most `width` columns, the first prefixed by `first` and the others by `rest`.
///
/// Only words wider than a line are broken. Line feeds in the text are kept.
pub(crate) fn wrap(pieces: &[Piece], width: usize, first: &str, rest: &str) -> String {
    let mut lines = Lines { width, rest, out: first.to_owned(), column: first.width(), ..Lines::default() };
    for Piece { text, style } in pieces {
        for c in text.chars() {
            match c {
                '\n' => {
                    lines.end_word();
                    lines.end_line();
                }
                // A no-break space is part of the word.
                c if c.is_whitespace() && c != '\u{A0}' && c != '\u{202F}' => lines.space(*style),
                c => lines.push(c, *style),
            }
        }
    }
    lines.end_word();
    lines.out
}

#[derive(Default)]
struct Lines<'a> {
    width: usize,
    rest: &'a str,
    out: String,
    column: usize,
    /// Whether the current line has a word.
    has_word: bool,
    /// Style of the pending space before the current word.
    gap: Option<Style>,
    word: Vec<Piece>,
    word_width: usize,
}

impl Lines<'_> {
    fn push(&mut self, c: char, style: Style) {
        let columns = c.width().unwrap_or(0);
        if self.rest.width() + self.word_width + columns > self.width && !self.word.is_empty() {
            // Wider than a whole line: a URL, or a language without spaces.
            self.end_word();
        }
        self.word_width += columns;
        match self.word.last_mut().filter(|last| last.style == style) {
            Some(last) => last.text.push(c),
            None => self.word.push(Piece { text: c.into(), style }),
        }
    }

    fn space(&mut self, style: Style) {
        self.end_word();
        // Drop white space at the start of a line.
        if self.has_word {
            self.gap = Some(style);
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let gap = usize::from(self.gap.is_some());
        if self.has_word && self.column + gap + self.word_width > self.width {
            self.end_line();
        }
        if let Some(style) = self.gap.take() {
            self.styled(" ", style);
            self.column += 1;
        }
        for Piece { text, style } in take(&mut self.word) {
            self.styled(&text, style);
        }
        self.column += take(&mut self.word_width);
        self.has_word = true;
    }

    fn end_line(&mut self) {
        self.out.push('\n');
        self.out.push_str(self.rest);
        (self.column, self.has_word, self.gap) = (self.rest.width(), false, None);
    }

    fn styled(&mut self, text: &str, style: Style) {
        let _ = write!(self.out, "{style}{text}{style:#}");
    }
}

#[cfg(test)]
mod tests {
    use anstyle::AnsiColor;

    use super::*;

    fn check(text: &str, width: usize, expected: &str) {
        assert_eq!(wrap(&[plain(text)], width, "", ""), expected);
    }

    #[test]
    fn words_stay_whole() {
        check("The ferry sails at nine.", 11, "The ferry\nsails at\nnine.");
        check("exactly ten", 11, "exactly ten");
        check("exactly  ten ", 10, "exactly\nten");
        check("1\u{A0}200 houses", 6, "1\u{A0}200\nhouses");
        check("", 10, "");
    }

    #[test]
    fn a_word_wider_than_the_line_is_cut() {
        check("see abcdefghijkl now", 5, "see\nabcde\nfghij\nkl\nnow");
        check("堤防を高くする", 6, "堤防を\n高くす\nる");
    }

    #[test]
    fn lines_of_the_text_stay_and_hang() {
        assert_eq!(wrap(&[plain("one two\n\nthree")], 7, "* ", "  "), "* one\n  two\n  \n  three");
    }

    #[test]
    fn a_label_stays_with_its_word_and_styles_do_not_count() {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
        let pieces = [plain("from "), piece("Can Tho", red), plain("[LOC], on")];
        let lines = wrap(&pieces, 12, "", "");
        let bare: Vec<String> = lines.lines().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        assert_eq!(bare, ["from Can", "Tho[LOC], on"]);
        assert!(lines.contains(&format!("{red}Can{red:#}")), "{lines:?}");
    }
}
