//! `pressmark evaluate` on a few texts of our own, with minimum scores; `pressmark codebook fit` on the same.

use std::fs;
use std::path::Path;

use crate::command::pressmark;
use pressmark_tests::root;
use serde_json::Value;

fn run(args: &[&str]) -> (i32, String, String) {
    let output = pressmark(args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A row of the evaluation's table.
fn row(task: &str, gold: &str, name: &str, options: &[&str]) -> Value {
    let gold = format!("tests/scores/{gold}");
    let (code, json, message) = run(&[&["evaluate", task, gold.as_str()], options].concat());
    assert_eq!(code, 0, "{task}: {message}");
    let table: Value = serde_json::from_str(&json).expect("JSON on standard output");
    let rows = table["rows"].as_array().expect("rows");
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no row {name} in {message}")).clone()
}

#[test]
fn every_task_reaches_its_floor() {
    let check = |task: &str, gold: &str, name: &str, options: &[&str], floors: &[(&str, f64)]| {
        let row = row(task, gold, name, options);
        for (column, floor) in floors {
            let value = row[*column].as_f64().expect("a number");
            assert!(value >= *floor, "{task} {name}: {column} {value}, floor {floor}");
        }
    };
    check("ner", "ner.conll", "all", &["--labels", "conll03"], &[("f1", 0.85)]);
    check("sentences", "sentences.jsonl", "all", &[], &[("f1", 1.0), ("exact", 1.0)]);
    check("quotes", "quotes", "direct", &[], &[("exact f1", 1.0), ("source", 1.0), ("cue", 1.0)]);
    check("quotes", "quotes", "indirect", &[], &[("overlap f1", 0.8), ("source", 1.0)]);
    check("sentiment", "sentiment.jsonl", "macro", &[], &[("f1", 0.6)]);
    check("frames", "frames.jsonl", "micro", &[], &[("f1", 0.55)]);
    check("frames", "frames.jsonl", "macro", &[], &[("average p", 0.8)]);
    check("stance", "stance.csv", "macro", &[], &[("f1", 0.4)]);
    check("summaries", "summaries.jsonl", "pressmark, reference's words", &[], &[("rouge1", 0.6), ("rougeLsum", 0.6)]);
    check("articles", "articles", "pages", &[], &[("f1", 1.0), ("exact", 1.0)]);
}

#[test]
fn what_was_annotated_before_scores_as_the_pipeline_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |task: &str, gold: &str, name: &str, annotate: &[&str], options: &[&str]| {
        let out = folder.path().join(format!("{task}.jsonl"));
        let out = out.to_str().expect("a path in UTF-8");
        let (code, _, message) = run(&[&["annotate", "--quiet", "--duplicates", "keep", "-o", out], annotate].concat());
        assert!(code == 0 || code == 1, "{task}: {message}");
        let before = row(task, gold, name, &[&["--annotated", out], options].concat());
        assert_eq!(before, row(task, gold, name, options), "{task}");
    };
    let codebook = ["--codebook", "climate-frames"];
    check("quotes", "quotes", "direct", &["tests/scores/quotes/text"], &[]);
    check("frames", "frames.jsonl", "macro", &[&["tests/scores/frames.jsonl"][..], &codebook].concat(), &codebook);
    check("articles", "articles", "pages", &["tests/scores/articles/html"], &[]);

    // Sentences alone are not enough for frames, and other texts are not enough for any task.
    let out = folder.path().join("few.jsonl");
    let out = out.to_str().expect("a path in UTF-8");
    run(&["annotate", "--quiet", "--stages", "tokenize", "-o", out, "tests/scores/sentences.jsonl"]);
    let (code, _, message) = run(&["evaluate", "frames", "tests/scores/frames.jsonl", "--annotated", out]);
    assert!(code == 2 && message.contains("was annotated without the stage frames"), "{message}");
    let quotes = folder.path().join("quotes.jsonl");
    let quotes = quotes.to_str().expect("a path in UTF-8");
    let (code, _, message) = run(&["evaluate", "ner", "tests/scores/ner.conll", "--annotated", quotes]);
    assert!(code == 2 && message.contains("has no record with the text of document 1 of"), "{message}");
}

#[test]
fn predictions_stand_beside_their_gold() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("predictions.jsonl");
    let out = path.to_str().expect("a path in UTF-8");
    let accuracy_row = row("sentiment", "sentiment.jsonl", "accuracy", &["--predictions", out]);
    let lines = fs::read_to_string(&path).expect("predictions");
    let right = lines.lines().filter(|line| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        line["gold"] == line["predicted"]
    });
    let accuracy = right.count() as f64 / lines.lines().count() as f64;
    assert_eq!(accuracy_row["accuracy"].as_f64(), Some(accuracy), "another program scores the same");
}

