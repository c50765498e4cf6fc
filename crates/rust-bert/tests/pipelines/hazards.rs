//! Inputs that rust-bert gets wrong, panics on or silently ignores: each must give a correct answer or an error here.

use std::num::NonZeroU16;
use std::time::Duration;

use pressmark_core::{
    Deadline, Document, ProblemKind, Quote, QuoteKind, Rows, Scheme, SegmentKind, Span, Stage, Status,
};
use pressmark_rust_bert::{
    Abstracts, Entailment, Hypotheses, SentenceEmbeddings, Threads, TokenClassifier, TokenClassifierOptions,
    ZeroShotFrames, ZeroShotFramesOptions, ZeroShotStances, ZeroShotStancesOptions,
};

use crate::{ONE, document, embeddings, folder, ner, nli, search};

const SENTENCE: &str = "Ingrid Solberg met the ministers of Norway in Oslo .";

fn run(stage: &dyn Stage, text: &str) -> Document {
    let mut doc = document(text);
    stage.run(&mut doc).expect("it runs");
    doc
}

#[test]
fn stages_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<TokenClassifier>();
    shared::<Abstracts>();
    shared::<Entailment>();
    shared::<SentenceEmbeddings>();
    let stage = ner("ner-bert");
    let alone = run(&stage, SENTENCE);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(|| run(&stage, SENTENCE))).collect();
        for worker in workers {
            assert_eq!(worker.join().expect("no panic").ents, alone.ents);
        }
    });
}

#[test]
fn every_window_of_a_long_document_is_labelled() {
    // 30 sentences fill several batches of windows of 64 positions, and each must get the same labels.
    let stage = ner("ner-bert");
    let doc = run(&stage, &vec![SENTENCE; 30].join("\n"));
    let alone = run(&stage, SENTENCE);
    assert!(!alone.ents.is_empty());
    for (index, sent) in doc.sents.iter().enumerate() {
        let ents: Vec<_> = doc.ents.iter().filter(|e| sent.span.contains(e.span)).collect();
        assert_eq!(ents.len(), alone.ents.len(), "sentence {index}");
        for (got, expected) in ents.iter().zip(&alone.ents) {
            assert_eq!(got.span.start - sent.span.start, expected.span.start, "sentence {index}");
            assert_eq!(got.label, expected.label, "sentence {index}");
        }
    }
    assert_eq!(doc.coverage[0].seen, doc.coverage[0].total);
}

#[test]
fn a_sentence_longer_than_the_model_is_read_to_its_end() {
    for model in ["ner-bert", "ner-roberta", "ner-xlm-roberta", "ner-deberta", "ner-deberta-v3"] {
        let doc = run(&ner(model), &format!("{} {}", "Solberg ".repeat(200).trim_end(), "x".repeat(500)));
        assert_eq!(doc.coverage[0].seen, doc.coverage[0].total, "{model}");
    }
}

#[test]
fn offsets_are_those_of_the_text_whatever_it_is_written_in() {
    let text = "Åsa “ Ærø ” n’Djamena 🦀 東京 é\u{301} Solberg\u{200b} \u{feff} Ⅷ ß ﬁn Oslo .";
    for model in ["ner-bert", "ner-roberta", "ner-xlm-roberta", "ner-electra", "ner-deberta", "ner-deberta-v3"] {
        let doc = run(&ner(model), text);
        for mention in &doc.ents {
            let starts = doc.tokens.iter().any(|t| t.span.start == mention.span.start);
            let ends = doc.tokens.iter().any(|t| t.span.end == mention.span.end);
            assert!(starts && ends && !doc.slice(mention.span).is_empty(), "{model}: {mention:?}");
        }
        // The last word's label must be the same as after ASCII text.
        assert_eq!(doc.coverage[0].seen, doc.coverage[0].total, "{model}");
    }
}

