//! Bundles of other sizes and with other vocabularies go through every stage, with no change of code.

use std::sync::Arc;

use pressmark::{Annotator, ModelSource, Settings};
use pressmark_core::{Explanation, Frame, Subject};
use pressmark_encoder::{Model, TinyBundle, TinyVocabulary};
use pressmark_ingest::{Format, Record as InputRecord};
use pressmark_tests::pressmark;

/// Every stage over one text, with a tiny bundle of this kind.
fn annotate(vocabulary: TinyVocabulary, layers: usize, text: &str) -> serde_json::Value {
    let bundle = TinyBundle::for_stages(vocabulary, layers);
    let model = Arc::new(Model::from_files(&bundle.files()).expect("a tiny bundle is sound"));
    let settings = Settings {
        model: ModelSource::Loaded(model),
        targets: vec!["the new bridge".to_owned()],
        ..Settings::default()
    };
    let press = Annotator::new(settings).expect("a tiny bundle has every head");
    let record = press.annotate(text).expect("it is a text");
    serde_json::to_value(&record).expect("a record is JSON")
}

const TEXT: &str = "The town of Varna opened its new bridge on Monday after nine years of work and quarrels. \
    “The new bridge is what we hoped for,” said Mayor Irina Koleva. Drivers had waited for it since the old one closed.";

#[test]
fn another_vocabulary_or_depth_changes_no_code() {
    let kinds = [(TinyVocabulary::Uncased, 2), (TinyVocabulary::Cased, 3), (TinyVocabulary::Unigram, 12)];
    for (vocabulary, layers) in kinds {
        let row = annotate(vocabulary, layers, TEXT);
        assert_eq!(row["status"], "ok", "{vocabulary:?}: {}", row["problems"]);
        let count = |layer: &str| row[layer].as_array().map_or(0, Vec::len);
        assert_eq!((count("sents"), count("frames")), (3, 20), "{vocabulary:?}");
        // To a random model sentences may seem to say the same, and what repeats is left out.
        assert!((1..=3).contains(&count("summary")), "{vocabulary:?}");
        // A random model may see no sentence that bears on the target; the outlet's stance is there all the same.
        assert!(count("quotes") == 1 && count("stances") > 0, "{vocabulary:?}");
        let stages = row["provenance"]["stages"].as_array().expect("a list");
        let of_model = stages.iter().filter(|stage| stage["model"] == "tiny 0").count();
        assert_eq!(of_model, 6, "{vocabulary:?}: all but tokenize and quote");
        let coverage = row["coverage"].as_array().expect("a list");
        assert!(coverage.iter().all(|c| c["seen"] == c["total"]), "{vocabulary:?}: {coverage:?}");
    }
}

/// WordPiece gives a word of over a hundred characters up; Unigram has no such limit.
#[test]
fn the_longest_word_is_the_bundles() {
    let text = format!("{TEXT} The address was {} and nobody could read it.", "abcdefghij".repeat(11));
    for (vocabulary, status) in [(TinyVocabulary::Cased, "partial"), (TinyVocabulary::Unigram, "ok")] {
        let row = annotate(vocabulary, 2, &text);
        assert_eq!(row["status"], status, "{vocabulary:?}: {}", row["problems"]);
    }
    // Longer than a window all the same: what is not read is told.
    let text = format!("{TEXT} The address was {} and nobody could read it.", "abcdefghij".repeat(20));
    let row = annotate(TinyVocabulary::Unigram, 2, &text);
    assert!(row["problems"].to_string().contains("words of over 126 characters are not read, 200 characters"), "{row}");
}

#[test]
fn a_bundle_is_verified_file_by_file() {
    let output = pressmark(&["models", "verify", "models/pressmark-news"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.starts_with("models/pressmark-news pressmark-news ") && text.contains(": good (7 files, "), "{text}");
}

/// Every frame, sentiment and stance says which head or prototype spoke, and with what numbers.
#[test]
fn frames_sentiment_and_stances_explain_themselves() {
    let bundle = TinyBundle::for_stages(TinyVocabulary::Uncased, 2);
    let model = Arc::new(Model::from_files(&bundle.files()).expect("a tiny bundle is sound"));
    let settings = Settings {
        model: ModelSource::Loaded(model),
        targets: vec!["the new bridge".to_owned()],
        explain: true,
        ..Settings::default()
    };
    let press = Annotator::new(settings).expect("a tiny bundle has every head");
    let record = InputRecord::new("-", 0, Format::Text, TEXT.as_bytes().to_vec());
    let mut doc = press.document(&record);
    let explanations = doc.explanations.clone().expect("they were asked for");
    let of = |stage: &str, rule: &str| {
        explanations.iter().filter(|e| e.stage == stage && e.rule == rule).collect::<Vec<_>>()
    };
    // The policy frames and the news frames; three sentences are scored as one.
    let frames = of("frames", "prototype");
    let whole: Vec<_> = frames.iter().filter(|e| e.subject == Subject::Document).collect();
    assert_eq!(whole.len(), doc.frames.len());
    for (frame, why) in whole.iter().filter_map(|why| {
        let of_frame = |frame: &&Frame| format!("{} {}", frame.codebook, frame.label) == why.decision;
        Some((doc.frames.iter().find(of_frame)?, why))
    }) {
        assert_eq!(why.numbers.last(), Some(&("score", frame.score)), "{why}");
        assert_eq!(why.numbers.first().map(|(name, _)| *name), Some("prototype"), "{why}");
    }
    let evidence: usize = doc.frames.iter().map(|frame| frame.evidence.len()).sum();
    assert_eq!(frames.len() - whole.len(), evidence);

    let sided = doc.entities.iter().filter(|entity| entity.sentiment.is_some()).count();
    assert_eq!(of("sentiment", "mean-over-mentions").len(), sided);
    let verdicts = of("stance", "weighted-mean").len() + of("stance", "no-passage").len();
    assert_eq!(verdicts, doc.stances.len());

    // A second run over the same document replaces them.
    let ours = |explanations: &[Explanation]| {
        explanations.iter().filter(|e| ["frames", "sentiment", "stance"].contains(&e.stage)).count()
    };
    let count = ours(&explanations);
    press.run_stages(&mut [&mut doc]);
    assert_eq!(ours(&doc.explanations.unwrap_or_default()), count);
}
