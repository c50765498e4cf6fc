//! Files as tools write them after people corrected something.

use pressmark_core::{Document, Entity, EntityType, Frame, Mention, Quote, QuoteKind, Span, StanceLabel, Token, Tone};
use pressmark_exchange::{Error, File, Format, Originals, export, import};
use pressmark_jsonl::{Holder, Provenance, Record, Stance, verify_line, write_line};

const TEXT: &str = "🌉 Ana Sol met Leo. “We build,” she said.";

/// "Ana Sol" and "Leo" are mentions; Ana Sol speaks, referred to by a pronoun.
fn row() -> Record<'static> {
    let mut doc = Document::from_text("a", TEXT);
    let at = |words: &str| {
        let start = TEXT.find(words).expect("in the text");
        Span::new(start, start + words.len())
    };
    for (number, (words, label)) in [("Ana Sol", "PERSON"), ("Leo", "PERSON")].into_iter().enumerate() {
        doc.ents.push(Mention { span: at(words), label: label.into(), score: 0.8, entity: Some(number) });
        let (name, aliases) = (words.to_owned(), Vec::new());
        doc.entities.push(Entity { name, label: label.into(), aliases, mentions: 1, sentiment: None });
    }
    let said = Span::new(at("“We").start, at("” she").start + '”'.len_utf8());
    let kind = QuoteKind::Direct;
    let (speaker, speaker_span, cue) = (Some(0), Some(at("she")), Some(at("said")));
    doc.quotes.push(Quote { span: said, kind, speaker, speaker_span, cue, closed: true });
    for (label, score) in [("economy", 0.8), ("health", 0.1)] {
        doc.frames.push(Frame { codebook: "test 1".into(), label: label.into(), score, evidence: Vec::new() });
    }
    doc.tokens = vec![Token { span: at("🌉") }, Token { span: at("Ana Sol") }, Token { span: at("met Leo") }];
    Record::of(&doc, &Provenance { pressmark: "0".into(), ..Provenance::default() }).into_owned()
}

fn corrected(files: &[File], format: Format) -> (Record<'static>, Vec<String>) {
    let found = import(files, format, &Originals::new(vec![row()])).expect("an import");
    (found.rows.into_iter().next().expect("a row"), found.notes)
}

fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn brat(annotations: &str) -> (Record<'static>, Vec<String>) {
    corrected(&[file("a.txt", TEXT), file("a.ann", annotations)], Format::Brat)
}

#[test]
fn a_pronoun_leads_to_who_speaks() {
    let files = export(&[row()], Format::Brat);
    let annotations = String::from_utf8(files[1].bytes.clone()).expect("UTF-8");
    assert!(annotations.contains("SPEAKER 31 34\tshe\n"), "{annotations}");
    assert!(annotations.contains("refers_to Arg1:T5 Arg2:T1\n"), "{annotations}");
    // Another person is meant, so the relation now points to that mention.
    let (row, _) = brat(&annotations.replace("refers_to Arg1:T5 Arg2:T1", "refers_to Arg1:T5 Arg2:T2"));
    assert_eq!(row.quotes[0].speaker.as_deref(), Some("e1"));
    assert_eq!((row.quotes[0].speaker_start, row.quotes[0].cue_start), (Some(31), Some(35)));
}

#[test]
fn a_new_mention_is_of_an_entity_of_its_name_or_of_a_new_one() {
    let (row, notes) = brat("T1\tPERSON 2 5;6 9\tAna Sol\nT2\tPERSON 14 17\tLeo\nT3\tORG 20 22\tWe\n");
    assert_eq!(notes, [""; 0]);
    let ids: Vec<_> = row.ents.iter().map(|ent| ent.entity.as_deref().unwrap_or_default()).collect();
    assert_eq!(ids, ["e0", "e1", "e2"]);
    let last = row.entities.last().expect("an entity");
    assert_eq!((&*last.name, &last.label, last.mentions), ("We", &EntityType::Org, 1));
    // Removed quotations and frames are gone; remaining mentions keep their entities.
    assert!(row.quotes.is_empty() && row.frames.iter().all(|frame| frame.score.value() == 0.0));
    assert_eq!(row.provenance.stages.last().map(|stage| &*stage.settings), Some("{\"format\":\"brat\"}"));
}

