//! Streams of JSON lines.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::{Gate, Running, annotator, poll, settings};
use pressmark::{Annotator, Inputs, Record};
use pressmark_serve::Limits;

/// Opens a request with a chunked body; the response is chunked too.
fn open(server: &Running) -> (Sender, Rows) {
    let mut client = server.connect();
    client
        .write_all(b"POST /annotate HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n")
        .expect("the service speaks HTTP");
    let rows = Rows { input: BufReader::new(client.try_clone().expect("the service speaks HTTP")), is_started: false };
    (Sender(client), rows)
}

struct Sender(TcpStream);

impl Sender {
    fn line(&mut self, line: &str) -> std::io::Result<()> {
        write!(self.0, "{:x}\r\n{line}\n\r\n", line.len() + 1)
    }

    fn end(&mut self) {
        self.0.write_all(b"0\r\n\r\n").expect("the service speaks HTTP");
    }
}

struct Rows {
    input: BufReader<TcpStream>,
    is_started: bool,
}

impl Rows {
    fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.input.read_line(&mut line).expect("the service speaks HTTP");
        line.trim_end().to_owned()
    }

    /// The next row; each is one chunk.
    fn next(&mut self) -> Option<String> {
        if !self.is_started {
            assert_eq!(self.read_line(), "HTTP/1.1 200 OK");
            while !self.read_line().is_empty() {}
            self.is_started = true;
        }
        let size = usize::from_str_radix(&self.read_line(), 16).expect("the service speaks HTTP");
        let mut chunk = vec![0; size + 2];
        self.input.read_exact(&mut chunk).expect("the service speaks HTTP");
        chunk.truncate(size);
        (size > 0).then(|| String::from_utf8(chunk).expect("the service speaks HTTP"))
    }
}

fn record(id: impl std::fmt::Display, text: &str) -> String {
    serde_json::json!({"id": id.to_string(), "text": text}).to_string()
}

/// Rows that a run over these lines writes.
fn expected(annotator: &Annotator, lines: &[String]) -> Vec<String> {
    let options =
        pressmark_ingest::Options { format: Some(pressmark::Format::Jsonl), ..annotator.settings().ingest.clone() };
    let input = std::io::Cursor::new(lines.join("\n").into_bytes());
    let row = |record: Record<'_>| {
        let mut line = Vec::new();
        pressmark::write_line(&record, &mut line).expect("the service speaks HTTP");
        String::from_utf8(line).expect("the service speaks HTTP")
    };
    annotator
        .annotate_all(Inputs::from_reader("-", input, options).expect("the service speaks HTTP"))
        .map(row)
        .collect()
}

#[test]
fn the_rows_are_those_of_a_run_in_order() {
    let annotator = annotator(&["tokenize"]);
    let long =
        "The council met again on Tuesday and the ferry stayed in port, as it had all week, for want of a crew. ";
    let mut lines: Vec<String> =
        (0..400).map(|n| record(n, &format!("Report {n} of the harbour. {}", long.repeat(1 + n % 40)))).collect();
    // Malformed, without text, a repeated id, a repeated text, and another script.
    lines.extend(["{\"text\": ".into(), "{\"a\": 1}".into(), record(7, "Rain over the harbour of Genoa.")]);
    let twice = "Customs officers at the airport of Palermo opened a crate of violins on Friday and found that each of them \
                 held, where the sound post should have been, a roll of banknotes from three countries.";
    lines.extend([record("twice", twice), record("again", twice), record("é", "雨が降った。")]);
    let expected = expected(&annotator, &lines);
    let server = Running::new(annotator, Limits::default());
    let (mut sender, mut rows) = open(&server);
    let sending = thread::spawn(move || {
        lines.iter().for_each(|line| sender.line(line).unwrap());
        sender.end();
    });
    let mut got = Vec::new();
    while let Some(row) = rows.next() {
        got.push(row);
        // A reader slower than the service: the rows wait for it.
        thread::yield_now();
    }
    sending.join().unwrap();
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(&expected) {
        assert_eq!(got, expected);
    }
    assert!(got.iter().any(|row| row.contains("\"duplicate_of\":\"twice\"")));
}

