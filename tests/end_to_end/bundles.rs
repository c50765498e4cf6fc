//! Bundles of other sizes and vocabularies pass every stage without code changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::command::pressmark;
use pressmark::{Annotator, ModelSource, Settings};
use pressmark_core::{Document, Explanation, Frame, SegmentKind, Sentence, Span, Subject, Token};
use pressmark_encoder::{Model, TinyBundle, TinyVocabulary};
use pressmark_ingest::{Format, Record as InputRecord};
use pressmark_tests::root;
use pressmark_tokenize::Subwords;
use safetensors::SafeTensors;

/// Runs every stage over one text with a tiny bundle of this kind.
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
        // A random model may see sentences as redundant, which drops them from the summary.
        assert!((1..=3).contains(&count("summary")), "{vocabulary:?}");
        // A random model may find no sentence that bears on the target; the outlet's stance is reported all the same.
        assert!(count("stances") > 0, "{vocabulary:?}");
        // Random entities may turn anything into reported speech.
        let direct = |quotes: &[serde_json::Value]| quotes.iter().filter(|quote| quote["kind"] == "direct").count();
        assert_eq!(row["quotes"].as_array().map(|quotes| direct(quotes)), Some(1), "{vocabulary:?}");
        let stages = row["provenance"]["stages"].as_array().expect("a list");
        let of_model = stages.iter().filter(|stage| stage["model"] == "tiny 0").count();
        assert_eq!(of_model, 6, "{vocabulary:?}: all but tokenize and quote");
        let coverage = row["coverage"].as_array().expect("a list");
        assert!(coverage.iter().all(|c| c["seen"] == c["total"]), "{vocabulary:?}: {coverage:?}");
    }
}

/// Trained, transfer and other languages are distinguished; the bundle's licence is in every row beside its hash.
#[test]
fn a_row_says_what_the_bundle_says_of_the_language_and_of_itself() {
    let check = |text: &str, language: &str, expected: &[&str]| {
        let row = annotate(TinyVocabulary::Unigram, 2, text);
        assert_eq!(row["meta"]["language"], language, "{text}");
        let problems = row["problems"].as_array().expect("a list").iter();
        let of_language: Vec<_> =
            problems.filter_map(|p| p["kind"].as_str()).filter(|k| k.ends_with("language")).collect();
        assert_eq!(of_language, expected, "{text}");
        // A note does not make a row partial.
        assert_eq!(row["status"], "ok", "{text}");
        for stage in row["provenance"]["stages"].as_array().expect("a list") {
            let expected = if stage["model"].is_null() { serde_json::Value::Null } else { "MIT".into() };
            assert_eq!(stage["licence"], expected, "{}", stage["stage"]);
        }
    };
    check(TEXT, "en", &[]);
    check(
        "La ville a ouvert son nouveau pont lundi après neuf ans de travaux. Les habitants l’attendaient depuis que \
         l’ancien pont avait été fermé pour des raisons de sécurité, a expliqué la maire.",
        "fr",
        &[],
    );
    check(
        "La ciudad abrió su nuevo puente el lunes después de nueve años de obras. Los vecinos lo esperaban desde que el \
         viejo puente fue cerrado por razones de seguridad, explicó la alcaldesa.",
        "es",
        &["untested_language"],
    );
    check(
        "Die Stadt hat am Montag nach neun Jahren Bauzeit ihre neue Brücke eröffnet. Die Einwohner hatten darauf \
         gewartet, seit die alte Brücke aus Gründen der Sicherheit gesperrt worden war, sagte die Bürgermeisterin.",
        "de",
        &["unsupported_language"],
    );
}

/// WordPiece gives up on words of over a hundred characters; Unigram has no such limit.
#[test]
fn the_longest_word_is_the_bundles() {
    let text = format!("{TEXT} The address was {} and nobody could read it.", "abcdefghij".repeat(11));
    for (vocabulary, status) in [(TinyVocabulary::Cased, "partial"), (TinyVocabulary::Unigram, "ok")] {
        let row = annotate(vocabulary, 2, &text);
        assert_eq!(row["status"], status, "{vocabulary:?}: {}", row["problems"]);
    }
    // Still longer than a window: the unread part is reported.
    let text = format!("{TEXT} The address was {} and nobody could read it.", "abcdefghij".repeat(20));
    let row = annotate(TinyVocabulary::Unigram, 2, &text);
    assert!(row["problems"].to_string().contains("words of over 126 characters are not read, 200 characters"), "{row}");
}

/// The folders of this repository's bundles, and the one that `PRESSMARK_TEST_BUNDLE` may name.
fn folders() -> Vec<PathBuf> {
    let models = root().join("models");
    let shipped = ["pressmark-news", "pressmark-news-small"].map(|name| models.join(name));
    let other = std::env::var_os("PRESSMARK_TEST_BUNDLE").map(PathBuf::from);
    shipped.into_iter().chain(other).filter(|folder| folder.join("reference.json").is_file()).collect()
}

