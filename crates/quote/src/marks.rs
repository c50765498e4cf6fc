//! Pairing of quotation marks.
//!
//! Marks are paired paragraph by paragraph. A quotation that is open at the end of a paragraph continues when the next
//! one opens with a mark of the same family (each paragraph has an opening mark, only the last a closing one);
//! otherwise it is unclosed. Every step visits each mark a bounded number of times, so a text of nothing but marks
//! takes linear time.

use pressmark_core::Span;
use pressmark_lang::{Clitic, Language, QuotationMarks};

/// An outermost stretch in quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quoted {
    /// Span with the marks.
    pub(crate) span: Span,
    /// Span between the marks.
    pub(crate) inner: Span,
    /// Whether the closing mark was found.
    pub(crate) closed: bool,
    /// Whether the marks are single.
    pub(crate) single: bool,
}

/// Marks that may close each other; mismatched pairs (`“…"`) are common in scraped text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Double,
    Single,
    Guillemet,
    SingleGuillemet,
    Corner,
    WhiteCorner,
    /// Marks known only from a language's list of pairs, by the opening mark.
    Pair(char),
}

/// Role of a mark, by its shape alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// “ „ 「: opens; “ also closes „.
    Opens,
    /// ” 」: closes; ” also opens in Swedish and Finnish.
    Closes,
    /// " ' '': the neighbours decide.
    Either,
    /// « and », whose directions some languages swap.
    Left,
    Right,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    start: usize,
    end: usize,
    family: Family,
    role: Role,
    first: char,
    /// Whether white space, an opening bracket, a dash, another mark, a comma, a colon or nothing precedes.
    free_before: bool,
    /// Whether no letter or digit follows.
    free_after: bool,
    /// Whether it ends the paragraph.
    at_end: bool,
    /// Preceding character, `' '` at the start of the paragraph.
    before: char,
    /// Following character, `' '` at the end of the paragraph.
    after: char,
    /// Whether it may stand for the end of a word rather than close a quotation: *the farmers’*, *goin’*.
    may_be_apostrophe: bool,
}

impl Mark {
    fn opens_by_place(&self) -> bool {
        self.free_before && !self.after.is_whitespace() && !(self.free_after && is_closing_punctuation(self.after))
    }

    fn closes_by_place(&self) -> bool {
        self.free_after && !self.before.is_whitespace() && !is_opening_bracket(self.before)
    }
}

#[derive(Clone, Copy, Debug)]
struct Open {
    mark: Mark,
    /// Whether it was opened in an earlier paragraph.
    carried: bool,
}

/// Deepest nesting tracked; deeper quotations count as part of the text around them. Set by hand: real text hardly
/// nests three levels, and the bound keeps the stack small.
const MAX_DEPTH: usize = 8;

/// Finds the outermost stretches in quotation marks, in text order, without overlaps.
pub(crate) fn find(text: &str, paragraphs: &[Span]) -> Vec<Quoted> {
    let mut pairing = Pairing { text, found: Vec::new(), stack: Vec::new(), body_end: 0, reopened: false };
    for (i, paragraph) in paragraphs.iter().enumerate() {
        let next = paragraphs.get(i + 1).map_or("", |next| next.slice(text));
        pairing.reopened = next.starts_with('‘');
        pairing.paragraph(paragraph.start, paragraph.slice(text));
    }
    pairing.abandon(pairing.body_end);
    pairing.found
}

struct Pairing<'t> {
    text: &'t str,
    found: Vec<Quoted>,
    stack: Vec<Open>,
    /// End of the last non-empty paragraph.
    body_end: usize,
    /// Whether the next paragraph begins with a single opening mark, as one that continues a quotation does.
    reopened: bool,
}

