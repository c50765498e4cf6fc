use std::collections::VecDeque;
use std::ops::Range;

use pressmark_core::Span;
use pressmark_lang::Language;

use crate::context::after;
use crate::layout::{begins_anew, has_cells, has_label, is_rule, unit};
use crate::markers::Markers;
use crate::nested::inseparable;

/// Splits running text into sentences, in order, without surrounding white space.
///
/// A blank line always ends a sentence. A single line break does where the line was not full, that is, where the next
/// word would have fitted.
///
/// Takes time linear in the length of the text, for any input. Uses the abbreviations and openers of all languages;
/// where the language is known, [`sentences_in`] is more accurate.
///
/// ```
/// let text = "He met Gen. J. Okoro at 9 a.m. “Who won? Nobody,” she said. It cost $3.5m.";
/// let sents: Vec<_> = pressmark_tokenize::sentences(text).into_iter().map(|s| s.slice(text)).collect();
/// assert_eq!(sents, ["He met Gen. J. Okoro at 9 a.m.", "“Who won?", "Nobody,” she said.", "It cost $3.5m."]);
/// ```
#[must_use]
pub fn sentences(text: &str) -> Vec<Span> {
    sentences_in(text, Language::neutral())
}

/// Splits running text into sentences with the abbreviations and openers of one language; see [`sentences`].
///
/// ```
/// use pressmark_lang::Language;
/// use pressmark_tokenize::sentences_in;
///
/// // "z.B." is an abbreviation in German, a strange word in English.
/// assert_eq!(sentences_in("Er ging z.B. Brot holen.", Language::of(None)).len(), 1);
/// ```
#[must_use]
pub fn sentences_in(text: &str, language: &Language) -> Vec<Span> {
    // Capacity hint: sentences of news are longer than 80 bytes on average; a wrong guess only reallocates.
    let mut out = Vec::with_capacity(text.len() / 80);
    for paragraph in paragraphs(text) {
        Scanner::new(text, paragraph, language).run(&mut out);
    }
    out
}

/// Byte ranges between blank lines.
fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() {
            out.push(start..at);
            start = at + line.len();
        }
        at += line.len();
    }
    out.push(start..at);
    out.retain(|p| !text[p.clone()].trim().is_empty());
    out
}

/// Widest wrapped line, in characters: a paragraph with a longer line was not wrapped by hand or by a mail program, so
/// its breaks are deliberate. Set by hand.
const WRAPPED_LINE_CHARS: usize = 120;

/// Narrowest wrapped line, in characters: a paragraph whose lines are all shorter was not wrapped. Set by hand, below
/// the narrowest wrapping in use, the 60-odd columns of old mail programs and news wires.
const NARROWEST: usize = 40;

pub(crate) struct Scanner<'a> {
    pub(crate) text: &'a str,
    pub(crate) language: &'a Language,
    /// One past the last byte of the paragraph, without trailing white space.
    pub(crate) end: usize,
    /// Start of the current sentence.
    pub(crate) start: usize,
    /// Whether the current sentence has a letter or digit yet.
    pub(crate) has_word: bool,
    /// Whether it has an "@" yet.
    has_at: bool,
    markers: Markers,
    /// Ranges without boundaries inside, from the current one on.
    nested: VecDeque<Range<usize>>,
    /// Length of the longest line of the paragraph, in characters; 0 for a single line.
    widest: usize,
}

