//! The `verify` command: checks annotated lines against the contract, and against their inputs.

pub(crate) mod inputs;
pub(crate) mod lines;

use std::fmt::Write as _;
use std::io::{self, BufRead, Write};
use std::num::NonZeroU16;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::thread;

use anyhow::{Context, Result};
use clap::Args;
use pressmark_jsonl::{Findings, RowFacts, Rows, Run, verify_line};
use pressmark_pipeline::{Parallel, in_order};

use self::inputs::{Held, Inputs};
use self::lines::{Line, Lines};
use crate::args::{ReadArgs, parse_jobs};
use crate::{Outcome, rows, terminal};

const VERIFY_EXAMPLES: &str = "\
Examples:
  Check every rule of pressmark/1:
    pressmark verify annotated.jsonl
  Also check text, offsets and hashes against the inputs, byte by byte:
    pressmark annotate seeds -o annotated.jsonl
    pressmark verify annotated.jsonl --inputs seeds --complete
  One shard of a run, compressed:
    pressmark verify shard-3.jsonl.zst --some-rows";

/// Check annotated rows against every rule of the format, and against their inputs
///
/// What follows from the inputs is verified: text, offsets, hashes. What a model judged (a speaker, a tone) is checked
/// only for its form. Each finding is one line on standard output: row, id, place in the row, and what is wrong. Exit
/// code 0: no findings; 1: there are findings; 2: the file could not be read.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// The annotated rows: a file (.jsonl, .jsonl.gz, .jsonl.zst, .parquet), a folder of such files, or `-` for
    /// standard input
    #[arg(value_name = "FILE|DIR")]
    pub(crate) file: PathBuf,

    /// Folder of the inputs: also check hashes and offsets against their bytes, and that every record of a file has a
    /// row
    #[arg(long, value_name = "DIR")]
    pub(crate) inputs: Option<PathBuf>,
    /// Allow records of a file without a row, as in a shard or with `--duplicates drop`
    #[arg(long)]
    pub(crate) some_rows: bool,
    /// Require a row for every file under --inputs, as after a run over the whole folder
    #[arg(long, requires = "inputs", conflicts_with = "some_rows")]
    pub(crate) complete: bool,
    /// Maximum findings to print; the others are counted
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) findings: usize,
    /// Rows to check in parallel [default: one per core]
    #[arg(short, long, visible_alias = "threads", value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<NonZeroU16>,
    /// Print no closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// Bytes of lines per batch, unless a single line is longer. Set by hand: large enough to amortise handing over a
/// batch, small enough to spread work over threads.
const BATCH_BYTES: u64 = 1 << 18;
/// Maximum bytes of lines and inputs in flight, unless a single row has more. Set by hand: bounds memory; lowering it
/// stalls threads on large inputs.
const FLIGHT_BYTES: u64 = 64 << 20;
/// Batches in flight per thread. Set by hand: two keep a thread busy while its last result is collected.
const BATCHES_AHEAD: usize = 2;

/// A line and its input.
struct Job {
    row: u64,
    line: Line,
    held: Option<Held>,
    /// With the end of the file: problems with inputs that have no row.
    left: Vec<String>,
}

impl Job {
    /// Bytes held in memory.
    fn bytes(&self) -> usize {
        self.line.len() + self.held.as_ref().map_or(0, Held::len)
    }
}

/// Result of checking a line on its own.
struct Checked {
    row: u64,
    /// `None` for a line that could not be parsed, and for the end of the file.
    facts: Option<RowFacts>,
    is_end: bool,
    is_held: bool,
    findings: Findings,
}

