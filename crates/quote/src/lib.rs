//! Quotations, their cues and their speakers
#![deny(missing_docs)]

mod direct;
mod error;
mod finder;
mod gold;
mod lexicon;
mod marks;
mod phrase;
mod resolve;
mod score;
mod unit;

pub use error::Error;
pub use finder::{Options, QuoteFinder};
pub use gold::{Gold, read_brat};
pub use score::{Counts, KindScores, Scores, Share};
