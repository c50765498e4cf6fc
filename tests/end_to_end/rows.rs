//! Annotations of the articles under `seeds/` in readable form. Any change of a rule or weight shows up here, and only
//! intended changes of the output may update it (`INSTA_UPDATE=always cargo test rows`).
//!
//! Scores are left out: their last digit may differ between CPUs.

use std::fmt::Write as _;

use crate::command::pressmark;
use pressmark_jsonl::Record;

/// A record, with one line per annotation.
fn readable(record: &Record<'_>) -> String {
    let chars: Vec<char> = record.text.chars().collect();
    let slice = |start: usize, end: usize| -> String {
        let text: String = chars.get(start..end).unwrap_or_default().iter().collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let name = |id: &str| record.entities.iter().find(|e| e.id == id).map_or("nobody", |e| &*e.name).to_owned();
    let mut out = format!("== {} #{}: {}\n", record.source.path, record.source.record, record.status);
    for problem in &record.problems {
        let _ = writeln!(out, "problem    {} ({})", problem.kind, problem.stage);
    }
    let meta = &record.meta;
    for (key, value) in [("title", &meta.title), ("published", &meta.published), ("site", &meta.site)] {
        if let Some(value) = value {
            let _ = writeln!(out, "{key:<10} {value}");
        }
    }
    for author in &meta.authors {
        let _ = writeln!(out, "author     {author}");
    }
    for segment in record.segments.iter().filter(|segment| segment.start.is_none()) {
        let reason = segment.reason.as_deref().unwrap_or_default();
        if reason == "whitespace" {
            continue;
        }
        let _ = writeln!(out, "dropped    {reason}, {} bytes", segment.raw_end - segment.raw_start);
    }
    let _ = writeln!(out, "sentences  {}, words and marks {}", record.sents.len(), record.tokens.len());
    for entity in &record.entities {
        let _ = writeln!(out, "entity     {} {} × {}", entity.label, entity.mentions, entity.name);
    }
    for quote in &record.quotes {
        let speaker = quote.speaker.as_deref().map_or_else(|| "nobody".to_owned(), name);
        let _ = writeln!(out, "quote      {} by {speaker}: {}", quote.kind, slice(quote.start, quote.end));
    }
    for chosen in &record.summary {
        let _ = writeln!(out, "summary    {}: {}", chosen.rank, slice(chosen.start, chosen.end));
    }
    out
}

#[test]
fn what_is_marked_in_the_seeds_changes_on_purpose_only() {
    let output = pressmark(&["annotate", "--quiet", "seeds"]);
    let lines = String::from_utf8(output.stdout).expect("rows are UTF-8");
    let records = lines.lines().map(|line| serde_json::from_str(line).expect("each line is a record"));
    let text: Vec<String> = records.map(|record: Record<'_>| readable(&record)).collect();
    insta::assert_snapshot!(text.join("\n"));
}
