//! `pressmark bench` counts what `annotate` writes.

use crate::command::pressmark;
use serde_json::Value;

#[test]
fn bench_counts_what_annotate_writes_and_names_every_stage() {
    let annotated = pressmark(&["annotate", "seeds", "--quiet", "--stages", "quote"]);
    let rows: Vec<Value> =
        String::from_utf8_lossy(&annotated.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let words = |row: &Value| row["text"].as_str().unwrap().split_whitespace().count();
    let output = pressmark(&["bench", "seeds", "--repeats", "1", "--jobs", "1", "--json", "--stages", "quote"]);
    assert_eq!(output.status.code(), annotated.status.code());
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(figures["documents"], rows.len());
    assert_eq!(figures["words"], rows.iter().map(words).sum::<usize>());
    // A row also has tokens for white space other than a single blank; the bench counts only words and punctuation
    // marks.
    let tokens = rows.iter().map(|row| row["tokens"].as_array().unwrap().len()).sum::<usize>();
    let counted = figures["tokens"].as_u64().unwrap() as usize;
    assert!(counted <= tokens && counted > tokens * 9 / 10, "{counted} of {tokens}");
    let stages = figures["stages"].as_array().unwrap();
    let names: Vec<&str> = stages.iter().map(|stage| stage["stage"].as_str().unwrap()).collect();
    assert_eq!(names, ["ingest", "tokenize", "encoder", "ner", "quote", "write"]);
    let shares: f64 = stages.iter().map(|stage| stage["share"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-6, "{shares}");
}
