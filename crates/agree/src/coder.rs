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
        let rows = read_rows::<Record<'static>>(reader).map(|row| row.map(|(_, row)| row)).collect::<Result<_, _>>()?;
        let coder = Self { name, rows };
        coder.check()?;
        Ok(coder)
    }

    /// Refuses two rows of one id.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let mut ids = HashSet::new();
        match self.rows.iter().find(|row| !ids.insert(&row.id)) {
            Some(row) => Err(Error::Twice { name: self.name.clone(), id: row.id.to_string() }),
            None => Ok(()),
        }
    }
}
