//! Timeouts, full disks, slow or vanished readers, and Ctrl-C.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{fs, thread};

use crate::command::{command, pressmark};
use pressmark_core::Status;
use pressmark_jsonl::Record;

use super::{Dice, Place, assert_same, sentence};

#[test]
fn a_document_that_takes_too_long_ends_and_the_run_goes_on() {
    let annotate = |timeout: &str| {
        let output = pressmark(&["annotate", "--quiet", "seeds", "--timeout", timeout]);
        (output.status.code(), output.stdout)
    };
    let (code, rows) = annotate("0.0001");
    assert_eq!(code, Some(1));
    let rows: Vec<Record<'_>> = rows
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).expect("a record"))
        .collect();
    assert_eq!(rows.len(), 13);
    for row in &rows {
        // A record may time out before it has a text.
        let expected = if row.text.is_empty() { Status::Failed } else { Status::Partial };
        assert_eq!((row.status, row.frames.is_empty()), (expected, true), "{}", row.id);
        let late: Vec<_> = row.problems.iter().filter(|p| p.kind == "timeout").collect();
        assert!(late.len() == 1 && late[0].message.contains("took longer than 100µs"), "{}", row.id);
    }
    // A limit that no document reaches changes nothing.
    let without = pressmark(&["annotate", "--quiet", "seeds"]).stdout;
    assert_same(&annotate("3600").1, &without, "a long time");
}

