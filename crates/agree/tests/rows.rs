//! Agreement on rows of several coders: matching, comparison and reporting.

use pressmark_agree::{Coder, Error, Options, agreement};
use pressmark_core::{Document, Entity, Frame, Holder, Mention, Quote, QuoteKind, Span, Stance, StanceLabel, Target};
use pressmark_jsonl::{Provenance, Record};

const TEXT: &str = "“Le pont tient 🌉,” said Ana Sol. Leo Mar left Oslo.";

struct Coded<'a> {
    id: &'a str,
    text: &'a str,
    mentions: &'a [(&'a str, &'a str)],
    economy: f32,
    stance: StanceLabel,
}

const BASE: Coded<'_> = Coded {
    id: "a",
    text: TEXT,
    mentions: &[("Ana Sol", "PERSON"), ("Leo Mar", "PERSON"), ("Oslo", "LOC")],
    economy: 0.9,
    stance: StanceLabel::Favor,
};

fn row(coded: &Coded<'_>) -> Record<'static> {
    let mut doc = Document::from_text(coded.id, coded.text);
    for (words, label) in coded.mentions {
        let start = coded.text.find(words).expect("in the text");
        doc.ents.push(Mention {
            span: Span::new(start, start + words.len()),
            label: (*label).into(),
            score: 1.0,
            entity: Some(doc.entities.len()),
        });
        doc.entities.push(Entity {
            name: (*words).to_owned(),
            label: (*label).into(),
            aliases: Vec::new(),
            mentions: 1,
            sentiment: None,
        });
    }
    let end = coded.text.find('”').map_or(4, |end| end + '”'.len_utf8());
    doc.quotes.push(Quote {
        span: Span::new(0, end),
        kind: QuoteKind::Direct,
        speaker: (!doc.entities.is_empty()).then_some(0),
        speaker_span: None,
        cue: None,
        closed: true,
    });
    for (label, score) in [("economy", coded.economy), ("health", 0.1)] {
        doc.frames.push(Frame { codebook: "test 1".into(), label: label.into(), score, evidence: Vec::new() });
    }
    doc.stances.push(Stance {
        holder: Holder::Outlet,
        target: Target::Text("bridges".into()),
        label: coded.stance,
        score: 1.0,
        reading: None,
        evidence: Vec::new(),
    });
    Record::of(&doc, &Provenance::default()).into_owned()
}

#[test]
fn spans_are_compared_label_by_label_and_all_together() {
    let other = Coded { mentions: &[("Ana Sol", "PERSON"), ("Mar", "PERSON"), ("Oslo", "ORG")], ..BASE };
    let coders = [Coder::new("one", vec![row(&BASE)]), Coder::new("two", vec![row(&other)])];
    let found = agreement(&coders, &Options::default()).expect("agreement");
    let layer = found.layer("entities").expect("entities");
    let of = |label: &str| {
        let row = layer.rows.iter().find(|row| row.label == label).expect("a row");
        [row.strict_f1, row.overlap_f1].map(|f1| f1.map(|f1| (f1.value * 1000.0).round()))
    };
    assert_eq!(of("PERSON"), [Some(500.0), Some(1000.0)]);
    assert_eq!(of("LOC"), [Some(0.0), Some(0.0)]);
    assert_eq!(of("all"), [Some(333.0), Some(667.0)]);
    let all = layer.rows.last().expect("all");
    assert_eq!((all.items, &all.given[..]), (6, &[3, 3][..]));
    // A correct position with a wrong label counts for gamma, so it exceeds strict F1.
    assert!(all.gamma.is_some_and(|gamma| gamma.value > 0.4 && gamma.value < 1.0), "{all:?}");
    assert_eq!(found.layer("quotations").expect("quotations").rows[0].strict_f1.map(|f1| f1.value), Some(1.0));
}

#[test]
fn documents_are_matched_by_id_or_text_and_the_rest_is_told() {
    let renamed = Coded { id: "x", economy: 0.2, ..BASE };
    let second = Coded { id: "b", text: "Oslo won.", mentions: &[], ..BASE };
    let elsewhere = Coded { id: "b", text: "Oslo lost.", mentions: &[], ..BASE };
    let alone = Coded { id: "c", text: "Rain.", mentions: &[], ..BASE };
    let one = Coder::new("one", vec![row(&BASE), row(&second), row(&alone)]);
    let two = Coder::new("two", vec![row(&elsewhere), row(&renamed)]);
    let found = agreement(&[one, two], &Options::default()).expect("agreement");
    assert_eq!(found.documents, 2);
    assert_eq!(found.coders[0].alone, ["c"]);
    assert!(found.coders[1].alone.is_empty());
    assert_eq!(found.texts_differ, ["b"]);
    let frames = found.layer("frames").expect("frames");
    assert_eq!(frames.rows[0].given, [2, 1], "{frames:?}");
    // Unmatched rows and incomparable texts are reported in the text as well.
    let text = found.text();
    assert!(text.contains("only in one: c\n") && text.contains("spans not compared: b\n"), "{text}");
}

#[test]
fn a_coder_who_does_not_use_a_codebook_says_nothing_of_its_frames() {
    let mut silent = row(&BASE);
    silent.frames.clear();
    let coders = [row(&BASE), row(&Coded { economy: 0.1, ..BASE }), silent].map(|row| vec![row]);
    let mut names = ["one", "two", "three"].into_iter();
    let coders = coders.map(|rows| Coder::new(names.next().expect("a name"), rows));
    let found = agreement(&coders, &Options::default()).expect("agreement");
    let all = found.layer("frames").and_then(|layer| layer.rows.last()).expect("frames");
    assert_eq!((all.items, &all.given[..]), (2, &[1, 0, 0][..]));
    assert_eq!(found.layer("stances").expect("stances").pairs.len(), 3);
}

#[test]
fn entities_are_one_thing_by_their_mentions_whatever_their_ids_and_names() {
    // The second coder has the entities in another order, so every id means something else.
    let other = Coded { mentions: &[("Oslo", "LOC"), ("Leo Mar", "PERSON"), ("Ana Sol", "PERSON")], ..BASE };
    let mut second = row(&other);
    second.quotes[0].speaker = Some(second.entities[2].id.clone());
    second.entities[2].name = "Sol".into();
    let wrong = row(&other);
    let speakers = |second: Record<'static>| {
        let coders = [Coder::new("one", vec![row(&BASE)]), Coder::new("two", vec![second])];
        let found = agreement(&coders, &Options::default()).expect("agreement");
        found.layer("speakers").and_then(|layer| layer.rows[0].alpha).map(|alpha| alpha.value)
    };
    // One quotation with one speaker cannot be told from chance; with two speakers there is no agreement.
    assert_eq!(speakers(second), None);
    assert_eq!(speakers(wrong), Some(0.0));
}

