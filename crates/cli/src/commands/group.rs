use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use indicatif::HumanDuration;
use pressmark::{Annotator, Settings, peak_memory};
use pressmark_group::{Grouper, Grouping, Options, RowStore, SentenceVectors};
use pressmark_run::{NewFile, is_same_file};
use pressmark_tables::open_rows;

use crate::advice::advise;
use crate::args::EncoderArgs;
use crate::progress::Progress;
use crate::{Outcome, interrupt, rows, terminal};

const GROUP_EXAMPLES: &str = "\
Examples:
  Which documents report the same event, and what their outlets report differently:
    pressmark annotate pages/ -o annotated.jsonl
    pressmark group annotated.jsonl -o stories.jsonl
  Also the rows, each with its story:
    pressmark group annotated.jsonl -o stories.jsonl --rows grouped.jsonl
  Stories in three or more outlets, with jq:
    jq 'select(.outlets | length > 2) | .title' stories.jsonl";

/// Group annotated documents by event, and list what outlets report differently
///
/// Writes one JSON object (pressmark-story/1) per story, in the order of their first documents; a document that shares
/// its event with no other is a story of its own. Documents are compared only with those that share rare names and
/// words with them, so time grows with their number and not with its square; about 1 KB per document is kept in memory.
#[derive(Debug, Args)]
#[command(after_help = GROUP_EXAMPLES)]
pub(crate) struct GroupArgs {
    /// Files written by `pressmark annotate` (.jsonl, .jsonl.gz, .jsonl.zst, .parquet), folders of them, or `-` for
    /// standard input
    #[arg(required = true, value_name = "ANNOTATED")]
    pub(crate) annotated: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) output: GroupOutputArgs,

    /// How much the documents of a story must have in common, above 0 and up to 1: the mean over pairs of the cosine of
    /// their weighted words and names, lower for each day between them. Reports of one event have about 0.2 to 0.5,
    /// those of two similar events 0.05 to 0.15. A lower value merges related events; a higher one splits stories
    #[arg(long, default_value_t = Options::default().threshold, value_name = "SCORE", help_heading = "Grouping")]
    pub(crate) threshold: f32,

    /// Documents this many days apart or more are not in one story
    #[arg(long, default_value_t = Options::default().max_days, value_name = "DAYS", help_heading = "Grouping")]
    pub(crate) max_days: u32,

    /// Whether to align sentences by the model's vectors as well as by names, numbers and words, which finds more that
    /// state the same thing and takes as long as annotating: `auto` does if at most 2,000 documents share a story with
    /// others
    #[arg(long, value_enum, default_value_t = Vectors::Auto, value_name = "WHEN", help_heading = "Differences")]
    pub(crate) vectors: Vectors,

    #[command(flatten)]
    pub(crate) model: EncoderArgs,

    /// Print no progress and no closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// When sentences are aligned by vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Vectors {
    Auto,
    Always,
    Never,
}

/// Maximum documents in stories with others for which `auto` uses vectors. Set by hand: encoding them takes some
/// minutes on one core; raising it makes large runs as slow as annotating them.
const MOST_WITH_VECTORS: usize = 2000;

