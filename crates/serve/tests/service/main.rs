//! A real server on a free port, asked by real clients.

mod common;
mod requests;
mod streams;
