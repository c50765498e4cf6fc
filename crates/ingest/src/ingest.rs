use std::borrow::Cow;

use encoding_rs::Encoding;
use pressmark_core::{Document, DropReason, EditKind, Meta, ProblemKind, Segment, SegmentKind, Source, hex};
use sha2::{Digest, Sha256};

use crate::assemble::{Assembled, Part, assemble};
use crate::block::{Block, Hints, Judged, Piece, Verdict};
use crate::decode::{Decoded, decode};
use crate::fields::{self, Field, Value};
use crate::html::{self, Page};
use crate::map::OffsetMap;
use crate::names::{self, Picked};

use crate::{Format, Options, Record};
use crate::{binary, clean, date, language};

/// The stage's name in problems.
pub(crate) const STAGE: &str = "ingest";

/// Makes a document of a record: decodes it, finds the article, cleans it, and tells what it says of itself.
///
/// Never fails: a record that cannot be read becomes a document without text and with the problem. Depends on
/// nothing but its arguments, so that records can be read on any number of threads. Ids are not yet unique within
/// the run ([`Ids`](crate::Ids)), nor are duplicates found ([`Duplicates`](crate::Duplicates)).
#[must_use]
pub fn ingest(record: &Record, options: &Options) -> Document {
    let mut doc = Document { id: own_id(record), ..Document::default() };
    doc.source = Source {
        path: record.path.clone(),
        record: record.index,
        url: record.context.url.clone(),
        sha256: record.sha256.clone(),
        bytes: record.size,
        media_type: record.format.media_type().into(),
        encoding: "UTF-8".into(),
    };
    doc.extra.clone_from(&record.context.extra);
    let outcome = match &record.problem {
        Some((kind, message)) => Err((*kind, message.clone())),
        None => read(record, options, &mut doc),
    };
    if let Err((kind, message)) = outcome {
        doc.text.clear();
        doc.report(STAGE, kind, message, None);
        doc.segments = dropped(record.size as usize, DropReason::Problem(kind));
    }
    doc
}

/// The start of the digest of the record's bytes. Records of which not one byte could be had would all be one:
/// theirs is made from their place.
fn own_id(record: &Record) -> String {
    let unread = record.size == 0 && record.problem.as_ref().is_some_and(|(kind, _)| *kind != ProblemKind::Empty);
    let place = || hex(&Sha256::digest(format!("{}\0{}", record.path, record.index)));
    let digest = if unread { place() } else { record.sha256.clone() };
    digest.chars().take(16).collect()
}

/// Why there is no text.
type Failure = (ProblemKind, String);

fn failure<T>(kind: ProblemKind, message: impl Into<String>) -> Result<T, Failure> {
    Err((kind, message.into()))
}

fn dropped(bytes: usize, reason: DropReason) -> Vec<Segment> {
    let whole =
        Segment { span: None, raw: 0..bytes, kind: SegmentKind::Chrome, reason: Some(reason), edits: Vec::new() };
    if bytes == 0 { Vec::new() } else { vec![whole] }
}

fn read(record: &Record, options: &Options, doc: &mut Document) -> Result<(), Failure> {
    let context = &record.context;
    if let Some(url) = &context.url {
        doc.id.clone_from(url);
    }
    let is_page = matches!(record.format, Format::Html | Format::Warc);
    let declared = context.charset.clone().or_else(|| is_page.then(|| html::declared_charset(&record.bytes)).flatten());
    let wide =
        declared.as_deref().is_some_and(|l| l.starts_with("utf-16")) || Encoding::for_bom(&record.bytes).is_some();
    let label =
        if wide || memchr::memchr(0, &record.bytes).is_none() { None } else { binary::utf16_label(&record.bytes) };
    if let Some(found) = binary::of_bytes(&record.bytes).filter(|_| !wide && label.is_none()) {
        return failure(ProblemKind::Binary, format!("the bytes are {found}"));
    }
    let tld = context.url.as_deref().and_then(top_level_domain);
    let decoded = decode(&record.bytes, label.or(declared.as_deref()), tld);
    doc.source.encoding = decoded.encoding.name().into();
    if decoded.text.trim().is_empty() {
        return failure(ProblemKind::Empty, "there is no text");
    }
    if binary::is_garbled(&decoded.text) {
        return failure(ProblemKind::Binary, "the bytes are text in no character set");
    }
    note_charset(doc, &decoded, context.charset_is_found);
    let found = match record.format {
        Format::Html | Format::Warc => page(&decoded, record, doc)?,
        Format::Text | Format::Markdown if is_page_source(&decoded.text) => page(&decoded, record, doc)?,
        Format::Text | Format::Markdown => plain(&decoded, record, doc),
        Format::Jsonl | Format::Csv | Format::Tsv => tabular(&decoded, record, options, doc)?,
    };
    finish(doc, found, options);
    if is_wordless(&doc.text) {
        return failure(ProblemKind::NoArticle, "hardly a letter or digit stands in the text");
    }
    Ok(())
}

