use pressmark_core::Span;

/// Turns byte offsets into code point offsets.
///
/// Keeps one count a block of bytes, so that a lookup costs at most a block whatever the text's
/// length; ASCII text needs no table at all.
pub(crate) struct CodePoints<'a> {
    text: &'a [u8],
    /// Code points before each block, and in all; empty for ASCII.
    before: Vec<usize>,
}

/// Bytes a block: a lookup reads 32 on average, and the table is an eighth of the text.
const BLOCK: usize = 64;

fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count()
}

impl<'a> CodePoints<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        if text.is_ascii() {
            return Self { text: bytes, before: Vec::new() };
        }
        let mut before = vec![0];
        let mut total = 0;
        for block in bytes.chunks(BLOCK) {
            total += count(block);
            before.push(total);
        }
        Self { text: bytes, before }
    }

    /// Code points before the byte at `offset`; past the end, those of the whole text.
    pub(crate) fn at(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        match self.before.get(offset / BLOCK) {
            Some(before) => before + count(&self.text[offset / BLOCK * BLOCK..offset]),
            None => offset,
        }
    }

    pub(crate) fn span(&self, span: Span) -> (usize, usize) {
        (self.at(span.start), self.at(span.end))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_counting(text in "\\PC{0,200}") {
            let points = CodePoints::new(&text);
            for (index, (offset, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(points.at(offset), index);
            }
            prop_assert_eq!(points.at(text.len()), text.chars().count());
        }

        #[test]
        fn agrees_at_block_ends(text in "(é|a|中|😀){60,140}") {
            prop_assert_eq!(CodePoints::new(&text).at(text.len()), text.chars().count());
        }
    }
}
