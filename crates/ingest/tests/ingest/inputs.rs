//! No input vanishes silently: each file and record is a document, or is listed with a reason.

use std::fs;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};

use pressmark_core::Status;
use pressmark_ingest::{Error, Fields, Format, Inputs, Options, SkipReason};

use crate::{STORY, checked, files, problems, stream};

fn skipped(inputs: &mut Inputs) -> Vec<(String, SkipReason)> {
    inputs.by_ref().for_each(drop);
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    inputs.skipped().into_iter().map(|s| (name(&s.path), s.reason)).collect()
}

#[cfg(unix)]
#[test]
fn pipes_devices_and_odd_names_neither_hang_nor_vanish() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(OsStr::from_bytes(b"caf\xE9.txt")), STORY).unwrap();
    fs::write(dir.path().join("notes.xyz"), "x").unwrap();
    fs::write(dir.path().join("paper.pdf"), "%PDF-1.7").unwrap();
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("pipe.txt")).status().unwrap();
    assert!(made.success());
    symlink("/dev/zero", dir.path().join("zero.txt")).unwrap();
    symlink(dir.path().join("pipe.txt"), dir.path().join("link.jsonl")).unwrap();
    for format in [None, Some(Format::Text)] {
        let mut inputs = Inputs::open(&[dir.path()], Options { format, ..Options::default() }).unwrap();
        let records: Vec<_> = inputs.by_ref().filter(|r| r.path.ends_with(".txt")).collect();
        assert_eq!(records.len(), 1);
        assert_eq!(checked(&records[0], &Options::default()).text, STORY);
        let found = skipped(&mut inputs);
        let special = ["link.jsonl", "pipe.txt", "zero.txt"].map(|name| (name.to_owned(), SkipReason::NotAFile));
        assert!(special.iter().all(|s| found.contains(s)), "{found:?}");
    }
    let mut inputs = Inputs::open(&[dir.path()], Options::default()).unwrap();
    let found = skipped(&mut inputs);
    assert!(found.contains(&("notes.xyz".into(), SkipReason::UnknownType)), "{found:?}");
    let pdf = inputs.skipped().into_iter().find(|s| s.path.ends_with(".pdf")).unwrap();
    assert_eq!(pdf.reason, SkipReason::UnreadFormat);
    assert!(pdf.detail.contains("PDF") && pdf.detail.contains("pdftotext"), "{pdf}");
    // If given explicitly, they are records with a problem.
    for name in ["pipe.txt", "zero.txt"] {
        let docs = files(&dir.path().join(name), &Options::default());
        assert_eq!((docs.len(), problems(&docs[0])[0]), (1, "unreadable"), "{name}");
    }
}

#[test]
fn what_pressmark_wrote_is_no_input() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    let row = r#"{"schema":"pressmark/1","id":"a","status":"ok","text":"Rain."}"#;
    write("rows.jsonl", &format!("{row}\n"));
    write("rows.jsonl.schema.json", "{\"$schema\": \"x\"}");
    write("rows.jsonl.manifest.json", "{}");
    write("rows.jsonl.journal", "x");
    write("README.md", "---\ntags:\n- pressmark\ndataset_info:\n  features:\n  - name: schema\n---\n");
    // Somebody else's record that merely contains such a key.
    write("other.jsonl", "{\"text\": \"Rain fell.\", \"schema\": \"pressmark/1\"}\n");
    write("NOTES.md", STORY);
    let mut inputs = Inputs::open(&[dir.path()], Options::default()).unwrap();
    let names: Vec<_> = inputs.by_ref().map(|r| r.path.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(names, ["NOTES.md", "other.jsonl"]);
    let found = inputs.skipped();
    assert!(found.len() == 5 && found.iter().all(|s| s.reason == SkipReason::OwnOutput), "{found:?}");
}

