//! W3C Web Annotation, <https://www.w3.org/TR/annotation-model/>: JSON-LD. Positions are code points, as the model
//! requires.

use pressmark_jsonl::{CodePoints, Record};
use serde_json::{Value, json};

use crate::marks::{Mark, Marks};

/// Code points of context on either side in a quote selector. Set by hand: enough to relocate words in an edited page;
/// more context makes the match fail sooner when it changes.
const AROUND: usize = 32;

/// Start of an annotation page, up to its items.
pub(crate) const HEAD: &str = concat!(
    r#"{"@context":"http://www.w3.org/ns/anno.jsonld","id":"urn:pressmark:annotations","#,
    r#""type":"AnnotationPage","items":["#
);

/// Builds the annotations of a document.
pub(crate) fn items(row: &Record<'_>, marks: &Marks) -> Vec<Value> {
    let document = format!("urn:pressmark:{}", escaped(&row.id));
    let source = row.source.url.as_deref().unwrap_or(&document);
    let points = CodePoints::new(&marks.text);
    let classifying = |(number, frame): (usize, &String)| {
        json!({
            "id": format!("{document}#f{number}"),
            "type": "Annotation",
            "motivation": "classifying",
            "body": { "type": "TextualBody", "purpose": "classifying", "value": frame },
            "target": source,
        })
    };
    let spans = marks.spans.iter().map(|span| annotation(&document, source, span, &points, marks));
    spans.chain(marks.frames.iter().enumerate().map(classifying)).collect()
}

fn annotation(document: &str, source: &str, span: &Mark, points: &CodePoints<'_>, marks: &Marks) -> Value {
    let iri = |key: &str| format!("{document}#{key}");
    let mut body = vec![json!({ "type": "TextualBody", "purpose": "tagging", "value": span.label })];
    if let Some(entity) = &span.entity {
        body.push(
            json!({ "type": "SpecificResource", "purpose": "identifying", "source": iri(&format!("entity-{entity}")) }),
        );
    }
    let links = marks.links.iter().filter(|link| link.from == span.key);
    body.extend(links.map(|link| json!({ "type": "SpecificResource", "purpose": "linking", "source": iri(&link.to) })));
    json!({
        "id": iri(&span.key),
        "type": "Annotation",
        "motivation": "tagging",
        "body": body,
        "target": {
            "source": source,
            "selector": [
                { "type": "TextPositionSelector", "start": span.start, "end": span.end },
                {
                    "type": "TextQuoteSelector",
                    "exact": points.slice(span.start, span.end),
                    "prefix": points.slice(span.start.saturating_sub(AROUND), span.start),
                    "suffix": points.slice(span.end, points.total().min(span.end + AROUND)),
                },
            ],
        },
    })
}

/// Percent-encodes an id for a URN (RFC 8141), except letters, digits and `-._~`.
fn escaped(id: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    id.bytes().map(byte).collect()
}
