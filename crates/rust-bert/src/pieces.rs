//! Whole sentences packed up to what a model can read.

use std::ops::Range;

use crate::text::halves;

/// Ranges of the text, in order, each of at most `limit` subwords as `count` counts them.
///
/// Whole units (sentences) are packed together; a unit that is too long by itself is cut between words, a word that
/// is too long between characters. Nothing between the first unit and the last is left out but white space.
pub(crate) fn pack(
    text: &str,
    units: impl IntoIterator<Item = Range<usize>>,
    limit: usize,
    count: impl Fn(&str) -> usize,
) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    // Subwords of the open piece, `None` when there is none.
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
            // Byte-level vocabularies spend a subword on each space but the one before a word.
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
    // Depth first, left before right: pieces come out in order.
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

    /// A subword a letter.
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
