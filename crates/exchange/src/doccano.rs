//! doccano: JSONL of a project of sequence labelling with relations.
//!
//! Offsets are code points; a project that counts grapheme clusters (an option, off by default) is not supported.

use serde_json::{Value, json};

use crate::error::{Error, wrong};
use crate::files::File;
use crate::json::{ascii_line, id, lines, list, offset, string};
use crate::marks::{Link, Mark, Marks, Read};

pub(crate) fn line(marks: &Marks) -> String {
    let entity = |(number, span): (usize, &Mark)| json!({ "id": number, "label": span.label, "start_offset": span.start, "end_offset": span.end });
    let relation = |(number, (from, to, label)): (usize, (usize, usize, &str))| json!({ "id": number, "from_id": from, "to_id": to, "type": label });
    // Fields unknown to doccano become the example's metadata, and come back with it.
    let line = json!({
        "text": marks.text,
        "pressmark_id": marks.id,
        "entities": marks.spans.iter().enumerate().map(entity).collect::<Vec<_>>(),
        "relations": marks.numbered_links().into_iter().enumerate().map(relation).collect::<Vec<_>>(),
        "cats": marks.frames,
    });
    // doccano guesses the character encoding of a file, and mistakes short UTF-8 texts for other encodings.
    ascii_line(&line)
}

pub(crate) fn read(files: &[File]) -> Result<Read, Error> {
    let mut found = Vec::new();
    for file in files {
        for (place, line) in lines(file)? {
            let text = string(&line, "text", &place)?.to_owned();
            let own =
                id(&line, "pressmark_id").or_else(|| id(line.get("meta")?, "pressmark_id")).or_else(|| id(&line, "id"));
            let own = own.unwrap_or_else(|| (found.len() + 1).to_string());
            let mut marks = Marks { id: own, text, ..Marks::default() };
            // A project without relations exports labels as lists.
            for (number, label) in list(&line, "label").iter().chain(list(&line, "labels")).enumerate() {
                match label.as_array().map(Vec::as_slice) {
                    Some([start, end, label]) => {
                        let point = |value: &Value| value.as_u64().and_then(|v| usize::try_from(v).ok());
                        let (Some(start), Some(end), Some(label)) = (point(start), point(end), label.as_str()) else {
                            return Err(wrong(&place, "has a label that is not [start, end, label]"));
                        };
                        let (key, label) = (format!("l{number}"), label.to_owned());
                        marks.spans.push(Mark { key, start, end, label, ..Mark::default() });
                    }
                    _ => marks.frames.extend(label.as_str().map(str::to_owned)),
                }
            }
            for entity in list(&line, "entities") {
                marks.spans.push(Mark {
                    key: id(entity, "id").ok_or_else(|| wrong(&place, "has an entity without an id"))?,
                    start: offset(entity, "start_offset", &place)?,
                    end: offset(entity, "end_offset", &place)?,
                    label: string(entity, "label", &place)?.to_owned(),
                    ..Mark::default()
                });
            }
            for relation in list(&line, "relations") {
                let end =
                    |key: &str| id(relation, key).ok_or_else(|| wrong(&place, format!("has a relation without {key}")));
                let label = string(relation, "type", &place)?.to_owned();
                marks.links.push(Link { from: end("from_id")?, to: end("to_id")?, label });
            }
            marks.frames.extend(list(&line, "cats").iter().filter_map(|c| c.as_str().map(str::to_owned)));
            marks.check(&place)?;
            found.push((place, marks));
        }
    }
    Ok((found, Vec::new()))
}
