//! Who stands where: targeted sentiment towards each entity, and stances towards targets.
//!
//! Two stages, both reading the hidden states and sentence vectors that `pressmark-encode` left in the document:
//! [`EntitySentiment`] judges the sentiment towards each entity over its mentions; [`Stances`] gathers what the outlet
//! and the quoted speakers say about a target. The few passages that bear on one are read once more, the target beside
//! them: states that were made without the target say little about which side of it a passage takes.
//!
//! It finds no entities and no quotations.
#![deny(missing_docs)]

mod candidates;
mod combine;
mod error;
mod head;
mod pair;
mod reading;
mod sentiment;
mod stances;

pub use error::Error;
pub use sentiment::EntitySentiment;
pub use stances::{Stances, StancesOptions};

/// The README, whose examples are compiled and run with the other doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