#[test]
fn what_pressmark_wrote_is_no_input_whatever_format_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("rows.jsonl", "{\"schema\":\"pressmark/1\",\"id\":\"a\",\"status\":\"ok\",\"text\":\"Rain.\"}\n");
    write("rows.jsonl.schema.json", "{\"$schema\": \"x\"}");
    let failure = r#"{"id":"a","path":"a.txt","problems":[],"record":0,"status":"failed"}"#;
    write("failed.log", &format!("{failure}\n"));
    write("skipped.jsonl", &format!("{}\n", failure.replace("{\"id\"", "{\"count\":1,\"id\"")));
    write("list.jsonl", &format!("{}\n", failure.replace("\"path\"", "\"text\"")));
    for format in [Format::Text, Format::Markdown, Format::Json, Format::Jsonl] {
        let options = Options { format: Some(format), ..Options::default() };
        let mut inputs = Inputs::open(&[dir.path()], options.clone()).unwrap();
        assert!(inputs.by_ref().all(|record| record.path.ends_with("list.jsonl")), "{format:?}");
        let found = inputs.skipped();
        assert!(found.len() == 4 && found.iter().all(|s| s.reason == SkipReason::OwnOutput), "{format:?} {found:?}");
        let named = Inputs::open(&[dir.path().join("rows.jsonl.schema.json")], options).unwrap();
        assert_eq!(named.count(), 0, "{format:?}");
    }
}

#[test]
fn files_that_are_written_meanwhile_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a.txt", "b.txt", "out.txt"] {
        fs::write(dir.path().join(name), STORY).unwrap();
    }
    let inputs = Inputs::open(&[dir.path()], Options::default()).unwrap();
    let mut inputs = inputs.without(|path| path.ends_with("out.txt"));
    assert_eq!(inputs.progress().total_bytes(), Some(2 * STORY.len() as u64));
    assert_eq!(skipped(&mut inputs), [("out.txt".to_owned(), SkipReason::OwnOutput)]);
}

