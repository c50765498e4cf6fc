//! Groups annotated documents into stories: which documents cover one event, which copied from which, and how outlets
//! differ in covering it.
//!
//! The crate reads records of `pressmark/1` ([`Record`](pressmark_jsonl::Record)) and writes rows of
//! `pressmark-story/1` ([`Story`](pressmark_jsonl::story::Story)). [`Grouper`] takes documents one at a time and
//! returns a [`Grouping`]; [`Grouping::story`] compares the documents of a group.
//!
//! It runs no model: sentence vectors, which improve the alignment of sentences, are supplied by the caller.
#![deny(missing_docs)]

mod actions;
mod actors;
mod align;
mod copies;
mod error;
mod facts;
mod features;
mod grouper;
mod naming;
mod only;
mod options;
mod outlets;
mod store;
mod story;
mod text;
mod values;
mod view;

pub use align::SentenceVectors;
pub use error::{Error, Result};
pub use grouper::{Grouper, Grouping};
pub use options::Options;
pub use store::RowStore;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