/// A file size limit has the effect of a full disk: a write fails in the middle of a row.
#[cfg(unix)]
#[test]
fn a_full_disk_is_said_and_the_run_goes_on_once_there_is_room() {
    let place = Place::new(60);
    let expected = place.unbroken(&[]);
    for blocks in ["1", "20", "60"] {
        let args = place.args("out.jsonl", &["--resume"]);
        let full = command(&args.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        let output = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"", "sh", blocks])
            .arg(full.get_program())
            .args(full.get_args())
            .output()
            .expect("a shell");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("failed to write") && message.contains("(os error"), "{message}");
        assert!(!place.path("out.jsonl").exists());
    }
    assert_eq!(place.annotate("out.jsonl", &["--resume"]), (1, String::new()));
    assert_same(&place.read("out.jsonl"), &expected, "a run that had no room");
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_that_is_full_is_said() {
    for output in ["/dev/full", "-"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        let args = ["annotate", "--quiet", "seeds/06-agency.jsonl", "--stages", "tokenize", "-o", output];
        let output = command(&args).stdout(full).output().expect("the command runs");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("No space left on device"), "{message}");
    }
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let place = Place::new(200);
    let input = place.arg("in");
    let mut run = command(&["annotate", &input, "--stages", "tokenize", "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut line = String::new();
    BufReader::new(run.stdout.take().expect("it is piped")).read_line(&mut line).expect("UTF-8");
    assert!(serde_json::from_str::<Record<'_>>(&line).is_ok());
    let mut message = String::new();
    run.stderr.take().expect("it is piped").read_to_string(&mut message).expect("UTF-8");
    assert_eq!((run.wait().expect("it ends").code(), message.as_str()), (Some(0), ""));
}

/// The amount read ahead is bounded, so a slow reader blocks the writer at the other end.
#[test]
fn a_slow_reader_holds_back_what_is_read() {
    const DOCUMENTS: u64 = 4000;
    let mut run =
        command(&["annotate", "-", "--input-format", "jsonl", "--stages", "tokenize", "--quiet", "--jobs", "2"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command runs");
    let mut input = run.stdin.take().expect("it is piped");
    let taken = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&taken);
    let writer = thread::spawn(move || {
        let mut dice = Dice(1);
        for n in 0..DOCUMENTS {
            let text: String = (0..12).map(|_| sentence(&mut dice) + " ").collect();
            let mut line = String::new();
            let _ = writeln!(line, r#"{{"id": "{n}", "text": "{text}"}}"#);
            input.write_all(line.as_bytes()).expect("it reads");
            count.fetch_add(line.len() as u64, Ordering::SeqCst);
        }
    });
    let mut reader = BufReader::new(run.stdout.take().expect("it is piped"));
    let mut first = String::new();
    reader.read_line(&mut first).expect("UTF-8");
    // There is no signal that the command stopped reading except that it reads no more.
    let mut before = 0;
    while before != taken.load(Ordering::SeqCst) {
        before = taken.load(Ordering::SeqCst);
        thread::sleep(Duration::from_millis(500));
    }
    // At most 1 MiB is read ahead, two threads have four batches of about 32 KB each, and there are pipes and buffers.
    assert!(before < 3 << 19, "{before} bytes were read for one row");
    let rows = reader.lines().map(|line| line.expect("UTF-8")).filter(|line| line.ends_with('}')).count();
    assert_eq!(rows as u64, DOCUMENTS - 1);
    writer.join().expect("all is written");
    assert!(taken.load(Ordering::SeqCst) > 2 << 20);
    assert!(run.wait().expect("it ends").success());
}

#[cfg(unix)]
#[test]
#[expect(clippy::print_stdout, reason = "a skipped part says so")]
fn a_run_that_is_interrupted_says_how_to_go_on() {
    for signal in ["INT", "TERM", "HUP"] {
        if signal == "HUP" && hangup_is_ignored() {
            println!("skipped: SIGHUP is ignored here, as under nohup, and the command goes on");
            continue;
        }
        // A run may finish before the signal arrives; then retry with twice as many documents.
        let (place, message) =
            (0..8).find_map(|doubled| interrupted(signal, 400 << doubled)).expect("a run is long enough");
        assert!(message.contains("interrupted after ") && message.contains("--resume"), "{message}");
        assert_eq!(place.annotate("out.jsonl", &["--resume"]), (1, String::new()));
        assert_same(&place.read("out.jsonl"), &place.unbroken(&[]), signal);
    }
}

/// Whether this process, and so its children, ignores SIGHUP (only known on Linux).
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).is_some_and(|set| set & 1 == 1)
}

/// Sends a signal to a run over this many documents once it has rows; returns its messages, or `None` if it finished
/// before.
#[cfg(unix)]
fn interrupted(signal: &str, documents: u64) -> Option<(Place, String)> {
    let place = Place::new(documents);
    let args = place.args("out.jsonl", &["--overwrite"]);
    let run = command(&args.iter().map(AsRef::as_ref).collect::<Vec<_>>()).stderr(Stdio::piped()).spawn();
    let mut run = run.expect("the command runs");
    while run.try_wait().expect("it can be waited for").is_none() && !has_rows(&place) {
        thread::sleep(Duration::from_millis(1));
    }
    send(signal, &run);
    let output = run.wait_with_output().expect("it ends");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();
    assert!(code == Some(130) || code == Some(1), "{code:?}: {message}");
    (code == Some(130)).then_some((place, message))
}

/// `nohup` ignores SIGHUP for the program, which must then continue.
#[cfg(unix)]
#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let place = Place::new(400);
    let expected = place.unbroken(&[]);
    let args = place.args("out.jsonl", &["--overwrite"]);
    let whole = command(&args.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    let mut run = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh"])
        .arg(whole.get_program())
        .args(whole.get_args())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    while run.try_wait().expect("it can be waited for").is_none() && !has_rows(&place) {
        thread::sleep(Duration::from_millis(1));
    }
    send("HUP", &run);
    let output = run.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_same(&place.read("out.jsonl"), &expected, "a run that was hung up on");
}

#[cfg(unix)]
fn has_rows(place: &Place) -> bool {
    fs::read_to_string(place.path("out.jsonl.journal")).is_ok_and(|journal| journal.contains("\"row\""))
}

#[cfg(unix)]
fn send(signal: &str, run: &Child) {
    // Fails if the run has already finished, which its exit code shows.
    let _ = Command::new("kill").args(["-s", signal, &run.id().to_string()]).stderr(Stdio::null()).status();
}

/// A pipe without data: no document is in progress whose end to wait for, and Ctrl-C still works.
#[cfg(unix)]
#[test]
fn the_second_interrupt_ends_at_once() {
    let mut run = command(&["annotate", "-", "--input-format", "jsonl", "--stages", "tokenize"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    // The first row shows that the signal handler is installed; it comes once enough is read to detect the character
    // set.
    let mut input = run.stdin.take().expect("it is piped");
    let text = "Rain fell on the harbour all day. ".repeat(4000);
    writeln!(input, r#"{{"text": "{text}"}}"#).expect("it reads");
    let mut line = String::new();
    BufReader::new(run.stdout.as_mut().expect("it is piped")).read_line(&mut line).expect("UTF-8");
    send("INT", &run);
    send("INT", &run);
    assert_eq!(run.wait().expect("it ends").code(), Some(130));
    drop(input);
}
