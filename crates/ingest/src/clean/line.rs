//! The shape of a line, apart from its content.

use std::ops::Range;

use pressmark_core::SegmentKind;

use super::{
    fold::Folded,
    lexicon::{Hit, LEXICON},
};
use crate::block::Block;

/// Words from which a line that ends like a sentence is a paragraph. Set by hand: headlines that end so are shorter.
const PROSE_WORDS: usize = 8;
/// Words from which a line is a paragraph however it ends. Set by hand: longer than nearly all headlines.
const LONG_WORDS: usize = 24;
/// Most words of a headline. Set by hand: the longest of the major agencies stay below 25.
pub(super) const TITLE_WORDS: usize = 28;

/// A block with the features of its shape.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// The block's text without the marks around it.
    pub(super) text: &'a str,
    /// Byte range of `text` in the block's text.
    pub(super) core: Range<usize>,
    /// Length of the block's text in bytes.
    pub(super) whole: usize,
    /// The marks around it: `#`, `>`, emphasis.
    pub(super) marks: Marks,
    pub(super) folded: Folded,
    /// Number of words; two characters count as one word in scripts without spaces.
    pub(super) words: usize,
    /// Ends like a sentence.
    pub(super) terminal: bool,
    /// Starts with a quotation mark.
    pub(super) quoted: bool,
    /// Starts with a bullet or an item number.
    pub(super) bullet: bool,
    /// Share of lower-case words among those that start with a cased letter, in [0, 1]; 1 if there are none.
    pub(super) lower_share: f32,
    /// The lexicon phrase that it matches.
    pub(super) hit: Option<Hit>,
    /// Offset in `text` of the text after its label, if a phrase matches the label.
    pub(super) label_end: Option<usize>,
    /// Kind according to the markup.
    pub(super) kind: Option<SegmentKind>,
    pub(super) link_share: f32,
    pub(super) indent: usize,
}

/// Markdown around the whole of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Number of hashes of a heading; 0 if it is none.
    pub(super) hashes: usize,
    pub(super) emphasis: bool,
    pub(super) quote: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(block: &'a Block) -> Self {
        let (core, marks) = strip_marks(&block.text);
        let text = block.text.get(core.clone()).unwrap_or_default();
        let bullet = bullet_len(text).is_some();
        let bare = text.get(bullet_len(text).unwrap_or(0)..).unwrap_or_default();
        let folded = Folded::new(bare);
        let unspaced = folded.words().filter(|w| !w.is_ascii() && w.chars().count() == 1).count();
        let mut line = Self {
            words: folded.len() - unspaced / 2,
            terminal: is_terminal(text),
            quoted: bare.starts_with(is_quote),
            bullet,
            lower_share: lower_share(text),
            hit: None,
            label_end: None,
            kind: block.kind,
            link_share: block.link_share,
            indent: block.indent,
            text,
            core,
            whole: block.text.len(),
            marks,
            folded,
        };
        line.look_up(bare);
        line
    }

    fn look_up(&mut self, bare: &str) {
        // A quoted speaker may say any of the phrases.
        if self.quoted {
            return;
        }
        // Set by hand: labels are short.
        let label = bare.char_indices().take(60).find(|(_, c)| matches!(c, ':' | '：' | '|'));
        if let Some((at, colon)) = label {
            let rest = bare.get(at + colon.len_utf8()..).unwrap_or_default();
            let words = Folded::new(rest);
            let hit = LEXICON.find_label(&Folded::new(&bare[..at]), words.len());
            if hit.is_some() && words.len() > 0 {
                self.hit = hit;
                self.label_end = Some(self.text.len() - rest.len());
                return;
            }
        }
        self.hit = LEXICON.find(&self.folded);
    }

    /// Whether it is a paragraph: a sentence of some length, or anything long.
    pub(super) fn is_prose(&self) -> bool {
        self.words >= LONG_WORDS || (self.words >= PROSE_WORDS && self.terminal)
    }

    /// Whether it could be a headline: short, not a sentence, not the middle of one.
    pub(super) fn is_headline(&self) -> bool {
        let last = self.text.chars().next_back().unwrap_or(' ');
        let end = self.text.trim_end_matches(is_quote);
        let first = self.text.chars().find(|c| c.is_alphanumeric());
        self.words > 0
            && self.words <= TITLE_WORDS
            && (!self.terminal || !end.ends_with(['.', '。', '।']) || ends_in_abbreviation(self.text))
            && !matches!(last, ',' | ';' | '،')
            && first.is_some_and(|c| !c.is_lowercase() || self.text.chars().nth(1).is_some_and(char::is_uppercase))
            && !self.bullet
    }

    /// The text after the label.
    pub(super) fn rest(&self) -> &'a str {
        self.label_end.and_then(|end| self.text.get(end..)).map_or(self.text, str::trim)
    }
}

pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '‹' | '「' | '『' | '\'')
}

/// Whether the text ends like a sentence, ignoring closing quotes and brackets.
fn is_terminal(text: &str) -> bool {
    let closing = |c: char| matches!(c, '"' | '”' | '“' | '’' | '\'' | '»' | ')' | ']' | '」' | '』' | '*' | '_' | ' ');
    let end = text.trim_end_matches(closing);
    end.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।', '۔', '‽']) && !ends_in_abbreviation(end)
}

