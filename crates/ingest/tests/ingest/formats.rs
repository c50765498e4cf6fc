use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use pressmark_core::SegmentKind;
use pressmark_ingest::{Fields, Format, Inputs, Options, Record};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::{STORY, checked, files, problems, read, read_with, stream};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn json_line(text: &str) -> String {
    serde_json::json!({ "id": "a", "text": text }).to_string()
}

#[test]
fn plain_text_is_kept_as_it_stands() {
    let doc = read(Format::Text, STORY);
    assert_eq!(doc.text, STORY);
    assert_eq!(doc.meta.language.as_deref(), Some("en"));
    assert!(problems(&doc).is_empty(), "{:?}", doc.problems);
    assert_eq!(doc.id, doc.source.sha256[..16]);
}

#[test]
fn a_json_record_gives_text_and_what_is_said_of_it() {
    let line = serde_json::json!({
        "_id": "n1", "headline": "Harbour shut", "body": STORY, "date_publish": "2024-05-01 10:00:00",
        "authors": ["Ada Okoye", "By Bo Lind"], "URL": "https://example.org/a", "tags": ["sea"], "views": 3,
    });
    let doc = read(Format::Jsonl, line.to_string());
    assert_eq!((doc.id.as_str(), doc.source.url.as_deref()), ("n1", Some("https://example.org/a")));
    assert_eq!(doc.text, format!("Harbour shut\n\n{STORY}"));
    assert_eq!(doc.meta.title.as_deref(), Some("Harbour shut"));
    assert_eq!(doc.meta.authors, ["Ada Okoye", "Bo Lind"]);
    assert_eq!(doc.meta.published.as_deref(), Some("2024-05-01"));
    assert_eq!(doc.extra.as_deref(), Some(r#"{"tags":["sea"],"views":3}"#));
    let kinds: Vec<_> = doc.blocks().iter().map(|b| b.1).collect();
    assert_eq!(kinds[0], SegmentKind::Title);
}

#[test]
fn a_list_of_paragraphs_is_read_as_its_text() {
    let paragraphs: Vec<&str> = STORY.split("\n\n").collect();
    let line = serde_json::json!({ "headline": "Harbour shut", "body": paragraphs }).to_string();
    assert_eq!(read(Format::Jsonl, line).text, format!("Harbour shut\n\n{STORY}"));
    let pretty = serde_json::to_string_pretty(&serde_json::json!({ "article": { "paragraphs": paragraphs } })).unwrap();
    assert_eq!(read(Format::Json, pretty).text, STORY);
    let markup: Vec<String> = paragraphs.iter().map(|p| format!("<p>{p}</p>")).collect();
    assert_eq!(read(Format::Jsonl, serde_json::json!({ "content": markup }).to_string()).text, STORY);
    let doc = read(Format::Jsonl, serde_json::json!({ "text": [{ "type": "p", "words": "a" }] }).to_string());
    assert_eq!(doc.problems[0].message, "field \"text\" is a list");
}

#[test]
fn a_title_that_opens_the_text_is_not_doubled() {
    let line = serde_json::json!({ "title": "Harbour shut", "text": format!("Harbour shut\n\n{STORY}") });
    assert_eq!(read(Format::Jsonl, line.to_string()).text, format!("Harbour shut\n\n{STORY}"));
}

#[test]
fn a_title_of_the_record_stays_whatever_the_text_looks_like() {
    for text in ["Mayor Bob Ray quit on Monday. He said “I am done.”", "Ray quits", "Rain\n\nand wind", STORY] {
        let line = serde_json::json!({ "title": "Mayor quits after scandal", "text": text });
        let doc = read(Format::Jsonl, line.to_string());
        assert_eq!(doc.text, format!("Mayor quits after scandal\n\n{text}"));
        assert_eq!(doc.meta.title.as_deref(), Some("Mayor quits after scandal"));
        assert!(doc.blocks()[1].1.is_kept() && doc.blocks()[1].1 != SegmentKind::Title, "{text}");
    }
}

#[test]
fn a_field_of_markup_is_read_as_a_page() {
    let paragraphs: String = STORY.split("\n\n").map(|p| format!("<p>{p}</p>\n")).collect();
    let line = serde_json::json!({ "text": format!("<div>{paragraphs}</div>") });
    assert_eq!(read(Format::Jsonl, line.to_string()).text, STORY);
}

#[test]
fn fields_can_be_named() {
    let fields = Fields { text: Some("story".into()), id: Some("key".into()), ..Fields::default() };
    let options = Options { fields, ..Options::default() };
    let line = serde_json::json!({ "id": 1, "key": 2, "text": "not this", "story": STORY });
    let doc = read_with(Format::Jsonl, line.to_string(), &options);
    assert_eq!((doc.id.as_str(), doc.text.as_str()), ("2", STORY));
}

#[test]
fn a_table_gives_a_document_a_row() {
    let quoted = STORY.replace('"', "\"\"");
    for (delimiter, format) in [(',', Format::Csv), (';', Format::Csv), ('\t', Format::Tsv)] {
        let d = delimiter;
        let table = format!("\u{feff}id{d}Text{d}note\r\na{d}\"{quoted}\"{d}x\r\n\r\nb{d}Rain.{d}\"y\"\r\n");
        let docs = stream(table, &Options { format: Some(format), ..Options::default() });
        assert_eq!(docs.len(), 2);
        assert_eq!((docs[0].id.as_str(), docs[0].text.as_str()), ("a", STORY));
        assert_eq!(docs[0].extra.as_deref(), Some(r#"{"note":"x"}"#));
        assert_eq!((docs[1].id.as_str(), docs[1].text.as_str(), docs[1].source.record), ("b", "Rain.", 1));
    }
}

#[test]
fn the_name_of_a_column_tells_the_order_of_a_date_in_figures() {
    let day = |name: &str| {
        let table = format!("title,text,{name}\nMole,Rain.,5/3/2024\n");
        stream(table, &Options { format: Some(Format::Csv), ..Options::default() })[0].meta.published.clone()
    };
    assert_eq!(day("fecha").as_deref(), Some("2024-03-05"));
    assert_eq!(day("data").as_deref(), Some("2024-03-05"));
    assert_eq!(day("date"), None, "English, or French");
}

#[test]
fn a_table_in_utf16_is_cut_at_its_own_line_ends() {
    let table = format!("id\ttext\n1\tČ {}\n2\t\u{0a0a}\u{0a15} rain\n", STORY.replace("\n\n", " "));
    for little in [true, false] {
        let units = std::iter::once(0xFEFF).chain(table.encode_utf16());
        let bytes: Vec<u8> = units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect();
        let docs = stream(bytes, &Options { format: Some(Format::Tsv), ..Options::default() });
        assert_eq!(docs.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        assert!(docs[0].text.starts_with("Č The harbour"));
    }
}

#[test]
fn rows_in_another_character_set_are_read_by_that_of_the_file() {
    let row = |id: u32, text: &str| format!("{id},{text}\n");
    let table =
        format!("id,text\n{}{}", row(1, "Le café de l'été était déjà fermé à midi, paraît-il"), row(2, "Le café."));
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&table);
    let docs = stream(bytes.into_owned(), &Options { format: Some(Format::Csv), ..Options::default() });
    assert_eq!(docs[1].text, "Le café.");
    assert_eq!(docs[1].source.encoding, "windows-1252");
    assert!(!problems(&docs[1]).contains(&"wrong_charset"));
}

#[test]
fn a_page_gives_its_article() {
    let paragraphs: String = STORY.split("\n\n").map(|p| format!("<p>{}</p>\n", p.replace('"', "&quot;"))).collect();
    let page = format!(
        "<!DOCTYPE html><html lang=en><head><meta charset=iso-8859-1><title>Harbour shut | Alder News</title>\
         <meta property=og:site_name content='Alder News'></head><body><nav><a href=/>Home</a></nav>\
         <article><h1>Harbour shut</h1>{paragraphs}</article><footer>All rights reserved</footer></body></html>"
    );
    let doc = read(Format::Html, page.clone());
    assert_eq!(doc.text, format!("Harbour shut\n\n{STORY}"));
    assert_eq!(doc.meta.site.as_deref(), Some("Alder News"));
    assert_eq!(doc.source.media_type, "text/html");
    assert_eq!(read(Format::Text, page).source.media_type, "text/html");
}

#[test]
fn compressed_inputs_are_unpacked() {
    let lines = format!("{}\n{}\n", json_line(STORY), json_line("Rain."));
    let (first, second) = lines.as_bytes().split_at(200);
    let members = [gzip(first), gzip(second)].concat();
    let mut frames = compress_to_vec(first, CompressionLevel::Fastest);
    // A skippable frame, and a second data frame.
    frames.extend([0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    frames.extend(compress_to_vec(second, CompressionLevel::Fastest));
    for packed in [members, frames] {
        let docs = stream(packed, &Options::default());
        assert_eq!(docs.len(), 2);
        assert_eq!(docs[0].text, STORY);
        assert_eq!(docs[1].text, "Rain.");
    }
}

#[test]
fn a_gzip_file_is_known_by_its_bytes_and_may_end_in_zeros() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.jsonl");
    let lines = [json_line("Rain fell."), json_line("Wind rose.")].map(|line| gzip((line + "\n").as_bytes()));
    fs::write(&path, [lines.concat(), vec![0; 600]].concat()).unwrap();
    let docs = files(&path, &Options::default());
    assert_eq!(docs.iter().map(|d| d.text.as_str()).collect::<Vec<_>>(), ["Rain fell.", "Wind rose."]);
    fs::write(&path, [&lines[0][..], b"\0\0x"].concat()).unwrap();
    assert_eq!(problems(&files(&path, &Options::default())[1]), ["bad_archive"]);
}

#[test]
fn a_folder_is_read_in_order_and_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    write("b.txt", STORY.as_bytes());
    write("a.jsonl.gz", &gzip(format!("{}\n\n{}", json_line("One."), json_line("Two.")).as_bytes()));
    write("c.md.zst", &compress_to_vec(STORY.as_bytes(), CompressionLevel::Fastest));
    write("d.pdf", b"%PDF-");
    let mut inputs = Inputs::open(&[dir.path()], Options::default()).unwrap();
    let progress = inputs.progress();
    let found: Vec<_> = inputs.by_ref().map(|r| (r.path.rsplit('/').next().unwrap().to_owned(), r.index)).collect();
    let expected = [("a.jsonl.gz", 0), ("a.jsonl.gz", 1), ("b.txt", 0), ("c.md.zst", 0)];
    assert_eq!(found, expected.map(|(name, index)| (name.to_owned(), index)));
    assert_eq!(progress.skipped(), 1);
    assert_eq!(Some(progress.bytes_read()), progress.total_bytes());
}

#[test]
fn a_format_can_be_forced() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("story.dat"), STORY).unwrap();
    assert!(files(dir.path(), &Options::default()).is_empty());
    let options = Options { format: Some(Format::Text), ..Options::default() };
    assert_eq!(files(dir.path(), &options)[0].text, STORY);
}

#[test]
fn an_archive_gives_its_pages() {
    let body = format!("<html><body><article><p>{}</p></article></body></html>", STORY.replace("\n\n", "</p>\n<p>"));
    let record = |kind: &str, http: &[u8]| {
        let head = format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://example.org/{kind}\r\nWARC-Date: 2024-05-01T00:00:00Z\r\n\
             Content-Type: application/http; msgtype={kind}\r\nContent-Length: {}\r\n\r\n",
            http.len()
        );
        [head.as_bytes(), http, b"\r\n\r\n"].concat()
    };
    let page = |headers: &str, body: &[u8]| [format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes(), body].concat();
    let packed = gzip(body.as_bytes());
    let chunked = format!("{:x}\r\n{}\r\n0\r\n\r\n", body.len(), body);
    let archive = [
        record("request", b"GET / HTTP/1.1\r\n\r\n"),
        record("response", &page("Content-Type: text/html; charset=utf-8\r\n", body.as_bytes())),
        record("response", &page("Content-Type: image/png\r\n", b"\x89PNG")),
        record("response", &page("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", &packed)),
        record("response", &page("Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n", chunked.as_bytes())),
    ];
    for bytes in [archive.concat(), archive.iter().flat_map(|r| gzip(r)).collect()] {
        let docs = stream(bytes, &Options { format: Some(Format::Warc), ..Options::default() });
        assert_eq!(docs.len(), 3);
        for doc in &docs {
            assert_eq!(doc.text, STORY);
            assert_eq!(doc.source.url.as_deref(), Some("https://example.org/response"));
            assert_eq!(doc.extra.as_deref(), Some(r#"{"warc_date":"2024-05-01T00:00:00Z"}"#));
        }
    }
}

#[test]
fn the_users_language_is_not_questioned() {
    let options = Options { language: Some("fr".into()), ..Options::default() };
    assert_eq!(problems(&read_with(Format::Text, STORY, &options)), [] as [&str; 0], "any language will do");
    let doc = read_with(Format::Text, STORY, &Options { known_languages: vec!["en".into()], ..options });
    assert_eq!((doc.meta.language.as_deref(), doc.meta.language_score), (Some("fr"), None));
    assert_eq!(problems(&doc), ["unsupported_language"]);
}

/// A language that the model reads without training on it is accepted, and the row says so.
#[test]
fn a_language_read_by_transfer_is_told() {
    let read = |language: &str| {
        let options = Options {
            language: Some(language.into()),
            known_languages: vec!["en".into(), "fr".into()],
            transfer_languages: vec!["es".into(), "fr".into()],
            ..Options::default()
        };
        read_with(Format::Text, STORY, &options)
    };
    let problems_in = |language: &str| problems(&read(language)).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(problems_in("es"), ["untested_language"]);
    assert!(read("es").problems[0].message.contains("not trained on \"es\" and reads it by transfer"));
    assert_eq!(problems_in("fr"), [] as [&str; 0], "trained and listed twice");
    assert_eq!(problems_in("pl"), ["unsupported_language"]);
}

#[test]
fn a_row_needs_its_columns() {
    let row = Record::new("t.csv", 0, Format::Csv, b"7,Rain fell.".to_vec()).with_columns(["id", "text"]);
    assert_eq!(checked(&row, &Options::default()).text, "Rain fell.");
}
