use std::collections::HashMap;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};

use super::findings::Findings;
use crate::record::Record;

/// Whether every input record must have a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// Every record of a file has a row.
    #[default]
    All,
    /// Records may be missing, as in a shard or after duplicates were dropped.
    Some,
}

/// Facts about a row that later rows of the run are checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFacts {
    id: String,
    duplicate_of: Option<String>,
    path: String,
    record: u64,
    provenance: u64,
}

impl RowFacts {
    /// Extracts the facts of a row.
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

    /// Returns the row's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Checks that must hold between the rows of one run, fed in order.
///
/// Ids are unique; `duplicate_of` names an earlier row; records of a file are in order and, with [`Rows::All`], without
/// gaps; all rows share program version, models and settings. Keeps about 24 bytes per row.
#[derive(Debug, Default)]
pub struct Run {
    rows: Rows,
    count: u64,
    /// Row number, from 1, by hash of its id. Hashes are randomly keyed, so ids cannot be crafted to collide.
    ids: HashMap<u64, u64>,
    keys: RandomState,
    provenance: Option<u64>,
    last: Last,
}

/// The previous row.
#[derive(Debug, Default)]
enum Last {
    /// There is no previous row.
    #[default]
    None,
    /// It could not be read, so the next row may be any record.
    Unknown,
    Of {
        path: String,
        record: u64,
    },
}

impl Run {
    /// Creates a checker that has seen no rows.
    #[must_use]
    pub fn new(rows: Rows) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Checks the next row against the previous ones.
    pub fn check(&mut self, row: RowFacts, found: &mut Findings) {
        self.count += 1;
        if let Some(first) = row.duplicate_of.as_deref().filter(|id| *id != row.id) {
            let known = self.ids.contains_key(&self.keys.hash_one(first));
            found.require(known, "duplicate_of", format_args!("no row before has the id {first:?}"));
        }
        if let Some(before) = self.ids.insert(self.keys.hash_one(&*row.id), self.count) {
            found.add("id", format_args!("row {before} also has the id {:?}", row.id));
        }
        let same = *self.provenance.get_or_insert(row.provenance) == row.provenance;
        found.require(same, "provenance", "is not that of the first row: the rows are not of one run");
        self.order(row, found);
    }

    /// Skips a row that could not be parsed.
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
            // A file may be given twice; its records then start again at 0.
            let next = record == 0 || before.is_some_and(|before| record == before + 1);
            let later = self.rows == Rows::Some && before.is_none_or(|before| record > before);
            let after = before.map_or_else(|| "no record of it".to_owned(), |before| format!("record {before}"));
            let told = format_args!("record {record} of {path:?} comes after {after}");
            found.require(next || later, "source.record", told);
        }
        self.last = Last::Of { path, record };
    }
}
