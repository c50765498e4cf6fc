//! Each bad input becomes a document with a problem, and the records around it are still read.

use std::fs;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use pressmark_core::Status;
use pressmark_ingest::{Error, Format, Ids, Inputs, Options, Record};

use crate::{STORY, checked, files, problems, read, read_with, stream};

fn jsonl() -> Options {
    Options { format: Some(Format::Jsonl), ..Options::default() }
}

fn csv() -> Options {
    Options { format: Some(Format::Csv), ..Options::default() }
}

/// Name of the first problem of each document, `""` if there is none.
fn kinds(bytes: impl Into<Vec<u8>>, options: &Options) -> Vec<&'static str> {
    stream(bytes, options).iter().map(|doc| problems(doc).first().copied().unwrap_or("")).collect()
}

#[test]
fn reading_gives_up_in_any_format_when_its_time_is_over() {
    let object = serde_json::json!({ "text": STORY }).to_string();
    let inputs = [
        (Format::Text, STORY.to_owned()),
        (Format::Text, "Rain fell on Port Alder for days.\n".repeat(50_000)),
        (Format::Markdown, format!("# Rain\n\n{STORY}")),
        (Format::Html, format!("<h1>Rain</h1><p>{STORY}</p>")),
        (Format::Jsonl, object.clone()),
        (Format::Json, object),
    ];
    for (format, text) in inputs {
        let late = Options { timeout: Some(std::time::Duration::ZERO), ..Options::default() };
        let doc = read_with(format, text.as_str(), &late);
        assert_eq!((problems(&doc), doc.text.as_str()), (vec!["timeout"], ""), "{format:?}");
        let in_time = Options { timeout: Some(std::time::Duration::from_secs(3600)), ..Options::default() };
        assert_eq!(read_with(format, text.as_str(), &in_time), read(format, text), "{format:?}");
    }
}

/// A text long enough for language detection.
fn line(text: &str) -> String {
    serde_json::json!({ "text": format!("{text} {STORY}") }).to_string()
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let check = |bytes: &[u8], expected: &str| {
        let doc = read(Format::Text, bytes);
        assert_eq!(problems(&doc).first(), Some(&expected), "{bytes:x?}");
        assert_eq!(doc.status(), Status::Failed);
        assert!(doc.text.is_empty());
        assert_eq!(doc.source.bytes, bytes.len() as u64);
    };
    check(b"", "empty");
    check(b" \n\t\r\n", "empty");
    check(b"\xEF\xBB\xBF", "empty");
    check(b"Rain\0fell", "binary");
    check(b"%PDF-1.4\n%\xE2\xE3", "binary");
    check(b"\x89PNG\r\n\x1a\n", "binary");
    check(&[1, 2, 3, 4, 5, 6, 7, 8], "binary");
    check(b"\x7FELF\x02\x01\x01\x00\x00", "binary");
}

#[test]
fn broken_bytes_in_text_are_replaced_and_told() {
    let doc =
        read(Format::Text, [STORY.as_bytes(), " d\u{e9}j\u{e0} vu \u{e9}t\u{e9} ".as_bytes(), b"\xFF end."].concat());
    assert_eq!((problems(&doc), doc.status()), (vec!["bad_encoding"], Status::Partial));
    assert!(doc.text.ends_with("\u{fffd} end."));
}

#[test]
fn bytes_that_no_text_has_are_told_in_plain_text_too() {
    let check = |bytes: &[u8], encoding: &str, expected: &[&str]| {
        let doc = read(Format::Text, [STORY.as_bytes(), bytes].concat());
        assert_eq!((doc.source.encoding.as_str(), problems(&doc)), (encoding, expected.to_vec()), "{bytes:x?}");
    };
    check(b" And \xFF\xFE so on.", "UTF-8", &["bad_encoding"]);
    check(b" And \x81 so on.", "UTF-8", &["bad_encoding"]);
    check(b" And \xC3\xA9t\xC3\xA9 \xFF so on.", "UTF-8", &["bad_encoding"]);
}

