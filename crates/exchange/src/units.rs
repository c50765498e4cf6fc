//! Conversion of offsets to other units.

/// Offset of each code point of a text in UTF-16 code units, followed by the total length.
pub(crate) struct Utf16(Vec<usize>);

impl Utf16 {
    pub(crate) fn new(text: &str) -> Self {
        let mut at = 0;
        let starts = text.chars().map(|c| {
            let start = at;
            at += c.len_utf16();
            start
        });
        let mut starts: Vec<usize> = starts.collect();
        starts.push(at);
        Self(starts)
    }

    /// Returns the number of UTF-16 code units before a code point, or in the whole text if it is past the end.
    pub(crate) fn of(&self, point: usize) -> usize {
        self.0.get(point).or(self.0.last()).copied().unwrap_or_default()
    }

    /// Returns the code point that starts at a UTF-16 code unit; `None` inside a surrogate pair or past the end.
    pub(crate) fn point(&self, unit: usize) -> Option<usize> {
        self.0.binary_search(&unit).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn astral_characters_are_two_units() {
        let units = Utf16::new("a🌉é");
        assert_eq!((0..5).map(|point| units.of(point)).collect::<Vec<_>>(), [0, 1, 3, 4, 4]);
        assert_eq!(
            (0..6).map(|unit| units.point(unit)).collect::<Vec<_>>(),
            [Some(0), Some(1), None, Some(2), Some(3), None]
        );
    }
}
