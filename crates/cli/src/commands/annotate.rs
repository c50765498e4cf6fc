use std::fmt::Write as _;
use std::mem;
use std::num::{NonZeroU16, NonZeroU64, NonZeroUsize};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use clap::{ArgMatches, Args, Command, ValueEnum};
use pressmark::{Annotated, Inputs, Settings};
use pressmark_core::{Document, Status};
use pressmark_ingest::{SkipReason, Skipped};
use pressmark_jsonl::{DocumentCounts, Provenance};
use pressmark_run::{IfExists, MaxFailures, Opened, OwnFiles, Plan, RecordIdentity, Run, Shard, ShardRecords};

use super::table_output::TableOutput;
use crate::advice::advise;
use crate::args::{InputArgs, LayerArgs, ModelArgs, StageArgs, file_name, parse_jobs, parse_seconds};
use crate::report::{self, Report};
use crate::settings::describe;
use crate::{Outcome, interrupt, is_closed_pipe, stages, terminal};

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
  Stances on a question:
    pressmark annotate pages/ --target \"a mining deal with foreign companies\" -o stances.jsonl
  Resume after a crash, a full disk or Ctrl-C:
    pressmark annotate crawl/ -o crawl.jsonl --resume
  On two machines that see the same files, then merged:
    pressmark annotate crawl/ --shard 1/2 -o one.jsonl
    pressmark annotate crawl/ --shard 2/2 -o two.jsonl
    pressmark merge one.jsonl two.jsonl -o crawl.jsonl";

/// Annotate documents and write one JSON object per line
#[derive(Debug, Args)]
#[command(after_help = ANNOTATE_EXAMPLES)]
pub(crate) struct AnnotateArgs {
    /// Files and folders (.txt .md .html .jsonl .csv .tsv .parquet .arrow .warc, also .gz and .zst) and ZIP archives of them; `-` is
    /// standard input
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
    /// Where to write: a file (.jsonl, also .jsonl.gz and .jsonl.zst, or .parquet with one row per document); a folder,
    /// which gets annotated.jsonl and a dataset card; 'FOLDER/*.parquet' (.csv, .arrow) for flat tables like those of
    /// `pressmark export`; or `-` for standard output
    #[arg(short, long, default_value = "-", value_name = "PATH")]
    pub(crate) output: PathBuf,

    /// What to do with documents that repeat an earlier one of the run, exactly or nearly
    #[arg(long, value_enum, default_value_t = Duplicates::Mark)]
    pub(crate) duplicates: Duplicates,

    #[command(flatten)]
    pub(crate) layers: LayerArgs,

    /// Split the output into files of at most this many rows, named FILE-000000, FILE-000001, …
    #[arg(long, value_name = "ROWS")]
    pub(crate) shard_rows: Option<NonZeroU64>,

    /// Resume an interrupted run; finished work is checked and kept
    #[arg(long)]
    pub(crate) resume: bool,

    /// Replace the output of an earlier run, finished or not, and start over
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

/// What to do with documents that repeat an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Duplicates {
    /// Keep them, without looking for duplicates
    Keep,
    /// Omit them from the output
    Drop,
    /// Keep them, with the earlier document's id in `duplicate_of`
    Mark,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub(crate) struct RunArgs {
    /// Documents to annotate in parallel [default: one per core]
    #[arg(short, long, visible_alias = "threads", value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<NonZeroU16>,
    /// Annotate only shard I of N of the input list, for N machines that read the same list; see `pressmark merge`
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE, hide_default_value = true)]
    pub(crate) shard: Shard,
    /// Time limit per document in seconds; the row says what is missing, and the run continues
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) timeout: Option<Duration>,
    /// Stop at the first document that is partial or failed
    #[arg(long)]
    pub(crate) strict: bool,
    /// Write a list of problems as JSON Lines: partial or failed documents with their problems, and skipped inputs with
    /// the reason
    #[arg(long, value_name = "FILE", value_parser = file_name())]
    pub(crate) failures: Option<PathBuf>,
    /// Exit with 0 if at most this many documents are partial or failed: 5, or 2% [default: 0]
    #[arg(long, value_name = "N|N%")]
    pub(crate) max_failures: Option<MaxFailures>,
    /// Print no progress and no closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

