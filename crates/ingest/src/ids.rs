use std::collections::{HashMap, HashSet};

use pressmark_core::{Document, ProblemKind};
use sha2::{Digest, Sha256};

/// Makes document ids unique within a run, in the order in which documents are given.
///
/// Stores an 8-byte hash of each id instead of the id: about 14 bytes a document.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    seen: HashSet<u64>,
    /// Last suffix given to each id that occurred more than once, by the id's hash.
    suffixes: HashMap<u64, u64>,
}

impl Ids {
    /// Creates an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a suffix (`-2`, `-3`, …) to an id that was seen before, and reports `duplicate_id` if the record itself
    /// brought that id. Ids made from the digest of the bytes repeat whenever the bytes do, which is no error.
    pub fn assign(&mut self, doc: &mut Document) {
        let own = hash(&doc.id);
        if self.seen.insert(own) {
            return;
        }
        let last = self.suffixes.entry(own).or_insert(1);
        loop {
            *last += 1;
            let id = format!("{}-{last}", doc.id);
            if self.seen.insert(hash(&id)) {
                if !doc.source.sha256.starts_with(&doc.id) || doc.id.is_empty() {
                    let message = format!("another record has the id {:?}", doc.id);
                    doc.report("ingest", ProblemKind::DuplicateId, message, None);
                }
                doc.id = id;
                return;
            }
        }
    }
}

/// SHA-256 cut to 64 bits: the same on every machine, and no id can be crafted to collide with a given one.
fn hash(id: &str) -> u64 {
    let digest = Sha256::digest(id.as_bytes());
    digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_twice_are_no_mistake() {
        let mut ids = Ids::new();
        let mut assign = || {
            let mut doc = Document::from_text("c0ffee", "Rain.");
            doc.source.sha256 = "c0ffee00".into();
            ids.assign(&mut doc);
            (doc.id, doc.problems.len())
        };
        assert_eq!(assign(), ("c0ffee".into(), 0));
        assert_eq!(assign(), ("c0ffee-2".into(), 0));
    }

    #[test]
    fn ids_become_unique() {
        let mut ids = Ids::new();
        let mut assign = |id: &str| {
            let mut doc = Document::from_text(id, "Rain.");
            ids.assign(&mut doc);
            (doc.id, doc.problems.len())
        };
        assert_eq!(assign("a"), ("a".into(), 0));
        assert_eq!(assign("a-3"), ("a-3".into(), 0));
        assert_eq!(assign("a"), ("a-2".into(), 1));
        assert_eq!(assign("a"), ("a-4".into(), 1));
        assert_eq!(assign("b"), ("b".into(), 0));
    }
}
