//! Converts text offsets to UTF-16 code units, which JavaScript strings use.

/// Converts code point and byte offsets of a text to UTF-16 code units.
pub(crate) struct Units<'a> {
    text: &'a str,
    /// Code points that take two units (outside the basic multilingual plane), ascending.
    wide: Vec<usize>,
    code_points: usize,
    /// Units before each block of bytes; empty for ASCII text.
    before: Vec<usize>,
}

/// Bytes per block. Set by hand: a lookup counts through 32 bytes on average.
const BLOCK: usize = 64;

/// UTF-16 length of these bytes: a character's first byte tells its units, continuation bytes add none.
fn units_of(bytes: &[u8]) -> usize {
    bytes.iter().map(|&byte| usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0)).sum()
}

impl<'a> Units<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        if text.is_ascii() {
            return Self { text, wide: Vec::new(), code_points: text.len(), before: Vec::new() };
        }
        let wide = text.chars().enumerate().filter(|(_, c)| c.len_utf16() == 2).map(|(at, _)| at).collect();
        let mut before = vec![0];
        let mut total = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            total += units_of(block);
            before.push(total);
        }
        Self { text, wide, code_points: text.chars().count(), before }
    }

    /// Units before a code point; clamped to the end of the text.
    pub(crate) fn at(&self, code_point: usize) -> usize {
        let at = code_point.min(self.code_points);
        at + self.wide.partition_point(|&wide| wide < at)
    }

    /// Converts a half-open code point range.
    pub(crate) fn span(&self, start: usize, end: usize) -> [usize; 2] {
        let start = self.at(start);
        [start, self.at(end).max(start)]
    }

    /// Converts a half-open byte range.
    pub(crate) fn bytes(&self, start: usize, end: usize) -> [usize; 2] {
        let at = |offset: usize| {
            let offset = offset.min(self.text.len());
            match self.before.get(offset / BLOCK) {
                Some(before) => before + units_of(&self.text.as_bytes()[offset / BLOCK * BLOCK..offset]),
                None => offset,
            }
        };
        [at(start), at(end).max(at(start))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_counting() {
        for text in ["", "plain words", "é😀中 𝄞 and 😀😀", &"a😀é".repeat(60)] {
            let units = Units::new(text);
            let mut expected = 0;
            for (index, (offset, c)) in text.char_indices().enumerate() {
                assert_eq!((units.at(index), units.bytes(offset, offset)[0]), (expected, expected), "{text}");
                expected += c.len_utf16();
            }
            assert_eq!(units.span(0, text.chars().count()), [0, expected]);
            assert_eq!(units.bytes(0, text.len()), [0, expected]);
        }
    }

    #[test]
    fn a_place_past_the_end_is_the_end() {
        let units = Units::new("a😀");
        assert_eq!(units.span(1, 99), [1, 3]);
        assert_eq!(units.span(2, 1), [3, 3]);
        assert_eq!(units.bytes(1, 99), [1, 3]);
    }
}
