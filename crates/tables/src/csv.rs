use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::error::at;
use crate::schema::Day;
use crate::{Column, Result, Table, Value, View};

/// Writes a table as CSV (RFC 4180), in UTF-8 and with LF line ends.
///
/// A null is an empty cell, an empty text a pair of quotation marks.
#[derive(Debug)]
pub(crate) struct CsvFile {
    file: BufWriter<File>,
    line: Vec<u8>,
}

/// Write buffer in bytes. Set by hand: there is one per table; larger buffers save few system calls and cost memory.
const BUFFER: usize = 256 << 10;

impl CsvFile {
    pub(crate) fn begin(file: File, columns: &[Column]) -> io::Result<Self> {
        let mut csv = Self { file: BufWriter::with_capacity(BUFFER, file), line: Vec::new() };
        let names: Vec<Value<'_>> = columns.iter().map(|column| Value::from(column.name)).collect();
        csv.row(&names)?;
        Ok(csv)
    }

    pub(crate) fn add(&mut self, table: &Table, view: &View<'_>, path: &Path) -> Result<u64> {
        let mut rows = 0;
        table.rows(view, &mut |cells| {
            rows += 1;
            self.row(cells).map_err(at("write", path))
        })?;
        Ok(rows)
    }

    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        self.line.clear();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.line.push(b',');
            }
            self.cell(cell)?;
        }
        self.line.push(b'\n');
        self.file.write_all(&self.line)
    }

    fn cell(&mut self, cell: &Value<'_>) -> io::Result<()> {
        match cell {
            Value::Null => Ok(()),
            Value::Text(text) => {
                self.text(text);
                Ok(())
            }
            Value::Integer(value) => write!(self.line, "{value}"),
            // The shortest decimal that reads back as the same number, always with a decimal point.
            Value::Number(value) => write!(self.line, "{value:?}"),
            Value::Boolean(value) => write!(self.line, "{value}"),
            Value::Date(days) => {
                let (year, month, day) = Day(*days).civil();
                write!(self.line, "{year:04}-{month:02}-{day:02}")
            }
        }
    }

    fn text(&mut self, text: &str) {
        let is_plain = !text.is_empty()
            && text.trim().len() == text.len()
            && !text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r'));
        if is_plain {
            self.line.extend_from_slice(text.as_bytes());
            return;
        }
        self.line.push(b'"');
        for (index, part) in text.split('"').enumerate() {
            if index > 0 {
                self.line.extend_from_slice(b"\"\"");
            }
            self.line.extend_from_slice(part.as_bytes());
        }
        self.line.push(b'"');
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.flush()
    }
}
