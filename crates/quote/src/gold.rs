use std::collections::HashMap;

use pressmark_core::{QuoteKind, Span};

use crate::Error;

/// A quotation annotated by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gold {
    /// Content, in one or more pieces in text order, each with its kind: direct when every word of the piece is in
    /// quotation marks, mixed when some are.
    ///
    /// `“A,” he said. “B.”` is one annotation of two direct pieces.
    pub content: Vec<(Span, QuoteKind)>,
    /// Spans of the words that name the speaker; empty when there are none.
    pub source: Vec<Span>,
    /// Spans of the cue.
    pub cue: Vec<Span>,
}

/// Reads the attributions of a brat `.ann` file over its text, in the layout of PolNeAR and PARC 3.
///
/// Text-bound annotations are `Source`, `Cue` and `Content`; events of type `Attribution` join them. Offsets are code
/// points. Other annotations (notes, discarded spans) are skipped.
///
/// # Errors
/// When a line does not parse or is out of the text's bounds.
pub fn read_brat(text: &str, annotations: &str) -> Result<Vec<Gold>, Error> {
    let mut bytes: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
    bytes.push(text.len());
    let mut spans: HashMap<&str, Vec<Span>> = HashMap::new();
    let mut golds = Vec::new();
    let mut events = Vec::new();
    for (number, line) in annotations.lines().enumerate() {
        let line_number = number + 1;
        let mut fields = line.split('\t');
        let (Some(id), Some(body)) = (fields.next(), fields.next()) else {
            // Continuation of a multi-line annotation's text.
            continue;
        };
        match id.chars().next() {
            Some('T') => {
                let (_, offsets) = body
                    .split_once(' ')
                    .ok_or(Error::Brat { line: line_number, expected: "a label and offsets after the id" })?;
                spans.insert(id, fragments(offsets, &bytes, line_number)?);
            }
            Some('E') => events.push(body),
            _ => {}
        }
    }
    for event in events {
        let mut content = Vec::new();
        let mut gold = Gold { content: Vec::new(), source: Vec::new(), cue: Vec::new() };
        for (role, id) in event.split_whitespace().filter_map(|r| r.split_once(':')) {
            let found = spans.get(id).into_iter().flatten().copied();
            match role.trim_end_matches(|c: char| c.is_ascii_digit()) {
                "Content" => content.extend(found),
                "Source" => gold.source.extend(found),
                "Cue" => gold.cue.extend(found),
                _ => {}
            }
        }
        gold.content = settle(text, content);
        if !gold.content.is_empty() {
            golds.push(gold);
        }
    }
    golds.sort_by_key(|g| g.content.first().map(|(span, _)| *span));
    Ok(golds)
}

/// Parses `"10 15;20 22"` into byte spans.
fn fragments(offsets: &str, bytes: &[usize], line: usize) -> Result<Vec<Span>, Error> {
    let expected = "pairs of offsets split by semicolons";
    let mut spans = Vec::new();
    for pair in offsets.split(';') {
        let mut numbers = pair.split_whitespace().map(str::parse::<usize>);
        let (Some(Ok(start)), Some(Ok(end)), None) = (numbers.next(), numbers.next(), numbers.next()) else {
            return Err(Error::Brat { line, expected });
        };
        match (bytes.get(start), bytes.get(end)) {
            (Some(from), Some(to)) if from <= to => spans.push(Span::new(*from, *to)),
            _ => return Err(Error::Range { line, start, end, length: bytes.len() - 1 }),
        }
    }
    Ok(spans)
}

/// Joins pieces with only white space between them, splits adjacent quotations, and classifies each piece.
fn settle(text: &str, mut content: Vec<Span>) -> Vec<(Span, QuoteKind)> {
    content.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for span in content {
        match joined.last_mut() {
            Some(last) if text.get(last.end..span.start).is_none_or(|gap| gap.trim().is_empty()) => {
                last.end = last.end.max(span.end);
            }
            _ => joined.push(span),
        }
    }
    let kind = |span: Span| match verbatim(span.slice(text)) {
        (0, 0) => None,
        (0, _) => Some(QuoteKind::Indirect),
        (_, 0) => Some(QuoteKind::Direct),
        _ => Some(QuoteKind::Mixed),
    };
    let cut = joined.into_iter().map(|s| trimmed(text, s)).flat_map(|s| match kind(s) {
        Some(QuoteKind::Direct) => pieces(text, s),
        _ => vec![s],
    });
    cut.filter_map(|s| Some((s, kind(s)?))).collect()
}

fn trimmed(text: &str, span: Span) -> Span {
    let slice = span.slice(text);
    let start = span.start + (slice.len() - slice.trim_start().len());
    Span::new(start, start + slice.trim().len())
}

