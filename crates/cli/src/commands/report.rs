use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use pressmark_ingest::Unpacked;
use pressmark_jsonl::story::Story;
use pressmark_jsonl::{Record, Rows};
use pressmark_report::{Beside, Options, Report};

use super::verify::inputs::{Held, Inputs};
use super::verify::lines::{Line, Lines};
use crate::args::ReadArgs;
use crate::{Outcome, terminal};

const REPORT_EXAMPLES: &str = "\
Examples:
  Annotate, then look:
    pressmark annotate seeds -o annotated.jsonl
    pressmark report annotated.jsonl -o report.html
  With the words of what was left out of each page:
    pressmark report annotated.jsonl --inputs seeds -o report.html";

/// Write one page to look at annotated documents, in any browser and without a network
///
/// The page shows each article with its marks, every mark with its numbers, and all of them together: who is in the
/// news, who is quoted, how stories are framed, by outlet and over time. Where documents are too many for one file, they go to the folder NAME-data
/// beside it, which must stay there.
#[derive(Debug, Args)]
#[command(after_help = REPORT_EXAMPLES)]
pub(crate) struct ReportArgs {
    /// Annotated lines, plain, gzip or Zstandard; `-` is standard input
    #[arg(value_name = "ANNOTATED", required = true)]
    pub(crate) annotated: Vec<PathBuf>,

    /// The page
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Title of the page
    #[arg(long, value_name = "TEXT", default_value = "pressmark report")]
    pub(crate) title: String,
    /// Folder of the inputs: show the words of blocks that were left out of the text
    #[arg(long, value_name = "DIR")]
    pub(crate) inputs: Option<PathBuf>,
    /// Stories over these documents, as `pressmark group` wrote them: shows how their outlets tell them
    #[arg(long, value_name = "FILE")]
    pub(crate) stories: Option<PathBuf>,
    /// No closing summary
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

pub(crate) fn run(args: ReportArgs) -> Result<Outcome> {
    if args.annotated.contains(&args.output) {
        bail!("{} is both read and written: name another page", args.output.display());
    }
    let mut options = Options::default();
    options.title = args.title;
    let mut report = Report::create(&args.output, options)?;
    let mut broken = Broken::default();
    for path in &args.annotated {
        let shown = path.display();
        let file = Unpacked::open(path, &args.read.options()).with_context(|| format!("failed to open {shown}"))?;
        let inputs = args.inputs.clone().map(|root| Inputs::open(root, args.read.options(), Rows::Some)).transpose()?;
        add_rows(&mut report, Lines::new(file), inputs, &shown.to_string(), &mut broken)?;
    }
    if report.documents() == 0 {
        bail!("there is no annotated document in {}{}", args.annotated[0].display(), broken.first());
    }
    if let Some(path) = &args.stories {
        add_stories(&mut report, path, &mut broken)?;
    }
    let written = report.finish()?;
    if !args.quiet {
        let files =
            written.folder.map_or_else(String::new, |folder| format!(", its documents in {}/", folder.display()));
        let size = written.bytes as f64 / 1e6;
        terminal::say(&format!("{} documents in {}, {size:.1} MB{files}", written.documents, args.output.display()));
        if broken.lines > 0 {
            terminal::say(&format!("{} lines are left out{}", broken.lines, broken.first()));
        }
    }
    Ok(if broken.lines == 0 { Outcome::Good } else { Outcome::SomeFailed })
}

/// Lines that are no records.
#[derive(Debug, Default)]
struct Broken {
    lines: usize,
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

fn add_rows<R: std::io::BufRead>(
    report: &mut Report,
    lines: Lines<R>,
    mut inputs: Option<Inputs>,
    path: &str,
    broken: &mut Broken,
) -> Result<()> {
    for (line, number) in lines.zip(1u64..) {
        let place = format!("line {number} of {path}");
        match line {
            Line::Row(row) => match serde_json::from_slice::<Record<'_>>(&row) {
                Err(error) => broken.add(&place, format_args!("is no record of pressmark/1: {error}")),
                Ok(record) => {
                    let held = inputs.as_mut().and_then(|inputs| inputs.of(&row));
                    let input = held.as_ref().and_then(|held| input_of(held, &record));
                    let beside = input.map_or_else(Beside::default, |input| Beside::default().with_input(input));
                    report.add(&record, beside)?;
                }
            },
            Line::Broken(what) => broken.add(&place, what),
            Line::End(Some(what)) => broken.add(path, format_args!("has a problem: {what}")),
            Line::End(None) => {}
        }
    }
    Ok(())
}

fn add_stories(report: &mut Report, path: &Path, broken: &mut Broken) -> Result<()> {
    let shown = path.display();
    let file = Unpacked::open(path, &pressmark_ingest::Options::default());
    for (line, number) in Lines::new(file.with_context(|| format!("failed to open {shown}"))?).zip(1u64..) {
        match line {
            Line::Row(row) => match serde_json::from_slice::<Story>(&row) {
                Ok(story) => report.add_story(&story)?,
                Err(error) => broken.add(
                    &format!("line {number} of {shown}"),
                    format_args!("is no story of pressmark-story/1: {error}"),
                ),
            },
            Line::Broken(what) => broken.add(&format!("line {number} of {shown}"), what),
            Line::End(_) => {}
        }
    }
    Ok(())
}

/// The bytes that a record was made from, where they are the same.
fn input_of<'a>(held: &'a Held, record: &Record<'_>) -> Option<&'a [u8]> {
    match held {
        Held::Input { input, .. } if input.sha256 == record.source.sha256 => Some(&input.bytes),
        _ => None,
    }
}
