//! Verification of a row, and of the rows of one run against each other.

mod findings;
mod form;
mod layers;
mod run;
mod segments;
mod settings;
mod text;

use pressmark_core::{ProblemKind, Status};

pub use self::findings::{Finding, Findings};
pub use self::run::{RowFacts, Rows, Run};
use self::settings::Settings;
use crate::record::*;
use crate::{CodePoints, parse_day};

/// Checks one line, with or without its line feed, against the `pressmark/1` contract.
///
/// Checks everything that the row alone can show: it has all keys of the schema with their types (unknown keys are
/// ignored), offsets are in bounds and in order, segments tile the input and make up the text, sentences and tokens
/// tile the text, names are the words of their mentions, closed lists hold only their members, counts and probabilities
/// add up, ids resolve, and the status follows from the problems. The record is `None` if the line does not parse as
/// one.
///
/// [`Run`] checks what must hold between rows; `pressmark_ingest::replay` checks a row against its input.
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
/// assert_eq!(findings.iter().next().unwrap().to_string(), "segments[0]: 0..11 is not a range of the text");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn verify_line(line: &[u8]) -> (Option<Record<'_>>, Findings) {
    let mut found = Findings::default();
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let record: Record<'_> = match serde_json::from_slice(line) {
        Ok(record) => record,
        Err(error) => {
            found.add("row", format_args!("is not a pressmark/1 record: {error}"));
            return (None, found);
        }
    };
    form::check(line, &record, &mut found);
    let settings = Settings::of(&record.provenance);
    let text = CodePoints::new(&record.text);
    row(&record, &text, &mut found);
    provenance(&record, &text, &mut found);
    segments::check(&record, &text, &mut found);
    layers::check(&record, &text, &settings, &mut found);
    (Some(record), found)
}

/// Checks the row's own fields and its source.
fn row(record: &Record<'_>, text: &CodePoints<'_>, found: &mut Findings) {
    found.require(!record.id.is_empty(), "id", "is empty");
    let source = &record.source;
    found.require(is_digest(&source.sha256), "source.sha256", "is not a SHA-256 in 64 lower-case hex digits");
    found.require(!source.path.is_empty(), "source.path", "is empty");
    found.require(source.media_type.contains('/'), "source.media_type", "is not a media type");
    found.require(!source.encoding.is_empty(), "source.encoding", "is empty");
    for (i, problem) in record.problems.iter().enumerate() {
        let known = ProblemKind::named(&problem.kind).is_some();
        found.require(
            known,
            format_args!("problems[{i}].kind"),
            format_args!("{:?} is not a known value", problem.kind),
        );
        found.require(!problem.stage.is_empty(), format_args!("problems[{i}].stage"), "is empty");
        text.optional(problem.start, problem.end, format_args!("problems[{i}]"), found);
    }
    let status = record.status_due();
    let told = format_args!("is {}, while text, problems and coverage say {status}", record.status);
    found.require(record.status == status, "status", told);
    meta(&record.meta, found);
    if let Some(extra) = &record.extra {
        found.require(is_object(extra), "extra", "is not a JSON object");
    }
    found.require(record.duplicate_of.as_deref() != Some(&*record.id), "duplicate_of", "is the row itself");
}

fn meta(meta: &Meta<'_>, found: &mut Findings) {
    let is_code = |code: &str| matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_lowercase());
    found.require(meta.language.as_deref().is_none_or(is_code), "meta.language", "is not an ISO 639 code");
    if let Some(score) = meta.language_score {
        found.score(score, "meta.language_score");
        found.require(meta.language.is_some(), "meta.language_score", "is set without a language");
    }
    found.require(meta.published.as_deref().is_none_or(is_date), "meta.published", "is not an RFC 3339 date");
    let filled = [&meta.title, &meta.site, &meta.credited_source].into_iter().flatten().chain(&meta.authors);
    found.require(filled.clone().all(|s| !s.trim().is_empty()), "meta", "holds an empty string where null is meant");
}

/// Whether a text is a JSON object by grammar alone.
///
/// Its content is the caller's: numbers that fit no type, arbitrarily deep lists and lone surrogates are all valid
/// JSON.
fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Whether a text is a valid RFC 3339 date, optionally with a time and an offset.
fn is_date(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    if parse_day(date).is_none() {
        return false;
    }
    let Some(time) = rest.strip_prefix('T') else { return rest.is_empty() };
    let Some((clock, rest)) = time.split_at_checked(8) else { return false };
    // RFC 3339 allows 60 for a leap second.
    let [hour, minute, second] = [0..=23, 0..=59, 0..=60];
    let is_clock = matches!(numbers(clock, ':'), Some(parts) if parts.len() == 3
        && hour.contains(&parts[0]) && minute.contains(&parts[1]) && second.contains(&parts[2]));
    let zone = match rest.strip_prefix('.') {
        Some(rest) => {
            let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == rest.len() { return false } else { zone }
        }
        None => rest,
    };
    let is_offset = |zone: &str| {
        let offset = zone.strip_prefix(['+', '-']).and_then(|offset| numbers(offset, ':'));
        matches!(offset, Some(parts) if parts.len() == 2 && parts[0] <= 23 && parts[1] <= 59)
    };
    is_clock && (zone == "Z" || is_offset(zone))
}

