use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::num::{NonZeroU16, NonZeroUsize};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use pressmark::{Annotated, Annotator, Inputs, Ledger, Settings, peak_memory, write_line};
use pressmark_core::{Document, Status};
use serde_json::{Value, json};

use crate::args::{InputArgs, ModelArgs, StageArgs, parse_jobs};
use crate::report::words;
use crate::terminal::clean;
use crate::{Outcome, stages};

const BENCH_EXAMPLES: &str = "\
Examples:
  How fast it is here, and where the time goes:
    pressmark bench seeds
  One thread, only entities, as JSON:
    pressmark bench pages/ --jobs 1 --stages ner --json";

/// Measure speed, time by stage and peak memory on your own documents
#[derive(Debug, Args)]
#[command(after_help = BENCH_EXAMPLES)]
pub(crate) struct BenchArgs {
    /// Files and folders, as for annotate
    #[arg(required = true, value_name = "PATH")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Number of measured passes, after one warm-up pass
    #[arg(short, long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) repeats: u16,
    /// Documents to annotate in parallel [default: one per core]
    #[arg(short, long, visible_alias = "threads", value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<NonZeroU16>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) stages: StageArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
}

pub(crate) fn run(args: BenchArgs) -> Result<Outcome> {
    if args.inputs.iter().any(|path| path.as_os_str() == "-") {
        bail!("standard input can be read only once; name files or folders");
    }
    let start = Instant::now();
    let jobs = args.jobs.map(NonZeroUsize::from);
    let settings = Settings { ingest: args.input.options(), jobs, ..args.stages.settings()? };
    let annotator = stages::annotator(settings, &args.model)?;
    let bench = Bench { annotator, inputs: args.inputs };
    let ready = start.elapsed();
    let first = bench.pass()?;
    ensure!(first.documents > 0, "no documents of a known type found; see --input-format");
    let passes = (0..args.repeats).map(|_| bench.pass()).collect::<Result<Vec<_>>>()?;
    let figures = Figures { jobs: bench.annotator.jobs(), ready, peak_bytes: peak_memory(), passes };
    let text = if args.json { format!("{:#}\n", figures.json()) } else { figures.table() };
    io::stdout().lock().write_all(clean(&text).as_bytes())?;
    Ok(if first.bad > 0 { Outcome::SomeFailed } else { Outcome::Good })
}

/// State shared by all passes.
struct Bench {
    annotator: Annotator,
    inputs: Vec<PathBuf>,
}

/// Counts and times of one pass over the documents.
#[derive(Debug, Default)]
struct Pass {
    documents: u64,
    /// Documents that are partial or failed.
    bad: u64,
    words: u64,
    tokens: u64,
    elapsed: Duration,
    /// Time of each stage, summed over all threads, in execution order.
    stages: Vec<(&'static str, Duration)>,
}

impl Bench {
    /// Annotates all documents like `annotate`, and discards the lines.
    fn pass(&self) -> Result<Pass> {
        let start = Instant::now();
        let before = self.annotator.times();
        let inputs = Inputs::open(&self.inputs, self.annotator.settings().ingest.clone())?;
        let mut ledger = Ledger::new()?;
        let (mut pass, mut written) = (Pass::default(), Duration::ZERO);
        let sink = |batch: Vec<Annotated>| {
            let start = Instant::now();
            for Annotated { mut doc, signature, .. } in batch {
                ledger.enter(&mut doc, signature.as_ref());
                if let Err(error) = write_line(&self.annotator.record(&doc), &mut io::sink()) {
                    return ControlFlow::Break(error);
                }
                pass.count(&doc);
            }
            written += start.elapsed();
            ControlFlow::Continue(())
        };
        if let Some(error) = self.annotator.run(inputs.map(|record| (record, ())), sink) {
            return Err(error).context("failed to write a line");
        }
        pass.elapsed = start.elapsed();
        let spent = self.annotator.times().into_iter().zip(before).map(|(now, then)| (now.stage, now.time - then.time));
        pass.stages.extend(spent);
        pass.stages.push(("write", written));
        Ok(pass)
    }
}

impl Pass {
    fn count(&mut self, doc: &Document) {
        self.documents += 1;
        self.bad += u64::from(doc.status() != Status::Ok);
        self.words += words(&doc.text);
        self.tokens += doc.tokens.len() as u64;
    }
}

/// Measurements of all passes.
struct Figures {
    jobs: usize,
    /// Time from the start of the command until the model is loaded.
    ready: Duration,
    peak_bytes: Option<u64>,
    /// Never empty.
    passes: Vec<Pass>,
}

impl Figures {
    /// Minimum, median and maximum seconds of a pass.
    fn seconds(&self) -> [f64; 3] {
        let mut seconds: Vec<f64> = self.passes.iter().map(|pass| pass.elapsed.as_secs_f64()).collect();
        seconds.sort_by(f64::total_cmp);
        [seconds[0], median(&seconds), seconds[seconds.len() - 1]]
    }