#[test]
fn one_broken_object_of_a_json_file_takes_no_other_with_it() {
    let object = |id: &str| format!(r#"{{"id": "{id}", "text": {STORY:?}, "tags": ["a", "b"]}}"#);
    let check = |broken: &str, between: &str, expected: &[&str]| {
        let text = [object("1"), broken.to_owned(), object("3"), object("4")].join(between);
        let docs = stream(text, &Options { format: Some(Format::Json), ..Options::default() });
        let shown: Vec<_> =
            docs.iter().map(|d| if d.text.is_empty() { problems(d)[0].to_owned() } else { d.id.clone() }).collect();
        assert_eq!(shown, expected, "{broken} with {between:?}");
    };
    let whole = object("2");
    let others = ["1", "malformed", "3", "4"];
    check(whole.trim_end_matches('}'), "\n", &others);
    check(whole.trim_end_matches('}'), ",\r\n  ", &others);
    check(whole.trim_end_matches("]}"), "\n", &others);
    check(whole.trim_end_matches("\"]}"), "\n", &others);
    check("{\"id\": \"2\", \"text\": \"never closed}", "\n", &others);
    check("{\"id\": \"2\",", "\n\n", &others);
    check(&format!("{whole}}}"), "\n", &["1", "2", "malformed", "3", "4"]);
    // Nested objects may start on new lines where the outer one spans several lines.
    let spread =
        format!("{{\"id\": \"2\", \"x\": [\n{{}},\n{{\"y\":\n{{}}\n}}], \"text\":\n{:?}}}", "Rain fell. ".repeat(40));
    check(&spread, "\n", &["1", "2", "3", "4"]);
}

#[test]
fn a_table_without_a_header_has_dates() {
    let row = |day: &str, added: &str| format!("90210\t{day}\tUSAGOV\t-2.3\t{added}\thttps://example.org/{added}");
    let rows = [row("20240302", "20240309"), row("20240304", "20240309120000"), row("202403", "2.5")].join("\n");
    let options = Options { format: Some(Format::Tsv), header: Some(false), ..Options::default() };
    let published: Vec<_> = stream(rows, &options).into_iter().map(|doc| doc.meta.published).collect();
    assert_eq!(published, [Some("2024-03-02".to_owned()), Some("2024-03-04".to_owned()), None]);
}

#[test]
fn json_is_a_list_an_object_or_a_wrapped_list() {
    let object = |id: &str| serde_json::json!({ "id": id, "text": format!("{STORY} \"{{[\\") });
    let ids = |text: String| {
        let docs = stream(text, &Options { format: Some(Format::Json), ..Options::default() });
        docs.iter()
            .map(|d| if d.text.is_empty() { problems(d)[0].to_owned() } else { d.id.clone() })
            .collect::<Vec<_>>()
    };
    let list = serde_json::json!([object("a"), object("b")]);
    assert_eq!(ids(list.to_string()), ["a", "b"]);
    assert_eq!(ids(format!("\u{feff} {list:#}\n")), ["a", "b"]);
    assert_eq!(ids(format!("{:#}", object("a"))), ["a"]);
    assert_eq!(ids(format!("{}\n{}\n", object("a"), object("b"))), ["a", "b"]);
    assert_eq!(
        ids(serde_json::json!({ "status": "ok", "articles": [object("a"), object("b")] }).to_string()),
        ["a", "b"]
    );
    let hits =
        serde_json::json!({ "hits": { "total": 2, "hits": [{ "_source": object("a") }, { "_source": object("b") }] } });
    assert_eq!(ids(hits.to_string()).len(), 2);
    assert_eq!(ids(format!("[{}, 7, {{\"text\": 1}}]", object("a"))), ["a", "no_text", "no_text"]);
    assert_eq!(ids("[]".into()), ["empty"]);
    // Also detected from the first bytes.
    assert_eq!(stream(format!("{list:#}"), &Options::default()).len(), 2);
}

#[test]
fn malformed_json_is_told_with_its_line() {
    let message = |text: &str, format| {
        let docs = stream(text, &Options { format: Some(format), ..Options::default() });
        docs.iter().find(|d| d.text.is_empty()).unwrap().problems[0].message.clone()
    };
    let line = message("{\"text\": \"Rain fell.\"}\n\n{\"text\": }\n", Format::Jsonl);
    assert!(line.contains("line 3, column 10"), "{line}");
    let line = message("[\n{\"text\": \"Rain fell.\"},\n{\"text\":\n nope}\n]\n", Format::Json);
    assert!(line.contains("line 4"), "{line}");
    let line = message("id,text\na,Rain fell.\nb,Rain fell.,x\n", Format::Csv);
    assert!(line.starts_with("line 3: "), "{line}");
}

#[test]
fn tables_without_a_header_keep_their_first_row() {
    let table = "20240302\t7\thttps://www.skerrytimes.example/a\n20240303\t8\thttps://haldenpost.example/b\n";
    let docs = stream(table, &Options { format: Some(Format::Csv), ..Options::default() });
    assert_eq!(docs.len(), 2);
    assert_eq!(docs[0].source.url.as_deref(), Some("https://www.skerrytimes.example/a"));
    assert_eq!(docs[0].meta.site.as_deref(), Some("skerrytimes.example"));
    assert_eq!(problems(&docs[0]), ["no_text"]);
    let table = format!("one,{}\n", STORY.replace(['\n', '"', ','], " "));
    let options = Options { format: Some(Format::Csv), header: Some(false), ..Options::default() };
    let docs = stream(table, &options);
    assert!(docs.len() == 1 && docs[0].text.starts_with("The harbour of Port Alder"), "{:?}", docs[0].problems);
    let fields = Fields { text: Some("column_1".into()), ..Fields::default() };
    assert_eq!(stream("Rain fell.,x\n", &Options { fields, ..options })[0].text, "Rain fell.");
}

#[test]
fn a_spreadsheet_may_say_what_parts_its_cells() {
    let docs = stream(
        "sep=|\r\nid|text\r\n1|Rain, wind; and more rain.\r\n",
        &Options { format: Some(Format::Csv), ..Options::default() },
    );
    assert_eq!((docs.len(), docs[0].id.as_str(), docs[0].text.as_str()), (1, "1", "Rain, wind; and more rain."));
}

#[test]
fn a_table_of_headlines_keeps_what_it_says() {
    let table =
        "id,media_name,publish_date,title,url\nm1,Skerry Times,2024-03-02,Ferry halts,https://skerry.example/1\n";
    let docs = stream(table, &Options { format: Some(Format::Csv), ..Options::default() });
    let meta = &docs[0].meta;
    assert_eq!((meta.site.as_deref(), meta.published.as_deref()), (Some("Skerry Times"), Some("2024-03-02")));
    assert_eq!((meta.title.as_deref(), docs[0].status()), (Some("Ferry halts"), Status::Failed));
}

#[test]
fn a_field_that_is_nowhere_stops_before_the_first_document() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.jsonl");
    fs::write(&path, "{\"id\": 1, \"story\": {\"body\": \"Rain\"}}\n{\"id\": 2, \"note\": \"x\"}\n").unwrap();
    let open = |name: &str| {
        let fields = Fields { text: Some(name.into()), ..Fields::default() };
        Inputs::open(&[&path], Options { fields, ..Options::default() })
    };
    match open("nosuch") {
        Err(Error::NoField { field, fields, .. }) => {
            assert_eq!((field.as_str(), fields.as_str()), ("nosuch", "id, story, story.body, note"));
        }
        other => panic!("{other:?}"),
    }
    assert!(open("story.body").is_ok() && open("Note").is_ok());
}

