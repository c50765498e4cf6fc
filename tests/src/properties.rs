//! Properties of arbitrary bytes, one function per part of the program that parses outside input.
//!
//! The fuzz targets under `fuzz/` call these with generated input, and `end_to_end/corpora.rs` with the stored corpora
//! in every test run. Each panics if a property does not hold.

use std::io::Cursor;
use std::sync::LazyLock;

use pressmark_core::{Document, ProblemKind, Span, Stage};
use pressmark_encoder::{BundleFiles, Model, TinyBundle, sign};
use pressmark_frames::Codebook;
use pressmark_ingest::{Fields, Format, Ids, Inputs, Options, Record, ingest, replay};
use pressmark_jsonl::{Findings, RowFacts, Rows, Run, verify_line, write_line};
use pressmark_ner::Terms;
use pressmark_quote::QuoteFinder;
use pressmark_tokenize::{Splitter, Subwords, sentences, words};

/// A check of a property on arbitrary bytes.
pub type Property = fn(&[u8]);

/// All properties by name.
pub const ALL: &[(&str, Property)] = &[
    ("archive", archive),
    ("bundle", bundle),
    ("codebook", codebook),
    ("page", page),
    ("quote", quote),
    ("row", row),
    ("sentence", sentence),
    ("table", table),
    ("text", text),
];

/// Small limits, so that small inputs reach them.
fn options() -> Options {
    Options { max_bytes: 1 << 12, max_unpacked_bytes: 1 << 20, max_ratio: 100, ..Options::default() }
}

/// Reads a document and checks that it is reproducible from its record to the byte, and that its problems explain its
/// status.
fn read(record: &Record, options: &Options) -> Document {
    let doc = ingest(record, options);
    if let Err(error) = replay(&doc, &record.bytes) {
        panic!("{error}: {:#?}\n{:?}", doc.segments, doc.text);
    }
    let failed = doc.problems.iter().any(|p| p.kind.severity() == pressmark_core::Severity::Failed);
    assert_eq!(doc.text.is_empty(), failed, "{:?}", doc.problems);
    assert!(!doc.text.contains(['\0', '\r', '\u{1b}', '\u{202e}', '\u{200b}']), "{:?}", doc.text);
    doc
}

/// Scraped text and Markdown; the first byte selects which.
pub fn text(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else { return };
    let format = if first % 2 == 0 { Format::Text } else { Format::Markdown };
    read(&Record::new("fuzz", 0, format, bytes.to_vec()), &Options::default());
}

/// Web pages: character set, markup, article, metadata.
pub fn page(data: &[u8]) {
    read(&Record::new("fuzz", 0, Format::Html, data.to_vec()), &Options::default());
}

/// JSONL, CSV and TSV, split into records and read; the first byte selects format and fields.
pub fn table(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else { return };
    let format =
        if first & 128 == 0 { [Format::Jsonl, Format::Csv, Format::Tsv][usize::from(first % 3)] } else { Format::Json };
    let fields =
        if first & 64 == 0 { Fields::default() } else { Fields { text: Some("a".into()), ..Fields::default() } };
    stream(bytes, Options { format: Some(format), fields, ..options() });
}

/// Web archives, gzip and Zstandard, alone and nested; the format is detected from the bytes unless the first byte
/// selects one.
pub fn archive(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else { return };
    let format = [None, Some(Format::Warc), Some(Format::Text), Some(Format::Jsonl)][usize::from(first % 4)];
    // Exports of media databases are only detected by their lines.
    let format = if first & 128 == 0 { format } else { Some(Format::Export) };
    stream(bytes, Options { format, ..options() });
}

fn stream(bytes: &[u8], options: Options) {
    let mut ids = Ids::new();
    let mut seen = std::collections::HashSet::new();
    let inputs = Inputs::from_reader("-", Cursor::new(bytes.to_vec()), options.clone()).expect("the options are good");
    for (index, record) in inputs.enumerate() {
        assert_eq!(record.index, index as u64);
        assert!(record.bytes.len() <= options.max_bytes, "a record is over the limit");
        let mut doc = read(&record, &options);
        ids.assign(&mut doc);
        assert!(seen.insert(doc.id.clone()), "{:?} came before", doc.id);
    }
}

