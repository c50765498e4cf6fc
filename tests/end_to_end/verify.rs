//! `verify` accepts what `annotate` wrote, and detects every change that a reader of the row could notice.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::command::pressmark;
use pressmark_jsonl::{Findings, RowFacts, Rows, Run, verify_line};
use pressmark_tests::root;
use serde_json::{Value, json};

fn seeds() -> Vec<u8> {
    let output = pressmark(&["annotate", "--quiet", "seeds", "--target", "a new door for the museum"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Exit code and findings.
fn verify(lines: &[u8], more: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.jsonl");
    fs::write(&path, lines).expect("it can be written");
    let output = pressmark(&[&["verify", path.to_str().expect("Unicode"), "--quiet"], more].concat());
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn what_annotate_writes_holds() {
    let lines = seeds();
    assert_eq!(verify(&lines, &["--inputs", "seeds"]), (Some(0), String::new()));
    // Also from another folder than that of the run.
    let inputs = root().join("seeds");
    assert_eq!(verify(&lines, &["--inputs", inputs.to_str().expect("Unicode"), "-j", "1"]), (Some(0), String::new()));
}

#[test]
fn rows_of_a_zip_archive_are_those_of_its_files_and_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("Unicode").to_owned();
    let mut archive = rawzip::ZipArchiveWriter::new(fs::File::create(path("seeds.zip")).expect("a file"));
    for name in ["01-ferry-dispute.txt", "02-copper-rail.txt"] {
        let text = fs::read(root().join("seeds").join(name)).expect("a seed");
        let (mut entry, config) = archive.new_file(format!("news/{name}").as_str()).start().expect("an entry");
        let mut writer = config.wrap(&mut entry);
        writer.write_all(&text).expect("room");
        let (_, descriptor) = writer.finish().expect("an end");
        entry.finish(descriptor).expect("an end");
        fs::create_dir_all(path("plain/news")).expect("a folder");
        fs::write(path(&format!("plain/news/{name}")), text).expect("room");
    }
    archive.finish().expect("an end");
    let rows = |input: &str, paths: &str| {
        let output = pressmark(&["annotate", "--quiet", &path(input)]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8(output.stdout.clone()).expect("UTF-8").replace(&path(paths), ""), output.stdout)
    };
    let (zipped, lines) = rows("seeds.zip", "seeds.zip");
    assert_eq!(zipped, rows("plain", "plain").0);
    for inputs in [path("seeds.zip"), path("")] {
        assert_eq!(verify(&lines, &["--inputs", &inputs]), (Some(0), String::new()), "{inputs}");
    }
    let (code, found) = verify(&lines, &["--inputs", &path("plain")]);
    assert_eq!(code, Some(0), "{found}");
    fs::write(path("seeds.zip"), b"PK").expect("room");
    assert_eq!(verify(&lines, &["--inputs", &path("seeds.zip")]).0, Some(1));
}

#[test]
fn what_is_annotated_in_part_says_so_and_holds() {
    let output = pressmark(&["annotate", "--quiet", "seeds", "--max-tokens", "150"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(verify(&output.stdout, &["--inputs", "seeds"]), (Some(0), String::new()));
    let mut partial = 0;
    for line in output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let row: Value = serde_json::from_slice(line).expect("a row");
        if row["status"] != "partial" {
            continue;
        }
        partial += 1;
        let rest = &row["problems"][0];
        assert_eq!((&rest["stage"], &rest["kind"]), (&json!("tokenize"), &json!("truncated")));
        let start = rest["start"].as_u64().expect("a place");
        // A quotation that begins in the part that was read is annotated to its end.
        for (layer, at) in [("sents", "end"), ("ents", "end"), ("quotes", "start")] {
            let all = row[layer].as_array().expect("a list");
            assert!(all.iter().all(|span| span[at].as_u64() <= Some(start)), "{layer} of {}", row["id"]);
        }
        assert!(row["coverage"][0]["seen"].as_u64() < row["coverage"][0]["total"].as_u64());
    }
    assert!(partial > 3);
}

/// A changed row: the place and kind of the change.
struct Mutant {
    place: String,
    what: &'static str,
    row: Value,
}

/// Every change of a single value of the row.
fn mutants(row: &Value) -> Vec<Mutant> {
    let mut all = Vec::new();
    let mut pointers = Vec::new();
    walk(row, String::new(), &mut pointers);
    for pointer in pointers {
        let old = row.pointer(&pointer).expect("it was there");
        for (what, new) in changes(old) {
            let mut row = row.clone();
            *row.pointer_mut(&pointer).expect("it was there") = new;
            // Elements of a list count as one place: "ents.*.start".
            let name = |part: &str| if part.parse::<usize>().is_ok() { "*".to_owned() } else { part.to_owned() };
            let place = pointer.split('/').skip(1).map(name).collect::<Vec<_>>().join(".");
            all.push(Mutant { place, what, row });
        }
    }
    all
}

fn walk(value: &Value, pointer: String, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| walk(value, format!("{pointer}/{key}"), out)),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, value)| walk(value, format!("{pointer}/{i}"), out)),
        _ => {}
    }
    out.push(pointer);
}