/// Whether a short text ends in an abbreviation such as "U.S." or "a.m.", whose full stop ends no sentence. Set by
/// hand: in more than 14 words it does.
fn ends_in_abbreviation(text: &str) -> bool {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let dotted = word.matches('.').count() >= 2 && word.split('.').all(|part| part.chars().count() <= 1);
    dotted && Folded::new(text).len() <= 14
}

fn lower_share(text: &str) -> f32 {
    let (mut lower, mut cased) = (0_usize, 0_usize);
    for first in text.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphabetic())) {
        lower += usize::from(first.is_lowercase());
        cased += usize::from(first.is_lowercase() || first.is_uppercase());
    }
    if cased == 0 { 1.0 } else { lower as f32 / cased as f32 }
}

/// Length in bytes of the bullet or item number at the start of the text, with the space after it.
pub(super) fn bullet_len(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (_, first) = chars.next()?;
    let marked = matches!(
        first,
        '•' | '‣'
            | '▪'
            | '▫'
            | '◦'
            | '●'
            | '○'
            | '■'
            | '□'
            | '➤'
            | '►'
            | '▶'
            | '➢'
            | '✓'
            | '✔'
            | '·'
            | '⁃'
            | '∙'
            | '❖'
            | '◆'
            | '→'
    );
    let after = if marked || matches!(first, '-' | '*' | '+' | '–' | '—') {
        first.len_utf8()
    } else {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let letter = usize::from(first.is_ascii_alphabetic());
        let label = if digits > 0 && digits <= 3 { digits } else { letter };
        let close = text.as_bytes().get(label)?;
        // "a)" and "1." are items, "A. Smith" is a name.
        if label == 0 || !(*close == b')' || (*close == b'.' && digits > 0)) {
            return None;
        }
        label + 1
    };
    let rest = text.get(after..)?;
    let space = rest.len() - rest.trim_start().len();
    ((space > 0 || marked) && space < rest.len()).then_some(after + space)
}

/// Strips the Markdown around the whole line.
fn strip_marks(text: &str) -> (Range<usize>, Marks) {
    let mut marks = Marks::default();
    let (mut start, mut end) = (0, text.len());
    let skip_space = |start: usize| start + text[start..].len() - text[start..].trim_start().len();
    if let Some(rest) = text.strip_prefix('>').filter(|r| r.starts_with([' ', '\u{a0}']) && !r.trim().is_empty()) {
        marks.quote = true;
        start = skip_space(text.len() - rest.len());
    }
    let hashes = text[start..].bytes().take_while(|b| *b == b'#').count();
    let after = start + hashes;
    if (1..=6).contains(&hashes) && text[after..].starts_with(' ') && !text[after..].trim().is_empty() {
        marks.hashes = hashes;
        start = skip_space(after);
        let trimmed = text[start..end].trim_end_matches('#');
        if trimmed.ends_with(' ') {
            end = start + trimmed.trim_end().len();
        }
    }
    for mark in ["***", "**", "__", "*", "_"] {
        let inner = text[start..end].strip_prefix(mark).and_then(|t| t.strip_suffix(mark));
        // "*a* and *b*" is emphasized twice, not as a whole.
        if let Some(inner) = inner.filter(|t| !t.contains(mark) && !t.trim().is_empty() && t.trim().len() == t.len()) {
            marks.emphasis = true;
            start += mark.len();
            end = start + inner.len();
            break;
        }
    }
    (start..end, marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_off_whole_lines_only() {
        for (text, core, hashes, emphasis) in [
            ("**A bold title**", "A bold title", 0, true),
            ("## A heading ##", "A heading", 2, false),
            ("# **Both**", "Both", 1, true),
            ("*one* and *two*", "*one* and *two*", 0, false),
            ("_it_", "it", 0, true),
            ("#hashtag", "#hashtag", 0, false),
            ("**", "**", 0, false),
            ("* * *", "* * *", 0, false),
            ("", "", 0, false),
        ] {
            let (range, marks) = strip_marks(text);
            assert_eq!((&text[range], marks.hashes, marks.emphasis), (core, hashes, emphasis), "{text}");
        }
    }

    #[test]
    fn bullets_are_not_names_dates_or_dashes() {
        for (text, expected) in [
            ("• One", Some("One")),
            ("•One", Some("One")),
            ("- One", Some("One")),
            ("-5 degrees", None),
            ("12. Twelve", Some("Twelve")),
            ("a) First", Some("First")),
            ("A. Smith", None),
            ("2024 was dry", None),
            ("1.5 million", None),
            ("•", None),
        ] {
            assert_eq!(bullet_len(text).map(|n| &text[n..]), expected, "{text}");
        }
    }

    #[test]
    fn a_sentence_in_quotation_marks_is_no_headline() {
        let is_headline = |text: &str| Line::new(&crate::clean::tests::split(text, false)[0]).is_headline();
        assert!(!is_headline("“I told them,” Reis said on Friday, “that the wall was moving.”"));
        assert!(is_headline("“The wall is moving”"));
    }

    #[test]
    fn sentences_end_in_many_ways() {
        for text in ["It rained.", "“Go!”", "他说。", "هل جاء؟", "Wait…", "(He left.)"] {
            assert!(is_terminal(text), "{text}");
        }
        for text in ["A proposal to the U.S.", "Follow the money", "He said:", ""] {
            assert!(!is_terminal(text), "{text}");
        }
    }
}