/// Parses two-digit numbers separated by `mark`.
fn numbers(text: &str, mark: char) -> Option<Vec<u32>> {
    text.split(mark).map(|part| numbers_of(part).filter(|_| part.len() == 2)).collect()
}

fn numbers_of(digits: &str) -> Option<u32> {
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn provenance(record: &Record<'_>, text: &CodePoints<'_>, found: &mut Findings) {
    let provenance = &record.provenance;
    found.require(!provenance.pressmark.is_empty(), "provenance.pressmark", "is empty");
    let stages = &provenance.stages;
    for (i, stage) in stages.iter().enumerate() {
        let place = format_args!("provenance.stages[{i}]");
        let twice = stages.iter().take(i).any(|s| s.stage == stage.stage);
        found.require(!stage.stage.is_empty() && !twice, place, "has no stage name, or a repeated one");
        found.require(
            stage.model.is_some() == stage.sha256.is_some(),
            place,
            "has a model without a digest, or the reverse",
        );
        found.require(stage.model.as_deref() != Some(""), place, "has a model without a name");
        found.require(stage.licence.as_deref() != Some(""), place, "has a licence without a name");
        found.require(
            stage.sha256.as_deref().is_none_or(is_digest),
            place,
            "has no SHA-256 in 64 lower-case hex digits",
        );
        found.require(is_object(&stage.settings), place, "has settings that are not a JSON object");
    }
    let ran = |name: &str| stages.iter().any(|s| s.stage == name);
    for (i, covered) in record.coverage.iter().enumerate() {
        let place = format_args!("coverage[{i}]");
        let twice = record.coverage.iter().take(i).any(|c| c.stage == covered.stage);
        found.require(
            ran(&covered.stage) && !twice,
            place,
            format_args!("{:?} did not run, or is repeated", covered.stage),
        );
        let fits = covered.seen <= covered.total && covered.total <= text.total();
        found.require(fits, place, format_args!("{} of {} cannot be", covered.seen, covered.total));
        if let Some(passages) = &covered.passages {
            let fits = passages.read <= passages.found;
            found.require(fits, place, format_args!("{} of {} passages cannot be", passages.read, passages.found));
        }
    }
    // Without coverage, nothing shows that the whole text was seen.
    let is_due = ran("tokenize") && !record.text.is_empty() && record.status_due() == Status::Ok;
    found.require(
        !is_due || !record.coverage.is_empty(),
        "coverage",
        "is empty, while stages ran over all of the text",
    );
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
        check("2024-02-29", true);
        check("2000-02-29T23:59:60-11:30", true);
        for impossible in [
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-04-31",
            "2024-01-00",
            "2024-01-32",
            "2024-01-01T24:00:00Z",
            "2024-01-01T10:60:00Z",
            "2024-01-01T10:00:61Z",
            "2024-01-01T10:00:00+24:00",
            "2024-01-01T10:00:00.Z",
            "2024-1-1",
            "2024-+1-+1",
            "2024-01-01-01",
            "2024-01-01Z",
            "20240-1-01",
        ] {
            check(impossible, false);
        }
        check("3 March 2024", false);
        check("", false);
    }

    #[test]
    fn what_other_fields_hold_is_not_ours() {
        let check = |extra: &str, expected: bool| assert_eq!(is_object(extra), expected, "{extra:.60}");
        check("{}", true);
        check("{\"n\": 1e999}", true);
        check(&format!("{{\"n\": {}}}", "9".repeat(400)), true);
        check(&format!("{{\"n\": {}{}}}", "[".repeat(5000), "]".repeat(5000)), true);
        check("{\"s\": \"\\ud800\"}", true);
        check("{\"s\": \"\\ud8\"}", false);
        check("{\"n\": 1e}", false);
        check("[1]", false);
        check("{\"n\": 1} 2", false);
    }

    #[test]
    fn coverage_is_of_code_points() {
        let mut doc = pressmark_core::Document::from_text("a", "Été à Nice.");
        (doc.source.path, doc.source.sha256) = ("a.txt".into(), "0".repeat(64));
        let stage = |name: &'static str| crate::StageProvenance {
            stage: name.into(),
            model: None,
            sha256: None,
            licence: None,
            settings: "{}".into(),
        };
        let provenance = Provenance { pressmark: "0".into(), stages: vec![stage("tokenize")], ..Provenance::default() };
        let mut findings = |total: usize| {
            doc.coverage.clear();
            doc.cover("tokenize", total, total);
            let mut line = Vec::new();
            crate::write_line(&Record::of(&doc, &provenance), &mut line).expect("written");
            verify_line(&line).1.iter().map(ToString::to_string).filter(|what| what.contains("cannot be")).count()
        };
        assert_eq!([11, 12, 14].map(&mut findings), [0, 1, 1]);
    }
}
