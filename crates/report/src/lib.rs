//! One page to look at annotated news: the article with its marks, the corpus, and one story by many outlets.
//!
//! The principal type is [`Report`]: it takes [`Record`](pressmark_jsonl::Record)s and writes a self-contained HTML
//! file. The page asks for nothing on a network, works from disk, and its content security policy allows no script but
//! its own; records stand in it as JSON and become text, never markup. Where documents are too many for one file, they
//! go to scripts in a folder beside it, which the page loads when they are looked at.
//!
//! What a row does not hold, the words of blocks that were left out and the rules that decided, can be brought with
//! [`Beside`]; stories over the documents with [`Report::add_story`].
//!
//! The crate annotates nothing, reads no file, and judges nothing: whatever the page says is in the records.
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
