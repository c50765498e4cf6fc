//! Large models for rust-bert stages: a registry of names, the Hugging Face hub's cache on disk, and downloads into it.

mod error;
mod lock;
mod pull;
mod registry;
mod store;

pub use error::Error;
pub use lock::{Lock, Locked};
pub use pull::{OnProgress, pull};
pub use registry::{Entry, Task, registry};
pub use store::{Snapshot, how_to_bring};
