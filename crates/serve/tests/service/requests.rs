//! Documents posted individually, and the other routes.

use std::io::{Read, Write};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::common::{Gate, Running, annotator, poll, settings};
use pressmark::{Annotator, Record};
use pressmark_serve::Limits;
use serde_json::Value;

const TEXT: &str = "LISBON — Mayor Inês Duarte closed the bridge on Monday. “It is not safe,” she said.";

#[test]
fn a_text_gets_the_row_that_the_library_writes() {
    let server = Running::new(annotator(&[]), Limits::default());
    let mut expected = Vec::new();
    let row = annotator(&[]).annotate(TEXT).unwrap();
    pressmark::write_line(&row, &mut expected).unwrap();
    let answer = server.post("text/plain", TEXT);
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "application/json"));
    assert_eq!(answer.body, expected);
    let json = server.post("application/json", serde_json::json!({"id": 7, "text": TEXT}).to_string());
    let row: Record<'_> = serde_json::from_slice(&json.body).unwrap();
    assert_eq!((json.status, &*row.id, row.quotes.len()), (200, "7", 1));
}

#[test]
fn bytes_are_read_in_the_character_set_that_the_header_declares() {
    let server = Running::new(annotator(&["tokenize"]), Limits::default());
    let page = |charset: &str| {
        let text = "Мэр закрыл мост в понедельник, и никто не знал, когда его откроют снова.";
        let body = format!("<p>{text} {text} {text}</p>");
        let (bytes, ..) = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap().encode(&body);
        let answer = server.post(&format!("text/html; charset={charset}"), &bytes);
        let row: Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status, row["source"]["encoding"].clone(), row["text"].as_str().unwrap().contains("закрыл мост"))
    };
    assert_eq!(page("windows-1251"), (200, "windows-1251".into(), true));
    assert_eq!(page("koi8-r"), (200, "KOI8-R".into(), true));
    assert_eq!(page("utf-8"), (200, "UTF-8".into(), true));
}

#[test]
fn what_cannot_be_answered_says_why() {
    let small = pressmark_ingest::Options { max_bytes: 1000, ..Default::default() };
    let annotator = Annotator::new(pressmark::Settings { ingest: small, ..settings(&["tokenize"]) }).unwrap();
    let server = Running::new(annotator, Limits::default());
    let check = |content_type: &str, body: &str, status: u16, code: &str, message: &str| {
        let answer = server.post(content_type, body);
        let error: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, error["error"]["code"].as_str()), (status, Some(code)), "{body}: {error}");
        let said = error["error"]["message"].as_str().unwrap();
        assert!(said.contains(message), "{said}");
    };
    check("application/json", "{\"text\":\n\"the bridge", 400, "malformed", "line 2, column 11");
    check("application/json", r#"[{"text": "A."}, {"text": "B."}]"#, 400, "several_records", "application/x-ndjson");
    check("text/plain", &"a ".repeat(501), 413, "too_large", "1002 bytes is larger than 1000");
    check("application/x-www-form-urlencoded", TEXT, 415, "unsupported_media_type", "expected text/plain");
    check("application/x-ndjson; charset=klingon", "{}", 415, "unsupported_media_type", "klingon");
    let check = |method: &str, path: &str, status, code: &str| {
        let answer = server.ask(method, path);
        let error: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, error["error"]["code"].as_str()), (status, Some(code)), "{error}");
    };
    check("GET", "/nowhere", 404, "not_found");
    check("GET", "/annotate", 405, "method_not_allowed");
    check("DELETE", "/health", 405, "method_not_allowed");
    // A document that cannot be annotated still gets a row.
    for (content_type, body, kind) in [("text/plain", "", "empty"), ("application/json", "{\"a\": 1}", "no_text")] {
        let answer = server.post(content_type, body);
        let row: Record<'_> = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, row.status.as_str(), &*row.problems[0].kind), (422, "failed", kind));
    }
}

