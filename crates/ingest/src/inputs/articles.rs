//! Splits the export of a media database into articles.

use super::failure::Failure;
use super::rows::{Growing, Raw, Unit};
use super::unpack::Stream;
use crate::exports::{Border, Borders, Maker};

/// Bytes of a line after which it is split. Set by hand: headers and borders are short, so a longer line is running
/// text.
const MOST_LINE: usize = 64 << 10;

/// Splits an export into its articles, each with its metadata lines.
pub(super) struct ArticleCutter {
    pub(super) maker: Maker,
    borders: Borders,
    unit: Unit,
    max_bytes: usize,
    /// First line of the next article.
    carry: Vec<u8>,
}

impl ArticleCutter {
    pub(super) fn new(maker: Maker, unit: Unit, max_bytes: usize) -> Self {
        Self { maker, borders: Borders::new(maker), unit, max_bytes, carry: Vec::new() }
    }

    /// The next article; `None` at the end of the stream. Stretches of white space between borders are skipped.
    ///
    /// # Errors
    /// When reading fails.
    pub(super) fn next(&mut self, stream: &mut Stream) -> Result<Option<Raw>, Failure> {
        let mut article = Growing::new(self.max_bytes);
        let mut is_blank = true;
        let first = std::mem::take(&mut self.carry);
        article.push(&first);
        while let Some(line) = self.line(stream)? {
            let text = self.read(&line);
            let found = self.borders.next(&text);
            if found == Border::Starts && !is_blank {
                self.carry = line;
                break;
            }
            is_blank = is_blank && (found == Border::Starts || text.trim().is_empty());
            article.push(&line);
            if found == Border::Ends {
                break;
            }
        }
        // Nothing but white space: the end of the file, or two adjacent borders.
        if is_blank && self.carry.is_empty() {
            return Ok(None);
        }
        Ok(Some(article.finish([b"", b""])))
    }

    /// The next line with its ending, or at most [`MOST_LINE`] bytes of it.
    fn line(&self, stream: &mut Stream) -> Result<Option<Vec<u8>>, Failure> {
        let mut line: Vec<u8> = Vec::new();
        loop {
            let chunk = stream.fill()?;
            if chunk.is_empty() {
                return Ok((!line.is_empty()).then_some(line));
            }
            let room = MOST_LINE.saturating_sub(line.len()).max(2);
            let taken = match self.unit {
                Unit::Byte => memchr::memchr(b'\n', chunk).map_or(chunk.len(), |at| at + 1).min(room),
                Unit::Utf16 { little } => {
                    // A line feed has two bytes, which two chunks may split: complete an odd byte first.
                    let odd = line.len() % 2;
                    if odd == 1 || chunk.len() < 2 { 1 } else { wide_line(chunk, little).min(room & !1) }
                }
            };
            line.extend_from_slice(&chunk[..taken]);
            stream.consume(taken);
            let is_whole = match self.unit {
                Unit::Byte => line.ends_with(b"\n"),
                Unit::Utf16 { little } => {
                    line.len().is_multiple_of(2) && line.ends_with(if little { b"\n\0" } else { b"\0\n" })
                }
            };
            if is_whole || line.len() >= MOST_LINE {
                return Ok(Some(line));
            }
        }
    }

    fn read<'a>(&self, line: &'a [u8]) -> std::borrow::Cow<'a, str> {
        match self.unit {
            // The words of borders are ASCII, or the same up to accents in all Western character sets.
            Unit::Byte => match str::from_utf8(line) {
                Ok(text) => text.into(),
                Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(line).0,
            },
            Unit::Utf16 { little: true } => encoding_rs::UTF_16LE.decode_without_bom_handling(line).0,
            Unit::Utf16 { little: false } => encoding_rs::UTF_16BE.decode_without_bom_handling(line).0,
        }
    }
}

/// Bytes up to and including the first UTF-16 line feed, or all whole code units.
fn wide_line(chunk: &[u8], little: bool) -> usize {
    let pairs = chunk.as_chunks::<2>().0;
    let feed = if little { [b'\n', 0] } else { [0, b'\n'] };
    pairs.iter().position(|pair| *pair == feed).map_or(pairs.len() * 2, |at| (at + 1) * 2)
}
