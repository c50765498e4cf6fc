//! Access to fields of JSON written by other tools.

use serde_json::Value;

use crate::error::{Error, wrong};

/// Parses the non-blank lines of a JSONL file, each with its place for error messages.
pub(crate) fn lines(file: &crate::File) -> Result<Vec<(String, Value)>, Error> {
    let lines = file.text()?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let place = format!("line {} of {}", number + 1, file.name);
            match serde_json::from_str(line) {
                Ok(value) => Ok((place, value)),
                Err(source) => Err(Error::Json { place, source }),
            }
        })
        .collect()
}

/// Returns the list under a key; empty if it is missing or not a list.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Returns the string under a key.
pub(crate) fn string<'a>(value: &'a Value, key: &str, place: &str) -> Result<&'a str, Error> {
    value.get(key).and_then(Value::as_str).ok_or_else(|| wrong(place, format!("has no string {key:?}")))
}

/// Returns the offset under a key.
pub(crate) fn offset(value: &Value, key: &str, place: &str) -> Result<usize, Error> {
    let number = value.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| wrong(place, format!("has no offset {key:?}")))
}

/// Returns the string or number under a key, as a string.
pub(crate) fn id(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Formats a JSON object as a line.
pub(crate) fn line(value: &Value) -> String {
    format!("{value}\n")
}

/// Formats a JSON object as a line of ASCII, for a tool that guesses character encodings.
pub(crate) fn ascii_line(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_ascii_is_the_same_json() {
        let value = serde_json::json!({ "text": "Été 🌉 \"e\u{301}\"\n" });
        let line = ascii_line(&value);
        assert!(line.is_ascii());
        assert_eq!(serde_json::from_str::<Value>(&line).expect("JSON"), value);
    }
}
