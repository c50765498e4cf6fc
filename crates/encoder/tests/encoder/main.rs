//! The crate from outside: what it refuses, and that packing changes no bit.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hub;
mod loading;
mod packing;
mod reference;
