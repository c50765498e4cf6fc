//! Checks the dependencies between crates against the arrows of `crates/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Allowed dependencies of our crates on each other. A crate that is not listed is a stage.
const ARROWS: &[(&str, &[&str])] = &[
    ("pressmark-core", &[]),
    ("pressmark-encoder", &[]),
    ("pressmark-lang", &[]),
    ("pressmark-news-model", &[]),
    ("pressmark-news-small-model", &[]),
    ("pressmark-jsonl", &["core"]),
    ("pressmark-ingest", &["core", "lang"]),
    ("pressmark-tokenize", &["core", "lang"]),
    ("pressmark-pipeline", &["core"]),
    ("pressmark-rust-bert", &["core"]),
    ("pressmark-encode", &["core", "encoder"]),
    ("pressmark-run", &["core", "jsonl", "ingest"]),
    ("pressmark-agree", &["core", "jsonl"]),
    ("pressmark-exchange", &["core", "jsonl"]),
    ("pressmark-report", &["core", "jsonl"]),
    ("pressmark-serve", &["", "core", "jsonl", "ingest"]),
    ("pressmark-tables", &["core", "jsonl", "ingest"]),
    ("pressmark-group", &["core", "jsonl", "lang"]),
    // The library's own name has no suffix after the hyphen.
    ("pressmark-evaluate", &["", "core", "jsonl", "lang", "ingest", "tables", "tokenize", "quote", "summarize"]),
];

/// Allowed dependencies of a stage.
const STAGE: &[&str] = &["core", "lang", "tokenize", "encoder"];

/// Crates on top of the library, which may depend on everything below them.
const ON_THE_LIBRARY: &[&str] = &["cli", "run", "evaluate", "agree", "exchange", "group", "report", "serve", "tables"];

/// Crates that may depend on anything.
const FREE: &[&str] = &["pressmark-cli", "pressmark-python", "pressmark-benches", "pressmark-tests"];

/// Additional dependencies of the examples and tests of stages: the stages that fill the layers they read.
const FOR_TESTS: &[&str] = &["core", "lang", "tokenize", "encoder", "encode", "ner"];

#[test]
fn crates_depend_along_the_arrows() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(pressmark_tests::root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut seen = BTreeSet::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let ours = package["dependencies"].as_array().into_iter().flatten().filter_map(|dependency| {
            let on = dependency["name"].as_str()?.strip_prefix("pressmark")?;
            Some((on.trim_start_matches('-').to_owned(), dependency["kind"] == "dev"))
        });
        for (on, is_dev) in ours {
            // A wheel contains the command beside the module, with a single copy of the models.
            assert!(on != "cli" || name == "pressmark-python", "{name} depends on the command");
            assert!(on != "python", "{name} depends on the Python package");
            if name == "pressmark" {
                assert!(!ON_THE_LIBRARY.contains(&on.as_str()), "the library depends on pressmark-{on}");
                continue;
            }
            if FREE.contains(&name) {
                continue;
            }
            let allowed = arrows.get(name).copied().unwrap_or(STAGE);
            let itself = name.ends_with(&format!("-{on}"));
            let fits = allowed.contains(&on.as_str()) || is_dev && (itself || FOR_TESTS.contains(&on.as_str()));
            assert!(fits, "{name} depends on pressmark-{on}");
        }
        seen.insert(name.to_owned());
    }
    for (name, _) in ARROWS {
        assert!(seen.contains(*name), "{name} is not in the workspace");
    }
}

#[test]
fn sentences_and_words_can_be_taken_alone() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "pressmark-tokenize", "--edges", "normal", "--prefix", "none", "--locked"])
        .current_dir(pressmark_tests::root())
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains("unicode-segmentation"), "{tree}");
    assert!(crates.len() <= 25, "{} crates: {crates:?}", crates.len());
}
