use std::time::{Duration, Instant};

use crate::terminal;

/// How far a command is that counts what it has done, on standard error.
pub(crate) struct Progress {
    quiet: bool,
    last: Instant,
    count: u64,
}

/// Time between two lines of progress.
const EVERY: Duration = Duration::from_secs(10);

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, last: Instant::now(), count: 0 }
    }

    /// Counts one more; `what` is what is counted, in the plural.
    pub(crate) fn step(&mut self, what: &str) {
        self.count += 1;
        if !self.quiet && self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            terminal::say(&format!("{} {what}", self.count));
        }
    }
}