/// Counts letters and digits inside and outside quotation marks, by a toggle that is independent of the finder.
///
/// Only the outermost marks count: a quotation within a quotation is in quotation marks all the same, and so is a
/// quotation's next paragraph, which begins with another opening mark.
fn verbatim(content: &str) -> (usize, usize) {
    let (mut inside, mut outside) = (0, 0);
    // Closing mark of the outermost quotation, and its nesting depth among marks of its kind.
    let mut open: Option<(char, usize)> = None;
    let mut previous = ' ';
    for c in content.chars() {
        let mark = match c {
            '\'' | '’' if previous == c => Some('\''),
            '“' | '„' | '”' | '«' | '»' | '"' => Some(c),
            _ => None,
        };
        open = match (open, mark) {
            (None, Some('“' | '„')) => Some(('”', 1)),
            (None, Some('«')) => Some(('»', 1)),
            // Typed the wrong way round.
            (None, Some('”')) if inside + outside == 0 => Some(('”', 1)),
            (None, Some(straight @ ('"' | '\''))) => Some((straight, 1)),
            (Some(_), Some('“' | '«' | '"')) if previous == '\n' => open,
            (Some(('”', depth)), Some('“' | '„')) => Some(('”', depth + 1)),
            (Some(('»', depth)), Some('«')) => Some(('»', depth + 1)),
            (Some((closing, depth)), Some(mark)) if mark == closing => (depth > 1).then(|| (closing, depth - 1)),
            _ => open,
        };
        if mark.is_none() && c.is_alphanumeric() {
            *(if open.is_some() { &mut inside } else { &mut outside }) += 1;
        }
        previous = c;
    }
    let single = content.starts_with(['‘', '\'']) && content.trim_end_matches(['.', ',']).ends_with(['’', '\'']);
    if single { (inside + outside, 0) } else { (inside, outside) }
}

/// Splits `“A.” “B.”` into two spans.
fn pieces(text: &str, span: Span) -> Vec<Span> {
    let content = span.slice(text);
    let mut cuts = Vec::new();
    let mut start = 0;
    let mut last = ' ';
    let mut before_last = ' ';
    for (i, c) in content.char_indices() {
        if !c.is_whitespace() {
            let gap = i > 0 && content.get(..i).is_some_and(|head| head.ends_with(char::is_whitespace));
            let closed = matches!(last, '”' | '"' | '»') || last == '\'' && before_last == '\'';
            if gap && closed && matches!(c, '“' | '"' | '«' | '\'') {
                cuts.push(trimmed(text, Span::new(span.start + start, span.start + i)));
                start = i;
            }
            before_last = last;
            last = c;
        }
    }
    cuts.push(Span::new(span.start + start, span.end));
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "“É shut,” Duarte said. “Go home.” She called it “odd” weather.";

    #[test]
    fn pieces_carry_their_kind() {
        let annotations = "T1\tContent 0 9;23 33\t“É shut,” “Go home.”\nT2\tSource 10 16\tDuarte\nT3\tCue 17 21\tsaid\n\
                           T4\tAttribution 17 21\tsaid\nE1\tAttribution:T4 Content:T1 Source:T2 Cue:T3\n#1\tNote T1\tfine\n\
                           T5\tContent 45 53\tit “odd”\nT6\tCue 38 44\tcalled\nE2\tAttribution-no-source:T6 Content:T5 Cue:T6\n";
        let gold = read_brat(TEXT, annotations).expect("brat stand-off");
        let found: Vec<Vec<(&str, QuoteKind)>> =
            gold.iter().map(|g| g.content.iter().map(|(s, k)| (s.slice(TEXT), *k)).collect()).collect();
        assert_eq!(found[0], [("“É shut,”", QuoteKind::Direct), ("“Go home.”", QuoteKind::Direct)]);
        assert_eq!(found[1], [("it “odd”", QuoteKind::Mixed)]);
        assert_eq!(gold[0].source[0].slice(TEXT), "Duarte");
        assert!(gold[1].source.is_empty());
    }

    #[test]
    fn quotations_within_quotations_stand_in_marks() {
        let check = |content: &str, expected: (usize, usize)| assert_eq!(verbatim(content), expected, "{content:?}");
        check("“ab,” cd “e”", (3, 2));
        check("“ab “cd” e”", (5, 0));
        check("\"ab “cd” e\"", (5, 0));
        check("\"ab\n\n\"cd\" e", (4, 1));
        check("“ab\n\n“cd” e", (4, 1));
        check("''ab'' c", (2, 1));
        check("ab «c» d", (1, 3));
        check("‘ab.’", (2, 0));
        check("”ab.”", (2, 0));
    }

    #[test]
    fn what_is_no_brat_is_refused_with_its_line() {
        for (annotations, message) in [
            (
                "T1\tContent",
                "line 1 of the annotations is not brat stand-off: expected a label and offsets after the id",
            ),
            (
                "\nT1\tContent 3 x\tabc",
                "line 2 of the annotations is not brat stand-off: expected pairs of offsets split by semicolons",
            ),
            ("T1\tContent 60 99\tabc", "line 1 of the annotations points at characters 60..99 of a text of 62"),
        ] {
            let error = read_brat(TEXT, annotations).expect_err("refused");
            assert_eq!(error.to_string(), message);
        }
    }
}