#[test]
fn packed_bodies_are_unpacked_within_the_limits() {
    let server = Running::new(annotator(&["tokenize"]), Limits::default());
    let pack = |bytes: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    };
    let plain = server.post("text/plain", TEXT);
    let packed =
        server.post_with(&[("content-type", "text/plain"), ("content-encoding", "gzip")], pack(TEXT.as_bytes()));
    assert_eq!((packed.status, packed.body), (200, plain.body));
    // Some 60 KB that decompress to 64 MB.
    let bomb =
        server.post_with(&[("content-type", "text/plain"), ("content-encoding", "gzip")], pack(&vec![b'a'; 64 << 20]));
    assert!(matches!(bomb.status, 400 | 413), "{}", bomb.status);
    let cut = server.post("text/plain", &pack(TEXT.as_bytes())[..30]);
    let error: Value = serde_json::from_slice(&cut.body).unwrap();
    assert_eq!((cut.status, &error["error"]["code"]), (400, &"bad_archive".into()));
    let other = server.post_with(&[("content-type", "text/plain"), ("content-encoding", "br")], pack(TEXT.as_bytes()));
    assert_eq!(other.status, 415);
}

#[test]
fn a_panic_on_a_document_is_a_problem_in_its_row() {
    let gate = Gate::open();
    let server = Running::new(gate.annotator(1), Limits::default());
    let answer = server.post("text/plain", "The mayor heard a boom on Monday.");
    let row: Record<'_> = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(
        (answer.status, row.status.as_str(), &*row.problems.last().unwrap().kind),
        (200, "partial", "stage_failed")
    );
    assert_eq!(server.post("text/plain", TEXT).status, 200);
}

#[test]
fn the_routes_are_those_of_the_openapi_document() {
    let server = Running::new(annotator(&["tokenize"]), Limits::default());
    let document: Value = serde_json::from_slice(&server.ask("GET", "/openapi.json").body).unwrap();
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let paths = document["paths"].as_object().unwrap();
    for (path, methods) in paths {
        for method in ["get", "post"] {
            let status = server.ask(&method.to_uppercase(), path).status;
            let is_there = methods.get(method).is_some();
            assert_eq!(status == 405, !is_there, "{method} {path}: {status}");
            if is_there {
                // The status of the probe must be one that the document lists.
                assert!(methods[method]["responses"].get(status.to_string()).is_some(), "{method} {path}: {status}");
            }
        }
    }
    let routes = include_str!("../../src/routes.rs").matches(".route(\"").count();
    assert_eq!(paths.len(), routes, "a route that the document does not name");
    let version: Value = serde_json::from_slice(&server.ask("GET", "/").body).unwrap();
    assert_eq!((&version["schema"], &version["model"]["licence"]), (&"pressmark/1".into(), &"CC-BY-SA-4.0".into()));
    let schema: Value = serde_json::from_slice(&server.ask("GET", "/schema").body).unwrap();
    assert_eq!(schema, pressmark_jsonl::json_schema());
}

#[test]
fn metrics_count_what_went_on() {
    let server = Running::new(annotator(&["tokenize"]), Limits::default());
    server.post("text/plain", TEXT);
    server.post("text/plain", "");
    server.post("text/css", "");
    let metrics = server.metrics();
    let check = |line: &str| assert!(metrics.lines().any(|l| l == line), "{line} is not in\n{metrics}");
    check("pressmark_requests_total{method=\"POST\",path=\"/annotate\",status=\"200\"} 1");
    check("pressmark_requests_total{method=\"POST\",path=\"/annotate\",status=\"415\"} 1");
    check("pressmark_requests_total{method=\"POST\",path=\"/annotate\",status=\"422\"} 1");
    check("pressmark_documents_total{status=\"failed\"} 1");
    check("pressmark_problems_total{kind=\"empty\"} 1");
    check("pressmark_document_seconds_count 2");
    check(&format!("pressmark_read_bytes_total {}", TEXT.len()));
    check("pressmark_queue_length 0");
    assert!(metrics.contains("pressmark_stage_seconds_total{stage=\"tokenize\"}"));
}

#[test]
fn a_full_queue_refuses_and_loses_none() {
    let gate = Gate::shut();
    let limits = Limits { queue: NonZeroUsize::MIN, ..Limits::default() };
    let server = Arc::new(Running::new(gate.annotator(1), limits));
    let post = |text: &'static str| {
        let server = Arc::clone(&server);
        thread::spawn(move || server.post("text/plain", text).status)
    };
    let first = post("The first waits at the gate.");
    gate.wait_for(1);
    let second = post("The second waits in the queue.");
    poll(|| server.metric("pressmark_queue_length") == 1);
    let refused = server.post("text/plain", TEXT);
    assert_eq!((refused.status, refused.retry_after.as_deref()), (503, Some("1")));
    assert_eq!(server.ask("GET", "/ready").status, 503);
    assert_eq!(server.ask("GET", "/health").status, 200);
    gate.release();
    assert_eq!((first.join().unwrap(), second.join().unwrap()), (200, 200));
    poll(|| server.ask("GET", "/ready").status == 200);
}

