use std::fs;
use std::io::Write;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result, bail};
use clap::Args;
use pressmark::{Annotator, Inputs, Settings};
use pressmark_core::{Document, SegmentKind, Span, Subject};
use pressmark_report::{Beside, Options, Report};
use pressmark_run::refuse_to_lose_unless_ours;

use crate::advice::advise;
use crate::args::{InputArgs, ModelArgs, StageArgs, file_name};
use crate::terminal::{clean, say};
use crate::wrap::{Piece, piece, plain, text_width, wrap};
use crate::{Outcome, stages};

/// Show one document in the terminal: entities and quotations marked, summary, top frames
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Which record of the file, counted from 1
    #[arg(long, default_value_t = NonZeroU64::MIN, value_name = "N")]
    pub(crate) record: NonZeroU64,

    /// Also print which rule or head decided on each quotation, speaker, entity, dropped block, frame, tone and stance,
    /// and its numbers
    #[arg(long)]
    pub(crate) explain: bool,

    /// Write the document as an HTML page instead, with the numbers and the rule behind every annotation
    #[arg(long, value_name = "FILE", value_parser = file_name())]
    pub(crate) html: Option<PathBuf>,
    /// Replace an existing file, even if it is not a pressmark page
    #[arg(long, requires = "html")]
    pub(crate) overwrite: bool,

    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) stages: StageArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
}

const HEADING: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const QUOTE: Style = AnsiColor::Cyan.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default();

/// Frames to show per codebook. Set by hand: the top few fit on a screen; the rest score low.
const TOP_FRAMES: usize = 4;

pub(crate) fn run(args: InspectArgs) -> Result<Outcome> {
    if args.file.is_dir() {
        bail!("{} is a folder: {}", args.file.display(), files_in(&args.file));
    }
    if let Some(path) = &args.html {
        let read: Vec<PathBuf> = args.stages.files().chain([args.file.clone()]).collect();
        refuse_to_lose_unless_ours(path, &read, args.overwrite).map_err(advise)?;
    }
    let ingest = args.input.options();
    let mut inputs = Inputs::open(std::slice::from_ref(&args.file), ingest.clone())?;
    let settings = Settings { ingest, explain: args.explain || args.html.is_some(), ..args.stages.settings()? };
    let annotator = stages::annotator(settings, &args.model)?;
    // Rows count records from 0, the option from 1.
    let found = inputs.find(|record| record.index + 1 == args.record.get());
    let record = found.with_context(|| match inputs.skipped().first() {
        Some(skipped) => format!("{} was not read: {}: {}", args.file.display(), skipped.reason, skipped.detail),
        None => format!("there is no record {} in {}", args.record, args.file.display()),
    })?;
    let doc = annotator.document(&record);
    if let Some(path) = &args.html {
        write_page(&doc, &annotator, &record.bytes, path)?;
    } else {
        let mut shown = Shown { doc: &doc, out: anstream::stdout().lock(), width: text_width() };
        shown.all()?;
        shown.explanations(&record.bytes)?;
    }
    Ok(if doc.status() == pressmark_core::Status::Ok { Outcome::Good } else { Outcome::SomeFailed })
}

/// Writes the HTML page of one document.
fn write_page(doc: &Document, annotator: &Annotator, input: &[u8], path: &Path) -> Result<()> {
    let mut options = Options::default();
    options.title = doc.meta.title.clone().unwrap_or_else(|| doc.source.path.clone());
    let mut report = Report::create(path, options)?;
    let beside = Beside::default().with_input(input).with_explanations(doc.explanations.as_deref().unwrap_or_default());
    report.add(&annotator.record(doc), beside)?;
    report.finish()?;
    say(&format!("wrote {}: open it in a browser", path.display()));
    Ok(())
}

/// Suggests files to inspect instead of a folder.
fn files_in(folder: &Path) -> String {
    /// File names to suggest. Set by hand: enough for an example in a one-line message.
    const SHOWN: usize = 3;
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort_unstable();
    match &files[..] {
        [] => "name a file".to_owned(),
        files => {
            let names: Vec<_> = files.iter().take(SHOWN).map(|path| path.display().to_string()).collect();
            format!("name one of its files, such as {}", names.join(", "))
        }
    }
}

/// Renders a document for a terminal.
struct Shown<'a, W> {
    doc: &'a Document,
    out: W,
    /// Line width in columns.
    width: usize,
}

