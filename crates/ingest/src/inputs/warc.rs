//! Reads pages from web archives (WARC 1.0 and 1.1, ISO 28500).

use std::io::Read;

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use pressmark_core::ProblemKind;
use ruzstd::decoding::StreamingDecoder;

use super::failure::Failure;
use super::unpack::Stream;
use crate::binary;

/// The next record of an archive.
pub(super) enum Met {
    /// A page or a text.
    Page(Page),
    /// A record without either, with a description.
    Other(&'static str),
    /// A malformed record, or one that is too large; `known` has no body.
    Broken { kind: ProblemKind, message: String, size: u64, known: Page },
}

/// A page and its metadata from the archive.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub body: Vec<u8>,
    /// Whether it is plain text: from a WET file, or served as such.
    pub is_text: bool,
    pub url: Option<String>,
    pub charset: Option<String>,
    /// ISO 639 code of the language that the archive's maker detected.
    pub language: Option<String>,
    /// Why the archive contains only the start of the page, as a message.
    pub truncated: Option<String>,
    /// WARC record id and date, as one JSON object.
    pub extra: Option<String>,
}

/// Most bytes of headers, of a WARC record or of an HTTP response. Set by hand: servers mostly limit theirs to 8 or 16
/// KiB.
const MOST_HEADERS: usize = 64 << 10;

/// Reads the next record; `None` at the end of the stream.
///
/// # Errors
/// When reading fails.
pub(super) fn next(stream: &mut Stream, max_bytes: usize) -> Result<Option<Met>, Failure> {
    let Some(first) = first_line(stream)? else { return Ok(None) };
    if !first.starts_with(b"WARC/") {
        let skipped = skip_to_record(stream)? + first.len() as u64;
        return Ok(Some(malformed("record does not start with a WARC version", skipped)));
    }
    let Some(headers) = headers(stream)? else {
        let size = skip_to_record(stream)?;
        return Ok(Some(malformed("the headers of the record do not end", size)));
    };
    let header = |name: &str| value(&headers, name);
    let Some(length) = header("content-length").and_then(|v| v.parse::<u64>().ok()) else {
        let size = skip_to_record(stream)?;
        return Ok(Some(malformed("record does not state its length", size)));
    };
    let kind = header("warc-type").unwrap_or_default().to_ascii_lowercase();
    let media = header("content-type").unwrap_or_default().to_ascii_lowercase();
    let wanted = wanted(&kind, &media);
    if let Wanted::Nothing(what) = wanted {
        skip(stream, length)?;
        return Ok(Some(Met::Other(what)));
    }
    let page = Page {
        url: header("warc-target-uri").map(|u| u.trim_matches(['<', '>']).to_owned()),
        charset: charset(&media),
        language: header("warc-identified-content-language").and_then(language),
        truncated: header("warc-truncated").map(|why| format!("the archive truncated the page ({})", why.trim())),
        extra: extra(&headers),
        ..Page::default()
    };
    if length > (max_bytes + MOST_HEADERS) as u64 {
        skip(stream, length)?;
        return Ok(Some(too_large(length, max_bytes, page)));
    }
    let block = block(stream, length)?;
    Ok(Some(match wanted {
        Wanted::Response => response(&block, page, max_bytes),
        _ => payload(block, &media, page, max_bytes),
    }))
}

