//! The bytes of an input: counted, decompressed and limited.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::{DeflateDecoder, GzDecoder};
use pressmark_core::ProblemKind;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::failure::{Broken, Failure, broken, failure};
use super::feed::{Feed, FeedReader};
use super::walk::Packing;
use super::zip::Member;
use crate::Options;

/// Buffer size. Set by hand: a usual compromise between system calls and memory.
const BUFFER: usize = 64 << 10;

/// Unpacked bytes up to which the ratio is not checked. Set by hand: short files of zeros do no harm.
const RATIO_FROM: u64 = 16 << 20;

/// A stream of an input's decompressed bytes, with lookahead.
pub(super) struct Stream {
    reader: Box<dyn BufRead + Send>,
    /// Bytes to be read before those of `reader`, starting at `at`.
    pending: Vec<u8>,
    at: usize,
    /// The error that stopped [`peek`](Self::peek), kept because not every decoder repeats it.
    failure: Option<Failure>,
    /// The file and its metadata when it was opened.
    file: Option<(Arc<File>, Metadata)>,
    /// State of a source that may block, if its bytes are not compressed.
    feed: Option<Arc<Feed>>,
    /// Whether the source may block.
    may_wait: bool,
    /// For lines made from the rows of a columnar file: whether pressmark wrote that file.
    of_rows: Option<IsOwn>,
}

/// Whether pressmark itself wrote a file.
type IsOwn = bool;

impl Stream {
    /// Opens a file.
    pub(super) fn open(
        file: File,
        packing: Packing,
        options: &Options,
        count: Arc<AtomicU64>,
    ) -> Result<Self, Failure> {
        let file = Arc::new(file);
        let packing = packing.or_by_content();
        let metadata = file.metadata().map_err(|e| (ProblemKind::Unreadable, e.to_string()))?;
        if !metadata.is_file() {
            return Self::waiting(Shared(file), options, count);
        }
        let kept = Some((Arc::clone(&file), metadata));
        let stream = Self::new(Shared(file), packing, options, count)?;
        Ok(Self { file: kept, ..stream })
    }

    /// Reads from a source that does not block.
    pub(super) fn new(
        reader: impl Read + Send + 'static,
        packing: Packing,
        options: &Options,
        count: Arc<AtomicU64>,
    ) -> Result<Self, Failure> {
        let packed = Arc::new(AtomicU64::new(0));
        let counted = Counted { reader, counts: [Arc::clone(&packed), count] };
        let source = BufReader::with_capacity(BUFFER, counted);
        unpacked(source, packing, Limits::of(options, packed)).map(|(reader, _)| Self::over(reader))
    }

    /// Opens a file in a ZIP archive, which may itself be compressed as a file in a folder may.
    pub(super) fn of_member(
        member: &Member,
        packing: Packing,
        options: &Options,
        count: Arc<AtomicU64>,
    ) -> Result<Self, Failure> {
        let packed = Arc::new(AtomicU64::new(0));
        let counted = Counted { reader: member.open()?, counts: [Arc::clone(&packed), count] };
        let source = BufReader::with_capacity(BUFFER, counted);
        let of_archive = if member.is_deflated() { Packing::Deflate } else { Packing::Plain };
        let (reader, _) = unpacked(source, of_archive, Limits::of(options, Arc::clone(&packed)))?;
        let source = BufReader::with_capacity(BUFFER, member.checked(reader));
        unpacked(source, packing.or_by_content(), Limits::of(options, packed)).map(|(reader, _)| Self::over(reader))
    }

    fn over(reader: Box<dyn BufRead + Send>) -> Self {
        let (pending, may_wait) = (Vec::new(), false);
        Self { reader, pending, at: 0, failure: None, file: None, feed: None, may_wait, of_rows: None }
    }

    /// Reads from a source that may block, such as a pipe.
    pub(super) fn waiting(
        reader: impl Read + Send + 'static,
        options: &Options,
        count: Arc<AtomicU64>,
    ) -> Result<Self, Failure> {
        let packed = Arc::new(AtomicU64::new(0));
        let source = FeedReader::start(reader, [Arc::clone(&packed), count]).map_err(|e| failure(&e))?;
        let feed = source.feed();
        let (reader, packing) = unpacked(source, Packing::Unknown, Limits::of(options, packed))?;
        let feed = (packing == Packing::Plain).then_some(feed);
        Ok(Self { reader, pending: Vec::new(), at: 0, failure: None, file: None, feed, may_wait: true, of_rows: None })
    }

    /// Whether the next line, or with `ends_at_line` unset any byte, can be read without blocking.
    ///
    /// Compressed sources always count as ready: nobody compresses line by line.
    pub(super) fn is_ready(&mut self, ends_at_line: bool) -> bool {
        let Some(feed) = self.feed.clone() else { return true };
        loop {
            let at_hand = self.pending.get(self.at..).unwrap_or_default();
            let is_enough = match ends_at_line {
                true => memchr::memchr(b'\n', at_hand).is_some(),
                false => !at_hand.is_empty(),
            };
            // So long a line is worth the wait, and must not be searched again and again.
            if is_enough || at_hand.len() > BUFFER {
                return true;
            }
            let had = at_hand.len();
            if !feed.has_come() {
                return false;
            }
            self.peek(had + 1);
            // At the end there is nothing more to wait for.
            if self.failure.is_some() || self.pending.len() - self.at == had {
                return true;
            }
        }
    }

