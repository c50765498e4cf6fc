//! `pressmark export`: rows to flat tables.

use std::fs;
use std::path::Path;

use crate::command::{command, pressmark};
use pressmark_tests::root;
use serde_json::Value;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs the command; returns its exit code and messages.
fn run(args: &[&str]) -> (Option<i32>, String) {
    let output = pressmark(args);
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    (output.status.code(), text(&output.stderr))
}

/// A folder with annotated rows, and a function that resolves names in it.
fn annotated(input: &str) -> (tempfile::TempDir, impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().to_owned();
    let path = move |name: &str| root.join(name).display().to_string();
    let (code, message) = run(&["annotate", "--quiet", input, "-o", &path("rows.jsonl")]);
    assert!(code.is_some_and(|code| code < 2), "{message}");
    (folder, path)
}

/// Number of rows of a CSV file without line feeds in its cells.
fn count(path: &str) -> usize {
    fs::read_to_string(path).expect("a table").lines().count() - 1
}

#[test]
fn rows_become_tables_with_as_many_rows_as_their_lists_have() {
    let (_folder, path) = annotated("seeds/09-museum-door.txt");
    let row: Value = serde_json::from_str(&fs::read_to_string(path("rows.jsonl")).expect("rows")).expect("JSON");
    let (code, message) = run(&["export", &path("rows.jsonl"), "--to", "csv", "-o", &path("tables")]);
    assert_eq!(code, Some(0), "{message}");
    assert!(message.starts_with("1 document in 17 tables in "), "{message}");
    for (table, list) in [("sentences", "sents"), ("mentions", "ents"), ("entities", "entities"), ("frames", "frames")]
    {
        let length = row[list].as_array().expect("a list").len();
        assert!(length > 0);
        assert_eq!(count(&path(&format!("tables/{table}.csv"))), length, "{table}");
    }
    assert!(!Path::new(&path("tables/tokens.csv")).exists());

    // The same bytes from a pipe, from compressed rows and from the folder of the rows.
    let mentions = fs::read(path("tables/mentions.csv")).expect("a table");
    let stdin = fs::File::open(path("rows.jsonl")).expect("rows");
    let args = ["export", "-", "--to", "csv", "--tables", "mentions,tokens", "--quiet", "-o", &path("piped")];
    let output = command(&args).stdin(stdin).output().expect("the command runs");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    assert_eq!(fs::read(path("piped/mentions.csv")).expect("a table"), mentions);
    assert_eq!(fs::read_dir(path("piped")).expect("a folder").count(), 2);
    fs::create_dir(path("packed")).expect("a folder");
    let mut packed = flate2::write::GzEncoder::new(
        fs::File::create(path("packed/rows.jsonl.gz")).expect("a file"),
        flate2::Compression::fast(),
    );
    std::io::copy(&mut fs::File::open(path("rows.jsonl")).expect("rows"), &mut packed).expect("packed");
    packed.finish().expect("packed");
    let (code, message) = run(&["export", &path("packed"), "--to", "csv", "-o", &path("unpacked")]);
    assert_eq!(code, Some(0), "{message}");
    assert_eq!(fs::read(path("unpacked/mentions.csv")).expect("a table"), mentions);
}

#[test]
fn nothing_is_replaced_and_lines_that_are_no_rows_are_told() {
    let (_folder, path) = annotated("seeds/09-museum-door.txt");
    let rows = path("rows.jsonl");
    let export = |more: &[&str]| run(&[&["export", &rows, "--to", "csv", "-o", &path("tables")], more].concat());
    assert_eq!(export(&[]).0, Some(0));
    let (code, message) = export(&[]);
    assert_eq!(code, Some(2));
    assert!(message.contains("documents.csv already exists") && message.contains("--overwrite"), "{message}");
    assert_eq!(export(&["--overwrite"]).0, Some(0));

    // A table never replaces the rows, whatever its name.
    fs::copy(&rows, path("documents.csv")).expect("a copy");
    let (code, message) = run(&["export", &path("documents.csv"), "--to", "csv", "-o", &path("."), "--overwrite"]);
    assert_eq!(code, Some(2));
    assert!(message.contains("would be overwritten"), "{message}");

    let row = fs::read_to_string(&rows).expect("rows");
    fs::write(path("broken.jsonl"), format!("{row}{{\"id\": 1}}\n\n{row}")).expect("a file");
    let (code, message) = run(&["export", &path("broken.jsonl"), "--to", "csv", "-o", &path("rest")]);
    assert_eq!(code, Some(1));
    assert!(message.contains("3 lines skipped: line 2 of "), "{message}");
    assert_eq!(count(&path("rest/entities.csv")), count(&path("tables/entities.csv")));

    fs::write(path("none.jsonl"), "{}\n").expect("a file");
    let (code, message) = run(&["export", &path("none.jsonl"), "--to", "csv", "-o", &path("none")]);
    assert_eq!(code, Some(2));
    assert!(message.contains("there is no row that can be exported"), "{message}");
    assert!(!Path::new(&path("none/documents.csv")).exists());
}

