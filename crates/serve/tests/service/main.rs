//! A real server on a free port, queried by real clients.

mod common;
mod requests;
mod streams;
