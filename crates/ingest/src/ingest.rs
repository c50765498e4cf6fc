use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use encoding_rs::Encoding;
use pressmark_core::{
    Document, DropReason, Explanation, Meta, ProblemKind, Segment, SegmentKind, Source, Subject, hex, host,
    panic_message,
};
use sha2::{Digest, Sha256};

use crate::article::{Article, Found, STAGE, line_block, over};
use crate::assemble::{Part, assemble};
use crate::block::{Verdict, Why};
use crate::clock::Clock;
use crate::decode::{Decoded, decode, decode_with, mojibake};
use crate::failure::{Failure, failure};
use crate::map::OffsetMap;
use crate::{Format, Options, Record};
use crate::{binary, date, exported, exports, front_matter, html, language, tabular};

/// Turns a record into a document: decodes it, finds and cleans the article, and reads its metadata.
///
/// Never fails and never panics: a record that cannot be read becomes a document without text and with a problem, and
/// so does one whose reading panics (`stage_failed`). The result depends only on the arguments, so records can be read
/// on any number of threads. Ids are not yet unique within the run (see [`Ids`](crate::Ids)), and duplicates are not
/// yet detected (see [`Duplicates`](crate::Duplicates)).
#[must_use]
pub fn ingest(record: &Record, options: &Options) -> Document {
    ingest_by(record, options, read)
}

/// Like [`ingest`], with the function that reads the record.
fn ingest_by(
    record: &Record,
    options: &Options,
    read: impl Fn(&Record, &Options, &mut Document) -> Result<(), Failure>,
) -> Document {
    let mut doc = blank(record);
    let outcome = match &record.problem {
        Some((kind, message)) => Err((*kind, message.clone())),
        // Discard what was read before a panic: its invariants may not hold.
        None => catch_unwind(AssertUnwindSafe(|| read(record, options, &mut doc))).unwrap_or_else(|panic| {
            doc = blank(record);
            failure(ProblemKind::StageFailed, format!("the record could not be read: {}", panic_message(&*panic)))
        }),
    };
    if let Err((kind, message)) = outcome {
        doc.text.clear();
        doc.report(STAGE, kind, message, None);
        doc.segments = dropped(record.size as usize, DropReason::Problem(kind));
    }
    if doc.meta.site.is_none() {
        doc.meta.site = doc.source.url.as_deref().and_then(outlet);
    }
    doc
}

/// Creates a document from a text that is already clean: nothing is dropped. Its language is detected, and the same
/// problems are reported, as for any input.
#[must_use]
pub fn clean_document(id: impl Into<String>, text: impl Into<String>, options: &Options) -> Document {
    let mut doc = Document::from_text(id, text);
    if !doc.text.is_empty() {
        tell_language(&mut doc, None, options);
    }
    doc
}

/// An empty document with the source of its record.
fn blank(record: &Record) -> Document {
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
    if let Some(url) = &record.context.url {
        doc.id.clone_from(url);
    }
    doc
}

/// The host of a URL, which stands for the outlet where a page names none; `None` for a host without a domain.
fn outlet(url: &str) -> Option<String> {
    let host = host(url).filter(|host| host.contains('.') && !host.contains(char::is_whitespace));
    host.map(str::to_lowercase)
}

/// A default id: the first 16 hex digits of the digest of the record's bytes, 64 bits, of which two collide by chance
/// only among billions of records. Records without any readable bytes would share one digest, so theirs is made from
/// path and index.
fn own_id(record: &Record) -> String {
    let unread = record.size == 0 && record.problem.as_ref().is_some_and(|(kind, _)| *kind != ProblemKind::Empty);
    let place = || hex(&Sha256::digest(format!("{}\0{}", record.path, record.index)));
    let digest = if unread { place() } else { record.sha256.clone() };
    digest.chars().take(16).collect()
}

fn dropped(bytes: usize, reason: DropReason) -> Vec<Segment> {
    let whole =
        Segment { span: None, raw: 0..bytes, kind: SegmentKind::Chrome, reason: Some(reason), edits: Vec::new() };
    if bytes == 0 { Vec::new() } else { vec![whole] }
}