#[test]
fn an_empty_file_gives_headers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("rows.jsonl"), "").expect("a file");
    let (code, message) = run(&["export", &path("rows.jsonl"), "--to", "csv", "-o", &path("tables")]);
    assert_eq!(code, Some(0), "{message}");
    assert_eq!(fs::read_to_string(path("tables/authors.csv")).expect("a table"), "doc,author,name\n");
}

#[test]
fn the_dictionary_is_the_one_of_the_docs() {
    let output = pressmark(&["export", "--dictionary"]);
    let kept = fs::read(pressmark_tests::root().join("docs/data-dictionary.md")).expect("the dictionary");
    assert!(output.status.success() && output.stdout == kept);
}

#[test]
fn annotate_writes_tables_directly_and_they_are_those_of_export() {
    let (_folder, path) = annotated("seeds/09-museum-door.txt");
    let annotate = |output: &str, more: &[&str]| {
        run(&[&["annotate", "--quiet", "seeds/09-museum-door.txt", "-o", &path(output)], more].concat())
    };
    assert_eq!(annotate("direct/*.csv", &[]), (Some(0), String::new()));
    let (code, message) = run(&["export", &path("rows.jsonl"), "--to", "csv", "-o", &path("exported")]);
    assert_eq!(code, Some(0), "{message}");
    let names = fs::read_dir(path("exported")).expect("a folder").map(|entry| entry.expect("a file").file_name());
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    assert_eq!((names.len(), fs::read_dir(path("direct")).expect("a folder").count()), (17, 17));
    for name in names {
        let of = |folder: &str| fs::read(path(&format!("{folder}/{name}"))).expect("a table");
        assert!(of("direct") == of("exported"), "{name} differs");
    }

    // The same bytes with any number of threads.
    assert_eq!(annotate("one.parquet", &["--jobs", "1"]).0, Some(0));
    assert_eq!(annotate("two.parquet", &["--jobs", "2"]).0, Some(0));
    let (one, two) = (fs::read(path("one.parquet")).expect("a file"), fs::read(path("two.parquet")).expect("a file"));
    assert!(one == two && one.starts_with(b"PAR1") && one.ends_with(b"PAR1"));
}

#[test]
fn a_table_is_not_replaced_resumed_or_split_and_its_own_tables_are_no_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let input = pressmark_tests::root().join("seeds/09-museum-door.txt").display().to_string();
    let annotate = |output: &str, more: &[&str]| run(&[&["annotate", &input, "-o", &path(output)], more].concat());
    let check = |output: &str, more: &[&str], expected: &str| {
        let (code, message) = annotate(output, more);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(expected), "{message}");
    };
    for option in [&["--resume"][..], &["--shard-rows", "5"], &["--shard", "1/2"]] {
        let expected = format!("{} needs JSON Lines output", option[0]);
        check("rows.parquet", option, &expected);
        check("*.parquet", option, "pressmark export rows.jsonl");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    let (code, message) = annotate("rows.parquet", &[]);
    assert_eq!(code, Some(0), "{message}");
    check("rows.parquet", &[], "rows.parquet already exists");
    let (code, message) = annotate("*.parquet", &[]);
    assert_eq!(code, Some(0), "{message}");
    // The folder now holds 18 tables and no document.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let output = elsewhere.path().join("rows.parquet").display().to_string();
    let (code, message) = run(&["annotate", &input, &path(""), "-o", &output]);
    assert_eq!(code, Some(0), "{message}");
    assert!(message.starts_with("1 document, ") && message.contains("18 inputs skipped"), "{message}");
}

#[test]
fn tables_among_the_inputs_are_no_input_and_can_be_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::copy(root().join("seeds/09-museum-door.txt"), path("door.txt")).expect("a text");
    let (code, message) = run(&["annotate", "--quiet", &path("door.txt"), "-o", &path("rows.jsonl")]);
    assert_eq!(code, Some(0), "{message}");
    let all = pressmark_tables::TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(",");
    for format in ["csv", "parquet", "arrow"] {
        let to = path(format);
        let args = ["export", &path("rows.jsonl"), "--to", format, "--tables", &all, "-o", &to, "--quiet"];
        assert_eq!(run(&args), (Some(0), String::new()), "{format}");
    }
    // Twice, so that the second run overwrites the output of the first.
    for _ in 0..2 {
        let args = ["annotate", folder.path().to_str().expect("UTF-8"), "-o", &path("again.parquet"), "--overwrite"];
        let (code, message) = run(&args);
        assert_eq!(code, Some(0), "{message}");
        assert!(message.contains("1 document"), "{message}");
    }
    let (code, message) = run(&["verify", &path("again.parquet")]);
    assert_eq!(code, Some(0), "{message}");
}