#[test]
fn a_mention_within_a_token_parts_it_and_a_longer_hole_is_told() {
    let (row, notes) = brat("T1\tPERSON 2 5;14 17\tAna Leo\n");
    assert_eq!((row.ents[0].start, row.ents[0].end), (2, 17));
    assert!(notes[0].contains("line 1 of a.ann has a discontinuous span"), "{notes:?}");
    let (row, _) = brat("T1\tPERSON 14 17\tLeo\n");
    let tokens: Vec<_> = row.tokens.iter().take(4).map(|token| (token.id, token.start, token.end)).collect();
    assert_eq!(tokens, [(0, 0, 1), (1, 2, 9), (2, 10, 14), (3, 14, 17)]);
    assert_eq!(row.entities.len(), 1);
}

#[test]
fn of_mentions_that_overlap_one_is_kept_and_the_other_told() {
    let (row, notes) = brat("T1\tPERSON 2 9\tAna Sol\nT2\tORG 6 9\tSol\n");
    assert_eq!(row.ents.len(), 1);
    assert_eq!(notes, ["a.ann has a mention ORG from 6 to 9 that overlaps another: skipped"]);
}

#[test]
fn label_studio_gives_what_was_submitted_and_nothing_that_was_predicted() {
    let task = |annotations: &str| {
        let text = serde_json::to_string(TEXT).expect("JSON");
        let tasks = format!("[{{\"id\": 7, \"data\": {{\"text\": {text}, \"pressmark_id\": \"a\"}}, {annotations}}}]");
        file("project-1.json", &tasks)
    };
    let predicted = task("\"predictions\": [{\"result\": []}], \"annotations\": []");
    let found = import(&[predicted], Format::LabelStudio, &Originals::new(vec![row()])).expect("an import");
    assert!(found.rows.is_empty());
    assert_eq!(found.notes, ["task 7 of project-1.json has not been annotated: skipped"]);

    let region = r#"{"id": "x1", "from_name": "spans", "to_name": "text", "type": "labels",
        "value": {"start": 2, "end": 9, "text": "Ana Sol", "labels": ["ORG"]}}"#;
    let tone = r#"{"id": "x1", "from_name": "tone", "to_name": "text", "type": "choices",
        "value": {"start": 2, "end": 9, "choices": ["negative"]}}"#;
    let frames = r#"{"id": "f", "from_name": "frames", "to_name": "text", "type": "choices",
        "value": {"choices": ["test 1/health", "own"]}}"#;
    let annotations = format!(
        "\"annotations\": [{{\"was_cancelled\": true, \"result\": []}}, {{\"result\": [{region}, {tone}, {frames}]}}]"
    );
    let (row, _) = corrected(&[task(&annotations)], Format::LabelStudio);
    assert_eq!((&row.ents[0].label, row.ents[0].entity.as_deref()), (&EntityType::Org, Some("e0")));
    assert_eq!(row.entities[0].sentiment.as_ref().map(|tone| tone.label), Some(Tone::Negative));
    let frames: Vec<_> = row.frames.iter().map(|f| (&*f.codebook, &*f.label, f.score.value())).collect();
    assert_eq!(frames, [("test 1", "health", 1.0), ("test 1", "economy", 0.0), ("corrections", "own", 1.0)]);

    // An unknown tone is noted and not mapped to another.
    let (warm, notes) = corrected(&[task(&annotations.replace("negative", "warm"))], Format::LabelStudio);
    assert_eq!(warm.entities[0].sentiment, None);
    assert!(notes.iter().any(|note| note.contains("has the tone \"warm\"")), "{notes:?}");
}

#[test]
fn offsets_of_a_cas_are_utf_16_and_one_within_a_pair_is_refused() {
    let files = export(&[row()], Format::Cas);
    let xmi = String::from_utf8(files[0].bytes.clone()).expect("UTF-8");
    // The bridge is one code point but two UTF-16 units, so "Ana Sol" starts at 3.
    assert!(xmi.contains("begin=\"3\" end=\"10\" value=\"PERSON\" identifier=\"e0\""), "{xmi}");
    let bad = xmi.replace("begin=\"3\" end=\"10\" value", "begin=\"1\" end=\"10\" value");
    let error = import(&[file("a.xmi", &bad)], Format::Cas, &Originals::default()).expect_err("refused").to_string();
    assert!(error.ends_with("has no begin on the edge of a character, in UTF-16 code units"), "{error}");
    let error = import(&[file("a.xmi", "<a")], Format::Cas, &Originals::default()).expect_err("refused");
    assert!(matches!(error, Error::Xml { .. }));
}

