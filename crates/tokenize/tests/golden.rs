//! Golden rules of sentence segmentation (pySBD), where the data folder is available.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::Path;

use pressmark_lang::Language;
use pressmark_tokenize::sentences_in;

/// Counts the texts of the file that are segmented exactly, and all of them; `None` when the file is missing.
fn exact(name: &str, language: Option<&str>) -> Option<(usize, usize)> {
    let language = Language::of(language);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sentences/pysbd").join(name);
    let Ok(lines) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no {}", path.display());
        return None;
    };
    let (mut right, mut all) = (0, 0);
    for line in lines.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a JSON object a line");
        let text = row["text"].as_str().unwrap_or_default();
        let gold: Vec<_> = row["sentences"].as_array().into_iter().flatten().filter_map(|s| s.as_str()).collect();
        let found: Vec<_> = sentences_in(text, language).into_iter().map(|s| s.slice(text)).collect();
        all += 1;
        right += usize::from(gold == found);
        if gold != found {
            eprintln!("{name}: expected {gold:#?}, found {found:#?}");
        }
    }
    Some((right, all))
}

/// The language's pack and the neutral one do equally well.
fn check(name: &str, language: &str) {
    for language in [Some(language), None] {
        if let Some((right, all)) = exact(name, language) {
            assert_eq!(right, all, "{name} {language:?}");
        }
    }
}

#[test]
fn english_golden_rules() {
    check("english.jsonl", "en");
}

#[test]
fn french_golden_rules() {
    check("french.jsonl", "fr");
}