fn changes(old: &Value) -> Vec<(&'static str, Value)> {
    match old {
        Value::Number(n) if n.is_u64() => {
            let n = n.as_u64().unwrap_or_default();
            let less = n.checked_sub(1).map(|n| ("minus one", json!(n)));
            [
                ("plus one", json!(n + 1)),
                ("huge", json!(u64::from(u32::MAX))),
                ("text", json!("1")),
                ("null", json!(null)),
            ]
            .into_iter()
            .chain(less)
            .collect()
        }
        Value::Number(_) => vec![("out of range", json!(1.5)), ("negative", json!(-0.1)), ("whole", json!(1))],
        Value::String(text) => {
            let mut reversed: String = text.chars().rev().collect();
            reversed.push('x');
            vec![("empty", json!("")), ("longer", json!(format!("{text}x"))), ("other", json!(reversed))]
        }
        Value::Bool(value) => vec![("flipped", json!(!value)), ("null", json!(null))],
        Value::Null => vec![("a number", json!(1)), ("a word", json!("x"))],
        Value::Array(list) => {
            let mut changed = vec![("no list", json!(null))];
            if let Some(first) = list.first() {
                changed.push(("first doubled", [vec![first.clone()], list.clone()].concat().into()));
                changed.push(("first dropped", list[1..].to_vec().into()));
                changed.push(("last dropped", list[..list.len() - 1].to_vec().into()));
                if list.len() > 1 {
                    changed.push(("turned round", list.iter().rev().cloned().collect::<Vec<_>>().into()));
                }
            }
            changed
        }
        Value::Object(map) => {
            let less = map.keys().map(|key| {
                let mut less = map.clone();
                less.remove(key);
                ("key dropped", Value::Object(less))
            });
            less.collect()
        }
    }
}

/// Changes that a row alone cannot reveal: what a stage selected, its choice of words, its scores, and statements of
/// the page or program about itself. The inputs or other rows of the run reveal some of them.
const UNNOTICED: &[&str] = &[
    // Words chosen by the program or the page, which nothing else in the row repeats.
    "abstract: a word",
    "duplicate_of: a word",
    "frames.*.label: longer",
    "frames.*.label: other",
    "id: longer",
    "id: other",
    "meta.credited_source: a word",
    "meta.language: longer",
    "meta.language: other",
    "meta.site: a word",
    "meta.site: longer",
    "meta.site: other",
    "meta.title: longer",
    "meta.title: other",
    "provenance.pressmark: longer",
    "provenance.pressmark: other",
    "provenance.stages.*.model: longer",
    "provenance.stages.*.model: other",
    "provenance.stages.*.stage: longer",
    "provenance.stages.*.stage: other",
    "segments.*.reason: longer",
    "segments.*.reason: other",
    "source.encoding: longer",
    "source.encoding: other",
    "source.media_type: longer",
    "source.media_type: other",
    "source.path: longer",
    "source.path: other",
    "source.record: huge",
    "source.record: plus one",
    "source.url: a word",
    "provenance.stages.*.licence: a word",
    "provenance.stages.*.licence: longer",
    "provenance.stages.*.licence: other",
    // Optional items.
    "coverage.*: key dropped",
    "stances.*: key dropped",
    // The number of items that a stage finds, and their order if it is meaningless.
    "coverage.*.passages.found: huge",
    "coverage.*.passages.found: plus one",
    "coverage.*.passages.read: minus one",
    "summary: last dropped",
    "coverage: first dropped",
    "coverage: last dropped",
    "coverage: turned round",
    "entities: turned round",
    "frames.*.evidence: first dropped",
    "frames.*.evidence: last dropped",
    "frames.*.evidence: turned round",
    "frames: first dropped",
    "frames: last dropped",
    "provenance.stages: turned round",
    "quotes: first dropped",
    "quotes: last dropped",
    "stances.*.evidence: first dropped",
    "stances.*.evidence: last dropped",
    "stances.*.evidence: turned round",
    "stances: first dropped",
    "stances: last dropped",
    "stances: turned round",
    // Words chosen by a rule: any part of the text may be a quotation, a cue or a speaker.
    "quotes.*.cue_end: minus one",
    "quotes.*.cue_end: plus one",
    "quotes.*.cue_start: minus one",
    "quotes.*.cue_start: plus one",
    "quotes.*.end: minus one",
    "quotes.*.end: plus one",
    "quotes.*.speaker_end: minus one",
    "quotes.*.speaker_end: plus one",
    "quotes.*.speaker_start: minus one",
    "quotes.*.speaker_start: plus one",
    "quotes.*.start: minus one",
    "quotes.*.start: plus one",
];

