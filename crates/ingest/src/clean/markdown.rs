//! Splits Markdown into blocks: its marks become edits, the text stays.

use std::ops::Range;

use pressmark_core::{EditKind, SegmentKind};

use super::{build::build, line::bullet_len, row::Row, wrap::Wrap};
use crate::block::Block;
use crate::clock::Clock;
use crate::failure::Failure;

/// Longest URL of a link, in bytes; a longer one is not recognized, so that the search stays linear. Set by hand, near
/// the 2,083 characters of Internet Explorer, long the practical limit of URLs.
const MAX_ADDRESS: usize = 2048;

/// The blocks of a Markdown text with the given rows.
///
/// # Errors
/// When the time limit has passed.
pub(super) fn blocks(text: &str, rows: &[Row], clock: &Clock) -> Result<Vec<Block>, Failure> {
    let wrapped = Wrap::of(text, rows);
    let mut blocks = Vec::new();
    let (mut at, mut blank, mut fence) = (front_matter(text, rows, &mut blocks), 0, None);
    while at < rows.len() {
        clock.check_at(at)?;
        let line = &text[rows[at].content.clone()];
        if line.is_empty() {
            blank += 1;
            at += 1;
            continue;
        }
        if let Some(mark) = fence_mark(line) {
            fence = if fence.is_none() { Some(mark) } else { fence.filter(|open| *open != mark) };
            at += 1;
            continue;
        }
        if fence.is_some() {
            blocks.extend(build(text, &rows[at..=at], &[], blank, None));
            (blank, at) = (0, at + 1);
            continue;
        }
        if is_rule(line) || is_table_rule(line) {
            at += 1;
            continue;
        }
        let end = soft_end(text, rows, at, wrapped.end(text, rows, at, starts_block));
        let underline = rows.get(end).map(|r| &text[r.content.clone()]).filter(|l| is_underline(l));
        let (marks, mut kind) = lead(line, rows[at].content.start);
        if let Some(underline) = underline.filter(|_| kind.is_none()) {
            kind = Some(if underline.starts_with('=') { SegmentKind::Title } else { SegmentKind::Heading });
        }
        let content = rows[at].content.start..rows[end - 1].content.end;
        let (removed, linked) = inline(text, content, marks);
        if let Some(mut block) = build(text, &rows[at..end], &removed, blank, kind) {
            block.link_share = (linked as f32 / block.text.len() as f32).min(1.0);
            blocks.push(block);
        }
        blank = 0;
        at = end + usize::from(underline.is_some());
    }
    Ok(blocks)
}

/// Skips YAML front matter of up to 60 lines (set by hand), which becomes chrome; returns the row after it.
fn front_matter(text: &str, rows: &[Row], blocks: &mut Vec<Block>) -> usize {
    let line = |row: &Row| &text[row.content.clone()];
    let is_open = rows.first().is_some_and(|r| line(r) == "---");
    let Some(close) = rows.iter().skip(1).take(60).position(|r| line(r) == "---").filter(|_| is_open) else { return 0 };
    let fields = &rows[1..=close];
    if !fields
        .iter()
        .all(|r| r.content.is_empty() || r.indent > 0 || line(r).starts_with("- ") || line(r).contains(':'))
    {
        return 0;
    }
    blocks
        .extend(fields.iter().filter_map(|r| build(text, std::slice::from_ref(r), &[], 0, Some(SegmentKind::Chrome))));
    close + 2
}

fn fence_mark(line: &str) -> Option<char> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    (line.chars().take_while(|c| *c == mark).count() >= 3).then_some(mark)
}

/// `***`, `---`, `* * *`.
fn is_rule(line: &str) -> bool {
    let mut marks = line.chars().filter(|c| !c.is_whitespace());
    let Some(mark) = marks.next().filter(|c| matches!(c, '*' | '-' | '_')) else { return false };
    line.len() >= 3 && marks.clone().count() >= 2 && marks.all(|c| c == mark)
}

