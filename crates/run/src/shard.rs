use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pressmark_core::hex;
use pressmark_ingest::Record;
use pressmark_jsonl::JournalEnd;
use sha2::{Digest, Sha256};

/// One of several equal shares of an input list, written `1/4` to `4/4`.
///
/// Share i of n holds the records at positions i - 1, i - 1 + n, … of the list, from 0. Every machine knows its own
/// without coordination, and clusters of long or short records are spread evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    pub(crate) index: u64,
    pub(crate) of: u64,
}

impl Shard {
    /// The whole list.
    pub const WHOLE: Self = Self { index: 0, of: 1 };
    /// Maximum number of shards. Set by hand: more than anybody has machines, and it bounds the files that a merge
    /// holds open.
    const MOST: u64 = 1000;

    fn owns(self, position: u64) -> bool {
        position % self.of == self.index
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair = text.split_once('/').and_then(|(i, n)| Some((i.parse::<u64>().ok()?, n.parse::<u64>().ok()?)));
        pair.filter(|(i, n)| *n <= Self::MOST && (1..=*n).contains(i))
            .map(|(i, of)| Self { index: i - 1, of })
            .ok_or_else(|| {
                format!("{text:?} is not a shard such as 2/4, from 1/n to n/n with n at most {}", Self::MOST)
            })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.of)
    }
}

/// A record of this shard.
#[derive(Debug)]
pub struct ShardRecord {
    /// The record.
    pub record: Record,
    /// [`Record::fingerprint`], computed while reading.
    pub fingerprint: [u8; 32],
}

/// Iterates over the records of a shard, in order.
///
/// The whole list is read and hashed, so that shards can be shown to come from one list. Ends early once `stop` is set.
#[derive(Debug)]
pub struct ShardRecords<I> {
    records: I,
    shard: Shard,
    digest: InputDigest,
    stop: Arc<AtomicBool>,
}

/// Running digest of an input list; clones share their state.
#[derive(Clone, Debug, Default)]
pub struct InputDigest(Arc<Mutex<(u64, Sha256)>>);

impl InputDigest {
    /// Returns the number of records so far and the SHA-256 over their fingerprints.
    #[must_use]
    pub fn end(&self) -> JournalEnd {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        JournalEnd { documents: state.0, input: hex(&state.1.clone().finalize()) }
    }

    /// Adds a record and returns its position, from 0.
    fn add(&self, fingerprint: &[u8; 32]) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1.update(fingerprint);
        state.0 += 1;
        state.0 - 1
    }
}

impl<I> ShardRecords<I> {
    /// Selects the records of `shard` from `records`, until `stop` is set.
    pub fn new(records: I, shard: Shard, stop: Arc<AtomicBool>) -> Self {
        Self { records, shard, digest: InputDigest::default(), stop }
    }

    /// Returns the digest of the list so far; it keeps counting as records are read, from any thread.
    #[must_use]
    pub fn digest(&self) -> InputDigest {
        self.digest.clone()
    }

    /// Returns whether iteration was stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

impl<I: Iterator<Item = Record>> Iterator for ShardRecords<I> {
    type Item = ShardRecord;

    fn next(&mut self) -> Option<ShardRecord> {
        loop {
            if self.is_stopped() {
                return None;
            }
            let record = self.records.next()?;
            let fingerprint = record.fingerprint();
            if self.shard.owns(self.digest.add(&fingerprint)) {
                return Some(ShardRecord { record, fingerprint });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_written_from_one() {
        let check = |text: &str, expected| assert_eq!(text.parse::<Shard>().ok(), expected, "{text}");
        check("1/1", Some(Shard::WHOLE));
        check("2/4", Some(Shard { index: 1, of: 4 }));
        for wrong in ["0/4", "5/4", "1/0", "1", "/", "a/b", "1/1001", "-1/2"] {
            check(wrong, None);
        }
        assert_eq!(Shard { index: 1, of: 4 }.to_string(), "2/4");
    }

    #[test]
    fn every_record_belongs_to_one_shard() {
        for of in 1..6 {
            for position in 0..20 {
                assert_eq!((0..of).filter(|&index| Shard { index, of }.owns(position)).count(), 1);
            }
        }
    }
}
