//! Sentences, words, subwords and encoder windows, all with byte offsets into the text.
//!
//! - [`sentences`] finds sentence boundaries by rules: abbreviations, initials, decimals, ellipses,
//!   closing quotes and brackets, numbered lists, and the words after a quotation ("…?" she asked).
//! - [`words`] cuts at the boundaries of Unicode (UAX #29), then splits clitics and compounds off and
//!   puts abbreviations, addresses and numbers together again, as treebanks of English do.
//! - [`shape`] tells what an uncased model no longer sees of a word.
//! - [`Splitter`] is the stage: it fills `sents` and `tokens` of a [`Document`]. It keeps titles, headings and
//!   table rows whole and never joins what stands in two blocks.
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
//! The stage goes by the document's language (`meta.language`); what is told of a language stands in
//! [`pressmark_lang`]. [`sentences`] and [`words`] of a plain text know the words of all languages. The crate does not
//! guess the language, does not normalise, and does not run a model.
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

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
