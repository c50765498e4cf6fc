use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_json::WriterBuilder;
use arrow_json::writer::LineDelimited;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pressmark_ingest::{Options, Unpacked};
use pressmark_jsonl::SCHEMA;

use crate::columnar::{SCHEMA_KEY, TABLE_KEY};
use crate::error::at;
use crate::{Error, Result};

/// Rows to convert to lines at once. Set by hand: few, since lines are many times larger than columns.
const ROWS: usize = 256;

/// Opens a file of rows as lines of JSON.
///
/// Supports JSON Lines, plain or compressed with gzip or Zstandard (`-` is standard input), and Parquet files written
/// by [`RowWriter`](crate::RowWriter), whose rows are converted to lines.
///
/// ```
/// use pressmark_core::Document;
/// use pressmark_jsonl::{Provenance, Record, read_rows};
/// use pressmark_tables::{RowWriter, open_rows};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("rows.parquet");
/// let doc = Document::from_text("a", "The ferry sails again.");
/// let record = Record::of(&doc, &Provenance::default());
/// let mut writer = RowWriter::create(&path, false)?;
/// writer.add(&record)?;
/// writer.finish()?;
///
/// let (_, back) = read_rows::<Record<'_>>(open_rows(&path)?).next().unwrap()?;
/// assert_eq!(back, record);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::NoRows`] for any other Parquet file; [`Error::File`] if the file cannot be read.
pub fn open_rows(path: &Path) -> Result<Box<dyn BufRead + Send>> {
    if ends_with(path, &[PARQUET]) {
        return Ok(Box::new(RowLines::open(path)?));
    }
    Ok(Box::new(Unpacked::open(path, &Options::default()).map_err(at("open", path))?))
}

const PARQUET: &str = ".parquet";

/// Returns whether a path has an extension of a file of rows: `.jsonl`, `.jsonl.gz`, `.jsonl.zst` or `.parquet`.
#[must_use]
pub fn is_rows(path: &Path) -> bool {
    ends_with(path, &[".jsonl", ".jsonl.gz", ".jsonl.zst", PARQUET])
}

fn ends_with(path: &Path, endings: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Rows of a Parquet file as lines of JSON.
struct RowLines {
    batches: Box<dyn Iterator<Item = io::Result<RecordBatch>> + Send>,
    lines: Vec<u8>,
    taken: usize,
}

impl RowLines {
    fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(at("open", path))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(io::Error::other);
        let builder = builder.map_err(at("read", path))?;
        let metadata = builder.schema().metadata();
        if metadata.get(SCHEMA_KEY).is_none_or(|schema| schema != SCHEMA) || metadata.contains_key(TABLE_KEY) {
            return Err(Error::NoRows(path.to_owned()));
        }
        let batches = builder.with_batch_size(ROWS).build().map_err(io::Error::other).map_err(at("read", path))?;
        let batches = Box::new(batches.map(|batch| batch.map_err(io::Error::other)));
        Ok(Self { batches, lines: Vec::new(), taken: 0 })
    }
}

impl BufRead for RowLines {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.lines.len() {
            let Some(batch) = self.batches.next() else { break };
            self.lines.clear();
            self.taken = 0;
            // Required keys must be present even if they are null.
            let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(&mut self.lines);
            writer.write(&batch?).and_then(|()| writer.finish()).map_err(io::Error::other)?;
        }
        Ok(self.lines.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.taken = self.lines.len().min(self.taken + count);
    }
}

impl Read for RowLines {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(bytes)?;
        self.consume(read);
        Ok(read)
    }
}
