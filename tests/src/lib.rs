//! What the end-to-end tests (of the package `pressmark-cli`) share with the fuzz targets: the workspace's folder, and properties of any input.

pub mod properties;

use std::path::Path;

/// The workspace's folder.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in the workspace")
}

/// The examples of the README at the top are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Those of the book are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/book/src/rust.md")]
struct Book;
