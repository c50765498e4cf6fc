use std::mem;
use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Error, Result, anyhow, bail};
use clap::{ArgMatches, Args, Command, ValueEnum};
use pressmark_core::{Document, ProblemKind, Status};
use pressmark_ingest::{Format, Inputs, Record, Signature, ingest};
use pressmark_jsonl::{DocumentCounts, Provenance};
use pressmark_pipeline::{Limits, Parallel, Pipeline, in_order};
use pressmark_run::{IfExists, Opened, Plan, RecordIdentity, Run, Shard, ShardRecord, ShardRecords};

use crate::advice::advise;
use crate::allocator::give_back_after;
use crate::args::{InputArgs, ModelArgs, StageArgs, parse_seconds};
use crate::report::Report;
use crate::settings::describe;
use crate::{Outcome, interrupt, is_closed_pipe, model, stages, terminal};

const ANNOTATE_EXAMPLES: &str = "\
Examples:
  Annotate every document under a folder:
    pressmark annotate seeds -o annotated.jsonl
  A web crawl, with the address of each page as its id:
    pressmark annotate crawl.warc.gz --id-field url -o crawl.jsonl
  From a pipe to a pipe:
    zcat news.jsonl.gz | pressmark annotate - --input-format jsonl | jq .entities
  Only entities, with a list of terms of your own:
    pressmark annotate pages/ --stages ner --terms minerals.toml -o entities.jsonl
  Who stands where on a question:
    pressmark annotate pages/ --target \"a mining deal with foreign companies\" -o stances.jsonl
  Go on after a crash, a full disk or Ctrl-C:
    pressmark annotate crawl/ -o crawl.jsonl --resume
  On two machines that see the same files, then as one:
    pressmark annotate crawl/ --shard 1/2 -o one.jsonl
    pressmark annotate crawl/ --shard 2/2 -o two.jsonl
    pressmark merge one.jsonl two.jsonl -o crawl.jsonl";

/// Annotate documents and write one JSON line each
#[derive(Debug, Args)]
#[command(after_help = ANNOTATE_EXAMPLES)]
pub(crate) struct AnnotateArgs {
    /// Files and folders (.txt .md .html .jsonl .csv .tsv .warc, also .gz and .zst); `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) stages: StageArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Where to write; a folder gets annotated.jsonl and a dataset card; `-` is standard output
    #[arg(short, long, default_value = "-", value_name = "PATH")]
    pub(crate) output: PathBuf,

    /// What becomes of documents that repeat an earlier one of the run, exactly or nearly
    #[arg(long, value_enum, default_value_t = Duplicates::Mark)]
    pub(crate) duplicates: Duplicates,

    /// Split the output into files of at most so many rows, named FILE-000000 and on
    #[arg(long, value_name = "ROWS")]
    pub(crate) shard_rows: Option<NonZeroU64>,

    /// Go on with a run that was broken off; what is done is checked and kept
    #[arg(long)]
    pub(crate) resume: bool,

    /// Start anew where an unfinished run stands, and lose its work
    #[arg(long, conflicts_with = "resume")]
    pub(crate) overwrite: bool,
}

impl OutputArgs {
    fn if_exists(&self) -> IfExists {
        match (self.resume, self.overwrite) {
            (true, _) => IfExists::Resume,
            (false, true) => IfExists::Overwrite,
            (false, false) => IfExists::Refuse,
        }
    }
}

/// What becomes of documents that repeat an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Duplicates {
    /// Do not look for them
    Keep,
    /// Leave their lines out
    Drop,
    /// Name the earlier document in `duplicate_of`
    Mark,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub(crate) struct RunArgs {
    /// Documents annotated at once [default: one a core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Annotate only share I of N of the input list: for N machines that read the same list; see `pressmark merge`
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE, hide_default_value = true)]
    pub(crate) shard: Shard,
    /// Longest time for one document in seconds; what is missing then is said, and the run goes on
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) timeout: Option<Duration>,
    /// Stop at the first record that fails
    #[arg(long)]
    pub(crate) strict: bool,
    /// No progress and no closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Records that go through the stages together at most: more do not fill the encoder better.
const BATCH_RECORDS: usize = 32;
/// Bytes of records that go through the stages together, unless one alone is larger. Short
/// documents share the encoder's blocks, for which this is enough; with more, threads wait longer
/// for the last one at the end.
const BATCH_BYTES: u64 = 8 << 10;
/// Batches read and not yet written, for each thread: enough that none waits for a slow neighbour.
const BATCHES_AHEAD: usize = 4;
/// Bytes of text in flight together, for each thread, unless one record alone has more: a document takes thirty times
/// its text while it is annotated, so that the longest are at it one by one.
const FLIGHT_BYTES: u64 = 1 << 20;
/// A page is mostly markup: of its bytes one in so many counts as text.
const TEXT_OF_PAGE: u64 = 4;

