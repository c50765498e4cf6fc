//! Packs whole sentences up to a model's limit.

use std::ops::Range;

use crate::text::halves;

/// Ranges of the text, in order, of at most `limit` subwords each according to `count`.
///
/// Whole units (sentences) are packed together. A unit that is too long is split between words, and a word that is too
/// long between characters. Only white space between the first and the last unit is left out.
pub(crate) fn pack(
    text: &str,
    units: impl IntoIterator<Item = Range<usize>>,
    limit: usize,
    count: impl Fn(&str) -> usize,
) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    // Subwords of the open piece; `None` if there is none.
    let mut open: Option<usize> = None;
    for unit in units {
        let slice = text.get(unit.clone()).unwrap_or_default();
        let length = count(slice);
        if length > limit {
            cut(text, unit, limit, &count, &mut pieces);
            open = None;
            continue;
        }
        if let (Some(used), Some(piece)) = (open, pieces.last_mut()) {
            // Byte-level vocabularies spend a subword on each space except the one before a word.
            let gap = text.get(piece.end..unit.start).unwrap_or_default().chars().count();
            if used + gap + length <= limit {
                piece.end = unit.end;
                open = Some(used + gap + length);
                continue;
            }
        }
        pieces.push(unit);
        open = Some(length);
    }
    pieces
}

fn cut(text: &str, range: Range<usize>, limit: usize, count: &impl Fn(&str) -> usize, pieces: &mut Vec<Range<usize>>) {
    let fits = |range: &Range<usize>| text.get(range.clone()).is_none_or(|slice| count(slice) <= limit);
    // Depth first, left before right, so that pieces are in order.
    let mut todo = vec![range];
    while let Some(range) = todo.pop() {
        match if fits(&range) { None } else { halves(text, range.clone()) } {
            Some((left, right)) => todo.extend([right, left]),
            None => pieces.push(range),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts one subword per letter.
    fn letters(text: &str) -> usize {
        text.chars().filter(|c| !c.is_whitespace()).count()
    }

    #[test]
    fn pieces_are_whole_sentences_while_they_can_be() {
        let text = "ab cd. ef. gh ij kl mn op. q.";
        let units = [0..6, 7..10, 11..26, 27..29];
        let check = |limit: usize, expected: &[&str]| {
            let pieces = pack(text, units.clone(), limit, letters);
            assert_eq!(pieces.iter().map(|p| &text[p.clone()]).collect::<Vec<_>>(), expected, "{limit}");
            assert!(pieces.iter().all(|p| letters(&text[p.clone()]) <= limit));
        };
        check(100, &[text]);
        check(11, &["ab cd. ef.", "gh ij kl mn op.", "q."]);
        check(7, &["ab cd.", "ef.", "gh ij kl", " mn op.", "q."]);
        check(2, &["ab", " c", "d.", "e", "f.", "gh", " ij", " kl", " mn", " o", "p.", "q."]);
    }
}