impl Vectors {
    fn are_taken(self, grouping: &Grouping) -> bool {
        let shared = grouping.groups().iter().map(|group| group.len()).filter(|&documents| documents > 1);
        match self {
            Self::Auto => shared.sum::<usize>() <= MOST_WITH_VECTORS,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct GroupOutputArgs {
    /// Where to write the stories: a file (.jsonl, .jsonl.gz, .jsonl.zst) or `-` for standard output
    #[arg(short, long, default_value = "-", value_name = "PATH")]
    pub(crate) output: PathBuf,

    /// Also write the rows, in their order, each with the id of its `story`, or null if it has no text
    #[arg(long, value_name = "FILE")]
    pub(crate) rows: Option<PathBuf>,

    /// Replace existing files
    #[arg(long)]
    pub(crate) overwrite: bool,
}

pub(crate) fn run(args: GroupArgs) -> Result<Outcome> {
    let stop = interrupt::watch()?;
    let start = Instant::now();
    let options =
        Options::default().with_threshold(args.threshold).context("--threshold")?.with_max_days(args.max_days);
    let inputs = rows::files_of(&args.annotated)?;
    if args.output.rows.as_ref().is_some_and(|rows| is_same_file(rows, &args.output.output)) {
        bail!("--rows and --output are the same file: choose another for one of them");
    }
    let output = NewFile::create(&args.output.output, &inputs, args.output.overwrite).map_err(advise)?;
    let rows_output = match &args.output.rows {
        Some(path) => Some(NewFile::create(path, &inputs, args.output.overwrite).map_err(advise)?),
        None => None,
    };
    let mut progress = Progress::new(args.quiet);
    let mut store = RowStore::new();
    let mut grouper = Grouper::new(options);
    for path in &inputs {
        let sink = |record: &pressmark::Record<'_>| {
            grouper.add(record);
            progress.step("documents read");
        };
        read(&mut store, path, sink)?;
        if stop.load(Ordering::SeqCst) {
            return Ok(Outcome::Interrupted);
        }
    }
    if store.is_empty() {
        bail!("there are no rows in the files; write them with `pressmark annotate`");
    }
    let grouping = grouper.finish();
    let annotator = args.vectors.are_taken(&grouping).then(|| annotator(&args.model)).transpose()?;
    let embed = annotator.as_ref().map(|annotator| |texts: &[&str]| embed(annotator, texts));
    let vectors = embed.as_ref().map(|embed| embed as &dyn SentenceVectors);
    let mut progress = Progress::new(args.quiet);
    let Some(told) = write_stories(&store, &grouping, vectors, output, &stop, &mut progress)? else {
        return Ok(Outcome::Interrupted);
    };
    if let Some(rows_output) = rows_output {
        write_rows(&store, &grouping, &told.ids, rows_output)?;
    }
    if !args.quiet {
        sum_up(&store, &grouping, &told, start.elapsed());
    }
    Ok(Outcome::Good)
}

fn read(store: &mut RowStore, path: &Path, sink: impl FnMut(&pressmark::Record<'_>)) -> Result<()> {
    if rows::is_plain_file(path) {
        return Ok(store.read_file(path, sink)?);
    }
    Ok(store.read_stream(open_rows(path)?, path, sink)?)
}

fn annotator(model: &EncoderArgs) -> Result<Annotator> {
    let settings = Settings { model: model.bundle.source(), precision: model.precision.into(), ..Settings::default() };
    Ok(Annotator::new(settings)?)
}

fn embed(annotator: &Annotator, texts: &[&str]) -> Result<Vec<Vec<f32>>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(annotator.embed(texts)?.rows().into_iter().map(|row| row.to_vec()).collect())
}

/// Summary of what was written.
struct Told {
    /// Story id of each group.
    ids: Vec<String>,
    /// Number of stories of more than one document.
    shared: usize,
    copies: usize,
}

/// Writes the story of each group; returns `None` if interrupted.
fn write_stories(
    store: &RowStore,
    grouping: &Grouping,
    vectors: Option<&dyn SentenceVectors>,
    mut output: NewFile,
    stop: &Arc<AtomicBool>,
    progress: &mut Progress,
) -> Result<Option<Told>> {
    let mut told = Told { ids: Vec::new(), shared: 0, copies: 0 };
    for (number, group) in grouping.groups().iter().enumerate() {
        if stop.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let records = group.iter().map(|&row| store.record(row)).collect::<Result<Vec<_>, _>>()?;
        let story = grouping.story(number, &records, vectors)?;
        serde_json::to_writer(&mut output, &story)?;
        output.write_all(b"\n")?;
        told.shared += usize::from(group.len() > 1);
        told.copies += story.copies.len();
        told.ids.push(story.id);
        progress.step("stories written");
    }
    output.finish().map_err(advise)?;
    Ok(Some(told))
}

/// Copies the rows, adding the id of each row's story.
fn write_rows(store: &RowStore, grouping: &Grouping, ids: &[String], mut output: NewFile) -> Result<()> {
    for row in 0..store.len() {
        let line = store.line(row)?;
        let story = grouping.group_of(row).and_then(|group| ids.get(group));
        // Reading has shown that the line is an object, so its last byte is the closing brace.
        output.write_all(line.strip_suffix(b"}").unwrap_or(&line))?;
        output.write_all(b",\"story\":")?;
        serde_json::to_writer(&mut output, &story)?;
        output.write_all(b"}\n")?;
    }
    output.finish().map_err(advise)
}

/// Prints the closing summary.
fn sum_up(store: &RowStore, grouping: &Grouping, told: &Told, time: Duration) {
    let memory = peak_memory().map_or_else(String::new, |bytes| format!("; peak memory {} MB", bytes >> 20));
    terminal::say(&format!(
        "{} documents, {} stories, {} of them in two or more documents, {} copies, in {}{memory}",
        store.len(),
        grouping.groups().len(),
        told.shared,
        told.copies,
        HumanDuration(time),
    ));
}
