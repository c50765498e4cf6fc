//! Fields of a JSON object or of a row of a table, each with a map back to its bytes.

use std::borrow::Cow;
use std::fmt;

use pressmark_core::EditKind;
use serde::Deserialize;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::map::OffsetMap;

/// A field of a record.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    pub name: Cow<'a, str>,
    pub value: Value<'a>,
}

/// The raw value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A JSON string, from its opening to its closing quote; `at` is its offset in the record's text.
    JsonString { raw: &'a str, at: usize },
    /// Any other JSON value.
    Json { raw: &'a str },
    /// A cell of a table, with its quotes; `at` is its offset in the record's text.
    Cell { raw: &'a str, at: usize, quoted: bool },
}

/// A field's text, decoded.
#[derive(Clone, Debug)]
pub(crate) struct FieldText<'a> {
    pub text: Cow<'a, str>,
    /// Maps to offsets in the record's text.
    pub map: OffsetMap,
    /// Number of lone surrogates, each replaced by one U+FFFD.
    pub malformed: usize,
}

impl<'a> Value<'a> {
    /// The decoded text of a string or cell; `None` for other JSON values.
    pub(crate) fn text(self) -> Option<FieldText<'a>> {
        match self {
            Self::JsonString { raw, at } => Some(unescape_json(raw.get(1..raw.len().saturating_sub(1))?, at + 1)),
            Self::Cell { raw, at, quoted } => Some(unquote_cell(raw, at, quoted)),
            Self::Json { .. } => None,
        }
    }

    /// The value as a trimmed string, for ids and dates: a string, number or cell; `None` for others and if empty.
    pub(crate) fn scalar(self) -> Option<String> {
        let text = match self {
            Self::Json { raw } if raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => raw.to_owned(),
            Self::Json { .. } => return None,
            value => value.text()?.text.trim().to_owned(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The value as JSON.
    pub(crate) fn json(self) -> Cow<'a, str> {
        match self {
            Self::JsonString { raw, .. } | Self::Json { raw } => Cow::Borrowed(raw),
            Self::Cell { .. } => {
                let text = self.text().map(|t| t.text).unwrap_or_default();
                Cow::Owned(serde_json::Value::from(text.as_ref()).to_string())
            }
        }
    }

    /// Describes the type of the value, for messages.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::JsonString { .. } | Self::Cell { .. } => "a string",
            Self::Json { raw } => match raw.as_bytes().first() {
                Some(b'[') => "a list",
                Some(b'{') => "an object",
                Some(b'n') => "null",
                Some(b't' | b'f') => "true or false",
                _ => "a number",
            },
        }
    }
}

/// Parses the fields of a JSON object, in order.
///
/// # Errors
/// When the text is not a JSON object.
pub(crate) fn of_json(text: &str) -> Result<Vec<Field<'_>>, serde_json::Error> {
    of_json_in(text, text)
}

/// Parses the fields of a JSON object that is a slice of the record's text.
///
/// # Errors
/// As [`of_json`].
pub(crate) fn of_json_in<'a>(text: &'a str, record: &'a str) -> Result<Vec<Field<'a>>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let pairs = deserializer.deserialize_map(Pairs);
    let pairs = pairs.and_then(|f| deserializer.end().map(|()| f))?;
    let mut fields = Vec::with_capacity(pairs.len());
    for (name, raw) in pairs {
        let raw = raw.get();
        let at = raw.as_ptr() as usize - record.as_ptr() as usize;
        let value = if raw.starts_with('"') { Value::JsonString { raw, at } } else { Value::Json { raw } };
        fields.push(Field { name, value });
    }
    Ok(fields)
}

/// Whether the text is valid JSON but not an object: a list, a number, a string.
pub(crate) fn is_json_but_no_object(text: &str) -> bool {
    !text.trim_start().starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok()
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(Key(name)) = map.next_key()? {
            pairs.push((name, map.next_value()?));
        }
        Ok(pairs)
    }
}

