//! Reads the records of one file.

use std::collections::VecDeque;
use std::sync::Arc;

use pressmark_core::{ProblemKind, hex};
use sha2::{Digest, Sha256};

use super::articles::ArticleCutter;
use super::columnar;
use super::elements::{self, ElementCutter};
use super::failure::Failure;
use super::rows::{Cutter, Ends, Raw, Unit};
use super::skipped::SkipReason;
use super::source::{
    charset_of, delimiter_of, format_of, is_blank, is_header, is_json_by_lines, own_output, preamble, said_delimiter,
};
use super::unpack::Stream;
use super::warc;
use crate::exports::{self, Maker};
use crate::record::Context;
use crate::{Format, Options, Record, decode, fields};

/// Bytes at the start of an input by which its format and character set are detected. Set by hand: enough rows for the
/// character set, and little to hold in memory.
const LOOKED_AT: usize = 64 << 10;

/// An iterator over the records of one file.
pub(super) struct Reader {
    path: String,
    /// `None` after the end of the file or an error.
    stream: Option<Stream>,
    failure: Option<Failure>,
    /// Description of a file that pressmark itself wrote, which is skipped.
    own: Option<&'static str>,
    format: Format,
    cut: Cut,
    /// Records already cut from the stream.
    queue: VecDeque<Raw>,
    context: Context,
    options: Options,
    /// The header row of a table.
    header: Option<Vec<u8>>,
    index: u64,
    /// Line of the file, from 1; `None` once a record was too large for its lines to be counted.
    line: Option<u64>,
    /// Whether any record was skipped.
    has_skipped: bool,
}

/// The cutter that splits the file into records.
enum Cut {
    Rows(Cutter),
    Elements(ElementCutter),
    Articles(ArticleCutter),
    Archive,
}

/// The authority for the format of an input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    /// The user, or with `None` nobody: the format is detected from the first bytes.
    Forced(Option<Format>),
    /// The file's name.
    ByName(Option<Format>),
}

pub(super) enum Next {
    Record(Box<Record>),
    Skipped(SkipReason, &'static str),
}

impl Reader {
    pub(super) fn new(path: String, stream: Result<Stream, Failure>, told: Told, options: &Options) -> Self {
        let (mut stream, mut failure) = match stream {
            Ok(stream) => (Some(stream), None),
            Err(failure) => (None, Some(failure)),
        };
        if let Some(format) = columnar_format(told, stream.as_mut())
            && let Some(packed) = stream.take()
        {
            match columnar::of_stream(packed, format, options) {
                Ok(rows) => stream = Some(rows),
                Err(found) => failure = Some(found),
            }
        }
        let is_line_by_line = matches!(told, Told::Forced(Some(format)) if is_table(format));
        let head = stream.as_mut().map(|s| s.head(LOOKED_AT, is_line_by_line)).unwrap_or_default();
        let (Told::Forced(format) | Told::ByName(format)) = told;
        let format = format.unwrap_or_else(|| format_of(head));
        let format = if format == Format::Jsonl && is_json_by_lines(head) { Format::Json } else { format };
        let maker = maker(format, told, head);
        let (unit, charset) = match &options.encoding {
            _ if format.is_columnar() => (Unit::Byte, None),
            Some(label) => (unit_of(label), Some(label.clone())),
            None if is_table(format) || maker.is_some() => charset_of(head),
            None => (Unit::Byte, None),
        };
        let own = own_output(head);
        let is_cells = matches!(format, Format::Csv | Format::Tsv) && unit == Unit::Byte;
        let before = if is_cells && options.header != Some(false) { preamble(head) } else { 0 };
        let (before, head) = head.split_at(before);
        let delimiter = match format {
            Format::Csv => Some(delimiter_of(head, unit)),
            Format::Tsv => Some(b'\t'),
            _ => None,
        };
        // Excel for the Mac could end lines in a carriage return alone.
        let has_only_returns =
            is_cells && memchr::memchr(b'\n', head).is_none() && memchr::memchr(b'\r', head).is_some();
        let feed = if has_only_returns { b'\r' } else { b'\n' };
        let rows = |ends| Cut::Rows(Cutter::new(ends, unit, options.max_bytes).with_feed(feed));
        let cut = match (format, maker) {
            (Format::Warc, _) => Cut::Archive,
            (_, Some(maker)) => Cut::Articles(ArticleCutter::new(maker, unit, options.max_bytes)),
            (Format::Json, None) if unit == Unit::Byte => Cut::Elements(ElementCutter::new(options.max_bytes)),
            (Format::Jsonl | Format::Parquet | Format::Arrow, None) => rows(Ends::AtLine),
            (Format::Csv | Format::Tsv, None) => {
                rows(delimiter.map_or(Ends::Never, |delimiter| Ends::AtRow { delimiter }))
            }
            (Format::Text | Format::Markdown | Format::Html | Format::Json | Format::Export, None) => rows(Ends::Never),
        };
        let charset_is_found = charset.is_some();
        let context = Context { charset_is_found, charset, delimiter, export: maker, ..Context::default() };
        let (header, index, line, has_skipped) = (None, 0, Some(1 + unit.line_feeds(before) as u64), false);
        let before = before.len();
        if let Some(stream) = &mut stream {
            stream.consume(before);
        }
        let is_own = stream.as_ref().and_then(Stream::is_of_rows).unwrap_or_default();
        let own = own.or_else(|| is_own.then_some("a table that pressmark wrote"));
        let (queue, options) = (VecDeque::new(), options.clone());
        Self { path, stream, failure, own, format, cut, queue, context, options, header, index, line, has_skipped }
    }