/// A document with what was worked out beside it, in parallel.
struct Done {
    doc: Document,
    fingerprint: [u8; 32],
    signature: Option<Signature>,
}

pub(crate) fn run(args: AnnotateArgs, matches: &ArgMatches) -> Result<Outcome> {
    thread::spawn(pressmark_ingest::warm_up);
    let model = model::load(&args.model.encoder())?;
    let stop = interrupt::watch()?;
    let timeout = args.run.timeout;
    let pipeline = stages::pipeline(&args.stages, &args.model, &model)?;
    let pipeline = pipeline.within(Limits { timeout, stop: Some(Arc::clone(&stop)) });
    let options = args.input.options();
    let inputs = Inputs::open(&args.inputs, options.clone())?;
    let progress = inputs.progress();
    let total_bytes = progress.total_bytes();
    let stages = pipeline.provenance();
    let provenance = Provenance::of(env!("CARGO_PKG_VERSION"), &stages);
    let command = AnnotateArgs::augment_args(Command::new("annotate"));
    let plan = Plan {
        output: &args.output.output,
        rows_each: args.output.shard_rows.map(NonZeroU64::get),
        shard: args.run.shard,
        if_exists: args.output.if_exists(),
        settings: describe(&command, matches, &provenance, &model),
        drop_duplicates: args.output.duplicates == Duplicates::Drop,
        input_is_rereadable: total_bytes.is_some(),
    };
    let mut records = ShardRecords::new(inputs, args.run.shard, Arc::clone(&stop));
    let mut run = match Run::open(&plan, &mut records).map_err(advise)? {
        Opened::Ready(run) => *run,
        Opened::Finished(counts) => return Ok(finished_before(&args, counts)),
        Opened::Stopped => return Ok(Outcome::Interrupted),
    };
    let digest = records.digest();
    let mut report = Report::start(args.run.quiet, total_bytes, run.counts());
    let work = Work {
        pipeline: &pipeline,
        options: &options,
        timeout,
        look_for_duplicates: args.output.duplicates != Duplicates::Keep,
        ingest_nanos: AtomicU64::new(0),
    };
    let ended = if args.run.strict && bad(run.counts()) > 0 {
        Some(End::Refused(anyhow!("a record that was annotated before is not good (--strict)")))
    } else {
        let sink = |batch: Vec<Done>| {
            // What stages left of documents that they were told to leave must not be written.
            if stop.load(Ordering::SeqCst) {
                return ControlFlow::Break(End::Interrupted);
            }
            let taken = take_batch(batch, &mut run, &provenance, &args.run, |doc| {
                report.document(doc, progress.bytes_read());
            });
            if taken.is_break() {
                stop.store(true, Ordering::SeqCst);
            }
            taken
        };
        let jobs = args.run.jobs.map_or_else(cores, usize::from);
        let batches = batches(records, |next| next.record.size);
        let weigh = |batch: &Vec<ShardRecord>| batch.iter().map(|next| weigh(&next.record)).sum();
        in_order(parallel(jobs), batches, weigh, |records| work.run(records), sink)
    };
    report.clear();
    match ended {
        Some(End::Failed(error)) => return Err(broken(error, run)),
        Some(End::Refused(error)) => {
            run.sync()?;
            return Err(error);
        }
        Some(End::Interrupted) => return interrupted(run),
        None if stop.load(Ordering::SeqCst) => return interrupted(run),
        None => {}
    }
    let counts = run.counts();
    if documents(counts) == 0 && args.run.shard == Shard::WHOLE {
        run.abandon()?;
        bail!("the paths hold no document of a known type; see --input-format");
    }
    let is_resumable = run.is_resumable();
    run.finish(digest.end()).map_err(|error| say_how_to_resume(advise(error), is_resumable))?;
    report.finish(Duration::from_nanos(work.ingest_nanos.into_inner()), &pipeline.times(), progress.skipped());
    // The process ends: taking apart what the stages hold would only take time.
    mem::forget(pipeline);
    Ok(outcome(counts))
}

/// Why a run ended before its input did.
enum End {
    Interrupted,
    Failed(Error),
    /// With `--strict`, a record that is not good.
    Refused(Error),
}

/// What threads do with records, and what they need for it.
struct Work<'a> {
    pipeline: &'a Pipeline,
    options: &'a pressmark_ingest::Options,
    timeout: Option<Duration>,
    look_for_duplicates: bool,
    /// Time that ingestion took, over all threads.
    ingest_nanos: AtomicU64,
}