#[test]
fn a_few_stray_bytes_of_another_character_set_are_told() {
    let text = |stray: &[u8]| [STORY.as_bytes(), b" And \xE0 la carte in a caf\xE9.", stray].concat();
    let check = |bytes: Vec<u8>, expected: &[&str]| {
        let doc = read(Format::Text, bytes);
        assert_eq!((doc.source.encoding.as_str(), problems(&doc)), ("windows-1252", expected.to_vec()));
        assert!(doc.text.contains("And à la carte in a café."));
    };
    check(text(b""), &["wrong_charset"]);
    // With more such bytes the guess is certain.
    check(text(&b" \x93Oui\x94, d\xE9j\xE0 ferm\xE9.".repeat(2)), &[]);

    // In one record of a file it is a problem of that record only.
    let records = [line("One."), line("A café."), line("Three.")].join("\n");
    let bytes: Vec<u8> = encoding_rs::WINDOWS_1252.encode(&records).0.into_owned();
    assert_eq!(kinds(bytes.clone(), &jsonl()), ["", "wrong_charset", ""]);
    assert!(stream(bytes, &jsonl())[1].text.starts_with("A café."));
}

#[test]
fn a_wrong_label_is_told() {
    let page = |charset: &str| {
        let body: String =
            STORY.split("\n\n").map(|p| format!("<p>Das Stra\u{df}enfest in K\u{f6}ln. {p}</p>")).collect();
        format!("<html><head><meta charset={charset}></head><body><article>{body}</article></body></html>")
    };
    let check = |bytes: Vec<u8>, expected: &[&str], encoding: &str| {
        let doc = read(Format::Html, bytes);
        assert_eq!(problems(&doc), expected);
        assert_eq!(doc.source.encoding, encoding);
        assert!(doc.text.starts_with("Das Stra\u{df}enfest in K\u{f6}ln."), "{}", doc.text);
    };
    let latin = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    check(page("utf-8").into_bytes(), &[], "UTF-8");
    check(page("iso-8859-1").into_bytes(), &["wrong_charset"], "UTF-8");
    check(latin(&page("utf-8")), &["wrong_charset"], "windows-1252");
    check(latin(&page("iso-8859-1")), &[], "windows-1252");
}

#[test]
fn json_that_breaks_leaves_the_other_lines() {
    let lines = [
        line("One."),
        "{\"text\": \"cut".into(),
        line("Two."),
        "{\"title\": \"no text\"}".into(),
        "{\"text\": 7}".into(),
        "{\"text\": [{\"a\": 1}]}".into(),
        "[1, 2]".into(),
        "12".into(),
        "{\"text\": \"\"}".into(),
        "nonsense".into(),
        line("Three."),
    ];
    let expected =
        ["", "malformed", "", "no_text", "no_text", "no_text", "no_text", "no_text", "empty", "malformed", ""];
    assert_eq!(kinds(lines.join("\n"), &jsonl()), expected);
    assert_eq!(kinds(lines.join("\r\n") + "\r\n", &jsonl()), expected);
}

#[test]
fn half_of_a_character_in_json_is_replaced() {
    let doc = read(
        Format::Jsonl,
        format!(r#"{{"text": "Rain \ud800 fell. {}"}}"#, STORY.replace('\n', "\\n").replace('"', "\\\"")),
    );
    assert_eq!(problems(&doc), ["bad_encoding"]);
    assert!(doc.text.starts_with("Rain \u{fffd} fell."));
}

#[test]
fn ragged_rows_and_stray_quotes_leave_the_other_rows() {
    let text = STORY.replace('\n', " ").replace(['"', ','], "");
    let table = format!("id,text\n1,{text}\n2,{text},x\n3\n4,\"{text}\n5,{text}\n6,\"{text}\"\n7,{text}\n");
    let docs = stream(table, &csv());
    let ids: Vec<_> = docs.iter().map(|d| if d.text.is_empty() { problems(d)[0] } else { d.id.as_str() }).collect();
    assert_eq!(ids, ["1", "malformed", "malformed", "4", "5", "6", "7"]);
}

#[test]
fn a_line_over_the_limit_is_not_held() {
    struct Long(u64);
    impl Read for Long {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            let len = buf.len().min(usize::try_from(self.0).unwrap());
            buf[..len].fill(b'x');
            self.0 -= len as u64;
            Ok(len)
        }
    }
    let options = Options { max_bytes: 1 << 20, ..jsonl() };
    let input = Long(200 << 20).chain(std::io::Cursor::new(format!("\n{}\n", line("After."))));
    let records: Vec<_> = Inputs::from_reader("-", input, options.clone()).unwrap().collect();
    assert_eq!(records.len(), 2);
    assert!(records[0].bytes.capacity() == 0 && records[0].size == (200 << 20) + 1);
    let doc = checked(&records[0], &options);
    assert_eq!((problems(&doc), doc.status()), (vec!["too_large"], Status::Failed));
    assert!(checked(&records[1], &options).text.starts_with("After."));
}