#[test]
fn every_change_that_a_row_can_tell_is_noticed() {
    let lines = seeds();
    let mut unnoticed = BTreeSet::new();
    let mut tried = 0;
    for line in lines.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        let row: Value = serde_json::from_slice(line).expect("a row is JSON");
        if !["09-museum-door.txt", "03-measles-campaign.txt"]
            .iter()
            .any(|name| row["source"]["path"].as_str().is_some_and(|p| p.ends_with(name)))
        {
            continue;
        }
        for Mutant { place, what, row } in mutants(&row) {
            tried += 1;
            let line = row.to_string();
            if verify_line(line.as_bytes()).1.is_empty() {
                unnoticed.insert(format!("{place}: {what}"));
            }
        }
    }
    assert!(tried > 5000, "{tried} changes were tried");
    let known: BTreeSet<String> = UNNOTICED.iter().map(|place| (*place).to_owned()).collect();
    let new: Vec<_> = unnoticed.difference(&known).collect();
    assert!(new.is_empty(), "verify does not notice, of {tried} changes: {new:#?}");
}

/// Readers must ignore unknown keys, and so must this one; the content of other record fields is unconstrained.
#[test]
fn unknown_keys_and_strange_fields_are_accepted() {
    let lines = seeds();
    let first = lines.split(|&b| b == b'\n').next().expect("there is a row");
    let mut row: Value = serde_json::from_slice(first).expect("a row is JSON");
    row["colour"] = json!("red");
    row["segments"][0]["note"] = json!({ "by": "hand" });
    assert!(verify_line(row.to_string().as_bytes()).1.is_empty());

    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in.jsonl");
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let lines: String = ["1e999", &"7".repeat(400), &deep, "\"\\ud800\"", "-0"]
        .iter()
        .map(|value| format!("{{\"text\": \"The ferry sank off Orla on Monday.\", \"other\": {value}}}\n"))
        .collect();
    fs::write(&input, lines).expect("written");
    let input = input.to_str().expect("Unicode");
    let rows = pressmark(&["annotate", "--quiet", "--stages", "tokenize", "--duplicates", "keep", input]).stdout;
    assert_eq!(rows.iter().filter(|b| **b == b'\n').count(), 5);
    assert_eq!(verify(&rows, &["--inputs", input]), (Some(0), String::new()));
}

#[test]
fn what_cannot_be_is_refused() {
    let lines = seeds();
    let first = lines.split(|&b| b == b'\n').next().expect("there is a row");
    let row: Value = serde_json::from_slice(first).expect("a row is JSON");
    let check = |pointer: &str, value: Value, expected: &str| {
        let mut row = row.clone();
        *row.pointer_mut(pointer).expect("it is there") = value;
        let found = verify_line(row.to_string().as_bytes()).1;
        assert!(found.iter().any(|finding| finding.to_string().contains(expected)), "{pointer}: {found:?}");
    };
    check("/meta/published", json!("2023-02-29"), "is not an RFC 3339 date");
    check("/meta/published", json!("2023-02-28T25:00:00Z"), "is not an RFC 3339 date");
    check("/coverage", json!([]), "coverage: is empty");
    let mut covered = row["coverage"][0].clone();
    covered["passages"] = json!({ "found": 1, "read": 2 });
    check("/coverage/0", covered, "coverage[0]: 2 of 1 passages cannot be");
    let said = json!({ "bears_on_target": 1.5, "takes_a_side": 0.5, "in_favor": 0.5 });
    let stance = json!({
        "holder": "outlet", "target": "a dam", "label": "neutral", "score": 0.5, "probabilities": said, "evidence": [],
    });
    check("/stances", json!([stance]), "stances[0].probabilities: 1.5 is not in [0, 1]");
    let kept = row["segments"].as_array().expect("a list").iter().position(|s| s["start"].is_u64()).expect("a block");
    let (start, raw) = (&row["segments"][kept]["start"], &row["segments"][kept]["raw_start"]);
    let edit = json!([{ "start": start, "end": start, "raw_start": raw, "raw_end": raw, "kind": "invisible" }]);
    check(&format!("/segments/{kept}/edits"), edit, "changes nothing");
}