pub(crate) fn run(args: VerifyArgs) -> Result<Outcome> {
    let file = rows::open_all(rows::files_of(std::slice::from_ref(&args.file))?)?;
    let rows = if args.some_rows { Rows::Some } else { Rows::All };
    let inputs = args.inputs.map(|root| Inputs::open(root, args.read.options(), rows)).transpose()?;
    let inputs = inputs.map(|inputs| if args.complete { inputs.complete() } else { inputs });
    let is_held = inputs.is_some();
    let jobs =
        args.jobs.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), |jobs| jobs.get().into());
    let parallel =
        Parallel { jobs, batch: usize::MAX, batch_weight: BATCH_BYTES, ahead: BATCHES_AHEAD, weight: FLIGHT_BYTES };
    let weigh = |job: &Job| job.bytes() as u64;
    let work = |batch: Vec<Job>| batch.into_iter().map(check).collect::<Vec<_>>();
    let mut tally = Tally::new(std::io::stdout().lock(), rows, args.findings);
    let sink = |batch: Vec<Checked>| match batch.into_iter().try_for_each(|checked| tally.take(checked)) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    };
    if let Some(error) = in_order(parallel, jobs_of(Lines::new(file), inputs), weigh, work, sink) {
        return Err(error).context("failed to write the findings");
    }
    if !args.quiet {
        terminal::say(&tally.summary(is_held));
    }
    Ok(if tally.findings == 0 { Outcome::Good } else { Outcome::SomeFailed })
}

/// Pairs each line with its input.
fn jobs_of(mut lines: Lines<impl BufRead>, mut inputs: Option<Inputs>) -> impl Iterator<Item = Job> {
    let mut row = 0;
    std::iter::from_fn(move || {
        let line = lines.next()?;
        row += 1;
        let (mut held, mut left) = (None, Vec::new());
        match (&line, &mut inputs) {
            (Line::Row(line), Some(inputs)) => held = inputs.of(line),
            (Line::End(_), Some(inputs)) => left = inputs.rest(),
            _ => {}
        }
        Some(Job { row, line, held, left })
    })
}

fn check(Job { row, line, held, left }: Job) -> Checked {
    let mut findings = Findings::default();
    let (mut facts, mut is_held) = (None, false);
    let is_end = matches!(line, Line::End(_));
    match &line {
        Line::Row(line) => {
            let (record, found) = verify_line(line);
            findings = found;
            if let (Some(record), Some(held)) = (&record, &held) {
                is_held = held.check(record, &mut findings);
            }
            facts = record.as_ref().map(RowFacts::of);
        }
        Line::Broken(what) => findings.add("row", what),
        Line::End(problem) => {
            problem.iter().for_each(|what| findings.add("end", what));
            left.iter().for_each(|what| findings.add("end", what));
        }
    }
    Checked { row, facts, is_end, is_held, findings }
}

/// Counts of the findings so far, and their output.
struct Tally<W> {
    out: W,
    run: Run,
    /// Maximum findings to write out.
    most: usize,
    rows: u64,
    held: u64,
    bad: u64,
    findings: usize,
}

impl<W: Write> Tally<W> {
    fn new(out: W, rows: Rows, most: usize) -> Self {
        Self { out, run: Run::new(rows), most, rows: 0, held: 0, bad: 0, findings: 0 }
    }

    fn take(&mut self, checked: Checked) -> io::Result<()> {
        let Checked { row, facts, is_end, is_held, mut findings } = checked;
        let name = if is_end { "file".to_owned() } else { format!("row {row}") };
        let name = facts.as_ref().map_or_else(|| name.clone(), |facts| format!("{name} ({})", facts.id()));
        match facts {
            Some(facts) => self.run.check(facts, &mut findings),
            None => self.run.skip(),
        }
        self.rows += u64::from(!is_end);
        self.held += u64::from(is_held);
        self.bad += u64::from(!is_end && !findings.is_empty());
        for finding in findings.iter().take(self.most.saturating_sub(self.findings)) {
            // Keep a finding on one line, whatever the row's id or text contains.
            let line = format!("{name}: {finding}").replace(['\n', '\t'], " ");
            writeln!(self.out, "{}", terminal::clean(&line))?;
        }
        self.findings += findings.len();
        Ok(())
    }

    fn summary(&self, with_inputs: bool) -> String {
        let Self { rows, held, bad, findings, most, .. } = self;
        let mut text = format!("{rows} rows, {bad} with errors, {findings} findings");
        if findings > most {
            let _ = write!(text, " (the first {most} are printed)");
        }
        if with_inputs {
            let _ = write!(text, "; {held} checked against their inputs");
        }
        text
    }
}
