//! Pages out of web archives (WARC 1.0 and 1.1, ISO 28500).

use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use pressmark_core::ProblemKind;

use super::unpack::{Failure, Stream};

/// What is next in an archive.
pub(super) enum Met {
    /// An HTML response.
    Page(Page),
    /// A record of another kind.
    Other,
    /// A record that does not follow the format, or is too large.
    Broken { kind: ProblemKind, message: String, size: u64 },
}

/// A page and what the archive says of it.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub body: Vec<u8>,
    pub url: Option<String>,
    pub charset: Option<String>,
    /// Id and date of the archive's record as one JSON object.
    pub extra: Option<String>,
}

/// Most bytes of headers, of the archive's record or of the response.
const MOST_HEADERS: usize = 64 << 10;

/// Reads the next record; `None` at the end of the stream.
///
/// # Errors
/// When the stream breaks.
pub(super) fn next(stream: &mut Stream, max_bytes: usize) -> Result<Option<Met>, Failure> {
    let Some(first) = first_line(stream)? else { return Ok(None) };
    if !first.starts_with(b"WARC/") {
        let skipped = skip_to_record(stream)? + first.len() as u64;
        return Ok(Some(malformed("record starts with no WARC version", skipped)));
    }
    let Some(headers) = headers(stream)? else {
        let size = skip_to_record(stream)?;
        return Ok(Some(malformed("record has headers without end", size)));
    };
    let header = |name: &str| value(&headers, name);
    let Some(length) = header("content-length").and_then(|v| v.parse::<u64>().ok()) else {
        let size = skip_to_record(stream)?;
        return Ok(Some(malformed("record tells no length", size)));
    };
    let kind = header("warc-type").unwrap_or_default().to_ascii_lowercase();
    let media = header("content-type").unwrap_or_default().to_ascii_lowercase();
    let is_response = kind == "response" && (media.is_empty() || media.starts_with("application/http"));
    let is_page = (kind == "resource" || kind == "response") && is_html(&media);
    if !is_response && !is_page {
        skip(stream, length)?;
        return Ok(Some(Met::Other));
    }
    if length > (max_bytes + MOST_HEADERS) as u64 {
        skip(stream, length)?;
        let message = format!("record of {length} bytes is larger than {max_bytes}");
        return Ok(Some(Met::Broken { kind: ProblemKind::TooLarge, message, size: length }));
    }
    let block = block(stream, length)?;
    let page = Page {
        url: header("warc-target-uri").map(|u| u.trim_matches(['<', '>']).to_owned()),
        charset: charset(&media),
        extra: extra(&headers),
        body: Vec::new(),
    };
    if is_page {
        return Ok(Some(Met::Page(Page { body: block, ..page })));
    }
    Ok(Some(response(&block, page, max_bytes)))
}

fn malformed(message: &str, size: u64) -> Met {
    Met::Broken { kind: ProblemKind::Malformed, message: message.to_owned(), size }
}

fn is_html(media: &str) -> bool {
    media.starts_with("text/html") || media.starts_with("application/xhtml+xml")
}

/// The page of an HTTP response.
fn response(block: &[u8], page: Page, max_bytes: usize) -> Met {
    let Some((head, body)) = split_head(block) else {
        return malformed("response has headers without end", block.len() as u64);
    };
    let headers = parse(head);
    let header = |name: &str| value(&headers, name).map(str::to_ascii_lowercase);
    let status = head.split(|b| *b == b' ').nth(1).unwrap_or_default();
    let media = header("content-type").unwrap_or_default();
    if !status.starts_with(b"2") || !is_html(&media) {
        return Met::Other;
    }
    let chunked = header("transfer-encoding").is_some_and(|v| v.contains("chunked"));
    let body = if chunked { dechunk(body).unwrap_or_else(|| body.to_vec()) } else { body.to_vec() };
    match decompress(body, header("content-encoding").as_deref(), max_bytes) {
        Ok(body) => Met::Page(Page { body, charset: charset(&media), ..page }),
        Err((kind, message)) => Met::Broken { kind, message, size: block.len() as u64 },
    }
}

/// Undoes the content encoding. Many archives keep its name though they have undone it already: bytes that do
/// not start as the encoding does are taken as they are.
fn decompress(body: Vec<u8>, encoding: Option<&str>, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    let most = max_bytes as u64 + 1;
    let mut out = Vec::new();
    let read = match encoding.map(str::trim) {
        Some("gzip" | "x-gzip") if body.starts_with(&[0x1F, 0x8B]) => {
            MultiGzDecoder::new(body.as_slice()).take(most).read_to_end(&mut out)
        }
        Some("deflate") if body.first() == Some(&0x78) => {
            ZlibDecoder::new(body.as_slice()).take(most).read_to_end(&mut out)
        }
        Some("br" | "zstd") if str::from_utf8(&body).is_err() => {
            return Err((ProblemKind::BadArchive, format!("response is packed with {}", encoding.unwrap_or_default())));
        }
        _ => return Ok(body),
    };
    match read {
        Err(error) => Err((ProblemKind::BadArchive, format!("response cannot be unpacked: {error}"))),
        Ok(_) if out.len() > max_bytes => {
            Err((ProblemKind::TooLarge, format!("response unpacks to more than {max_bytes} bytes")))
        }
        Ok(_) => Ok(out),
    }
}