/// Findings across rows.
fn between(lines: &[&[u8]]) -> usize {
    let mut run = Run::new(Rows::All);
    let mut found = Findings::default();
    for line in lines {
        match verify_line(line).0 {
            Some(record) => run.check(RowFacts::of(&record), &mut found),
            None => run.skip(),
        }
    }
    found.len()
}

#[test]
fn rows_that_are_doubled_missing_swapped_or_of_another_run_are_noticed() {
    let all = seeds();
    let lines: Vec<&[u8]> = all.split_inclusive(|&b| b == b'\n').collect();
    assert_eq!(between(&lines), 0);
    let agency = lines.iter().position(|l| String::from_utf8_lossy(l).contains("agency-0001")).expect("it is there");
    let without = |row: usize| {
        let mut lines = lines.clone();
        lines.remove(row);
        between(&lines)
    };
    let with = |change: &dyn Fn(&mut Vec<&[u8]>)| {
        let mut lines = lines.clone();
        change(&mut lines);
        between(&lines)
    };
    for row in 0..lines.len() {
        assert!(with(&|lines| lines.insert(row, lines[row])) > 0, "row {row} doubled");
    }
    assert!(without(agency) > 0, "the first of a file is missing");
    assert!(without(agency + 1) > 0, "one of a file is missing");
    assert!(with(&|lines| lines.swap(agency, agency + 1)) > 0, "two are swapped");
    assert!(with(&|lines| lines.swap(agency + 1, agency + 2)) > 0, "two are swapped, one a duplicate of the other");
    let other = String::from_utf8_lossy(lines[2]).replace("\\\"max_window\\\":", "\\\"max_window\\\":1");
    let mut mixed = lines.clone();
    mixed[2] = other.as_bytes();
    assert!(between(&mixed) > 0, "another run");
    // Only a check against the input file detects that its last record is missing.
    let missing: Vec<u8> = [&lines[..agency + 2], &lines[agency + 3..]].concat().concat();
    assert_eq!(verify(&missing, &[]).0, Some(0));
    let (code, found) = verify(&missing, &["--inputs", "seeds"]);
    assert!(code == Some(1) && found.contains("record 2 of") && found.contains("has no row"), "{found}");
    assert_eq!(verify(&missing, &["--inputs", "seeds", "--some-rows"]), (Some(0), String::new()));
    // The same holds for a missing file.
    let (code, found) = verify(&lines[1..].concat(), &["--inputs", "seeds", "--complete"]);
    assert!(code == Some(1) && found.contains("seeds/01-ferry-dispute.txt\" has no row"), "{found}");
    assert_eq!(verify(&lines[1..].concat(), &["--inputs", "seeds"]), (Some(0), String::new()));
    assert_eq!(verify(&all, &["--inputs", "seeds", "--complete"]), (Some(0), String::new()));
}

#[test]
fn a_file_that_is_cut_or_torn_is_noticed() {
    let all = seeds();
    let check = |lines: &[u8], expected: &str| {
        let (code, found) = verify(lines, &[]);
        assert_eq!(code, Some(1), "{expected}: {found}");
        assert!(found.contains(expected), "{expected}: {found}");
    };
    check(b"", "the file has no rows");
    check(&all[..all.len() - 1], "the last line has no line feed");
    check(&all[..all.len() - 40], "is not a pressmark/1 record");
    check(&[&all[..], b"\n"].concat(), "is empty");
    check(&[&all[..], b"\xFF\xFE\n"].concat(), "is not a pressmark/1 record");
    check(&[&all[..], &b"[".repeat(100_000), b"\n"].concat(), "is not a pressmark/1 record");
    let first = all.iter().position(|&b| b == b'\n').expect("there is a line");
    check(&[&all[..first], &all[first + 1..]].concat(), "is not a pressmark/1 record");
    assert_eq!(pressmark(&["verify", "no-such-file"]).status.code(), Some(2));
    // Its JSON Lines files are not rows.
    assert_eq!(pressmark(&["verify", "seeds"]).status.code(), Some(1));
    assert_eq!(pressmark(&["verify", "docs"]).status.code(), Some(2));
    assert_eq!(pressmark(&["verify", "README.md", "--inputs", "no-such-folder"]).status.code(), Some(2));
}

