//! Paths to records.

mod rows;
mod unpack;
mod walk;
mod warc;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pressmark_core::{ProblemKind, hex};
use sha2::{Digest, Sha256};

use self::rows::{Cutter, Ends, Raw, Unit};
pub use self::unpack::Unpacked;
use self::unpack::{Failure, Stream};
use self::walk::{Met, Packing, Target, Walk};
use crate::record::Context;
use crate::{Error, Format, Options, Record, binary, decode, fields};

/// How much of the start of an input is looked at to tell its format and character set.
const LOOKED_AT: usize = 64 << 10;

/// The records of files, folders and standard input, one after the other.
///
/// Files come in the order in which they are given, those of a folder in the order of the bytes of their paths;
/// hidden files are left out, files of unknown type skipped and counted. What cannot be read is a record with a
/// problem. Memory is that of one record, at most [`Options::max_bytes`], and of the names in the folders from a
/// path given down to the file being read.
pub struct Inputs {
    walk: Walk,
    options: Options,
    progress: Progress,
    current: Option<Reader>,
}

/// How far the reading of [`Inputs`] is; can be asked from any thread.
#[derive(Clone, Debug)]
pub struct Progress {
    counts: Arc<Counts>,
    paths: Arc<[PathBuf]>,
    format: Option<Format>,
}

#[derive(Debug, Default)]
struct Counts {
    bytes: Arc<AtomicU64>,
    skipped: AtomicU64,
}

impl Progress {
    /// Bytes read so far, as they are on disk.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.counts.bytes.load(Ordering::Relaxed)
    }

    /// Files of unknown type and, in archives, records that hold no page, skipped so far.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.counts.skipped.load(Ordering::Relaxed)
    }

    /// Bytes of all files, as they are on disk; `None` where standard input or a pipe is among them.
    ///
    /// Walks through all folders, which takes a moment when they hold very many files.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        let size = |target: Target| {
            let found = std::fs::metadata(&target.path).ok()?;
            (target.path.as_os_str() != "-" && found.is_file()).then_some(found.len())
        };
        Walk::new(&self.paths, self.format)
            .map(|met| match met {
                Met::File(target) => size(target),
                Met::Skipped | Met::Unreadable(..) => Some(0),
            })
            .sum()
    }
}

impl Inputs {
    /// Opens paths: files, folders (with all that is in them) and `-` for standard input.
    ///
    /// # Errors
    /// When no path is given, one does not exist, or an option makes no sense.
    pub fn open(paths: &[impl AsRef<Path>], options: Options) -> Result<Self, Error> {
        options.check()?;
        if paths.is_empty() {
            return Err(Error::NoInput);
        }
        let paths: Vec<_> = paths.iter().map(|p| p.as_ref().to_owned()).collect();
        for path in paths.iter().filter(|p| p.as_os_str() != "-") {
            if let Err(source) = std::fs::symlink_metadata(path) {
                return Err(Error::NotFound { path: path.clone(), source });
            }
        }
        let walk = Walk::new(&paths, options.format);
        let progress = Progress { counts: Arc::default(), paths: paths.into(), format: options.format };
        Ok(Self { walk, options, progress, current: None })
    }

    /// Reads from anything, as from a file of the given name; the format is that of the options or else told from
    /// the first bytes.
    ///
    /// # Errors
    /// When an option makes no sense.
    pub fn from_reader(name: &str, reader: impl Read + Send + 'static, options: Options) -> Result<Self, Error> {
        options.check()?;
        let progress =
            Progress { counts: Arc::default(), paths: Arc::new([PathBuf::from("-")]), format: options.format };
        let stream = Stream::new(reader, Packing::Unknown, &options, Arc::clone(&progress.counts.bytes));
        let current = Some(Reader::new(name.to_owned(), stream, options.format, &options));
        Ok(Self { walk: Walk::new(&[], options.format), options, progress, current })
    }