/// Decodes the inside of a JSON string that the parser has accepted; `at` is its offset in the record's text.
pub(crate) fn unescape_json(raw: &str, at: usize) -> FieldText<'_> {
    if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
        return FieldText { text: Cow::Borrowed(raw), map: OffsetMap::identity(at, raw.len()), malformed: 0 };
    }
    let (mut text, mut map, mut malformed) = (String::with_capacity(raw.len()), OffsetMap::starting_at(at), 0);
    let mut rest = raw;
    while let Some(plain) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..plain]);
        map.push(1, 1, plain, None);
        rest = &rest[plain..];
        let (char, len) = escape(rest);
        let edit = if char.is_some() { EditKind::Escape } else { EditKind::Replacement };
        malformed += usize::from(char.is_none());
        let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
        let len = len.min(rest.len());
        text.push(char);
        // Both fit: an escape has at most 12 bytes, a character at most 4.
        map.push(char.len_utf8() as u8, len as u8, 1, Some(edit));
        rest = rest.get(len..).unwrap_or_default();
    }
    text.push_str(rest);
    map.push(1, 1, rest.len(), None);
    FieldText { text: Cow::Owned(text), map, malformed }
}

/// Decodes the escape at the start of `rest`: its character, `None` for a lone surrogate, and its length in bytes.
fn escape(rest: &str) -> (Option<char>, usize) {
    let unit = |at: usize| {
        let hex = rest.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    let simple = |c| (Some(c), 2);
    match rest.as_bytes().get(1) {
        Some(b'n') => simple('\n'),
        Some(b't') => simple('\t'),
        Some(b'r') => simple('\r'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'u') => {
            let Some(first) = unit(0) else { return (None, 6) };
            let units = [first, unit(6).unwrap_or(0)];
            match char::decode_utf16(units).next() {
                Some(Ok(char)) => (Some(char), char.len_utf16() * 6),
                _ => (None, 6),
            }
        }
        Some(&c @ (b'"' | b'\\' | b'/')) => simple(char::from(c)),
        _ => (None, 1),
    }
}

/// Splits one row of a table into cells (RFC 4180, with any delimiter). A cell with invalid quoting is taken verbatim,
/// so that nothing of it is lost.
pub(crate) fn of_row(text: &str, delimiter: u8) -> Vec<Value<'_>> {
    let bytes = text.as_bytes();
    let (mut cells, mut at) = (Vec::new(), 0);
    loop {
        let start = at;
        let close = if bytes.get(at) == Some(&b'"') { closing_quote(bytes, at + 1) } else { None };
        at = close.map_or(start, |close| close + 1);
        let tail = bytes.get(at..).unwrap_or_default();
        let end = memchr::memchr(delimiter, tail);
        at += end.unwrap_or(tail.len());
        let quoted = close.is_some_and(|close| close + 1 == at);
        cells.push(Value::Cell { raw: &text[start..at], at: start, quoted });
        if end.is_none() {
            return cells;
        }
        at += 1;
    }
}

