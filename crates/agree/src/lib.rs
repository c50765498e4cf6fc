//! Agreement between coders who annotated the same documents.
//!
//! [`agreement`] compares the rows of two or more [`Coder`]s and gives an [`Agreement`], a layer at a
//! time and a label at a time:
//!
//! - Frames, stances, the tone towards who is mentioned, and the speakers of quotations are *judgements* about things
//!   that are given: Cohen's kappa ([`cohen_kappa`]; of more than two coders the mean over pairs, as Light 1971 has it)
//!   and Krippendorff's alpha for nominal data ([`krippendorff_alpha`]; any number of coders, missing values).
//! - Mentions and quotations are *spans* that coders find by themselves: F1 of spans that are the same and of spans that
//!   overlap, and [`gamma`](gamma::gamma) (Mathet, Widlöcher and Métivier 2015), which takes chance into account.
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
//! The crate opens no file. It does not say which coder is right: that is an evaluation against gold data.
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
