//! Who may depend on whom: the arrows of `crates/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What each crate may depend on, of ours.
const ARROWS: &[(&str, &[&str])] = &[
    ("pressmark-core", &[]),
    ("pressmark-encoder", &[]),
    ("pressmark-lang", &[]),
    ("pressmark-jsonl", &["core"]),
    ("pressmark-ingest", &["core", "lang"]),
    ("pressmark-tokenize", &["core", "lang"]),
    ("pressmark-pipeline", &["core"]),
    ("pressmark-rust-bert", &["core"]),
    ("pressmark-encode", &["core", "encoder"]),
    ("pressmark-run", &["core", "jsonl", "ingest"]),
    ("pressmark-ner", STAGE),
    ("pressmark-quote", STAGE),
    ("pressmark-summarize", STAGE),
    ("pressmark-frames", STAGE),
    ("pressmark-stance", STAGE),
    ("pressmark-news-model", &[]),
    ("pressmark", LIBRARY),
];

/// Everything that annotating takes; the only list in which stages are named.
const LIBRARY: &[&str] = &[
    "core",
    "lang",
    "jsonl",
    "ingest",
    "tokenize",
    "pipeline",
    "encoder",
    "encode",
    "ner",
    "quote",
    "summarize",
    "frames",
    "stance",
    "rust-bert",
    "news-model",
];

const STAGE: &[&str] = &["core", "lang", "tokenize", "encoder"];

/// What the examples and tests of stages may use besides: the stages that fill what they read.
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
            assert!(on != "cli", "{name} depends on the command");
            let Some(allowed) = arrows.get(name) else { continue };
            let itself = name.ends_with(&format!("-{on}"));
            let fits = allowed.contains(&on.as_str()) || is_dev && (itself || FOR_TESTS.contains(&on.as_str()));
            assert!(fits, "{name} depends on pressmark-{on}");
        }
        seen.insert(name.to_owned());
    }
    for (name, _) in ARROWS {
        assert!(seen.contains(*name), "{name} is not in the workspace");
    }
    let free = ["pressmark-cli", "pressmark-benches", "pressmark-tests"];
    let unknown: Vec<_> =
        seen.iter().filter(|n| !arrows.contains_key(n.as_str()) && !free.contains(&n.as_str())).collect();
    assert!(unknown.is_empty(), "no arrows are drawn for {unknown:?}");
}
