//! CoNLL-2003 and CoNLL-U: one token per line.

use std::fmt::Write;

use pressmark_core::EntityType;
use pressmark_jsonl::{CodePoints, Record, Token};

/// Tags each token of a row in IOB2; `name` maps a label to its tag, and mentions without one are outside.
fn tags(row: &Record<'_>, name: impl Fn(&EntityType) -> Option<String>) -> Vec<String> {
    let mut tags = vec!["O".to_owned(); row.tokens.len()];
    for ent in &row.ents {
        let Some(name) = name(&ent.label) else { continue };
        let first = row.tokens.partition_point(|token| token.end <= ent.start);
        for (number, tag) in tags.iter_mut().enumerate().skip(first) {
            if row.tokens.get(number).is_none_or(|token| token.start >= ent.end) {
                break;
            }
            *tag = format!("{}-{name}", if number == first { 'B' } else { 'I' });
        }
    }
    tags
}

/// Iterates over sentences, each as its tokens with their indices, without white-space tokens.
fn sentences<'a>(
    row: &'a Record<'_>,
    points: &'a CodePoints<'_>,
) -> impl Iterator<Item = Vec<(usize, &'a Token)>> + 'a {
    row.sents.iter().map(move |sent| {
        let from = row.tokens.partition_point(|token| token.start < sent.start);
        let tokens = row.tokens.iter().enumerate().skip(from).take_while(|(_, token)| token.end <= sent.end);
        tokens.filter(|(_, token)| !points.slice(token.start, token.end).trim().is_empty()).collect()
    })
}

pub(crate) fn conll2003(row: &Record<'_>) -> String {
    let mut out = String::new();
    let (points, tags) = (CodePoints::new(&row.text), tags(row, |label| Some(label.conll03()?.to_string())));
    out.push_str("-DOCSTART- -X- -X- O\n\n");
    for sentence in sentences(row, &points) {
        for (number, token) in &sentence {
            // Parts of speech and chunks are not annotated. White space within a token would start another column.
            let word = points.slice(token.start, token.end).replace(char::is_whitespace, "_");
            let _ = writeln!(out, "{word} -X- -X- {}", tags.get(*number).map_or("O", String::as_str));
        }
        out.push('\n');
    }
    out
}

pub(crate) fn conllu(row: &Record<'_>) -> String {
    let mut out = String::new();
    let points = CodePoints::new(&row.text);
    let tags = tags(row, |label| Some(label.to_string()));
    let _ = writeln!(out, "# newdoc id = {}", on_one_line(&row.id));
    for (sent, tokens) in row.sents.iter().zip(sentences(row, &points)).filter(|(_, tokens)| !tokens.is_empty()) {
        let _ = writeln!(out, "# sent_id = {}-{}", on_one_line(&row.id), sent.start);
        let _ = writeln!(out, "# text = {}", on_one_line(points.slice(sent.start, sent.end)));
        for (place, (number, token)) in tokens.iter().enumerate() {
            let next = tokens.get(place + 1).map(|(_, next)| next.start);
            let mut misc = Vec::new();
            if next == Some(token.end) {
                misc.push("SpaceAfter=No".to_owned());
            }
            misc.push(format!("start_char={}", token.start));
            misc.push(format!("end_char={}", token.end));
            misc.push(format!("ner={}", tags.get(*number).map_or("O", String::as_str)));
            let word = on_one_line(points.slice(token.start, token.end));
            let _ = writeln!(out, "{}\t{word}\t_\t_\t_\t_\t_\t_\t_\t{}", place + 1, misc.join("|"));
        }
        out.push('\n');
    }
    out
}

/// Collapses white space, since line ends and tabs are separators here.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