impl<W: Write> Shown<'_, W> {
    fn all(&mut self) -> Result<()> {
        self.head()?;
        writeln!(self.out)?;
        self.text()?;
        self.entities()?;
        self.quotes()?;
        self.summary()?;
        self.frames()?;
        self.stances()
    }

    /// Wraps and prints pieces, with prefixes for the first and the following lines.
    fn lines(&mut self, pieces: &[Piece], first: &str, rest: &str) -> Result<()> {
        Ok(writeln!(self.out, "{}", wrap(pieces, self.width, first, rest))?)
    }

    fn heading(&mut self, text: &str) -> Result<()> {
        self.lines(&[piece(text, HEADING)], "", "")
    }

    fn end(&mut self) -> Result<()> {
        Ok(writeln!(self.out)?)
    }

    fn head(&mut self) -> Result<()> {
        let doc = self.doc;
        let meta = &doc.meta;
        let about = [&meta.site, &meta.published, &meta.language, &doc.source.url].map(Option::as_deref);
        let about: Vec<&str> = about.into_iter().flatten().chain(meta.authors.iter().map(String::as_str)).collect();
        self.lines(&[piece(&about.join(" · "), FAINT)], "", "")?;
        for problem in &doc.problems {
            let line = format!("{} ({}): {}", problem.kind, problem.stage, problem.message);
            self.lines(&[piece(&line, WARNING)], "! ", "  ")?;
        }
        Ok(())
    }

    /// Prints the text block by block: quotations coloured, mentions underlined and labelled.
    fn text(&mut self) -> Result<()> {
        let doc = self.doc;
        let kept = doc.segments.iter().filter_map(|segment| Some((segment.span?, segment.kind)));
        for (span, kind) in kept {
            let style = match kind {
                SegmentKind::Title | SegmentKind::Heading => Style::new().bold(),
                SegmentKind::Caption => FAINT,
                _ => Style::new(),
            };
            let pieces = marked(doc, span, style);
            let indent = if matches!(kind, SegmentKind::Quote | SegmentKind::List) { "  " } else { "" };
            self.lines(&pieces, indent, indent)?;
            self.end()?;
        }
        Ok(())
    }

    fn entities(&mut self) -> Result<()> {
        let doc = self.doc;
        if doc.entities.is_empty() {
            return Ok(());
        }
        self.heading("Entities")?;
        for entity in &doc.entities {
            let mut pieces = vec![plain(&entity.name)];
            if !entity.aliases.is_empty() {
                pieces.push(piece(&format!(" ({})", entity.aliases.join(", ")), FAINT));
            }
            if let Some((tone, score)) = entity.sentiment.map(|s| s.best()) {
                pieces.push(piece(&format!(" · {tone} {score:.2}"), FAINT));
            }
            let first = clean(&format!("  {:<8} {:>3}×  ", entity.label, entity.mentions)).into_owned();
            self.lines(&pieces, &first, "                ")?;
        }
        self.end()
    }

    fn quotes(&mut self) -> Result<()> {
        let doc = self.doc;
        if doc.quotes.is_empty() {
            return Ok(());
        }
        self.heading("Quotations")?;
        for quote in &doc.quotes {
            let named = quote.speaker.and_then(|s| doc.entities.get(s)).map(|e| e.name.as_str());
            let speaker = named.or_else(|| quote.speaker_span.map(|s| doc.slice(s))).unwrap_or("unnamed speaker");
            let pieces = [
                piece(&one_line(speaker), Style::new().bold()),
                piece(&format!(" ({}): ", quote.kind.as_str()), FAINT),
                piece(&one_line(doc.slice(quote.span)), QUOTE),
            ];
            self.lines(&pieces, "  ", "    ")?;
        }
        self.end()
    }

    fn summary(&mut self) -> Result<()> {
        let doc = self.doc;
        if let Some(text) = &doc.abstract_text {
            self.heading("Abstract")?;
            self.lines(&[plain(&one_line(text))], "  ", "  ")?;
            self.end()?;
        }
        if doc.summary.is_empty() {
            return Ok(());
        }
        self.heading("Summary")?;
        for sentence in doc.summary.iter().filter_map(|s| doc.sents.get(s.sent)) {
            self.lines(&[plain(&one_line(doc.slice(sentence.span)))], "  – ", "    ")?;
        }
        self.end()
    }

    fn frames(&mut self) -> Result<()> {
        let doc = self.doc;
        for codebook in doc.frames.chunk_by(|a, b| a.codebook == b.codebook) {
            self.heading(&format!("Frames ({})", codebook[0].codebook))?;
            for frame in codebook.iter().take(TOP_FRAMES) {
                let evidence =
                    frame.evidence.first().map_or_else(String::new, |e| format!(" · {}", one_line(doc.slice(e.span))));
                let pieces = [plain(&frame.label), piece(&evidence, FAINT)];
                self.lines(&pieces, &format!("  {:.2} ", frame.score), "       ")?;
            }
            self.end()?;
        }
        Ok(())
    }

    fn stances(&mut self) -> Result<()> {
        use pressmark_core::{Holder, Target};
        let doc = self.doc;
        if doc.stances.is_empty() {
            return Ok(());
        }
        self.heading("Stances")?;
        let name = |entity: usize| doc.entities.get(entity).map_or("?", |e| e.name.as_str());
        for stance in &doc.stances {
            let holder = match stance.holder {
                Holder::Outlet => "the outlet",
                Holder::Entity(entity) => name(entity),
            };
            let target = match &stance.target {
                Target::Entity(entity) => name(*entity),
                Target::Text(text) => text,
            };
            let line = format!("{holder} → {target}: {} {:.2}", stance.label.as_str(), stance.score);
            self.lines(&[plain(&line)], "  ", "    ")?;
        }
        self.end()
    }

    /// Prints the explanations of each stage's decisions.
    fn explanations(&mut self, raw: &[u8]) -> Result<()> {
        let doc = self.doc;
        for stage in doc.explanations.iter().flatten().collect::<Vec<_>>().chunk_by(|a, b| a.stage == b.stage) {
            self.heading(&format!("Why ({})", stage[0].stage))?;
            for explanation in stage {
                let subject = match &explanation.subject {
                    Subject::Text(span) => format!("“{}”", beginning(doc.slice(*span))),
                    Subject::Raw(bytes) => {
                        let words = raw.get(bytes.clone()).map(String::from_utf8_lossy).unwrap_or_default();
                        format!("bytes {} to {} “{}”", bytes.start, bytes.end, beginning(&words))
                    }
                    Subject::Entity(entity) => doc.entities.get(*entity).map_or_else(String::new, |e| e.name.clone()),
                    Subject::Document => "the document".to_owned(),
                };
                let pieces = [plain(&explanation.to_string()), piece(&format!(" · {subject}"), FAINT)];
                self.lines(&pieces, "  ", "    ")?;
            }
            self.end()?;
        }
        Ok(())
    }
}