    /// Description of the input if pressmark itself wrote it.
    pub(super) fn own(&self) -> Option<&'static str> {
        self.own
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether the next record is available without blocking.
    pub(super) fn is_ready(&mut self) -> bool {
        if !self.queue.is_empty() {
            return true;
        }
        let ends_at_line = matches!(&self.cut, Cut::Rows(cutter) if cutter.ends != Ends::Never);
        self.stream.as_mut().is_none_or(|stream| stream.is_ready(ends_at_line))
    }

    pub(super) fn next(&mut self) -> Option<Next> {
        if let Some(what) = self.own.take() {
            self.stream = None;
            return Some(Next::Skipped(SkipReason::OwnOutput, what));
        }
        let record = match self.read() {
            Ok(Some(Next::Skipped(reason, detail))) => {
                self.has_skipped = true;
                return Some(Next::Skipped(reason, detail));
            }
            Ok(Some(next)) => return Some(next),
            Ok(None) => self.at_end()?,
            Err((kind, message)) => {
                self.stream = None;
                self.broken(kind, message)
            }
        };
        Some(Next::Record(Box::new(record)))
    }

    fn read(&mut self) -> Result<Option<Next>, Failure> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if let Some(raw) = self.queue.pop_front() {
            return Ok(Some(Next::Record(Box::new(self.record(raw)))));
        }
        match self.cut {
            Cut::Archive => self.read_archive(),
            Cut::Articles(_) => self.read_export(),
            Cut::Elements(_) => self.read_elements(),
            Cut::Rows(_) => self.read_rows(),
        }
    }