    /// Peeks at the first bytes, up to `count`. Of a source that may block, with `by_line` only up to the end of the
    /// first line: the rest may depend on the answer to it.
    pub(super) fn head(&mut self, count: usize, by_line: bool) -> &[u8] {
        if self.may_wait && by_line { self.peek_until(count, Some(b'\n')) } else { self.peek(count) }
    }

    /// The buffered bytes; empty only at the end of the input.
    pub(super) fn fill(&mut self) -> Result<&[u8], Failure> {
        if self.at < self.pending.len() {
            return Ok(&self.pending[self.at..]);
        }
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        // Called twice for the borrow checker: the second call finds the buffer full.
        loop {
            match self.reader.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failure(&error)),
            }
        }
        self.reader.fill_buf().map_err(|e| failure(&e))
    }

    /// Consumes bytes returned by [`fill`](Self::fill).
    pub(super) fn consume(&mut self, count: usize) {
        if self.at < self.pending.len() {
            self.at += count;
            if self.at >= self.pending.len() {
                (self.pending, self.at) = (Vec::new(), 0);
            }
        } else {
            self.reader.consume(count);
        }
    }

    /// Puts bytes back, to be read next; returns the number of bytes now pending.
    pub(super) fn put_back(&mut self, mut bytes: Vec<u8>) -> usize {
        bytes.extend_from_slice(self.pending.get(self.at..).unwrap_or_default());
        (self.pending, self.at) = (bytes, 0);
        self.pending.len()
    }

    /// Peeks at the first bytes, up to `count`; an error is reported when they are consumed.
    pub(super) fn peek(&mut self, count: usize) -> &[u8] {
        self.peek_until(count, None)
    }

    /// Peeks at the first bytes, up to `count` or through the first `mark`.
    fn peek_until(&mut self, count: usize, mark: Option<u8>) -> &[u8] {
        let mut head = Vec::new();
        let mut has_mark = false;
        while head.len() < count && !has_mark {
            match self.fill() {
                Ok(bytes) if !bytes.is_empty() => {
                    let len = bytes.len();
                    has_mark = mark.is_some_and(|mark| memchr::memchr(mark, bytes).is_some());
                    head.extend_from_slice(bytes);
                    self.consume(len);
                }
                Ok(_) => break,
                Err(failure) => {
                    self.failure = Some(failure);
                    break;
                }
            }
        }
        self.put_back(head);
        let end = self.pending.len().min(count);
        let end = mark.and_then(|mark| memchr::memchr(mark, &self.pending[..end])).map_or(end, |at| at + 1);
        &self.pending[..end]
    }

    /// Marks the stream as rows of a columnar file.
    #[cfg(feature = "columnar")]
    pub(super) fn of_rows(self, is_own: IsOwn) -> Self {
        Self { of_rows: Some(is_own), ..self }
    }

    /// `Some` if the bytes are rows of a columnar file, with whether pressmark wrote it.
    pub(super) fn is_of_rows(&self) -> Option<IsOwn> {
        self.of_rows
    }

    /// Attaches the file, to detect changes to it.
    #[cfg(feature = "columnar")]
    pub(super) fn kept(self, file: File, metadata: Metadata) -> Self {
        Self { file: Some((Arc::new(file), metadata)), ..self }
    }

    /// The stream as a plain reader.
    #[cfg(feature = "columnar")]
    pub(super) fn into_read(self) -> impl Read + Send + 'static {
        Unpacked(self)
    }

    /// Whether the file changed since it was opened.
    pub(super) fn has_changed(&self) -> bool {
        self.file.as_ref().is_some_and(|(file, before)| {
            let modified = |m: &Metadata| m.modified().ok();
            file.metadata().is_ok_and(|now| now.len() != before.len() || modified(&now) != modified(before))
        })
    }
}

/// A reader over one file, decompressed if it is gzip or Zstandard, within the limits of [`Options`].
///
/// For files that are no documents, such as annotated rows.
pub struct Unpacked(Stream);

impl Unpacked {
    /// Opens a file, or standard input for `-`.
    ///
    /// # Errors
    /// When the file cannot be opened, or its first bytes cannot be read.
    pub fn open(path: &Path, options: &Options) -> io::Result<Self> {
        let count = Arc::default();
        let stream = if path.as_os_str() == "-" {
            Stream::new(io::stdin(), Packing::Unknown, options, count)
        } else {
            Stream::open(File::open(path)?, Packing::Unknown, options, count)
        };
        stream.map(Self).map_err(|(_, message)| io::Error::other(message))
    }
}

