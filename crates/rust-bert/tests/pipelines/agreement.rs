//! Agreement with transformers on the same models and texts (`reference.json`).

use pressmark_core::{Deadline, Rows, Stage};
use pressmark_rust_bert::Abstracts;
use serde_json::Value;

use crate::{document, embeddings, folder, ner, nli, path, search};

/// Tolerance: the references are rounded to six places, and sums are taken in another order.
const NEAR: f64 = 5e-6;

fn reference(task: &str) -> serde_json::Map<String, Value> {
    let text = std::fs::read_to_string(path("reference.json")).expect("it is in the repository");
    let all: Value = serde_json::from_str(&text).expect("it is JSON");
    all[task].as_object().expect("a table of models").clone()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn entities_have_the_labels_and_scores_of_transformers() {
    let reference = reference("ner");
    assert_eq!(reference.len(), 8);
    let mut wrong = Vec::new();
    for (model, cases) in reference {
        let stage = ner(&model);
        for case in list(&cases) {
            let mut doc = document(text(&case["text"]));
            stage.run(&mut doc).expect("it runs");
            let words = list(&case["words"]);
            assert_eq!(words.len(), doc.tokens.len());
            for (word, token) in words.iter().zip(&doc.tokens) {
                let what = format!("{model}: {} in {}", word["word"], case["text"]);
                let mention = doc.ents.iter().find(|e| e.span.contains(token.span));
                let label = text(&word["label"]);
                let got = mention.map_or("O", |m| m.label.as_str());
                if got != label.get(2..).unwrap_or("O") {
                    wrong.push(format!("{what}: {got} and {label}"));
                    continue;
                }
                // A mention's score is the minimum over its words, which must equal the reference's minimum.
                let Some(mention) = mention else { continue };
                let within = doc.tokens.iter().zip(words).filter(|(t, _)| mention.span.contains(t.span));
                let least = within.map(|(_, w)| number(&w["score"])).fold(1.0, f64::min);
                if (f64::from(mention.score) - least).abs() >= NEAR {
                    wrong.push(format!("{what}: {} and {least}", mention.score));
                }
            }
            assert_eq!(doc.coverage.last().map(|c| c.seen == c.total), Some(true), "{model}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn summaries_are_those_of_transformers() {
    let reference = reference("summaries");
    assert_eq!(reference.len(), 3);
    for (model, cases) in reference {
        for beams in [1, 3] {
            let stage = Abstracts::new(folder(&model), search(beams)).expect("it loads");
            let of_beams: Vec<&Value> = list(&cases).iter().filter(|c| c["beams"] == beams).collect();
            assert_eq!(of_beams.len(), 2);
            for case in of_beams {
                let mut doc = document(text(&case["text"]));
                stage.run(&mut doc).expect("it runs");
                let (got, expected) = (doc.abstract_text.as_deref().unwrap_or_default(), text(&case["summary"]));
                assert_eq!(got, expected, "{model}, {beams} beams");
            }
        }
    }
}

#[test]
fn entailment_is_that_of_transformers_whatever_the_order_of_labels() {
    let reference = reference("nli");
    assert_eq!(reference.len(), 4);
    for (model, cases) in reference {
        let model_of = nli(&model);
        for case in list(&cases) {
            let judged = model_of
                .judge(&[text(&case["premise"])], &[text(&case["hypothesis"])], &Deadline::default())
                .expect("it runs");
            let (got, expected) = (f64::from(judged[0][0]), number(&case["entailment"]));
            assert!((got - expected).abs() < NEAR, "{model}: {got} and {expected}");
        }
        // The result of a pair must not depend on padding by longer neighbours.
        let cases = list(&cases);
        let premises: Vec<&str> = cases.iter().map(|c| text(&c["premise"])).collect();
        let hypotheses: Vec<&str> = cases.iter().map(|c| text(&c["hypothesis"])).collect();
        let judged = model_of.judge(&premises, &hypotheses, &Deadline::default()).expect("it runs");
        for (index, case) in cases.iter().enumerate() {
            assert!((f64::from(judged[index][index]) - number(&case["entailment"])).abs() < NEAR, "{model}");
        }
    }
}

#[test]
fn sentence_vectors_are_those_of_transformers() {
    let stage = embeddings();
    for case in list(&reference("embeddings")["emb-bert"]) {
        let expected: Vec<f64> = list(&case["vector"]).iter().map(number).collect();
        let vectors = stage.embed(&[text(&case["text"])], &Deadline::default()).expect("it runs");
        assert_eq!((vectors.len(), vectors[0].len()), (1, expected.len()));
        for (got, expected) in vectors[0].iter().zip(&expected) {
            assert!((f64::from(*got) - expected).abs() < NEAR, "{got} and {expected}");
        }
        // A document stores eight bits of each number.
        let mut doc = document(text(&case["text"]));
        stage.run(&mut doc).expect("it runs");
        assert_eq!(doc.sent_vectors, Rows::new(expected.len(), &vectors[0]));
    }
}
