//! Round trips through every importable format preserve every offset, whatever the characters.

use std::collections::BTreeSet;

use pressmark_core::{
    Document, Entity, Frame, Mention, Quote, QuoteKind, SegmentKind, Sentence, Sentiment, Span, Token,
};
use pressmark_exchange::{File, Format, Originals, export, import};
use pressmark_jsonl::{Provenance, Record};
use proptest::prelude::*;

fn two_way() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| format.is_read())
}

/// A document of words, some of them mentions, with `gap` after every fifth word.
fn document(words: &[(String, bool)], gap: &str) -> Document {
    let mut text = String::new();
    let mut spans = Vec::new();
    for (number, (word, _)) in words.iter().enumerate() {
        if number > 0 {
            text.push_str(if number % 5 == 0 { gap } else { " " });
        }
        let start = text.len();
        text.push_str(word);
        spans.push(Span::new(start, text.len()));
    }
    let mut doc = Document::from_text("round/trip #1", text);
    doc.tokens = spans.iter().map(|span| Token { span: *span }).collect();
    if let (Some(first), Some(last)) = (spans.first(), spans.last()) {
        let span = Span::new(first.start, last.end);
        doc.sents.push(Sentence { span, tokens: 0..spans.len(), block: 0, kind: SegmentKind::Body });
    }
    let tone = Sentiment { positive: 0.7, neutral: 0.2, negative: 0.1 };
    for (span, (word, _)) in spans.iter().zip(words).filter(|(_, (_, is_mention))| *is_mention) {
        let label = if word.len() % 2 == 0 { "PERSON" } else { "ORG" };
        doc.ents.push(Mention { span: *span, label: label.into(), score: 0.5, entity: Some(doc.entities.len()) });
        let (name, aliases) = (word.clone(), Vec::new());
        doc.entities.push(Entity { name, label: label.into(), aliases, mentions: 1, sentiment: Some(tone) });
    }
    for (number, part) in spans.chunks(4).enumerate() {
        let [first, second, third, last] = part else { continue };
        let kind = QuoteKind::ALL[number % QuoteKind::ALL.len()];
        // The speaker is named by a mention, by other words, or not at all.
        let speaker = doc.ents.get(number).and_then(|mention| mention.entity);
        let speaker_span = match number % 3 {
            0 => Some(*last),
            1 => doc.ents.get(number).map(|mention| mention.span),
            _ => None,
        };
        let span = Span::new(first.start, second.end);
        doc.quotes.push(Quote { span, kind, speaker, speaker_span, cue: Some(*third), closed: true });
    }
    for (label, score) in [("economy", 0.9), ("public health", 0.2)] {
        doc.frames.push(Frame { codebook: "test 1".into(), label: label.into(), score, evidence: Vec::new() });
    }
    doc
}

fn row(doc: &Document) -> Record<'static> {
    Record::of(doc, &Provenance { pressmark: "0".into(), ..Provenance::default() }).into_owned()
}

/// Offsets and labels of everything that people can correct.
fn marked(row: &Record<'_>) -> (Vec<String>, Vec<String>) {
    let ents = row.ents.iter().map(|e| format!("{} {} {} {:?}", e.start, e.end, e.label, e.entity));
    let quotes = row.quotes.iter().map(|q| {
        let words = (q.speaker_start, q.speaker_end, q.cue_start, q.cue_end);
        format!("{} {} {} {:?} {words:?}", q.start, q.end, q.kind, q.speaker)
    });
    (ents.collect(), quotes.collect())
}

fn check(doc: &Document) {
    let row = row(doc);
    for format in two_way() {
        let name = format.as_str();
        let files = export(std::slice::from_ref(&row), format);
        let files: Vec<File> = submitted(files).into_iter().filter(|file| is_read(format, file)).collect();
        let back = import(&files, format, &Originals::new(vec![row.clone()])).expect(name);
        assert_eq!(back.rows.len(), 1, "{name}: {:?}", back.notes);
        let with = &back.rows[0];
        assert_eq!(marked(with), marked(&row), "{name}");
        assert_eq!(with.text, row.text, "{name}");
        assert_eq!(with.tokens, row.tokens, "{name}");
        assert_eq!(with.entities, row.entities, "{name}");
        let frames: Vec<(&str, f64)> = with.frames.iter().map(|f| (&*f.label, f.score.value())).collect();
        assert_eq!(frames, [("economy", 1.0), ("public health", 0.0)], "{name}");
        // Without the original row the positions are the same.
        let alone = import(&files, format, &Originals::default()).expect(name);
        let places =
            |row: &Record<'_>| row.ents.iter().map(|e| (e.start, e.end, e.label.to_string())).collect::<Vec<_>>();
        assert_eq!(places(&alone.rows[0]), places(&row), "{name}");
        assert_eq!(alone.rows[0].quotes.len(), row.quotes.len(), "{name}");
        if format != Format::Brat {
            assert_eq!(alone.rows[0].id, row.id, "{name}");
        }
    }
}