/// Content of a record, by its WARC type and media type.
enum Wanted {
    /// An HTTP response.
    Response,
    /// The page or text itself, or bytes of undeclared type.
    Payload,
    Nothing(&'static str),
}

fn wanted(kind: &str, media: &str) -> Wanted {
    let is_http = media.starts_with("application/http");
    match kind {
        "response" if is_http || media.is_empty() => Wanted::Response,
        // "conversion" is the text of a page, as in the WET files of Common Crawl.
        "response" | "resource" | "conversion" if !is_http => match kind_of(media) {
            Content::Other(what) => Wanted::Nothing(what),
            _ => Wanted::Payload,
        },
        "warcinfo" => Wanted::Nothing("a description of the archive"),
        "request" => Wanted::Nothing("a request"),
        "metadata" => Wanted::Nothing("metadata of a page"),
        "revisit" => Wanted::Nothing("a revisit, whose page is in another record"),
        "continuation" => Wanted::Nothing("the continuation of a record of another archive"),
        _ => Wanted::Nothing("a record of a type that holds no page"),
    }
}

/// Content according to a media type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Html,
    Text,
    /// Undeclared: to be detected from the bytes.
    Unsaid,
    Other(&'static str),
}

fn kind_of(media: &str) -> Content {
    let media = media.split(';').next().unwrap_or_default().trim();
    match media.split_once('/').unwrap_or((media, "")) {
        ("text", "html") | ("application", "xhtml+xml") => Content::Html,
        ("text", "plain" | "markdown") => Content::Text,
        ("", _) | ("application", "octet-stream" | "x-unknown") | ("unknown", _) => Content::Unsaid,
        ("image", _) => Content::Other("an image"),
        ("audio" | "video", _) => Content::Other("audio or video"),
        ("font", _) => Content::Other("a font"),
        ("text", "css" | "javascript") | ("application", "javascript" | "x-javascript" | "ecmascript") => {
            Content::Other("a script or style sheet")
        }
        ("application", "json" | "ld+json") => Content::Other("JSON"),
        ("text" | "application", "xml" | "rss+xml" | "atom+xml") => Content::Other("XML or a feed"),
        ("application", "pdf") => Content::Other("a PDF"),
        ("text", "dns") => Content::Other("a DNS response"),
        _ => Content::Other("a media type other than that of a page"),
    }
}

/// Detects the content of bytes of undeclared type.
fn sniffed(body: &[u8]) -> Content {
    let head = body.get(..body.len().min(1 << 12)).unwrap_or_default();
    if binary::of_bytes(head).is_some() {
        return Content::Other("binary data");
    }
    let head = head.to_ascii_lowercase();
    let is_page = [&b"<!doctype html"[..], b"<html", b"<head", b"<body"].iter().any(|tag| find(&head, tag));
    match head.trim_ascii().first() {
        None => Content::Other("empty"),
        Some(_) if is_page => Content::Html,
        Some(b'<') => Content::Other("XML or a feed"),
        Some(b'{' | b'[') => Content::Other("JSON"),
        Some(_) => Content::Text,
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

/// A page or text stored without HTTP headers, or the decoded body of a response.
fn payload(body: Vec<u8>, media: &str, page: Page, max_bytes: usize) -> Met {
    let said = kind_of(media);
    let content = if said == Content::Unsaid { sniffed(&body) } else { said };
    match content {
        Content::Other(what) => Met::Other(what),
        // robots.txt is served as text.
        _ if page.url.as_deref().is_some_and(|url| url.ends_with("/robots.txt")) => Met::Other("rules for crawlers"),
        _ if body.len() > max_bytes => too_large(body.len() as u64, max_bytes, page),
        content => Met::Page(Page { body, is_text: content == Content::Text, ..page }),
    }
}

/// ISO 639 code of the first language in a list such as `eng,fra`.
fn language(list: &str) -> Option<String> {
    crate::language::primary(list.split(',').next()?)
}

fn malformed(message: &str, size: u64) -> Met {
    Met::Broken { kind: ProblemKind::Malformed, message: message.to_owned(), size, known: Page::default() }
}

fn too_large(size: u64, max_bytes: usize, known: Page) -> Met {
    let message = format!("record of {size} bytes is larger than {max_bytes}");
    Met::Broken { kind: ProblemKind::TooLarge, message, size, known }
}

/// The page of an HTTP response.
fn response(block: &[u8], page: Page, max_bytes: usize) -> Met {
    let size = block.len() as u64;
    let Some((head, body)) = split_head(block) else {
        let message = "the headers of the response do not end".into();
        return Met::Broken { kind: ProblemKind::Malformed, message, size, known: page };
    };
    let headers = parse(head);
    let header = |name: &str| value(&headers, name).map(str::to_ascii_lowercase);
    let status = head.split(|b| *b == b' ').nth(1).unwrap_or_default();
    let media = header("content-type").unwrap_or_default();
    match status.first() {
        Some(b'2') => {}
        Some(b'3') => return Met::Other("a redirect"),
        Some(b'4') => return Met::Other("a client error, such as 404"),
        Some(b'5') => return Met::Other("a server error"),
        _ => return Met::Other("a response without a status"),
    }
    if let Content::Other(what) = kind_of(&media) {
        return Met::Other(what);
    }
    let chunked = header("transfer-encoding").is_some_and(|v| v.contains("chunked"));
    let body = if chunked { dechunk(body).unwrap_or_else(|| body.to_vec()) } else { body.to_vec() };
    match decompress(body, header("content-encoding").as_deref(), max_bytes) {
        Ok(body) => payload(body, &media, Page { charset: charset(&media), ..page }, max_bytes),
        Err((kind, message)) => Met::Broken { kind, message, size, known: page },
    }
}

/// Undoes the content encodings, of which the last named was applied last. No page begins with the magic number of gzip,
/// so that is undone even where no header names it.
fn decompress(mut body: Vec<u8>, encodings: Option<&str>, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    for encoding in encodings.unwrap_or_default().split(',').rev().chain([""]) {
        body = undo(body, encoding.trim(), max_bytes)?;
    }
    Ok(body)
}

/// Undoes one content encoding. Many archives keep its name after undoing it, so bytes without its magic number are
/// taken as they are.
fn undo(body: Vec<u8>, encoding: &str, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    let most = max_bytes as u64 + 1;
    let mut out = Vec::new();
    let read = match encoding {
        _ if body.starts_with(&[0x1F, 0x8B]) => MultiGzDecoder::new(body.as_slice()).take(most).read_to_end(&mut out),
        "deflate" if body.first() == Some(&0x78) => ZlibDecoder::new(body.as_slice()).take(most).read_to_end(&mut out),
        // Some servers leave out the header of zlib, which is all that tells it from a page in a legacy character set.
        "deflate" if !is_text(&body) => match DeflateDecoder::new(body.as_slice()).take(most).read_to_end(&mut out) {
            Err(_) => return Ok(body),
            read => read,
        },
        "zstd" if body.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) => unpack_zstd(&body, most, &mut out),
        // Brotli has no magic number: bytes that are text were already decompressed when they were stored.
        "br" if !is_text(&body) => Decompressor::new(body.as_slice(), 4096).take(most).read_to_end(&mut out),
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

fn unpack_zstd(body: &[u8], most: u64, out: &mut Vec<u8>) -> std::io::Result<usize> {
    let decoder = StreamingDecoder::new(body).map_err(std::io::Error::other)?;
    decoder.take(most).read_to_end(out)
}

/// Whether bytes are text as they are: valid UTF-8 without control characters at the start.
fn is_text(body: &[u8]) -> bool {
    let head = body.get(..body.len().min(64)).unwrap_or_default();
    str::from_utf8(body).is_ok() && !head.iter().any(|b| *b < 9)
}

/// Decodes a chunked body; `None` if it is not chunked, as when the archive has already joined it.
fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        // A chunk size has at most 16 hex digits; the rest is room for extensions, such as signatures.
        let end = memchr::memchr(b'\n', rest.get(..rest.len().min(MOST_CHUNK_LINE))?)?;
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

/// Most bytes of the line before a chunk. Set by hand: servers allow 4 to 16 kB.
const MOST_CHUNK_LINE: usize = 16 << 10;

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

/// Parses header lines into lower-case names and values.
fn parse(head: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(head);
    let pair = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

/// Splits a block at the first empty line into headers and body.
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

/// The first non-empty line.
fn first_line(stream: &mut Stream) -> Result<Option<Vec<u8>>, Failure> {
    loop {
        match line(stream)? {
            None => return Ok(None),
            Some(line) if line.trim_ascii().is_empty() => {}
            some => return Ok(some),
        }
    }
}

/// The next line with its ending, or at most [`MOST_HEADERS`] bytes of it.
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

/// Header lines up to an empty line; `None` if there are too many, or none before the end.
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

/// Skips to the start of the next record; returns the number of bytes skipped.
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
