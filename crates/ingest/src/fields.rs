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
    /// Any other JSON value; `at` is its offset in the record's text.
    Json { raw: &'a str, at: usize },
    /// A cell of a table, with its quotes; `at` is its offset in the record's text.
    Cell { raw: &'a str, at: usize, quotes: Quotes },
}

/// How a cell of a table is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    Bare,
    /// In quotes, with those inside it doubled (RFC 4180).
    Doubled,
    /// In quotes, with a backslash before those inside it, as MySQL and Spark write it.
    Escaped,
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
            Self::Cell { raw, at, quotes } => Some(unquote_cell(raw, at, quotes)),
            Self::Json { .. } => None,
        }
    }

    /// The decoded text of a string or cell, or of a list of paragraphs, each a string or a list of sentences; `None`
    /// for other JSON values.
    pub(crate) fn body(self) -> Option<FieldText<'a>> {
        match self {
            Self::Json { raw, at } => joined(raw, at),
            value => value.text(),
        }
    }

    /// The value as a trimmed string, for ids and dates: a string, number or cell; `None` for others and if empty.
    pub(crate) fn scalar(self) -> Option<String> {
        let text = match self {
            Self::Json { raw, .. } if raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => raw.to_owned(),
            // MongoDB's exports write numbers so: `{"$numberLong": "1709626500000"}`.
            Self::Json { raw, .. } if raw.starts_with('{') => {
                let fields = of_json(raw).ok()?;
                let number = fields.iter().find(|field| field.name.starts_with("$number"))?;
                return number.value.scalar();
            }
            Self::Json { .. } => return None,
            value => value.text()?.text.trim().to_owned(),
        };
        (!is_empty(&text)).then_some(text)
    }

    /// The value as JSON.
    pub(crate) fn json(self) -> Cow<'a, str> {
        match self {
            Self::JsonString { raw, .. } | Self::Json { raw, .. } => Cow::Borrowed(raw),
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
            Self::Json { raw, .. } => match raw.as_bytes().first() {
                Some(b'[') => "a list",
                Some(b'{') => "an object",
                Some(b'n') => "null",
                Some(b't' | b'f') => "true or false",
                _ => "a number",
            },
        }
    }
}

/// Whether a text is blank, or what programs write for a missing value: pandas, R, databases, spreadsheets.
pub(crate) fn is_empty(text: &str) -> bool {
    const MISSING: [&str; 22] = [
        "NaN",
        "nan",
        "NaT",
        "None",
        "none",
        "NULL",
        "Null",
        "null",
        "N/A",
        "n/a",
        "NA",
        "<NA>",
        "#N/A",
        "-",
        "--",
        "–",
        "—",
        "[]",
        "{}",
        "()",
        "\\N",
        "undefined",
    ];
    let text = text.trim();
    text.is_empty() || MISSING.contains(&text)
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
        let value = if raw.starts_with('"') { Value::JsonString { raw, at } } else { Value::Json { raw, at } };
        fields.push(Field { name, value });
    }
    Ok(fields)
}

/// JSON in which Python's `NaN` and `Infinity`, which JSON lacks, are empty strings of the same length, so that all else
/// keeps its place; as it is if it is valid, or contains none.
pub(crate) fn without_nan(text: &str) -> Cow<'_, str> {
    const NONE: [(&str, &str); 3] = [("NaN", "\"\" "), ("-Infinity", "\"\"       "), ("Infinity", "\"\"      ")];
    let has_one = NONE.iter().any(|(name, _)| text.contains(name));
    if !has_one || serde_json::from_str::<&RawValue>(text).is_ok() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    let (mut in_string, mut is_escaped) = (false, false);
    while let Some(char) = rest.chars().next() {
        if !in_string && let Some((name, none)) = NONE.iter().find(|(name, _)| rest.starts_with(name)) {
            out.push_str(none);
            rest = rest.get(name.len()..).unwrap_or_default();
            continue;
        }
        in_string ^= char == '"' && !is_escaped;
        is_escaped = in_string && char == '\\' && !is_escaped;
        out.push(char);
        rest = rest.get(char.len_utf8()..).unwrap_or_default();
    }
    Cow::Owned(out)
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
    let (mut text, mut map) = (String::with_capacity(raw.len()), OffsetMap::starting_at(at));
    let malformed = append(raw, &mut text, &mut map);
    FieldText { text: Cow::Owned(text), map, malformed }
}

