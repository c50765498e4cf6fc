use pressmark_core::Document;

use crate::{DuplicateOptions, Duplicates, Error, Ids, Signature};

/// State carried across the documents of a run: ids given so far, and signatures to detect duplicates.
///
/// The same documents in the same order give the same result, whether they are annotated now, taken from a journal or
/// merged from shards.
#[derive(Debug)]
pub struct Ledger {
    ids: Ids,
    duplicates: Duplicates,
}

impl Ledger {
    /// An empty ledger; only documents that come with a signature are checked for duplicates.
    ///
    /// # Errors
    /// When the default [`DuplicateOptions`] are invalid, which does not happen.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { ids: Ids::new(), duplicates: Duplicates::new(DuplicateOptions::default())? })
    }

    /// Makes the document's id unique and sets `duplicate_of` to the id of the earlier document that it repeats, if
    /// any.
    pub fn enter(&mut self, doc: &mut Document, signature: Option<&Signature>) {
        self.ids.assign(doc);
        doc.duplicate_of = signature.and_then(|s| self.duplicates.check_signature(&doc.id, s));
    }
}