/// Offset of the quote that closes the cell whose content starts at `at`.
fn closing_quote(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

fn unquote_cell(raw: &str, at: usize, quoted: bool) -> FieldText<'_> {
    let plain =
        |text, at| FieldText { text: Cow::Borrowed(text), map: OffsetMap::identity(at, text.len()), malformed: 0 };
    let Some(inside) = raw.get(1..raw.len().saturating_sub(1)).filter(|_| quoted) else { return plain(raw, at) };
    if memchr::memchr(b'"', inside.as_bytes()).is_none() {
        return plain(inside, at + 1);
    }
    let (mut text, mut map) = (String::with_capacity(raw.len()), OffsetMap::starting_at(at + 1));
    let mut parts = inside.split("\"\"").peekable();
    while let Some(part) = parts.next() {
        text.push_str(part);
        map.push(1, 1, part.len(), None);
        if parts.peek().is_some() {
            text.push('"');
            map.push(1, 2, 1, Some(EditKind::Escape));
        }
    }
    FieldText { text: Cow::Owned(text), map, malformed: 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Checks that every character of a field maps to bytes that, decoded alone, give it.
    fn check_map(field: &FieldText<'_>, source: &str, read: impl Fn(&str) -> String) {
        let mut rebuilt = String::new();
        for stretch in field.map.stretches(0..field.text.len()) {
            let raw = &source[stretch.src.clone()];
            match stretch.edit {
                None => assert_eq!(raw, &field.text[stretch.out.clone()]),
                Some(EditKind::Escape) if !stretch.out.is_empty() => {
                    assert_eq!(read(raw), field.text[stretch.out.clone()]);
                }
                Some(_) => {}
            }
            rebuilt.push_str(&field.text[stretch.out]);
        }
        assert_eq!(rebuilt, field.text);
    }

    #[test]
    fn json_fields_keep_their_place() {
        let line = r#" {"id": 7, "te\u0078t": "a\nb \u00e9 \ud83d\ude00 \ud800!", "tags": ["x", {"y": null}]}"#;
        let fields = of_json(line).unwrap();
        assert_eq!(fields.iter().map(|f| f.name.as_ref()).collect::<Vec<_>>(), ["id", "text", "tags"]);
        assert_eq!(fields[0].value.scalar().as_deref(), Some("7"));
        assert_eq!(fields[2].value.json(), r#"["x", {"y": null}]"#);
        let text = fields[1].value.text().unwrap();
        assert_eq!(text.text, "a\nb é 😀 \u{fffd}!");
        assert_eq!(text.malformed, 1);
        check_map(&text, line, |raw| serde_json::from_str(&format!("\"{raw}\"")).unwrap());
    }

    #[test]
    fn what_is_no_json_object_is_refused() {
        for line in ["", "[1]", "7", "{\"a\": 1", "{\"a\": NaN}", "{\"a\": 1} x", "\"a\""] {
            assert!(of_json(line).is_err(), "{line}");
        }
    }

    #[test]
    fn cells_follow_rfc_4180_and_forgive() {
        let check = |row: &str, expected: &[&str]| {
            let cells = of_row(row, b',');
            let texts: Vec<_> = cells.iter().map(|c| c.text().unwrap().text.into_owned()).collect();
            assert_eq!(texts, expected, "{row}");
        };
        check("", &[""]);
        check("a,,b", &["a", "", "b"]);
        check("a,\"b, \"\"c\"\"\nd\",", &["a", "b, \"c\"\nd", ""]);
        check("a\"b\",c", &["a\"b\"", "c"]);
        check("\"a\"b,c", &["\"a\"b", "c"]);
        check("a,\"b,c", &["a", "\"b", "c"]);
    }

    proptest! {
        #[test]
        fn json_strings_go_back_to_their_bytes(text in any::<String>(), ascii: bool) {
            let mut line = serde_json::json!({ "a": 1, "text": text }).to_string();
            if ascii {
                line = line.chars().flat_map(|c| {
                    let mut units = [0; 2];
                    let escaped = !c.is_ascii();
                    let units: Vec<_> = c.encode_utf16(&mut units).iter().map(|u| format!("\\u{u:04x}")).collect();
                    if escaped { units.concat() } else { c.to_string() }.chars().collect::<Vec<_>>()
                }).collect();
            }
            let fields = of_json(&line).unwrap();
            let field = fields[1].value.text().unwrap();
            prop_assert_eq!(&field.text, &text);
            check_map(&field, &line, |raw| serde_json::from_str(&format!("\"{raw}\"")).unwrap());
        }

        #[test]
        fn cells_go_back_to_their_bytes(cells in prop::collection::vec(any::<String>(), 1..5)) {
            let row = cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect::<Vec<_>>().join(";");
            let values = of_row(&row, b';');
            prop_assert_eq!(values.len(), cells.len());
            for (value, cell) in values.iter().zip(&cells) {
                let field = value.text().unwrap();
                prop_assert_eq!(&field.text, cell);
                check_map(&field, &row, |_| "\"".into());
            }
        }

        #[test]
        fn arbitrary_lines_never_panic(line: String, delimiter in prop::sample::select(vec![b',', b'\t'])) {
            for field in of_json(&line).unwrap_or_default() {
                field.value.text();
            }
            for cell in of_row(&line, delimiter) {
                check_map(&cell.text().unwrap(), &line, |_| "\"".into());
            }
        }
    }
}