pub(crate) fn run(args: AnnotateArgs, matches: &ArgMatches) -> Result<Outcome> {
    let table_output = TableOutput::of(&args.output.output);
    if let Some(tables) = &table_output {
        tables.refuse(needs_lines(&args))?;
    }
    pressmark::warm_up();
    let stop = interrupt::watch()?;
    let settings = Settings {
        ingest: args.input.options(),
        mark_duplicates: args.output.duplicates != Duplicates::Keep,
        layers: args.output.layers.layers.clone(),
        timeout: args.run.timeout,
        jobs: args.run.jobs.map(NonZeroUsize::from),
        stop: Some(Arc::clone(&stop)),
        ..args.stages.settings()?
    };
    let annotator = stages::annotator(settings, &args.model)?;
    let own = OwnFiles::of(&args.output.output, args.output.shard_rows.is_some(), args.run.failures.as_deref());
    let inputs = Inputs::open(&args.inputs, annotator.settings().ingest.clone())?;
    let inputs = inputs.without(move |path| own.contains(path));
    let progress = inputs.progress();
    let total_bytes = progress.total_bytes();
    let provenance = annotator.provenance();
    let command = AnnotateArgs::augment_args(Command::new("annotate"));
    let read: Vec<PathBuf> = args.inputs.iter().cloned().chain(args.stages.files()).collect();
    let plan = Plan {
        output: &args.output.output,
        read: &read,
        failures: args.run.failures.as_deref(),
        rows_each: args.output.shard_rows.map(NonZeroU64::get),
        shard: args.run.shard,
        if_exists: args.output.if_exists(),
        settings: describe(&command, matches, &provenance, annotator.model()),
        drop_duplicates: args.output.duplicates == Duplicates::Drop,
        input_is_rereadable: total_bytes.is_some(),
    };
    let mut records = ShardRecords::new(inputs, args.run.shard, Arc::clone(&stop));
    let mut run = match &table_output {
        Some(tables) => tables.open(&plan, args.output.overwrite)?,
        None => match Run::open(&plan, &mut records).map_err(advise)? {
            Opened::Ready(run) => *run,
            Opened::Finished(counts) => return Ok(finished_before(&args, counts)),
            Opened::Stopped => return Ok(Outcome::Interrupted),
        },
    };
    let digest = records.digest();
    let mut report = Report::start(args.run.quiet, total_bytes, run.counts());
    let ended = if args.run.strict && bad(run.counts()) > 0 {
        Some(End::Refused(anyhow!("a document annotated before is partial or failed (--strict)")))
    } else {
        let sink = |batch: Vec<Annotated<[u8; 32]>>| {
            // Stages were told to stop, so these documents may be incomplete and must not be written.
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
        annotator.run(records.map(|next| (next.record, next.fingerprint)), sink)
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
        return Err(no_document(&progress.skips()));
    }
    let (is_resumable, skipped) = (run.is_resumable(), progress.skips());
    run.skipped(&skipped).map_err(advise)?;
    let failures = report::failures(run.failures(), &skipped);
    run.finish(digest.end()).map_err(|error| say_how_to_resume(advise(error), is_resumable))?;
    report.finish(&annotator.times(), &failures);
    // The process is about to exit, and dropping the stages would only take time.
    mem::forget(annotator);
    Ok(outcome(counts, &args.run))
}

/// Returns the first given option that requires an output of lines.
fn needs_lines(args: &AnnotateArgs) -> Option<&'static str> {
    let shard = (args.run.shard != Shard::WHOLE).then_some("--shard");
    let parts = args.output.shard_rows.map(|_| "--shard-rows");
    args.output.resume.then_some("--resume").or(shard).or(parts)
}

