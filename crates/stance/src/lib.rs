//! Who stands where: targeted sentiment towards each entity, and stances towards targets.
//!
//! Two stages, both reading the hidden states and sentence vectors that `pressmark-encode` left in the document:
//! [`EntitySentiment`] predicts the sentiment towards each entity over its mentions; [`Stances`] collects what the
//! outlet and the quoted speakers say about a target. The few passages that are relevant to a target are encoded once
//! more, together with the target: hidden states computed without it say little about which side a passage takes.
//!
//! It finds neither entities nor quotations.
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
