//! The shipped model on a sample written for this project: names from many countries, in plain news prose.

use std::path::Path;
use std::sync::Arc;

use pressmark_core::{Document, Span, Stage};
use pressmark_encode::DocumentEncoder;
use pressmark_encoder::Model;
use pressmark_ner::{Ner, Options, Terms};
use pressmark_tokenize::{Subwords, Tokenizer};

const SAMPLE: &str = include_str!("names.txt");

/// Least share of mentions that must be right in span and label (F1). The model of version 0.1.0 reaches 0.97; a lower
/// figure means that model, windows and decoding no longer fit together.
const FLOOR: f64 = 0.90;

/// Text of each article with its marked mentions.
fn articles() -> Vec<(String, Vec<(Span, String)>)> {
    SAMPLE.split("\n\n").map(unmark).collect()
}

fn unmark(marked: &str) -> (String, Vec<(Span, String)>) {
    let (mut text, mut mentions, mut rest) = (String::new(), Vec::new(), marked.trim());
    while let Some((before, after)) = rest.split_once('[') {
        let (inner, after) = after.split_once(']').expect("a bracket is closed");
        let (label, name) = inner.split_once(' ').expect("a label and a name");
        text.push_str(before);
        mentions.push((Span::new(text.len(), text.len() + name.len()), label.to_owned()));
        text.push_str(name);
        rest = after;
    }
    text.push_str(rest);
    (text, mentions)
}

/// The shipped bundle, or the one that `PRESSMARK_MODEL` names.
#[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
fn model() -> Option<Arc<Model>> {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/pressmark-news-small");
    let dir = std::env::var("PRESSMARK_MODEL").unwrap_or_else(|_| shipped.to_owned());
    if !Path::new(&dir).join("manifest.json").exists() {
        eprintln!("skipped: there is no model in {dir}");
        return None;
    }
    Some(Arc::new(Model::open(dir).expect("the model opens")))
}

fn annotate(model: &Arc<Model>, options: Options, texts: &[String]) -> Vec<Document> {
    let subwords = Subwords::from_json(model.tokenizer_json()).expect("the shipped tokenizer is read");
    let tokenizer = Tokenizer::new(subwords, Default::default()).expect("the default window is wide enough");
    let pass = DocumentEncoder::new(Arc::clone(model)).expect("the shipped model has an embedding head");
    let ner = Ner::new(Arc::clone(model), options).expect("the shipped model has the scheme's head");
    let stages: [&dyn Stage; 3] = [&tokenizer, &pass, &ner];
    let run = |text: &String| {
        let mut doc = Document::from_text("a", text);
        doc.explanations = Some(Vec::new());
        stages.iter().for_each(|stage| stage.run(&mut doc).expect("no stage gives up"));
        doc
    };
    texts.iter().map(run).collect()
}

#[test]
fn the_shipped_model_finds_names_from_many_countries() {
    let Some(model) = model() else { return };
    let articles = articles();
    assert!(articles.iter().map(|(text, _)| text.lines().count()).sum::<usize>() >= 40);
    let texts: Vec<String> = articles.iter().map(|(text, _)| text.clone()).collect();
    let (mut right, mut gold, mut found) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (doc, (text, expected)) in annotate(&model, Options::default(), &texts).iter().zip(&articles) {
        let mentions: Vec<(Span, String)> = doc.ents.iter().map(|m| (m.span, m.label.to_string())).collect();
        right += mentions.iter().filter(|m| expected.contains(m)).count();
        gold += expected.len();
        found += mentions.len();
        let show = |m: &(Span, String)| format!("{} {}", m.1, m.0.slice(text));
        wrong.extend(mentions.iter().filter(|m| !expected.contains(m)).map(|m| format!("+ {}", show(m))));
        wrong.extend(expected.iter().filter(|m| !mentions.contains(m)).map(|m| format!("- {}", show(m))));
    }
    let f1 = 2.0 * right as f64 / (gold + found) as f64;
    assert!(f1 >= FLOOR, "F1 {f1:.3} of {gold} mentions:\n{}", wrong.join("\n"));
}

#[test]
fn mentions_are_in_order_inside_sentences_and_in_entities() {
    let Some(model) = model() else { return };
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds/codebooks/minerals.toml");
    let mut options = Options::default();
    options.terms.push(Terms::read(book).expect("the shipped codebook is read"));
    let text = "Barrow Ltd said copper, tin and rare earths from Chile’s mines (CMC) rose 5%. “We lead,” \
                Ana Lima’s firm said.\n\nAna Lima won a gold medal in the U.S., Lima’s father said.";
    let docs = annotate(&model, options, &[text.to_owned()]);
    let doc = &docs[0];
    let minerals: Vec<&str> =
        doc.ents.iter().filter(|m| m.label.as_str() == "MINERAL").map(|m| doc.slice(m.span)).collect();
    assert_eq!(minerals, ["copper", "tin", "rare earths"]);
    let mut done = 0;
    for mention in &doc.ents {
        assert!(mention.span.start >= done && mention.span.end <= text.len());
        let sent = doc.sent_at(mention.span.start).expect("a mention stands in a sentence");
        assert!(doc.sents[sent].span.contains(mention.span));
        assert!((0.0..=1.0).contains(&mention.score));
        assert!(mention.entity.is_some_and(|e| e < doc.entities.len()));
        done = mention.span.end;
    }
}

#[test]
fn a_mention_that_is_not_sure_enough_is_left_out_and_explained() {
    let Some(model) = model() else { return };
    let texts: Vec<String> = articles().into_iter().map(|(text, _)| text).collect();
    let all = annotate(&model, Options::default(), &texts);
    let mut strict = Options::default();
    strict.min_score = 0.9;
    let sure = annotate(&model, strict, &texts);
    let mut unsure = 0;
    for (all, sure) in all.iter().zip(&sure) {
        for mention in all.ents.iter().filter(|m| m.score < 0.9) {
            unsure += 1;
            assert!(sure.ents.iter().all(|m| m.span != mention.span), "{:?} is left out", all.slice(mention.span));
            let mut notes = sure.explanations.iter().flatten().filter(|e| e.subject == mention.span.into());
            let note = notes.find(|e| e.rule == "min-score").expect("it is explained");
            assert_eq!(note.numbers, [("score", mention.score), ("min_score", 0.9)]);
        }
    }
    assert!(unsure > 0, "the sample has a doubtful mention");
}