#[test]
fn every_line_is_answered_before_the_next_is_sent() {
    let server = Running::new(annotator(&["tokenize"]), Limits::default());
    let (mut sender, mut rows) = open(&server);
    for id in ["a", "b", "c"] {
        sender.line(&record(id, "The bridge stayed closed on Monday, the mayor said.")).unwrap();
        let row = rows.next().unwrap();
        assert_eq!(serde_json::from_str::<Record<'_>>(&row).unwrap().id, id);
    }
    sender.end();
    assert_eq!(rows.next(), None);
}

#[test]
fn no_more_is_read_while_nothing_is_done() {
    let gate = Gate::shut();
    let server = Running::new(gate.annotator(1), Limits::default());
    let (mut sender, mut rows) = open(&server);
    let is_sent = Arc::new(AtomicBool::new(false));
    let (sent, text) = (Arc::clone(&is_sent), "The ferry stayed in port for want of a crew.");
    let padding = "x".repeat(90_000);
    // 18 MB exceed the buffers of the network.
    let sending = thread::spawn(move || {
        for n in 0..200 {
            let line = serde_json::json!({"id": n.to_string(), "text": text, "padding": padding});
            sender.line(&line.to_string()).unwrap();
        }
        sent.store(true, Ordering::SeqCst);
        sender.end();
    });
    gate.wait_for(1);
    // Gives a service that reads ahead time to do so; a correct one can never have read everything.
    for _ in 0..100 {
        server.metrics();
    }
    assert!(!is_sent.load(Ordering::SeqCst));
    assert!(server.metric("pressmark_queue_length") <= 32);
    // An individually posted document does not wait behind the stream.
    gate.release();
    assert_eq!(server.post("text/plain", "The mayor of Genoa spoke on Monday.").status, 200);
    let mut count = 0;
    while let Some(row) = rows.next() {
        assert!(row.starts_with(&format!("{{\"schema\":\"pressmark/1\",\"id\":\"{count}\"")));
        count += 1;
    }
    sending.join().unwrap();
    assert_eq!(count, 200);
}

#[test]
fn a_client_that_goes_away_ends_its_stream() {
    let server = Running::new(annotator(&["tokenize"]), Limits::default());
    let (mut sender, mut rows) = open(&server);
    let long = "The ferry stayed in port for want of a crew. ".repeat(200);
    sender.line(&record("first", "The mayor of Genoa spoke on Monday.")).unwrap();
    assert!(rows.next().is_some());
    assert_eq!(server.metric("pressmark_streams"), 1);
    for n in 0..100 {
        sender.line(&record(n, &long)).unwrap();
    }
    drop((sender, rows));
    poll(|| server.metric("pressmark_streams") == 0);
    assert_eq!(server.end(), 0);
}

#[test]
fn what_a_stream_cannot_have_is_said() {
    let limits = Limits { streams: NonZeroUsize::MIN, client_timeout: Duration::from_millis(100), ..Limits::default() };
    let ingest = pressmark_ingest::Options { max_bytes: 1000, ..Default::default() };
    let annotator = Annotator::new(pressmark::Settings { ingest, ..settings(&["tokenize"]) }).unwrap();
    let server = Running::new(annotator, limits);
    let (mut sender, mut rows) = open(&server);
    let problem = |row: Option<String>| {
        let row = row.unwrap();
        let row: Record<'_> = serde_json::from_str(&row).unwrap();
        (row.status.to_string(), row.problems[0].kind.to_string(), row.problems[0].message.to_string())
    };
    sender.line(&record("large", &"a ".repeat(600))).unwrap();
    let (status, kind, _) = problem(rows.next());
    assert_eq!((&*status, &*kind), ("failed", "too_large"));
    let second = server.post("application/x-ndjson", "{}");
    assert_eq!((second.status, second.retry_after.as_deref()), (503, Some("1")));
    // A client that falls silent gets a last row that says so.
    let (status, kind, message) = problem(rows.next());
    assert_eq!((&*status, &*kind, &*message), ("failed", "unreadable", "the client sent nothing for 0.1 s"));
    assert_eq!(rows.next(), None);
}
