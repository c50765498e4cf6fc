//! Entities: who and what a document names, and which mentions name the same thing.
//!
//! [`Ner`] is the stage `ner`. It reads the encoder's hidden states and fills `ents` and `entities`:
//!
//! 1. A head of the model gives each token its probabilities; Viterbi decoding finds the best tags that obey BIO.
//! 2. A second look lets a name's other occurrences in the document speak for the uncertain ones.
//! 3. Boundaries lose stray marks, possessives and the article.
//! 4. Codebooks of [`Terms`] add labels by word lists and patterns.
//! 5. Mentions of one thing are joined: full names and surnames, acronyms, variants of countries' names.
//!
//! Without a model, terms can be used by themselves:
//!
//! ```
//! use pressmark_ner::Terms;
//!
//! let terms = Terms::parse("ores", "
//!     [codebook]
//!     name = 'ores'
//!     version = '1'
//!     kind = 'terms'
//!     [[label]]
//!     name = 'MINERAL'
//!     terms = ['iron ore', 'tin']
//! ")?;
//! let text = "Iron ores and tin fell.";
//! let found: Vec<_> = terms.find(text).into_iter().map(|(span, _)| span.slice(text)).collect();
//! assert_eq!(found, ["Iron ores", "tin"]);
//! # Ok::<(), pressmark_ner::Error>(())
//! ```
//!
//! The crate never runs the encoder, follows no pronouns, and links nothing to a knowledge base: an entity is
//! what one document tells apart.
#![deny(missing_docs)]

mod boundary;
mod countries;
mod decode;
mod error;
mod headlines;
mod join;
mod memory;
mod name;
mod stage;
mod tags;
mod terms;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use error::Error;
pub use stage::{Ner, Options, join_mentions};
pub use terms::Terms;
