//! Splits a JSON file into the elements of a list or consecutive values.

use std::ops::Range;

use serde_json::value::RawValue;

use super::failure::Failure;
use super::rows::{Growing, Raw};
use super::unpack::Stream;
use crate::fields::{self, Value};
use crate::{Fields, names};

/// Splits a stream of JSON into the elements of its outermost list, or into consecutive values.
pub(super) struct ElementCutter {
    max_bytes: usize,
    place: Place,
    line: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first value.
    Start,
    /// Inside the outermost list.
    List,
    /// Among values without a list around them.
    Outside,
}

impl ElementCutter {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { max_bytes, place: Place::Start, line: 1 }
    }

    /// Whether the file is a list.
    pub(super) fn is_list(&self) -> bool {
        self.place == Place::List
    }

    /// The next value and its first line, from 1; `None` at the end of the stream.
    ///
    /// # Errors
    /// When reading fails.
    pub(super) fn next(&mut self, stream: &mut Stream) -> Result<Option<(Raw, u64)>, Failure> {
        if !self.skip_between(stream)? {
            return Ok(None);
        }
        let line = self.line;
        let mut element = Growing::new(self.max_bytes);
        let mut at = At::default();
        loop {
            let chunk = stream.fill()?;
            if chunk.is_empty() {
                return Ok(Some((element.finish([b"\n", b"\r"]), line)));
            }
            let end = at.end(chunk, element.size == 0);
            let taken = end.unwrap_or(chunk.len());
            element.push(&chunk[..taken]);
            self.line += memchr::memchr_iter(b'\n', &chunk[..taken]).count() as u64;
            stream.consume(taken);
            if end.is_some() {
                // A value cut off as broken still has its line ending.
                return Ok(Some((element.finish([b"\n", b"\r"]), line)));
            }
        }
    }

    /// Skips to the start of the next value; `false` at the end of the stream.
    fn skip_between(&mut self, stream: &mut Stream) -> Result<bool, Failure> {
        loop {
            let chunk = stream.fill()?;
            let Some(&byte) = chunk.first() else { return Ok(false) };
            match byte {
                b'\n' => self.line += 1,
                b'[' if self.place == Place::Start => self.place = Place::List,
                // A byte order mark is only valid at the start.
                0xEF | 0xBB | 0xBF if self.place == Place::Start => {}
                b' ' | b'\t' | b'\r' | b',' | b']' | 0x1E => {}
                _ => {
                    if self.place == Place::Start {
                        self.place = Place::Outside;
                    }
                    return Ok(true);
                }
            }
            stream.consume(1);
        }
    }
}

/// Lexical state inside a value.
#[derive(Default)]
struct At {
    depth: usize,
    in_string: bool,
    is_escaped: bool,
    is_scalar: bool,
    /// Whether only white space was seen since the last line end.
    at_line_start: bool,
    /// The last byte outside strings that is no white space.
    last: u8,
}

impl At {
    /// Offset of the value's end in a chunk, if it ends there; `starts` says whether the chunk is the value's first.
    fn end(&mut self, chunk: &[u8], starts: bool) -> Option<usize> {
        let mut i = 0;
        if starts {
            self.is_scalar = !matches!(chunk.first(), Some(b'{' | b'['));
        }
        while i < chunk.len() {
            if self.in_string && !self.is_escaped && !self.at_line_start {
                // Fast path: most bytes are text.
                i += memchr::memchr3(b'"', b'\\', b'\n', &chunk[i..]).unwrap_or(chunk.len() - i);
            }
            let Some(&byte) = chunk.get(i) else { break };
            if byte == b'{' && self.at_line_start && self.is_broken_before_object() {
                return Some(i);
            }
            self.at_line_start = byte == b'\n' || (self.at_line_start && byte.is_ascii_whitespace());
            if !self.in_string && !byte.is_ascii_whitespace() {
                self.last = byte;
            }
            if self.is_escaped {
                self.is_escaped = false;
            } else if self.in_string {
                match byte {
                    b'\\' => self.is_escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' if self.depth > 0 => {
                        self.depth -= 1;
                        if self.depth == 0 && !self.is_scalar {
                            return Some(i + 1);
                        }
                    }
                    b',' | b']' | b'}' | b'\n' if self.is_scalar && self.depth == 0 && (i > 0 || !starts) => {
                        return Some(i);
                    }
                    _ => {}
                }
            }
            i += 1;
        }
        None
    }

    /// Whether an object at the start of a line shows that the value before it was never closed: a line of JSON Lines
    /// that lacks a bracket or a quotation mark must not swallow those after it.
    fn is_broken_before_object(&self) -> bool {
        // A string has no line end in it, and no object can follow where a key must be, or right behind a value.
        let fits = match self.last {
            b':' | b'[' => true,
            b',' => self.depth > 1,
            _ => false,
        };
        self.in_string || (self.depth > 0 && !self.is_scalar && !fits)
    }
}

/// Levels of wrapping objects searched for a list: `{"response": {"docs": [{…}]}}` has two. Set by hand; a list nested
/// deeper is not found.
const DEEPEST: usize = 3;

/// Byte ranges of the articles in an object that is no article itself but contains a list of objects, or has articles as
/// the values of their ids; `None` for any other.
pub(super) fn wrapped(bytes: &[u8], names: &Fields) -> Option<Vec<Range<usize>>> {
    let text = str::from_utf8(bytes).ok()?;
    let fields = fields::of_json(text).ok()?;
    if names::pick(&fields, names).text.is_ok() {
        return None;
    }
    let list = by_id(text, names).or_else(|| longest_list(text, DEEPEST))?;
    let start = text.as_ptr() as usize;
    let range = |value: &str| {
        let at = value.as_ptr() as usize - start;
        at..at + value.len()
    };
    Some(list.into_iter().map(range).collect())
}

/// The values of an object whose fields are articles, two or more, each under a name that says nothing: its id.
fn by_id<'a>(text: &'a str, names: &Fields) -> Option<Vec<&'a str>> {
    let fields = fields::of_json(text).ok()?;
    let article = |field: &fields::Field<'a>| {
        let Value::Json { raw, .. } = field.value else { return None };
        let inner = fields::of_json(raw).ok()?;
        (!names::is_known(&field.name) && names::pick(&inner, names).text.is_ok()).then_some(raw)
    };
    (fields.len() > 1).then(|| fields.iter().map(article).collect()).flatten()
}

/// The longest list of objects in an object, by bytes.
fn longest_list(text: &str, depth: usize) -> Option<Vec<&str>> {
    let fields = fields::of_json(text).ok()?;
    let size = |list: &Vec<&str>| list.iter().map(|v| v.len()).sum::<usize>();
    fields
        .iter()
        .filter_map(|field| match field.value {
            Value::Json { raw, .. } if raw.starts_with('[') => {
                let values: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
                let values: Vec<&str> = values.into_iter().map(RawValue::get).collect();
                (!values.is_empty() && values.iter().all(|v| v.starts_with('{'))).then_some(values)
            }
            Value::Json { raw, .. } if raw.starts_with('{') && depth > 1 => longest_list(raw, depth - 1),
            _ => None,
        })
        .max_by_key(size)
}
