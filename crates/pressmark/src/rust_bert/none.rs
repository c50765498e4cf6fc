//! Uninhabited stand-in for the rust-bert stages in builds without the feature.

use pressmark_core::{Document, Stage};

use crate::backends::Slot;
use crate::{Error, Settings};

/// Returns one BIO tag per token of a document.
pub(crate) type TagFn = Box<dyn Fn(&Document) -> Result<Vec<String>, Error>>;

pub(crate) enum RustBert {}

impl RustBert {
    /// # Errors
    /// If the settings put a stage on rust-bert.
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
