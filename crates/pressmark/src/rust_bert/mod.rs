//! The stages on rust-bert.

#[cfg(feature = "rust-bert")]
mod stages;

use pressmark_core::Document;
#[cfg(not(feature = "rust-bert"))]
use pressmark_core::Stage;

#[cfg(feature = "rust-bert")]
pub(crate) use self::stages::RustBert;
use crate::Error;
#[cfg(not(feature = "rust-bert"))]
use crate::{Settings, Slot};

/// Tags the tokens of a document, one BIO tag each.
pub(crate) type TagFn = Box<dyn Fn(&Document) -> Result<Vec<String>, Error>>;

/// What stands in for the stages on rust-bert in a build that has none: there is no such thing.
#[cfg(not(feature = "rust-bert"))]
pub(crate) enum RustBert {}

#[cfg(not(feature = "rust-bert"))]
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
