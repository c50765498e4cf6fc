//! Detection by the start of an input, before its records are read.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use pressmark_core::ProblemKind;

use super::failure::Failure;
use super::rows::Unit;
use super::unpack::Stream;
use super::walk::Packing;
use crate::{Format, Options, binary, decode, fields, names};

/// Detects the format of a stream without a name.
pub(super) fn format_of(head: &[u8]) -> Format {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    // Length of "<!doctype html".
    let start = head.get(..head.len().min(14)).unwrap_or_default().to_ascii_lowercase();
    let next = || head.get(1..).unwrap_or_default().trim_ascii_start().first().copied();
    if start.starts_with(b"warc/") {
        Format::Warc
    } else if head.starts_with(b"PAR1") {
        Format::Parquet
    } else if head.starts_with(b"ARROW1") || head.starts_with(b"\xFF\xFF\xFF\xFF") {
        Format::Arrow
    } else if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        Format::Html
    } else if start.starts_with(b"{") {
        // An object that spans several lines, or one per line.
        let line = memchr::memchr(b'\n', head).and_then(|end| head.get(..end)).unwrap_or(head).trim_ascii_end();
        if line.ends_with(b"}") || memchr::memchr(b'\n', head).is_none() { Format::Jsonl } else { Format::Json }
    } else if start.starts_with(b"[") && next() == Some(b'{') {
        Format::Json
    } else {
        Format::Text
    }
}

/// Whether a file called JSON Lines begins with a list of objects, or with an object that goes on in the next line: some
/// programs name any JSON so.
pub(super) fn is_json_by_lines(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let after = |rest: &[u8]| rest.trim_ascii_start().first().copied();
    match head.split_first() {
        Some((b'[', rest)) => after(rest) == Some(b'{'),
        Some((b'{', rest)) => {
            let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
            line.trim_ascii().is_empty() && line.len() < rest.len() && after(rest) == Some(b'"')
        }
        _ => false,
    }
}

/// First bytes of the tables that `pressmark export --to csv` writes.
const TABLES: [&[u8]; 14] = [
    b"doc,author,name\n",
    b"doc,entity,alias,name\n",
    b"doc,entity,label,score,positive,neutral,negative\n",
    b"doc,entity,name,label,mentions\n",
    b"doc,frame,",
    b"doc,mention,entity,",
    b"doc,position,s",
    b"doc,problem,stage,",
    b"doc,quote,sentence,",
    b"doc,segment,",
    b"doc,sentence,start,end,text\n",
    b"doc,stance,",
    b"doc,status,path,record,",
    b"doc,token,sentence,",
];

/// The name by which `own_output` describes a list of a run's failures.
pub const OWN_FAILURES: &str = "the failures of a run";