impl Pairing<'_> {
    fn paragraph(&mut self, begin: usize, paragraph: &str) {
        let marks = scan(begin, paragraph);
        let mut at = 0;
        if let Some(outer) = self.stack.first().copied() {
            match marks.first() {
                Some(mark) if mark.start == begin && reopens(&outer.mark, mark) && !self.is_fragment(&outer) => {
                    self.stack.truncate(1);
                    self.stack[0].carried = true;
                    at = 1;
                }
                _ => self.abandon(self.body_end),
            }
        }
        let ahead = Ahead::new(&marks);
        while let Some(mark) = marks.get(at) {
            at = self.mark(&marks, &ahead, at, mark).max(at + 1);
        }
        self.body_end = begin + paragraph.len();
    }

    /// Processes the mark at index `at` and returns the index to continue at.
    fn mark(&mut self, marks: &[Mark], ahead: &Ahead, at: usize, mark: &Mark) -> usize {
        if mark.family == Family::Single {
            return self.single(marks, ahead, at, mark);
        }
        let open = self.stack.iter().rposition(|o| o.mark.family == mark.family);
        match (open, mark.role) {
            (Some(depth), Role::Closes) => self.close(depth, mark),
            (None, Role::Closes) => {
                if mark.opens_by_place() && ahead.closers[at + 1] > 0 {
                    self.open(mark);
                }
            }
            (Some(depth), Role::Opens) => {
                let closes = mark.first != '"' && is_pair(self.stack[depth].mark.first, mark.first);
                // “ closes „, and what was typed the wrong way round.
                let turned = mark.closes_by_place() && !mark.opens_by_place() || mark.at_end;
                if closes || mark.first == '“' && turned {
                    self.close(depth, mark);
                } else if ahead.closers[at + 1] > self.stack.len() || self.stack[depth].mark.first == '"' {
                    self.open(mark);
                } else {
                    self.reopen(mark);
                }
            }
            (None, Role::Opens) => self.open(mark),
            (Some(depth), Role::Either) => {
                if mark.opens_by_place() && !mark.closes_by_place() {
                    if self.stack[depth].mark.role == Role::Either { self.reopen(mark) } else { self.open(mark) }
                } else {
                    self.close(depth, mark);
                }
            }
            (None, Role::Either) => {
                // 5'10" and 27" are feet and inches.
                let measure = mark.before.is_ascii_digit();
                if !measure && (!mark.closes_by_place() || mark.opens_by_place()) {
                    self.open(mark);
                }
            }
            (Some(depth), Role::Left | Role::Right) => {
                if self.stack[depth].mark.role == mark.role {
                    self.open(mark);
                } else {
                    self.close(depth, mark);
                }
            }
            (None, Role::Left) => self.open(mark),
            (None, Role::Right) => {
                if mark.free_before && !mark.after.is_whitespace() && ahead.lefts[at + 1] > 0 {
                    self.open(mark);
                }
            }
        }
        at + 1
    }

    /// Processes a single mark. Single marks look like apostrophes: one opens only where its closing mark follows in
    /// the paragraph, and only outside other quotations (inside it would change nothing).
    fn single(&mut self, marks: &[Mark], ahead: &Ahead, at: usize, mark: &Mark) -> usize {
        if !self.stack.is_empty() {
            let carried_single = self.stack.first().is_some_and(|o| o.mark.family == Family::Single);
            if !(carried_single && mark.role != Role::Opens && closes_single(mark)) {
                return at + 1;
            }
            // Where nothing closes, all marks up to the next opening one are apostrophes: none is looked at again.
            let Some(close) = ahead.closing(marks, at, self.reopened) else { return ahead.next_open[at + 1] };
            self.close(0, &marks[close]);
            return close + 1;
        }
        if !opens_single(mark) {
            return at + 1;
        }
        // A quotation that may go on in the next paragraph.
        let open = mark.role == Role::Opens && mark.before == ' ' && ahead.last_single_open == Some(at);
        match ahead.single_close(marks, at, open && self.reopened && self.begins_sentence(mark)) {
            Some(close) => {
                let end = marks[close];
                self.found.push(Quoted {
                    span: Span::new(mark.start, end.end),
                    inner: Span::new(mark.end, end.start),
                    closed: true,
                    single: true,
                });
                close + 1
            }
            None => {
                // ‘ at the start of a paragraph may continue in the next one; ' never does.
                if open {
                    self.open(mark);
                }
                at + 1
            }
        }
    }

    /// Whether the open quotation starts with a lowercase letter: a fragment hardly continues in another paragraph.
    fn is_fragment(&self, open: &Open) -> bool {
        let rest = self.text.get(open.mark.end..).unwrap_or_default();
        rest.chars().find(|c| !c.is_whitespace()).is_some_and(char::is_lowercase)
    }

    /// Whether a sentence begins behind the mark: neither a word nor a title in the middle of one does.
    fn begins_sentence(&self, mark: &Mark) -> bool {
        let before = self.text.get(..mark.start).unwrap_or_default();
        let apart = !before.trim_end_matches(' ').ends_with(char::is_alphanumeric);
        apart && !mark.after.is_lowercase()
    }

    fn open(&mut self, mark: &Mark) {
        if self.stack.len() < MAX_DEPTH {
            self.stack.push(Open { mark: *mark, carried: false });
        }
    }

    fn close(&mut self, depth: usize, mark: &Mark) {
        let opener = self.stack[depth].mark;
        self.stack.truncate(depth);
        if depth == 0 {
            self.push(opener.start, opener.end, mark.start, mark.end, true);
        }
    }

    /// Opens a mark although the last one was not closed: the open quotation ends with its first sentence.
    fn reopen(&mut self, mark: &Mark) {
        let carried = self.stack.first().is_some_and(|o| o.carried);
        let start = self.stack.first().map_or(mark.start, |o| o.mark.end);
        let before = self.text.get(start..mark.start).unwrap_or_default();
        let end = if carried { start + before.trim_end().len() } else { start + sentence_end(before) };
        self.abandon(end);
        self.open(mark);
    }

    /// Ends the open quotation at `end`, unclosed.
    fn abandon(&mut self, end: usize) {
        if let Some(open) = self.stack.first().copied() {
            let known = !matches!(open.mark.family, Family::Single);
            if known && end > open.mark.end {
                self.push(open.mark.start, open.mark.end, end, end, false);
            }
        }
        self.stack.clear();
    }

    fn push(&mut self, start: usize, inner_start: usize, inner_end: usize, end: usize, closed: bool) {
        let inner = Span::new(inner_start.min(inner_end), inner_end);
        if !inner.slice(self.text).trim().is_empty() {
            self.found.push(Quoted { span: Span::new(start, end), inner, closed, single: false });
        }
    }
}