/// Whether an import from a folder would read the file.
fn is_read(format: Format, file: &File) -> bool {
    format.endings().iter().any(|ending| file.name.ends_with(&format!(".{ending}"))) && file.name != "TypeSystem.xml"
}

/// Label Studio keeps predictions separate until somebody submits them.
fn submitted(files: Vec<File>) -> Vec<File> {
    let submit = |mut file: File| {
        if file.name == "tasks.json" {
            let text = String::from_utf8(file.bytes).expect("UTF-8");
            file.bytes = text.replace("\"predictions\"", "\"annotations\"").into_bytes();
        }
        file
    };
    files.into_iter().map(submit).collect()
}

fn words() -> impl Strategy<Value = Vec<(String, bool)>> {
    // Astral, combining and right-to-left characters, and markup of XML and of the formats.
    let word = prop_oneof![
        "[a-zA-Z]{1,8}",
        "[éüßñçøłŝ]{1,6}",
        "(🌉|👩‍🚀|🇨🇱|𝒜|中文|עברית|e\u{301}|\u{1F1E6}){1,3}",
        "[<>&\"'|;:/#\\[\\]{},.-]{1,4}",
    ];
    prop::collection::vec((word, any::<bool>()), 1..24)
}

proptest! {
    #[test]
    fn nothing_moves(words in words(), gap in prop_oneof![Just("\n\n"), Just("\r\n"), Just("\n"), Just(" \t")]) {
        check(&document(&words, gap));
    }
}

#[test]
fn astral_characters_line_ends_and_combining_marks_move_nothing() {
    let said =
        ["“Le", "🌉", "tient”,", "said", "E\u{301}lise", "🇨🇱", "Mar\u{fe0f}", "left.", "“I", "stay”,", "said", "she"];
    let words: Vec<(String, bool)> =
        said.iter().map(|w| ((*w).to_owned(), w.contains('M') || w.contains('E'))).collect();
    for gap in ["\r\n", "\n\n", "\r"] {
        check(&document(&words, gap));
    }
}

#[test]
fn a_text_that_a_tool_changed_is_refused() {
    let row = row(&document(&[("Ana".to_owned(), true), ("left".to_owned(), false)], " "));
    let mut files = export(std::slice::from_ref(&row), Format::Brat);
    files[0].bytes = b"Ana  left".to_vec();
    let error = import(&files, Format::Brat, &Originals::new(vec![row])).expect_err("refused").to_string();
    assert_eq!(
        error,
        "the text of round/trip #1 differs from that of its row from code point 4 on: offsets do not fit"
    );
}

#[test]
fn what_is_in_no_row_is_refused() {
    let known = row(&document(&[("Ana".to_owned(), true)], " "));
    let mut other = known.clone();
    (other.id, other.text) = ("x".into(), "Ben".into());
    let files = export(&[other], Format::Doccano);
    let error = import(&files, Format::Doccano, &Originals::new(vec![known])).expect_err("refused").to_string();
    assert_eq!(error, "line 1 of doccano.jsonl has the document x, which is in none of the rows");
}

#[test]
fn files_are_whole_with_any_number_of_rows() {
    for format in Format::ALL {
        for count in 0..3 {
            let rows: Vec<_> =
                (0..count).map(|number| row(&Document::from_text(number.to_string(), "Ana left."))).collect();
            let files = export(&rows, format);
            let names: BTreeSet<&str> = files.iter().map(|file| &*file.name).collect();
            assert_eq!(names.len(), files.len(), "{format:?}: a file is begun twice");
            assert!(format.file().is_none_or(|name| names.contains(name)), "{format:?}");
            if format == Format::LabelStudio {
                let tasks: Vec<serde_json::Value> = serde_json::from_slice(&files[0].bytes).expect("a list");
                assert_eq!(tasks.len(), count);
            }
            if format == Format::WebAnnotation {
                let page: serde_json::Value = serde_json::from_slice(&files[0].bytes).expect("a page");
                assert_eq!(page["items"].as_array().map(Vec::len), Some(0));
            }
        }
    }
}
