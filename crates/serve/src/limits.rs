use std::num::NonZeroUsize;
use std::time::Duration;

/// Capacity limits of a [`Server`](crate::Server); [`Default`] states every default.
///
/// The maximum document size is a setting of the annotator: `max_bytes` in `Settings::ingest`.
///
/// The defaults were set by hand to bound memory and threads on one machine: raising them admits more load before the
/// server refuses, at the price of longer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum documents, posted individually, waiting for a thread; more are refused with 503. Default: 64.
    pub queue: NonZeroUsize,
    /// Maximum open streams of JSON lines; more are refused with 503. Each takes two threads. Default: 16.
    pub streams: NonZeroUsize,
    /// Maximum open connections; more wait to be accepted. Default: 1,024.
    pub connections: NonZeroUsize,
    /// Maximum time for a client to send the head of a request, to send a whole document, to send more of a stream, and
    /// to accept more of a response. Default: 30 seconds.
    pub client_timeout: Duration,
    /// Maximum time for open requests to finish after the server is stopped. Default: 30 seconds.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let number = |n| NonZeroUsize::new(n).unwrap_or(NonZeroUsize::MIN);
        Self {
            queue: number(64),
            streams: number(16),
            connections: number(1024),
            client_timeout: Duration::from_secs(30),
            grace: Duration::from_secs(30),
        }
    }
}
