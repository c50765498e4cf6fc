//! Annotated documents → stories: which documents tell of one event, who took what from whom, and what outlets tell
//! differently.
//!
//! The crate reads records of `pressmark/1` ([`Record`](pressmark_jsonl::Record)) and writes rows of
//! `pressmark-story/1` ([`Story`](pressmark_jsonl::story::Story)). [`Grouper`] takes documents one at a time and gives a
//! [`Grouping`]; [`Grouping::story`] tells what is in a group.
//!
//! It runs no model by itself: the vectors of sentences, which make the alignment of sentences better, come from whoever
//! calls it.
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