impl Work<'_> {
    fn run(&self, records: Vec<ShardRecord>) -> Vec<Done> {
        let start = Instant::now();
        let mut batch: Vec<Done> = records.into_iter().map(|next| self.prepare(&next)).collect();
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.ingest_nanos.fetch_add(nanos, Ordering::Relaxed);
        let in_time = |doc: &Document| doc.problems.iter().all(|p| p.kind != ProblemKind::Timeout);
        let mut docs: Vec<_> = batch.iter_mut().map(|done| &mut done.doc).filter(|doc| in_time(doc)).collect();
        self.pipeline.run(&mut docs);
        batch.iter().for_each(|done| give_back_after(&done.doc.text));
        batch
    }

    fn prepare(&self, next: &ShardRecord) -> Done {
        let start = Instant::now();
        let mut doc = ingest(&next.record, self.options);
        // Ingestion takes time in proportion to the bytes and cannot be broken off.
        if let Some(timeout) = self.timeout.filter(|timeout| start.elapsed() > *timeout) {
            let message = format!("took longer than {timeout:?}; without any stage");
            doc.report("ingest", ProblemKind::Timeout, message, None);
        }
        let signature = (self.look_for_duplicates && !doc.text.is_empty()).then(|| Signature::of(&doc.text));
        Done { doc, fingerprint: next.fingerprint, signature }
    }
}

/// Takes documents that are annotated into the run, in order.
fn take_batch(
    batch: Vec<Done>,
    run: &mut Run,
    provenance: &Provenance<'_>,
    args: &RunArgs,
    mut each: impl FnMut(&Document),
) -> ControlFlow<End> {
    let failed = |error| ControlFlow::Break(End::Failed(error));
    for Done { mut doc, fingerprint, signature } in batch {
        let identity = RecordIdentity { fingerprint, signature: signature.as_ref() };
        if let Err(error) = run.take(&mut doc, &identity, provenance) {
            return failed(advise(error));
        }
        each(&doc);
        give_back_after(&doc.text);
        if args.strict && doc.status() != Status::Ok {
            return ControlFlow::Break(End::Refused(not_strict(&doc)));
        }
    }
    run.flush().map_or_else(|error| failed(advise(error)), ControlFlow::Continue)
}

fn documents(counts: DocumentCounts) -> u64 {
    counts.ok + bad(counts)
}

fn bad(counts: DocumentCounts) -> u64 {
    counts.partial + counts.failed
}

fn outcome(counts: DocumentCounts) -> Outcome {
    if bad(counts) > 0 { Outcome::SomeFailed } else { Outcome::Good }
}

fn finished_before(args: &AnnotateArgs, counts: DocumentCounts) -> Outcome {
    if !args.run.quiet {
        let count = documents(counts);
        let output = args.output.output.display();
        terminal::say(&format!("the run that wrote {output} is finished, {count} documents: nothing is left to do"));
    }
    outcome(counts)
}

/// Keeps what is done of a run that cannot go on.
fn broken(error: Error, mut run: Run) -> Error {
    // Where the disk is full this fails as well, and the journal is good up to what it could take.
    let _ = run.sync();
    say_how_to_resume(error, run.is_resumable())
}

fn say_how_to_resume(error: Error, is_resumable: bool) -> Error {
    if is_resumable && !is_closed_pipe(&error) {
        error.context("the run stopped, what is done is kept: give the same command with --resume to go on")
    } else {
        error
    }
}

fn interrupted(mut run: Run) -> Result<Outcome> {
    run.sync()?;
    let count = documents(run.counts());
    let how = if run.is_resumable() { "; give the same command with --resume to go on" } else { "" };
    terminal::say(&format!("interrupted after {count} documents{how}"));
    Ok(Outcome::Interrupted)
}

/// How many records may be in flight.
pub(crate) fn parallel(jobs: usize) -> Parallel {
    Parallel { jobs, in_flight: jobs * BATCHES_AHEAD, weight: jobs as u64 * FLIGHT_BYTES }
}

/// What a record weighs among those in flight: its text, about.
pub(crate) fn weigh(record: &Record) -> u64 {
    let bytes = record.bytes.len() as u64;
    if matches!(record.format, Format::Html | Format::Warc) { bytes / TEXT_OF_PAGE } else { bytes }
}

pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Records in groups that go through the stages together.
pub(crate) fn batches<T>(
    mut records: impl Iterator<Item = T>,
    size: impl Fn(&T) -> u64,
) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let mut batch = vec![records.next()?];
        let mut bytes = size(&batch[0]);
        while batch.len() < BATCH_RECORDS && bytes < BATCH_BYTES {
            let Some(record) = records.next() else { break };
            bytes += size(&record);
            batch.push(record);
        }
        Some(batch)
    })
}

fn not_strict(doc: &Document) -> anyhow::Error {
    let problem = doc.problems.iter().find(|p| p.kind.severity() > pressmark_core::Severity::Note);
    let why = problem.map_or_else(String::new, |p| format!(": {}: {}", p.kind, p.message));
    anyhow!("record {} of {} is not good{why} (--strict)", doc.source.record, doc.source.path)
}
