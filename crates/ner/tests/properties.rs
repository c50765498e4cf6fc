//! Invariants of the layer for any text and any hidden states.

use std::sync::Arc;

use pressmark_core::{Document, EntityType, Rows, Scheme, Stage};
use pressmark_encoder::{Model, TinyBundle, sign};
use pressmark_ner::{Ner, Options, Terms};
use pressmark_tokenize::Splitter;
use proptest::prelude::*;
use serde_json::{Value, json};

fn ner() -> Ner {
    ner_with(Scheme::News, false)
}

/// Builds the stage over a random head of six types, with or without a learnt vote.
fn ner_with(scheme: Scheme, votes: bool) -> Ner {
    let kinds = ["PERSON", "ORG", "LOC", "NORP", "DATE", "MISC"];
    let labels = std::iter::once("O".to_owned()).chain(kinds.iter().flat_map(|k| [format!("B-{k}"), format!("I-{k}")]));
    let bundle = TinyBundle { heads: vec![("ner.news".to_owned(), labels.collect(), None)], ..TinyBundle::default() };
    let mut files = bundle.files();
    if votes {
        let mut config: Value = serde_json::from_slice(&files.config).expect("JSON");
        config["heads"][0]["calibration"]["vote"] = json!({"own": 1.0, "same": 0.9, "longer": 0.4});
        files.config = config.to_string().into_bytes().into();
        sign(&mut files);
    }
    let model = Model::from_files(&files).expect("a tiny bundle is well formed");
    let book = "[codebook]\nname = 'b'\nversion = '1'\nkind = 'terms'\n[[label]]\nname = 'ORE'\nterms = ['gold', 'Bank of Peru']";
    let mut options = Options::default();
    options.scheme = scheme;
    options.terms.push(Terms::parse("b", book).expect("a good codebook"));
    Ner::new(Arc::new(model), options).expect("the head fits")
}

/// A document with one row per token and hidden states made of `noise`.
fn document(text: &str, noise: &[f32]) -> Document {
    let mut doc = Document::from_text("a", text);
    Splitter.run(&mut doc).expect("the splitter never gives up");
    let width = TinyBundle::default().hidden_size;
    let count = doc.tokens.len();
    doc.windows.token_rows = (0..count).map(|t| t..t + 1).collect();
    let states: Vec<f32> = (0..count * width).map(|i| 3.0 * noise[(i * 7 + i / width) % noise.len()]).collect();
    doc.hidden = Rows::with_capacity(width, count);
    doc.hidden.extend(&states);
    doc
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn mentions_slice_in_order_within_sentences_and_belong_to_entities(
        text in "((Ana|Lima|Peru|DR|Congo|Bank|of|the|The|gold|U\\.S\\.|NATO|’s|“|”|\\(|\\)|é|İ|[a-zA-Z]{1,6}|[.,;])[ \n]{0,2}){0,40}",
        noise in prop::collection::vec(-1.0f32..1.0, 97),
        votes in any::<bool>(),
    ) {
        let mut doc = document(&text, &noise);
        let ner = ner_with(Scheme::News, votes);
        ner.run(&mut doc).expect("the stage runs");
        let mut done = 0;
        for mention in &doc.ents {
            let (start, end) = (mention.span.start, mention.span.end);
            prop_assert!(done <= start && start < end && text.is_char_boundary(start) && text.is_char_boundary(end));
            let name = doc.slice(mention.span);
            prop_assert!(name.trim() == name && name.contains(char::is_alphanumeric), "{:?}", name);
            let sent = doc.sent_at(start).expect("a mention stands in a sentence");
            prop_assert!(doc.sents[sent].span.contains(mention.span));
            prop_assert!((0.0..=1.0).contains(&mention.score));
            prop_assert!(mention.entity.is_some_and(|e| e < doc.entities.len()));
            done = end;
        }
        prop_assert_eq!(doc.entities.iter().map(|e| e.mentions).sum::<usize>(), doc.ents.len());
        prop_assert_eq!(ner.tag(&doc).expect("the stage runs").len(), doc.tokens.len());
        let mut again = document(&text, &noise);
        ner.run(&mut again).expect("the stage runs");
        prop_assert_eq!(again, doc);
    }
}