#[test]
fn without_two_coders_or_a_shared_document_there_is_no_agreement() {
    let one = Coder::new("one", vec![row(&BASE)]);
    let two = Coder::new("two", vec![row(&Coded { id: "z", text: "Rain.", mentions: &[], ..BASE })]);
    assert!(matches!(agreement(std::slice::from_ref(&one), &Options::default()), Err(Error::TooFew(1))));
    assert!(matches!(agreement(&[one, two], &Options::default()), Err(Error::NothingShared)));
    let twice = format!("{0}\n\n{0}\n", serde_json::to_string(&row(&BASE)).expect("JSON"));
    let error = Coder::read("ana", twice.as_bytes()).expect_err("refused").to_string();
    assert_eq!(error, "ana has the document a twice");
    let error = Coder::read("ana", &b"{}\n"[..]).expect_err("refused").to_string();
    assert_eq!(error, "line 1 is not a pressmark/1 row");
}

#[test]
fn a_coder_with_two_rows_of_one_id_is_refused() {
    let coders = [Coder::new("one", vec![row(&BASE)]), Coder::new("two", vec![row(&BASE), row(&BASE)])];
    let refused = agreement(&coders, &Options::default()).expect_err("two rows of one id");
    assert_eq!(refused.to_string(), format!("two has the document {} twice", BASE.id));
}