    /// How far the reading is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    fn open_file(&self, target: &Target) -> Reader {
        let name = target.path.to_string_lossy().into_owned();
        let count = Arc::clone(&self.progress.counts.bytes);
        let stream = if name == "-" {
            Stream::new(std::io::stdin(), Packing::Unknown, &self.options, count)
        } else {
            let file = File::open(&target.path).map_err(|e| (ProblemKind::Unreadable, e.to_string()));
            file.and_then(|file| Stream::open(file, target.packing, &self.options, count))
        };
        Reader::new(name, stream, target.format, &self.options)
    }

    fn count_skipped(&self) {
        self.progress.counts.skipped.fetch_add(1, Ordering::Relaxed);
    }
}

impl Iterator for Inputs {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(reader) = &mut self.current {
                match reader.next() {
                    Some(Next::Record(record)) => return Some(*record),
                    Some(Next::Skipped) => self.count_skipped(),
                    None => self.current = None,
                }
                continue;
            }
            match self.walk.next()? {
                Met::File(target) => self.current = Some(self.open_file(&target)),
                Met::Skipped => self.count_skipped(),
                Met::Unreadable(path, why) => {
                    let format = self.options.format.unwrap_or(Format::Text);
                    return Some(Record::broken(&path.to_string_lossy(), 0, format, ProblemKind::Unreadable, why));
                }
            }
        }
    }
}

impl std::fmt::Debug for Inputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inputs").field("options", &self.options).finish_non_exhaustive()
    }
}

/// The records of one file.
struct Reader {
    path: String,
    /// `None` once the file is at its end or broken.
    stream: Option<Stream>,
    failure: Option<Failure>,
    format: Format,
    cutter: Cutter,
    context: Context,
    max_bytes: usize,
    index: u64,
}

enum Next {
    Record(Box<Record>),
    Skipped,
}

impl Reader {
    fn new(path: String, stream: Result<Stream, Failure>, format: Option<Format>, options: &Options) -> Self {
        let (mut stream, failure) = match stream {
            Ok(stream) => (Some(stream), None),
            Err(failure) => (None, Some(failure)),
        };
        let head = stream.as_mut().map(|s| s.peek(LOOKED_AT)).unwrap_or_default();
        let format = format.unwrap_or_else(|| format_of(head));
        let (unit, charset) = if is_table(format) { charset_of(head) } else { (Unit::Byte, None) };
        let ends = match format {
            Format::Jsonl => Ends::AtLine,
            Format::Csv => Ends::AtRow { delimiter: delimiter_of(head, unit) },
            Format::Tsv => Ends::AtRow { delimiter: b'\t' },
            _ => Ends::Never,
        };
        let delimiter = if let Ends::AtRow { delimiter } = ends { Some(delimiter) } else { None };
        let context = Context { charset_is_found: charset.is_some(), charset, delimiter, ..Context::default() };
        let cutter = Cutter::new(ends, unit, options.max_bytes);
        Self { path, stream, failure, format, cutter, context, max_bytes: options.max_bytes, index: 0 }
    }