#[test]
fn a_document_without_hidden_states_has_no_mentions_and_says_so() {
    let mut doc = Document::from_text("a", "Ana Lima is in Peru.");
    Splitter.run(&mut doc).expect("the splitter never gives up");
    ner().run(&mut doc).expect("the stage runs");
    assert!(doc.ents.is_empty());
    let coverage = doc.coverage.last().expect("the stage tells what it saw");
    assert!(coverage.stage == "ner" && coverage.seen < coverage.total);
}

#[test]
fn provenance_names_model_scheme_and_codebooks() {
    let provenance = ner().provenance();
    assert_eq!(
        provenance.settings,
        r#"{"scheme":"news","consistency":0.5,"min_score":0.05,"terms":[{"name":"b","version":"1"}]}"#
    );
    assert_eq!(provenance.sha256.map(|s| s.len()), Some(64));
}

/// Hidden states for which the random head finds mentions of all kinds.
const NOISE: [f32; 7] = [0.9, -0.7, 0.4, -0.2, 0.8, -1.0, 0.1];

/// Without a head of its own, CoNLL-2003 is a mapping of the nine types.
#[test]
fn types_are_mapped_to_the_scheme() {
    let text = "Ana Lima of the Bank of Peru met Juma Okafor in Lagos on Friday with Fulani elders and three others.";
    let tags = |scheme| ner_with(scheme, true).tag(&document(text, &NOISE)).expect("the stage runs");
    let (ours, theirs) = (tags(Scheme::News), tags(Scheme::Conll03));
    let kinds: std::collections::BTreeSet<&str> = ours.iter().filter_map(|tag| Some(tag.split_once('-')?.1)).collect();
    assert!(kinds.len() > 2, "the text should have mentions of several kinds: {ours:?}");
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let expected = match ours.split_once('-') {
            Some((prefix, "PERSON")) => format!("{prefix}-PER"),
            Some((prefix, "NORP")) => format!("{prefix}-MISC"),
            None | Some((_, "DATE")) => "O".to_owned(),
            Some(_) => ours.clone(),
        };
        assert_eq!(*theirs, expected);
    }
    let mut doc = document(text, &NOISE);
    ner_with(Scheme::Conll03, false).run(&mut doc).expect("the stage runs");
    let is_known = |label: &EntityType| Scheme::Conll03.types().contains(label) || label.as_str() == "ORE";
    assert!(!doc.ents.is_empty() && doc.ents.iter().all(|mention| is_known(&mention.label)));
}

/// Explanations say what the vote changed, and the settings that there was one.
#[test]
fn the_vote_explains_itself() {
    let text = "Lima met Lima. The Lima of Lima left Lima with Lima, and Lima of the Bank told Lima.";
    let mut doc = document(text, &NOISE);
    doc.explanations = Some(Vec::new());
    let ner = ner_with(Scheme::News, true);
    ner.run(&mut doc).expect("the stage runs");
    let notes = doc.explanations.unwrap_or_default();
    let vote = notes.iter().find(|note| note.rule == "learnt-vote").expect("names of one form disagree at first");
    assert!(vote.decision.contains(", not "), "{vote}");
    assert_eq!(vote.numbers.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["own", "voted", "score"]);
    assert!(ner.provenance().settings.contains(r#""consistency":0.0,"vote":[1.0,0.9,0.4]"#));
}

#[test]
fn the_shipped_codebook_finds_minerals_and_nothing_else() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../seeds/codebooks/minerals.toml");
    let terms = Terms::read(path).expect("the shipped codebook is read");
    let check = |text: &str, expected: &[&str]| {
        let found: Vec<&str> = terms.find(text).into_iter().map(|(span, _)| span.slice(text)).collect();
        assert_eq!(found, expected, "{text:?}");
    };
    check("Peru ships copper, zinc and lead; lead prices fell.", &["copper", "zinc", "lead", "lead"]);
    check("They lead the race for a gold medal, with a silver lining.", &[]);
    check("Rare-earth elements such as NdPr, and 3,000 tonnes of tin", &["Rare-earth elements", "NdPr", "tin"]);
    check("the golden age of Goldsmiths", &[]);
}