/// Characters from which a text without words is no article.
const WORDLESS_FROM: usize = 1000;
/// Share of letters and digits below which a text has no words: one in ten. Tables of numbers and drawings made of
/// characters are above a third; running text is above three quarters.
const WORDLESS: usize = 10;

/// Whether a long text is nothing but marks.
fn is_wordless(text: &str) -> bool {
    // The start suffices: a text that starts with this many marks is none that a person would read on.
    let (words, all) =
        text.chars().take(1 << 16).fold((0, 0), |(w, a), c| (w + usize::from(c.is_alphanumeric()), a + 1));
    all >= WORDLESS_FROM && words * WORDLESS < all
}

/// The last label of the host, which helps to guess a character set.
fn top_level_domain(url: &str) -> Option<&str> {
    let host = url.split_once("://")?.1.split(['/', '?', '#', ':']).next()?;
    host.rsplit_once('.').map(|(_, tld)| tld)
}

/// Whether a text file is a saved page.
fn is_page_source(text: &str) -> bool {
    let head = text.trim_start();
    let head: String = head.chars().take(14).flat_map(char::to_lowercase).collect();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

/// Whether a field holds markup: it starts with a tag and has closing tags.
fn is_markup(text: &str) -> bool {
    let mut chars = text.trim_start().chars();
    chars.next() == Some('<')
        && chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '!')
        && (text.contains("</") || text.trim_end().ends_with('>'))
}

fn note_charset(doc: &mut Document, decoded: &Decoded<'_>, charset_is_found: bool) {
    if decoded.malformed > 0 {
        let message = format!("{} byte sequences mean nothing in {}", decoded.malformed, decoded.encoding.name());
        doc.report(STAGE, ProblemKind::BadEncoding, message, None);
    }
    if let Some(label) = decoded.wrong_label.as_deref().filter(|_| !charset_is_found) {
        let message = format!("declared as {label:?}, read as {}", decoded.encoding.name());
        doc.report(STAGE, ProblemKind::WrongCharset, message, None);
    }
    if let Some(bytes) = decoded.guessed_from.filter(|_| decoded.is_unsure()) {
        let name = decoded.encoding.name();
        let message = format!("none is declared and {bytes} bytes are not UTF-8: read as {name}, which is a guess");
        doc.report(STAGE, ProblemKind::WrongCharset, message, None);
    }
}

/// What a reader found, on its way to the document.
struct Found {
    assembled: Assembled,
    /// What the record says of itself.
    meta: Meta,
    judged: Judged,
}

/// Blocks of a text or page, judged.
struct Article {
    blocks: Vec<Block>,
    judged: Judged,
    meta: Meta,
    canonical: Option<String>,
    between: DropReason,
    is_deep: bool,
}

impl Article {
    fn of_text(text: &str, markdown: bool, title: Option<&str>, url: Option<&str>) -> Self {
        let blocks = clean::split(text, markdown);
        let judged = clean::judge(&blocks, &Hints { title, url, ..Hints::default() });
        Self { blocks, judged, meta: Meta::default(), canonical: None, between: DropReason::Markup, is_deep: false }
    }

    fn of_page(text: &str, title: Option<&str>, url: Option<&str>) -> Result<Self, Failure> {
        let Page { blocks, meta, canonical, is_deep } =
            html::extract(text, url).map_err(|error| (ProblemKind::TooLarge, error.to_string()))?;
        let title = title.or(meta.title.as_deref());
        let judged = clean::judge(&blocks, &Hints { title, site: meta.site.as_deref(), url, markup: true });
        Ok(Self { blocks, judged, meta, canonical, between: DropReason::Markup, is_deep })
    }

