use std::fmt::Display;

use super::findings::Findings;
use crate::CodePoints;

impl<'a> CodePoints<'a> {
    /// Returns the non-empty text of an annotation; reports a finding if the range is invalid or empty.
    pub(super) fn words(&self, start: usize, end: usize, place: impl Display, found: &mut Findings) -> Option<&'a str> {
        let words = self.get(start, end).filter(|words| !words.is_empty());
        if words.is_none() {
            found.add(place, format_args!("{start}..{end} is not a range of the text"));
        }
        words
    }

    /// Like [`words`](Self::words), for an annotation that may be missing.
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
                found.add(place, "has a start without an end, or the reverse");
                None
            }
        }
    }
}
