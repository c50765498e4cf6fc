//! What the end-to-end tests (of the package `pressmark-cli`) share with the fuzz targets: folders, and properties of any input.

pub mod properties;

use std::path::{Path, PathBuf};

/// The workspace's folder.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in the workspace")
}

/// A folder beside the workspace that only developers have; `None`, said on standard output, where it is missing.
#[must_use]
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = root().parent()?.join("shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is missing", path.display());
    None
}

/// The examples of the README at the top are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Those of the book are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/book/src/rust.md")]
struct Book;
