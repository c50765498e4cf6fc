//! Stories of a report: rows are grouped while they are read, and read again to build each story.

use anyhow::Result;
use pressmark_group::{Grouper, Options, RowStore};
use pressmark_jsonl::Record;
use pressmark_report::Report;

/// Rows being grouped. Memory holds each row's position in a temporary file and the grouper's state.
pub(super) struct Grouped {
    grouper: Grouper,
    rows: RowStore,
}

impl Grouped {
    pub(super) fn new() -> Self {
        Self { grouper: Grouper::new(Options::default()), rows: RowStore::new() }
    }

    pub(super) fn add(&mut self, record: &Record<'_>, row: &[u8]) -> Result<()> {
        self.rows.keep(row)?;
        self.grouper.add(record);
        Ok(())
    }

    /// Adds the stories reported by two documents or more.
    pub(super) fn tell(self, report: &mut Report) -> Result<()> {
        let grouping = self.grouper.finish();
        for (number, group) in grouping.groups().iter().enumerate().filter(|(_, group)| group.len() > 1) {
            let records = group.iter().map(|&row| self.rows.record(row)).collect::<Result<Vec<_>, _>>()?;
            report.add_story(&grouping.story(number, &records, None)?)?;
        }
        Ok(())
    }
}