#[test]
fn a_client_that_goes_away_frees_its_work() {
    let gate = Gate::shut();
    let server = Arc::new(Running::new(gate.annotator(1), Limits::default()));
    let waiting = Arc::clone(&server);
    let first = thread::spawn(move || waiting.post("text/plain", "The first waits at the gate.").status);
    gate.wait_for(1);
    let gone = server.send("text/plain", "The second is wanted by nobody.");
    poll(|| server.metric("pressmark_queue_length") == 1);
    drop(gone);
    // Only the connections of the first client and of the metrics request are left.
    poll(|| server.metric("pressmark_connections") == 2);
    gate.release();
    assert_eq!(first.join().unwrap(), 200);
    assert_eq!(server.post("text/plain", TEXT).status, 200);
    assert_eq!(gate.seen(), ["The first waits at the gate.", TEXT]);
}

#[test]
fn stopping_answers_what_is_in_flight() {
    let gate = Gate::shut();
    let server = Running::new(gate.annotator(1), Limits::default());
    // One at the gate, one queued, one half sent, one just connected.
    let mut first = server.send("text/plain", "The first waits at the gate.");
    gate.wait_for(1);
    let mut second = server.send("text/plain", "The second waits in the queue.");
    poll(|| server.metric("pressmark_queue_length") == 1);
    let mut third = server.connect();
    write!(third, "POST /annotate HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\nHalf ")
        .unwrap();
    poll(|| server.metric("pressmark_connections") == 4);
    let mut fourth = server.send("text/plain", "The fourth comes last.");
    server.stop();
    poll(|| std::net::TcpStream::connect(server.address()).is_err());
    third.write_all(b"sent.").unwrap();
    gate.release();
    for client in [&mut first, &mut second, &mut third, &mut fourth] {
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("}\n"), "{answer:?}");
    }
    assert_eq!(server.end(), 0);
}

#[test]
fn what_outlasts_the_grace_is_cut_off_and_counted() {
    let gate = Gate::shut();
    let limits = Limits { grace: Duration::from_millis(10), ..Limits::default() };
    let server = Running::new(gate.annotator(1), limits);
    let mut client = server.send("text/plain", "The first waits at the gate.");
    gate.wait_for(1);
    assert_eq!(server.end(), 1);
    let mut answer = String::new();
    // Closed or reset: either way no response.
    let _ = client.read_to_string(&mut answer);
    assert_eq!(answer, "");
    gate.release();
}

#[test]
fn slow_clients_are_let_go() {
    let limits = Limits { client_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = Running::new(annotator(&["tokenize"]), limits);
    for (sent, expected) in [
        ("", ""),
        ("POST /annotate HTT", ""),
        ("POST /annotate HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\nHalf ", "408"),
    ] {
        let mut client = server.connect();
        client.write_all(sent.as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(expected), "{sent}: {answer}");
    }
}

#[test]
fn more_connections_wait_for_a_place() {
    let limits = Limits { connections: NonZeroUsize::MIN, ..Limits::default() };
    let server = Running::new(annotator(&["tokenize"]), limits);
    let first = server.connect();
    let mut second = server.send("text/plain", TEXT);
    drop(first);
    let mut answer = String::new();
    second.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[test]
fn two_hundred_documents_of_eight_clients_are_all_answered() {
    let server = Arc::new(Running::new(annotator(&["tokenize"]), Limits::default()));
    let clients: Vec<_> = (0..8)
        .map(|client| {
            let server = Arc::clone(&server);
            thread::spawn(move || {
                for number in 0..25 {
                    let id = format!("{client}-{number}");
                    let answer =
                        server.post("application/json", serde_json::json!({"id": id, "text": TEXT}).to_string());
                    let row: Record<'_> = serde_json::from_slice(&answer.body).unwrap();
                    assert_eq!((answer.status, &*row.id), (200, id.as_str()));
                }
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    assert!(server.metrics().contains("pressmark_documents_total{status=\"ok\"} 200"));
}