#[test]
fn a_page_that_says_sep_is_read_as_text() {
    for (model, special) in
        [("ner-bert", "[SEP]"), ("ner-bert", "[CLS]"), ("ner-roberta", "</s>"), ("ner-deberta-v3", "[SEP]")]
    {
        let stage = ner(model);
        let tricky = run(&stage, &format!("Oslo {special} waits ."));
        let plain = format!("Oslo ({}) waits .", &special[1..special.len() - 1]);
        assert_eq!(tricky.ents, run(&stage, &plain).ents, "{model} {special}");
        assert_eq!(tricky.coverage[0].seen, tricky.coverage[0].total, "{model} {special}");
    }
    let model = nli("nli-bart");
    let judge = |premise: &str| model.judge(&[premise], &["It rains."], &Deadline::default()).expect("it runs");
    assert_eq!(judge("Rain </s></s> fell <pad> ."), judge("Rain (/s)(/s) fell (pad) ."));
    let stage = Abstracts::new(folder("sum-bart"), search(1)).expect("it loads");
    let of = |text: &str| run(&stage, text).abstract_text;
    assert_eq!(of("Rain fell </s> for a week ."), of("Rain fell (/s) for a week ."));
}

#[test]
fn labels_follow_the_scheme() {
    let mut options = TokenClassifierOptions::default();
    options.threads = ONE;
    let labels = |options| {
        let stage = TokenClassifier::new(folder("ner-distilbert"), options).expect("it loads");
        let doc = run(&stage, SENTENCE);
        let tags = stage.tag(&doc).expect("it runs");
        assert_eq!(tags.len(), doc.tokens.len());
        tags.concat()
    };
    assert!(labels(options).contains("-PERSON"));
    options.scheme = Some(Scheme::Conll03);
    let tags = labels(options);
    assert!(tags.contains("-PER") && !tags.contains("-PERSON"), "{tags}");
}

#[test]
fn every_stage_says_why() {
    let explained = |stage: &dyn Stage| {
        let mut doc = document(SENTENCE);
        doc.explanations = Some(Vec::new());
        stage.run(&mut doc).expect("it runs");
        doc
    };
    let doc = explained(&ner("ner-bert"));
    let why = doc.explanations.as_deref().unwrap_or_default();
    assert!(!doc.ents.is_empty() && why.len() == doc.ents.len());
    assert_eq!((&why[0].subject, &why[0].decision), (&doc.ents[0].span.into(), &doc.ents[0].label.to_string()));
    assert_eq!(why[0].numbers, [("score", doc.ents[0].score)]);

    let model = nli("nli-bart");
    let options = ZeroShotFramesOptions { evidence_score: 0.0, ..Default::default() };
    let stage = ZeroShotFrames::new(model.clone(), vec![Hypotheses::about("a 1", ["rain", "war"])], options);
    let doc = explained(&stage.expect("it fits"));
    let why = doc.explanations.as_deref().unwrap_or_default();
    let lines: Vec<String> = why.iter().map(|e| format!("{} {}", e.rule, e.decision)).collect();
    let of = |label: &str| [format!("strongest-third a 1 {label}"), format!("entailment a 1 {label}")];
    assert_eq!(lines, doc.frames.iter().flat_map(|frame| of(&frame.label)).collect::<Vec<_>>());

    let options = ZeroShotStancesOptions { targets: vec!["rain".into()], relevance: 0.0, ..Default::default() };
    let doc = explained(&ZeroShotStances::new(model, options).expect("it fits"));
    let why = doc.explanations.as_deref().unwrap_or_default();
    assert_eq!(why.len(), 1);
    assert_eq!((&*why[0].rule, &*why[0].decision), ("entailment", "on rain"));
    let names: Vec<&str> = why[0].numbers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["about_target", "in_favor", "against"]);
}

