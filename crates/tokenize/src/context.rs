//! Words around a full stop.

/// Longest stretch examined on either side of a full stop, in bytes. Longer than any abbreviation or name; the bound
/// keeps the search linear on a hostile word without end.
pub(crate) const REACH: usize = 64;

/// Text before a full stop.
pub(crate) struct Before<'a> {
    /// The word right before it, with inner full stops, without the first part of a compound.
    pub(crate) word: &'a str,
    /// The part of the sentence before that word.
    pub(crate) text_before: &'a str,
    /// Whether the word before that word is capitalised, or an initial.
    pub(crate) follows_name: bool,
    /// Whether the word is part of a web or mail address.
    pub(crate) in_address: bool,
}

/// Splits off the last word of `text`, the sentence up to a full stop.
pub(crate) fn before(text: &str) -> Before<'_> {
    let low = floor(text, text.len().saturating_sub(REACH));
    let near = &text[low..];
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '&' | '°' | 'º' | '§');
    let mut start = near.rfind(|c| !part(c)).map_or(0, |i| ceil(near, i + 1));
    // "then-Gen." holds "Gen."; "J.-C." is one word.
    if let Some(hyphen) = near[start..].rfind('-')
        && !near[start..start + hyphen].ends_with('.')
    {
        start += hyphen + 1;
    }
    let word = &near[start..];
    let text_before = &text[..low + start];
    let previous = text_before.split_at(floor(text_before, text_before.len().saturating_sub(REACH))).1;
    let previous = previous.split_whitespace().next_back().unwrap_or_default();
    Before {
        word,
        text_before,
        follows_name: previous.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_uppercase),
        in_address: text_before.ends_with(['/', '@', '_', '=']) || word.contains('.'),
    }
}

impl Before<'_> {
    /// The word, if it is a single letter.
    pub(crate) fn single_letter(&self) -> Option<char> {
        let mut chars = self.word.chars();
        match (chars.next(), chars.next()) {
            (Some(letter), None) if letter.is_alphabetic() => Some(letter),
            _ => None,
        }
    }
}

/// Text after a terminator.
#[derive(Debug)]
pub(crate) struct After<'a> {
    /// Byte offset of its first letter or digit from the terminator.
    pub(crate) at: usize,
    /// The first word, without surrounding marks.
    pub(crate) word: &'a str,
    /// Whether it begins with a digit or a currency sign.
    pub(crate) digit: bool,
    first: char,
    /// Whether an opening quotation mark or bracket precedes it.
    opened: bool,
}

/// Finds the first word of `rest`, the text behind a terminator; `None` when only marks are within reach.
pub(crate) fn after(rest: &str) -> Option<After<'_>> {
    let near = &rest[..floor(rest, REACH.min(rest.len()) + (rest.len() - rest.trim_start().len()))];
    let opener = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '“'
                    | '”'
                    | '„'
                    | '‘'
                    | '’'
                    | '\''
                    | '«'
                    | '»'
                    | '‹'
                    | '('
                    | '['
                    | '{'
                    | '¿'
                    | '¡'
                    | '-'
                    | '–'
                    | '—'
                    | '*'
                    | '_'
                    | '#'
                    | '•'
                    | '⁃'
                    | '>'
                    | '<'
                    | '.'
                    | '…'
                    | '「'
                    | '『'
                    | '~'
                    | '='
            )
    };
    let body = near.trim_start_matches(opener);
    let first = body.chars().next()?;
    let at = near.len() - body.len();
    let end = body.find(|c: char| !c.is_alphanumeric()).unwrap_or(body.len());
    Some(After {
        at,
        word: &body[..end],
        digit: first.is_numeric() || matches!(first, '$' | '€' | '£' | '¥'),
        first,
        opened: near[..at].contains(|c: char| !c.is_whitespace()),
    })
}

impl After<'_> {
    /// Whether it continues the sentence: a lowercase letter, or a mark that opens nothing.
    pub(crate) fn is_continuation(&self) -> bool {
        if self.first.is_lowercase() {
            // "iPhone sales rose" opens a sentence, and a URL may.
            let address = matches!(self.word, "http" | "https" | "www");
            return !address && !self.word.chars().skip(1).any(char::is_uppercase);
        }
        !self.opened && matches!(self.first, ',' | ';' | ':' | ')' | ']' | '}' | '%' | '/' | '&' | '|')
    }

    /// Whether it is a lowercase word with no mark before it.
    pub(crate) fn is_plain_small(&self) -> bool {
        !self.opened && self.first.is_lowercase()
    }

    /// Whether it is a Roman numeral.
    pub(crate) fn is_roman(&self) -> bool {
        !self.word.is_empty() && self.word.bytes().all(|b| b"IVXLC".contains(&b))
    }
}

/// The character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// The character boundary at or after `at`.
fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&i| text.is_char_boundary(i)).unwrap_or(text.len())
}

/// Whether `word` (without its final full stop) alternates letters and full stops: "U.S", "a.m", "Ph.D", "EE.UU".
pub(crate) fn is_dotted(word: &str) -> bool {
    // No part of such an abbreviation is longer than "Ph" in "Ph.D"; "example.com" does not qualify.
    word.contains('.')
        && word.split('.').all(|part| {
            let part = part.strip_prefix('-').unwrap_or(part);
            (1..=2).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted() {
        for word in ["U.S", "a.m", "Ph.D", "EE.UU", "J.-C", "LL.AA.II.RR"] {
            assert!(is_dotted(word), "{word}");
        }
        for word in ["US", "example.com", "3.5", "U..S", ""] {
            assert!(!is_dotted(word), "{word}");
        }
    }
}
