//! How a story is told and who stands where: frames from a codebook, the tone towards each
//! entity, stances towards targets.
//!
//! Three stages, all reading the hidden states and sentence vectors that the one pass left in the
//! document: [`Frames`] scores every label of its [`Codebook`]s and names the sentences that show
//! it; [`EntitySentiment`] judges the tone towards each entity over its mentions; [`Stances`]
//! gathers what the outlet and the quoted speakers say about a target. What stands beside the
//! documents (definitions, examples, targets) is encoded once, when a stage is made, or before
//! ([`Vectors`]).
//!
//! ```
//! use pressmark_stance::Codebook;
//!
//! let codebook = Codebook::parse("mine", r#"
//!     [codebook]
//!     name = "water"
//!     version = "2"
//!     kind = "frames"
//!     [[label]]
//!     name = "scarcity"
//!     definition = "There is too little water for all who need it."
//!     examples = ["The wells ran dry in June."]
//!     [[label]]
//!     name = "flood"
//!     definition = "There is too much water where people live."
//! "#)?;
//! assert_eq!(codebook.id(), "water 2");
//! assert_eq!(codebook.labels().collect::<Vec<_>>(), ["scarcity", "flood"]);
//! # Ok::<(), pressmark_stance::Error>(())
//! ```
//!
//! It finds no entities and no quotations, and never runs the encoder over a document.
#![deny(missing_docs)]

mod codebook;
mod embed;
mod error;
mod fit;
mod frames;
mod prototypes;
mod sentiment;
mod stances;
mod vectors;

pub use codebook::Codebook;
pub use error::Error;
pub use fit::FitReport;
pub use frames::{Frames, FramesOptions};
pub use sentiment::EntitySentiment;
pub use stances::{Stances, StancesOptions};
pub use vectors::Vectors;
