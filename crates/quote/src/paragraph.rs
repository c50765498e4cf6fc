//! Paragraphs, with wrapped lines joined.

use pressmark_core::Span;

/// Shortest wrapped line, in bytes. Set by hand: headings and list items are often shorter.
const MIN_WRAPPED: usize = 40;
/// Longest wrapped line, in bytes. Plain text is wrapped at 72 to 100 columns, which multi-byte letters lengthen; a
/// line of a list may have any length. Set by hand.
const MAX_WRAPPED: usize = 160;

/// Paragraphs of a text, without surrounding white space: its lines, or where a block was wrapped at some width, the
/// whole block.
pub(crate) fn paragraphs(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut block: Vec<Span> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begin = start + (line.len() - line.trim_start().len());
        start += line.len();
        let trimmed = line.trim();
        if trimmed.is_empty() {
            flush(text, &mut block, &mut found);
        } else {
            block.push(Span::new(begin, begin + trimmed.len()));
        }
    }
    flush(text, &mut block, &mut found);
    found
}

/// Joins the lines of a block that belong together.
fn flush(text: &str, block: &mut Vec<Span>, found: &mut Vec<Span>) {
    let runs_on = |line: &Span| !line.slice(text).ends_with(ends_sentence);
    let (_, before_last) = block.split_last().map_or((None, &[][..]), |(last, rest)| (Some(last), rest));
    let wrapped = before_last.iter().filter(|line| line.len() >= MIN_WRAPPED && runs_on(line)).count();
    // More than half of the lines run on: a sentence ends at the end of a wrapped line only by chance.
    let is_wrapped = 2 * wrapped > before_last.len() && block.iter().all(|line| line.len() <= MAX_WRAPPED);
    let mut joins = false;
    for line in block.drain(..) {
        let small = line.slice(text).starts_with(char::is_lowercase);
        match found.last_mut().filter(|_| joins && (is_wrapped || small)) {
            Some(paragraph) => paragraph.end = line.end,
            None => found.push(line),
        }
        joins = is_wrapped || runs_on(&line);
    }
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '.' | '?' | '!' | '…' | ':' | ';' | ')' | ']') || crate::marks::is_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_are_one_paragraph_and_others_are_not() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> = paragraphs(text).iter().map(|s| s.slice(text)).collect();
            assert_eq!(found, expected, "{text:?}");
        };
        let wrapped =
            "The council of the town voted on Tuesday to open\nthe lock, and “the crews can\nrest,” the mayor said.";
        check(wrapped, &[wrapped]);
        check("One line.\nAnother line.\n\n  A third\n", &["One line.", "Another line.", "A third"]);
        check("A heading\nThe text of it.", &["A heading", "The text of it."]);
        check("“We will\nnot go,” he said.", &["“We will\nnot go,” he said."]);
        // Lines that end with a name, of any length, are a list.
        let long = "“We waited at the lock for the whole of a night, and when the morning came the keeper had gone home, the \
                    boats lay where they were, and nobody could tell us when he would be back.” – Ana Reis";
        check(
            &format!("{long}\n“It is what it always was, a town of boats.” – Tom Kern\n{long}"),
            &[long, "“It is what it always was, a town of boats.” – Tom Kern", long],
        );
        check("", &[]);
    }
}
