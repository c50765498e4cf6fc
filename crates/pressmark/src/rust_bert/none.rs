//! What stands in for the stages on rust-bert in a build that has none: there is no such thing.

use pressmark_core::{Document, Stage};

use crate::backends::Slot;
use crate::{Error, Settings};

/// Tags the tokens of a document, one BIO tag each.
pub(crate) type TagFn = Box<dyn Fn(&Document) -> Result<Vec<String>, Error>>;

pub(crate) enum RustBert {}

impl RustBert {
    /// # Errors
    /// When a stage is to run on rust-bert.
    pub(crate) fn new(settings: &Settings) -> Result<Option<Self>, Error> {
        if settings.backends.rust_bert.is_empty() { Ok(None) } else { Err(Error::NoRustBert) }
    }

    pub(crate) fn stage(&self, _: Slot) -> Result<Box<dyn Stage>, Error> {
        match *self {}
    }

    pub(crate) fn tagger(&self) -> Result<TagFn, Error> {
        match *self {}
    }
}