    fn read_rows(&mut self) -> Result<Option<Next>, Failure> {
        loop {
            let (Some(stream), Cut::Rows(cutter)) = (&mut self.stream, &mut self.cut) else { return Ok(None) };
            let Some(raw) = cutter.next(stream)? else { return Ok(None) };
            let (ends, unit) = (cutter.ends, cutter.unit);
            let has_changed = ends == Ends::Never && stream.has_changed();
            let line = self.line;
            if ends != Ends::Never {
                self.count_lines(&raw, unit);
            }
            let is_blank = raw.sha256.is_none() && is_blank(&raw.bytes, unit);
            if ends != Ends::Never && is_blank {
                continue;
            }
            if matches!(self.format, Format::Csv | Format::Tsv) && self.context.columns.is_none() {
                if said_delimiter(&raw.bytes).is_some() {
                    continue;
                }
                let (columns, is_header) = self.columns(&raw);
                self.context.columns = Some(Arc::new(columns));
                self.context.has_header = is_header;
                if is_header {
                    self.header = Some(raw.bytes);
                    continue;
                }
            }
            if self.header.as_deref().is_some_and(|header| without_mark(header) == without_mark(&raw.bytes)) {
                return Ok(Some(Next::Skipped(SkipReason::NotAnArticle, "the header row again, as in joined tables")));
            }
            if has_changed {
                return Err((ProblemKind::Unreadable, "the file changed while it was read".into()));
            }
            let mut record = self.record(raw);
            record.context.line = line.filter(|_| ends != Ends::Never && !self.format.is_columnar());
            return Ok(Some(Next::Record(Box::new(record))));
        }
    }

    fn count_lines(&mut self, raw: &Raw, unit: Unit) {
        // Those inside quoted cells; the one that ends the record is not among its bytes.
        let feeds = unit.line_feeds(&raw.bytes);
        let is_counted = raw.sha256.is_none();
        self.line = self.line.filter(|_| is_counted).map(|line| line + feeds as u64 + 1);
    }

    fn read_elements(&mut self) -> Result<Option<Next>, Failure> {
        let (Some(stream), Cut::Elements(cutter)) = (&mut self.stream, &mut self.cut) else { return Ok(None) };
        let Some((raw, line)) = cutter.next(stream)? else { return Ok(None) };
        // A search response wraps its articles: {"status": "ok", "articles": [{…}, {…}]}.
        if self.index == 0
            && !cutter.is_list()
            && let Some(ranges) = elements::wrapped(&raw.bytes, &self.options.fields)
        {
            self.queue.extend(ranges.into_iter().filter_map(|range| {
                let bytes = raw.bytes.get(range)?.to_vec();
                Some(Raw { size: bytes.len() as u64, bytes, sha256: None })
            }));
            return self.read();
        }
        let mut record = self.record(raw);
        record.context.line = Some(line);
        Ok(Some(Next::Record(Box::new(record))))
    }

    fn read_export(&mut self) -> Result<Option<Next>, Failure> {
        let (Some(stream), Cut::Articles(cutter)) = (&mut self.stream, &mut self.cut) else { return Ok(None) };
        let Some(raw) = cutter.next(stream)? else { return Ok(None) };
        let maker = cutter.maker;
        if raw.sha256.is_none() {
            let text = decode::decode_with(&raw.bytes, self.context.charset.as_deref()).text;
            if exports::parse(maker, &text).is_none() {
                let detail = "a part of an export that is not an article, such as a table of contents";
                return Ok(Some(Next::Skipped(SkipReason::NotAnArticle, detail)));
            }
        }
        Ok(Some(Next::Record(Box::new(self.record(raw)))))
    }

    /// The last record of a file, if one is needed to report a change or an empty file.
    fn at_end(&mut self) -> Option<Record> {
        let stream = self.stream.take()?;
        let is_whole = matches!(&self.cut, Cut::Rows(cutter) if cutter.ends == Ends::Never);
        if !is_whole && stream.has_changed() {
            return Some(self.broken(ProblemKind::Unreadable, "the file changed while it was read".into()));
        }
        // A file without records must not vanish silently.
        let nothing = self.index == 0 && !self.has_skipped;
        let message = match self.cut {
            Cut::Archive => "the archive holds no record",
            Cut::Rows(_) if self.context.columns.is_some() => "the table has a header and no row",
            _ => "there is no text",
        };
        nothing.then(|| self.broken(ProblemKind::Empty, message.into()))
    }

