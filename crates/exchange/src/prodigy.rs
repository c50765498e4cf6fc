//! Prodigy: JSONL of the interface `relations` or `spans_manual`, with frames as options. Offsets are code points.

use pressmark_jsonl::{CodePoints, Record};
use serde_json::{Value, json};

use crate::error::{Error, wrong};
use crate::files::File;
use crate::json::{id, lines, list, offset, string};
use crate::marks::{Link, Mark, Marks, Read, frame_names};

pub(crate) fn task(row: &Record<'_>, marks: &Marks) -> Value {
    let points = CodePoints::new(&marks.text);
    let token = |(number, token): (usize, &pressmark_jsonl::Token)| {
        let next = row.tokens.get(number + 1);
        json!({
            "text": points.slice(token.start, token.end),
            "start": token.start,
            "end": token.end,
            "id": number,
            "ws": next.is_some_and(|next| next.start > token.end),
        })
    };
    let spans: Vec<Value> = marks.spans.iter().map(|mark| span(row, mark)).collect();
    let relation = |(from, to, label): (usize, usize, &str)| {
        let (head, child) = (spans.get(from)?, spans.get(to)?);
        Some(json!({
            "head": head.get("token_end"),
            "child": child.get("token_end"),
            "head_span": head,
            "child_span": child,
            "label": label,
        }))
    };
    let option = |name: String| json!({ "id": name, "text": name });
    json!({
        "text": marks.text,
        "meta": { "pressmark_id": marks.id },
        "tokens": row.tokens.iter().enumerate().map(token).collect::<Vec<_>>(),
        "spans": spans,
        "relations": marks.numbered_links().into_iter().filter_map(relation).collect::<Vec<_>>(),
        "options": frame_names(row).into_iter().map(option).collect::<Vec<_>>(),
        "accept": marks.frames,
    })
}

/// Formats a span with the indices of its first and last token, both inclusive.
fn span(row: &Record<'_>, mark: &Mark) -> Value {
    let first = row.tokens.partition_point(|token| token.end <= mark.start);
    let last = row.tokens.partition_point(|token| token.start < mark.end);
    let mut span = json!({ "start": mark.start, "end": mark.end, "label": mark.label, "id": mark.key });
    if first < last {
        span["token_start"] = json!(first);
        span["token_end"] = json!(last - 1);
    }
    for (key, value) in [("entity", &mark.entity), ("tone", &mark.tone)] {
        if let Some(value) = value {
            span[key] = json!(value);
        }
    }
    span
}

pub(crate) fn read(files: &[File]) -> Result<Read, Error> {
    let (mut found, mut notes) = (Vec::new(), Vec::new());
    for file in files {
        for (place, line) in lines(file)? {
            match line.get("answer").and_then(Value::as_str) {
                None | Some("accept") => {}
                Some(answer) => {
                    notes.push(format!("{place} has the answer {answer:?}: skipped"));
                    continue;
                }
            }
            let text = string(&line, "text", &place)?.to_owned();
            let own = line.get("meta").and_then(|meta| id(meta, "pressmark_id")).or_else(|| id(&line, "id"));
            let mut marks =
                Marks { id: own.unwrap_or_else(|| (found.len() + 1).to_string()), text, ..Marks::default() };
            for (number, span) in list(&line, "spans").iter().enumerate() {
                marks.spans.push(Mark {
                    key: format!("p{number}"),
                    start: offset(span, "start", &place)?,
                    end: offset(span, "end", &place)?,
                    label: string(span, "label", &place)?.to_owned(),
                    entity: id(span, "entity"),
                    tone: id(span, "tone"),
                });
            }
            for relation in list(&line, "relations") {
                // A relation identifies its ends by last tokens only, but also includes the spans.
                let end = |key: &str| {
                    let told =
                        relation.get(key).ok_or_else(|| wrong(&place, format!("has a relation without {key}")))?;
                    let (start, end) = (offset(told, "start", &place)?, offset(told, "end", &place)?);
                    let label = string(told, "label", &place)?;
                    let span = marks.spans.iter().find(|s| (s.start, s.end, &*s.label) == (start, end, label));
                    Ok::<_, Error>(span.map(|span| span.key.clone()))
                };
                if let (Some(from), Some(to)) = (end("head_span")?, end("child_span")?) {
                    marks.links.push(Link { from, to, label: string(relation, "label", &place)?.to_owned() });
                }
            }
            marks.frames = list(&line, "accept").iter().filter_map(|f| f.as_str().map(str::to_owned)).collect();
            marks.check(&place)?;
            found.push((place, marks));
        }
    }
    Ok((found, notes))
}