fn read(record: &Record, options: &Options, doc: &mut Document) -> Result<(), Failure> {
    let (context, clock) = (&record.context, Clock::start(options));
    let decoded = text_of(record, options, doc)?;
    clock.check()?;
    if let Some(why) = &context.incomplete {
        doc.report(STAGE, ProblemKind::Incomplete, why.clone(), None);
    }
    let found = match record.format {
        Format::Jsonl | Format::Json | Format::Parquet | Format::Arrow | Format::Csv | Format::Tsv => {
            tabular::read(&decoded, record, options, &clock, doc)?
        }
        Format::Html | Format::Warc => page(&decoded, record, options, &clock, doc)?,
        _ if is_page_source(&decoded.text) => page(&decoded, record, options, &clock, doc)?,
        _ => match context.export.and_then(|maker| Some((maker, exports::parse(maker, &decoded.text)?))) {
            Some((maker, article)) => exported::read(&decoded, record, options, &clock, (maker, &article), doc)?,
            None => plain(&decoded, record, options, &clock, doc)?,
        },
    };
    finish(doc, found, options, context.language.as_deref());
    if is_wordless(&doc.text) {
        return failure(ProblemKind::NoArticle, "the text has hardly any letters or digits");
    }
    Ok(())
}

/// Decodes the record's bytes, and reports problems with their character set.
fn text_of<'a>(record: &'a Record, options: &Options, doc: &mut Document) -> Result<Decoded<'a>, Failure> {
    let context = &record.context;
    let is_page = matches!(record.format, Format::Html | Format::Warc);
    let declared = context.charset.clone().or_else(|| is_page.then(|| html::declared_charset(&record.bytes)).flatten());
    // Rows of columnar files are converted to UTF-8, whatever the encoding of other inputs.
    let forced = options.encoding.as_deref().filter(|_| !record.format.is_columnar());
    let said = forced.or(declared.as_deref()).map(str::to_ascii_lowercase);
    let wide = said.is_some_and(|l| l.starts_with("utf-16")) || Encoding::for_bom(&record.bytes).is_some();
    let label =
        if wide || memchr::memchr(0, &record.bytes).is_none() { None } else { binary::utf16_label(&record.bytes) };
    if let Some(found) = binary::of_bytes(&record.bytes).filter(|_| !wide && label.is_none()) {
        return failure(ProblemKind::Binary, format!("the bytes are {found}"));
    }
    let tld = context.url.as_deref().and_then(top_level_domain);
    let decoded = match forced {
        Some(label) => decode_with(&record.bytes, Some(label)),
        None => decode(&record.bytes, label.or(declared.as_deref()), tld),
    };
    doc.source.encoding = decoded.encoding.name().into();
    if decoded.text.trim().is_empty() {
        return failure(ProblemKind::Empty, "there is no text");
    }
    if binary::is_garbled(&decoded.text) {
        return failure(ProblemKind::Binary, "the bytes are not text in any character set");
    }
    note_charset(doc, &decoded, context.charset_is_found || forced.is_some());
    let twice = mojibake(&decoded.text);
    if twice > 1 {
        let message = format!(
            "{twice} characters look like UTF-8 that was read as windows-1252 and written again (\"Ã©\" for \"é\")"
        );
        doc.report(STAGE, ProblemKind::WrongCharset, message, None);
    }
    Ok(decoded)
}

/// Bytes below which a record without an article is reported as too short rather than as all boilerplate. Set by hand;
/// it only chooses the message.
const FEW_BYTES: u64 = 200;
/// Characters from which a text without words is no article. Set by hand: a short text of figures may be a genuine
/// brief.
const WORDLESS_FROM: usize = 1000;
/// A text is wordless if fewer than one character in this many is a letter or digit. Tables of numbers and drawings
/// made of characters have more than a third; running text has more than three quarters.
const WORDLESS: usize = 10;

/// Whether a long text consists of punctuation and symbols only.
fn is_wordless(text: &str) -> bool {
    // The first 65,536 characters suffice: nobody would read on after so many symbols.
    let (words, all) =
        text.chars().take(1 << 16).fold((0, 0), |(w, a), c| (w + usize::from(c.is_alphanumeric()), a + 1));
    all >= WORDLESS_FROM && words * WORDLESS < all
}

/// The top-level domain of a URL, which helps to guess a character set.
fn top_level_domain(url: &str) -> Option<&str> {
    host(url)?.rsplit_once('.').map(|(_, tld)| tld)
}

