//! Passages read beside targets, on a random bundle: which are read, how many, and that batching changes nothing.

use std::sync::Arc;

use pressmark_core::{
    Document, Entity, EntityType, Explanation, Holder, Mention, PassageCount, Quote, QuoteKind, Span, Stage,
    StanceLabel, Target, Tone,
};
use pressmark_encode::DocumentEncoder;
use pressmark_encoder::{Model, TinyBundle, TinyVocabulary};
use pressmark_stance::{EntitySentiment, Error, Stances, StancesOptions};
use pressmark_tokenize::{Options, Subwords, Tokenizer};

const QUESTIONS: [&str; 3] = ["bears_on_target", "takes_a_side", "in_favor"];

fn bundle(labels: &[&str], seed: u64) -> TinyBundle {
    let mut bundle = TinyBundle::for_stages(TinyVocabulary::Uncased, 1);
    bundle.seed = seed;
    for (name, head, _) in &mut bundle.heads {
        if name == Stances::HEAD {
            *head = labels.iter().map(|&label| label.to_owned()).collect();
        }
    }
    bundle
}

struct Bench {
    model: Arc<Model>,
    tokenizer: Arc<Tokenizer>,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let model = Arc::new(Model::from_files(&bundle(&QUESTIONS, seed).files()).expect("a model"));
        let subwords = Subwords::from_json(model.tokenizer_json()).expect("a vocabulary");
        let options = Options { max_window: model.max_window(), ..Options::default() };
        Self { model, tokenizer: Arc::new(Tokenizer::new(subwords, options).expect("a tokenizer")) }
    }

    fn stances(&self, options: StancesOptions) -> Stances {
        Stances::new(Arc::clone(&self.model), Arc::clone(&self.tokenizer), options).expect("a stage")
    }

    /// A document with hidden states that collects explanations.
    fn document(&self, text: &str) -> Document {
        let mut doc = Document::from_text("a", text);
        self.tokenizer.run(&mut doc).expect("sentences");
        DocumentEncoder::new(Arc::clone(&self.model)).expect("a stage").run(&mut doc).expect("hidden states");
        doc.explanations = Some(Vec::new());
        doc
    }
}

/// Options under which every sentence is relevant to the targets.
fn towards(targets: &[&str]) -> StancesOptions {
    let targets = targets.iter().map(|&target| target.to_owned()).collect();
    StancesOptions { targets, relevance: -1.0, ..StancesOptions::default() }
}

/// The explanations of the passages that were read.
fn read(doc: &Document) -> Vec<&Explanation> {
    let all = doc.explanations.as_deref().unwrap_or_default();
    all.iter().filter(|explanation| explanation.rule == "target-beside-passage").collect()
}

fn number(explanation: &Explanation, name: &str) -> f32 {
    explanation.numbers.iter().find(|(known, _)| *known == name).expect("it has the number").1
}

fn passages(doc: &Document) -> Option<PassageCount> {
    doc.coverage.iter().find(|coverage| coverage.stage == "stance").and_then(|coverage| coverage.passages)
}

/// Makes the second sentence a quotation of one entity that names another.
fn with_speaker(mut doc: Document, quoted: &str, named: &str) -> Document {
    let entity = |name: &str| Entity {
        name: name.to_owned(),
        label: EntityType::Person,
        aliases: Vec::new(),
        mentions: 1,
        sentiment: None,
    };
    doc.entities = vec![entity("Ada Lind"), entity(named)];
    let start = doc.text.find(quoted).expect("it is quoted");
    let span = Span::new(start, start + quoted.len());
    let at = start + quoted.find(named).expect("it is named");
    doc.ents =
        vec![Mention { span: Span::new(at, at + named.len()), label: EntityType::Person, score: 1.0, entity: Some(1) }];
    doc.quotes =
        vec![Quote { span, kind: QuoteKind::Direct, speaker: Some(0), speaker_span: None, cue: None, closed: true }];
    doc
}

#[test]
fn a_passage_reads_the_same_in_any_company() {
    let bench = Bench::new(7);
    let stances = bench.stances(towards(&["the new ferry", "tolls"]));
    let sentences = ["The ferry opens in May.", "Nobody wants it!", "Tolls may rise.", "It rained all day, they said."];
    let mut doc = bench.document(&sentences.join(" "));
    stances.run(&mut doc).expect("it runs");
    let read = read(&doc);
    assert_eq!(read.len(), 2 * sentences.len());
    for (place, explanation) in read.iter().enumerate() {
        // The first target's passages come first.
        let (target, sentence) = (place / sentences.len(), sentences[place % sentences.len()]);
        let alone = stances.read_text(None, sentence).expect("it is read")[target];
        let numbers = QUESTIONS.map(|name| number(explanation, name));
        assert_eq!(numbers, [alone.bears_on_target, alone.takes_a_side, alone.in_favor], "{sentence}");
    }
}

#[test]
fn the_holder_stands_before_the_words() {
    let bench = Bench::new(7);
    let stances = bench.stances(towards(&["the new ferry"]));
    let quoted = "Max Orr will love the ferry.";
    let mut doc = with_speaker(bench.document(&format!("It opens in May. {quoted}")), quoted, "Max Orr");
    stances.run(&mut doc).expect("it runs");
    let read = read(&doc);
    let readings = |holder, text| stances.read_text(holder, text).expect("it is read")[0];
    let (outlet, speaker) = (readings(None, "It opens in May."), readings(Some("Ada Lind"), quoted));
    assert_eq!(number(read[0], "in_favor"), outlet.in_favor);
    assert_eq!(number(read[1], "in_favor"), speaker.in_favor);
    assert_ne!(speaker.in_favor, readings(None, quoted).in_favor);
    // A blank name is no holder.
    assert_eq!(readings(Some("  "), quoted), readings(None, quoted));
}

