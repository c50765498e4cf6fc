//! The stories of a page: rows are grouped as they are read, and read once more to tell what is in a group.

use anyhow::Result;
use pressmark_group::{Grouper, Options, RowStore};
use pressmark_jsonl::Record;
use pressmark_report::Report;

/// Rows that are being grouped. Of each, its place in a temporary file stays in memory, beside what the grouper keeps.
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

    /// Adds the stories that two documents or more tell.
    pub(super) fn tell(self, report: &mut Report) -> Result<()> {
        let grouping = self.grouper.finish();
        for (number, group) in grouping.groups().iter().enumerate().filter(|(_, group)| group.len() > 1) {
            let records = group.iter().map(|&row| self.rows.record(row)).collect::<Result<Vec<_>, _>>()?;
            report.add_story(&grouping.story(number, &records, None)?)?;
        }
        Ok(())
    }
}