#[test]
fn a_limit_is_met_to_the_byte() {
    let lines = format!("{}\n{}\n", "x".repeat(10), "x".repeat(11));
    let sizes = |options| {
        let inputs = Inputs::from_reader("-", std::io::Cursor::new(lines.clone()), options).unwrap();
        inputs.map(|r| r.bytes.len()).collect::<Vec<_>>()
    };
    assert_eq!(sizes(Options { max_bytes: 10, ..jsonl() }), [10, 0]);
    assert_eq!(sizes(Options { max_bytes: 11, ..jsonl() }), [10, 11]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn an_archive_cut_short_gives_what_came_before() {
    let lines: String = (0..2000).map(|i| line(&format!("{i}.")) + "\n").collect();
    let packed = gzip(lines.as_bytes());
    let found = kinds(&packed[..packed.len() / 2], &jsonl());
    assert!(found.len() > 100 && found.len() < 2000, "{}", found.len());
    assert_eq!(found.last(), Some(&"bad_archive"));
    assert!(found[..found.len() - 1].iter().all(|k| k.is_empty()));

    let dir = tempfile::tempdir().unwrap();
    let mut damaged = packed;
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xAA);
    fs::write(dir.path().join("a.txt.gz"), &damaged).unwrap();
    fs::write(dir.path().join("b.txt.gz"), b"no archive at all").unwrap();
    fs::write(dir.path().join("c.txt.zst"), b"no archive at all").unwrap();
    fs::write(dir.path().join("d.txt"), STORY).unwrap();
    let docs = files(dir.path(), &Options::default());
    let first: Vec<_> = docs.iter().map(|d| problems(d).first().copied().unwrap_or("")).collect();
    assert_eq!(first, ["bad_archive", "bad_archive", "bad_archive", ""]);
}

#[test]
fn a_compression_bomb_is_stopped() {
    let bomb = gzip(&vec![b'x'; 64 << 20]);
    let options = Options { max_bytes: 1 << 30, ..jsonl() };
    assert_eq!(kinds(bomb.clone(), &options), ["bad_archive"]);
    let patient = Options { max_ratio: 2000, ..options.clone() };
    assert_eq!(kinds(bomb.clone(), &patient), ["malformed"]);
    let strict = Options { max_unpacked_bytes: 1 << 20, ..patient };
    assert_eq!(kinds(bomb, &strict), ["bad_archive"]);
}

#[test]
fn broken_archives_of_pages_are_told() {
    let options = Options { format: Some(Format::Warc), ..Options::default() };
    assert_eq!(kinds("no archive\n", &options), ["malformed"]);
    assert_eq!(kinds("WARC/1.0\r\nWARC-Type: response\r\n\r\n", &options), ["malformed"]);
    let cut = "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 500\r\n\r\nHTTP/1.1 200 OK\r\n";
    assert_eq!(kinds(cut, &options), ["bad_archive"]);
    assert_eq!(kinds(format!("rubbish\n\n{cut}"), &options), ["malformed", "bad_archive"]);
}

#[test]
fn hostile_pages_and_texts_are_survived() {
    let deep = |words: &str| "<div>".repeat(100_000) + words + &"</div>".repeat(100_000);
    let check = |format, bytes: String, expected: &[&str]| {
        let doc = read(format, bytes);
        assert_eq!(problems(&doc).first(), expected.first(), "{:?}", doc.problems);
        doc
    };
    let doc = check(Format::Html, deep(&format!("<p>{STORY}</p>")), &["malformed"]);
    assert_eq!(doc.status(), Status::Partial, "{:?}", doc.problems);
    assert!(doc.text.contains("Ada Okoye"));
    check(Format::Html, format!("<p>{}</p>", "&amp;".repeat(500_000)), &["no_article"]);
    check(Format::Html, format!("<p>{}</p>", "&#38;".repeat(500_000)), &["no_article"]);
    read(Format::Html, "<a <b \"".repeat(200_000));
    check(Format::Text, "x".repeat(4 << 20), &["no_article"]);
    read(Format::Text, "\n".repeat(1 << 20) + "x");
    read(Format::Text, "x\n".repeat(1 << 19));
    check(Format::Text, "-".repeat(4 << 20), &["no_article"]);
    check(Format::Jsonl, "[".repeat(1 << 20), &["malformed"]);
    check(Format::Jsonl, format!("{{\"a\":{}", "[".repeat(1 << 20)), &["malformed"]);
    read(Format::Jsonl, format!("{{\"text\": \"{}\"}}", "\\u00e9".repeat(1 << 18)));
}

#[test]
fn tricks_with_invisible_characters_are_undone_and_told() {
    let text = format!("The ma\u{200b}yor of Port\u{202e} Al\u{ad}der\u{2066} spoke.\n\n{STORY}");
    let doc = read(Format::Text, text);
    assert!(doc.text.starts_with("The mayor of Port Alder spoke."), "{}", doc.text);
    assert_eq!(problems(&doc), ["suspicious_characters"]);
    assert!(doc.problems[0].message.starts_with("3 "), "{}", doc.problems[0].message);
    assert_eq!(doc.status(), Status::Partial);
}

#[test]
fn what_editors_leave_behind_is_no_trick() {
    let doc = read(Format::Text, format!("The\u{200b} mayor of Port\u{feff} Al\u{ad}der\u{200e} spoke.\n\n{STORY}"));
    assert!(doc.text.starts_with("The mayor of Port Alder spoke."), "{}", doc.text);
    assert_eq!(problems(&doc), [] as [&str; 0]);
}

#[test]
fn other_scripts_are_read_and_the_language_told() {
    let known =
        Options { known_languages: vec!["en".into()], known_scripts: vec!["Latn".into()], ..Options::default() };
    let check = |text: &str, language: &str| {
        let doc = read_with(Format::Text, text, &known);
        assert_eq!(doc.text, text);
        assert_eq!(doc.meta.language.as_deref(), Some(language));
        assert_eq!(problems(&doc), ["unsupported_script", "unsupported_language"]);
        assert_eq!(doc.status(), Status::Partial);
    };
    check("ظل الميناء مغلقا لليوم الثالث على التوالي، بينما بحث المهندسون عن مصدر التسرب في الماء.", "ar");
    check("港は三日目も閉鎖され、技術者たちは水漏れの原因を探していた。市長はそう述べた。", "ja");
    check("הנמל נסגר ביום השלישי ברציפות, בזמן שהמהנדסים חיפשו את מקור הדליפה במים.", "he");
    assert_eq!(problems(&read(Format::Text, "Rain fell.")), ["unknown_language"]);
}

#[test]
fn ids_that_repeat_get_a_suffix() {
    let lines = [r#"{"id": "a", "text": "One."}"#, r#"{"id": "a", "text": "Two."}"#].join("\n");
    let mut docs = stream(lines, &jsonl());
    let mut ids = Ids::new();
    docs.iter_mut().for_each(|doc| ids.assign(doc));
    assert_eq!(docs.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(), ["a", "a-2"]);
    assert!(problems(&docs[1]).contains(&"duplicate_id"));
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("b.txt"), STORY).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path().join("gone"), dir.path().join("a.txt")).unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        let docs = files(dir.path(), &Options::default());
        let first: Vec<_> = docs.iter().map(|d| problems(d).first().copied().unwrap_or("")).collect();
        assert_eq!(first, ["unreadable", "", "unreadable"]);
        assert_ne!(docs[0].id, docs[2].id);
    }
    let missing = Inputs::open(&[dir.path().join("nowhere")], Options::default());
    assert!(matches!(missing, Err(Error::NotFound { .. })));
}