impl Read for Unpacked {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Unpacked {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill().map_err(|(_, message)| io::Error::other(message))
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

impl std::fmt::Debug for Unpacked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unpacked").finish_non_exhaustive()
    }
}

impl Packing {
    /// The compression of a file with a plain name is found by its first bytes: a name without ".gz" proves nothing, and
    /// no format that is read begins like a compressed file.
    fn or_by_content(self) -> Self {
        if self == Self::Plain { Self::Unknown } else { self }
    }
}

fn packing_of(head: &[u8]) -> Packing {
    match head {
        [0x1F, 0x8B, ..] => Packing::Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Packing::Zstd,
        _ => Packing::Plain,
    }
}

struct Shared(Arc<File>);

impl Read for Shared {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.as_ref().read(buf)
    }
}

/// Counts the bytes read.
struct Counted<R> {
    reader: R,
    counts: [Arc<AtomicU64>; 2],
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buf)?;
        for count in &self.counts {
            count.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

/// Decompresses a source within limits; returns its compression too.
fn unpacked(
    mut source: impl BufRead + Send + 'static,
    packing: Packing,
    limits: Limits,
) -> Result<(Box<dyn BufRead + Send>, Packing), Failure> {
    let packing = match packing {
        Packing::Unknown => packing_of(source.fill_buf().map_err(|e| failure(&e))?),
        known => known,
    };
    let reader: Box<dyn BufRead + Send> = match packing {
        Packing::Gzip => limits.over(Gzip { member: Some(GzDecoder::new(source)) }),
        Packing::Zstd => limits.over(Zstd { source, decoder: FrameDecoder::new(), state: State::Between }),
        Packing::Deflate => limits.over(DeflateDecoder::new(source)),
        Packing::Plain | Packing::Archive | Packing::Unknown => Box::new(source),
    };
    Ok((reader, packing))
}

/// Limits on decompression, and the bytes so far.
struct Limits {
    packed: Arc<AtomicU64>,
    unpacked: u64,
    ratio: u64,
    most: u64,
}

impl Limits {
    fn of(options: &Options, packed: Arc<AtomicU64>) -> Self {
        Self { packed, unpacked: 0, ratio: u64::from(options.max_ratio), most: options.max_unpacked_bytes }
    }

    fn over(self, reader: impl Read + Send + 'static) -> Box<dyn BufRead + Send> {
        Box::new(BufReader::with_capacity(BUFFER, Limited { limits: self, reader }))
    }
}

struct Limited<R> {
    limits: Limits,
    reader: R,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = match self.reader.read(buf) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) if error.get_ref().is_some_and(|e| e.is::<Broken>()) => return Err(error),
            Err(error) => return Err(broken(format!("cannot be unpacked: {error}"))),
        };
        let limits = &mut self.limits;
        limits.unpacked += read as u64;
        let packed = limits.packed.load(Ordering::Relaxed).max(1);
        if limits.unpacked > limits.most {
            return Err(broken(format!("unpacks to more than {} bytes", limits.most)));
        }
        if limits.unpacked > RATIO_FROM && limits.unpacked / packed > limits.ratio {
            return Err(broken(format!("unpacks to more than {} times its size", limits.ratio)));
        }
        Ok(read)
    }
}

/// Decompresses the members of a gzip file one after the other, up to the zeros that may fill its last block, as tapes
/// and some archives leave them.
struct Gzip<R> {
    /// `None` at the end of the file.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(buf)?;
            if read > 0 || buf.is_empty() {
                return Ok(read);
            }
            let Some(mut source) = self.member.take().map(GzDecoder::into_inner) else { break };
            let has_more = loop {
                let bytes = source.fill_buf()?;
                let zeros = bytes.iter().take_while(|b| **b == 0).count();
                let (is_end, is_filled) = (bytes.is_empty(), zeros < bytes.len());
                source.consume(zeros);
                if is_end || is_filled {
                    break is_filled;
                }
            };
            self.member = has_more.then(|| GzDecoder::new(source));
        }
        Ok(0)
    }
}

/// Decompresses the frames of a Zstandard file one after the other.
struct Zstd<R> {
    source: R,
    decoder: FrameDecoder,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    InFrame,
}

impl<R: BufRead> Zstd<R> {
    /// Starts the next frame, passing over skippable ones; `false` at the end of the file.
    fn start(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let skipped = io::copy(&mut self.source.by_ref().take(u64::from(length)), &mut io::sink())?;
                    if skipped < u64::from(length) {
                        return Err(broken("is truncated"));
                    }
                }
                Err(error) => return Err(broken(format!("cannot be unpacked: {error}"))),
            }
        }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.state == State::Between {
                if !self.start()? {
                    return Ok(0);
                }
                self.state = State::InFrame;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|error| broken(format!("cannot be unpacked: {error}")))?;
            }
            let read = self.decoder.read(buf)?;
            if read > 0 || buf.is_empty() {
                return Ok(read);
            }
            let (told, found) = (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
            if told.is_some() && told != found {
                return Err(broken("is damaged: the checksum differs"));
            }
            self.state = State::Between;
        }
    }
}
