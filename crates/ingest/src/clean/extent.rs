//! The extent of the article in a page: the stretch in which paragraphs outweigh what is between them.

use std::ops::Range;

use pressmark_core::DropReason;

use super::line::Line;

/// Most words of a paragraph that count: one long paragraph is not the article. News paragraphs have some 20 to 60
/// words. Set by hand on the pages of `corpus.txt`, as are the other numbers here.
const MAX_WORDS: f32 = 60.0;
/// Words from which a sentence counts in full; a shorter one may be a teaser and counts [`GAP`].
const FULL_WORDS: usize = 14;
/// Cost of a line between paragraphs, in words of paragraphs.
const GAP: f32 = 3.0;
/// Lines of boilerplate on one side of the article from which other lines there are dropped too.
const MIN_BOILERPLATE: usize = 8;
/// More than one sentence in this many lines means that the article continues there.
const PROSE_ONE_IN: usize = 3;

/// The stretch of lines with the greatest sum of paragraphs less gaps (Kadane's algorithm), from its first paragraph to
/// one past its last; empty if there is none.
pub(super) fn main_part(lines: &[Line<'_>], sure: &[Option<DropReason>]) -> Range<usize> {
    let (mut best, mut best_sum) = (0..0, 0.0);
    let (mut start, mut sum) = (0, 0.0);
    for (at, line) in lines.iter().enumerate() {
        let value = if sure[at].is_some() || !line.is_prose() {
            -GAP
        } else if line.words < FULL_WORDS {
            GAP
        } else {
            (line.words as f32).min(MAX_WORDS)
        };
        if sum <= 0.0 {
            (start, sum) = (at, 0.0);
        }
        sum += value;
        if sum > best_sum {
            (best, best_sum) = (start..at + 1, sum);
        }
    }
    best
}

/// Drops leftovers of a page before and after its article: teasers among menus, scraps of comments.
///
/// A side is dropped only if boilerplate is frequent and sentences are rare on it.
pub(super) fn drop_outskirts(
    lines: &[Line<'_>],
    dropped: &mut [Option<DropReason>],
    main: &Range<usize>,
    title: Option<usize>,
) {
    let from = title.filter(|t| *t < main.start).unwrap_or(main.start);
    for side in [0..from, main.end..lines.len()] {
        let boilerplate = side.clone().filter(|&i| dropped[i].is_some()).count();
        let prose = side.clone().filter(|&i| dropped[i].is_none() && lines[i].is_prose()).count();
        if boilerplate < MIN_BOILERPLATE || prose * PROSE_ONE_IN > side.len() {
            continue;
        }
        // Lines next to the article may be its last list or its signature: walk outwards, and start dropping after half
        // of [`MIN_BOILERPLATE`].
        let mut seen = 0;
        let outwards: Vec<usize> = if side.start == 0 { side.rev().collect() } else { side.collect() };
        for at in outwards {
            match dropped[at] {
                Some(_) => seen += 1,
                None if seen >= MIN_BOILERPLATE / 2 => dropped[at] = Some(DropReason::Navigation),
                None => {}
            }
        }
    }
}
