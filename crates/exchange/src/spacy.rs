//! spaCy: the input of `Doc.from_json`, from which a `DocBin` takes three lines. Offsets are code points.

use pressmark_jsonl::Record;
use serde_json::{Map, Value, json};

use crate::marks::{CUE, Marks, SPEAKER, frame_name};

pub(crate) fn document(row: &Record<'_>, marks: &Marks) -> Value {
    let ent = |ent: &pressmark_jsonl::Ent<'_>| json!({ "start": ent.start, "end": ent.end, "label": ent.label.as_str(), "kb_id": ent.entity.as_deref().unwrap_or_default() });
    let group = |wanted: &dyn Fn(&str) -> bool| {
        let spans = marks.spans.iter().filter(|span| !span.is_mention() && wanted(&span.label));
        let span = |span: &crate::marks::Mark| json!({ "start": span.start, "end": span.end, "label": span.label, "kb_id": "" });
        spans.map(span).collect::<Vec<_>>()
    };
    let cats: Map<String, Value> =
        (row.frames.iter()).map(|frame| (frame_name(&frame.codebook, &frame.label), json!(frame.score))).collect();
    json!({
        "text": row.text,
        "ents": row.ents.iter().map(ent).collect::<Vec<_>>(),
        "sents": row.sents,
        "tokens": row.tokens.iter().map(|t| json!({ "id": t.id, "start": t.start, "end": t.end })).collect::<Vec<_>>(),
        "spans": {
            "quotations": group(&|label| label != SPEAKER && label != CUE),
            "speakers": group(&|label| label == SPEAKER),
            "cues": group(&|label| label == CUE),
        },
        "cats": cats,
        "pressmark_id": row.id,
    })
}
