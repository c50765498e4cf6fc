use std::collections::VecDeque;
use std::ops::Range;

use pressmark_core::Span;
use pressmark_lang::{Abbreviation, Language, NameClass, Opener, SpeechClass, WordClass};

use crate::context::{After, Before, after, before, is_dotted};
use crate::markers::Markers;
use crate::nested::inseparable;

/// Finds the sentences of running text, in order, without the white space around them.
///
/// A blank line always ends a sentence. A single line break does where the line was not full, that is, where
/// the next word would still have fitted.
///
/// Takes time linear in the length of the text, whatever stands in it. The abbreviations and openers of all languages
/// count; where the language is known, [`sentences_in`] is surer.
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

/// Finds the sentences of running text by the abbreviations and openers of a language; see [`sentences`].
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
    let mut out = Vec::with_capacity(text.len() / 80);
    for paragraph in paragraphs(text) {
        Scanner::new(text, paragraph, language).run(&mut out);
    }
    out
}

/// The stretches between blank lines.
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

/// Lines longer than this are not wrapped by hand or by a mail program: a break after one was meant.
const WRAPPED_LINE_CHARS: usize = 120;

struct Scanner<'a> {
    text: &'a str,
    language: &'a Language,
    /// One past the last byte of the paragraph, its white space left out.
    end: usize,
    /// Where the sentence at hand begins.
    start: usize,
    /// Whether that sentence holds a letter or digit yet.
    has_word: bool,
    markers: Markers,
    /// What no boundary falls into, from the one at hand on.
    nested: VecDeque<Range<usize>>,
    /// Characters of the paragraph's longest line, 0 when it has but one.
    widest: usize,
}

/// A run of full stops and other marks that may end a sentence, with the closing marks behind it.
#[derive(Default)]
struct Terminator {
    /// Where it begins, and one past its last byte, closing marks included.
    start: usize,
    end: usize,
    full_stops: usize,
    /// "!" or "?".
    strong: bool,
    /// "…" or more than one full stop.
    ellipsis: bool,
    /// A mark of a script that leaves no space behind it, or that means nothing but the end of a sentence.
    sure: bool,
    /// A closing quotation mark or bracket.
    closed: bool,
    quote: bool,
    /// Where the first of the ellipsis ". . ." begins that follows a full stop at a word.
    spaced: Option<usize>,
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
        Self { text, language, end, start, has_word: false, markers, nested, widest: widest.unwrap_or(0) }
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

    /// Ends the sentence before the word at `at` if that word is the first of something new, whatever stands before it.
    fn cut_before_word(&mut self, at: usize, out: &mut Vec<Span>) {
        let rest = &self.text[at..self.end];
        if at > self.start && (self.markers.next_item(rest) || is_rule(rest) || self.lost_its_stop(at)) {
            self.cut(at, at, out);
        }
    }

    /// Whether a sentence opens at `at` behind one that has no full stop: "…on Friday night It rained".
    fn lost_its_stop(&self, at: usize) -> bool {
        let rest = &self.text[at..self.end];
        if !rest.starts_with(|c: char| c.is_ascii_uppercase()) {
            return false;
        }
        let Some((word, next)) = rest.bytes().take(8).position(|b| b == b' ').map(|space| rest.split_at(space)) else {
            return false;
        };
        let mut before = self.text[self.start..at].trim_end().chars().rev();
        next.trim_start().starts_with(char::is_lowercase)
            && (0..2).all(|_| before.next().is_some_and(char::is_lowercase))
            && self.language.opener(word) == Some(Opener::Sure)
    }

    /// Ends the sentence at hand at `end`; the next begins at `next` or behind the white space there.
    fn cut(&mut self, end: usize, next: usize, out: &mut Vec<Span>) {
        // After a cut before white space that holds a line's end, the next sentence already begins behind `end`.
        let sentence = self.text.get(self.start..end).unwrap_or_default().trim_end();
        if !sentence.is_empty() {
            out.push(Span::new(self.start, self.start + sentence.len()));
        }
        let rest = &self.text[next..self.end];
        self.start = next + (rest.len() - rest.trim_start().len());
        self.has_word = false;
    }