#[test]
fn unknown_formats_are_refused_with_the_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |task: &str, name: &str, text: &str, expected: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        let (code, json, message) = run(&["evaluate", task, path.to_str().expect("a path in UTF-8")]);
        assert_eq!((code, json.as_str()), (2, ""), "{task}: {message}");
        assert!(message.contains(expected), "{task}: {message}");
    };
    check("ner", "a.conll", "Rain O\nfell\n", "is \"fell\", expected a token and its tag");
    check("sentences", "a.jsonl", "{\"text\": \"A. B.\"}\n", "line 1 of ");
    check(
        "sentences",
        "b.jsonl",
        "{\"text\": \"A. B.\", \"sentences\": [\"A.\"]}\n",
        "has text in no sentence: \"B.\"",
    );
    check("sentences", "a.conllu", "1\tx\n", "has 2 columns, expected the 10 of CoNLL-U");
    check("quotes", "quotes.txt", "x", "expected brat's layout");
    check("sentiment", "s.jsonl", "{\"sentence_normalized\": \"x\"}\n", "has no list targets");
    check(
        "sentiment",
        "t.jsonl",
        "{\"sentence_normalized\": \"x\", \"targets\": [{\"from\": 0, \"to\": 1, \"polarity\": 3}]}\n",
        "has the polarity 3, expected 2, 4 or 6",
    );
    check("frames", "f.jsonl", "{\"text\": \"x\", \"label\": [\"odd\"]}\n", "has no label of the codebook");
    check("stance", "s.csv", "text,target,label\nx,y,maybe\n", "line 2 of ");
    check("stance", "t.csv", "text,label\nx,FAVOR\n", "has no field for the target");
    check("summaries", "s.jsonl", "{\"text\": \"x\"}\n", "has no summary, expected {text, summary: \"…\"}");
    check("articles", "none", "x", "ground-truth.json");
}

#[test]
fn a_codebook_learns_from_coded_texts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    let texts = coded();
    fs::write(path("coded.jsonl"), &texts).expect("a file");
    let fit = |out: &str| {
        let args = ["codebook", "fit", &path("coded.jsonl"), "--codebook", "seeds/codebooks/water.toml", "-o", out];
        let (code, _, message) = run(&args);
        assert_eq!(code, 0, "{message}");
        fs::read_to_string(out).expect("a codebook")
    };
    let fitted = fit(&path("a.toml"));
    assert_eq!(fitted, fit(&path("b.toml")), "the same texts give the same bytes");
    let original = fs::read_to_string(root().join("seeds/codebooks/water.toml")).expect("a codebook");
    assert!(fitted.starts_with(original.trim_end()), "what people wrote stays as it is");

    let out = path("annotated.jsonl");
    let (code, _, message) =
        run(&["annotate", "--quiet", "--codebook", &path("a.toml"), "-o", &out, &path("coded.jsonl")]);
    assert!(code == 0 || code == 1, "{message}");
    let lines = fs::read_to_string(Path::new(&out)).expect("lines");
    assert!(lines.contains("fitted"), "provenance tells the fit");

    let evaluate = |codebook: &str, coded: &str| {
        let (code, json, message) = run(&["evaluate", "frames", coded, "--codebook", codebook]);
        assert_eq!(code, 0, "{message}");
        assert_eq!(json.contains("was fitted on"), message.contains("was fitted on"), "{message}");
        message
    };
    let said = evaluate(&path("a.toml"), &path("coded.jsonl"));
    let count = texts.lines().count();
    assert!(said.contains(&format!("warning: the codebook was fitted on {count} of the {count} texts")), "{said}");
    fs::write(path("others.jsonl"), texts.replace(" in June", " in late autumn")).expect("a file");
    let said = evaluate(&path("a.toml"), &path("others.jsonl"));
    assert!(said.contains("was fitted on") && !said.contains(&format!("fitted on {count} of")), "{said}");
    let said = evaluate("seeds/codebooks/water.toml", &path("coded.jsonl"));
    assert!(!said.contains("was fitted on"), "{said}");

    let tampered = fitted.replace("sha256 = \"", "sha256 = \"0");
    fs::write(path("other.toml"), tampered).expect("a file");
    let (code, _, message) = run(&["annotate", "--codebook", &path("other.toml"), "seeds/09-museum-door.txt"]);
    assert!(code == 2 && message.contains("was fitted for other weights"), "{message}");
}

/// Texts coded with the labels of the water codebook, four per label.
fn coded() -> String {
    let codebook = fs::read_to_string(root().join("seeds/codebooks/water.toml")).expect("a codebook");
    let labels: Vec<&str> = codebook.lines().filter_map(|l| l.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    let endings = ["in June", "for a third year", "in the whole valley", "once more"];
    let mut lines = String::new();
    for (i, label) in labels.iter().skip(1).enumerate() {
        let start =
            ["The wells ran dry", "The river rose over its banks", "The mayor spoke of the dam", "Fish died"][i % 4];
        for ending in endings {
            lines.push_str(&format!("{{\"text\": \"{start} {ending}.\", \"label\": [\"{label}\"]}}\n"));
        }
    }
    lines
}
