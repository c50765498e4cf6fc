//! Models beside the one inside the program: a registry of names, the hub's cache on disk, and what brings them there.

mod lock;
mod pull;
mod registry;
mod store;

pub(crate) use lock::Lock;
pub(crate) use pull::pull;
pub(crate) use registry::{Entry, registry};
pub(crate) use store::{Snapshot, how_to_bring};