    /// Whether the terminator stands in a short bracket or quotation that goes on behind it.
    fn is_nested(&mut self, mark: &Terminator) -> bool {
        while self.nested.front().is_some_and(|n| n.end < mark.end) {
            self.nested.pop_front();
        }
        self.nested.front().is_some_and(|n| n.start < mark.start)
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

    /// Whether a sentence ends with the terminator.
    fn is_boundary(&self, mark: &Terminator) -> bool {
        let rest = &self.text[mark.end..self.end];
        let Some(next) = rest.chars().next() else { return true };
        if mark.sure {
            return true;
        }
        if !next.is_whitespace() {
            return self.is_glued(mark, rest);
        }
        let Some(after) = after(rest) else { return false };
        if self.is_marker_only(mark) {
            return false;
        }
        if after.is_continuation() {
            return after.is_plain_small() && self.ends_before_small(mark, after.at + mark.end);
        }
        // "[...]" stands for words left out; it ends nothing.
        if mark.ellipsis && mark.closed && self.text[self.start..mark.start].ends_with(['[', '(']) {
            return false;
        }
        if mark.strong {
            return !(mark.quote && self.is_attribution(after.at + mark.end));
        }
        if mark.ellipsis {
            // "I" is written large anywhere, so it does not tell; three dots leave the sentence open.
            let open = after.word == "I" && mark.full_stops <= 3;
            return !open && self.has_word;
        }
        self.full_stop_ends(mark, &after)
    }

    /// Whether a sentence ends although a small letter follows, as where people write without capitals:
    /// the word before is an ordinary one ("dog. i want"; not "sq. km", "Yahoo! in", "etc. and"), and no
    /// quotation closes or goes on.
    fn ends_before_small(&self, mark: &Terminator, at: usize) -> bool {
        if mark.closed || mark.ellipsis {
            return false;
        }
        let before = before(&self.text[self.start..mark.start]);
        // No shorter: two small letters are more often an abbreviation than a last word.
        let long_enough = mark.strong || before.word.chars().nth(2).is_some();
        let vowel = before.word.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        long_enough
            && (mark.strong || vowel && self.language.abbreviation(before.word).is_none())
            && !before.word.is_empty()
            && before.word.chars().all(char::is_lowercase)
            && !before.in_address
            && !self.text[at..self.end]
                .split_whitespace()
                .take(2)
                .any(|w| self.follows_speech(w.trim_end_matches(['.', ','])))
    }

    /// Whether a single full stop ends a sentence, when what follows could open one.
    fn full_stop_ends(&self, mark: &Terminator, after: &After<'_>) -> bool {
        let before = before(&self.text[self.start..mark.start]);
        let opens = self.opens(after.word);
        let class = self.language.abbreviation(before.word);
        if is_dotted(before.word) {
            return self.dotted_ends(&before, after, opens);
        }
        if let Some(letter) = before.single_letter() {
            return match letter {
                // "you and I. Did" against "Albert I. Jones".
                'I' => opens || !before.follows_name || before.text_before.is_empty(),
                _ if class == Some(Abbreviation::Leads) => false,
                _ if letter.is_uppercase() => opens && !before.text_before.is_empty(),
                _ => !(after.digit && before.is_reference()),
            };
        }
        match class {
            None => true,
            Some(_) if mark.closed => true,
            Some(Abbreviation::Leads) => false,
            Some(Abbreviation::BeforeNumber) => !(after.digit || after.is_roman()),
            Some(Abbreviation::MayEnd) => opens,
            Some(Abbreviation::Ends) => !after.digit,
            Some(Abbreviation::AfterComma) => opens || !before.text_before.trim_end().ends_with(','),
        }
    }

    /// Whether the full stop of "U.S.", "a.m.", "Ph.D." ends the sentence too.
    fn dotted_ends(&self, before: &Before<'_>, after: &After<'_>, opens: bool) -> bool {
        let word = before.word;
        if word.eq_ignore_ascii_case("a.m") || word.eq_ignore_ascii_case("p.m") {
            if self.goes_on_with_time(after.word) {
                return false;
            }
            // "At 5 a.m. Mr. Smith went": nothing but the time stands before it.
            let words = before.text_before.split_whitespace().take(5).count();
            let first = before.text_before.split_whitespace().next().unwrap_or_default();
            let adverbial = words < 5 && self.is_circumstance(first);
            return opens || !adverbial;
        }
        opens && self.language.abbreviation(word) != Some(Abbreviation::Leads)
    }

    /// Whether a sentence ends although no space follows, as in text that lost a line break: "in May.The".
    fn is_glued(&self, mark: &Terminator, rest: &str) -> bool {
        if mark.ellipsis {
            return false;
        }
        let before = before(&self.text[self.start..mark.start]);
        let ordinary = before.word.chars().count() > 1 && before.word.chars().skip(1).all(char::is_lowercase);
        let mut next = rest.chars();
        let capital = next.next().is_some_and(char::is_uppercase);
        let small = next.next().is_some_and(|c| c.is_lowercase());
        let word_end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let top_level = matches!(&rest[..word_end], "Com" | "Net" | "Org" | "Js" | "Io" | "Ai" | "Co" | "Fr" | "Uk");
        ordinary
            && capital
            && small
            && !top_level
            && !before.in_address
            && !rest[word_end..].starts_with(['.', '@', '/', '_'])
    }

    /// Whether the sentence at hand is so far nothing but the number or letter of a list item.
    fn is_marker_only(&self, mark: &Terminator) -> bool {
        let so_far = &self.text[self.start..mark.start];
        // Longer than any marker, so that a long sentence costs nothing.
        if so_far.len() > 16 {
            return false;
        }
        let label = so_far.trim_start_matches(|c: char| !c.is_alphanumeric());
        let roman = label.len() <= 4 && label.bytes().all(|b| b.is_ascii_lowercase() && b"ivxlc".contains(&b));
        let letter = label.len() == 1 && label != "I" && label.as_bytes()[0].is_ascii_alphabetic();
        !mark.strong
            && (label.is_empty() || label.len() <= 3 && label.bytes().all(|b| b.is_ascii_digit()) || roman || letter)
    }

    /// Whether what begins at `at` could be a new sentence.
    fn opens_after(&self, at: usize) -> bool {
        self.text[at..self.end].starts_with(char::is_whitespace)
            && after(&self.text[at..self.end]).is_some_and(|after| !after.is_continuation())
    }

    /// Whether speaker and verb of a quotation that just closed follow at `at`: "Marta Kovac asked."
    fn is_attribution(&self, at: usize) -> bool {
        // A name of more words than this is no name.
        const WORDS: usize = 5;
        let rest = &self.text[at..self.end];
        for (i, word) in rest.split_whitespace().take(WORDS).enumerate() {
            let bare = word.trim_end_matches([',', '.', ';', ':', '!', '?']);
            if i > 0 && self.follows_speech(bare) {
                let end = word.as_ptr() as usize + word.len() - rest.as_ptr() as usize;
                let next = rest[end..].split_whitespace().next().unwrap_or_default();
                return bare.len() < word.len()
                    || next.is_empty()
                    || self.language.classes(next).contains(WordClass::Circumstance);
            }
            let name = word.starts_with(char::is_uppercase) && !(i == 0 && self.opens(bare));
            let particle = self.language.name_word(word).contains(NameClass::Particle);
            if !name && !particle || word.ends_with([',', ';', ':', '!', '?']) {
                return false;
            }
        }
        false
    }

    /// Whether `word`, written with a capital, opens sentences.
    fn opens(&self, word: &str) -> bool {
        self.language.opener(word).is_some()
    }

    /// Whether `word` is a verb of speech in a form that follows its speaker: "…?" Marta Kovac asked.
    fn follows_speech(&self, word: &str) -> bool {
        self.language.speech(word).contains(SpeechClass::Follows)
    }

    /// Whether `word` goes on with a time of day: "5 p.m. EST", "9 a.m. Monday".
    fn goes_on_with_time(&self, word: &str) -> bool {
        let named = self.language.weekday(word).is_some() || self.language.month(word).is_some();
        self.language.is_time_zone(word) || named && word.starts_with(char::is_uppercase)
    }

    /// Whether `word` opens a phrase that tells when or where: "At 5 a.m. Mr. Smith went".
    fn is_circumstance(&self, word: &str) -> bool {
        self.language.classes(&word.to_lowercase()).contains(WordClass::Circumstance)
    }

    /// Whether the line break at `at` was set on purpose, in a line that begins at `line`.
    fn is_deliberate_break(&self, line: usize, at: usize) -> bool {
        let rest = self.text[at..self.end].trim_start();
        let Some(next) = after(&self.text[at..self.end]) else { return false };
        if next.is_continuation() {
            return false;
        }
        let length = self.text[line..at].trim_end().chars().take(self.widest + 1).count();
        let word = rest.chars().take_while(|c| !c.is_whitespace()).take(self.widest + 1).count();
        self.widest > WRAPPED_LINE_CHARS || length + 1 + word <= self.widest
    }
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

/// Whether a line drawn with characters begins here: "-----", "=====".
fn is_rule(rest: &str) -> bool {
    rule(rest) > 0
}

/// Length of the line drawn with characters that begins here, 0 when there is none.
fn rule(rest: &str) -> usize {
    // Three make a dash or a Markdown mark.
    const SHORTEST: usize = 4;
    let Some(&mark) = rest.as_bytes().first().filter(|b| b"-=_*~#".contains(b)) else { return 0 };
    let len = rest.bytes().take_while(|&b| b == mark).count();
    if len >= SHORTEST { len } else { 0 }
}

/// Length of what ends with itself: a drawn line, or an emoticon between spaces.
fn unit(rest: &str) -> Option<usize> {
    let emoticon =
        [":)", ":-)", ";)", ";-)", ":(", ":-(", ":D", ":-D"].into_iter().find(|e| rest.starts_with(e)).map(str::len);
    let len = emoticon.unwrap_or_else(|| rule(rest));
    (len > 0 && rest[len..].chars().next().is_none_or(char::is_whitespace)).then_some(len)
}

/// Length of the rest of a footnote mark after "[": digits and "]".
fn footnote(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take(4).take_while(u8::is_ascii_digit).count();
    (digits > 0 && rest.as_bytes().get(digits) == Some(&b']')).then_some(digits + 1)
}

/// Whether a full stop that stands alone follows.
fn is_spaced_stop(rest: &str) -> bool {
    rest.strip_prefix('.').is_some_and(|r| r.chars().next().is_none_or(|c| !c.is_alphanumeric()))
}

/// Whether exactly ". . ." follows, the ellipsis behind a full stop.
fn is_spaced_ellipsis(rest: &str) -> bool {
    rest.strip_prefix(". . .").is_some_and(|r| !is_spaced_stop(r.trim_start()))
}