    fn read_archive(&mut self) -> Result<Option<Next>, Failure> {
        let Some(stream) = &mut self.stream else { return Ok(None) };
        let Some(met) = warc::next(stream, self.options.max_bytes)? else { return Ok(None) };
        let (page, problem) = match met {
            warc::Met::Other(what) => return Ok(Some(Next::Skipped(SkipReason::NotAPage, what))),
            warc::Met::Broken { kind, message, size, known } => (known, Some((kind, message, size))),
            warc::Met::Page(page) => (page, None),
        };
        let mut record = match problem {
            None => {
                let raw = Raw { size: page.body.len() as u64, bytes: page.body, sha256: None };
                self.record(raw)
            }
            Some((kind, message, size)) => {
                let record = self.broken(kind, message);
                // The size is only known for a page that was too large.
                Record { size: if kind == ProblemKind::TooLarge { size } else { 0 }, ..record }
            }
        };
        if page.is_text {
            record.format = Format::Text;
        }
        if self.options.encoding.is_none() {
            record.context.charset = page.charset;
        }
        record.context.url = page.url;
        record.context.extra = page.extra;
        record.context.language = page.language;
        record.context.incomplete = page.truncated;
        Ok(Some(Next::Record(Box::new(record))))
    }

    /// The column names, and whether the first row is a header.
    fn columns(&self, first: &Raw) -> (Vec<String>, bool) {
        let decoded = decode::decode_with(&first.bytes, self.context.charset.as_deref());
        let cells = fields::of_row(&decoded.text, self.context.delimiter.unwrap_or(b','));
        let name = |cell: &fields::Value<'_>| cell.text().map(|t| t.text.trim().to_owned()).unwrap_or_default();
        let names: Vec<String> = cells.iter().map(name).collect();
        let is_header = self.options.header.unwrap_or_else(|| is_header(&names));
        let columns = if is_header { names } else { (1..=names.len()).map(|n| format!("column_{n}")).collect() };
        (columns, is_header)
    }

    fn record(&mut self, raw: Raw) -> Record {
        let too_large = raw.sha256.is_some();
        let index = self.index;
        self.index += 1;
        let message = || format!("record of {} bytes is larger than {}", raw.size, self.options.max_bytes);
        Record {
            path: self.path.clone(),
            index,
            format: self.format,
            problem: too_large.then(|| (ProblemKind::TooLarge, message())),
            sha256: raw.sha256.unwrap_or_else(|| hex(&Sha256::digest(&raw.bytes))),
            bytes: raw.bytes,
            size: raw.size,
            context: self.context.clone(),
        }
    }

    fn broken(&mut self, kind: ProblemKind, message: String) -> Record {
        let index = self.index;
        self.index += 1;
        Record::broken(&self.path, index, self.format, kind, message)
    }
}

/// A row without the byte order mark that may stand before it: each of several joined files may have one.
fn without_mark(row: &[u8]) -> &[u8] {
    row.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(row)
}

/// Whether records of a format have named fields.
pub(super) fn is_table(format: Format) -> bool {
    matches!(format, Format::Jsonl | Format::Json | Format::Csv | Format::Tsv) || format.is_columnar()
}

/// The columnar format of a stream that has not been converted to lines yet.
fn columnar_format(told: Told, stream: Option<&mut Stream>) -> Option<Format> {
    let stream = stream.filter(|stream| stream.is_of_rows().is_none())?;
    let (Told::Forced(format) | Told::ByName(format)) = told;
    let format = format.unwrap_or_else(|| format_of(stream.head(8, false)));
    format.is_columnar().then_some(format)
}

/// The code unit of a character set, by its label.
fn unit_of(label: &str) -> Unit {
    match encoding_rs::Encoding::for_label(label.as_bytes()).map(encoding_rs::Encoding::name) {
        Some("UTF-16LE") => Unit::Utf16 { little: true },
        Some("UTF-16BE") => Unit::Utf16 { little: false },
        _ => Unit::Byte,
    }
}

/// Detects whose export a text is. A user who says that a file is text wants one document from it.
fn maker(format: Format, told: Told, head: &[u8]) -> Option<Maker> {
    let may_be = match told {
        Told::Forced(Some(format)) => format == Format::Export,
        _ => format == Format::Text,
    };
    may_be.then(|| exports::detect(&decode::decode(head, None, None).text)).flatten()
}
