//! Stages on rust-bert.

#[cfg(not(feature = "rust-bert"))]
mod none;
#[cfg(feature = "rust-bert")]
mod stages;

#[cfg(not(feature = "rust-bert"))]
pub(crate) use none::{RustBert, TagFn};
#[cfg(feature = "rust-bert")]
pub(crate) use stages::{RustBert, TagFn};