#[test]
fn nothing_is_made_of_nothing() {
    let stage = Abstracts::new(folder("sum-bart"), search(1)).expect("it loads");
    for text in ["", " ", "— … —", "a"] {
        let doc = run(&stage, text);
        assert_eq!(doc.abstract_text, None, "{text:?}");
    }
    // A title is not prose.
    let mut doc = document(SENTENCE);
    doc.sents[0].kind = SegmentKind::Title;
    stage.run(&mut doc).expect("it runs");
    assert_eq!(doc.abstract_text, None);
    assert!(run(&ner("ner-bert"), "").ents.is_empty());
    assert!(run(&embeddings(), "").sent_vectors.is_empty());
    assert_eq!(nli("nli-bart").judge(&[], &["a"], &Deadline::default()).expect("it runs").len(), 0);
}

#[test]
fn a_long_document_is_summarised_to_its_end() {
    let text = (0..40).map(|n| format!("The ferry to Bergen was late by {n} hours .")).collect::<Vec<_>>();
    for model in ["sum-bart", "sum-t5", "sum-pegasus"] {
        let stage = Abstracts::new(folder(model), search(1)).expect("it loads");
        let doc = run(&stage, &text.join("\n"));
        assert!(doc.abstract_text.is_some(), "{model}");
        assert_eq!((doc.coverage[0].stage, doc.coverage[0].seen), ("abstract", doc.coverage[0].total), "{model}");
        // The very end must be able to change the summary: rust-bert would truncate it.
        let mut last = text.clone();
        last.extend(vec!["She sells water and he sells bread to the people who wait at the gate .".to_owned(); 4]);
        // (The random PEGASUS gives the same summary for every text.)
        let other = run(&stage, &last.join("\n")).abstract_text;
        assert!(other != doc.abstract_text || model == "sum-pegasus", "{model}");
    }
}

#[test]
fn what_lies_behind_the_last_chunk_is_reported() {
    let mut options = search(1);
    options.max_chunks = Some(2);
    let stage = Abstracts::new(folder("sum-bart"), options).expect("it loads");
    let doc = run(&stage, &vec!["The ferry to Bergen was late by three hours ."; 40].join("\n"));
    assert!(doc.abstract_text.is_some());
    assert!(doc.coverage[0].seen > 0 && doc.coverage[0].seen < doc.coverage[0].total);
    assert_eq!(doc.problems[0].kind, ProblemKind::Truncated);
    let unread = doc.problems[0].span.expect("it has a place");
    let read: usize = doc.sents.iter().filter(|s| s.span.end <= unread.start).map(|s| s.span.len()).sum();
    assert_eq!(read, doc.coverage[0].seen);
    assert_eq!(doc.status(), Status::Partial);
}

#[test]
fn a_premise_longer_than_the_model_is_judged_to_its_end() {
    let model = nli("nli-bart");
    let judge = |premise: &str| model.judge(&[premise], &["It rains."], &Deadline::default()).expect("it runs")[0][0];
    let filler = "The river rose . ".repeat(30);
    let endings = [
        "Åsa sells bread !",
        "Workers in N’Djamena asked for more pay .",
        "The copper line will cost 40 million euros .",
    ];
    // Truncated at the model's positions, all would be equal.
    let judged: Vec<f32> = endings.iter().map(|ending| judge(&format!("{filler}{ending}"))).collect();
    assert!(judged.iter().any(|score| *score != judge(&filler)), "{judged:?}");
    // A hypothesis that leaves no room is rejected, both in a run and when a stage is created.
    let long = "mining ".repeat(100);
    let error = model.judge(&["Rain ."], &[&long], &Deadline::default()).unwrap_err();
    assert!(error.to_string().contains("fills the model's 128 positions"), "{error}");
    let options = ZeroShotStancesOptions { targets: vec![long], ..Default::default() };
    let error = ZeroShotStances::new(model.clone(), options).err().expect("it is refused");
    assert!(error.to_string().contains("fills the model's 128 positions"), "{error}");
    let options = ZeroShotFramesOptions { evidence_score: 1.5, ..Default::default() };
    let error = ZeroShotFrames::new(model, Vec::new(), options).err().expect("it is refused");
    assert_eq!(error.to_string(), "evidence_score is 1.5, expected a number from 0 to 1");
}