#[test]
fn a_bundle_is_verified_file_by_file() {
    for folder in folders() {
        let folder = folder.display().to_string();
        let output = pressmark(&["models", "verify", &folder]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.starts_with(&format!("{folder} pressmark-news")) && text.contains(": good ("), "{text}");
        // The folders in this repository are also crates.
        if Path::new(&folder).join("Cargo.toml").is_file() {
            assert!(text.contains("not part of the model, and never read with it: Cargo.toml, src\n"), "{text}");
        }
    }
}

#[test]
fn a_folder_without_hashes_says_what_is_missing_and_where_the_models_are() {
    let models = root().join("models");
    let check = |folder: &Path, are_inside: bool| {
        let output = pressmark(&["models", "verify", &folder.display().to_string()]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("has no hashes to verify: neither manifest.json"), "{said}");
        assert_eq!(said.contains("; models in it: "), are_inside, "{said}");
        assert_eq!(
            said.contains("pressmark-news-small,") || said.ends_with("pressmark-news-small\n"),
            are_inside,
            "{said}"
        );
    };
    check(&models.join("pressmark-news-small/src"), false);
    check(&models, true);
}

/// Appends words with these subwords to a document: with a space before a word, or attached if it was tokenized as
/// such.
fn spaced(words: &[(&str, &[u32])], subwords: &Subwords, doc: &mut Document) {
    let (first, start) = (doc.tokens.len(), doc.text.len());
    for (place, (word, ids)) in words.iter().enumerate() {
        let is_attached = place > 0 && subwords.encode(word) != *ids;
        if !is_attached && place > 0 {
            doc.text.push(' ');
        }
        let at = doc.text.len();
        doc.text.push_str(word);
        doc.tokens.push(Token { span: Span::new(at, doc.text.len()) });
    }
    let span = Span::new(start, doc.text.len());
    doc.sents.push(Sentence { span, tokens: first..doc.tokens.len(), block: 0, kind: SegmentKind::Body });
    doc.text.push('\n');
}

/// The training recipe stored the subwords of a few windows beside the weights; the tokenizer must produce the same for
/// their words, including special ones and word shapes.
#[test]
fn the_bundles_tokenizer_reads_words_as_training_did() {
    for folder in folders() {
        let model = Model::open(&folder).expect("a bundle");
        let read = |file: &str| std::fs::read(folder.join(file)).expect("a reference");
        let (tensors, notes) = (read("reference.safetensors"), read("reference.json"));
        let tensors = SafeTensors::deserialize(&tensors).expect("tensors");
        let numbers = |name: &str| -> Vec<usize> {
            let data = tensors.tensor(name).expect("a tensor").data().as_chunks().0.to_vec();
            data.into_iter().map(|number| i32::from_le_bytes(number) as usize).collect()
        };
        let ids: Vec<u32> = numbers("ids").into_iter().map(|id| id as u32).collect();
        let shapes: Vec<u8> = numbers("shapes").into_iter().map(|shape| shape as u8).collect();
        let (windows, words, starts) = (numbers("window_offsets"), numbers("word_offsets"), numbers("word_starts"));
        let notes: serde_json::Value = serde_json::from_slice(&notes).expect("JSON");
        let tokenizer = pressmark::tokenizer(&model, usize::MAX).expect("a tokenizer");
        for (window, note) in notes["windows"].as_array().expect("a list").iter().enumerate() {
            let own = &ids[windows[window]..windows[window + 1]];
            let starts = &starts[words[window]..words[window + 1]];
            let ends = starts.iter().skip(1).copied().chain([own.len() - 1]);
            let mut pieces = starts.iter().zip(ends).map(|(&start, end)| &own[start..end]);
            let mut doc = Document::from_text("-", "");
            let text = |word: &serde_json::Value| word.as_str().expect("a word").to_owned();
            for sentence in note["sentences"].as_array().expect("a list") {
                let words: Vec<String> = sentence.as_array().expect("a list").iter().map(text).collect();
                let words: Vec<_> = words.iter().map(String::as_str).zip(&mut pieces).collect();
                spaced(&words, tokenizer.subwords(), &mut doc);
            }
            let found = tokenizer.windows(&doc);
            assert_eq!(found.ids, own, "{}: {}", folder.display(), doc.text);
            if !model.shapes().is_empty() {
                assert_eq!(found.shapes, shapes[windows[window]..windows[window + 1]], "{}", folder.display());
            }
        }
    }
}

/// Every frame, sentiment and stance is explained by the head or prototype that decided, with its numbers.
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
    // The policy and news frames; three sentences are scored as one unit.
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
    let verdicts = of("stance", "most-sided-third").len() + of("stance", "no-passage").len();
    assert_eq!(verdicts, doc.stances.len());

    // A second run over the same document replaces them.
    let ours = |explanations: &[Explanation]| {
        explanations.iter().filter(|e| ["frames", "sentiment", "stance"].contains(&e.stage)).count()
    };
    let count = ours(&explanations);
    press.run_stages(&mut [&mut doc]);
    assert_eq!(ours(&doc.explanations.unwrap_or_default()), count);
}
