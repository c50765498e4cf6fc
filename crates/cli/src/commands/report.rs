mod stories;

use std::io::BufRead;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use pressmark::{Annotator, Settings};
use pressmark_core::Explanation;
use pressmark_ingest::Record as InputRecord;
use pressmark_jsonl::story::Story;
use pressmark_jsonl::{Record, Rows};
use pressmark_report::{Beside, Options, Report};
use pressmark_run::refuse_to_lose_unless_ours;
use pressmark_tables::open_rows;

use self::stories::Grouped;
use super::verify::inputs::{Held, Inputs};
use super::verify::lines::{Line, Lines};
use crate::advice::advise;
use crate::args::{InputArgs, ModelArgs, StageArgs, file_name};
use crate::report::plural;
use crate::{Outcome, stages, terminal};

const REPORT_EXAMPLES: &str = "\
Examples:
  Annotate, then look:
    pressmark annotate seeds -o annotated.jsonl
    pressmark report annotated.jsonl -o report.html
  With the text that was left out of each page:
    pressmark report annotated.jsonl --inputs seeds -o report.html
  And the rule or head behind every annotation:
    pressmark report annotated.jsonl --inputs seeds --explain -o report.html";

/// Write an HTML page for viewing annotated documents, in any browser and offline
///
/// The page shows each article with its annotations and their numbers, and all documents together: who is in the news,
/// who is quoted, how stories are framed, by outlet and over time. Documents about the same event are grouped, with
/// what their outlets report differently side by side. If there are too many documents for one file, they go to the
/// folder NAME-data beside it, which must stay there.
#[derive(Debug, Args)]
#[command(after_help = REPORT_EXAMPLES)]
pub(crate) struct ReportArgs {
    /// Annotated rows, plain, gzip or Zstandard; `-` is standard input
    #[arg(value_name = "ANNOTATED", required = true)]
    pub(crate) annotated: Vec<PathBuf>,

    /// Where to write the page
    #[arg(short, long, value_name = "FILE", value_parser = file_name())]
    pub(crate) output: PathBuf,
    /// Title of the page
    #[arg(long, value_name = "TEXT", default_value = "pressmark report")]
    pub(crate) title: String,
    /// Folder of the inputs: also show the words of blocks that were left out of the text
    #[arg(long, value_name = "DIR")]
    pub(crate) inputs: Option<PathBuf>,
    /// Annotate the inputs again and show which rule or head decided on each annotation, and its numbers; give the same
    /// options as for the rows: those that come out differently get no explanations
    #[arg(long, requires = "inputs")]
    pub(crate) explain: bool,
    /// Stories of these documents, written by `pressmark group`, instead of grouping them again
    #[arg(long, value_name = "FILE")]
    pub(crate) stories: Option<PathBuf>,
    /// Replace an existing file, even if it is not a pressmark page
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Print no closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) stages: StageArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
}

pub(crate) fn run(args: ReportArgs) -> Result<Outcome> {
    let read = args.annotated.iter().chain(&args.stories).chain(&args.inputs).cloned();
    let read: Vec<PathBuf> = read.chain(args.stages.files()).collect();
    refuse_to_lose_unless_ours(&args.output, &read, args.overwrite).map_err(advise)?;
    let mut options = Options::default();
    options.title = args.title;
    let mut report = Report::create(&args.output, options)?;
    let mut broken = Broken::default();
    let ingest = args.input.options();
    let mut explainer = None;
    if args.explain {
        let settings = Settings { ingest: ingest.clone(), explain: true, ..args.stages.settings()? };
        explainer = Some(Explainer { annotator: stages::annotator(settings, &args.model)?, left_out: 0 });
    }
    let mut grouped = if args.stories.is_none() { Some(Grouped::new()) } else { None };
    for path in &args.annotated {
        let shown = path.display();
        let inputs = args.inputs.clone().map(|root| Inputs::open(root, ingest.clone(), Rows::Some)).transpose()?;
        let mut rows = RowsOf {
            path: shown.to_string(),
            inputs,
            explainer: explainer.as_mut(),
            grouped: grouped.as_mut(),
            broken: &mut broken,
        };
        rows.add(&mut report, Lines::new(open_rows(path)?))?;
    }
    if report.documents() == 0 {
        bail!("there are no annotated documents in {}{}", args.annotated[0].display(), broken.first());
    }
    if let Some(path) = &args.stories {
        add_stories(&mut report, path, &mut broken)?;
    }
    if let Some(grouped) = grouped {
        grouped.tell(&mut report)?;
    }
    let written = report.finish()?;
    if !args.quiet {
        let files =
            written.folder.map_or_else(String::new, |folder| format!(", its documents in {}/", folder.display()));
        let size = written.bytes as f64 / 1e6;
        let documents = plural(written.documents as u64, "document");
        terminal::say(&format!("{documents} in {}, {size:.1} MB{files}", args.output.display()));
        if let Some(Explainer { left_out: left_out @ 1.., .. }) = explainer {
            terminal::say(&format!(
                "{} without explanations: with these options the rows come out differently, or their inputs are missing",
                plural(left_out, "document")
            ));
        }
        if broken.lines > 0 {
            terminal::say(&format!("{} skipped{}", plural(broken.lines, "line"), broken.first()));
        }
    }
    Ok(if broken.lines == 0 { Outcome::Good } else { Outcome::SomeFailed })
}

