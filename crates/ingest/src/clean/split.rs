//! Splits plain text into blocks.

use super::{build::build, markdown, row::rows, wrap::Wrap};
use crate::block::Block;
use crate::clock::Clock;
use crate::failure::Failure;

/// Splits plain text into one block per line, joining wrapped lines, or Markdown by its marks.
///
/// # Errors
/// When the time limit has passed.
pub(crate) fn split(text: &str, markdown: bool, clock: &Clock) -> Result<Vec<Block>, Failure> {
    let rows = rows(text);
    clock.check()?;
    if markdown {
        return markdown::blocks(text, &rows, clock);
    }
    let wrapped = Wrap::of(text, &rows);
    let mut blocks = Vec::new();
    let (mut at, mut blank) = (0, 0);
    while at < rows.len() {
        clock.check_at(at)?;
        if rows[at].content.is_empty() {
            blank += 1;
            at += 1;
            continue;
        }
        let end = wrapped.end(text, &rows, at, |_| false);
        let block = build(text, &rows[at..end], &[], blank, None);
        blocks.extend(block);
        blank = 0;
        at = end;
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::clean::{build::assert_maps_back, row::TAB, tests::split};

    fn texts(source: &str) -> Vec<String> {
        let blocks = split(source, false);
        assert_maps_back(source, &blocks);
        blocks.into_iter().map(|b| b.text).collect()
    }

    #[test]
    fn a_line_is_a_block() {
        assert_eq!(texts("One.\r\n\r\n  Two.\u{c}Three.\rFour."), ["One.", "Two.", "Three.", "Four."]);
        let blocks = split("\u{feff}A\n\n\n\tB", false);
        assert_eq!((blocks[1].blank_before, blocks[1].indent, blocks[1].input.clone()), (2, TAB, 8..9));
        assert!(split("", true).is_empty() && split(" \n\t\n", false).is_empty());
    }

    #[test]
    fn invisible_characters_come_out() {
        assert_eq!(texts("co\u{ad}op\u{200b}erate\u{0}d\u{200e}"), ["cooperated"]);
        let persian = "می\u{200c}شود";
        assert_eq!(texts(persian), [persian]);
    }

    #[test]
    fn wrapped_lines_are_joined() {
        let wrapped = "Heading Here\n\nThe rain that had been falling on the valley since the\nearly hours of the morning stopped at noon, and by the\nevening the road to the market could be used again.\n\nTraders who had waited for three days on the other side\nof the river brought their goods across before dark.\n";
        let blocks = texts(wrapped);
        assert_eq!(blocks.len(), 3, "{blocks:?}");
        assert!(blocks[1].contains("since the\nearly"));
    }

    #[test]
    fn ragged_lines_that_break_off_are_joined() {
        let ragged = "The keeper of the northern lock said on Monday that the road to the\nborder would stay shut until the snow had gone, and he asked drivers not to\ntry their luck.\n\nHe spoke to the paper from his house, where he has lived for thirty\nyears and one.\n";
        assert_eq!(texts(ragged).len(), 2, "{:?}", texts(ragged));
    }

    #[test]
    fn verse_and_lists_are_not_joined() {
        for lines in [
            "The rain came down\nupon the town\nand nobody went out.\nThe clock struck ten,\nand then again,\nand we began to shout.",
            "Home\nNews\nSport\nWeather\nContact",
        ] {
            assert_eq!(texts(lines).len(), lines.lines().count());
        }
    }

    proptest! {
        #[test]
        fn every_text_maps_back(source in "(\\PC|[ \t\r\n\u{ad}\u{200b}*#_>\\-\\[\\]()`.]){0,200}", markdown: bool) {
            assert_maps_back(&source, &split(&source, markdown));
        }
    }
}
