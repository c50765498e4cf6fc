//! Text folded for comparing terms, with a map back to the original.

use std::ops::Range;

use pressmark_core::Span;

/// Folded text: white space and hyphens as one space, straight apostrophes, lowercase on request.
pub(crate) struct Folded {
    text: String,
    /// Byte range of the original character behind each byte of `text`.
    origin: Vec<(usize, usize)>,
}

impl Folded {
    pub(crate) fn new(original: &str, lower: bool) -> Self {
        let mut folded =
            Self { text: String::with_capacity(original.len()), origin: Vec::with_capacity(original.len()) };
        let mut space = false;
        for (start, c) in original.char_indices() {
            let end = start + c.len_utf8();
            let blank = c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}');
            if blank && space {
                continue;
            }
            space = blank;
            match c {
                _ if blank => folded.push(' ', start, end),
                '’' | '\u{2bc}' => folded.push('\'', start, end),
                _ if lower => c.to_lowercase().for_each(|l| folded.push(l, start, end)),
                _ => folded.push(c, start, end),
            }
        }
        folded
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        self.text.push(c);
        self.origin.resize(self.text.len(), (start, end));
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Span of the original text behind the bytes `range`.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        match self.origin.get(range) {
            Some([first, .., last]) => Span::new(first.0, last.1),
            Some([only]) => Span::new(only.0, only.1),
            _ => Span::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folding_remembers_where_it_came_from() {
        let text = "É – Rare\u{2011}\n Earth’s İ";
        let folded = Folded::new(text, true);
        assert_eq!(folded.as_str(), "é – rare earth's i\u{307}");
        let at = folded.as_str().find("rare earth").expect("it is there");
        assert_eq!(folded.span(at..at + "rare earth".len()).slice(text), "Rare\u{2011}\n Earth");
        assert_eq!(folded.span(0..0), Span::default());
    }

    proptest! {
        #[test]
        fn every_character_maps_to_characters(text in ".{0,24}", lower: bool) {
            let folded = Folded::new(&text, lower);
            for (at, c) in folded.as_str().char_indices() {
                prop_assert_eq!(folded.span(at..at + c.len_utf8()).slice(&text).chars().count(), 1);
            }
        }
    }
}
