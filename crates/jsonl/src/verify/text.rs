use std::fmt::Display;

use super::findings::Findings;

/// Code points a block of the table: a lookup walks over half as many on average.
const BLOCK: usize = 64;

/// The text by code points.
pub(crate) struct Text<'a> {
    text: &'a str,
    /// Byte offset of every 64th code point; empty for ASCII.
    blocks: Vec<usize>,
    points: usize,
}

impl<'a> Text<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        if text.is_ascii() {
            return Self { text, blocks: Vec::new(), points: text.len() };
        }
        let (mut blocks, mut points) = (Vec::with_capacity(text.len() / BLOCK + 1), 0);
        for (at, _) in text.char_indices() {
            if points % BLOCK == 0 {
                blocks.push(at);
            }
            points += 1;
        }
        Self { text, blocks, points }
    }

    /// Length in code points.
    pub(super) fn len(&self) -> usize {
        self.points
    }

    /// The byte offset of a code point; `None` past the end.
    pub(crate) fn byte(&self, point: usize) -> Option<usize> {
        if point >= self.points {
            return (point == self.points).then_some(self.text.len());
        }
        let Some(block) = self.blocks.get(point / BLOCK) else { return Some(point) };
        let (at, _) = self.text.get(*block..)?.char_indices().nth(point % BLOCK)?;
        Some(block + at)
    }

    /// The text from one code point to another; `None` where they do not fit.
    pub(super) fn slice(&self, start: usize, end: usize) -> Option<&'a str> {
        if start > end {
            return None;
        }
        self.text.get(self.byte(start)?..self.byte(end)?)
    }

    /// The words under an annotation, which are some; else that is a finding.
    pub(super) fn words(&self, start: usize, end: usize, place: impl Display, found: &mut Findings) -> Option<&'a str> {
        let words = self.slice(start, end).filter(|words| !words.is_empty());
        if words.is_none() {
            found.add(place, format_args!("{start}..{end} is no stretch of the text"));
        }
        words
    }

    /// The same for one that may be missing.
    pub(super) fn optional(
        &self,
        start: Option<usize>,
        end: Option<usize>,
        place: impl Display,
        found: &mut Findings,
    ) -> Option<&'a str> {
        match (start, end) {
            (Some(start), Some(end)) => self.words(start, end, place, found),
            (None, None) => None,
            _ => {
                found.add(place, "has a start without an end, or reverse");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_counting(text in "(é|a|中|😀|\\PC){0,200}") {
            let points = Text::new(&text);
            prop_assert_eq!(points.len(), text.chars().count());
            for (index, (at, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(points.byte(index), Some(at));
            }
            prop_assert_eq!(points.byte(points.len()), Some(text.len()));
            prop_assert_eq!(points.byte(points.len() + 1), None);
        }
    }
}
