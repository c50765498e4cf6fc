//! Detects hard-wrapped plain text, and joins its lines.

use super::{line::bullet_len, row::Row};

/// Widest wrapped text, in columns. Mail and plain-text conventions stop at 72 to 100; the rest is slack, set by hand.
const WIDEST_WRAP: usize = 130;
/// Narrowest wrapped text, in columns. Set by hand: narrower columns are lists and verse.
const NARROWEST_WRAP: usize = 40;

/// Least number of lines without room for the next word in wrapped text. Set by hand.
const FULL_LINES: usize = 2;
/// Least percentage of such lines among those that a line follows; the others are the last lines of paragraphs. Set by
/// hand.
const FULL_PERCENT: usize = 60;
/// Least percentage of such lines that break inside a sentence: prose does so far more often than not. Set by hand.
const OPEN_PERCENT: usize = 50;
/// Permille of lines whose width is the text's width or less: the widest may be URLs and tables. Set by hand.
const WIDTH_PERMILLE: usize = 980;

/// The wrapping width of a text; `None` if it is not wrapped.
#[derive(Debug)]
pub(super) struct Wrap {
    width: Option<usize>,
}

impl Wrap {
    /// Detects wrapping: line ends fall where the next word would not have fitted.
    pub(super) fn of(text: &str, rows: &[Row]) -> Self {
        let mut widths: Vec<usize> = rows.iter().filter(|r| !r.content.is_empty()).map(|r| r.width).collect();
        widths.sort_unstable();
        let place = (widths.len() * WIDTH_PERMILLE / 1000).min(widths.len().saturating_sub(1));
        let Some(&width) = widths.get(place) else {
            return Self { width: None };
        };
        if !(NARROWEST_WRAP..=WIDEST_WRAP).contains(&width) {
            return Self { width: None };
        }
        let (mut pairs, mut full, mut open) = (0, 0, 0);
        for pair in rows.windows(2).filter(|p| p.iter().all(|r| !r.content.is_empty())) {
            pairs += 1;
            let line = &text[pair[0].content.clone()];
            let is_open = !line.ends_with(['.', '!', '?', '”', '"', ':']);
            // A line that breaks off before a lower-case letter continues, however ragged the text is.
            let runs_on = is_open
                && pair[0].width >= NARROWEST_WRAP
                && text[pair[1].content.clone()].starts_with(char::is_lowercase);
            if runs_on || is_full(text, &pair[0], &pair[1], width) {
                full += 1;
                open += usize::from(is_open);
            }
        }
        let wrapped = full >= FULL_LINES && full * 100 >= pairs * FULL_PERCENT && open * 100 >= full * OPEN_PERCENT;
        Self { width: wrapped.then_some(width) }
    }

    /// One past the last row of the block that starts at row `start`.
    pub(super) fn end(&self, text: &str, rows: &[Row], start: usize, starts_block: impl Fn(&str) -> bool) -> usize {
        let Some(width) = self.width else { return start + 1 };
        let mut end = start + 1;
        while let Some(next) = rows.get(end).filter(|r| !r.content.is_empty()) {
            let line = &text[next.content.clone()];
            let goes_on = is_full(text, &rows[end - 1], next, width) || line.starts_with(char::is_lowercase);
            if !goes_on || bullet_len(line).is_some() || starts_block(line) {
                break;
            }
            end += 1;
        }
        end
    }
}

/// Whether the first word of `next` would not have fitted after `row`.
fn is_full(text: &str, row: &Row, next: &Row, width: usize) -> bool {
    let word = text[next.content.clone()].split_whitespace().next().map_or(0, |w| w.chars().count());
    row.width + 1 + word > width
}