#[test]
fn at_most_so_many_passages_are_read_the_best_first() {
    let bench = Bench::new(3);
    let mut sentences: Vec<String> = (0..50).map(|i| format!("On day {i} it rained.")).collect();
    sentences[47] = "The ferry opens.".to_owned();
    let text = sentences.join(" ");
    let run = |options: StancesOptions| {
        let mut doc = bench.document(&text);
        bench.stances(options).run(&mut doc).expect("it runs");
        doc
    };
    let doc = run(towards(&["ferry"]));
    assert_eq!(passages(&doc), Some(PassageCount { found: 50, read: 32 }));
    assert_eq!(read(&doc).len(), 32);
    let doc = run(StancesOptions { max_passages: 1, ..towards(&["ferry"]) });
    assert_eq!(passages(&doc), Some(PassageCount { found: 50, read: 1 }));
    let ferry = doc.sents.iter().find(|sent| doc.slice(sent.span).contains("ferry")).expect("it is there");
    assert_eq!(read(&doc)[0].subject, ferry.span.into());
    // Several targets share the budget: each gets its best before any gets more.
    let doc = run(StancesOptions { max_passages: 4, ..towards(&["ferry", "rain", "day", "it"]) });
    let targets: Vec<_> = read(&doc).iter().map(|e| e.decision.clone()).collect();
    assert_eq!(passages(&doc), Some(PassageCount { found: 200, read: 4 }));
    for (decision, target) in targets.iter().zip(["ferry", "rain", "day", "it"]) {
        assert!(decision.starts_with(&format!("the outlet on {target}: ")), "{decision}");
    }
}

#[test]
fn without_a_target_only_words_with_a_tone_towards_an_entity_are_read() {
    let quoted = "Max Orr lied.";
    let text = format!("The ferry opens in May. {quoted}");
    let mut tones = [0, 0];
    for seed in 0..12 {
        let bench = Bench::new(seed);
        let mut doc = bench.document(&text);
        bench.stances(StancesOptions::default()).run(&mut doc).expect("it runs");
        assert_eq!((passages(&doc), doc.stances.len()), (Some(PassageCount { found: 0, read: 0 }), 0));
        let mut doc = with_speaker(bench.document(&text), quoted, "Max Orr");
        let tone = EntitySentiment::new(Arc::clone(&bench.model)).expect("a stage").towards(&doc, &doc.ents[0]);
        let toned = usize::from(tone.expect("it was encoded").best().0 != Tone::Neutral);
        tones[toned] += 1;
        bench.stances(StancesOptions::default()).run(&mut doc).expect("it runs");
        assert_eq!(passages(&doc), Some(PassageCount { found: toned, read: toned }), "{seed}");
        assert!(read(&doc).iter().all(|explanation| explanation.decision.starts_with("Ada Lind on Max Orr: ")));
        // Requested targets are read before entities.
        let mut doc = with_speaker(bench.document(&text), quoted, "Max Orr");
        bench.stances(StancesOptions { max_passages: 2, ..towards(&["ferry"]) }).run(&mut doc).expect("it runs");
        assert_eq!(passages(&doc), Some(PassageCount { found: 2 + toned, read: 2 }), "{seed}");
        assert!(read(&doc).iter().all(|explanation| explanation.decision.contains(" on ferry: ")));
    }
    assert!(tones[0] > 0 && tones[1] > 0, "{tones:?}");
}

#[test]
fn stances_follow_from_what_was_read() {
    // Other seeds give other answers: a side, no side and nothing about the target must all occur.
    let mut seen = Vec::new();
    for seed in 0..12 {
        let bench = Bench::new(seed);
        let mut doc = bench.document("The ferry opens in May. Nobody wants it!");
        bench.stances(towards(&["the new ferry"])).run(&mut doc).expect("it runs");
        let bearing = read(&doc).iter().filter(|e| number(e, "bears_on_target") >= 0.5).count();
        let [stance] = &doc.stances[..] else { panic!("{:?}", doc.stances) };
        assert_eq!((stance.holder, &stance.target), (Holder::Outlet, &Target::Text("the new ferry".to_owned())));
        assert_eq!(stance.reading.is_some(), bearing > 0, "{stance:?}");
        match &stance.reading {
            Some(reading) => {
                assert_eq!(stance.label, reading.label());
                assert!(!stance.evidence.is_empty() && stance.evidence.len() <= bearing, "{stance:?}");
            }
            None => assert_eq!((stance.label, stance.score, stance.evidence.len()), (StanceLabel::Neutral, 0.0, 0)),
        }
        seen.push((stance.label, bearing > 0));
    }
    assert!(seen.contains(&(StanceLabel::Neutral, false)), "{seen:?}");
    assert!(seen.iter().any(|(label, _)| *label != StanceLabel::Neutral), "{seen:?}");
}

#[test]
fn a_head_of_another_layout_is_refused() {
    let refused = |labels: &[&str]| {
        let model = Arc::new(Model::from_files(&bundle(labels, 1).files()).expect("a model"));
        let subwords = Subwords::from_json(model.tokenizer_json()).expect("a vocabulary");
        let tokenizer = Arc::new(Tokenizer::new(subwords, Options::default()).expect("a tokenizer"));
        Stances::new(model, tokenizer, StancesOptions::default()).err()
    };
    assert!(refused(&QUESTIONS).is_none());
    // The head of bundles up to 0.4, which did not read pairs.
    let error = refused(&["against", "neutral", "favor"]);
    assert!(matches!(error, Some(Error::Layout { .. })), "{error:?}");
    let error = refused(&["bears_on_target", "takes_a_side"]);
    assert!(matches!(error, Some(Error::Labels { missing: "in_favor", .. })), "{error:?}");
}
