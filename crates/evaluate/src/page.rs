use std::path::Path;

use pressmark_core::Document;
use pressmark_ingest::{Inputs, Options, ingest};

use crate::error::{Result, gold};

/// Reads a page into a document.
pub(crate) fn page(path: &Path) -> Result<Document> {
    let options = Options::default();
    let mut records = Inputs::open(&[path], options.clone()).map_err(pressmark::Error::from)?;
    let record = records.next().ok_or_else(|| gold(path.display(), "is empty"))?;
    Ok(ingest(&record, &options))
}
