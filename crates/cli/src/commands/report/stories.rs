//! The stories of a page: rows are grouped as they are read, and read once more to tell what is in a group.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

use anyhow::{Context, Result};
use pressmark_group::{Grouper, Options};
use pressmark_jsonl::Record;
use pressmark_report::Report;

/// Rows that are being grouped. Of each, its place in a temporary file stays in memory, beside what the grouper keeps.
pub(super) struct Grouped {
    grouper: Grouper,
    rows: BufWriter<File>,
    /// First byte and length of each row.
    places: Vec<(u64, usize)>,
    end: u64,
}

impl Grouped {
    pub(super) fn new() -> Result<Self> {
        let file = tempfile::tempfile().context("failed to create a temporary file")?;
        Ok(Self {
            grouper: Grouper::new(Options::default()),
            rows: BufWriter::with_capacity(1 << 20, file),
            places: Vec::new(),
            end: 0,
        })
    }

    pub(super) fn add(&mut self, record: &Record<'_>, row: &[u8]) -> Result<()> {
        self.grouper.add(record);
        self.rows.write_all(row).context("failed to write to a temporary file")?;
        self.places.push((self.end, row.len()));
        self.end += row.len() as u64;
        Ok(())
    }

    /// Adds the stories that two documents or more tell.
    pub(super) fn tell(self, report: &mut Report) -> Result<()> {
        let mut file = self.rows.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        let grouping = self.grouper.finish();
        for (number, group) in grouping.groups().iter().enumerate().filter(|(_, group)| group.len() > 1) {
            let places = group.iter().filter_map(|&row| self.places.get(row));
            let rows = places.map(|place| read(&mut file, *place)).collect::<Result<Vec<_>>>()?;
            let records = rows.iter().map(|row| serde_json::from_slice(row)).collect::<Result<Vec<Record<'_>>, _>>()?;
            report.add_story(&grouping.story(number, &records, None)?)?;
        }
        Ok(())
    }
}

fn read(file: &mut File, (start, length): (u64, usize)) -> Result<Vec<u8>> {
    let mut row = vec![0; length];
    let read = file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut row));
    read.context("failed to read a temporary file again")?;
    Ok(row)
}
