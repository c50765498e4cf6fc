use std::num::NonZeroUsize;
use std::time::Duration;

/// What a [`Server`](crate::Server) takes on at once; [`Default`] states every default.
///
/// The largest document is the annotator's: `Settings::ingest`, `max_bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Documents, posted one by one, that wait for a thread; a further one is refused with 503. Default: 64.
    pub queue: NonZeroUsize,
    /// Streams of JSON lines at once; a further one is refused with 503. Default: 16.
    pub streams: NonZeroUsize,
    /// Connections at once; further ones wait to be accepted. Default: 1,024.
    pub connections: NonZeroUsize,
    /// How long a client may take to send the head of a request, to send a whole document, to send more of a stream,
    /// and to take something of its answer. Default: 30 seconds.
    pub client_timeout: Duration,
    /// How long requests may go on once the server was told to stop. Default: 30 seconds.
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