/// Appends the decoded inside of a JSON string; returns the number of lone surrogates.
fn append(raw: &str, text: &mut String, map: &mut OffsetMap) -> usize {
    let (mut rest, mut malformed) = (raw, 0);
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
    malformed
}

fn items_of(list: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(list).ok()
}

/// The text of a page builder's block, `{"type": "paragraph", "text": …}`, or `null` for a block without one, such as a
/// picture; `None` for other objects, such as tokens.
fn text_of_block<'a>(block: &'a str, record: &'a str) -> Option<&'a str> {
    let fields = of_json_in(block, record).ok()?;
    fields.iter().find(|f| f.name == "type")?;
    let text = fields.iter().find_map(|f| match f.value {
        Value::JsonString { raw, .. } if matches!(f.name.as_ref(), "text" | "content") => Some(raw),
        _ => None,
    });
    Some(text.unwrap_or("null"))
}

/// Joins the strings of a list with blank lines, and those of a list inside it with spaces. Blank strings and `null` are
/// passed over, and of the blocks of a page builder the text is taken; `None` if the list holds anything else, or no
/// text. `at` is its offset in the record's text.
fn joined(raw: &str, at: usize) -> Option<FieldText<'_>> {
    let mut strings: Vec<(&str, &str)> = Vec::new();
    for item in items_of(raw)? {
        let mut separator = "\n\n";
        let inner = if item.get().starts_with('[') { items_of(item.get())? } else { vec![item] };
        for value in inner.into_iter().map(RawValue::get) {
            let value = if value.starts_with('{') { text_of_block(value, raw)? } else { value };
            if value == "null" {
                continue;
            }
            let inside = value.strip_prefix('"')?.strip_suffix('"')?;
            if !unescape_json(inside, 0).text.trim().is_empty() {
                strings.push((separator, inside));
                separator = " ";
            }
        }
    }
    let offset = |inside: &str| at + (inside.as_ptr() as usize - raw.as_ptr() as usize);
    let (mut text, mut malformed) = (String::with_capacity(raw.len()), 0);
    let mut end = offset(strings.first()?.1);
    let mut map = OffsetMap::starting_at(end);
    for (i, (separator, inside)) in strings.into_iter().enumerate() {
        if i > 0 {
            // Between two strings stand at least `","`; the separator takes the place of its first and last bytes.
            let gap = offset(inside) - end;
            text.push_str(separator);
            map.push(1, 1, 1, Some(EditKind::Escape));
            map.push(0, 1, gap - separator.len(), Some(EditKind::Escape));
            map.push(1, 1, separator.len() - 1, Some(EditKind::Escape));
        }
        malformed += append(inside, &mut text, &mut map);
        end = offset(inside) + inside.len();
    }
    Some(FieldText { text: Cow::Owned(text), map, malformed })
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
    cells_of(text, delimiter, Quotes::Doubled)
}

/// Splits one row of a table with so many columns, whichever way its quotes inside of quotes are written: as RFC 4180
/// has it, or if that leaves stray quotes or another number of cells, with backslashes.
pub(crate) fn of_row_in(text: &str, delimiter: u8, columns: usize) -> Vec<Value<'_>> {
    let is_stray = |cell: &Value<'_>| matches!(cell, Value::Cell { raw, quotes: Quotes::Bare, .. } if raw.trim_start_matches(' ').starts_with('"'));
    let fits = |cells: &[Value<'_>]| cells.len() == columns && !cells.iter().any(is_stray);
    let cells = of_row(text, delimiter);
    if fits(&cells) || !text.contains("\\\"") {
        return cells;
    }
    Some(cells_of(text, delimiter, Quotes::Escaped)).filter(|cells| fits(cells)).unwrap_or(cells)
}