/// Lines that are not records.
#[derive(Debug, Default)]
struct Broken {
    lines: u64,
    first: Option<String>,
}

impl Broken {
    fn add(&mut self, place: &str, what: impl std::fmt::Display) {
        self.lines += 1;
        self.first.get_or_insert_with(|| format!("{place} {what}"));
    }

    fn first(&self) -> String {
        self.first.as_ref().map_or_else(String::new, |first| format!(": {first}"))
    }
}

/// The rows of one file, with everything needed to add them to a report.
struct RowsOf<'a> {
    path: String,
    inputs: Option<Inputs>,
    explainer: Option<&'a mut Explainer>,
    grouped: Option<&'a mut Grouped>,
    broken: &'a mut Broken,
}

impl RowsOf<'_> {
    fn add<R: BufRead>(&mut self, report: &mut Report, lines: Lines<R>) -> Result<()> {
        for (line, number) in lines.zip(1u64..) {
            let place = format!("line {number} of {}", self.path);
            match line {
                Line::Row(row) => match serde_json::from_slice::<Record<'_>>(&row) {
                    Err(error) => self.broken.add(&place, format_args!("is not a pressmark/1 record: {error}")),
                    Ok(record) => self.add_row(report, &row, &record)?,
                },
                Line::Broken(what) => self.broken.add(&place, what),
                Line::End(Some(what)) => self.broken.add(&self.path, format_args!("has a problem: {what}")),
                Line::End(None) => {}
            }
        }
        Ok(())
    }

    fn add_row(&mut self, report: &mut Report, row: &[u8], record: &Record<'_>) -> Result<()> {
        let held = self.inputs.as_mut().and_then(|inputs| inputs.of(row));
        let input = held.as_ref().and_then(|held| input_of(held, record));
        let explained = self.explainer.as_mut().and_then(|explainer| explainer.explain(record, input));
        let mut beside = Beside::default();
        if let Some(input) = input {
            beside = beside.with_input(&input.bytes);
        }
        report.add(record, beside.with_explanations(explained.as_deref().unwrap_or_default()))?;
        if let Some(grouped) = &mut self.grouped {
            grouped.add(record, row)?;
        }
        Ok(())
    }
}

/// Annotates inputs again to get the explanations that rows do not store.
struct Explainer {
    annotator: Annotator,
    /// Number of rows without explanations, because annotating again gave another result or there is no input.
    left_out: u64,
}

impl Explainer {
    fn explain(&mut self, row: &Record<'_>, input: Option<&InputRecord>) -> Option<Vec<Explanation>> {
        let explained = input.and_then(|input| {
            let doc = self.annotator.document(input);
            let is_same = says_the_same(&self.annotator.record(&doc), row);
            doc.explanations.filter(|_| is_same)
        });
        self.left_out += u64::from(explained.is_none());
        explained
    }
}

/// Whether two rows have the same annotations of the same text, so that explanations of one hold for the other.
fn says_the_same(a: &Record<'_>, b: &Record<'_>) -> bool {
    a.text == b.text
        && a.segments == b.segments
        && a.sents == b.sents
        && a.ents == b.ents
        && a.entities == b.entities
        && a.quotes == b.quotes
        && a.summary == b.summary
        && a.frames == b.frames
        && a.stances == b.stances
}

fn add_stories(report: &mut Report, path: &Path, broken: &mut Broken) -> Result<()> {
    let shown = path.display();
    for (line, number) in Lines::new(open_rows(path)?).zip(1u64..) {
        match line {
            Line::Row(row) => match serde_json::from_slice::<Story>(&row) {
                Ok(story) => report.add_story(&story)?,
                Err(error) => broken.add(
                    &format!("line {number} of {shown}"),
                    format_args!("is not a pressmark-story/1 story: {error}"),
                ),
            },
            Line::Broken(what) => broken.add(&format!("line {number} of {shown}"), what),
            Line::End(_) => {}
        }
    }
    Ok(())
}

/// Returns the input of a record if it is unchanged.
fn input_of<'a>(held: &'a Held, record: &Record<'_>) -> Option<&'a InputRecord> {
    match held {
        Held::Input { input, .. } if input.sha256 == record.source.sha256 => Some(input),
        _ => None,
    }
}
