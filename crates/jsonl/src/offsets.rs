use pressmark_core::Span;

/// Converts between code point offsets, as used on the wire, and byte offsets of a text.
///
/// Stores one count per block of bytes, so a lookup scans at most one block whatever the length of the text. ASCII text
/// needs no table.
///
/// ```
/// use pressmark_core::Span;
/// use pressmark_jsonl::CodePoints;
///
/// let points = CodePoints::new("Été à Nice");
/// assert_eq!(points.slice(6, 10), "Nice");
/// assert_eq!(points.bytes(6, 10), Some(Span::new(9, 13)));
/// assert_eq!(points.of(Span::new(9, 13)), (6, 10));
/// ```
#[derive(Clone, Debug)]
pub struct CodePoints<'a> {
    text: &'a str,
    /// Code points before each block, then the total; empty for ASCII text.
    before: Vec<usize>,
}

/// Bytes per block. Set by hand: a lookup scans 32 bytes on average, and the table (8 bytes per block) is an eighth of
/// the text; a larger block shrinks the table and slows lookups in proportion.
const BLOCK: usize = 64;

/// Whether a byte starts a code point, i.e. is not a UTF-8 continuation byte (`10xxxxxx`).
fn begins(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| begins(byte)).count()
}

impl<'a> CodePoints<'a> {
    /// Builds the table for a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        if text.is_ascii() {
            return Self { text, before: Vec::new() };
        }
        let mut before = vec![0];
        let mut total = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            total += count(block);
            before.push(total);
        }
        Self { text, before }
    }

    /// Returns the number of code points in the text.
    #[must_use]
    pub fn total(&self) -> usize {
        self.before.last().copied().unwrap_or(self.text.len())
    }

    /// Returns the number of code points before byte `offset`; past the end, the number in the whole text.
    #[must_use]
    pub fn at(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        match self.before.get(offset / BLOCK) {
            Some(before) => before + count(&self.text.as_bytes()[offset / BLOCK * BLOCK..offset]),
            None => offset,
        }
    }

    /// Converts a byte span to code point offsets.
    #[must_use]
    pub fn of(&self, span: Span) -> (usize, usize) {
        (self.at(span.start), self.at(span.end))
    }

    /// Returns the byte offset of a code point, the text's length for the one past the last, or `None` beyond that.
    #[must_use]
    pub fn byte(&self, point: usize) -> Option<usize> {
        if point >= self.total() {
            return (point == self.total()).then_some(self.text.len());
        }
        let Some(block) = self.before.partition_point(|before| *before <= point).checked_sub(1) else {
            return Some(point);
        };
        let bytes = self.text.as_bytes().iter().enumerate().skip(block * BLOCK);
        bytes.filter(|(_, byte)| begins(**byte)).nth(point - self.before[block]).map(|(at, _)| at)
    }

    /// Converts a half-open range of code points to a byte span; `None` if it is reversed or out of bounds.
    #[must_use]
    pub fn bytes(&self, start: usize, end: usize) -> Option<Span> {
        if start > end { None } else { Some(Span::new(self.byte(start)?, self.byte(end)?)) }
    }

    /// Returns the text in a half-open range of code points; `None` if the range is reversed or out of bounds.
    #[must_use]
    pub fn get(&self, start: usize, end: usize) -> Option<&'a str> {
        self.bytes(start, end).map(|span| span.slice(self.text))
    }

    /// Like [`get`](Self::get), but returns `""` if the range is invalid.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> &'a str {
        self.get(start, end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_counting(text in "(é|a|中|😀|\\PC){0,200}") {
            let points = CodePoints::new(&text);
            for (index, (offset, _)) in text.char_indices().enumerate() {
                prop_assert_eq!((points.at(offset), points.byte(index)), (index, Some(offset)));
            }
            let length = text.chars().count();
            prop_assert_eq!((points.total(), points.at(text.len()), points.at(text.len() + 1)), (length, length, length));
            prop_assert_eq!((points.byte(length), points.byte(length + 1)), (Some(text.len()), None));
        }

        #[test]
        fn agrees_at_block_ends(text in "(é|a|中|😀){60,140}") {
            prop_assert_eq!(CodePoints::new(&text).at(text.len()), text.chars().count());
        }
    }

    #[test]
    fn what_is_no_stretch_of_the_text_is_none() {
        let points = CodePoints::new("Été à Nice");
        assert_eq!((points.get(3, 3), points.get(0, 10)), (Some(""), Some("Été à Nice")));
        assert_eq!((points.get(4, 3), points.get(6, 11), points.get(11, 11)), (None, None, None));
        assert_eq!(points.slice(6, 11), "");
    }
}