fn cells_of(text: &str, delimiter: u8, quotes: Quotes) -> Vec<Value<'_>> {
    let bytes = text.as_bytes();
    let (mut cells, mut at) = (Vec::new(), 0);
    loop {
        let start = at;
        // Blanks around the quotes belong to no cell.
        let blanks = |at: usize| bytes.get(at..).unwrap_or_default().iter().take_while(|b| **b == b' ').count();
        let open = start + blanks(start);
        let close = if bytes.get(open) == Some(&b'"') { closing_quote(bytes, open + 1, quotes) } else { None };
        at = close.map_or(start, |close| close + 1);
        let tail = bytes.get(at..).unwrap_or_default();
        let end = memchr::memchr(delimiter, tail);
        at += end.unwrap_or(tail.len());
        let quoted = close.filter(|close| close + 1 + blanks(close + 1) == at);
        cells.push(match quoted {
            Some(close) => Value::Cell { raw: &text[open..=close], at: open, quotes },
            None => Value::Cell { raw: &text[start..at], at: start, quotes: Quotes::Bare },
        });
        if end.is_none() {
            return cells;
        }
        at += 1;
    }
}

/// Offset of the quote that closes the cell whose content starts at `at`.
fn closing_quote(bytes: &[u8], mut at: usize, quotes: Quotes) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'\\') {
            at += if quotes == Quotes::Escaped { 2 } else { 1 };
            continue;
        }
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

