use std::collections::HashMap;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};

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

/// What the other rows of its run must know of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFacts {
    id: String,
    duplicate_of: Option<String>,
    path: String,
    record: u64,
    provenance: u64,
}

impl RowFacts {
    /// The facts of a row.
    #[must_use]
    pub fn of(record: &Record<'_>) -> Self {
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(&record.provenance).unwrap_or_default().hash(&mut hasher);
        Self {
            id: record.id.to_string(),
            duplicate_of: record.duplicate_of.as_deref().map(str::to_owned),
            path: record.source.path.to_string(),
            record: record.source.record,
            provenance: hasher.finish(),
        }
    }

    /// The row's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
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
    Of {
        path: String,
        record: u64,
    },
}

impl Run {
    /// No row yet.
    #[must_use]
    pub fn new(rows: Rows) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Checks the next row against those before it.
    pub fn check(&mut self, row: RowFacts, found: &mut Findings) {
        self.count += 1;
        if let Some(first) = row.duplicate_of.as_deref().filter(|id| *id != row.id) {
            let known = self.ids.contains_key(&self.keys.hash_one(first));
            found.require(known, "duplicate_of", format_args!("no row before has the id {first:?}"));
        }
        if let Some(before) = self.ids.insert(self.keys.hash_one(&*row.id), self.count) {
            found.add("id", format_args!("row {before} has the id {:?} too", row.id));
        }
        let same = *self.provenance.get_or_insert(row.provenance) == row.provenance;
        found.require(same, "provenance", "is not that of the first row: the rows are not of one run");
        self.order(row, found);
    }

    /// Passes over a row that has no readable form.
    pub fn skip(&mut self) {
        self.count += 1;
        self.last = Last::Unknown;
    }

    fn order(&mut self, row: RowFacts, found: &mut Findings) {
        let RowFacts { path, record, .. } = row;
        let before = match &self.last {
            Last::Unknown => None,
            Last::None => Some(None),
            Last::Of { path: last, record } => Some((*last == path).then_some(*record)),
        };
        if let Some(before) = before {
            // A file may be named twice, and starts again then.
            let next = record == 0 || before.is_some_and(|before| record == before + 1);
            let later = self.rows == Rows::Some && before.is_none_or(|before| record > before);
            let after = before.map_or_else(|| "no record of it".to_owned(), |before| format!("record {before}"));
            let told = format_args!("record {record} of {path:?} comes after {after}");
            found.require(next || later, "source.record", told);
        }
        self.last = Last::Of { path, record };
    }
}