/// Look-ahead from each mark of a paragraph, computed once so that nothing is searched twice.
struct Ahead {
    /// Number of marks from here on that can close a double quotation.
    closers: Vec<usize>,
    /// Number of « from here on.
    lefts: Vec<usize>,
    /// Index of the next mark from here on that may close a single quotation.
    next_close: Vec<usize>,
    /// Index of the next mark from here on that may open one.
    next_open: Vec<usize>,
    last_single_open: Option<usize>,
}

impl Ahead {
    fn new(marks: &[Mark]) -> Self {
        let size = marks.len();
        let mut ahead = Self {
            closers: vec![0; size + 1],
            lefts: vec![0; size + 1],
            next_close: vec![size; size + 2],
            next_open: vec![size; size + 2],
            last_single_open: marks.iter().rposition(opens_single),
        };
        for (i, mark) in marks.iter().enumerate().rev() {
            let double = mark.family == Family::Double;
            let closer = mark.role == Role::Closes || mark.role == Role::Either && mark.closes_by_place();
            ahead.closers[i] = ahead.closers[i + 1] + usize::from(double && closer);
            ahead.lefts[i] = ahead.lefts[i + 1] + usize::from(mark.role == Role::Left);
            ahead.next_close[i] = if closes_single(mark) { i } else { ahead.next_close[i + 1] };
            ahead.next_open[i] = if opens_single(mark) { i } else { ahead.next_open[i + 1] };
        }
        ahead
    }

    /// Index of the mark that closes the single quotation opened by mark `at`; `reopened` where the next paragraph may
    /// continue it.
    fn single_close(&self, marks: &[Mark], at: usize, reopened: bool) -> Option<usize> {
        let first = self.next_close[at + 1];
        if first > self.next_open[at + 1] { None } else { self.closing(marks, first, reopened) }
    }

