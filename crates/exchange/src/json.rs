//! Fields of JSON that comes from tools.

use serde_json::Value;

use crate::error::{Error, wrong};

/// The lines of JSONL that are not empty, each with its place.
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

/// A list under a key; one that is missing or null is empty.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A string under a key.
pub(crate) fn string<'a>(value: &'a Value, key: &str, place: &str) -> Result<&'a str, Error> {
    value.get(key).and_then(Value::as_str).ok_or_else(|| wrong(place, format!("has no string {key:?}")))
}

/// An offset under a key.
pub(crate) fn offset(value: &Value, key: &str, place: &str) -> Result<usize, Error> {
    let number = value.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| wrong(place, format!("has no offset {key:?}")))
}

/// A string or number under a key, as a string.
pub(crate) fn id(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A JSON object as a line.
pub(crate) fn line(value: &Value) -> String {
    format!("{value}\n")
}

/// A JSON object as a line of ASCII, for a tool that guesses at character sets.
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