/// Recognizes the start of files that pressmark itself wrote: rows, a journal, a manifest, a list of failures, a
/// dataset card, a table as CSV. Such a file is never an input, whatever its declared format.
pub(super) fn own_output(head: &[u8]) -> Option<&'static str> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let starts = |start: &[u8]| head.starts_with(start);
    match head.first() {
        Some(b'{') => match () {
            // pressmark writes this key first; in other people's records it may be anywhere.
            () if starts(br#"{"schema":"pressmark/1""#) => Some("rows that pressmark wrote"),
            () if starts(br#"{"journal":"pressmark"#) => Some("the journal of a run"),
            () if starts(br#"{"manifest":"pressmark"#) || starts(b"{\n  \"manifest\": \"pressmark") => {
                Some("the manifest of a run")
            }
            () if is_failure(head) => Some(OWN_FAILURES),
            () => None,
        },
        Some(b'-') => {
            let front = str::from_utf8(head.get(..head.len().min(4 << 10))?).unwrap_or_default();
            let is_card = front.starts_with("---\n") && front.contains("\ndataset_info:\n  features:\n");
            (is_card && front.contains("pressmark")).then_some("the dataset card of a run")
        }
        Some(b'd') => TABLES.iter().any(|columns| starts(columns)).then_some("a table that pressmark wrote"),
        _ => None,
    }
}

/// Whether the first line belongs to a list of failures: it has exactly their keys.
fn is_failure(head: &[u8]) -> bool {
    const KEYS: [&str; 5] = ["id", "path", "problems", "record", "status"];
    let line = memchr::memchr(b'\n', head).map(|end| &head[..end]);
    let fields = line.and_then(|line| str::from_utf8(line).ok()).and_then(|line| fields::of_json(line).ok());
    fields.is_some_and(|fields| {
        let is_there = |key: &str| fields.iter().any(|field| field.name == key);
        KEYS.iter().all(|key| is_there(key)) && fields.len() == KEYS.len() + usize::from(is_there("count"))
    })
}

pub(super) fn is_blank(bytes: &[u8], unit: Unit) -> bool {
    bytes.iter().all(|b| b.is_ascii_whitespace() || (unit != Unit::Byte && *b == 0))
}

/// Detects the width of line ends and the character set of a table from its start, since one row may be too short for
/// it.
pub(super) fn charset_of(head: &[u8]) -> (Unit, Option<String>) {
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
    // A few stray bytes say nothing about other rows: leave each row to its own detection.
    let is_found = found.encoding != encoding_rs::UTF_8 && !found.is_unsure();
    (Unit::Byte, is_found.then(|| found.encoding.name().to_owned()))
}

/// Candidates for the delimiter of a CSV file, the likeliest first: spreadsheets in much of Europe write semicolons and
/// call it CSV.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Rows by which the delimiter of a table is decided, and lines among which its header is looked for. Set by hand.
const MOST_ROWS: usize = 20;

/// Detects the delimiter of a CSV file: the candidate in its first row by which most of the next rows have as many cells
/// as that one, of several the most frequent in it.
pub(super) fn delimiter_of(head: &[u8], unit: Unit) -> u8 {
    let mut quoted = false;
    let rows = head.split(|b| {
        quoted ^= *b == b'"';
        *b == b'\n' && !quoted
    });
    let mut rows = rows.filter(|row| !is_blank(row, unit)).take(MOST_ROWS);
    let first = rows.next().unwrap_or_default();
    if let Some(delimiter) = said_delimiter(first.split(|b| *b == b'\n').next().unwrap_or_default()) {
        return delimiter;
    }
    let rows: Vec<&[u8]> = rows.collect();
    let fit = |delimiter: u8| {
        let count = count(first, delimiter);
        (rows.iter().filter(|row| self::count(row, delimiter) == count).count(), count)
    };
    let may_be = DELIMITERS.into_iter().rev().filter(|d| count(first, *d) > 0);
    may_be.max_by_key(|d| fit(*d)).unwrap_or(b',')
}

/// How often a byte stands outside of quoted cells.
fn count(row: &[u8], byte: u8) -> usize {
    let mut quoted = false;
    let outside = |b: &&u8| {
        quoted ^= **b == b'"';
        !quoted && **b == byte
    };
    row.iter().filter(outside).count()
}

/// Bytes before the header of a table that begins with lines about the search or the export: the first line with known
/// names in two cells, if none of those before it has as many cells. 0 if there are none.
pub(super) fn preamble(head: &[u8]) -> usize {
    let mut start = 0;
    let mut most_before = 0;
    for (i, line) in head.split_inclusive(|b| *b == b'\n').take(MOST_ROWS).enumerate() {
        let text = std::str::from_utf8(line).unwrap_or_default().trim_start_matches('\u{feff}').trim_end();
        let cells_of = |delimiter: u8| fields::of_row(text, delimiter);
        let is_known = |cell: &fields::Value<'_>| cell.text().is_some_and(|t| names::is_known(t.text.trim()));
        let is_header = |delimiter: &u8| {
            let cells = cells_of(*delimiter);
            cells.len() > most_before && cells.iter().filter(|cell| is_known(cell)).count() > 1
        };
        if said_delimiter(line).is_some() {
            return 0;
        }
        if DELIMITERS.iter().any(is_header) {
            return start;
        }
        if i == 0 && DELIMITERS.iter().any(|d| cells_of(*d).iter().any(is_known)) {
            return 0;
        }
        let cells = DELIMITERS.iter().map(|d| count(line, *d) + 1);
        most_before = most_before.max(cells.max().unwrap_or_default());
        start += line.len();
    }
    0
}

/// The delimiter that a spreadsheet declares in a line before the header: `sep=;`.
pub(super) fn said_delimiter(line: &[u8]) -> Option<u8> {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    match line.strip_prefix(b"sep=")?.trim_ascii_end() {
        [delimiter] => Some(*delimiter),
        // A tab was trimmed as white space.
        [] if line.contains(&b'\t') => Some(b'\t'),
        _ => None,
    }
}

/// Whether the first row of a table is a header. Column names are neither running text nor numbers nor URLs, and rows of
/// data, as in the event tables of GDELT, have some; a known name settles it, except beside running text: the section
/// of an article may be "News".
pub(super) fn is_header(cells: &[String]) -> bool {
    // A question of a survey may be a column's name.
    if cells.iter().any(|cell| names::is_running(cell) && cell.contains('.')) {
        return false;
    }
    if cells.iter().any(|cell| names::is_known(cell)) {
        return true;
    }
    let is_number = |cell: &&String| {
        cell.bytes().any(|b| b.is_ascii_digit()) && cell.bytes().all(|b| b.is_ascii_digit() || b"+-.,:/ ".contains(&b))
    };
    let is_address = |cell: &&String| cell.starts_with("http://") || cell.starts_with("https://");
    let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
    let data = cells.iter().filter(|cell| is_number(cell) || is_address(cell)).count();
    // Set by hand: a header may hold a year or two, but not mostly numbers.
    !(cells.iter().any(|cell| is_address(&cell)) || data * 2 > filled)
}

/// Opens standard input: as a file if it is redirected from one, else as a source that may block.
///
/// # Errors
/// When it is a device other than a terminal or the null device, which may never end.
pub(super) fn stdin(options: &Options, count: Arc<AtomicU64>) -> Result<Stream, Failure> {
    let stdin = std::io::stdin();
    #[cfg(unix)]
    {
        use std::io::IsTerminal;
        use std::os::fd::AsFd;
        use std::os::unix::fs::{FileTypeExt, MetadataExt};
        let file = stdin.as_fd().try_clone_to_owned().map(File::from);
        if let Ok(found) = file.and_then(|file| file.metadata()) {
            let kind = found.file_type();
            let is_null = || std::fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == found.rdev());
            if kind.is_file() {
                return Stream::new(stdin, Packing::Unknown, options, count);
            }
            if (kind.is_char_device() || kind.is_block_device()) && !stdin.is_terminal() && !is_null() {
                return Err((ProblemKind::Unreadable, "standard input is a device, which may never end".into()));
            }
        }
    }
    Stream::waiting(stdin, options, count)
}