    /// Notes what was wrong with the markup.
    fn note(&self, doc: &mut Document) {
        if self.is_deep {
            let message = "elements are nested deeper than browsers keep them: the deepest are taken for siblings";
            doc.report(STAGE, ProblemKind::Malformed, message, None);
        }
    }

    fn part<'a>(&'a self, text: &'a str, map: Option<&'a OffsetMap>) -> Part<'a> {
        let Judged { verdicts, title, .. } = &self.judged;
        Part { text, map, blocks: &self.blocks, verdicts, title: *title, between: self.between }
    }
}

fn plain(decoded: &Decoded<'_>, record: &Record, doc: &Document) -> Found {
    let markdown = record.format == Format::Markdown;
    let article = Article::of_text(&decoded.text, markdown, None, doc.source.url.as_deref());
    let parts = [article.part(&decoded.text, None)];
    let assembled = assemble(record.bytes.len(), &decoded.map, &parts, DropReason::ByteOrderMark);
    Found { assembled, meta: article.meta, judged: article.judged }
}

fn page(decoded: &Decoded<'_>, record: &Record, doc: &mut Document) -> Result<Found, Failure> {
    let article = Article::of_page(&decoded.text, None, doc.source.url.as_deref())?;
    article.note(doc);
    doc.source.media_type = Format::Html.media_type().into();
    let parts = [article.part(&decoded.text, None)];
    let assembled = assemble(record.bytes.len(), &decoded.map, &parts, DropReason::Markup);
    doc.source.url = doc.source.url.take().or(article.canonical);
    Ok(Found { assembled, meta: article.meta, judged: article.judged })
}

fn tabular(decoded: &Decoded<'_>, record: &Record, options: &Options, doc: &mut Document) -> Result<Found, Failure> {
    let fields = fields_of(&decoded.text, record)?;
    let picked = names::pick(&fields, &options.fields);
    let value = |place: Option<usize>| place.and_then(|i| fields.get(i)).map(|f| f.value);
    doc.source.url = value(picked.url).and_then(Value::scalar);
    if let Some(id) = value(picked.id).and_then(Value::scalar).or_else(|| doc.source.url.clone()) {
        doc.id = id;
    }
    let said = said(&fields, &picked);
    doc.extra = names::extra(&fields, &picked, said.published.is_some());
    let title = value(picked.title).and_then(Value::text).filter(|t| !t.text.trim().is_empty());
    doc.meta.title.clone_from(&said.title);

    let text = value(Some(picked.text?)).and_then(Value::text);
    let Some(text) = text else { return failure(ProblemKind::NoText, "there is no text") };
    if text.malformed > 0 {
        let message = format!("{} escapes are half of a character", text.malformed);
        doc.report(STAGE, ProblemKind::BadEncoding, message, None);
    }
    let (hint, url) = (said.title.as_deref(), doc.source.url.as_deref());
    let article = if picked.is_page || is_markup(&text.text) {
        Article::of_page(&text.text, hint, url)?
    } else {
        Article::of_text(&text.text, false, hint, url)
    };
    article.note(doc);
    let mut parts = vec![article.part(&text.text, Some(&text.map))];
    // The title stands first in the text; it is taken from its own field when the text does not bring it.
    let line = title.as_ref().map(|t| [line_block(&t.text)]);
    let keep = [Verdict::Keep { kind: SegmentKind::Title, cuts: Vec::new() }];
    if let (Some(title), Some(line), None) = (&title, &line, article.judged.title) {
        let (text, map) = (title.text.as_ref(), Some(&title.map));
        parts.push(Part { text, map, blocks: line, verdicts: &keep, title: Some(0), between: DropReason::Markup });
    }
    let assembled = assemble(record.bytes.len(), &decoded.map, &parts, DropReason::Record);
    doc.source.url = doc.source.url.take().or(article.canonical);
    Ok(Found { assembled, meta: over(said, article.meta), judged: article.judged })
}