#[test]
fn prodigy_leaves_out_what_was_not_accepted_and_doccano_takes_lists() {
    let text = serde_json::to_string(TEXT).expect("JSON");
    let line = |answer: &str| {
        format!(
            "{{\"text\": {text}, \"spans\": [{{\"start\": 14, \"end\": 17, \"label\": \"LOC\"}}], \"answer\": \"{answer}\"}}\n"
        )
    };
    let both = file("out.jsonl", &format!("{}{}", line("reject"), line("accept")));
    let (found, notes) = corrected(&[both], Format::Prodigy);
    assert_eq!((found.ents.len(), &found.ents[0].label), (1, &EntityType::Loc));
    assert_eq!(notes, ["line 1 of out.jsonl has the answer \"reject\": skipped"]);
    let listed = file("admin.jsonl", &format!("{{\"id\": 3, \"text\": {text}, \"label\": [[14, 17, \"LOC\"]]}}\n"));
    assert_eq!(corrected(&[listed], Format::Doccano).0.ents, found.ents);
    let outside = file("admin.jsonl", &format!("{{\"id\": 3, \"text\": {text}, \"label\": [[14, 99, \"LOC\"]]}}\n"));
    let error = import(&[outside], Format::Doccano, &Originals::default()).expect_err("refused").to_string();
    assert_eq!(error, "line 1 of admin.jsonl has a span LOC from 14 to 99 in a text of 40");
}

#[test]
fn a_file_of_another_tool_is_refused() {
    let error = import(&[file("project.json", "[]")], Format::Brat, &Originals::default()).expect_err("refused");
    assert_eq!(error.to_string(), "project.json is neither .ann nor .txt");
}

#[test]
fn formats_that_are_only_written_say_so() {
    for format in Format::ALL.into_iter().filter(|format| !format.is_read()) {
        assert!(matches!(import(&[], format, &Originals::default()), Err(Error::OneWay(_))), "{}", format.as_str());
        let files = export(&[row()], format);
        assert!(!files[0].bytes.is_empty());
        assert_eq!(Format::named(format.as_str()), Some(format));
    }
}

#[test]
fn a_line_of_gkg_has_its_27_columns() {
    let files = export(&[row()], Format::Gkg);
    let line = String::from_utf8(files[0].bytes.clone()).expect("UTF-8");
    let cells: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
    assert_eq!(cells.len(), 27);
    assert_eq!((cells[7], cells[11], cells[12]), ("ECONOMY;", "ana sol;leo;", "Ana Sol,2;Leo,14;"));
    assert_eq!(cells[22], "19|11|said|“We build ”");
}

#[test]
fn a_row_of_a_text_alone_keeps_the_contract() {
    let files = [file("a.txt", TEXT), file("a.ann", "T1\tPERSON 2 9\tAna Sol\nT2\tPERSON 14 17\tLeo\n")];
    let found = import(&files, Format::Brat, &Originals::default()).expect("an import");
    let mut line = Vec::new();
    write_line(&found.rows[0], &mut line).expect("a line");
    let findings: Vec<String> = verify_line(&line).1.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn a_stance_goes_with_its_entity_and_a_target_in_words_stays() {
    let stance = |holder: Holder<'static>, target: &'static str| Stance {
        holder,
        target: target.into(),
        label: StanceLabel::Favor,
        score: 1.0.into(),
        probabilities: None,
        evidence: Vec::new(),
    };
    let mut row = row();
    row.stances = vec![
        stance(Holder::Outlet, "e12"),
        stance(Holder::Outlet, "e1"),
        stance(Holder::Entity("e0".into()), "bridges"),
        stance(Holder::Entity("e1".into()), "bridges"),
    ];
    let files = [file("a.txt", TEXT), file("a.ann", "T1\tPERSON 2 9\tAna Sol\n")];
    let found = import(&files, Format::Brat, &Originals::new(vec![row])).expect("an import");
    let left: Vec<_> = found.rows[0].stances.iter().map(|s| (s.holder.as_str(), &*s.target)).collect();
    assert_eq!(left, [("outlet", "e12"), ("e0", "bridges")]);
}

#[test]
fn white_space_is_no_token_of_a_cas() {
    let text = "Rain.\n\n\nSun. \u{3000}";
    let mut doc = Document::from_text("a", text);
    doc.tokens = [(0, 4), (4, 5), (5, 8), (8, 11), (11, 12), (12, text.len())]
        .map(|(start, end)| Token { span: Span::new(start, end) })
        .to_vec();
    let row = Record::of(&doc, &Provenance { pressmark: "0".into(), ..Provenance::default() });
    let files = export(&[row.into_owned()], Format::Cas);
    let cas = files.iter().find(|file| file.name.ends_with(".xmi")).expect("a CAS");
    let cas = String::from_utf8(cas.bytes.clone()).expect("UTF-8");
    assert_eq!(cas.matches("<type2:Token ").count(), 4, "{cas}");
}
