use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use pressmark_core::{Document, Status};
use pressmark_ingest::{DuplicateOptions, Ids, Inputs, Record, Signature, ingest};
use pressmark_jsonl::Provenance;
use pressmark_pipeline::{Parallel, Pipeline, in_order};

use crate::args::{InputArgs, ModelArgs, StageArgs};
use crate::output::Output;
use crate::report::Report;
use crate::{Outcome, model, stages};

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
    pressmark annotate pages/ --target \"a mining deal with foreign companies\" -o stances.jsonl";

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
    /// Stop at the first record that fails
    #[arg(long)]
    pub(crate) strict: bool,
    /// No progress and no closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Records that go through the stages together at most: more do not fill the encoder better.
const BATCH_RECORDS: usize = 16;
/// Bytes of records that go through the stages together, unless one alone is larger. Short
/// documents share the encoder's blocks; long ones fill them by themselves.
const BATCH_BYTES: u64 = 32 << 10;
/// Batches read and not yet written, for each thread: enough that none waits for a slow neighbour.
pub(crate) const BATCHES_AHEAD: usize = 4;

/// A document with what was worked out beside it, in parallel.
struct Done {
    doc: Document,
    signature: Option<Signature>,
}

pub(crate) fn run(args: AnnotateArgs) -> Result<Outcome> {
    let model = model::load(&args.model)?;
    let pipeline = stages::pipeline(&args.stages, &model)?;
    let options = args.input.options();
    let inputs = Inputs::open(&args.inputs, options.clone())?;
    let progress = inputs.progress();
    let mut report = Report::start(args.run.quiet, progress.total_bytes());
    let mut output = Output::open(&args.output.output)?;
    let stages = pipeline.provenance();
    let provenance = Provenance::of(env!("CARGO_PKG_VERSION"), &stages);
    let mut ids = Ids::new();
    let look_for_duplicates = args.output.duplicates != Duplicates::Keep;
    let mut duplicates = pressmark_ingest::Duplicates::new(DuplicateOptions::default())?;
    let ingest_nanos = AtomicU64::new(0);

    let work = |records: Vec<Record>| {
        let start = Instant::now();
        let mut batch: Vec<Done> = records.iter().map(|r| prepare(ingest(r, &options), look_for_duplicates)).collect();
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        ingest_nanos.fetch_add(nanos, Ordering::Relaxed);
        annotate(&pipeline, &mut batch);
        batch
    };
    let sink = |batch: Vec<Done>| {
        for Done { mut doc, signature } in batch {
            ids.assign(&mut doc);
            doc.duplicate_of = signature.and_then(|s| duplicates.check_signature(&doc.id, &s));
            report.document(&doc, progress.bytes_read());
            if doc.duplicate_of.is_some() && args.output.duplicates == Duplicates::Drop {
                continue;
            }
            if let Err(error) = output.write(&pressmark_jsonl::Record::of(&doc, &provenance)) {
                return ControlFlow::Break(error);
            }
            if args.run.strict && doc.status() != Status::Ok {
                return ControlFlow::Break(not_strict(&doc));
            }
        }
        ControlFlow::Continue(())
    };
    let jobs = args.run.jobs.map_or_else(cores, usize::from);
    let parallel = Parallel { jobs, in_flight: jobs * BATCHES_AHEAD };
    if let Some(error) = in_order(parallel, batches(inputs, |record| record.size), work, sink) {
        return Err(error);
    }
    output.finish()?;
    let counts = report.counts();
    report.finish(Duration::from_nanos(ingest_nanos.into_inner()), &pipeline.times(), progress.skipped());
    if counts.documents == 0 {
        bail!("the paths hold no document of a known type; see --input-format");
    }
    Ok(if counts.failed + counts.partial > 0 { Outcome::SomeFailed } else { Outcome::Good })
}

fn prepare(doc: Document, look_for_duplicates: bool) -> Done {
    let signature = (look_for_duplicates && !doc.text.is_empty()).then(|| Signature::of(&doc.text));
    Done { doc, signature }
}

fn annotate(pipeline: &Pipeline, batch: &mut [Done]) {
    let mut docs: Vec<&mut Document> = batch.iter_mut().map(|done| &mut done.doc).collect();
    pipeline.run(&mut docs);
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
    anyhow::anyhow!("record {} of {} is not good{why} (--strict)", doc.source.record, doc.source.path)
}