fn fields_of<'a>(text: &'a str, record: &Record) -> Result<Vec<Field<'a>>, Failure> {
    let malformed = |message| (ProblemKind::Malformed, message);
    let delimiter = match record.format {
        Format::Jsonl if fields::is_json_but_no_object(text) => {
            return failure(ProblemKind::NoText, "the record is no JSON object");
        }
        Format::Jsonl => return fields::of_json(text).map_err(malformed),
        Format::Tsv => b'\t',
        _ => record.context.delimiter.unwrap_or(b','),
    };
    let cells = fields::of_row(text, delimiter);
    let columns = record.context.columns.as_deref().map(Vec::as_slice).unwrap_or_default();
    if cells.len() != columns.len() {
        return failure(ProblemKind::Malformed, format!("row has {} cells, the header {}", cells.len(), columns.len()));
    }
    let pair = |(name, value): (&String, _)| Field { name: Cow::Owned(name.clone()), value };
    Ok(columns.iter().zip(cells).map(pair).collect())
}

/// What the fields say of the page.
fn said(fields: &[Field<'_>], picked: &Picked) -> Meta {
    let value = |place: Option<usize>| place.and_then(|i| fields.get(i)).map(|f| f.value);
    let line = |place| value(place).and_then(Value::text).map(|t| line_block(&t.text).text).filter(|t| !t.is_empty());
    Meta {
        title: line(picked.title),
        authors: value(picked.authors).map(names::authors).unwrap_or_default(),
        published: value(picked.date).and_then(Value::scalar).and_then(|d| date::normalize(&d)),
        site: line(picked.site),
        ..Meta::default()
    }
}

/// `first` where it says something, else `second`.
fn over(first: Meta, second: Meta) -> Meta {
    Meta {
        title: first.title.or(second.title),
        authors: if first.authors.is_empty() { second.authors } else { first.authors },
        published: first.published.or(second.published),
        site: first.site.or(second.site),
        language: first.language.or(second.language),
        language_score: first.language_score.or(second.language_score),
        credited_source: first.credited_source.or(second.credited_source),
    }
}

/// A field that is one line, whatever its white space.
fn line_block(text: &str) -> Block {
    let mut block = Block { kind: Some(SegmentKind::Title), input: 0..text.len(), ..Block::default() };
    let mut at = 0;
    for word in text.split_whitespace() {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let len = block.text.len();
        if len > 0 {
            block.text.push(' ');
            let edit = (&text[at..start] != " ").then_some(EditKind::Whitespace);
            block.pieces.push(Piece { span: len..len + 1, input: at..start, edit });
        }
        let len = block.text.len();
        block.text.push_str(word);
        at = start + word.len();
        block.pieces.push(Piece { span: len..block.text.len(), input: start..at, edit: None });
    }
    block
}

fn finish(doc: &mut Document, found: Found, options: &Options) {
    let Found { assembled, meta, judged } = found;
    (doc.text, doc.segments) = (assembled.text, assembled.segments);
    let lines = Meta {
        authors: judged.authors,
        published: judged.published.as_deref().and_then(date::normalize),
        site: judged.site,
        credited_source: judged.credited_source,
        ..Meta::default()
    };
    doc.meta = over(Meta { title: assembled.title, ..Meta::default() }, over(meta, lines));
    let declared = doc.meta.language.take();
    if doc.text.is_empty() {
        doc.report(STAGE, ProblemKind::NoArticle, "all of the page is chrome", None);
        return;
    }
    if assembled.invisible > 0 {
        let message = format!("{} control, bidirectional or zero-width characters were taken out", assembled.invisible);
        doc.report(STAGE, ProblemKind::SuspiciousCharacters, message, None);
    }
    tell_language(doc, declared, options);
}

/// The user's word first, then the text itself, then what the page claims.
fn tell_language(doc: &mut Document, declared: Option<String>, options: &Options) {
    let (code, score) = match &options.language {
        Some(code) => (Some(code.clone()), None),
        None => match language::detect(&doc.text) {
            Some(found) => (Some(found.code.to_owned()), Some(found.score)),
            None => (declared.as_deref().and_then(language::primary), None),
        },
    };
    if !language::is_latin(&doc.text) {
        let message = "most letters are of a script that the model was not trained on";
        doc.report(STAGE, ProblemKind::UnsupportedScript, message, None);
    }
    match code.as_deref() {
        None => doc.report(STAGE, ProblemKind::UnknownLanguage, "too short or too mixed to tell the language", None),
        Some(code) if !language::SUPPORTED.contains(&code) => {
            let message = format!("the model was not trained on {code:?}");
            doc.report(STAGE, ProblemKind::UnsupportedLanguage, message, None);
        }
        Some(_) => {}
    }
    (doc.meta.language, doc.meta.language_score) = (code, score);
}
