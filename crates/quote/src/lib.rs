//! Quotations, their cues and their speakers
#![deny(missing_docs)]

mod cues;
mod direct;
mod error;
mod finder;
mod gold;
mod indirect;
mod lexicon;
mod marks;
mod phrase;
mod resolve;
mod score;
mod unit;

pub use cues::CueCounts;
pub use error::Error;
pub use finder::{Options, QuoteFinder};
pub use gold::{Gold, read_brat};
pub use score::{Counts, KindScores, Scores, Share};
