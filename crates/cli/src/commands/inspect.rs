use std::fs;
use std::io::Write;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result, bail};
use clap::Args;
use pressmark::{Inputs, Settings};
use pressmark_core::{Document, Span, Subject};

use crate::args::{InputArgs, ModelArgs, StageArgs};
use crate::terminal::{clean, styled};
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

    /// Print which rule or head decided on each quotation, speaker, entity, dropped block, frame, tone and stance, and
    /// the numbers behind it
    #[arg(long)]
    pub(crate) explain: bool,

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

/// Frames shown of each codebook.
const TOP_FRAMES: usize = 4;

pub(crate) fn run(args: InspectArgs) -> Result<Outcome> {
    if args.file.is_dir() {
        bail!("{} is a folder: {}", args.file.display(), files_in(&args.file));
    }
    let ingest = args.input.options();
    let mut inputs = Inputs::open(std::slice::from_ref(&args.file), ingest.clone())?;
    let settings = Settings { ingest, explain: args.explain, ..args.stages.settings()? };
    let annotator = stages::annotator(settings, &args.model)?;
    let record = inputs
        // In rows, records are counted from 0.
        .find(|record| record.index + 1 == args.record.get())
        .with_context(|| format!("there is no record {} in {}", args.record, args.file.display()))?;
    let doc = annotator.document(&record);
    let mut out = anstream::stdout().lock();
    show(&doc, &mut out)?;
    explanations(&doc, &record.bytes, &mut out)?;
    Ok(if doc.status() == pressmark_core::Status::Ok { Outcome::Good } else { Outcome::SomeFailed })
}

/// What to inspect in place of a folder.
fn files_in(folder: &Path) -> String {
    /// Names that are shown.
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

fn show(doc: &Document, out: &mut impl Write) -> Result<()> {
    let meta = &doc.meta;
    let about = [meta.site.as_deref(), meta.published.as_deref(), meta.language.as_deref(), doc.source.url.as_deref()];
    let about: Vec<&str> = about.into_iter().flatten().chain(meta.authors.iter().map(String::as_str)).collect();
    writeln!(out, "{}", styled(&about.join("  "), FAINT))?;
    for problem in &doc.problems {
        let line = format!("{} ({}): {}", problem.kind, problem.stage, problem.message);
        writeln!(out, "{}", styled(&line, AnsiColor::Yellow.on_default()))?;
    }
    writeln!(out, "\n{}\n", marked(doc))?;
    entities(doc, out)?;
    quotes(doc, out)?;
    summary(doc, out)?;
    frames(doc, out)?;
    stances(doc, out)
}

/// The text with quotations coloured and mentions underlined, each with its label.
fn marked(doc: &Document) -> String {
    let mut cuts: Vec<usize> = vec![0, doc.text.len()];
    cuts.extend(doc.quotes.iter().flat_map(|q| [q.span.start, q.span.end]));
    cuts.extend(doc.ents.iter().flat_map(|e| [e.span.start, e.span.end]));
    cuts.sort_unstable();
    cuts.dedup();
    let mut text = String::new();
    let (mut ents, mut quotes) = (doc.ents.iter().peekable(), doc.quotes.iter().peekable());
    for pair in cuts.windows(2) {
        let piece = Span::new(pair[0], pair[1]);
        while ents.next_if(|e| e.span.end <= piece.start).is_some() {}
        while quotes.next_if(|q| q.span.end <= piece.start).is_some() {}
        let mut style = Style::new();
        if quotes.peek().is_some_and(|q| q.span.contains(piece)) {
            style = QUOTE;
        }
        let ent = ents.peek().filter(|e| e.span.contains(piece));
        if ent.is_some() {
            style = style.underline();
        }
        text.push_str(&styled(doc.slice(piece), style));
        if let Some(ent) = ent.filter(|e| e.span.end == piece.end) {
            text.push_str(&styled(&format!("[{}]", ent.label), FAINT));
        }
    }
    text
}

/// Longest beginning of what a decision is about that is shown, in characters.
const SUBJECT_CHARS: usize = 60;

/// Why the stages decided as they did, a stage after the other.
fn explanations(doc: &Document, raw: &[u8], out: &mut impl Write) -> Result<()> {
    for stage in doc.explanations.iter().flatten().collect::<Vec<_>>().chunk_by(|a, b| a.stage == b.stage) {
        writeln!(out, "{}", styled(&format!("Why ({})", stage[0].stage), HEADING))?;
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
            writeln!(out, "  {}  {}", clean(&explanation.to_string()), styled(&subject, FAINT))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The beginning of a text on one line.
fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SUBJECT_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn entities(doc: &Document, out: &mut impl Write) -> Result<()> {
    if doc.entities.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", styled("Entities", HEADING))?;
    for entity in &doc.entities {
        let aliases =
            if entity.aliases.is_empty() { String::new() } else { format!(" ({})", entity.aliases.join(", ")) };
        let tone = entity.sentiment.map_or_else(String::new, |s| format!("  {} {:.2}", s.best().0, s.best().1));
        let line = format!("  {:<8} {:>3}×  {}{aliases}{tone}", entity.label, entity.mentions, entity.name);
        writeln!(out, "{}", clean(&line))?;
    }
    writeln!(out)?;
    Ok(())
}

fn quotes(doc: &Document, out: &mut impl Write) -> Result<()> {
    if doc.quotes.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", styled("Quotations", HEADING))?;
    for quote in &doc.quotes {
        let named = quote.speaker.and_then(|s| doc.entities.get(s)).map(|e| e.name.as_str());
        let speaker = named.or_else(|| quote.speaker_span.map(|s| doc.slice(s))).unwrap_or("nobody named");
        let line = format!("  {} ({}): {}", speaker, quote.kind.as_str(), doc.slice(quote.span).replace('\n', " "));
        writeln!(out, "{}", clean(&line))?;
    }
    writeln!(out)?;
    Ok(())
}

fn summary(doc: &Document, out: &mut impl Write) -> Result<()> {
    if let Some(text) = &doc.abstract_text {
        writeln!(out, "{}\n  {}\n", styled("Abstract", HEADING), clean(&text.replace('\n', " ")))?;
    }
    if doc.summary.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", styled("Summary", HEADING))?;
    for sentence in doc.summary.iter().filter_map(|s| doc.sents.get(s.sent)) {
        writeln!(out, "  {}", clean(&doc.slice(sentence.span).replace('\n', " ")))?;
    }
    writeln!(out)?;
    Ok(())
}

fn frames(doc: &Document, out: &mut impl Write) -> Result<()> {
    for codebook in doc.frames.chunk_by(|a, b| a.codebook == b.codebook) {
        writeln!(out, "{}", styled(&format!("Frames ({})", codebook[0].codebook), HEADING))?;
        for frame in codebook.iter().take(TOP_FRAMES) {
            let evidence = frame.evidence.first().map_or("", |e| doc.slice(e.span)).replace('\n', " ");
            writeln!(out, "  {:.2} {}  {}", frame.score, clean(&frame.label), styled(&evidence, FAINT))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn stances(doc: &Document, out: &mut impl Write) -> Result<()> {
    use pressmark_core::{Holder, Target};
    if doc.stances.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", styled("Stances", HEADING))?;
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
        let line = format!("  {holder} → {target}: {} {:.2}", stance.label.as_str(), stance.score);
        writeln!(out, "{}", clean(&line))?;
    }
    writeln!(out)?;
    Ok(())
}
