//! Label Studio: JSON tasks.
//!
//! Offsets are code points, since the editor keeps its text as a list of them.

use std::collections::BTreeSet;

use pressmark_core::Tone;
use pressmark_jsonl::{CodePoints, Record};
use serde_json::{Value, json};

use crate::error::{Error, wrong};
use crate::files::File;
use crate::json::{id, list, offset, string};
use crate::marks::{Link, Mark, Marks, OWN_LABELS, RELATIONS, Read, parse_frame_name};
use crate::xml::attribute;

/// Names of the controls in the labelling config.
const SPANS: &str = "spans";
const ENTITY: &str = "entity";
const TONE: &str = "tone";
const FRAMES: &str = "frames";
const TEXT: &str = "text";

pub(crate) fn task(row: &Record<'_>, marks: &Marks) -> Value {
    json!({
        "data": { TEXT: marks.text, "pressmark_id": marks.id, "url": row.source.url, "title": row.meta.title },
        "predictions": [{
            "model_version": format!("pressmark {}", row.provenance.pressmark),
            "result": results(marks),
        }],
    })
}

fn results(marks: &Marks) -> Vec<Value> {
    let points = CodePoints::new(&marks.text);
    let mut results = Vec::new();
    for span in &marks.spans {
        let region = |from: &str, kind: &str, key: &str, value: Value| {
            // In a text area's region, `text` holds the typed value instead of the region's words.
            let value =
                json!({ "start": span.start, "end": span.end, "text": Marks::words(&points, span), key: value });
            json!({ "id": span.key, "from_name": from, "to_name": TEXT, "type": kind, "value": value })
        };
        results.push(region(SPANS, "labels", "labels", json!([span.label])));
        results.extend(span.entity.as_ref().map(|entity| region(ENTITY, "textarea", "text", json!([entity]))));
        results.extend(span.tone.as_ref().map(|tone| region(TONE, "choices", "choices", json!([tone]))));
    }
    let relation = |link: &Link| json!({ "type": "relation", "from_id": link.from, "to_id": link.to, "direction": "right", "labels": [link.label] });
    results.extend(marks.links.iter().map(relation));
    if !marks.frames.is_empty() {
        let value = json!({ "choices": marks.frames });
        results.push(json!({ "id": FRAMES, "from_name": FRAMES, "to_name": TEXT, "type": "choices", "value": value }));
    }
    results
}

/// Builds the labelling config of a project with these mention labels and frames.
pub(crate) fn config(mentions: &BTreeSet<String>, frames: &BTreeSet<String>) -> String {
    let element = |name: &str, values: &mut dyn Iterator<Item = &str>| {
        values.map(|value| format!("    <{name} value=\"{}\"/>\n", attribute(value))).collect::<String>()
    };
    let labels = element("Label", &mut mentions.iter().map(String::as_str).chain(OWN_LABELS));
    let relations = element("Relation", &mut RELATIONS.into_iter());
    let tones = element("Choice", &mut Tone::ALL.iter().map(|tone| tone.as_str()));
    let mut config = format!(
        "<View>\n  <Labels name=\"{SPANS}\" toName=\"{TEXT}\">\n{labels}  </Labels>\n  \
         <Text name=\"{TEXT}\" value=\"${TEXT}\" granularity=\"symbol\"/>\n  \
         <Relations>\n{relations}  </Relations>\n  \
         <Choices name=\"{TONE}\" toName=\"{TEXT}\" perRegion=\"true\" choice=\"single\">\n{tones}  </Choices>\n  \
         <TextArea name=\"{ENTITY}\" toName=\"{TEXT}\" perRegion=\"true\" editable=\"true\" maxSubmissions=\"1\"/>\n"
    );
    if !frames.is_empty() {
        let choice = |name: &String| {
            let (_, label) = parse_frame_name(name);
            let (value, alias) = (attribute(label), attribute(name));
            format!("    <Choice value=\"{value}\" alias=\"{alias}\"/>\n")
        };
        let choices: String = frames.iter().map(choice).collect();
        config +=
            &format!("  <Choices name=\"{FRAMES}\" toName=\"{TEXT}\" choice=\"multiple\">\n{choices}  </Choices>\n");
    }
    config + "</View>\n"
}

pub(crate) fn read(files: &[File]) -> Result<Read, Error> {
    let (mut found, mut notes) = (Vec::new(), Vec::new());
    for file in files {
        let value: Value =
            serde_json::from_str(file.text()?).map_err(|source| Error::Json { place: file.name.clone(), source })?;
        let tasks = match value {
            Value::Array(tasks) => tasks,
            task @ Value::Object(_) => vec![task],
            _ => return Err(wrong(&file.name, "has no Label Studio task")),
        };
        for (number, task) in tasks.iter().enumerate() {
            let place = format!("task {} of {}", id(task, "id").unwrap_or_else(|| number.to_string()), file.name);
            let is_kept = |annotation: &&Value| annotation.get("was_cancelled") != Some(&Value::Bool(true));
            let annotations: Vec<&Value> = list(task, "annotations").iter().filter(is_kept).collect();
            let Some(last) = annotations.last() else {
                notes.push(format!("{place} has not been annotated: skipped"));
                continue;
            };
            if annotations.len() > 1 {
                notes.push(format!("{place} has {} annotations: the last one is used", annotations.len()));
            }
            let data = task.get("data").unwrap_or(&Value::Null);
            let text = string(data, TEXT, &place)?.to_owned();
            let own = id(data, "pressmark_id").or_else(|| id(data, "id")).or_else(|| id(task, "id"));
            let mut marks = Marks { id: own.unwrap_or_else(|| number.to_string()), text, ..Marks::default() };
            read_results(list(last, "result"), &place, &mut marks)?;
            marks.check(&place)?;
            found.push((place, marks));
        }
    }
    Ok((found, notes))
}

fn read_results(results: &[Value], place: &str, marks: &mut Marks) -> Result<(), Error> {
    for result in results {
        let value = result.get("value").unwrap_or(&Value::Null);
        let first = |key: &str| list(value, key).first().and_then(Value::as_str).map(str::to_owned);
        match string(result, "type", place)? {
            "labels" => marks.spans.push(Mark {
                key: string(result, "id", place)?.to_owned(),
                start: offset(value, "start", place)?,
                end: offset(value, "end", place)?,
                label: first("labels").ok_or_else(|| wrong(place, "has a region without a label"))?,
                ..Mark::default()
            }),
            "relation" => marks.links.push(Link {
                from: string(result, "from_id", place)?.to_owned(),
                to: string(result, "to_id", place)?.to_owned(),
                label: list(result, "labels").first().and_then(Value::as_str).unwrap_or_default().to_owned(),
            }),
            _ => {}
        }
    }
    for result in results {
        let value = result.get("value").unwrap_or(&Value::Null);
        let first = |key: &str| list(value, key).first().and_then(Value::as_str).map(str::to_owned);
        let key = id(result, "id").unwrap_or_default();
        let mut span = marks.spans.iter_mut().find(|span| span.key == key);
        match (string(result, "from_name", place).unwrap_or_default(), &mut span) {
            (ENTITY, Some(span)) => span.entity = first("text"),
            (TONE, Some(span)) => span.tone = first("choices"),
            (FRAMES, _) => {
                marks.frames = list(value, "choices").iter().filter_map(|c| c.as_str().map(str::to_owned)).collect();
            }
            _ => {}
        }
    }
    Ok(())
}