/// Sentences and words are in order, on character boundaries, and skip nothing but white space.
pub fn sentence(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    in_order(&text, &sentences(&text), true);
    in_order(&text, &words(&text), false);
    let mut doc = Document::from_text("fuzz", text.as_ref());
    Splitter.run(&mut doc).expect("it never fails");
    let sents: Vec<Span> = doc.sents.iter().map(|s| s.span).collect();
    in_order(&text, &sents, true);
    for sent in &doc.sents {
        for token in &doc.tokens[sent.tokens.clone()] {
            assert!(sent.span.contains(token.span), "{token:?} stands outside of {sent:?}");
        }
    }
}

fn in_order(text: &str, spans: &[Span], cover: bool) {
    let mut done = 0;
    for span in spans {
        assert!(span.start >= done && span.start < span.end, "{span:?} after {done} in {text:?}");
        assert!(text.get(span.start..span.end).is_some(), "{span:?} is off a boundary of {text:?}");
        let between = &text[done..span.start];
        assert!(!cover || between.trim().is_empty(), "{between:?} is in no sentence of {text:?}");
        done = span.end;
    }
    assert!(!cover || text[done..].trim().is_empty(), "the end is in no sentence of {text:?}");
}

/// Quotations are in order, on character boundaries, and unclosed ones are marked as such.
pub fn quote(data: &[u8]) {
    let mut doc = Document::from_text("fuzz", String::from_utf8_lossy(data));
    Splitter.run(&mut doc).expect("it never fails");
    // Shared, because its word lists take a while to build.
    static FINDER: LazyLock<QuoteFinder> = LazyLock::new(|| QuoteFinder::new(pressmark_quote::Options::default()));
    FINDER.run(&mut doc).expect("it never fails");
    let mut last = 0;
    for quote in &doc.quotes {
        for span in [Some(quote.span), quote.cue, quote.speaker_span].into_iter().flatten() {
            assert!(doc.text.get(span.start..span.end).is_some_and(|s| !s.is_empty()), "{span:?} of {:?}", doc.text);
        }
        assert!(quote.span.start >= last, "{quote:?} comes too late");
        last = quote.span.start;
    }
    let told = doc.problems.iter().filter(|p| p.kind == ProblemKind::UnclosedQuote).count();
    assert_eq!(doc.quotes.iter().filter(|q| !q.closed).count(), told);
}

/// Codebooks of terms and of frames: rejected or usable.
pub fn codebook(data: &[u8]) {
    let Ok(toml) = str::from_utf8(data) else { return };
    if let Ok(terms) = Terms::parse("fuzz", toml) {
        // The codebook's own text is where its terms are most likely to be found.
        for (span, label) in terms.find(toml) {
            assert!(toml.get(span.start..span.end).is_some_and(|s| !s.is_empty()));
            assert!(terms.labels().iter().any(|l| l == label));
        }
    }
    if let Ok(codebook) = Codebook::parse("fuzz", toml) {
        assert!(codebook.labels().count() >= 2);
    }
}

/// Weights, configuration and vocabulary of a bundle with a valid manifest: rejected or usable. The first byte selects
/// which of them is replaced.
pub fn bundle(data: &[u8]) {
    static TINY: LazyLock<BundleFiles> = LazyLock::new(|| tiny().files());
    let Some((first, bytes)) = data.split_first() else { return };
    if first % 3 == 2 {
        if let Ok(subwords) = Subwords::from_json(bytes) {
            let _ = subwords.encode("Solberg");
        }
        return;
    }
    let mut files = TINY.clone();
    if first % 3 == 0 {
        files.weights = bytes.to_vec().into();
    } else {
        files.config = bytes.to_vec().into();
    }
    sign(&mut files);
    if let Ok(model) = Model::from_files(&files) {
        assert!(model.hidden_size() > 0 && model.max_window() > 0);
    }
}

/// The smallest possible model, for fuzzing: its weights are a few kilobytes.
#[must_use]
pub fn tiny() -> TinyBundle {
    TinyBundle { hidden_size: 4, layers: 1, attention_heads: 2, intermediate_size: 4, ..TinyBundle::default() }
}

/// Annotated lines: rejected with a reason, or a row that survives a round trip.
pub fn row(data: &[u8]) {
    let (record, findings) = verify_line(data);
    let Some(record) = record else { return assert!(!findings.is_empty()) };
    Run::new(Rows::All).check(RowFacts::of(&record), &mut Findings::default());
    let ingested = record.ingested();
    if findings.is_empty() {
        assert!(ingested.is_some());
        let mut line = Vec::new();
        write_line(&record, &mut line).expect("memory has room");
        let (again, findings) = verify_line(&line);
        assert!(findings.is_empty() && again.as_ref() == Some(&record), "{findings:?}");
    }
}
