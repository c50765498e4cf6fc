//! Reads paths as documents and reports the speed, or with `--text` prints what was kept and dropped.
//!
//! `cargo run --release -p pressmark-ingest --example read -- seeds`

use std::io::Write as _;
use std::time::{Duration, Instant};

use pressmark_core::DropReason;
use pressmark_ingest::{DuplicateOptions, Duplicates, Ids, Inputs, Options, Signature, ingest, replay};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let show = args.iter().any(|a| a == "--text");
    let paths: Vec<_> = args.iter().filter(|a| !a.starts_with("--")).collect();
    let options = Options::default();
    let mut inputs = Inputs::open(&paths, options.clone())?;
    let progress = inputs.progress();
    let (mut ids, mut duplicates) = (Ids::new(), Duplicates::new(DuplicateOptions::default())?);
    let (mut documents, mut bytes, mut failed, mut repeated) = (0, 0, 0, 0);
    let mut times = [Duration::ZERO; 4];
    let mut out = std::io::stdout().lock();
    loop {
        let mut clock = Instant::now();
        let mut lap = |i: usize| times[i] += std::mem::replace(&mut clock, Instant::now()).elapsed();
        let Some(record) = inputs.next() else { break };
        lap(0);
        let mut doc = ingest(&record, &options);
        lap(1);
        let signature = Signature::of(&doc.text);
        ids.assign(&mut doc);
        doc.duplicate_of = duplicates.check_signature(&doc.id, &signature);
        lap(2);
        replay(&doc, &record.bytes).map_err(|e| format!("{} {}: {e}", record.path, record.index))?;
        lap(3);
        documents += 1;
        bytes += record.size;
        failed += usize::from(doc.text.is_empty());
        repeated += usize::from(doc.duplicate_of.is_some());
        if show {
            writeln!(out, "==== {} {} {:?}\n{}", doc.source.path, doc.id, doc.meta, doc.text)?;
            for segment in doc.segments.iter().filter(|s| s.reason.is_some_and(|r| r != DropReason::Whitespace)) {
                let raw = record.bytes.get(segment.raw.clone()).unwrap_or_default();
                let raw = String::from_utf8_lossy(raw.get(..raw.len().min(60)).unwrap_or_default());
                writeln!(out, "---- {} {raw:?}", segment.reason.map_or("", DropReason::as_str))?;
            }
        }
        for problem in &doc.problems {
            writeln!(out, "{} {}: {}: {}", doc.source.path, doc.source.record, problem.kind, problem.message)?;
        }
    }
    for skip in inputs.skipped() {
        writeln!(out, "skipped {skip}")?;
    }
    let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    writeln!(out, "{documents} documents, {failed} failed, {repeated} repeated, {} skipped", progress.skipped())?;
    for (name, time) in ["read", "ingest", "duplicates", "replay"].iter().zip(times) {
        writeln!(out, "{name:10} {time:9.2?} {:8.1} MB/s", speed(time))?;
    }
    Ok(())
}