#[test]
fn compressed_rows_are_read_and_findings_counted() {
    use std::io::Write;
    let all = String::from_utf8(seeds()).expect("JSON is UTF-8");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.jsonl.gz");
    let save = |lines: &str| {
        let mut file =
            flate2::write::GzEncoder::new(fs::File::create(&path).expect("a file"), flate2::Compression::fast());
        file.write_all(lines.as_bytes()).and_then(|()| file.finish()).expect("it can be written");
        pressmark(&["verify", path.to_str().expect("Unicode"), "--findings", "3"])
    };
    assert_eq!(save(&all).status.code(), Some(0));
    let broken = save(&all.replace("\"status\":\"ok\"", "\"status\":\"partial\""));
    assert_eq!(broken.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&broken.stdout).lines().count(), 3);
    let summary = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert!(summary.contains("13 rows, 13 with errors, 13 findings (the first 3 are printed)"), "{summary}");
}

/// Copies the seeds for tests that modify inputs.
fn copy_of_seeds(folder: &Path) {
    for name in ["03-measles-campaign.txt", "04-court-ruling.html", "06-agency.jsonl"] {
        fs::copy(root().join("seeds").join(name), folder.join(name)).expect("a seed is copied");
    }
}

#[test]
fn inputs_tell_what_rows_cannot() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_of_seeds(folder.path());
    let inputs = folder.path().to_str().expect("Unicode");
    let lines = String::from_utf8(pressmark(&["annotate", "--quiet", inputs]).stdout).expect("JSON is UTF-8");
    assert_eq!(verify(lines.as_bytes(), &["--inputs", inputs]), (Some(0), String::new()));
    let check = |lines: &str, expected: &str| {
        let (code, found) = verify(lines.as_bytes(), &["--inputs", inputs]);
        assert!(code == Some(1) && found.contains(expected), "{expected}: {found}");
    };
    // Changes a letter of the text and nothing else: the row alone looks correct.
    let changed = lines.replacen("on the roof", "on the root", 1).replacen("Vaccination teams", "Vaccination beams", 1);
    assert_ne!(changed, lines);
    assert_eq!(verify(changed.as_bytes(), &[]).0, Some(0));
    check(&changed, "do not follow from the input's bytes");
    check(&lines.replace("\"encoding\":\"UTF-8\"", "\"encoding\":\"Shift_JIS\""), "do not follow from");
    check(&lines.replacen("06-agency.jsonl", "../../06-agency.jsonl", 1), "record 1 of");
    check(&lines.replace("04-court-ruling.html", "no-such.html"), "is not found under");

    let path = folder.path().join("03-measles-campaign.txt");
    let original = fs::read(&path).expect("it is there");
    fs::write(&path, [&original[..], b"\nMore."].concat()).expect("it can be written");
    check(&lines, "source.sha256: the input's is");
    fs::remove_file(&path).expect("it is there");
    check(&lines, "is not found under");
}

#[test]
fn a_row_cannot_speak_to_the_terminal() {
    let all = String::from_utf8(seeds()).expect("JSON is UTF-8");
    let hostile = all.replacen("\"id\":\"", "\"id\":\"\\u001b]0;owned\\u0007\\u009b31m\\u202e\\nrow 9: ", 1);
    // In a row that can be parsed, and in one that cannot.
    for (part, instead) in
        [("\"sha256\":\"", "\"sha256\":\"\\u001b[2J"), ("\"status\":\"ok", "\"status\":\"\\u001b[2J")]
    {
        let (code, found) = verify(hostile.replacen(part, instead, 1).as_bytes(), &[]);
        assert_eq!(code, Some(1), "{part}");
        assert!(!found.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{found:?}");
        assert!(found.lines().count() > 0 && found.lines().all(|line| line.starts_with("row 1")), "{found}");
    }
}