    /// Median seconds of each stage, summed over all threads, and its share of the total.
    fn stages(&self) -> Vec<(&'static str, f64, f64)> {
        let mut times: BTreeMap<usize, (&'static str, Vec<f64>)> = BTreeMap::new();
        for (at, (stage, time)) in self.passes.iter().flat_map(|pass| pass.stages.iter().enumerate()) {
            times.entry(at).or_insert((stage, Vec::new())).1.push(time.as_secs_f64());
        }
        let medians = times.into_values().map(|(stage, mut times)| {
            times.sort_by(f64::total_cmp);
            (stage, median(&times))
        });
        let medians: Vec<_> = medians.collect();
        let total: f64 = medians.iter().map(|(_, seconds)| seconds).sum();
        medians.into_iter().map(|(stage, seconds)| (stage, seconds, seconds / total.max(f64::MIN_POSITIVE))).collect()
    }

    fn json(&self) -> Value {
        let (pass, [least, median, most]) = (&self.passes[0], self.seconds());
        let rate = |count: u64| count as f64 / median;
        let stage = |(stage, seconds, share)| json!({ "stage": stage, "seconds": seconds, "share": share });
        json!({
            "pressmark": env!("CARGO_PKG_VERSION"),
            "documents": pass.documents,
            "not_good": pass.bad,
            "words": pass.words,
            "tokens": pass.tokens,
            "jobs": self.jobs,
            "repeats": self.passes.len(),
            "start_seconds": self.ready.as_secs_f64(),
            "seconds": { "median": median, "least": least, "most": most },
            "documents_per_second": rate(pass.documents),
            "words_per_second": rate(pass.words),
            "tokens_per_second": rate(pass.tokens),
            "stages": self.stages().into_iter().map(stage).collect::<Vec<_>>(),
            "peak_memory_bytes": self.peak_bytes,
        })
    }

    fn table(&self) -> String {
        let (pass, [least, median, most]) = (&self.passes[0], self.seconds());
        let rate = |count: u64| count as f64 / median;
        let bad = if pass.bad > 0 { format!(" ({} partial or failed)", pass.bad) } else { String::new() };
        let mut text = format!(
            "{} documents{bad}, {} words, {} tokens; jobs {}, passes {} after a warm-up pass\n\n",
            pass.documents,
            pass.words,
            pass.tokens,
            self.jobs,
            self.passes.len()
        );
        let _ = writeln!(text, "pass         {median:.3} s ({least:.3} to {most:.3})");
        let _ = writeln!(text, "documents/s  {:.1}", rate(pass.documents));
        let _ = writeln!(text, "words/s      {:.0}", rate(pass.words));
        let _ = writeln!(text, "tokens/s     {:.0}", rate(pass.tokens));
        let _ = writeln!(text, "start        {:.3} s", self.ready.as_secs_f64());
        let memory =
            self.peak_bytes.map_or("not reported by this system".into(), |b| format!("{:.0} MB", b as f64 / 1e6));
        let _ = writeln!(text, "peak memory  {memory}\n");
        let _ = writeln!(text, "stage         seconds   share  (over all threads)");
        for (stage, seconds, share) in self.stages() {
            let _ = writeln!(text, "{stage:<12} {seconds:>8.3} {:>6.1}%", 100.0 * share);
        }
        text
    }
}

/// Median of sorted numbers; there must be at least one.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) { f64::midpoint(sorted[middle - 1], sorted[middle]) } else { sorted[middle] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(millis: u64, stage: u64) -> Pass {
        let stages = vec![("ingest", Duration::from_millis(stage)), ("write", Duration::from_millis(10))];
        Pass {
            documents: 4,
            words: 600,
            tokens: 700,
            elapsed: Duration::from_millis(millis),
            stages,
            ..Pass::default()
        }
    }

    #[test]
    fn figures_are_medians_of_passes() {
        let passes = vec![pass(300, 30), pass(100, 90), pass(200, 20)];
        let figures = Figures { jobs: 2, ready: Duration::from_millis(40), peak_bytes: Some(5_000_000), passes };
        assert_eq!(figures.seconds(), [0.1, 0.2, 0.3]);
        assert_eq!(figures.stages(), [("ingest", 0.03, 0.75), ("write", 0.01, 0.25)]);
        assert_eq!(figures.json()["words_per_second"], 3000.0);
        let expected = "\
4 documents, 600 words, 700 tokens; jobs 2, passes 3 after a warm-up pass

pass         0.200 s (0.100 to 0.300)
documents/s  20.0
words/s      3000
tokens/s     3500
start        0.040 s
peak memory  5 MB

stage         seconds   share  (over all threads)
ingest          0.030   75.0%
write           0.010   25.0%
";
        assert_eq!(figures.table(), expected);
    }

    #[test]
    fn the_middle_of_an_even_number_lies_between() {
        let check = |sorted: &[f64], expected: f64| assert_eq!(median(sorted), expected);
        check(&[2.0], 2.0);
        check(&[1.0, 4.0], 2.5);
        check(&[1.0, 2.0, 9.0], 2.0);
    }
}
