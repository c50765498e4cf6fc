//! Rules ask the language of a document and name none.

use std::fs;
use std::path::{Path, PathBuf};

use pressmark_tests::root;

/// The sources of a crate.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|ending| ending == "rs") && !entry.ends_with("tests.rs") {
            found.push(entry);
        }
    }
}

#[test]
fn no_rule_names_a_language() {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join("crates")).expect("the workspace has crates").filter_map(Result::ok) {
        if entry.file_name() != "lang" {
            sources(&entry.path().join("src"), &mut files);
        }
    }
    assert!(files.len() > 100, "{} files", files.len());
    for file in files {
        let text = fs::read_to_string(&file).expect("sources are text");
        let code = ["#[cfg(test)]\nmod ", "#[cfg(test)]\nimpl"].iter().filter_map(|tests| text.find(tests)).min();
        let code = text.get(..code.unwrap_or(text.len())).unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let named =
                ["Language::of(Some(\"", "code() == \"", "code() != \""].iter().find(|call| line.contains(**call));
            assert_eq!(named, None, "{}: {}", file.display(), line.trim());
        }
    }
}