fn unquote_cell(raw: &str, at: usize, quotes: Quotes) -> FieldText<'_> {
    let plain =
        |text, at| FieldText { text: Cow::Borrowed(text), map: OffsetMap::identity(at, text.len()), malformed: 0 };
    let inside = raw.get(1..raw.len().saturating_sub(1)).filter(|_| quotes != Quotes::Bare);
    let Some(inside) = inside else { return plain(raw, at) };
    let escapes: &[&str] = if quotes == Quotes::Escaped { &["\"\"", "\\\"", "\\\\"] } else { &["\"\""] };
    if !escapes.iter().any(|escape| inside.contains(escape)) {
        return plain(inside, at + 1);
    }
    let (mut text, mut map) = (String::with_capacity(raw.len()), OffsetMap::starting_at(at + 1));
    let (mut rest, mark) = (inside, if quotes == Quotes::Escaped { ['"', '\\'] } else { ['"', '"'] });
    while let Some(end) = rest.find(mark) {
        let escape = rest.get(end..end + 2).filter(|pair| escapes.contains(pair));
        let plain = if escape.is_some() { end } else { end + 1 };
        text.push_str(&rest[..plain]);
        map.push(1, 1, plain, None);
        rest = &rest[plain..];
        if let Some(escape) = escape {
            text.push_str(&escape[1..]);
            map.push(1, 2, 1, Some(EditKind::Escape));
            rest = &rest[escape.len()..];
        }
    }
    text.push_str(rest);
    map.push(1, 1, rest.len(), None);
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
        let number = of_json(r#"{"n": {"$numberInt": "4"}, "m": {"n": 4}}"#).unwrap();
        assert_eq!([&number[0], &number[1]].map(|f| f.value.scalar()), [Some("4".to_owned()), None]);
        let text = fields[1].value.text().unwrap();
        assert_eq!(text.text, "a\nb é 😀 \u{fffd}!");
        assert_eq!(text.malformed, 1);
        check_map(&text, line, |raw| serde_json::from_str(&format!("\"{raw}\"")).unwrap());
    }

    #[test]
    fn a_list_of_paragraphs_is_one_text() {
        let check = |list: &str, expected: Option<&str>| {
            let line = format!(r#"{{"n": [1], "body": {list}}}"#);
            let body = of_json(&line).unwrap()[1].value.body();
            assert_eq!(body.as_ref().map(|b| b.text.as_ref()), expected, "{list}");
            let Some(body) = body else { return };
            let separators = |raw: &str| match raw {
                "\"" => String::new(),
                escape => serde_json::from_str(&format!("\"{escape}\"")).unwrap(),
            };
            for stretch in body.map.stretches(0..body.text.len()) {
                let (raw, text) = (&line[stretch.src.clone()], &body.text[stretch.out]);
                match raw {
                    "\"" => assert!(["\n", " "].contains(&text), "{list}: {text:?}"),
                    _ if text.is_empty() => assert!(!raw.chars().any(char::is_alphanumeric) || raw.contains("null")),
                    _ if stretch.edit.is_some() => assert_eq!(separators(raw), text),
                    _ => assert_eq!(raw, text),
                }
            }
        };
        check(r#"["One.", "Two."]"#, Some("One.\n\nTwo."));
        check(r#"["One.","Two.","Three."]"#, Some("One.\n\nTwo.\n\nThree."));
        check(r#"[["One.", "Two."], ["Three."]]"#, Some("One. Two.\n\nThree."));
        check(r#"["A \"b\".", [ "C\u00e9.","D." ]]"#, Some("A \"b\".\n\nCé. D."));
        check(r#"["", "One.", null, " ", "Two."]"#, Some("One.\n\nTwo."));
        check(r#"["One."]"#, Some("One."));
        let blocks = r#"[{"type": "h", "text": "One."}, {"type": "img", "url": "u"}, {"id": 2, "content": "Two.", "type": "p"}]"#;
        let line = format!(r#"{{"body": {blocks}}}"#);
        let body = of_json(&line).unwrap()[0].value.body().unwrap();
        assert_eq!(body.text, "One.\n\nTwo.");
        assert_eq!(&line[body.map.source(6..10)], "Two.");
        check(r#"[{"text": "One", "tag": "CD"}, {"text": "."}]"#, None);
        for list in [r#"[]"#, r#"["", null]"#, r#"["a", 1]"#, r#"["a", {"b": "c"}]"#, r#"[["a", ["b"]]]"#, "7", "null"]
        {
            check(list, None);
        }
    }

    #[test]
    fn what_python_writes_for_no_number_is_empty() {
        let line = r#"{"a": NaN, "b": "NaN \" Infinity", "c": [-Infinity, Infinity]}"#;
        let mended = without_nan(line);
        assert_eq!(mended, r#"{"a": "" , "b": "NaN \" Infinity", "c": [""       , ""      ]}"#);
        assert_eq!((mended.len(), of_json(&mended).unwrap().len()), (line.len(), 3));
        for line in [r#"{"a": "NaN"}"#, "{NaN", "[1]"] {
            assert_eq!(without_nan(line).len(), line.len());
        }
    }

    #[test]
    fn what_is_no_json_object_is_refused() {
        for line in ["", "[1]", "7", "{\"a\": 1", "{\"a\": NaN}", "{\"a\": 1} x", "\"a\""] {
            assert!(of_json(line).is_err(), "{line}");
        }
    }

    #[test]
    fn quotes_in_quotes_may_have_a_backslash_where_nothing_else_fits() {
        let check = |row: &str, expected: &[&str]| {
            let cells = of_row_in(row, b',', 2);
            let fields: Vec<_> = cells.iter().map(|c| c.text().unwrap()).collect();
            assert_eq!(fields.iter().map(|f| f.text.as_ref()).collect::<Vec<_>>(), expected, "{row}");
            fields.iter().for_each(|f| check_map(f, row, |raw| raw[1..].into()));
        };
        check(r#""a \"b\", c","d \\ \n""#, &[r#"a "b", c"#, r"d \ \n"]);
        check(r#""a ""b"" d","c:\""#, &[r#"a "b" d"#, r"c:\"]);
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
        check("a, \"b, c\" ,  \"d\"", &["a", "b, c", "d"]);
        check("a, \"b\" c, d", &["a", " \"b\" c", " d"]);
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
        fn lists_go_back_to_their_bytes(texts in prop::collection::vec(prop::collection::vec("[a-z\"\\\\é\n]{1,8}", 1..4), 1..4)) {
            let line = serde_json::json!({ "text": texts }).to_string();
            let texts: Vec<Vec<_>> =
                texts.into_iter().map(|p| p.into_iter().filter(|t| !t.trim().is_empty()).collect()).collect();
            let paragraphs: Vec<String> = texts.iter().filter(|p| !p.is_empty()).map(|p| p.join(" ")).collect();
            let body = of_json(&line).unwrap()[0].value.body();
            prop_assert_eq!(body.as_ref().map(|b| b.text.to_string()).unwrap_or_default(), paragraphs.join("\n\n"));
            let sources: Vec<_> =
                body.iter().flat_map(|b| b.map.stretches(0..b.text.len())).map(|stretch| stretch.src).collect();
            let is_ordered = sources.windows(2).all(|pair| pair[0].end <= pair[1].start);
            prop_assert!(is_ordered);
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