    /// Index of the mark that closes a single quotation, the first that may do so being `first`.
    ///
    /// ‘the farmers’ rights’, ‘we’re goin’ home’: apostrophes come before the closing mark, if there is a better one or
    /// the quotation goes on.
    fn closing(&self, marks: &[Mark], first: usize, reopened: bool) -> Option<usize> {
        marks.get(first)?;
        let limit = self.next_open[first + 1];
        let closes = || std::iter::successors(Some(first), |i| Some(self.next_close[i + 1])).take_while(|i| *i < limit);
        let sure = closes().find(|i| !marks[*i].may_be_apostrophe);
        match sure {
            Some(sure) if sure == first || marks[sure].before.is_ascii_punctuation() => Some(sure),
            None if reopened => None,
            _ => Some(first),
        }
    }
}

fn opens_single(mark: &Mark) -> bool {
    mark.family == Family::Single
        && mark.role != Role::Closes
        && mark.opens_by_place()
        && (mark.after.is_alphabetic() || is_mark(mark.after) || mark.role == Role::Opens && !mark.after.is_numeric())
}

fn closes_single(mark: &Mark) -> bool {
    mark.family == Family::Single && mark.role != Role::Opens && mark.closes_by_place() && !mark.before.is_whitespace()
}

fn reopens(open: &Mark, mark: &Mark) -> bool {
    // “ within what " opened belongs to another quotation.
    let is_straight = |mark: &Mark| mark.first == '"';
    open.family == mark.family
        && (mark.role != Role::Closes || mark.first == open.first)
        && is_straight(open) == is_straight(mark)
}

/// Length of `text` up to the end of its first sentence; the whole when it has only one.
fn sentence_end(text: &str) -> usize {
    let mut previous = ' ';
    for (i, c) in text.char_indices() {
        if c.is_whitespace() && matches!(previous, '.' | '?' | '!' | '…') {
            return i;
        }
        previous = c;
    }
    text.trim_end().len()
}

fn scan(begin: usize, paragraph: &str) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut next = 0;
    while let Some(i) = candidate(paragraph, next) {
        let c = paragraph.get(i..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        let mut end = i + c.len_utf8();
        next = end;
        let Some((family, role)) = classify(c) else { continue };
        let before = paragraph.get(..i).and_then(|head| head.chars().next_back()).unwrap_or(' ');
        let (mut family, mut role) = (family, role);
        // '' and `` are typewriter double marks; of three closing ones, the first belongs to the inner quotation.
        let rest = paragraph.get(end..).unwrap_or_default();
        let inner = c == '\'' && rest.starts_with("''") && !before.is_whitespace();
        if matches!(c, '\'' | '`' | '’' | '‘') && rest.starts_with(c) && !inner {
            end += c.len_utf8();
            next = end;
            family = Family::Double;
            role = if c == '`' { Role::Opens } else { Role::Either };
        } else if c == '`' {
            continue;
        }
        let after = paragraph.get(end..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        let mark = Mark {
            start: begin + i,
            end: begin + end,
            family,
            role,
            first: if end - i > c.len_utf8() { '"' } else { c },
            free_before: before.is_whitespace()
                || is_opening_bracket(before)
                || is_dash(before)
                || is_mark(before)
                || before == ','
                || before == ':',
            free_after: !after.is_alphanumeric(),
            at_end: end == paragraph.len(),
            before,
            after,
            may_be_apostrophe: family == Family::Single && ends_word(paragraph, i, end),
        };
        let sides = paragraph.get(..i).zip(paragraph.get(end..));
        if sides.is_none_or(|(before, behind)| !is_apostrophe(&mark, before, behind)) {
            marks.push(mark);
        }
    }
    marks
}

/// Position of the next character from `from` on that can be a mark, by its first byte.
fn candidate(paragraph: &str, from: usize) -> Option<usize> {
    let rest = paragraph.as_bytes().get(from..)?;
    let skipped = rest.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'`' | 0xc2..))?;
    Some(from + skipped)
}

