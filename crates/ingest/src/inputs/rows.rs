//! Splits a stream into lines and rows, none of them held beyond the limit.

use pressmark_core::hex;
use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::unpack::Stream;

/// Where records end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// At the end of the stream.
    Never,
    /// At each line feed.
    AtLine,
    /// At each line feed outside quoted cells (RFC 4180).
    AtRow { delimiter: u8 },
}

/// Code unit of the line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Byte,
    Utf16 { little: bool },
}

/// One record, or only size and digest if it is too large.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Raw {
    /// Empty if over the limit.
    pub bytes: Vec<u8>,
    pub size: u64,
    /// Digest in hex of a record over the limit; that of others is computed from `bytes`.
    pub sha256: Option<String>,
}

/// Splits a stream into records.
#[derive(Debug)]
pub(super) struct Cutter {
    pub ends: Ends,
    pub unit: Unit,
    /// The byte that ends a line, unless its units are wider.
    feed: u8,
    pub max_bytes: usize,
    /// Bytes of records so far, and bytes that were read again.
    read: u64,
    again: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Plain,
    /// Inside quotes; the flag says whether a line feed was seen.
    Quoted(bool),
    /// After a quote inside quotes: the end of the cell, or the first half of a doubled quote.
    QuoteInQuoted(bool),
}

/// Extent of a record in a chunk.
enum Scan {
    /// The whole chunk.
    On,
    /// Up to this offset.
    End(usize),
    /// The quote that opened a cell some lines ago was a stray one.
    Stray(usize),
}

impl Unit {
    /// Number of line feeds in whole units.
    pub(super) fn line_feeds(self, bytes: &[u8]) -> usize {
        match self {
            Self::Byte => memchr::memchr_iter(b'\n', bytes).count(),
            Self::Utf16 { little } => {
                let feed = utf16_feed(little);
                bytes.as_chunks::<2>().0.iter().filter(|unit| **unit == feed).count()
            }
        }
    }
}

fn utf16_feed(little: bool) -> [u8; 2] {
    if little { [b'\n', 0] } else { [0, b'\n'] }
}

impl Cutter {
    pub(super) fn new(ends: Ends, unit: Unit, max_bytes: usize) -> Self {
        Self { ends, unit, feed: b'\n', max_bytes, read: 0, again: 0 }
    }

    /// The cutter for lines that end in this byte.
    pub(super) fn with_feed(self, feed: u8) -> Self {
        Self { feed, ..self }
    }

    /// The next record, without its line ending; `None` at the end of the stream.
    ///
    /// # Errors
    /// When reading fails; bytes read since the last record are lost.
    pub(super) fn next(&mut self, stream: &mut Stream) -> Result<Option<Raw>, Failure> {
        let mut record = Growing::new(self.max_bytes);
        let (mut at, mut carry) = (At::CellStart, None);
        loop {
            let chunk = stream.fill()?;
            if chunk.is_empty() {
                if matches!(at, At::Quoted(true)) && self.first_line_back(&mut record, stream) {
                    return Ok(Some(self.finish(record)));
                }
                return Ok((record.size > 0).then(|| self.finish(record)));
            }
            let scan = self.scan(chunk, &mut at, &mut carry);
            let (taken, stray) = match scan {
                Scan::On => (chunk.len(), matches!(at, At::Quoted(true)) && record.would_overflow(chunk.len())),
                Scan::End(taken) => (taken, false),
                Scan::Stray(taken) => (taken, true),
            };
            let bytes = &chunk[..taken];
            if stray && record.hash.is_none() {
                record.hold(bytes);
                stream.consume(taken);
                if self.first_line_back(&mut record, stream) {
                    return Ok(Some(self.finish(record)));
                }
                record.settle();
            } else {
                record.push(bytes);
                stream.consume(taken);
            }
            if matches!(scan, Scan::End(_)) {
                return Ok(Some(self.finish(record)));
            }
        }
    }

    /// Recovers from a quoted cell that is never closed, most likely a stray quote in one row: keeps the first line as
    /// the record and puts the others back, so that one bad row does not swallow the rest of the file. `false` if there
    /// is no line end.
    fn first_line_back(&mut self, record: &mut Growing, stream: &mut Stream) -> bool {
        let Some(end) = self.line_end(&record.bytes) else { return false };
        let back = record.bytes.split_off(end);
        record.size = end as u64;
        self.again += stream.put_back(back) as u64;
        // In a table full of stray quotes none is meant; this also keeps the work linear.
        if self.again > self.read * MOST_AGAIN + (self.max_bytes as u64 + MOST_AGAIN) * MOST_AGAIN {
            self.ends = Ends::AtLine;
        }
        true
    }

    /// Offset one past the first line feed.
    fn line_end(&self, bytes: &[u8]) -> Option<usize> {
        match self.unit {
            Unit::Byte => memchr::memchr(self.feed, bytes).map(|at| at + 1),
            Unit::Utf16 { little } => {
                let feed = utf16_feed(little);
                bytes.as_chunks::<2>().0.iter().position(|unit| *unit == feed).map(|at| (at + 1) * 2)
            }
        }
    }

