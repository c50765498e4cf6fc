//! What must hold of a row, and of the rows of one run.

mod findings;
mod form;
mod layers;
mod run;
mod segments;
mod settings;
mod text;

use pressmark_core::ProblemKind;

pub use self::findings::{Finding, Findings};
pub use self::run::{RowFacts, Rows, Run};
use self::settings::Settings;
pub(crate) use self::text::Text;
use crate::record::*;

/// Checks one line, with or without its line feed, against the contract `pressmark/1`.
///
/// Tells all that can be told from the row alone: that it has the keys and types of the schema and no others, that
/// every offset lies in the text and in order, that the segments tile the input and make up the text, that sentences
/// and tokens tile the text, that names are the words under their mentions, that lists closed by the contract hold
/// nothing else, that counts and probabilities add up, that ids lead somewhere, and that the status is the one that
/// the problems call for. The record is `None` where the line has no such form.
///
/// What holds between rows is [`Run`]'s; what only the input can tell is for `pressmark_ingest::replay`.
///
/// ```
/// use pressmark_core::Document;
/// use pressmark_jsonl::{Provenance, Record, verify_line, write_line};
///
/// let mut doc = Document::from_text("a", "Rain fell.");
/// doc.source.path = "a.txt".into();
/// doc.source.sha256 = "0".repeat(64);
/// let mut line = Vec::new();
/// write_line(&Record::of(&doc, &Provenance::of("0.1.0", &[])), &mut line)?;
/// assert!(verify_line(&line).1.is_empty());
///
/// let broken = String::from_utf8(line)?.replace(r#""end":10"#, r#""end":11"#);
/// let (_, findings) = verify_line(broken.as_bytes());
/// assert_eq!(findings.iter().next().unwrap().to_string(), "segments[0]: 0..11 is no stretch of the text");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn verify_line(line: &[u8]) -> (Option<Record<'_>>, Findings) {
    let mut found = Findings::default();
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let record: Record<'_> = match serde_json::from_slice(line) {
        Ok(record) => record,
        Err(error) => {
            found.add("row", format_args!("is no record of pressmark/1: {error}"));
            return (None, found);
        }
    };
    form::check(line, &record, &mut found);
    let settings = Settings::of(&record.provenance);
    let text = Text::new(&record.text);
    row(&record, &text, &mut found);
    provenance(&record, &mut found);
    segments::check(&record, &text, &mut found);
    layers::check(&record, &text, &settings, &mut found);
    (Some(record), found)
}

/// What a row says of itself and of its source.
fn row(record: &Record<'_>, text: &Text<'_>, found: &mut Findings) {
    found.require(record.schema == SCHEMA, "schema", format_args!("is {:?}, not {SCHEMA:?}", record.schema));
    found.require(!record.id.is_empty(), "id", "is empty");
    let source = &record.source;
    found.require(is_digest(&source.sha256), "source.sha256", "is no SHA-256 in 64 small hex digits");
    found.require(!source.path.is_empty(), "source.path", "is empty");
    found.require(source.media_type.contains('/'), "source.media_type", "is no media type");
    found.require(!source.encoding.is_empty(), "source.encoding", "is empty");
    for (i, problem) in record.problems.iter().enumerate() {
        let known = ProblemKind::named(&problem.kind).is_some();
        found.require(known, format_args!("problems[{i}].kind"), format_args!("{:?} is in no list", problem.kind));
        found.require(!problem.stage.is_empty(), format_args!("problems[{i}].stage"), "is empty");
        text.optional(problem.start, problem.end, format_args!("problems[{i}]"), found);
    }
    let status = record.status_due().as_str();
    let told = format_args!("is {:?}, while text, problems and coverage say {status:?}", record.status);
    found.require(record.status == status, "status", told);
    meta(&record.meta, found);
    if let Some(extra) = &record.extra {
        let is_object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(extra).is_ok();
        found.require(is_object, "extra", "is no JSON object");
    }
    found.require(record.duplicate_of.as_deref() != Some(&*record.id), "duplicate_of", "is the row itself");
}

fn meta(meta: &Meta<'_>, found: &mut Findings) {
    let is_code = |code: &str| matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_lowercase());
    found.require(meta.language.as_deref().is_none_or(is_code), "meta.language", "is no ISO 639 code");
    if let Some(score) = meta.language_score {
        found.score(score, "meta.language_score");
        found.require(meta.language.is_some(), "meta.language_score", "stands without a language");
    }
    found.require(meta.published.as_deref().is_none_or(is_date), "meta.published", "is no date of RFC 3339");
    let filled = [&meta.title, &meta.site, &meta.credited_source].into_iter().flatten().chain(&meta.authors);
    found.require(filled.clone().all(|s| !s.trim().is_empty()), "meta", "holds an empty string where null is meant");
}

/// `2024-03-03`, or that with a time and an offset.
fn is_date(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let Some(rest) = shape.strip_prefix("0000-00-00") else { return false };
    let Some(time) = rest.strip_prefix('T') else { return rest.is_empty() };
    let Some(rest) = time.strip_prefix("00:00:00") else { return false };
    let zone = rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches('0'));
    matches!(zone, "Z" | "+00:00" | "-00:00")
}

fn provenance(record: &Record<'_>, found: &mut Findings) {
    let provenance = &record.provenance;
    found.require(!provenance.pressmark.is_empty(), "provenance.pressmark", "is empty");
    let stages = &provenance.stages;
    for (i, stage) in stages.iter().enumerate() {
        let place = format_args!("provenance.stages[{i}]");
        let twice = stages.iter().take(i).any(|s| s.stage == stage.stage);
        found.require(!stage.stage.is_empty() && !twice, place, "has no stage of its own");
        found.require(
            stage.model.is_some() == stage.sha256.is_some(),
            place,
            "has a model without a digest, or reverse",
        );
        found.require(stage.model.as_deref() != Some(""), place, "has a model without a name");
        found.require(stage.sha256.as_deref().is_none_or(is_digest), place, "has no SHA-256 in 64 small hex digits");
        let is_object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&stage.settings).is_ok();
        found.require(is_object, place, "has settings that are no JSON object");
    }
    let ran = |name: &str| stages.iter().any(|s| s.stage == name);
    for (i, covered) in record.coverage.iter().enumerate() {
        let place = format_args!("coverage[{i}]");
        let twice = record.coverage.iter().take(i).any(|c| c.stage == covered.stage);
        found.require(ran(&covered.stage) && !twice, place, format_args!("{:?} is no stage of its own", covered.stage));
        let fits = covered.seen <= covered.total && covered.total <= record.text.len();
        found.require(fits, place, format_args!("{} of {} cannot be", covered.seen, covered.total));
    }
    for (i, problem) in record.problems.iter().enumerate() {
        let known = problem.stage == "ingest" || ran(&problem.stage);
        found.require(known, format_args!("problems[{i}].stage"), format_args!("{:?} did not run", problem.stage));
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told() {
        let check = |text: &str, expected: bool| assert_eq!(is_date(text), expected, "{text}");
        check("2024-03-03", true);
        check("2024-03-03T17:04:00Z", true);
        check("2024-03-03T17:04:00.25+01:00", true);
        check("2024-03-03T17:04:00", false);
        check("3 March 2024", false);
        check("", false);
    }
}
