use std::collections::HashSet;
use std::io::BufRead;

use pressmark_jsonl::{Record, read_rows};

use crate::Error;

/// What one coder wrote: a person, or a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Coder {
    /// How the coder is called in tables.
    pub name: String,
    /// One row a document.
    pub(crate) rows: Vec<Record<'static>>,
}

impl Coder {
    /// A coder with these rows.
    pub fn new(name: impl Into<String>, rows: Vec<Record<'static>>) -> Self {
        Self { name: name.into(), rows }
    }

    /// Reads rows of `pressmark/1`, one a line; empty lines do not count.
    ///
    /// # Errors
    /// When a line cannot be read or is no such row, or two rows have one id.
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