#[test]
fn dates_of_a_named_field_are_read_as_told_or_are_a_problem() {
    let read = |day: &str, options: Options| {
        let line = serde_json::json!({ "text": STORY, "day": day }).to_string();
        let fields = Fields { date: Some("day".into()), ..Fields::default() };
        let doc = &stream(line, &Options { format: Some(Format::Jsonl), fields, ..options })[0];
        (doc.meta.published.clone().unwrap_or_else(|| problems(doc).join(" ")), doc.status())
    };
    let options = Options::default;
    assert_eq!(read("15.03.2024", options()), ("2024-03-15".into(), Status::Ok));
    assert_eq!(read("03/05/2024", options()), ("bad_date".into(), Status::Partial));
    assert_eq!(read("soon", options()), ("bad_date".into(), Status::Partial));
    assert_eq!(read("", options()), (String::new(), Status::Ok));
    assert_eq!(read("03/05/2024", Options { day_first: Some(true), ..options() }), ("2024-05-03".into(), Status::Ok));
    let format = Some("%m/%d/%Y".to_owned());
    assert_eq!(read("03/05/2024", Options { date_format: format, ..options() }), ("2024-03-05".into(), Status::Ok));
    assert!(Options { date_format: Some("%H".into()), ..options() }.check().is_err());
}

#[test]
fn fields_of_outlet_and_language_can_be_named() {
    let line = serde_json::json!({ "text": STORY, "paper": "Skerry Times", "tongue": "French", "by": ["Ida Falk"] })
        .to_string();
    let fields = Fields {
        site: Some("paper".into()),
        language: Some("tongue".into()),
        authors: Some("by".into()),
        ..Fields::default()
    };
    let doc = &stream(line, &Options { format: Some(Format::Jsonl), fields, ..Options::default() })[0];
    assert_eq!((doc.meta.site.as_deref(), doc.meta.language.as_deref()), (Some("Skerry Times"), Some("fr")));
    assert_eq!(doc.meta.authors, ["Ida Falk"]);
}

#[test]
fn the_users_character_set_is_followed() {
    let bytes = encoding_rs::WINDOWS_1251.encode("Дождь шёл весь день, и порт был закрыт.").0.into_owned();
    let options = |label: &str| Options { encoding: Some(label.into()), ..Options::default() };
    let docs = stream(bytes, &options("windows-1251"));
    assert!(docs[0].text.starts_with("Дождь"), "{}", docs[0].text);
    assert_eq!(docs[0].source.encoding, "windows-1251");
    assert!(options("no-such").check().is_err());
}

/// A source that yields one piece at a time and then blocks.
struct Pieces(Receiver<&'static [u8]>);

impl Read for Pieces {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let Ok(piece) = self.0.recv() else { return Ok(0) };
        buf[..piece.len()].copy_from_slice(piece);
        Ok(piece.len())
    }
}

