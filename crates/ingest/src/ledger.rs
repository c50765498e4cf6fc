use pressmark_core::Document;

use crate::{DuplicateOptions, Duplicates, Error, Ids, Signature};

/// What a document's row owes to the documents before it: a unique id, and which of them it repeats.
///
/// The same documents in the same order give the same answers, whether they are annotated, taken from a journal or
/// merged from shards.
#[derive(Debug)]
pub struct Ledger {
    ids: Ids,
    duplicates: Duplicates,
}

impl Ledger {
    /// Nothing yet; duplicates are looked for among documents that come with a signature.
    ///
    /// # Errors
    /// When the options of that search make no sense, which the default ones do.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { ids: Ids::new(), duplicates: Duplicates::new(DuplicateOptions::default())? })
    }

    /// Makes the document's id unique and tells which earlier one it repeats.
    pub fn enter(&mut self, doc: &mut Document, signature: Option<&Signature>) {
        self.ids.assign(doc);
        doc.duplicate_of = signature.and_then(|s| self.duplicates.check_signature(&doc.id, s));
    }
}