fn is_table_rule(line: &str) -> bool {
    line.contains("--") && line.contains('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn is_underline(line: &str) -> bool {
    line.len() >= 3 && (line.bytes().all(|b| b == b'=') || line.bytes().all(|b| b == b'-'))
}

fn starts_block(line: &str) -> bool {
    line.starts_with(['#', '>', '|']) || fence_mark(line).is_some() || is_rule(line) || is_underline(line)
}

/// Fewest words of a line that continues on the next. Set by hand: shorter ones are labels and links of a page, each by
/// itself.
const SOFT_BREAK_WORDS: usize = 4;

/// One past the last row of a paragraph whose rows from `start` to `end` are known. A line that ends inside a sentence
/// continues on the next, as in CommonMark all lines do. Lines that end with a sentence stay separate, because scraped
/// Markdown often has one paragraph per line.
fn soft_end(text: &str, rows: &[Row], start: usize, mut end: usize) -> usize {
    let line = |row: &Row| &text[row.content.clone()];
    let is_heading = |line: &str| matches!(lead(line, 0).1, Some(SegmentKind::Title | SegmentKind::Heading));
    if rows.get(start).is_none_or(|first| is_heading(line(first))) {
        return end;
    }
    while let (Some(last), Some(next)) = (rows.get(end - 1).map(line), rows.get(end).map(line)) {
        // Emphasis and code marks may follow the last word.
        let words = last.trim_end_matches(['*', '_', '`']);
        let is_open = words.ends_with(|c: char| c.is_alphanumeric() || ",;–—-”\"’)".contains(c));
        let ends_sentence = words.trim_end_matches(['”', '"', '’', ')']).ends_with(['.', '!', '?', '…']);
        let is_short = last.split_whitespace().count() < SOFT_BREAK_WORDS;
        let is_hard_break = text[rows[end - 1].content.end..].starts_with("  ") || last.ends_with('\\');
        let is_block = next.is_empty() || starts_block(next) || bullet_len(next).is_some();
        if !is_open || ends_sentence || is_short || is_hard_break || is_block {
            break;
        }
        end += 1;
    }
    end
}

/// The mark at the start of a block, as a range to remove, and the kind of block that it makes.
fn lead(line: &str, start: usize) -> (Option<Range<usize>>, Option<SegmentKind>) {
    let hashes = line.bytes().take_while(|b| *b == b'#').count();
    if (1..=6).contains(&hashes) && line[hashes..].starts_with([' ', '\t']) {
        let text = line.len() - line[hashes..].trim_start().len();
        let kind = if hashes == 1 { SegmentKind::Title } else { SegmentKind::Heading };
        return (Some(start..start + text), Some(kind));
    }
    if let Some(rest) = line.strip_prefix('>') {
        let rest = rest.trim_start_matches(['>', ' ', '\t']);
        return (Some(start..start + line.len() - rest.len()), Some(SegmentKind::Quote));
    }
    if line.starts_with('|') && line.len() > 1 {
        return (None, Some(SegmentKind::Table));
    }
    match bullet_len(line) {
        // An item's number is part of its text, a dash is not.
        Some(len) if line.starts_with(['-', '*', '+']) => (Some(start..start + len), Some(SegmentKind::List)),
        Some(_) => (None, Some(SegmentKind::List)),
        None if line.starts_with('[') && line.contains("]: ") && line.find("]: ") < line.find(' ').map(|i| i + 1) => {
            (None, Some(SegmentKind::Chrome))
        }
        None => (None, None),
    }
}

/// The marks inside a stretch of text, in order, and the number of its bytes inside links.
fn inline(text: &str, content: Range<usize>, lead: Option<Range<usize>>) -> (Vec<(Range<usize>, EditKind)>, usize) {
    let start = lead.as_ref().map_or(content.start, |l| l.end);
    let mut marks: Vec<(Range<usize>, EditKind)> = lead.map(|l| (l, EditKind::Markup)).into_iter().collect();
    let mut linked = 0;
    // Open emphasis by mark and length, and open brackets: offsets in the input.
    let mut emphasis: Vec<Range<usize>> = Vec::new();
    let mut brackets: Vec<usize> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = start;
    while at < content.end {
        match bytes[at] {
            b'\\' if bytes.get(at + 1).is_some_and(|b| b.is_ascii_punctuation()) && at + 1 < content.end => {
                marks.push((at..at + 1, EditKind::Escape));
                at += 2;
            }
            mark @ (b'*' | b'_') => {
                let run = bytes[at..content.end].iter().take_while(|b| **b == mark).count();
                let range = at..at + run;
                let before = text[content.start..at].chars().next_back();
                let after = text[range.end..content.end].chars().next();
                let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
                let inside_word = mark == b'_' && word(before) && word(after);
                let open = emphasis.last().filter(|r| r.len() == run && bytes[r.start] == mark);
                if let Some(open) = open.filter(|_| !space(before) && !inside_word).cloned() {
                    emphasis.pop();
                    marks.push((open, EditKind::Markup));
                    marks.push((range.clone(), EditKind::Markup));
                } else if !space(after) && !inside_word && run <= 3 && emphasis.len() < 16 {
                    emphasis.push(range.clone());
                }
                at = range.end;
            }
            b'[' => {
                brackets.push(at);
                at += 1;
            }
            b']' => {
                if let (Some(open), Some(end)) = (brackets.pop(), address_end(text, at + 1, content.end)) {
                    let image = open > start && bytes[open - 1] == b'!';
                    if image {
                        marks.push((open - 1..end, EditKind::Markup));
                    } else {
                        linked += at - open - 1;
                        marks.push((open..open + 1, EditKind::Markup));
                        marks.push((at..end, EditKind::Markup));
                    }
                    at = end;
                } else {
                    at += 1;
                }
            }
            b'`' => {
                marks.push((at..at + 1, EditKind::Markup));
                at += 1;
            }
            _ => at += 1,
        }
    }
    marks.sort_by_key(|(r, _)| (r.start, std::cmp::Reverse(r.end)));
    // The marks of an image inside a link are inside that link's marks.
    let mut end = 0;
    marks.retain(|(r, _)| {
        let keep = r.start >= end;
        end = end.max(r.end);
        keep
    });
    (marks, linked)
}

/// One past the parenthesis that closes the URL opened at `at`, if one does.
fn address_end(text: &str, at: usize, end: usize) -> Option<usize> {
    let address = text.as_bytes().get(at..end.min(at + MAX_ADDRESS))?;
    if address.first() != Some(&b'(') {
        return None;
    }
    let mut depth = 0_usize;
    for (i, byte) in address.iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'\n' => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(at + i + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use pressmark_core::SegmentKind::{Chrome, Heading, List, Quote, Table, Title};

    use crate::clean::{build::assert_maps_back, tests::split};

    fn check(source: &str, expected: &[(&str, Option<pressmark_core::SegmentKind>)]) {
        let blocks = split(source, true);
        assert_maps_back(source, &blocks);
        let found: Vec<_> = blocks.iter().map(|b| (b.text.as_str(), b.kind)).collect();
        assert_eq!(found, expected, "{source:?}");
    }

    #[test]
    fn a_line_that_ends_inside_a_sentence_goes_on_in_the_next() {
        // The long paragraph keeps the text from counting as wrapped.
        let long =
            "The tender was drawn up in a hurry and changed twice before anybody outside the port office had seen it. ";
        let long = long.repeat(2);
        let check = |lines: &str, expected: &[&str]| {
            let source = format!("# The quay\n\n{long}\n\n{lines}\n");
            let blocks = split(&source, true);
            assert_maps_back(&source, &blocks);
            let found: Vec<_> = blocks.iter().skip(2).map(|b| b.text.as_str()).collect();
            assert_eq!(found, expected, "{lines:?}");
        };
        check(
            "“We told the port, which\nhad the plans, in May,” said\nHelga Brandt, the engineer.",
            &["“We told the port, which\nhad the plans, in May,” said\nHelga Brandt, the engineer."],
        );
        check(
            "The port knew of it in May.\nThe council did not.",
            &["The port knew of it in May.", "The council did not."],
        );
        check(
            "The port knew of it, the engineers\n- one of them",
            &["The port knew of it, the engineers", "one of them"],
        );
        check("Share\nPrint\nMore from the harbour", &["Share", "Print", "More from the harbour"]);
        check(
            "The port knew of it in the spring  \nand said so",
            &["The port knew of it in the spring", "and said so"],
        );
    }

    #[test]
    fn block_marks() {
        check(
            "# A *title*\n\nText.\n\n## Part ##",
            &[("A title", Some(Title)), ("Text.", None), ("Part ##", Some(Heading))],
        );
        check(
            "A title\n=====\n\n- one\n- two\n\n1. three",
            &[("A title", Some(Title)), ("one", Some(List)), ("two", Some(List)), ("1. three", Some(List))],
        );
        check(
            "> He said it.\n\n| a | b |\n|---|---|\n| 1 | 2 |",
            &[("He said it.", Some(Quote)), ("| a | b |", Some(Table)), ("| 1 | 2 |", Some(Table))],
        );
        check("---\ntitle: Rain\n---\nText.", &[("title: Rain", Some(Chrome)), ("Text.", None)]);
        check("```\nlet x = 1;\n```\n***\nEnd.", &[("let x = 1;", None), ("End.", None)]);
    }

    #[test]
    fn inline_marks() {
        check(
            "A **bold** and _thin_ word, snake_case_name, 2 * 3 * 4.",
            &[("A bold and thin word, snake_case_name, 2 * 3 * 4.", None)],
        );
        check("See [the page](https://e.org/a_(b)) now ![x](y.png).", &[("See the page now .", None)]);
        check(r"Not \*emphasis\* here.", &[("Not *emphasis* here.", None)]);
        check("[![alt](a.png)](b)", &[]);
    }

    #[test]
    fn links_are_measured() {
        let blocks = split("[One](a) [Two](b)\n\nA paragraph with [one](c) link.", true);
        assert!(blocks[0].link_share > 0.8 && blocks[1].link_share < 0.2, "{blocks:?}");
    }
}