#[test]
fn a_record_is_handed_out_as_soon_as_its_line_is_there() {
    let (sender, receiver): (Sender<&'static [u8]>, _) = channel();
    let options = Options { format: Some(Format::Jsonl), ..Options::default() };
    sender.send(b"{\"id\": 1, \"text\": \"Rain\"}\n{\"id\"").unwrap();
    let mut inputs = Inputs::from_pipe("-", Pieces(receiver), options).unwrap();
    // Nothing else was written: waiting for more would block forever.
    assert_eq!(inputs.next().unwrap().bytes, b"{\"id\": 1, \"text\": \"Rain\"}");
    assert!(!inputs.is_ready());
    sender.send(b": 2, \"text\": \"Wind\"}\n").unwrap();
    assert_eq!(inputs.next().unwrap().bytes, b"{\"id\": 2, \"text\": \"Wind\"}");
    drop(sender);
    assert_eq!(inputs.next().map(|r| r.index), None);
}

#[test]
fn an_address_is_no_path() {
    for path in ["https://example.org/a", "www.example.org/a"] {
        let error = Inputs::open(&[path], Options::default()).unwrap_err();
        assert!(matches!(error, Error::Address { .. }) && error.to_string().contains(path), "{error}");
    }
}

fn warc(kind: &str, headers: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://example.org/{kind}\r\n{headers}Content-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

#[test]
fn records_of_archives_are_documents_or_listed() {
    let page = format!("<html><body><article><p>{}</p></article></body></html>", STORY.replace("\n\n", "</p>\n<p>"));
    let http = |status: &str, media: &str, body: &[u8]| {
        [format!("HTTP/1.1 {status}\r\n{media}\r\n").as_bytes(), body].concat()
    };
    let archive = [
        warc("warcinfo", "", b"software: x"),
        warc("resource", "", page.as_bytes()),
        warc("response", "", &http("200 OK", "", page.as_bytes())),
        warc("response", "", &http("200 OK", "Content-Type: text/plain\r\n", STORY.as_bytes())),
        warc("conversion", "Content-Type: text/plain\r\nWARC-Identified-Content-Language: eng\r\n", STORY.as_bytes()),
        warc("response", "WARC-Truncated: length\r\n", &http("200 OK", "Content-Type: text/html\r\n", page.as_bytes())),
        warc("response", "", &http("404 Not Found", "Content-Type: text/html\r\n", page.as_bytes())),
        warc("response", "", &http("301 Moved", "Content-Type: text/html\r\n", b"")),
        warc("revisit", "", b""),
    ];
    let mut inputs = Inputs::from_reader("a.warc", std::io::Cursor::new(archive.concat()), Options::default()).unwrap();
    let docs: Vec<_> = inputs.by_ref().map(|r| checked(&r, &Options::default())).collect();
    assert_eq!(docs.iter().map(|d| d.text == STORY).collect::<Vec<_>>(), [true; 5]);
    assert_eq!(
        (docs[3].source.media_type.as_str(), docs[3].source.url.as_deref()),
        ("text/plain", Some("https://example.org/conversion"))
    );
    assert_eq!((problems(&docs[4]), docs[4].status()), (vec!["incomplete"], Status::Partial));
    let listed: Vec<_> = inputs.skipped().into_iter().map(|s| s.detail).collect();
    assert_eq!(listed.len(), 4, "{listed:?}");
    // An archive without a page, and one without a record.
    let options = Options { format: Some(Format::Warc), ..Options::default() };
    let mut inputs = Inputs::from_reader("-", std::io::Cursor::new(archive[0].clone()), options.clone()).unwrap();
    assert_eq!((inputs.by_ref().count(), inputs.skipped().len()), (0, 1));
    assert_eq!(problems(&stream("", &options)[0]), ["empty"]);
}

#[test]
fn the_limit_holds_for_the_page_without_its_headers() {
    let headers = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    let told = |archive: Vec<u8>, max_bytes: usize| {
        let options = Options { format: Some(Format::Warc), max_bytes, ..Options::default() };
        stream(archive, &options).iter().map(|doc| problems(doc).first().copied().unwrap_or("")).collect::<Vec<_>>()
    };
    for archive in [
        warc("response", "", format!("{headers}{STORY}").as_bytes()),
        warc("resource", "Content-Type: text/plain\r\n", STORY.as_bytes()),
    ] {
        assert_eq!(told(archive.clone(), STORY.len()), [""]);
        assert_eq!(told(archive, STORY.len() - 1), ["too_large"]);
    }
}

#[test]
fn lines_are_counted_in_any_character_set() {
    let table = "id,text\n1,\"Rain fell.\nThen wind.\"\n2,\"Snow\n\nfell.\"\n3,Sun.\n";
    let wide = |little: bool| {
        let units = std::iter::once(0xFEFF).chain(table.encode_utf16());
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect::<Vec<u8>>()
    };
    for bytes in [table.as_bytes().to_vec(), wide(true), wide(false)] {
        let options = Options { format: Some(Format::Csv), ..Options::default() };
        let inputs = Inputs::from_reader("-", std::io::Cursor::new(bytes), options).unwrap();
        // The id of the record is all that depends on its line.
        let texts: Vec<_> = inputs.map(|record| format!("{record:?}")).collect();
        assert_eq!(texts.len(), 3);
        for (text, line) in texts.iter().zip([2, 4, 7]) {
            assert!(text.contains(&format!("line: Some({line})")), "{text}");
        }
    }
}

#[test]
fn a_packed_response_that_is_damaged_keeps_its_address() {
    let mut out = Vec::new();
    out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n\r\n\xFF\xFE\xFD\xFC\xFB")
        .unwrap();
    let docs = stream(warc("response", "", &out), &Options { format: Some(Format::Warc), ..Options::default() });
    assert_eq!(
        (problems(&docs[0]), docs[0].source.url.as_deref()),
        (vec!["bad_archive"], Some("https://example.org/response"))
    );
}