/// Whether a text file is the source of an HTML page.
fn is_page_source(text: &str) -> bool {
    let head = text.trim_start();
    // Length of "<!doctype html".
    let head: String = head.chars().take(14).flat_map(char::to_lowercase).collect();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

fn note_charset(doc: &mut Document, decoded: &Decoded<'_>, charset_is_found: bool) {
    if decoded.malformed > 0 {
        let message = format!("{} byte sequences are invalid in {}", decoded.malformed, decoded.encoding.name());
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

fn plain(
    decoded: &Decoded<'_>,
    record: &Record,
    options: &Options,
    clock: &Clock,
    doc: &mut Document,
) -> Result<Found, Failure> {
    let markdown = record.format == Format::Markdown;
    let front = if markdown { front_matter::read(&decoded.text) } else { None };
    let (body, mut said) = front.map_or((0, front_matter::Said::default()), |(end, said)| (end, said));
    let text = decoded.text.get(body..).unwrap_or_default();
    let hint = said.title.as_ref().map(|(title, _)| title.as_str());
    let map = OffsetMap::identity(body, text.len());
    let article = Article::of_text(text, markdown, hint, doc.source.url.as_deref(), clock)?;
    let mut parts = vec![article.part(text, (body > 0).then_some(&map))];
    // The title of the front matter comes first in the document's text, unless the text contains it.
    let title = said.title.take();
    let line = title.as_ref().and_then(|(_, range)| {
        let title = decoded.text.get(range.clone())?;
        Some((title, [line_block(title)], OffsetMap::identity(range.start, title.len())))
    });
    let keep = [Verdict::Keep { kind: SegmentKind::Title, cuts: Vec::new() }];
    if let (Some((text, line, map)), None) = (&line, article.judged.title) {
        parts.push(Part {
            text,
            map: Some(map),
            blocks: line,
            dropped: &[],
            verdicts: &keep,
            title: Some(0),
            between: DropReason::Markup,
        });
    }
    let outside = if body > 0 { DropReason::Metadata } else { DropReason::ByteOrderMark };
    let assembled = assemble(record.bytes.len(), &decoded.map, &parts, outside, options.explain);
    doc.source.url = doc.source.url.take().or(said.url);
    let meta = Meta {
        title: title.map(|(title, _)| title),
        authors: said.authors,
        published: said.date.and_then(|date| date::normalize(&date, options.order(said.language.as_deref()))),
        language: said.language,
        site: said.site,
        ..Meta::default()
    };
    doc.extra = doc.extra.take().or(said.extra);
    note_several(doc, &decoded.text);
    Ok(Found { assembled, meta: over(meta, article.meta), judged: article.judged })
}

/// Reports a text that seems to contain several articles in an unknown layout.
fn note_several(doc: &mut Document, text: &str) {
    let count = exports::count_heads(text);
    if count > 1 {
        let message = format!("the record holds {count} articles in an unknown layout: they were kept as one text");
        doc.report(STAGE, ProblemKind::SeveralArticles, message, None);
    }
}

fn page(
    decoded: &Decoded<'_>,
    record: &Record,
    options: &Options,
    clock: &Clock,
    doc: &mut Document,
) -> Result<Found, Failure> {
    let article = Article::of_page(&decoded.text, None, doc.source.url.as_deref(), options, clock)?;
    article.note(doc);
    doc.source.media_type = Format::Html.media_type().into();
    let parts = [article.part(&decoded.text, None)];
    let assembled = assemble(record.bytes.len(), &decoded.map, &parts, DropReason::Markup, options.explain);
    doc.source.url = doc.source.url.take().or(article.canonical);
    Ok(Found { assembled, meta: article.meta, judged: article.judged })
}

fn finish(doc: &mut Document, found: Found, options: &Options, archived: Option<&str>) {
    let Found { assembled, meta, judged } = found;
    if options.explain {
        let explain = |(raw, reason, why): &(Range<usize>, DropReason, Why)| {
            let explanation = Explanation::new(STAGE, Subject::Raw(raw.clone()), why.rule);
            let explanation = explanation.deciding(format!("{reason}, {}", reason.sentence()));
            why.numbers
                .iter()
                .flatten()
                .fold(explanation, |explanation, (name, number)| explanation.with(name, *number))
        };
        doc.explanations.get_or_insert_default().extend(assembled.whys.iter().map(explain));
    }
    let order = options.order(meta.language.as_deref());
    (doc.text, doc.segments) = (assembled.text, assembled.segments);
    let lines = Meta {
        authors: judged.authors,
        published: judged.published.as_deref().and_then(|date| date::normalize(date, order)),
        site: judged.site,
        credited_source: judged.credited_source,
        ..Meta::default()
    };
    doc.meta = over(Meta { title: assembled.title, ..Meta::default() }, over(meta, lines));
    let declared = doc.meta.language.take().or_else(|| archived.map(str::to_owned));
    if doc.text.is_empty() {
        let bytes = doc.source.bytes;
        let message = if bytes < FEW_BYTES {
            format!("the record has {bytes} bytes, too few for an article")
        } else {
            "the record has no article text, only navigation and the like".into()
        };
        doc.report(STAGE, ProblemKind::NoArticle, message, None);
        return;
    }
    if assembled.invisible > 0 {
        let message = format!("{} control, bidirectional or zero-width characters were removed", assembled.invisible);
        doc.report(STAGE, ProblemKind::SuspiciousCharacters, message, None);
    }
    tell_language(doc, declared, options);
}

/// Sets the language, from the options, else a language field that the user named, else detection, else what the page
/// declares; reports languages and scripts that the options do not name as known.
fn tell_language(doc: &mut Document, declared: Option<String>, options: &Options) {
    let declared = declared.as_deref().and_then(language::primary);
    let named = declared.clone().filter(|_| options.fields.language.is_some());
    let (code, score) = match options.language.clone().or(named) {
        Some(code) => (Some(code), None),
        None => match language::detect(&doc.text) {
            Some(found) => (Some(found.code.to_owned()), Some(found.score)),
            None => (declared, None),
        },
    };
    if !options.known_scripts.is_empty() && !language::is_in_scripts(&doc.text, &options.known_scripts) {
        let message = "most letters are in a script that the model was not trained on";
        doc.report(STAGE, ProblemKind::UnsupportedScript, message, None);
    }
    let known = &options.known_languages;
    match code.as_deref() {
        None => doc.report(STAGE, ProblemKind::UnknownLanguage, "too short or too mixed to detect the language", None),
        Some(code) if known.is_empty() || known.iter().any(|k| k == code) => {}
        Some(code) if options.transfer_languages.iter().any(|transfer| transfer == code) => {
            let message = format!("the model was not trained on {code:?} and reads it by transfer, untested");
            doc.report(STAGE, ProblemKind::UntestedLanguage, message, None);
        }
        Some(code) => {
            let message = format!("{code:?} is not among the known languages");
            doc.report(STAGE, ProblemKind::UnsupportedLanguage, message, None);
        }
    }
    (doc.meta.language, doc.meta.language_score) = (code, score);
}

#[cfg(test)]
mod tests {
    use pressmark_core::Status;

    use super::*;

    #[test]
    fn a_panic_costs_the_record_its_text_and_nothing_else() {
        let record = Record::new("a.txt", 3, Format::Text, b"Rain fell on the quay.".to_vec());
        let doc = ingest_by(&record, &Options::default(), |_, _, doc| {
            doc.text.push_str("half of it");
            doc.meta.title = Some("half".into());
            panic!("no {}", "way")
        });
        assert_eq!((doc.text.as_str(), doc.status(), doc.source.record), ("", Status::Failed, 3));
        assert_eq!(doc.meta.title, None);
        let problem = &doc.problems[0];
        assert_eq!((problem.stage, problem.kind), ("ingest", ProblemKind::StageFailed));
        assert!(problem.message.ends_with("no way"), "{}", problem.message);
        crate::replay(&doc, &record.bytes).unwrap();
    }

    #[test]
    fn hosts_are_names_of_outlets() {
        for (url, expected) in [
            ("https://www.example.org/a?b", Some("example.org")),
            ("http://user@news.example.co.uk:8080/", Some("news.example.co.uk")),
            ("HTTPS://WWW.Example.ORG/A", Some("example.org")),
            ("example.org", Some("example.org")),
            ("http://localhost/a", None),
            ("http://[2001:db8::1]/a", None),
            ("urn:x", None),
        ] {
            assert_eq!(outlet(url).as_deref(), expected);
        }
    }
}
