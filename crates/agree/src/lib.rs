//! Inter-annotator agreement between coders who annotated the same documents.
//!
//! [`agreement`] compares the rows of two or more [`Coder`]s and returns an [`Agreement`], by layer and label:
//!
//! - Frames, stances, the tone towards mentioned entities and the speakers of quotations are *judgements* of given
//!   items: Cohen's kappa ([`cohen_kappa`]; for more than two coders the mean over pairs, Light 1971) and
//!   Krippendorff's alpha for nominal data ([`krippendorff_alpha`]; any number of coders, missing values).
//! - Mentions and quotations are *spans* that coders find themselves: F1 of identical and of overlapping spans, and
//!   [`gamma`](gamma::gamma) (Mathet, Widlöcher and Métivier 2015), which corrects for chance.
//!
//! Each number comes with the interval of a bootstrap over documents ([`Options::resamples`]).
//!
//! ```
//! use pressmark_agree::{Coder, Options, agreement};
//! use pressmark_core::{Document, Mention, Span};
//! use pressmark_jsonl::{Provenance, Record};
//!
//! let row = |label: &str| {
//!     let mut doc = Document::from_text("a", "Ana left Lima.");
//!     doc.ents.push(Mention { span: Span::new(0, 3), label: label.into(), score: 1.0, entity: None });
//!     Record::of(&doc, &Provenance::default()).into_owned()
//! };
//! let coders = [Coder::new("one", vec![row("PERSON")]), Coder::new("two", vec![row("ORG")])];
//! let found = agreement(&coders, &Options::default())?;
//! let entities = found.layer("entities").expect("both marked mentions");
//! assert_eq!(entities.rows.last().and_then(|all| all.strict_f1).map(|f1| f1.value), Some(0.0));
//! # Ok::<(), pressmark_agree::Error>(())
//! ```
//!
//! The crate opens no file. It does not say which coder is right: that is evaluation against gold data.
#![deny(missing_docs)]

mod bootstrap;
mod coder;
mod error;
pub mod gamma;
mod judgements;
mod matching;
mod nominal;
mod report;
mod spans;

pub use bootstrap::{Estimate, Options};
pub use coder::Coder;
pub use error::Error;
pub use nominal::{cohen_kappa, krippendorff_alpha};
pub use report::{Agreement, CoderReport, Layer, Pair, Row, agreement};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
