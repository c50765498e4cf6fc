//! Sentences, words, subwords and encoder windows, all with byte offsets into the text.
//!
//! - [`sentences`] finds sentence boundaries by rules: abbreviations, initials, decimals, ellipses, closing quotes and
//!   brackets, numbered lists, and the words after a quotation ("…?" she asked).
//! - [`words`] starts from Unicode word boundaries (UAX #29), splits off clitics and compounds, and rejoins
//!   abbreviations, addresses and numbers, as English treebanks do.
//! - [`shape`] classifies the capitalisation and digits that an uncased model does not see.
//! - [`Splitter`] is the stage: it fills `sents` and `tokens` of a [`Document`]. It keeps titles, headings and table
//!   rows whole and never joins text across blocks.
//! - With the feature `subwords`, `Subwords` reads a model's `tokenizer.json`, and the stage `Tokenizer` also fills
//!   `windows`: whole sentences packed up to the size of the model's window.
//!
//! ```
//! use pressmark_core::{Document, Stage};
//! use pressmark_tokenize::Splitter;
//!
//! let mut doc = Document::from_text("1", "Gen. Okoro met U.S. envoys at 5 p.m. on Friday. “We didn’t agree,” he said.");
//! Splitter.run(&mut doc)?;
//! let sents: Vec<_> = doc.sents.iter().map(|s| doc.slice(s.span)).collect();
//! assert_eq!(sents, ["Gen. Okoro met U.S. envoys at 5 p.m. on Friday.", "“We didn’t agree,” he said."]);
//! let words: Vec<_> = doc.tokens[doc.sents[1].tokens.clone()].iter().map(|t| doc.slice(t.span)).collect();
//! assert_eq!(words, ["“", "We", "did", "n’t", "agree", ",", "”", "he", "said", "."]);
//! # Ok::<(), pressmark_core::StageError>(())
//! ```
//!
//! The stage uses the rules of the document's language (`meta.language`), which are in [`pressmark_lang`].
//! [`sentences`] and [`words`] of plain text use the words of all languages. The crate does not detect the language,
//! does not normalise, and does not run a model.
//!
//! [`Document`]: pressmark_core::Document
#![deny(missing_docs)]

mod boundary;
mod context;
#[cfg(feature = "subwords")]
mod error;
mod layout;
mod markers;
mod nested;
mod sentences;
mod shape;
mod stage;
#[cfg(feature = "subwords")]
mod subwords;
#[cfg(feature = "subwords")]
mod tokenizer;
#[cfg(feature = "subwords")]
mod windows;
mod words;

#[cfg(feature = "subwords")]
pub use error::Error;
pub use sentences::{sentences, sentences_in};
pub use shape::{SHAPES, Shape, shape};
pub use stage::Splitter;
#[cfg(feature = "subwords")]
pub use subwords::{SpecialTokens, Subwords};
#[cfg(feature = "subwords")]
pub use tokenizer::{Options, Tokenizer};
pub use words::{words, words_in};

/// Runs the examples of the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
