//! All commands treat files of rows alike: the compression they accept, and the errors they report.

use std::fs::{self, File};
use std::path::Path;

use crate::command::{command, pressmark};
use serde_json::Value;

/// Resolves names in a folder.
fn within(folder: &Path) -> impl Fn(&str) -> String {
    let folder = folder.to_owned();
    move |name| folder.join(name).display().to_string()
}

fn annotate(output: &str) {
    let done = pressmark(&["annotate", "--quiet", "seeds/09-museum-door.txt", "-o", output]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Asserts that every command rejects rows in which one fragment was replaced, with the expected message.
fn check_refused(from: &str, to: &str, expected: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = within(folder.path());
    let (one, two) = (path("rows.jsonl"), path("two.jsonl"));
    annotate(&one);
    let rows = fs::read_to_string(&one).expect("rows");
    assert!(rows.contains(from), "{rows}");
    fs::write(&two, rows.replace(from, to)).expect("a file");
    let to = |format: &str| pressmark(&["export", &one, "--to", format, "-o", &path(format)]).status.success();
    assert!(to("doccano"));
    let (out, doccano) = (path("out"), path("doccano/doccano.jsonl"));
    for args in [
        &["verify", &two][..],
        &["group", &two, "-o", &out],
        &["report", &two, "-o", &out],
        &["export", &two, "--to", "csv", "-o", &out],
        &["export", &two, "--to", "brat", "-o", &out],
        &["import", &doccano, "--from", "doccano", "--rows", &two, "-o", &path("corrected.jsonl")],
        &["agree", &one, &two],
        &["evaluate", "ner", &two],
        &["evaluate", "quotes", &two],
        &["evaluate", "quotes", &one, "--annotated", &two],
    ] {
        let output = pressmark(args);
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).replace('\n', " ");
        assert!(!output.status.success(), "{args:?} took it");
        assert!(told.contains(expected), "{args:?}: {told}");
    }
}

#[test]
fn every_command_refuses_rows_of_another_contract() {
    let expected = "unknown variant `pressmark/2`, expected `pressmark/1`";
    check_refused(r#""schema":"pressmark/1""#, r#""schema":"pressmark/2""#, expected);
}

#[test]
fn every_command_refuses_words_that_stand_for_nothing() {
    let expected = r#"invalid value: string "spoken", expected one of direct, indirect, mixed"#;
    check_refused(r#""kind":"direct""#, r#""kind":"spoken""#, expected);
}

#[test]
fn evaluate_reads_rows_however_they_are_packed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = within(folder.path());
    let plain = path("rows.jsonl");
    annotate(&plain);
    let check = |task: &str, gold: &str, annotated: &str| {
        let mut evaluate = command(&["evaluate", task, gold, "--annotated", annotated]);
        let output = evaluate.stdin(File::open(&plain).expect("rows")).output().expect("the command runs");
        assert!(output.status.success(), "{gold} {annotated}: {}", String::from_utf8_lossy(&output.stderr));
        let table: Value = serde_json::from_slice(&output.stdout).expect("JSON on standard output");
        let rows = table["rows"].as_array().expect("rows");
        let all = rows.iter().find(|row| row["name"] == "all").expect("a row");
        let f1 = all.get("f1").or_else(|| all.get("exact f1")).expect("a column");
        assert_eq!(f1, 1.0, "{gold} {annotated}: {all}");
    };
    check("quotes", &plain, "-");
    for name in ["rows.jsonl.gz", "rows.jsonl.zst", "rows.parquet"] {
        annotate(&path(name));
        check("ner", &plain, &path(name));
        check("quotes", &path(name), &plain);
        check("ner", &path(name), &plain);
    }
}
