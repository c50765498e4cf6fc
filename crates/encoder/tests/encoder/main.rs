//! The crate from outside: what it rejects, and that packing changes no bits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hub;
mod loading;
mod packing;
mod reference;