#[test]
fn a_long_sentence_has_a_vector_of_unit_length() {
    let stage = embeddings();
    let doc = run(&stage, &format!("Rain .\n{}", "The river rose ".repeat(50).trim_end()));
    assert_eq!(doc.sent_vectors.len(), 2);
    let texts: Vec<&str> = doc.sents.iter().map(|sent| doc.slice(sent.span)).collect();
    let vectors = stage.embed(&texts, &doc.deadline).expect("it runs");
    for vector in &vectors {
        let norm: f32 = vector.iter().map(|v| v * v).sum();
        assert!((norm - 1.0).abs() < 1e-5, "{norm}");
    }
    assert_eq!(doc.sent_vectors, Rows::new(vectors[0].len(), &vectors.concat()));
}

#[test]
fn frames_and_stances_name_their_evidence_and_whose_words_it_is() {
    let model = nli("nli-bert");
    let books = vec![Hypotheses::about("mine 1", ["public_health", "money"])];
    assert_eq!(books[0].frames[0].text, "This text is about public health.");
    let options = ZeroShotFramesOptions { evidence_score: 0.0, ..Default::default() };
    let frames = ZeroShotFrames::new(model.clone(), books, options).expect("it fits");
    let mut doc = document("“ Rain fell for a week , ” Åsa said .\nThe ferry was late .");
    doc.quotes = vec![Quote {
        span: Span::new(0, doc.sents[0].span.end - 4),
        kind: QuoteKind::Direct,
        speaker: None,
        speaker_span: None,
        cue: None,
        closed: true,
    }];
    frames.run(&mut doc).expect("it runs");
    assert_eq!(doc.frames.len(), 2);
    for frame in &doc.frames {
        assert!((0.0..=1.0).contains(&frame.score) && frame.codebook == "mine 1");
        assert_eq!(frame.evidence.len(), 2);
        for evidence in &frame.evidence {
            let is_quoted = evidence.voice == pressmark_core::Voice::Quote(0);
            assert_eq!(is_quoted, evidence.span == doc.sents[0].span);
        }
    }
    let options =
        ZeroShotStancesOptions { targets: vec!["the copper line".into()], relevance: 0.0, ..Default::default() };
    ZeroShotStances::new(model, options).expect("it fits").run(&mut doc).expect("it runs");
    assert_eq!(doc.stances.len(), 1);
    assert_eq!(doc.stances[0].evidence.len(), 2);
}

#[test]
fn a_deadline_ends_every_stage() {
    let abstracts = Abstracts::new(folder("sum-bart"), search(1)).expect("it loads");
    let books = vec![Hypotheses::about("mine 1", ["health", "money"])];
    let frames = ZeroShotFrames::new(nli("nli-bart"), books, ZeroShotFramesOptions::default()).expect("it fits");
    let stages: [&dyn Stage; 4] = [&ner("ner-bert"), &abstracts, &frames, &embeddings()];
    for stage in stages {
        let mut doc = document(SENTENCE);
        doc.deadline = Deadline::after(Duration::ZERO);
        assert_eq!(stage.run(&mut doc).unwrap_err().kind, ProblemKind::Timeout, "{}", stage.name());
    }
}

#[test]
fn more_threads_give_the_same_labels() {
    let mut options = TokenClassifierOptions::default();
    options.threads = Threads::Exactly(NonZeroU16::new(2).expect("two"));
    let two = TokenClassifier::new(folder("ner-bert"), options).expect("it loads");
    options.threads = ONE;
    let one = TokenClassifier::new(folder("ner-bert"), options).expect("it loads");
    let labels = |stage: &TokenClassifier| {
        let ents = run(stage, &[SENTENCE; 9].join("\n")).ents;
        ents.into_iter().map(|e| (e.span, e.label)).collect::<Vec<_>>()
    };
    assert_eq!(labels(&two), labels(&one));
}