    fn scan(&self, chunk: &[u8], at: &mut At, carry: &mut Option<u8>) -> Scan {
        let delimiter = match self.ends {
            Ends::Never => return Scan::On,
            Ends::AtLine => None,
            Ends::AtRow { delimiter } => Some(delimiter),
        };
        match self.unit {
            Unit::Byte => scan_bytes(chunk, delimiter, self.feed, at),
            Unit::Utf16 { little } => {
                for (i, &byte) in chunk.iter().enumerate() {
                    let Some(first) = carry.take() else {
                        *carry = Some(byte);
                        continue;
                    };
                    let (low, high) = if little { (first, byte) } else { (byte, first) };
                    // Units beyond Latin-1 are mapped to a byte that is no quote, delimiter or line feed.
                    match step(at, if high == 0 { low } else { 0x80 }, delimiter, b'\n') {
                        Step::On => {}
                        Step::End => return Scan::End(i + 1),
                        Step::Stray => return Scan::Stray(i + 1),
                    }
                }
                Scan::On
            }
        }
    }

    fn finish(&mut self, record: Growing) -> Raw {
        self.read += record.size;
        let ends: [&[u8]; 2] = match (self.ends, self.unit) {
            (Ends::Never, _) => [b"", b""],
            (_, Unit::Byte) => [b"\n", b"\r"],
            (_, Unit::Utf16 { little: true }) => [b"\n\0", b"\r\0"],
            (_, Unit::Utf16 { little: false }) => [b"\0\n", b"\0\r"],
        };
        record.finish(ends)
    }
}

/// How often the bytes of a table may be read again, on average, before quotes are ignored. Set by hand: raising it
/// recovers more stray quotes at the cost of more work on hostile files.
const MOST_AGAIN: u64 = 8;

enum Step {
    On,
    End,
    Stray,
}

/// Advances the state by one character.
fn step(at: &mut At, byte: u8, delimiter: Option<u8>, feed: u8) -> Step {
    let Some(delimiter) = delimiter else { return if byte == feed { Step::End } else { Step::On } };
    *at = match (*at, byte) {
        (At::Quoted(lines), b'"') => At::QuoteInQuoted(lines),
        (At::Quoted(lines), _) => At::Quoted(lines || byte == feed),
        (At::CellStart, b'"') => At::Quoted(false),
        (At::CellStart, b' ') => At::CellStart,
        (At::QuoteInQuoted(lines), b'"') => At::Quoted(lines),
        (_, b) if b == feed => return Step::End,
        (_, b) if b == delimiter => At::CellStart,
        (At::QuoteInQuoted(true), b) if b != b'\r' => return Step::Stray,
        _ => At::Plain,
    };
    Step::On
}

fn scan_bytes(chunk: &[u8], delimiter: Option<u8>, feed: u8, at: &mut At) -> Scan {
    let mut i = 0;
    while let Some(rest) = chunk.get(i..).filter(|rest| !rest.is_empty()) {
        let skip = match (delimiter, *at) {
            (None, _) => memchr::memchr(feed, rest),
            (_, At::Quoted(true)) => memchr::memchr(b'"', rest),
            (_, At::Quoted(false)) => memchr::memchr2(b'"', feed, rest),
            (Some(delimiter), At::Plain) => memchr::memchr2(feed, delimiter, rest),
            (_, At::CellStart | At::QuoteInQuoted(_)) => Some(0),
        };
        let Some(skip) = skip else { break };
        i += skip + 1;
        match step(at, rest[skip], delimiter, feed) {
            Step::On => {}
            Step::End => return Scan::End(i),
            Step::Stray => return Scan::Stray(i),
        }
    }
    Scan::On
}

/// A record being read: its bytes up to the limit, beyond it only their number and digest.
pub(super) struct Growing {
    bytes: Vec<u8>,
    pub(super) size: u64,
    hash: Option<Sha256>,
    max: usize,
}

impl Growing {
    pub(super) fn new(max: usize) -> Self {
        Self { bytes: Vec::new(), size: 0, hash: None, max }
    }

    fn would_overflow(&self, more: usize) -> bool {
        self.hash.is_none() && self.bytes.len() + more > self.limit()
    }

    /// The limit, with room for a line ending of up to four bytes (UTF-16).
    fn limit(&self) -> usize {
        self.max + 4
    }

    fn hold(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        if let Some(hash) = &mut self.hash {
            self.size += bytes.len() as u64;
            hash.update(bytes);
            return;
        }
        self.hold(bytes);
        self.settle();
    }

    /// Drops the bytes once they exceed the limit.
    fn settle(&mut self) {
        if self.hash.is_none() && self.bytes.len() > self.limit() {
            self.hash = Some(Sha256::new_with_prefix(&self.bytes));
            self.bytes = Vec::new();
        }
    }

    /// Completes the record, without its line ending.
    pub(super) fn finish(mut self, ends: [&[u8]; 2]) -> Raw {
        if let Some(hash) = self.hash {
            return Raw { bytes: Vec::new(), size: self.size, sha256: Some(hex(&hash.finalize())) };
        }
        for end in ends {
            if self.bytes.ends_with(end) {
                self.bytes.truncate(self.bytes.len() - end.len());
            }
        }
        let size = self.bytes.len() as u64;
        if self.bytes.len() > self.max {
            let sha256 = Some(hex(&Sha256::digest(&self.bytes)));
            return Raw { bytes: Vec::new(), size, sha256 };
        }
        Raw { bytes: self.bytes, size, sha256: None }
    }
}
