//! For any input, the segments tile it and the text follows from them.

use pressmark_core::{Document, EditKind};
use pressmark_ingest::{Format, Options, Record, replay};
use proptest::prelude::*;

use crate::{STORY, checked, read, stream};

/// Text with the difficulties of real pages: odd white space, punctuation, other scripts, invisible characters.
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
    fn articles_of_exports_follow_from_their_bytes(
        title in "[ -~é“]{0,60}",
        text in text(),
        maker in 0..4_usize,
        encoding in prop::sample::select(vec!["utf-8", "windows-1252", "utf-16le"]),
    ) {
        let rule = "_".repeat(60);
        let export = match maker {
            0 => format!(
                "1 of 2 DOCUMENTS\n\n  Skerry Times\n\n  May 6, 2024\n\n{title}\n\nBYLINE: Ida Falk\n\nLENGTH: 4 words\n\nBODY:\n{text}\n\n\
                 LOAD-DATE: May 7, 2024\n\n2 of 2 DOCUMENTS\n\n  Skerry Times\n\n  May 6, 2024\n\n{title}\n\nLENGTH: 4 words\n\n{text}"
            ),
            1 => format!(
                "HD {title}\nWC 4 words\nPD 6 May 2024\nSN Skerry Times\nLP\n{text}\nTD\n{text}\nAN Document SKTIM00020240506ek56000b1\n{text}"
            ),
            2 => format!(
                "{rule}\n\nTitle: {title}\n\nPublication title: Skerry Times\n\nPublication date: May 6, 2024\n\nFull text: {text}\n\n\
                 ProQuest document ID: 7\n\n{rule}\n\n{text}"
            ),
            _ => format!(
                "Skerry Times\nlundi 6 mai 2024, p. 4\n\n{title}\n\n{text}\n\n© 2024 Skerry Times\n\nCertificat émis le 7 mai 2024\n\n\
                 news·20240506·SK·1\n{text}"
            ),
        };
        let bytes: Vec<u8> = match encoding {
            "utf-8" => export.into_bytes(),
            "utf-16le" => std::iter::once(0xFEFF).chain(export.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
            _ => encoding_rs::WINDOWS_1252.encode(&export).0.into_owned(),
        };
        for format in [None, Some(Format::Export)] {
            stream(bytes.clone(), &Options { format, ..Options::default() });
        }
    }

    #[test]
    fn elements_of_json_follow_from_their_bytes(texts in prop::collection::vec(text(), 0..4), pretty: bool, wrapped: bool) {
        let list: Vec<_> = texts.iter().map(|text| serde_json::json!({ "text": text, "title": "a &amp; b" })).collect();
        let json = if wrapped { serde_json::json!({ "items": list }) } else { serde_json::json!(list) };
        let json = if pretty { format!("{json:#}") } else { json.to_string() };
        let docs = stream(json, &Options { format: Some(Format::Json), ..Options::default() });
        prop_assert_eq!(docs.len(), texts.len().max(1));
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