/// Whether a mark is an apostrophe inside a word, or one for an elision at its start.
fn is_apostrophe(mark: &Mark, before: &str, rest: &str) -> bool {
    if mark.family != Family::Single {
        return false;
    }
    if mark.before.is_alphanumeric() && mark.after.is_alphanumeric() {
        return true;
    }
    // rock 'n' roll.
    let elided = |word: &str| Language::neutral().clitic(word).contains(Clitic::Elided);
    let start = before.trim_end_matches(char::is_alphanumeric);
    let word = &before[start.len()..];
    let opened = || start.strip_suffix(['\'', '’', '‘']).is_some_and(|head| head.ends_with(' '));
    if word.len() == 1 && elided(word) && opened() && mark.after == ' ' {
        return true;
    }
    if mark.role == Role::Opens || !mark.free_before {
        return false;
    }
    let word: &str = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    word.starts_with(|c: char| c.is_ascii_digit()) || elided(word)
}

/// Whether the mark between `start` and `end` may be the apostrophe of a plural or of a dropped *g*: a word follows, or
/// punctuation with the closing mark.
fn ends_word(paragraph: &str, start: usize, end: usize) -> bool {
    let (before, behind) = (&paragraph[..start], &paragraph[end..]);
    let dropped = before.strip_suffix("in").is_some_and(|stem| stem.ends_with(char::is_alphabetic));
    let closed = behind.strip_prefix([',', '.', '?', '!']).is_some_and(|behind| behind.starts_with(['’', '\'']));
    (before.ends_with('s') || dropped) && (closed || behind.starts_with(' '))
}

/// Whether one mark closes another by the conventions of any language: “ closes „.
fn is_pair(open: char, close: char) -> bool {
    Language::neutral().quotation_marks().iter().any(|pair| pair.open == open && pair.close == close)
}

/// Classifies a mark: by its shape where that is known, otherwise by the languages that use it. A text may use the
/// marks of another language than its own, so those of all languages count.
fn classify(c: char) -> Option<(Family, Role)> {
    by_shape(c).or_else(|| (!c.is_ascii() && !c.is_alphanumeric()).then(|| by_language(c)).flatten())
}

fn by_language(c: char) -> Option<(Family, Role)> {
    let pairs = Language::neutral().quotation_marks();
    let QuotationMarks { open, close, .. } = *pairs.iter().find(|pair| pair.open == c || pair.close == c)?;
    let role = match () {
        () if open == close => Role::Either,
        () if open == c => Role::Opens,
        () => Role::Closes,
    };
    Some((Family::Pair(open), role))
}

fn by_shape(c: char) -> Option<(Family, Role)> {
    Some(match c {
        '“' | '„' | '‟' => (Family::Double, Role::Opens),
        '”' => (Family::Double, Role::Closes),
        '"' | '＂' => (Family::Double, Role::Either),
        '`' => (Family::Double, Role::Opens),
        '‘' | '‚' | '‛' => (Family::Single, Role::Opens),
        '’' => (Family::Single, Role::Closes),
        '\'' => (Family::Single, Role::Either),
        '«' => (Family::Guillemet, Role::Left),
        '»' => (Family::Guillemet, Role::Right),
        '‹' => (Family::SingleGuillemet, Role::Left),
        '›' => (Family::SingleGuillemet, Role::Right),
        '「' => (Family::Corner, Role::Opens),
        '」' => (Family::Corner, Role::Closes),
        '『' => (Family::WhiteCorner, Role::Opens),
        '』' => (Family::WhiteCorner, Role::Closes),
        _ => return None,
    })
}

/// Whether the character is a quotation mark of any kind, the apostrophe included.
pub(crate) fn is_mark(c: char) -> bool {
    classify(c).is_some()
}

fn is_opening_bracket(c: char) -> bool {
    matches!(c, '(' | '[' | '{' | '<')
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | '/')
}

