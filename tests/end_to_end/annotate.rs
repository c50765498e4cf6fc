//! `pressmark annotate` on the seeds.

use std::fs;

use crate::command::pressmark;
use pressmark_core::{EntityType, QuoteKind};
use pressmark_jsonl::Record;
use pressmark_tests::root;

fn annotate(args: &[&str]) -> Vec<u8> {
    let output = pressmark(&[&["annotate", "--quiet"], args].concat());
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code < 2), "{args:?}: {message}");
    output.stdout
}

fn records(lines: &[u8]) -> Vec<Record<'static>> {
    let lines = lines.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("each line is a record")).collect()
}

fn slice(record: &Record<'_>, start: usize, end: usize) -> String {
    record.text.chars().skip(start).take(end - start).collect()
}

#[test]
fn the_same_bytes_whatever_the_threads() {
    let one = annotate(&["seeds", "--jobs", "1"]);
    assert!(!one.is_empty());
    for jobs in ["2", "5"] {
        assert!(one == annotate(&["seeds", "--jobs", jobs]), "--jobs {jobs} writes other bytes");
    }
}

#[test]
fn a_document_has_the_same_line_alone_and_among_others() {
    let all = annotate(&["seeds"]);
    let alone = annotate(&["seeds/09-museum-door.txt"]);
    assert!(all.split(|&b| b == b'\n').any(|line| line == alone.trim_ascii_end()));
}

#[test]
fn segments_lead_back_to_the_bytes() {
    for record in records(&annotate(&["seeds"])) {
        let bytes = fs::read(root().join(&*record.source.path)).expect("the source is there");
        if record.source.bytes != bytes.len() as u64 {
            continue; // one record of several in the file
        }
        let mut at = 0;
        for segment in &record.segments {
            assert_eq!(segment.raw_start, at, "{}", record.id);
            at = segment.raw_end;
            let (Some(start), Some(end)) = (segment.start, segment.end) else { continue };
            if segment.edits.is_empty() && record.source.encoding == "UTF-8" {
                let raw = String::from_utf8_lossy(&bytes[segment.raw_start..segment.raw_end]);
                assert_eq!(slice(&record, start, end), raw, "{}", record.id);
            }
        }
        assert_eq!(at, bytes.len(), "{}", record.id);
    }
}

#[test]
fn the_articles_are_read_as_a_careful_reader_would() {
    let records = records(&annotate(&["seeds"]));
    assert_eq!(records.len(), 13);
    let find = |path: &str| records.iter().find(|r| r.source.path.ends_with(path)).expect("it is annotated");

    let ferry = find("01-ferry-dispute.txt");
    assert_eq!(ferry.meta.title.as_deref(), Some("Island Council Backs Ferry Strike as Talks Stall"));
    for chrome in ["Skip to content", "Related Posts", "Leave a Reply", "Tweet", "All rights reserved", "Advertisement"]
    {
        assert!(!ferry.text.contains(chrome), "{chrome}");
    }
    for kept in ["What happens next", "• NordLine has chartered two smaller boats", "Germany and Poland."] {
        assert!(ferry.text.contains(kept), "{kept}");
    }
    let named = |name: &str| ferry.entities.iter().find(|e| e.name == name).map(|e| &e.label);
    assert_eq!(named("Ingrid Solberg"), Some(&EntityType::Person));
    let speakers: Vec<&str> = ferry
        .quotes
        .iter()
        .filter(|q| q.kind == QuoteKind::Direct)
        .filter_map(|q| ferry.entities.iter().find(|e| Some(&e.id) == q.speaker.as_ref()).map(|e| &*e.name))
        .collect();
    assert!(speakers.contains(&"Ingrid Solberg") && speakers.contains(&"Tomas Berg"), "{speakers:?}");

    let rail = find("02-copper-rail.txt");
    assert_eq!(rail.meta.title.as_deref(), Some("Two Neighbours, One Railway: Who Pays for the Copper Line?"));
    assert_eq!(rail.meta.credited_source.as_deref(), Some("coppercorridor.example"));
    assert!(!rail.text.contains("**") && rail.text.matches("Two Neighbours").count() == 1);

    let court = find("04-court-ruling.html");
    assert_eq!(court.meta.authors, ["Leila Haddad"]);
    assert!(!court.text.contains("Related articles") && !court.text.contains("newsletter"));
    assert!(court.text.contains("said Noa Friedman, a lawyer for the Association for Civil"));

    assert_eq!(find("08-barrage.txt").meta.language.as_deref(), Some("fr"));
    assert!(find("08-barrage.txt").problems.iter().any(|p| p.kind == "unsupported_language"));
    assert!(find("09-museum-door.txt").text.contains("the museum’s director, Åsa Lindqvist"));
    let repeats: Vec<_> = records.iter().filter_map(|r| Some((&*r.id, r.duplicate_of.as_deref()?))).collect();
    assert_eq!(repeats, [("agency-0003", "agency-0002")]);
}

#[test]
fn a_folder_gets_the_lines_their_schema_and_a_dataset_card() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out/");
    let output = pressmark(&["annotate", "seeds/06-agency.jsonl", "-o", &format!("{}/", path.display())]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let mut names: Vec<_> =
        fs::read_dir(&path).expect("it is there").map(|e| e.expect("readable").file_name()).collect();
    names.sort();
    assert_eq!(names, ["README.md", "annotated.jsonl", "annotated.jsonl.manifest.json", "annotated.jsonl.schema.json"]);
}

#[test]
fn a_library_that_is_not_built_in_is_refused_and_told_how_to_get() {
    let refusal = |args: &[&str]| {
        let output = pressmark(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for args in [["--backend", "rust-bert"], ["--backend", "summarize=rust-bert"], ["--model", "ner=some-folder"]] {
        let message = refusal(&[&["annotate", "seeds"], &args[..]].concat());
        assert!(
            message.contains("this build has no rust-bert") && message.contains("--features rust-bert"),
            "{message}"
        );
    }
    assert!(refusal(&["annotate", "seeds", "--backend", "ner=onnx"]).contains("neither embedded nor rust-bert"));
    let fit = ["codebook", "fit", "coded.jsonl", "--codebook", "news-frames", "--backend", "rust-bert"];
    assert!(refusal(&fit).contains("--backend"));
    assert_eq!(
        annotate(&["seeds/09-museum-door.txt", "--backend", "embedded"]),
        annotate(&["seeds/09-museum-door.txt"])
    );
}
