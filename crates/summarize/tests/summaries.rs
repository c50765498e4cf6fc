//! Properties of summaries, on hand-made documents and on arbitrary ones.

use std::sync::Arc;

use pressmark_core::{Document, Quote, QuoteKind, Rows, SegmentKind, Span, Stage};
use pressmark_encoder::{Model, TinyBundle, sign};
use pressmark_summarize::{Length, Options, Summarizer};
use pressmark_tokenize::Splitter;
use proptest::prelude::*;

/// A document with one sentence vector per sentence, cycling through `angles`.
fn document(text: &str, kinds: &[SegmentKind], angles: &[f32]) -> Document {
    let mut doc = Document::from_text("1", text);
    let kept = doc.segments.iter_mut().filter(|s| s.kind.is_kept());
    kept.zip(kinds.iter().cycle()).for_each(|(segment, kind)| segment.kind = *kind);
    Splitter.run(&mut doc).expect("splitting never fails");
    let angles = angles.iter().cycle().take(doc.sents.len());
    doc.sent_vectors = Rows::new(2, &angles.flat_map(|a| [a.cos(), a.sin()]).collect::<Vec<_>>());
    doc
}

fn summary(doc: &mut Document, length: Length) -> Vec<&str> {
    let stage = Summarizer::without_model(Options { length }).expect("the length is one");
    stage.run(doc).expect("summarizing never fails");
    doc.summary.iter().map(|s| doc.slice(doc.sents[s.sent].span)).collect()
}

#[test]
fn takes_running_text_only() {
    let kinds = [SegmentKind::Title, SegmentKind::Heading, SegmentKind::Body, SegmentKind::Caption, SegmentKind::Table];
    let text = "The dam at Orla broke.\n\nWhat we know so far\n\nWater reached the town at noon.\n\n\
                A picture of the dam at Orla.\n\nOrla 12 5 7 9";
    let mut doc = document(text, &kinds, &[0.0]);
    assert_eq!(summary(&mut doc, Length::Sentences(5)), ["Water reached the town at noon."]);
}

/// Some models' vectors point everywhere, others lie in a narrow cone: redundancy is measured against the story's mean
/// cosine.
#[test]
fn what_says_the_same_is_told_by_the_storys_own_measure() {
    let text = "Water rose in the town at noon. Hundreds left their homes at night. Soldiers filled bags with sand.";
    let chosen = |angles: [f32; 3]| {
        let mut doc = document(text, &[SegmentKind::Body], &angles);
        summary(&mut doc, Length::Sentences(3)).len()
    };
    assert_eq!(chosen([0.0, 0.8, 1.6]), 3);
    assert_eq!(chosen([0.0, 0.1, 0.2]), 3);
    assert_eq!(chosen([0.0, 0.8, 0.82]), 2);
    assert_eq!(chosen([0.0, 0.1, 0.102]), 2);
    assert_eq!(chosen([0.5, 0.5, 0.5]), 1);
}

