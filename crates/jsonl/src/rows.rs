use std::io::{self, BufRead};

use serde::de::DeserializeOwned;

use crate::record::{Record, SCHEMA};
use crate::story::{self, Story};

/// A type that is one line of a file.
pub trait Row: DeserializeOwned {
    /// Name and version of its format.
    const SCHEMA: &'static str;
}

impl Row for Record<'static> {
    const SCHEMA: &'static str = SCHEMA;
}

impl Row for Story {
    const SCHEMA: &'static str = story::SCHEMA;
}

/// Errors from reading rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// A line could not be read.
    #[error("line {line} cannot be read")]
    Read {
        /// Line number, from 1.
        line: u64,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// A line is not a row, or is one of another schema.
    #[error("line {line} is not a {schema} row")]
    NoRow {
        /// Line number, from 1.
        line: u64,
        /// Expected schema.
        schema: &'static str,
        /// Underlying parse error.
        source: serde_json::Error,
    },
}

/// Reads rows, each with its line number, from 1; blank lines are skipped.
///
/// ```
/// use pressmark_core::Document;
/// use pressmark_jsonl::{Provenance, Record, read_rows, write_line};
///
/// let doc = Document::from_text("a", "Rain fell.");
/// let mut file = Vec::new();
/// write_line(&Record::of(&doc, &Provenance::default()), &mut file)?;
/// file.extend(br#"{"schema": "pressmark/2"}"#);
///
/// let mut rows = read_rows::<Record<'_>>(&file[..]);
/// assert_eq!(rows.next().unwrap()?.1.text, "Rain fell.");
/// assert_eq!(rows.next().unwrap().unwrap_err().to_string(), "line 2 is not a pressmark/1 row");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_rows<T: Row>(reader: impl BufRead) -> impl Iterator<Item = Result<(u64, T), RowError>> {
    reader.split(b'\n').zip(1u64..).filter_map(|(bytes, line)| match bytes {
        Err(source) => Some(Err(RowError::Read { line, source })),
        Ok(bytes) if bytes.trim_ascii().is_empty() => None,
        Ok(bytes) => {
            let no_row = |source| RowError::NoRow { line, schema: T::SCHEMA, source };
            Some(serde_json::from_slice(&bytes).map(|row| (line, row)).map_err(no_row))
        }
    })
}

#[cfg(test)]
mod tests {
    use pressmark_core::Document;

    use super::*;
    use crate::{Provenance, json_schema};

    #[test]
    fn the_contract_has_one_name() {
        let row = serde_json::to_value(Record::of(&Document::from_text("a", "Rain."), &Provenance::default()));
        assert_eq!(row.expect("JSON")["schema"], SCHEMA);
        assert_eq!(json_schema()["properties"]["schema"]["const"], SCHEMA);
        assert_eq!(serde_json::to_value(Story::default()).expect("JSON")["schema"], story::SCHEMA);
        assert_eq!(story::json_schema()["properties"]["schema"]["const"], story::SCHEMA);
    }

    #[test]
    fn a_line_of_another_contract_is_named() {
        let row = serde_json::to_string(&Record::of(&Document::from_text("a", "Rain."), &Provenance::default()));
        let row = row.expect("JSON");
        let check = |line: &str, expected: &str| {
            let file = format!("{row}\n\n{line}\n");
            let error = read_rows::<Record<'_>>(file.as_bytes()).find_map(Result::err).expect("an error");
            let Some(source) = std::error::Error::source(&error) else { panic!("{error} has no source") };
            assert_eq!(error.to_string(), "line 3 is not a pressmark/1 row");
            assert!(source.to_string().starts_with(expected), "{source}");
        };
        check(&row.replace(SCHEMA, "pressmark/2"), "unknown variant `pressmark/2`, expected `pressmark/1`");
        check(r#"{"schema": "pressmark-story/1", "id": "a"}"#, "unknown variant `pressmark-story/1`");
        check(r#"{"text": "Rain."}"#, "missing field `schema`");
        check("{", "EOF while parsing");
        assert_eq!(read_rows::<Record<'_>>(format!("{row}\n\n{row}").as_bytes()).filter_map(Result::ok).count(), 2);
    }
}