#[test]
fn a_file_that_vanishes_or_changes_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let lines: String = (0..3000).map(|i| line(&format!("{i}.")) + "\n").collect();
    let (first, second) = (dir.path().join("a.jsonl"), dir.path().join("b.txt"));
    fs::write(&first, &lines).unwrap();
    fs::write(&second, STORY).unwrap();
    let mut inputs = Inputs::open(&[&first, &second], Options::default()).unwrap();
    inputs.next().unwrap();
    fs::remove_file(&second).unwrap();
    fs::OpenOptions::new().append(true).open(&first).unwrap().write_all(b"{}\n").unwrap();
    let rest: Vec<Record> = inputs.collect();
    let told: Vec<_> = rest.iter().filter_map(|r| r.problem.as_ref()).map(|p| p.0.as_str()).collect();
    assert_eq!(told, ["unreadable", "unreadable"]);
    assert!(rest.len() > 3000);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let refuse = |options: Options| assert!(matches!(options.check(), Err(Error::Option { .. })), "{options:?}");
    refuse(Options { max_bytes: 0, ..Options::default() });
    refuse(Options { max_bytes: 2 << 30, ..Options::default() });
    refuse(Options { max_ratio: 0, ..Options::default() });
    refuse(Options { language: Some("English".into()), ..Options::default() });
    assert!(matches!(Inputs::open(&[] as &[&str], Options::default()), Err(Error::NoInput)));
}
