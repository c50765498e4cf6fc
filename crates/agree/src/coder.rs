use std::collections::HashSet;
use std::io::BufRead;

use pressmark_jsonl::{Record, read_rows};

use crate::Error;

/// The rows of one coder: a person or a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Coder {
    /// Name in tables.
    pub name: String,
    /// One row per document.
    pub(crate) rows: Vec<Record<'static>>,
}

impl Coder {
    /// Creates a coder with these rows.
    pub fn new(name: impl Into<String>, rows: Vec<Record<'static>>) -> Self {
        Self { name: name.into(), rows }
    }

    /// Reads rows of `pressmark/1`, one per line; blank lines are skipped.
    ///
    /// # Errors
    /// If a line cannot be read or is not such a row, or two rows share an id.
    pub fn read(name: impl Into<String>, reader: impl BufRead) -> Result<Self, Error> {
        let name = name.into();
        let (mut rows, mut ids) = (Vec::new(), HashSet::new());
        for row in read_rows::<Record<'static>>(reader) {
            let (_, row) = row?;
            if !ids.insert(row.id.to_string()) {
                return Err(Error::Twice { name, id: row.id.into_owned() });
            }
            rows.push(row);
        }
        Ok(Self { name, rows })
    }
}
