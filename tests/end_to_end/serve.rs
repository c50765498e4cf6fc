//! The service as users run it: its rows equal the command's, and stopping it loses none.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use crate::command::{command, pressmark};
use pressmark_tests::root;

struct Service {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: String,
    said: String,
}

impl Service {
    fn start(args: &[&str]) -> Self {
        let listen: &[&str] = if args.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        let args = [&["serve"][..], listen, args].concat();
        let mut service = command(&args);
        let mut child = service.stderr(Stdio::piped()).spawn().expect("the command runs");
        let mut stderr = BufReader::new(child.stderr.take().expect("it has a standard error"));
        let mut said = String::new();
        stderr.read_line(&mut said).expect("it says its address");
        let address = said.strip_prefix("listening on ").and_then(|rest| rest.split(',').next());
        let address = address.unwrap_or_else(|| panic!("{said}")).to_owned();
        Self { child, stderr, address, said }
    }

    fn post(&self, content_type: &str, body: &[u8]) -> Vec<u8> {
        let mut answer =
            ureq::post(format!("{}/annotate", self.address)).header("content-type", content_type).send(body);
        let answer = answer.as_mut().expect("it answers");
        assert_eq!(answer.status(), 200);
        answer.body_mut().read_to_vec().expect("it answers whole")
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("there is kill").success());
    }

    /// Its exit code and messages.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = self.said;
        self.stderr.read_to_string(&mut said).expect("it is text");
        (self.child.wait().expect("it ends").code(), said)
    }
}

/// The rows that the command writes for standard input.
fn rows(args: &[&str], format: &str, input: &[u8]) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().expect("there is room");
    fs::write(file.path(), input).expect("it is written");
    let args = [&["annotate", "-", "--quiet", "--input-format", format][..], args].concat();
    let input = fs::File::open(file.path()).expect("it is there");
    command(&args).stdin(input).output().expect("the command runs").stdout
}

#[test]
fn rows_are_those_of_the_command() {
    let options = ["--stages", "ner,frames", "--layers", "entities,frames", "--target", "the ferry strike"];
    for args in [&[][..], &options] {
        let service = Service::start(args);
        let mut lines = Vec::new();
        for entry in fs::read_dir(root().join("seeds")).expect("the seeds are there") {
            let path = entry.expect("it can be listed").path();
            let (content_type, format) = match path.extension().and_then(|ending| ending.to_str()) {
                Some("txt") => ("text/plain", "txt"),
                Some("md") => ("text/markdown", "md"),
                Some("html" | "htm") => ("text/html", "html"),
                Some("jsonl") => ("application/x-ndjson", "jsonl"),
                _ => continue,
            };
            let input = fs::read(&path).expect("it can be read");
            assert!(service.post(content_type, &input) == rows(args, format, &input), "{} {args:?}", path.display());
            if format == "jsonl" {
                lines.extend(input.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec));
            }
        }
        for line in lines {
            assert!(service.post("application/json", &line) == rows(args, "json", &line), "{line:?} {args:?}");
        }
        service.signal("-TERM");
        let (code, said) = service.end();
        assert_eq!(code, Some(0), "{said}");
    }
}

#[test]
fn a_stop_in_the_middle_loses_no_request() {
    let service = Arc::new(Service::start(&["--stages", "tokenize"]));
    let (answered, is_told) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (service, answered, is_told) = (Arc::clone(&service), Arc::clone(&answered), Arc::clone(&is_told));
            thread::spawn(move || {
                let text = "The bridge stayed closed on Monday, the mayor said.";
                loop {
                    // One connection per request, so that a rejected one was never accepted.
                    let request = ureq::post(format!("{}/annotate", service.address));
                    let request = request.header("content-type", "text/plain").header("connection", "close");
                    match request.send(text) {
                        Ok(mut answer) => {
                            assert_eq!(answer.status(), 200);
                            assert!(answer.body_mut().read_to_string().expect("it answers whole").ends_with("}\n"));
                            answered.fetch_add(1, Ordering::SeqCst);
                        }
                        Err(error) => {
                            assert!(is_told.load(Ordering::SeqCst), "{error}");
                            return;
                        }
                    }
                }
            })
        })
        .collect();
    while answered.load(Ordering::SeqCst) < 100 {
        thread::yield_now();
    }
    is_told.store(true, Ordering::SeqCst);
    service.signal("-TERM");
    clients.into_iter().for_each(|client| client.join().expect("each was answered"));
    let service = Arc::into_inner(service).expect("the clients are done");
    let (code, said) = service.end();
    assert_eq!(code, Some(0), "{said}");
    let expected = format!("stopped after {} documents", answered.load(Ordering::SeqCst));
    assert!(said.contains(&expected), "{expected}: {said}");
}

#[test]
fn the_examples_of_the_readme_run() {
    let readme = fs::read_to_string(root().join("crates/serve/README.md")).expect("it is there");
    let service = Service::start(&["--stages", "tokenize"]);
    let address = service.address.strip_prefix("http://").expect("it is one");
    let blocks = readme.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
    let mut count = 0;
    for command in blocks.flat_map(|block| block.replace("\\\n", "").lines().map(str::to_owned).collect::<Vec<_>>()) {
        if !command.starts_with("curl") {
            continue;
        }
        let command = command.replace("localhost:8750", address);
        let Output { stdout, stderr, .. } =
            Command::new("sh").args(["-c", &command]).current_dir(root()).output().expect("there is a shell");
        let said = String::from_utf8_lossy(&stderr);
        let rows = String::from_utf8(stdout).expect("it is text");
        assert!(
            !rows.is_empty() && rows.lines().all(|row| row.starts_with("{\"schema\":\"pressmark/1\"")),
            "{command}: {said}{rows}"
        );
        count += 1;
    }
    assert!(count >= 4);
    service.signal("-INT");
    assert_eq!(service.end().0, Some(0));
}

#[test]
fn what_cannot_be_served_says_why_and_an_open_address_warns() {
    let service = Service::start(&["--stages", "tokenize"]);
    let taken = service.address.strip_prefix("http://").expect("it is one");
    let output = pressmark(&["serve", "--listen", taken]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && message.contains("failed to listen on 127.0.0.1:"), "{message}");
    service.signal("-TERM");
    assert_eq!(service.end().0, Some(0));
    let open = Service::start(&["--stages", "tokenize", "--listen", "0.0.0.0:0"]);
    open.signal("-TERM");
    let (code, said) = open.end();
    assert!(code == Some(0) && said.contains("no password and no TLS"), "{said}");
}
