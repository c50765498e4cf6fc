//! Whatever the input, the segments tile it and the text follows from them.

use pressmark_core::{Document, EditKind};
use pressmark_ingest::{Format, Options, Record, replay};
use proptest::prelude::*;

use crate::{STORY, checked, read};

/// Text with the trouble that pages have: odd white space, marks, other scripts, invisible characters.
fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[ -~]{0,80}",
        "[ a-zé–“”'’\u{ad}\u{200b}\u{a0}*#>|•\t-]{0,60}",
        "[А-яぁ-ん一-龥א-ת 。]{0,40}",
        any::<String>(),
        Just("Share this".to_owned()),
        Just("The mayor said that the harbour would be closed until the water was clean again.".to_owned()),
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n")).prop_map(|t| t.replace('\0', " "))
}

fn page() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        text(),
        "<(p|div|b|h1|li|ul|a href=x|br|script|!--|/p|/div|table|td)>",
        "&(amp|lt|#233|#x1F600|nbsp|bogus);?",
        Just("<p>The mayor said that the harbour would be closed until the water was clean.</p>".to_owned()),
    ];
    prop::collection::vec(part, 0..16).prop_map(|parts| format!("<html><body><article>{}", parts.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn text_follows_from_its_bytes(text in text(), markdown: bool) {
        read(if markdown { Format::Markdown } else { Format::Text }, text);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), format in prop::sample::select(Format::ALL)) {
        read(format, bytes);
    }

    #[test]
    fn encoded_text_follows_from_its_bytes(
        text in text(),
        encoding in prop::sample::select(vec!["windows-1252", "shift_jis", "gb18030", "iso-2022-jp", "utf-16le"]),
    ) {
        let bytes = if encoding == "utf-16le" {
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        } else {
            encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap().encode(&text).0.into_owned()
        };
        read(Format::Text, bytes);
    }

    #[test]
    fn a_field_follows_from_the_bytes_of_its_line(text in text(), title: Option<String>, before: bool) {
        let (text, title) = (serde_json::json!(text), serde_json::json!(title));
        let line = if before {
            format!("{{\"title\": {title}, \"n\": 1, \"text\": {text}}}")
        } else {
            format!("{{\"text\": {text}, \"title\": {title}}}")
        };
        read(Format::Jsonl, line);
    }

    #[test]
    fn a_cell_follows_from_the_bytes_of_its_row(text in text(), title in text()) {
        let quote = |s: &str| format!("\"{}\"", s.replace('"', "\"\""));
        for encoding in [encoding_rs::UTF_8, encoding_rs::SHIFT_JIS] {
            let row = format!("{},{},7", quote(&title), quote(&text));
            let record = Record::new("t.csv", 0, Format::Csv, encoding.encode(&row).0.into_owned());
            checked(&record.with_columns(["title", "text", "n"]), &Options::default());
        }
    }

    #[test]
    fn a_page_follows_from_its_bytes(page in page(), in_json: bool) {
        if in_json {
            read(Format::Jsonl, serde_json::json!({ "html": page }).to_string());
        } else {
            read(Format::Html, page);
        }
    }
}

#[test]
fn every_kind_of_edit_is_on_record() {
    let line = r#"{"text": "\"Rain\" fell on the qu\u00ady of Port Alder,\u00a0 and the mayor said so.\n\n<b>The</b> end of it came on the same day, the engineers told the town."}"#;
    let doc = read(Format::Jsonl, line);
    let kinds: Vec<_> = doc.segments.iter().flat_map(|s| &s.edits).map(|e| e.kind).collect();
    assert!(kinds.contains(&EditKind::Escape) && kinds.contains(&EditKind::Invisible), "{kinds:?}");
    assert!(doc.text.starts_with("\"Rain\" fell on the quy of Port Alder,"), "{}", doc.text);
}

#[test]
fn a_document_that_was_tampered_with_is_found_out() {
    let bytes = serde_json::json!({ "title": "Harbour shut", "text": STORY }).to_string();
    let doc = read(Format::Jsonl, bytes.as_str());
    let check = |change: &dyn Fn(&mut Document)| {
        let mut doc = doc.clone();
        change(&mut doc);
        assert!(replay(&doc, bytes.as_bytes()).is_err());
    };
    check(&|doc| doc.text = doc.text.replace("Okoye", "Okoya"));
    check(&|doc| doc.text.push('!'));
    check(&|doc| doc.segments.truncate(2));
    check(&|doc| doc.segments[1].raw.start += 1);
    check(&|doc| doc.segments.iter_mut().for_each(|s| s.edits.clear()));
    check(&|doc| doc.source.encoding = "none such".into());
    assert!(replay(&doc, &bytes.as_bytes()[1..]).is_err());
}