    fn next(&mut self) -> Option<Next> {
        let record = match self.read() {
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
        if self.format == Format::Warc {
            return self.read_archive();
        }
        loop {
            let Some(stream) = &mut self.stream else { return Ok(None) };
            let Some(raw) = self.cutter.next(stream)? else { return Ok(None) };
            let is_blank = raw.sha256.is_none() && is_blank(&raw.bytes, self.cutter.unit);
            if self.cutter.ends != Ends::Never && is_blank {
                continue;
            }
            if matches!(self.format, Format::Csv | Format::Tsv) && self.context.columns.is_none() {
                self.context.columns = Some(Arc::new(self.columns(&raw)));
                continue;
            }
            if self.cutter.ends == Ends::Never && stream.has_changed() {
                return Err((ProblemKind::Unreadable, "the file changed while it was read".into()));
            }
            return Ok(Some(Next::Record(Box::new(self.record(raw)))));
        }
    }

    /// What is left to say when there is no more record.
    fn at_end(&mut self) -> Option<Record> {
        let stream = self.stream.take()?;
        if self.cutter.ends != Ends::Never && stream.has_changed() {
            return Some(self.broken(ProblemKind::Unreadable, "the file changed while it was read".into()));
        }
        // A file without a record is one that is empty; it must not go without a word.
        let nothing = self.index == 0 && self.format != Format::Warc;
        nothing.then(|| self.broken(ProblemKind::Empty, "there is no text".into()))
    }

    fn read_archive(&mut self) -> Result<Option<Next>, Failure> {
        let Some(stream) = &mut self.stream else { return Ok(None) };
        Ok(warc::next(stream, self.max_bytes)?.map(|met| match met {
            warc::Met::Other => Next::Skipped,
            warc::Met::Broken { kind, message, size } => {
                let record = self.broken(kind, message);
                // Of a page that was too large, its size is known.
                let size = if kind == ProblemKind::TooLarge { size } else { 0 };
                Next::Record(Box::new(Record { size, ..record }))
            }
            warc::Met::Page(page) => {
                let raw = Raw { size: page.body.len() as u64, bytes: page.body, sha256: None };
                let mut record = self.record(raw);
                record.context.url = page.url;
                record.context.charset = page.charset;
                record.context.extra = page.extra;
                Next::Record(Box::new(record))
            }
        }))
    }

    fn columns(&self, header: &Raw) -> Vec<String> {
        let decoded = decode::decode(&header.bytes, self.context.charset.as_deref(), None);
        let cells = fields::of_row(&decoded.text, self.context.delimiter.unwrap_or(b','));
        let name = |cell: &fields::Value<'_>| cell.text().map(|t| t.text.trim().to_owned()).unwrap_or_default();
        cells.iter().map(name).collect()
    }

    fn record(&mut self, raw: Raw) -> Record {
        let too_large = raw.sha256.is_some();
        let index = self.index;
        self.index += 1;
        let message = || format!("record of {} bytes is larger than {}", raw.size, self.max_bytes);
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

fn is_table(format: Format) -> bool {
    matches!(format, Format::Jsonl | Format::Csv | Format::Tsv)
}

fn is_blank(bytes: &[u8], unit: Unit) -> bool {
    bytes.iter().all(|b| b.is_ascii_whitespace() || (unit != Unit::Byte && *b == 0))
}

/// The format of a stream without a name.
fn format_of(head: &[u8]) -> Format {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let start = head.get(..head.len().min(14)).unwrap_or_default().to_ascii_lowercase();
    if start.starts_with(b"warc/") {
        Format::Warc
    } else if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        Format::Html
    } else if start.starts_with(b"{") {
        Format::Jsonl
    } else {
        Format::Text
    }
}

/// Line ends and character set of a table, from its start: one row alone may be too short to tell.
fn charset_of(head: &[u8]) -> (Unit, Option<String>) {
    let bom = encoding_rs::Encoding::for_bom(head).map(|(encoding, _)| encoding.name().to_ascii_lowercase());
    let wide = bom.as_deref().filter(|name| name.starts_with("utf-16")).or_else(|| {
        memchr::memchr(0, head)?;
        binary::utf16_label(head)
    });
    if let Some(name) = wide {
        return (Unit::Utf16 { little: name == "utf-16le" }, Some(name.to_owned()));
    }
    let cut_off = |error: std::str::Utf8Error| error.error_len().is_none();
    if bom.is_some() || str::from_utf8(head).map_or_else(cut_off, |_| true) || memchr::memchr(0, head).is_some() {
        return (Unit::Byte, None);
    }
    let found = decode::decode(head, None, None);
    // A few stray bytes say nothing of the other rows: each is then read for itself.
    let is_found = found.encoding != encoding_rs::UTF_8 && !found.is_unsure();
    (Unit::Byte, is_found.then(|| found.encoding.name().to_owned()))
}

/// What stands between the cells of a CSV file: what is most frequent in its first line, as spreadsheets in
/// much of Europe write semicolons and call it CSV.
fn delimiter_of(head: &[u8], unit: Unit) -> u8 {
    let line = head.split(|b| *b == b'\n').find(|line| !is_blank(line, unit)).unwrap_or_default();
    let count = |byte: u8| {
        let mut quoted = false;
        let outside = |b: &&u8| {
            quoted ^= **b == b'"';
            !quoted && **b == byte
        };
        line.iter().filter(outside).count()
    };
    let best = [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|d| count(*d));
    best.filter(|d| count(*d) > 0).unwrap_or(b',')
}
