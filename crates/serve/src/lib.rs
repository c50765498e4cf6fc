//! Annotates news over HTTP: post a text or a page and get its row back, byte for byte what the command writes.
//!
//! The principal type is [`Server`]: it takes an [`Annotator`](pressmark::Annotator) and an address, and serves
//! requests until it is [stopped](Stopper::stop). Documents are annotated on as many threads as the annotator has jobs;
//! one more thread handles HTTP/1.1. Every queue is bounded ([`Limits`]), so excess requests are refused or wait, and
//! memory stays bounded.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! let annotator = pressmark::Annotator::new(pressmark::Settings::default())?;
//! let server = pressmark_serve::Server::bind(annotator, "127.0.0.1:0", pressmark_serve::Limits::default())?;
//! let (address, stopper) = (server.address(), server.stopper());
//! let running = std::thread::spawn(|| server.run());
//!
//! let mut client = TcpStream::connect(address)?;
//! let text = "LISBON — Mayor Inês Duarte closed the bridge on Monday.";
//! write!(client, "POST /annotate HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n")?;
//! write!(client, "content-length: {}\r\nconnection: close\r\n\r\n{text}", text.len())?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("Inês Duarte"));
//!
//! stopper.stop();
//! assert_eq!(running.join().unwrap()?.cut_off, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The server has no users, no passwords and no TLS: put a proxy in front. It stores nothing.
#![deny(missing_docs)]

mod body;
mod error;
mod limits;
mod media;
mod metrics;
mod pool;
mod refusal;
mod routes;
mod server;
mod service;
mod stream;

pub use error::Error;
pub use limits::Limits;
pub use server::{Server, Stopped, Stopper};

/// Runs the README's examples as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
