//! Renders annotated news as one HTML page: the article with its annotations, the corpus, and stories as told by
//! several outlets.
//!
//! The principal type is [`Report`]: it takes [`Record`](pressmark_jsonl::Record)s and writes a self-contained HTML
//! file. The page makes no network requests, works from disk, and its content security policy allows no script but its
//! own; records are embedded as JSON and rendered as text, never as markup. If the documents are too large for one
//! file, they go to scripts in a folder beside it, which the page loads on demand.
//!
//! What a row does not contain (the words of dropped blocks, the rules that decided) can be supplied as [`Beside`];
//! stories over the documents are added with [`Report::add_story`].
//!
//! The crate annotates nothing, reads no files and judges nothing: whatever the page says is in the records.
#![deny(missing_docs)]

mod corpus;
mod document;
mod error;
mod names;
mod page;
mod report;
mod story;
mod units;

pub use document::Beside;
pub use error::Error;
pub use report::{Options, Report, Written};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