fn is_closing_punctuation(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '…')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paragraph::paragraphs;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = find(text, &paragraphs(text));
        let slices: Vec<&str> = found.iter().map(|q| q.span.slice(text)).collect();
        assert_eq!(slices, expected, "{text:?}");
    }

    #[test]
    fn words_that_lost_their_start_open_nothing() {
        check("Tell 'em that 'tis over, they're late.' ", &[]);
        check("'Cause nobody came,' she wrote.", &[]);
    }

    #[test]
    fn pairs_of_every_script() {
        check("He said “yes” and \"no\".", &["“yes”", "\"no\""]);
        check("«oui» et « non »", &["«oui»", "« non »"]);
        check("»ja« sagte er, „nein“ sie", &["»ja«", "„nein“"]);
        check("彼は「はい」と『いいえ』", &["「はい」", "『いいえ』"]);
        check("‹ici› and ‘there’ and 'where'", &["‹ici›", "‘there’", "'where'"]);
        check("He yelled ''out!'' and ``in''", &["''out!''", "``in''"]);
        check("”hej” sade hon", &["”hej”"]);
        // Marks that only a language pack lists.
        check("彼女は〝いいえ〟と", &["〝いいえ〟"]);
        check("“mixed marks\" are common", &["“mixed marks\""]);
        check("“turned marks,“ he said. “So. “", &["“turned marks,“", "“So. “"]);
        check("''He says 'no,''' she said", &["''He says 'no,'''"]);
    }

    #[test]
    fn apostrophes_and_measures_are_no_quotations() {
        check("It's the dogs' bowl, don't move 'em", &[]);
        check("the ’90s, rock ’n’ roll, the farmers’ and miners’ unions", &[]);
        check("He is 5'10\" tall and the screen is 27\" wide.", &[]);
        check("‘It’s the miners’ right,’ she said", &["‘It’s the miners’ right,’"]);
    }

    #[test]
    fn inner_quotations_belong_to_the_outer_one() {
        check("“He said ‘no’ to me,” she said", &["“He said ‘no’ to me,”"]);
        check("‘He said “no” to me,’ she said", &["‘He said “no” to me,’"]);
        check("“A “b” c” d", &["“A “b” c”"]);
    }

    #[test]
    fn a_quotation_over_paragraphs_is_one() {
        let text = "“First.\n\n“Second.\n\n“Third,” he said.";
        check(text, &["“First.\n\n“Second.\n\n“Third,”"]);
        check("« Un.\n\n» Deux », dit-il", &["« Un.\n\n» Deux »"]);
    }

    #[test]
    fn a_quotation_in_single_marks_goes_on_behind_apostrophes() {
        let text = "‘The miners’ pay came late.\n\n‘The owners’ promise was worth nothing.’ He left.";
        check(text, &["‘The miners’ pay came late.\n\n‘The owners’ promise was worth nothing.’"]);
        check(
            "‘The miners’ and owners’ claims were heard,’ he said.",
            &["‘The miners’ and owners’ claims were heard,’"],
        );
        check("'We kept rowin',' he said. 'No stoppin' us.'", &["'We kept rowin','", "'No stoppin' us.'"]);
        check("‘We’re sailin’ home,’ she said.", &["‘We’re sailin’ home,’"]);
        // Without a better closing mark, or another paragraph, the first one closes.
        check("They call it the ‘river of kings’ here.", &["‘river of kings’"]);
        check("The ‘house of cards’ fell.\n\n‘We knew,’ he said.", &["‘house of cards’", "‘We knew,’"]);
        check("The ‘House of Cards’ fell.\n\n‘We knew,’ he said.", &["‘House of Cards’", "‘We knew,’"]);
        check("A ‘ruin’ to some, he said.", &["‘ruin’"]);
    }

    #[test]
    fn an_unclosed_quotation_is_flagged() {
        for (text, expected) in
            [("He said “we go.\n\nThen rain.", "“we go."), ("“A. He left. “B,” she said.", "“A."), ("a \"b", "\"b")]
        {
            let found = find(text, &paragraphs(text));
            assert_eq!((found[0].span.slice(text), found[0].closed), (expected, false), "{text:?}");
        }
    }
}
