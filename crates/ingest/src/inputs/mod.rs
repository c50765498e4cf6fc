//! Reads paths as records.

mod articles;
mod columnar;
mod elements;
mod failure;
mod feed;
mod named_fields;
mod reader;
mod rows;
mod skipped;
mod source;
mod unpack;
mod walk;
mod warc;
mod zip;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pressmark_core::ProblemKind;

use self::reader::{Next, Reader, Told};
use self::skipped::Log;
pub use self::skipped::{SkipReason, Skipped};
pub use self::source::OWN_FAILURES;
use self::unpack::Stream;
pub use self::unpack::Unpacked;
use self::walk::{Met, Packing, Target, Walk, Written};
use crate::{Error, Format, Options, Record};

/// Describes a file that pressmark itself wrote: rows, tables, a journal, a manifest, a list of failures, a dataset
/// card. `None` for any other file and for one that cannot be read. Decided by content, whatever the name; among inputs
/// such a file is skipped.
#[must_use]
pub fn own_output(path: &Path) -> Option<&'static str> {
    let (path, packing) = (path.to_owned(), Packing::Unknown);
    let target = walk::target(&path, None);
    let target = target.unwrap_or_else(|_| Target { path, member: None, format: None, is_forced: false, packing });
    let options = Options::default();
    let stream = columnar::open(&target, &options, Arc::default());
    Reader::new(String::new(), stream, Told::ByName(target.format), &options).own()
}

/// Whether a path leads to a file or folder, or to a file in a ZIP archive, as in `corpus.zip/2020/a.html`.
#[must_use]
pub fn is_input(path: &Path) -> bool {
    path.symlink_metadata().is_ok() || zip::find(path).is_some()
}

/// An iterator over the records of files, folders, ZIP archives and standard input.
///
/// Files come in the given order, those of a folder sorted by the bytes of their paths; hidden files are ignored. A ZIP
/// archive is read as a folder of that name would be. An input that cannot be read is a record with a problem. Inputs that are no documents (files of unknown type, pipes and
/// devices in folders, rows that pressmark itself wrote, archive records without a page) are listed by
/// [`skipped`](Self::skipped) with the reason. Memory is bounded by one record, of at most [`Options::max_bytes`], and
/// the names in the folders from a given path down to the current file.
pub struct Inputs {
    walk: Walk,
    options: Options,
    progress: Progress,
    current: Option<Reader>,
}

/// Progress of [`Inputs`]; can be queried from any thread.
#[derive(Clone, Debug)]
pub struct Progress {
    counts: Arc<Counts>,
    paths: Arc<[PathBuf]>,
    format: Option<Format>,
    written: Written,
}

#[derive(Debug, Default)]
struct Counts {
    bytes: Arc<AtomicU64>,
    skipped: AtomicU64,
    log: Log,
}

impl Progress {
    /// Bytes read so far, before decompression.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.counts.bytes.load(Ordering::Relaxed)
    }

    /// Number of files and archive records skipped so far.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.counts.skipped.load(Ordering::Relaxed)
    }

    /// Everything skipped so far with the reason, in input order; records of one archive skipped for the same reason
    /// are one entry. At most 100,000 entries.
    #[must_use]
    pub fn skips(&self) -> Vec<Skipped> {
        self.counts.log.entries()
    }

    /// Bytes of all files, before decompression; `None` if standard input or a pipe is among them.
    ///
    /// Walks all folders, which takes a moment for very many files.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        let size = |target: Target| {
            if let Some(member) = &target.member {
                return Some(member.packed_bytes());
            }
            let found = std::fs::metadata(&target.path).ok()?;
            (target.path.as_os_str() != "-" && found.is_file()).then_some(found.len())
        };
        Walk::new(&self.paths, self.format)
            .without(self.written.clone())
            .map(|met| match met {
                Met::File(target) => size(target),
                Met::Skipped(..) | Met::Unreadable(..) => Some(0),
            })
            .sum()
    }
}

impl Inputs {
    /// Opens paths: files, folders (recursively), ZIP archives and `-` for standard input.
    ///
    /// # Errors
    /// When no path is given, a path does not exist or is a URL, an option is invalid, or a named field is missing from
    /// the first table among the inputs.
    pub fn open(paths: &[impl AsRef<Path>], options: Options) -> Result<Self, Error> {
        options.check()?;
        if paths.is_empty() {
            return Err(Error::NoInput);
        }
        let paths: Vec<_> = paths.iter().map(|p| p.as_ref().to_owned()).collect();
        for path in paths.iter().filter(|p| p.as_os_str() != "-") {
            if let Err(source) = std::fs::symlink_metadata(path)
                && zip::find(path).is_none()
            {
                return Err(match path.to_str().filter(|path| is_address(path)) {
                    Some(address) => Error::Address { address: address.to_owned() },
                    None => Error::NotFound { path: path.clone(), source },
                });
            }
        }
        named_fields::check_fields(&paths, &options)?;
        let walk = Walk::new(&paths, options.format);
        let (counts, written) = (Arc::default(), Written::default());
        let progress = Progress { counts, paths: paths.into(), format: options.format, written };
        Ok(Self { walk, options, progress, current: None })
    }