/// A run of full stops and other marks that may end a sentence, with the closing marks behind it.
#[derive(Default)]
pub(crate) struct Terminator {
    /// Byte range, closing marks included.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) full_stops: usize,
    /// Contains "!" or "?".
    pub(crate) strong: bool,
    /// Contains "…" or more than one full stop.
    pub(crate) ellipsis: bool,
    /// Contains a terminator of a script without spaces, or one that is unambiguous.
    pub(crate) sure: bool,
    /// Contains a closing quotation mark or bracket.
    pub(crate) closed: bool,
    pub(crate) quote: bool,
    /// Start of the ellipsis ". . ." that follows the full stop of a word, if there is one.
    pub(crate) spaced: Option<usize>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, range: Range<usize>, language: &'a Language) -> Self {
        let paragraph = &text[range.clone()];
        let start = range.start + (paragraph.len() - paragraph.trim_start().len());
        let end = start + paragraph.trim().len();
        let lines = text[start..end].lines();
        let widest = if text[start..end].contains('\n') { lines.map(|l| l.chars().count()).max() } else { None };
        let markers = Markers::at_start(&text[start..end]);
        let mut nested = inseparable(&text[start..end]);
        nested.iter_mut().for_each(|n| *n = n.start + start..n.end + start);
        Self {
            text,
            language,
            end,
            start,
            has_word: false,
            has_at: false,
            markers,
            nested,
            widest: widest.unwrap_or(0),
        }
    }

    fn run(mut self, out: &mut Vec<Span>) {
        let mut at = self.start;
        let (mut line, mut word_start) = (self.start, true);
        while let Some(c) = self.text[at..self.end].chars().next() {
            if word_start {
                self.cut_before_word(at, out);
                if let Some(len) = unit(&self.text[at..self.end]) {
                    at += len;
                    self.cut(at, at, out);
                    word_start = false;
                    continue;
                }
            }
            word_start = c.is_whitespace();
            if c == '\n' && self.is_deliberate_break(line, at) {
                self.cut(at, at, out);
            }
            if c == '\n' {
                line = at + 1;
            }
            self.has_word |= c.is_alphanumeric();
            self.has_at |= c == '@';
            if !is_terminator(c) {
                at += c.len_utf8();
                continue;
            }
            let mark = self.terminator(at);
            at = mark.end;
            if let Some(ellipsis) = mark.spaced.filter(|_| self.opens_after(mark.end)) {
                self.cut(ellipsis, ellipsis, out);
            } else if !self.is_nested(&mark) && self.is_boundary(&mark) {
                self.cut(at, at, out);
            }
        }
        self.cut(self.end, self.end, out);
    }

    /// Ends the sentence before the word at `at` if that word begins a new one regardless of the text before it.
    fn cut_before_word(&mut self, at: usize, out: &mut Vec<Span>) {
        let rest = &self.text[at..self.end];
        let Some(sentence) = self.text.get(self.start..at).filter(|s| !s.is_empty()) else { return };
        if self.markers.next_item(rest) || is_rule(rest) || begins_anew(sentence, rest, self.has_at, self.language) {
            self.cut(at, at, out);
        }
    }

    /// Ends the current sentence at `end`; the next begins at `next`, after any white space.
    fn cut(&mut self, end: usize, next: usize, out: &mut Vec<Span>) {
        // After a cut before white space that contains a line break, the next sentence already begins behind `end`.
        let sentence = self.text.get(self.start..end).unwrap_or_default().trim_end();
        if !sentence.is_empty() {
            out.push(Span::new(self.start, self.start + sentence.len()));
        }
        let rest = &self.text[next..self.end];
        self.start = next + (rest.len() - rest.trim_start().len());
        self.has_word = false;
        self.has_at = false;
    }

    /// Whether the terminator is inside a short bracket or quotation that continues behind it.
    fn is_nested(&mut self, mark: &Terminator) -> bool {
        while self.nested.front().is_some_and(|n| n.end < mark.end) {
            self.nested.pop_front();
        }
        self.nested.front().is_some_and(|n| n.start < mark.start)
    }

    /// Whether the line break at `at`, which ends the line that begins at `line`, is deliberate rather than wrapping.
    fn is_deliberate_break(&self, line: usize, at: usize) -> bool {
        let rest = self.text[at..self.end].trim_start();
        let Some(next) = after(&self.text[at..self.end]) else { return false };
        if next.is_continuation() {
            return false;
        }
        let (above, below) = (&self.text[line..at], first_line(rest));
        // Nobody wraps lines this short, table cells are separate, and a header is a line by itself.
        if self.widest < NARROWEST || has_cells(above) || has_cells(below) || has_label(above) && has_label(below) {
            return true;
        }
        let length = above.trim_end().chars().take(self.widest + 1).count();
        let word = rest.chars().take_while(|c| !c.is_whitespace()).take(self.widest + 1).count();
        self.widest > WRAPPED_LINE_CHARS || length + 1 + word <= self.widest
    }

    /// Whether the quotation mark at `at`, right behind a terminator, opens the next sentence: "left.“We stayed".
    fn opens_quotation(&self, mark: char, at: usize, rest: &str) -> bool {
        // In characters. Set by hand: hardly any quotation is longer, and the bound keeps the time linear.
        const FAR: usize = 400;
        if !rest.starts_with(char::is_uppercase) {
            return false;
        }
        let before = self.text[self.start..at].chars().rev().take(FAR);
        match mark {
            // German closes with the mark that opens in English.
            '“' => !before.into_iter().any(|c| c == '„'),
            '«' => !before.into_iter().any(|c| c == '»'),
            _ => before.filter(|c| *c == mark).count() % 2 == 0,
        }
    }

    /// Reads the run of terminators and closing marks at `start`.
    fn terminator(&self, start: usize) -> Terminator {
        let mut mark = Terminator { start, end: start, ..Terminator::default() };
        while let Some(c) = self.text[mark.end..self.end].chars().next() {
            let next = mark.end + c.len_utf8();
            let rest = &self.text[next..self.end];
            match c {
                '.' => mark.full_stops += 1,
                '!' | '?' => mark.strong = true,
                '…' => mark.ellipsis = true,
                _ if is_terminator(c) => mark.sure = true,
                '“' | '«' | '"' if mark.end > start && self.opens_quotation(c, mark.end, rest) => break,
                '"' | '”' | '\'' | '’' | '»' | '«' | '›' | '」' | '』' | '＂' | '“' => {
                    mark.closed = true;
                    mark.quote = true;
                }
                ')' | ']' | '}' | '）' | '】' => mark.closed = true,
                '*' | '_' if !rest.starts_with(char::is_alphanumeric) => {}
                '[' => match footnote(rest) {
                    Some(len) => {
                        mark.end = next + len;
                        continue;
                    }
                    None => break,
                },
                ' ' | '\u{A0}' | '\u{202F}' if rest.starts_with(['»', '›']) => {}
                // "in 2014. [4] He": the footnote mark belongs to the sentence before it.
                ' ' if rest.starts_with('[') && !mark.strong => match footnote(&rest[1..]) {
                    Some(len) if !rest[1 + len..].starts_with(char::is_alphanumeric) => {
                        mark.end = next + 1 + len;
                        continue;
                    }
                    _ => break,
                },
                ' ' if !mark.closed && is_spaced_stop(rest) => {
                    let dots = mark.full_stops;
                    if dots == 1 && mark.end == start + 1 && is_spaced_ellipsis(rest) {
                        mark.spaced = self.text[..start].ends_with(char::is_alphanumeric).then_some(next);
                    }
                }
                _ => break,
            }
            mark.end = next;
        }
        mark.ellipsis |= mark.full_stops > 1;
        mark
    }
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or(text)
}

fn is_terminator(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '…'
            | '。'
            | '！'
            | '？'
            | '｡'
            | '؟'
            | '۔'
            | '।'
            | '॥'
            | '։'
            | '።'
            | '፧'
            | '။'
            | '។'
            | '‼'
            | '⁇'
            | '⁈'
            | '⁉'
            | '‽'
    )
}

/// Length in bytes of the rest of a footnote mark after "[": one to four digits and "]".
fn footnote(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take(4).take_while(u8::is_ascii_digit).count();
    (digits > 0 && rest.as_bytes().get(digits) == Some(&b']')).then_some(digits + 1)
}

/// Whether an isolated full stop follows.
fn is_spaced_stop(rest: &str) -> bool {
    rest.strip_prefix('.').is_some_and(|r| r.chars().next().is_none_or(|c| !c.is_alphanumeric()))
}

/// Whether exactly ". . ." follows: the ellipsis behind a full stop.
fn is_spaced_ellipsis(rest: &str) -> bool {
    rest.strip_prefix(". . .").is_some_and(|r| !is_spaced_stop(r.trim_start()))
}
