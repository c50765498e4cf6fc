//! Finds readers' comments under an article.

use pressmark_core::DropReason;

use super::{dates, line::Line};
use crate::phrases::{Phrases, phrases};

/// Least number of signatures and buttons between comments. Set by hand: one may be a date in the article.
const MIN_SIGNS: usize = 2;
/// Lines after the heading within which the first signature must occur. Set by hand: a form and a counter may come
/// before.
const FIRST_SIGN: usize = 4;
/// Most paragraphs of one comment. Set by hand: a longer stretch is the article continuing.
const LONGEST: usize = 6;
/// Least number of paragraphs before the heading. Set by hand: a comment counter under the title heads no comments.
const MIN_ARTICLE: usize = 2;

/// Words that introduce a comment, such as "says".
static SAYS: Phrases = phrases!(Comment);

/// Drops the comments under the first heading of comments that is followed by signatures.
pub(super) fn drop_comments(lines: &[Line<'_>], dropped: &mut [Option<DropReason>]) {
    let mut paragraphs = 0;
    for at in 0..lines.len() {
        let heads = dropped[at] == Some(DropReason::CommentForm) && lines[at].words <= 12;
        if heads && paragraphs >= MIN_ARTICLE && are_comments(&lines[at + 1..]) {
            dropped[at + 1..].iter_mut().for_each(|d| *d = d.or(Some(DropReason::Comment)));
            return;
        }
        paragraphs += usize::from(dropped[at].is_none() && lines[at].is_prose());
    }
}

/// Whether signatures occur regularly among the paragraphs of all lines.
fn are_comments(lines: &[Line<'_>]) -> bool {
    if !lines.iter().take(FIRST_SIGN).any(is_sign) {
        return false;
    }
    let (mut signs, mut stretch) = (0, 0);
    for line in lines {
        if is_sign(line) {
            signs += 1;
            stretch = 0;
        } else if line.is_prose() {
            stretch += 1;
            if stretch > LONGEST {
                return false;
            }
        }
    }
    signs >= MIN_SIGNS
}

/// Whether a line is a signature or button of at most 12 words (set by hand): "Anna says:", "March 4, 2025 at 5:02 pm",
/// "2 hours ago", "Reply".
fn is_sign(line: &Line<'_>) -> bool {
    if line.words > 12 {
        return false;
    }
    let last = line.folded.word(line.folded.len().saturating_sub(1));
    (line.text.ends_with([':', '：']) && SAYS.contains(&last))
        || dates::date(line.text).is_some_and(|d| d.sure)
        || line
            .hit
            .is_some_and(|h| h.reason == DropReason::Date || (h.reason == DropReason::CommentForm && line.words <= 3))
}