    /// Reads from `reader` as from a file called `name`; the format is that of the options, or detected from the first
    /// bytes.
    ///
    /// # Errors
    /// When an option is invalid.
    pub fn from_reader(name: &str, reader: impl Read + Send + 'static, options: Options) -> Result<Self, Error> {
        options.check()?;
        let (counts, written) = (Arc::default(), Written::default());
        let progress = Progress { counts, paths: Arc::new([PathBuf::from("-")]), format: options.format, written };
        let stream = Stream::new(reader, Packing::Unknown, &options, Arc::clone(&progress.counts.bytes));
        let current = Some(Reader::new(name.to_owned(), stream, Told::Forced(options.format), &options));
        Ok(Self { walk: Walk::new(&[], options.format), options, progress, current })
    }

    /// Like [`from_reader`](Self::from_reader), for a source that may block, such as a pipe or a connection: a thread
    /// reads ahead, and [`is_ready`](Self::is_ready) tells whether a record has arrived.
    ///
    /// # Errors
    /// When an option is invalid.
    pub fn from_pipe(name: &str, reader: impl Read + Send + 'static, options: Options) -> Result<Self, Error> {
        let inputs = Self::from_reader(name, std::io::empty(), options)?;
        let count = Arc::clone(&inputs.progress.counts.bytes);
        let stream = Stream::waiting(reader, &inputs.options, count);
        let current = Some(Reader::new(name.to_owned(), stream, Told::Forced(inputs.options.format), &inputs.options));
        Ok(Self { current, ..inputs })
    }

    /// Excludes files that the program itself writes while it reads, such as its output in an input folder: they would
    /// be read half-written, and differently each time. They are listed by [`skipped`](Self::skipped).
    #[must_use]
    pub fn without(self, is_written: impl Fn(&Path) -> bool + Send + Sync + 'static) -> Self {
        let written = Written::new(is_written);
        let progress = Progress { written: written.clone(), ..self.progress };
        Self { walk: self.walk.without(written), progress, ..self }
    }

    /// The progress of reading.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Everything skipped so far with the reason; see [`Progress::skips`].
    #[must_use]
    pub fn skipped(&self) -> Vec<Skipped> {
        self.progress.skips()
    }

    /// Whether [`next`](Iterator::next) would return without blocking; `false` if it might wait for a line that another
    /// program has not written yet.
    ///
    /// Only standard input, pipes and sources of [`from_pipe`](Self::from_pipe) can block. A caller that batches
    /// records asks this before each one but the first and processes its batch when the answer is no: a program that
    /// writes one document and waits then gets its row at once, and a full pipe is still read in batches.
    pub fn is_ready(&mut self) -> bool {
        self.current.as_mut().is_none_or(Reader::is_ready)
    }

    fn open_file(&self, target: &Target) -> Reader {
        let name = target.path.to_string_lossy().into_owned();
        let count = Arc::clone(&self.progress.counts.bytes);
        let stream = if name == "-" {
            source::stdin(&self.options, count)
        } else {
            columnar::open(target, &self.options, count)
        };
        let told = if target.is_forced { Told::Forced(target.format) } else { Told::ByName(target.format) };
        Reader::new(name, stream, told, &self.options)
    }

    fn pass_over(&self, path: &str, reason: SkipReason, detail: &str) {
        self.progress.counts.skipped.fetch_add(1, Ordering::Relaxed);
        self.progress.counts.log.note(path, reason, detail);
    }
}

/// Whether a path is the URL of a page.
fn is_address(path: &str) -> bool {
    path.split_once("://").is_some_and(|(scheme, _)| matches!(scheme, "http" | "https" | "ftp"))
        || path.starts_with("www.")
}

impl Iterator for Inputs {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(reader) = &mut self.current {
                match reader.next() {
                    Some(Next::Record(record)) => return Some(*record),
                    Some(Next::Skipped(reason, detail)) => {
                        let path = reader.path().to_owned();
                        self.pass_over(&path, reason, detail);
                    }
                    None => self.current = None,
                }
                continue;
            }
            match self.walk.next()? {
                Met::File(target) => self.current = Some(self.open_file(&target)),
                Met::Skipped(path, reason, detail) => self.pass_over(&path.to_string_lossy(), reason, detail),
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