/// The sentences chosen with a salience head whose lead weight is `lead`.
fn chosen_by_place(lead: f32, length: Length) -> Vec<usize> {
    let heads = vec![("salience".to_owned(), vec!["salient".to_owned()], None)];
    let mut files = TinyBundle { heads, ..TinyBundle::default() }.files();
    let mut config: serde_json::Value = serde_json::from_slice(&files.config).expect("JSON");
    config["heads"][0]["calibration"]["lead"] = lead.into();
    files.config = config.to_string().into_bytes().into();
    sign(&mut files);
    let model = Model::from_files(&files).expect("the bundle is sound");
    let text = "Floods at Orla\n\nWater rose in the town. Roads were closed at noon. Hundreds left their homes at night. \
                Soldiers filled bags with sand. Rain is forecast for tomorrow.";
    let mut doc = document(text, &[SegmentKind::Title, SegmentKind::Body], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    doc.windows.token_rows = (0..doc.tokens.len()).map(|token| token..token + 1).collect();
    let numbers = doc.tokens.len() * model.hidden_size();
    let states: Vec<f32> = (0..numbers).map(|i| ((i * 7919 % 1000) as f32 - 500.0) / 250.0).collect();
    doc.hidden = Rows::new(model.hidden_size(), &states);
    let options = Options { length };
    let stage = Summarizer::new(Arc::new(model), options).expect("the head fits");
    stage.run(&mut doc).expect("summarizing never fails");
    assert!(doc.summary.iter().all(|chosen| (0.0..=1.0).contains(&chosen.score)));
    doc.summary.iter().map(|chosen| chosen.sent).collect()
}

/// The title (sentence 0) is not running text: the first sentence after it has the first position.
#[test]
fn what_place_is_worth_is_the_bundles() {
    let short = Length::Sentences(2);
    assert_eq!(chosen_by_place(200.0, short), [1, 2]);
    assert_eq!(chosen_by_place(-200.0, short), [4, 5]);
    assert_eq!(chosen_by_place(200.0, Length::Words(7)), chosen_by_place(200.0, Length::Share(0.3)));
}

/// A summary of over a third of the words covers the whole story: shared words count, position hardly at all.
#[test]
fn a_long_summary_is_more_than_the_lead() {
    let (first, last) = (chosen_by_place(200.0, Length::Share(0.6)), chosen_by_place(-200.0, Length::Share(0.6)));
    assert!(first != [1, 2, 3] || last != [3, 4, 5], "{first:?} {last:?}");
}

#[test]
fn says_nothing_twice() {
    let text = "The dam at Orla broke on Monday. On Monday the dam broke at Orla. Engineers had warned the town.";
    let mut doc = document(text, &[SegmentKind::Body], &[0.0, 0.1, 1.2]);
    let expected = ["The dam at Orla broke on Monday.", "Engineers had warned the town."];
    assert_eq!(summary(&mut doc, Length::Sentences(3)), expected);
}

#[test]
fn speech_stays_with_its_speaker() {
    // Sentences two and three continue the mayor's quotation; the fourth sentence has no speaker.
    let text = "“We warned them in May,” the mayor said. “Nobody came to look at it. We were alone with the water.”\n\n\
                “Somebody has to pay for all of this now.”";
    let angles = [2.0, 0.0, 0.6, 0.3];
    let alone = |count| {
        let mut doc = document(text, &[SegmentKind::Body], &angles);
        summary(&mut doc, Length::Sentences(count)).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(alone(1), ["“We warned them in May,” the mayor said."]);
    assert_eq!(alone(2), ["“We warned them in May,” the mayor said.", "“Nobody came to look at it."]);
    assert_eq!(alone(9).len(), 3);
}

#[test]
fn quotations_of_the_quote_stage_are_believed() {
    let text = "The mayor spoke at noon to all. Nobody came to look at it. The water rose all night.";
    let mut doc = document(text, &[SegmentKind::Body], &[1.5, 0.0, 0.2]);
    doc.quotes = vec![Quote {
        span: doc.sents[1].span,
        kind: QuoteKind::Direct,
        speaker: None,
        speaker_span: Some(Span::new(0, 9)),
        cue: None,
        closed: true,
    }];
    let found = summary(&mut doc, Length::Sentences(1)).join("|");
    assert!(!found.starts_with("Nobody"), "{found}");
}

#[test]
fn lengths_that_are_none_are_refused() {
    for length in
        [Length::Sentences(0), Length::Words(0), Length::Share(0.0), Length::Share(1.5), Length::Share(f32::NAN)]
    {
        assert!(Summarizer::without_model(Options { length }).is_err(), "{length:?}");
    }
}

#[test]
fn a_document_without_sentences_has_an_empty_summary() {
    let mut doc = document("", &[SegmentKind::Body], &[0.0]);
    assert!(summary(&mut doc, Length::Sentences(3)).is_empty());
}

#[test]
fn a_book_is_summarized_in_linear_time() {
    // 20,000 sentences: comparing all pairs would take far too long.
    let text = "The dam at Orla broke on a Monday in May. ".repeat(20_000);
    let angles: Vec<f32> = (0..997).map(|i| i as f32 * 0.0063).collect();
    let mut doc = document(&text, &[SegmentKind::Body], &angles);
    assert_eq!(summary(&mut doc, Length::Share(0.5)).len(), 1);
}

proptest! {
    #[test]
    fn a_summary_is_in_order_and_fits(
        text in "([A-Z“\"a-z]{1,5} [a-z]{1,6} [a-z ]{0,20}[.!?”\"]{1,2}( |\n\n)){0,30}",
        angles in prop::collection::vec(-3.0_f32..3.0, 1..30),
        words in 1_usize..80,
    ) {
        let mut doc = document(&text, &[SegmentKind::Body, SegmentKind::List, SegmentKind::Heading], &angles);
        summary(&mut doc, Length::Words(words));
        prop_assert!(doc.summary.windows(2).all(|pair| pair[0].sent < pair[1].sent));
        let mut ranks: Vec<_> = doc.summary.iter().map(|s| s.rank).collect();
        ranks.sort_unstable();
        prop_assert_eq!(ranks, (1..=doc.summary.len()).collect::<Vec<_>>());
        prop_assert!(doc.summary.iter().all(|s| (0.0..=1.0).contains(&s.score)));
        prop_assert!(doc.summary.iter().all(|s| doc.sents[s.sent].kind.is_prose()));
        let taken = doc.summary.iter().flat_map(|s| doc.sents[s.sent].tokens.clone());
        let count = taken.filter(|&t| doc.slice(doc.tokens[t].span).contains(char::is_alphanumeric)).count();
        prop_assert!(count <= words || doc.summary.len() == 1);
        let first = doc.summary.clone();
        summary(&mut doc, Length::Words(words));
        prop_assert_eq!(first, doc.summary);
    }
}