/// Reasons why a run ended before its input did.
enum End {
    Interrupted,
    Failed(Error),
    /// With `--strict`, a record that is partial or failed.
    Refused(Error),
}

/// Writes annotated documents to the run, in order.
fn take_batch(
    batch: Vec<Annotated<[u8; 32]>>,
    run: &mut Run,
    provenance: &Provenance<'_>,
    args: &RunArgs,
    mut each: impl FnMut(&Document),
) -> ControlFlow<End> {
    let failed = |error| ControlFlow::Break(End::Failed(error));
    for Annotated { mut doc, tag: fingerprint, signature, .. } in batch {
        let identity = RecordIdentity { fingerprint, signature: signature.as_ref() };
        if let Err(error) = run.take(&mut doc, &identity, provenance) {
            return failed(advise(error));
        }
        each(&doc);
        if args.strict && doc.status() != Status::Ok {
            return ControlFlow::Break(End::Refused(not_strict(&doc)));
        }
    }
    run.flush().map_or_else(|error| failed(advise(error)), ControlFlow::Continue)
}

/// Builds the error for inputs without a single document.
fn no_document(skipped: &[Skipped]) -> Error {
    let mut text = "no documents found".to_owned();
    for skipped in skipped.iter().take(MOST_SKIPPED) {
        let _ = write!(text, "\n{skipped}");
    }
    if skipped.len() > MOST_SKIPPED {
        let _ = write!(text, "\nand {} more", skipped.len() - MOST_SKIPPED);
    }
    if skipped.iter().any(|skipped| skipped.reason == SkipReason::UnknownType) {
        text.push_str("\nsee --input-format");
    }
    anyhow!(text)
}

/// Skipped inputs to list if there is no document. Set by hand: enough to show the pattern without flooding the
/// terminal.
const MOST_SKIPPED: usize = 5;

fn documents(counts: DocumentCounts) -> u64 {
    counts.ok + bad(counts)
}

fn bad(counts: DocumentCounts) -> u64 {
    counts.partial + counts.failed
}

fn outcome(counts: DocumentCounts, args: &RunArgs) -> Outcome {
    let most = args.max_failures.unwrap_or(MaxFailures::Documents(0));
    if most.allows(counts) { Outcome::Good } else { Outcome::SomeFailed }
}

fn finished_before(args: &AnnotateArgs, counts: DocumentCounts) -> Outcome {
    if !args.run.quiet {
        let count = documents(counts);
        let output = args.output.output.display();
        terminal::say(&format!("{output} is complete ({count} documents): nothing to do"));
    }
    outcome(counts, &args.run)
}

/// Saves what is done of a run that failed.
fn broken(error: Error, mut run: Run) -> Error {
    // On a full disk this fails too; the journal is then valid up to its last complete line.
    let _ = run.sync();
    say_how_to_resume(error, run.is_resumable())
}

fn say_how_to_resume(error: Error, is_resumable: bool) -> Error {
    if is_resumable && !is_closed_pipe(&error) {
        error.context("the run stopped; finished work is kept: run the same command with --resume to continue")
    } else {
        error
    }
}

fn interrupted(mut run: Run) -> Result<Outcome> {
    run.sync()?;
    let count = documents(run.counts());
    let how = if run.is_resumable() { "; run the same command with --resume to continue" } else { "" };
    terminal::say(&format!("interrupted after {count} documents{how}"));
    Ok(Outcome::Interrupted)
}

fn not_strict(doc: &Document) -> anyhow::Error {
    let problem = doc.problems.iter().find(|p| p.kind.severity() > pressmark_core::Severity::Note);
    let why = problem.map_or_else(String::new, |p| format!(": {}: {}", p.kind, p.message));
    anyhow!("stopped at record {} of {}{why} (--strict)", doc.source.record, doc.source.path)
}
