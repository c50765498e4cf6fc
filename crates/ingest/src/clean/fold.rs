//! Folds text for the comparison with phrases.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

/// Most words that are kept. Set by hand: every phrase and name is shorter, and only paragraphs are longer.
const MAX_TOKENS: usize = 96;

/// Words in lower case without accents or punctuation; a run of digits is `#`, a Han or kana character a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Folded {
    /// The words, separated by single spaces.
    text: String,
    /// Byte offset of each word in `text`.
    starts: Vec<u32>,
    /// Whether the text has more words than are kept.
    pub(super) cut: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Gap,
    Letter,
    Digit,
    Single,
}

/// Whether a character belongs to a script written without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
        || matches!(c, '\u{0e01}'..='\u{0e5b}')
}

fn class(c: char) -> Class {
    match c {
        _ if c.is_ascii_alphabetic() => Class::Letter,
        _ if c.is_ascii_digit() => Class::Digit,
        '©' | '×' | '↑' => Class::Single,
        _ if c.is_ascii() => Class::Gap,
        _ if is_unspaced(c) => Class::Single,
        _ if c.is_numeric() => Class::Digit,
        _ if c.is_alphabetic() => Class::Letter,
        _ => Class::Gap,
    }
}

/// Whether a character is a mark on a letter: an accent, an Arabic vowel sign, and the like.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || c == '\u{0640}'
}

impl Folded {
    /// Folds the first words of `text`.
    pub(super) fn new(text: &str) -> Self {
        let mut folded = Self::default();
        let mut last = Class::Gap;
        for c in text.chars() {
            if c.is_ascii() {
                folded.push(c.to_ascii_lowercase(), &mut last);
            } else {
                let parts = std::iter::once(c).nfkd().filter(|c| !is_mark(*c));
                parts.flat_map(char::to_lowercase).for_each(|c| folded.push(c, &mut last));
            }
            if folded.cut {
                break;
            }
        }
        folded
    }

    fn push(&mut self, c: char, last: &mut Class) {
        // Invisible characters neither separate words nor belong to them; Arabic and Hebrew marks are dropped above.
        if matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
            || (!c.is_ascii() && is_mark(c))
        {
            return;
        }
        let class = class(c);
        // "1,234" and "3.5" are one number.
        if class == Class::Gap && *last == Class::Digit && matches!(c, ',' | '.') {
            return;
        }
        if class != Class::Gap && (class != *last || class == Class::Single) {
            if self.starts.len() == MAX_TOKENS {
                self.cut = true;
                return;
            }
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.starts.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
            if class == Class::Digit {
                self.text.push('#');
            }
        }
        if matches!(class, Class::Letter | Class::Single) {
            self.text.push(c);
        }
        *last = class;
    }

    /// Number of words.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The words as one string.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Word `index`, or `""` past the end.
    pub(super) fn word(&self, index: usize) -> &str {
        let Some(&start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |&next| next as usize - 1);
        self.text.get(start as usize..end).unwrap_or_default()
    }

    /// The words in order.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.word(i))
    }
}

/// A set of words.
pub(super) type Words = HashSet<&'static str>;

/// Builds a set from a list separated by white space.
pub(super) fn words(list: &'static str) -> Words {
    list.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::Folded;

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        for (text, folded) in [
            ("Leave a Reply…", "leave a reply"),
            ("LAISSER UN COMMENTAIRE É", "laisser un commentaire e"),
            ("1,234 views · 5min", "# views # min"),
            ("don’t / don't", "don t don t"),
            ("相关 阅读 12 次", "相 关 阅 读 # 次"),
            ("اقرأ أيضاً", "اقرا ايضا"),
            ("© 2024", "© #"),
            ("co\u{ad}op\u{200b}erate", "cooperate"),
            ("", ""),
        ] {
            assert_eq!(Folded::new(text).as_str(), folded, "{text}");
        }
    }

    #[test]
    fn words_are_those_of_the_string() {
        let folded = Folded::new("Share on 3 sites: 微博, X");
        assert_eq!(folded.words().collect::<Vec<_>>().join(" "), folded.as_str());
        assert_eq!(folded.word(99), "");
    }
}
