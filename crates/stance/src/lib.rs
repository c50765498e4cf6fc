//! Who stands where: targeted sentiment towards each entity, and stances towards targets.
//!
//! Two stages, both reading the hidden states and sentence vectors that `pressmark-encode` left in the document:
//! [`EntitySentiment`] judges the sentiment towards each entity over its mentions; [`Stances`] gathers what the outlet
//! and the quoted speakers say about a target. The targets are encoded once, when the stage is made.
//!
//! It finds no entities and no quotations, and never runs the encoder over a document.
#![deny(missing_docs)]

mod error;
mod sentiment;
mod stances;

pub use error::Error;
pub use sentiment::EntitySentiment;
pub use stances::{Stances, StancesOptions};

/// The README, whose examples are compiled and run with the other doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