/// Splits a span of the text into pieces: quotations coloured, mentions underlined and labelled.
fn marked(doc: &Document, within: Span, base: Style) -> Vec<Piece> {
    let mut cuts: Vec<usize> = vec![within.start, within.end];
    cuts.extend(doc.quotes.iter().flat_map(|q| [q.span.start, q.span.end]));
    cuts.extend(doc.ents.iter().flat_map(|e| [e.span.start, e.span.end]));
    cuts.retain(|&cut| within.start <= cut && cut <= within.end);
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces = Vec::new();
    let (mut ents, mut quotes) = (doc.ents.iter().peekable(), doc.quotes.iter().peekable());
    for pair in cuts.windows(2) {
        let span = Span::new(pair[0], pair[1]);
        while ents.next_if(|e| e.span.end <= span.start).is_some() {}
        while quotes.next_if(|q| q.span.end <= span.start).is_some() {}
        let mut style = base;
        if quotes.peek().is_some_and(|q| q.span.contains(span)) {
            style = style.fg_color(QUOTE.get_fg_color());
        }
        let ent = ents.peek().filter(|e| e.span.contains(span));
        if ent.is_some() {
            style = style.underline();
        }
        pieces.push(piece(doc.slice(span), style));
        if let Some(ent) = ent.filter(|e| e.span.end == span.end) {
            pieces.push(piece(&format!("[{}]", ent.label), FAINT));
        }
    }
    pieces
}

/// Collapses each run of white space to one space.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Maximum characters shown of an explanation's subject. Set by hand: enough to recognise the passage on about one
/// line.
const SUBJECT_CHARS: usize = 60;

/// Returns the beginning of a text on one line, with an ellipsis if it is cut.
fn beginning(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(SUBJECT_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
