//! Rules query the language of a document and never name one.

use std::fs;

use pressmark_tests::root;

use crate::circles::modules;

#[test]
fn no_rule_names_a_language() {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join("crates")).expect("the workspace has crates").filter_map(Result::ok) {
        let sources = entry.path().join("src");
        if entry.file_name() != "lang" && sources.is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.extend(
                modules(&sources).into_iter().map(|(module, code)| (format!("{name}/{}", module.join("/")), code)),
            );
        }
    }
    assert!(files.len() > 100, "{} files", files.len());
    for (file, code) in files {
        for line in code.lines() {
            let named =
                ["Language::of(Some(\"", "code() == \"", "code() != \""].iter().find(|call| line.contains(**call));
            assert_eq!(named, None, "{file}: {}", line.trim());
        }
    }
}