/// Joins the chunks of a body; `None` when it has none, as when the archive has joined them already.
fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = memchr::memchr(b'\n', rest.get(..rest.len().min(32))?)?;
        let size = str::from_utf8(rest.get(..end)?).ok()?.trim().split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = rest.get(end + 1..)?;
        if size == 0 {
            return Some(body);
        }
        let chunk = rest.get(..size.min(rest.len()))?;
        body.extend_from_slice(chunk);
        rest = rest.get(size..)?;
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        if rest.is_empty() {
            return Some(body);
        }
    }
}

fn charset(media: &str) -> Option<String> {
    let label = media.split_once("charset=")?.1.trim_start_matches(['"', '\'']);
    let label = label.split([';', '"', '\'', ' ', ',']).next()?.trim();
    (!label.is_empty()).then(|| label.to_owned())
}

fn extra(headers: &[(String, String)]) -> Option<String> {
    let fields = [("warc_record_id", "warc-record-id"), ("warc_date", "warc-date")];
    let pairs: Vec<_> = fields
        .iter()
        .filter_map(|(key, name)| Some(format!("\"{key}\":{}", serde_json::Value::from(value(headers, name)?))))
        .collect();
    (!pairs.is_empty()).then(|| format!("{{{}}}", pairs.join(",")))
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// Header lines as small names and values.
fn parse(head: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(head);
    let pair = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

/// Headers and what follows the empty line.
fn split_head(block: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    loop {
        let end = at + memchr::memchr(b'\n', block.get(at..)?)?;
        let line = block.get(at..end)?;
        if line.is_empty() || line == b"\r" {
            return Some((block.get(..at)?, block.get(end + 1..)?));
        }
        at = end + 1;
    }
}

/// The first line that is not empty.
fn first_line(stream: &mut Stream) -> Result<Option<Vec<u8>>, Failure> {
    loop {
        match line(stream)? {
            None => return Ok(None),
            Some(line) if line.trim_ascii().is_empty() => {}
            some => return Ok(some),
        }
    }
}

/// A line with its ending, or as much of it as headers may have.
fn line(stream: &mut Stream) -> Result<Option<Vec<u8>>, Failure> {
    let mut line = Vec::new();
    loop {
        let chunk = stream.fill()?;
        if chunk.is_empty() {
            return Ok((!line.is_empty()).then_some(line));
        }
        let end = memchr::memchr(b'\n', chunk).map(|at| at + 1);
        let taken = end.unwrap_or(chunk.len()).min(MOST_HEADERS - line.len());
        line.extend_from_slice(&chunk[..taken]);
        let whole = end == Some(taken) || line.len() >= MOST_HEADERS;
        stream.consume(taken);
        if whole {
            return Ok(Some(line));
        }
    }
}

/// Lines up to the empty one; `None` when there are too many.
fn headers(stream: &mut Stream) -> Result<Option<Vec<(String, String)>>, Failure> {
    let mut head = Vec::new();
    while let Some(line) = line(stream)? {
        if line.trim_ascii().is_empty() {
            return Ok(Some(parse(&head)));
        }
        head.extend_from_slice(&line);
        if head.len() > MOST_HEADERS {
            break;
        }
    }
    Ok(None)
}

/// Goes to the start of the next record; tells how many bytes were left behind.
fn skip_to_record(stream: &mut Stream) -> Result<u64, Failure> {
    let mut skipped = 0;
    while let Some(line) = line(stream)? {
        if line.starts_with(b"WARC/1") {
            stream.put_back(line);
            break;
        }
        skipped += line.len() as u64;
    }
    Ok(skipped)
}

fn skip(stream: &mut Stream, length: u64) -> Result<(), Failure> {
    each_chunk(stream, length, |_| {})
}

fn block(stream: &mut Stream, length: u64) -> Result<Vec<u8>, Failure> {
    let mut block = Vec::new();
    each_chunk(stream, length, |chunk| block.extend_from_slice(chunk))?;
    Ok(block)
}

fn each_chunk(stream: &mut Stream, mut length: u64, mut each: impl FnMut(&[u8])) -> Result<(), Failure> {
    while length > 0 {
        let chunk = stream.fill()?;
        if chunk.is_empty() {
            return Err((ProblemKind::BadArchive, "the archive ends within a record".into()));
        }
        let taken = chunk.len().min(usize::try_from(length).unwrap_or(usize::MAX));
        each(&chunk[..taken]);
        stream.consume(taken);
        length -= taken as u64;
    }
    Ok(())
}
