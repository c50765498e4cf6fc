//! Named entities: mentions in a document, and their clustering into entities.
//!
//! [`Ner`] is the stage `ner`. It reads the encoder's hidden states and fills `ents` and `entities`:
//!
//! 1. A head of the model gives each token its probabilities; Viterbi decoding finds the best tag sequence that obeys
//!    BIO.
//! 2. A name's other occurrences in the document support the uncertain ones: by the learnt vote of the bundle, else by
//!    document-level label consistency.
//! 3. Named rules settle what the text itself decides: boundaries, hyphenated names, calendar dates, sums of money.
//! 4. Codebooks of [`Terms`] add labels by word lists and patterns.
//! 5. Mentions are clustered into entities: full names and surnames, acronyms, variants of countries' names.
//!
//! Terms also work without a model:
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
//! The crate never runs the encoder, resolves no pronouns, and links nothing to a knowledge base: an entity is a
//! cluster within one document.
#![deny(missing_docs)]

mod boundary;
mod cluster;
mod consistency;
mod countries;
mod decode;
mod error;
mod headlines;
mod known_places;
mod name;
mod prior;
mod rules;
mod stage;
mod tags;
mod terms;
mod view;
mod vote;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use error::Error;
pub use stage::{MIN_SCORE, Ner, Options, cluster_mentions};
pub use terms::Terms;
