//! A run killed at any moment can be resumed to the same bytes as an uninterrupted one.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::command::command;

use super::{Dice, Place, assert_same};

/// Outcome of a series of killed runs.
struct Tally {
    kills: u32,
    /// Kills after some documents were done, so that there was something to resume.
    midway: u32,
    finished: u32,
}

/// Starts and kills runs to `output` until `kills` have hit; a run that finishes in between is compared and started
/// over.
fn kill(place: &Place, output: &str, kills: u32, more: &[&str], expected: &[u8], whole: Duration) -> Tally {
    let mut dice = Dice(u64::from(kills));
    let mut tally = Tally { kills: 0, midway: 0, finished: 0 };
    let args = place.args(output, &[&["--resume"], more].concat());
    while tally.kills < kills {
        let end = Instant::now() + whole.mul_f64(dice.below(1000) as f64 / 1000.0);
        let mut run = command(&args.iter().map(AsRef::as_ref).collect::<Vec<_>>())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let exited = loop {
            if let Some(status) = run.try_wait().expect("it can be waited for") {
                break Some(status);
            }
            if Instant::now() >= end {
                break None;
            }
            // The moment of the kill is the point of the test; nothing signals when to poll again.
            std::thread::sleep(Duration::from_millis(2));
        };
        if let Some(status) = exited {
            let message = std::io::read_to_string(run.stderr.take().expect("it is piped")).expect("UTF-8");
            assert_eq!(status.code(), Some(1), "{message}");
            assert_same(&place.read(output), expected, "a resumed run");
            place.names(output).iter().for_each(|name| fs::remove_file(place.path(name)).expect("it is there"));
            tally.finished += 1;
        } else {
            run.kill().expect("it can be killed");
            run.wait().expect("it can be waited for");
            tally.kills += 1;
            let rows = fs::read_to_string(place.path(&format!("{output}.journal"))).unwrap_or_default();
            tally.midway += u32::from(rows.contains("\"row\""));
        }
    }
    assert_eq!(place.annotate(output, &[&["--resume"], more].concat()), (1, String::new()));
    assert_same(&place.read(output), expected, "the last of the resumed runs");
    tally
}

#[expect(clippy::print_stdout, reason = "what was tried is worth telling")]
fn check(output: &str, count: u64, kills: u32, more: &[&str]) {
    let place = Place::new(count);
    let start = Instant::now();
    let unbroken = format!("unbroken-{output}");
    assert_eq!(place.annotate(&unbroken, more), (1, String::new()));
    let expected = place.read(&unbroken);
    let tally = kill(&place, output, kills, more, &expected, start.elapsed());
    let Tally { kills, midway, finished } = tally;
    println!(
        "{count} documents: killed {kills} times, {midway} of them with some done, {finished} runs ended; nothing lost"
    );
    // All of a few kills may come before the first row, but hardly all of twenty.
    assert!(midway > 0 || kills < 20, "no kill hit a run at work");
}

#[test]
fn a_run_killed_twenty_times_ends_with_the_same_bytes() {
    check("out.jsonl", 400, 20, &[]);
}

/// Compressed rows reach the file a mebibyte at a time, here in two members and a remainder.
#[test]
fn a_compressed_run_that_is_killed_ends_with_the_same_bytes() {
    check("out.jsonl.gz", 700, 8, &[]);
    check("out.jsonl.zst", 700, 8, &[]);
}

#[test]
fn a_run_of_all_stages_killed_ends_with_the_same_bytes() {
    check("out.jsonl", 40, 4, &["--stages", "tokenize,stance,frames,sentiment,summarize"]);
}

/// A power cut keeps an arbitrary part of output and journal, independently: a prefix, or a prefix followed by zeros.
#[test]
fn what_a_power_cut_leaves_is_cut_to_what_is_whole() {
    let place = Place::new(60);
    let expected = place.unbroken(&[]);
    place.break_off("state.jsonl", &[]);
    // As if no data were known to be synced to the disk.
    let journal: String = String::from_utf8(place.read("state.jsonl.journal")).expect("UTF-8");
    let journal: String = journal.split_inclusive('\n').filter(|line| !line.contains("\"synced\"")).collect();
    let rows = place.read("state.jsonl.partial");
    let mut dice = Dice(7);
    let mut torn = |bytes: &[u8]| {
        let cut = dice.below(bytes.len() as u64 + 1) as usize;
        let zeros = [0, 0, 5000][dice.below(3) as usize].min(bytes.len() - cut);
        [&bytes[..cut], &vec![0; zeros]].concat()
    };
    for round in 0..16 {
        let names = place.names("out.jsonl");
        names.iter().for_each(|name| fs::remove_file(place.path(name)).expect("it is there"));
        fs::write(place.path("out.jsonl.journal"), torn(journal.as_bytes())).expect("written");
        // A newly created file may be missing entirely.
        if round > 0 {
            fs::write(place.path("out.jsonl.partial"), torn(&rows)).expect("written");
        }
        assert_eq!(place.annotate("out.jsonl", &["--resume"]), (1, String::new()), "round {round}");
        assert_same(&place.read("out.jsonl"), &expected, "after a power cut");
    }
}

/// Between the last row and the final rename, a run may be interrupted at each step. A shard shows it, because its
/// journal is kept.
#[test]
fn a_run_broken_while_it_ends_is_resumed() {
    let place = Place::new(30);
    let shard = ["--shard", "2/2", "--resume"];
    assert_eq!(place.annotate("out.jsonl", &shard), (1, String::new()));
    let expected = place.read("out.jsonl");
    for has_its_name in [false, true] {
        if !has_its_name {
            fs::rename(place.path("out.jsonl"), place.path("out.jsonl.partial")).expect("renamed");
        }
        fs::remove_file(place.path("out.jsonl.manifest.json")).expect("it is there");
        assert_eq!(place.annotate("out.jsonl", &shard), (1, String::new()));
        assert_same(&place.read("out.jsonl"), &expected, "a run broken while it ended");
        assert!(place.path("out.jsonl.manifest.json").exists());
    }
}
