use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::findings::Findings;
use crate::record::Record;

/// Whether each input must have its row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// Each record of a file has its row.
    #[default]
    All,
    /// Some have none, as in a shard or where duplicates were dropped.
    Some,
}

/// What must hold between the rows of one run, given in their order.
///
/// Ids stand once; `duplicate_of` names an earlier row; records of a file come in order and, unless told otherwise
/// ([`Rows`]), without a gap; all rows come from the same program, models and settings. Keeps about 24 bytes a row.
#[derive(Debug, Default)]
pub struct Run {
    rows: Rows,
    count: u64,
    /// A hash of each id, and its row. The hash has a random key, so that nobody can choose ids that collide.
    ids: HashMap<u64, u64>,
    keys: RandomState,
    provenance: Option<u64>,
    last: Last,
}

/// The row before.
#[derive(Debug, Default)]
enum Last {
    /// There is none.
    #[default]
    None,
    /// It could not be read: the next row may stand anywhere.
    Unknown,
    Of { path: String, record: u64 },
}

impl Run {
    /// No row yet.
    #[must_use]
    pub fn new(rows: Rows) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Checks the next row against those before it.
    pub fn check(&mut self, record: &Record<'_>, found: &mut Findings) {
        self.count += 1;
        let own = self.keys.hash_one(&record.id);
        if let Some(first) = record.duplicate_of.as_deref().filter(|id| *id != record.id) {
            let known = self.ids.contains_key(&self.keys.hash_one(first));
            found.require(known, "duplicate_of", format_args!("no row before has the id {first:?}"));
        }
        if let Some(row) = self.ids.insert(own, self.count) {
            found.add("id", format_args!("row {row} has the id {:?} too", record.id));
        }
        let form = serde_json::to_string(&record.provenance).unwrap_or_default();
        let own = self.keys.hash_one(form);
        let same = *self.provenance.get_or_insert(own) == own;
        found.require(same, "provenance", "is not that of the first row: the rows are not of one run");
        self.order(record, found);
    }

    /// Passes over a row that has no readable form.
    pub fn skip(&mut self) {
        self.count += 1;
        self.last = Last::Unknown;
    }

    fn order(&mut self, record: &Record<'_>, found: &mut Findings) {
        let (path, number) = (&record.source.path, record.source.record);
        let before = match &self.last {
            Last::Unknown => None,
            Last::None => Some(None),
            Last::Of { path: last, record } => Some((last == path).then_some(*record)),
        };
        if let Some(before) = before {
            // A file may be named twice, and starts again then.
            let next = number == 0 || before.is_some_and(|before| number == before + 1);
            let later = self.rows == Rows::Some && before.is_none_or(|before| number > before);
            let after = before.map_or_else(|| "no record of it".to_owned(), |before| format!("record {before}"));
            let told = format_args!("record {number} of {path:?} comes after {after}");
            found.require(next || later, "source.record", told);
        }
        self.last = Last::Of { path: path.to_string(), record: number };
    }
}
