//! A source that may block, read ahead by a thread of its own so that one can ask what has arrived.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Bytes read at a time. Set by hand.
const CHUNK: usize = 64 << 10;
/// Most chunks read ahead. Set by hand: at most 1 MiB, so that a fast writer is never blocked for long.
const AHEAD: usize = 16;

/// The queue of chunks between the reading thread and the consumer.
#[derive(Debug, Default)]
pub(super) struct Feed {
    state: Mutex<State>,
    changed: Condvar,
    /// Unread bytes of the chunk that was taken last.
    left: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    chunks: VecDeque<Vec<u8>>,
    error: Option<io::Error>,
    is_at_end: bool,
    /// Whether the consumer is gone.
    is_left: bool,
}

impl Feed {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anything unread has arrived: bytes, an error or the end.
    pub(super) fn has_come(&self) -> bool {
        let state = self.lock();
        self.left.load(Ordering::Relaxed) > 0 || !state.chunks.is_empty() || state.is_at_end
    }

    fn put(&self, chunk: Vec<u8>) -> bool {
        let mut state = self.lock();
        while state.chunks.len() >= AHEAD && !state.is_left {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.chunks.push_back(chunk);
        self.changed.notify_all();
        !state.is_left
    }

    fn end(&self, error: Option<io::Error>) {
        let mut state = self.lock();
        (state.error, state.is_at_end) = (error, true);
        self.changed.notify_all();
    }

    /// Waits for the next chunk; empty at the end.
    fn take(&self) -> io::Result<Vec<u8>> {
        let mut state = self.lock();
        loop {
            if let Some(chunk) = state.chunks.pop_front() {
                self.changed.notify_all();
                return Ok(chunk);
            }
            if state.is_at_end {
                return state.error.take().map_or(Ok(Vec::new()), Err);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Ends a feed when dropped, so that the consumer does not wait for a source that panicked.
struct End {
    feed: Arc<Feed>,
    error: Option<io::Error>,
}

impl Drop for End {
    fn drop(&mut self) {
        self.feed.end(self.error.take());
    }
}

/// The consuming end of a [`Feed`].
pub(super) struct FeedReader {
    feed: Arc<Feed>,
    chunk: Vec<u8>,
    at: usize,
    counts: [Arc<AtomicU64>; 2],
}

impl FeedReader {
    /// Spawns the thread that reads a source.
    pub(super) fn start(mut source: impl Read + Send + 'static, counts: [Arc<AtomicU64>; 2]) -> io::Result<Self> {
        let feed = Arc::new(Feed::default());
        let broke_down = io::Error::other("the reader of the input stopped unexpectedly");
        let mut end = End { feed: Arc::clone(&feed), error: Some(broke_down) };
        let read = move || {
            let mut buffer = vec![0; CHUNK];
            end.error = loop {
                match source.read(&mut buffer) {
                    Ok(0) => break None,
                    Ok(read) => {
                        if !end.feed.put(buffer.get(..read).unwrap_or_default().to_vec()) {
                            break None;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => break Some(error),
                }
            };
        };
        thread::Builder::new().name("pressmark-input".into()).spawn(read)?;
        Ok(Self { feed, chunk: Vec::new(), at: 0, counts })
    }

    pub(super) fn feed(&self) -> Arc<Feed> {
        Arc::clone(&self.feed)
    }
}

impl Drop for FeedReader {
    fn drop(&mut self) {
        self.feed.lock().is_left = true;
        self.feed.changed.notify_all();
    }
}

impl BufRead for FeedReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.chunk.len() {
            (self.chunk, self.at) = (self.feed.take()?, 0);
            for count in &self.counts {
                count.fetch_add(self.chunk.len() as u64, Ordering::Relaxed);
            }
            self.feed.left.store(self.chunk.len(), Ordering::Relaxed);
        }
        Ok(self.chunk.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
        self.feed.left.store(self.chunk.len().saturating_sub(self.at), Ordering::Relaxed);
    }
}

impl Read for FeedReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Yields a few bytes, then panics.
    struct Breaks(bool);

    impl Read for Breaks {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            assert!(!std::mem::replace(&mut self.0, true), "the source breaks");
            buf[..5].copy_from_slice(b"begun");
            Ok(5)
        }
    }

    #[test]
    fn nobody_waits_for_a_source_that_panicked() {
        let mut reader = FeedReader::start(Breaks(false), Default::default()).expect("a thread");
        let mut got = String::new();
        let error = reader.read_to_string(&mut got).expect_err("no end that looks whole");
        assert_eq!(got, "begun");
        assert_eq!(error.to_string(), "the reader of the input stopped unexpectedly");
        assert!(reader.feed().has_come());
    }
}
