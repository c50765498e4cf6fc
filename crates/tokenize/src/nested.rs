//! Short brackets and quotations inside a sentence: `(He came. He saw.)`, `“Stop! Thief!”`.

use std::collections::VecDeque;
use std::ops::Range;

/// Longest bracket, in bytes, in which no sentence ends. Set by hand: a longer one is text that may hold boundaries.
const BRACKET: usize = 200;

/// Longest quotation, in bytes, in which no sentence ends. Set by hand: a longer one is speech and is split into its
/// sentences; a shorter one is a phrase.
const QUOTATION: usize = 60;

/// Ranges of a paragraph, in order, in which no sentence ends: short brackets and quotations that open inside a
/// sentence. Byte offsets from the start of the paragraph.
pub(crate) fn inseparable(paragraph: &str) -> VecDeque<Range<usize>> {
    let mut out = VecDeque::new();
    let (mut bracket, mut quotation): (Option<usize>, Option<usize>) = (None, None);
    // Whether the last mark or word before this place ends a sentence, and whether white space immediately precedes it.
    let (mut fresh, mut spaced) = (true, true);
    let mut close = |open: &mut Option<usize>, at: usize, longest: usize| {
        if let Some(start) = open.take().filter(|start| at - start <= longest) {
            out.push_back(start..at);
        }
    };
    for (at, c) in paragraph.char_indices() {
        match c {
            '(' => bracket = (!fresh).then_some(at),
            ')' => close(&mut bracket, at, BRACKET),
            '“' | '«' => quotation = (!fresh).then_some(at),
            '"' if spaced => quotation = (!fresh).then_some(at),
            '”' | '»' | '"' => close(&mut quotation, at, QUOTATION),
            '.' | '!' | '?' | '…' => fresh = true,
            _ if c.is_alphanumeric() || matches!(c, ',' | ';' | ':') => fresh = false,
            _ => {}
        }
        spaced = c.is_whitespace();
    }
    out.make_contiguous().sort_unstable_by_key(|range| range.start);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = inseparable(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn short_asides() {
        check("It (yes. No.) fell. (He came. He saw.)", &["(yes. No."]);
        check("They cried “Stop! Thief!” and \"Go! Go!\" again.", &["“Stop! Thief!", "\"Go! Go!"]);
        check("“Stop! Thief!” they cried (", &[]);
    }
}
