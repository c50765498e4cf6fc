//! Shared by the end-to-end tests (of the package `pressmark-cli`) and the fuzz targets: the workspace's folder, and
//! properties of any input.

pub mod properties;

use std::path::Path;

/// The workspace's folder.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in the workspace")
}

/// Compiles the examples of the top-level README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Compiles and runs the examples of the book.
#[cfg(doctest)]
#[doc = include_str!("../../docs/book/src/rust.md")]
struct Book;
