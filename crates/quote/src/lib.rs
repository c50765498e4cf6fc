//! Quotations: their content, cue and speaker.
//!
//! [`QuoteFinder`] is the stage `quote`. It reads sentences, tokens and, if there are any, entities, and fills the
//! document's quotations, each with its content, its cue and its speaker:
//!
//! - **direct**: the speaker's words, in quotation marks of any script (`“…”`, `"…"`, `‘…’`, `«…»`, `„…“`, `「…」`,
//!   `''…''`; the span includes the marks), or without marks as a turn of a transcript, an interview or a block
//!   quotation with a source. Scare quotes, titles of works, nicknames, apostrophes, feet and inches are excluded. A
//!   quotation over several paragraphs, each with an opening mark and only the last with a closing one, is one
//!   [`Quote`]; wrapped lines are one paragraph. An unclosed quotation ends with its paragraph, has `closed == false`
//!   and is reported as a problem.
//! - **indirect**: the outlet's words ("X said *that the road is shut*"); the span is the clause, including *that*. A
//!   clause interrupted by cue and speaker (*Last year*, X said, *the road was shut*) gives two quotations.
//! - **mixed**: an indirect quotation with a verbatim part ("X called the road *a “disgrace”*").
//!
//! A quotation without a cue of its own ("…,” he said. “And …”) has the speaker of the one that it continues and no
//! cue. `speaker_span` is the phrase that names the speaker here, appositions included; `speaker` is the entity that it
//! refers to: for a pronoun the last person mentioned who agrees with it in gender, for "the minister" the person named
//! with that office, for a spokesman the organisation, for a letter its author. An unnamed speaker for a named person
//! is not resolved.
//!
//! ```
//! use pressmark_core::{Document, QuoteKind, Stage};
//! use pressmark_quote::{Options, QuoteFinder};
//! use pressmark_tokenize::Splitter;
//!
//! let mut doc = Document::from_text("1", "“The road is shut,” said Mayor Ines Duarte. “Go home.”");
//! doc.explanations = Some(Vec::new());
//! Splitter.run(&mut doc)?;
//! QuoteFinder::new(Options::default()).run(&mut doc)?;
//! let [first, second] = &doc.quotes[..] else { panic!("two quotations") };
//! assert_eq!(first.kind, QuoteKind::Direct);
//! assert_eq!(doc.slice(first.cue.unwrap()), "said");
//! assert_eq!(doc.slice(first.speaker_span.unwrap()), "Mayor Ines Duarte");
//! assert_eq!(second.speaker_span, first.speaker_span);
//! // Which rule spoke.
//! assert_eq!(doc.explanations.unwrap()[0].rule, "verb-subject");
//! # Ok::<(), pressmark_core::StageError>(())
//! ```
//!
//! Detection is by [`rules`], tried in order, over the word lists of the document's language (crate `pressmark-lang`),
//! except for one table: the weights of the signs of reported speech, fitted with [`CueTrainer`] on PolNeAR (Newell,
//! Margolin and Ruths, LREC 2018). [`read_brat`] reads annotated articles.
//!
//! The crate runs no model, and detects neither sarcasm nor whether a quotation is true.
//!
//! [`Quote`]: pressmark_core::Quote
#![deny(missing_docs)]

mod after;
mod before;
mod candidate;
mod cue_context;
mod cue_trainer;
mod cues;
mod error;
mod finder;
mod form;
mod gold;
mod indirect;
mod inside;
mod lexicon;
mod marks;
mod nearby;
mod paragraph;
mod phrase;
mod place;
mod refusals;
mod report;
mod resolve;
mod rule;
mod rules;
mod signs;
mod turns;
mod unit;

pub use cue_trainer::CueTrainer;
pub use error::Error;
pub use finder::{Options, QuoteFinder, quotes, quotes_in};
pub use gold::{Gold, read_brat};
pub use rule::Rule;
pub use rules::rules;

/// Runs the examples of the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
