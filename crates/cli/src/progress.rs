use std::time::{Duration, Instant};

use crate::terminal;

/// Prints progress counts on standard error.
pub(crate) struct Progress {
    quiet: bool,
    last: Instant,
    count: u64,
}

/// Time between progress lines. Set by hand: often enough to show life, rare enough for a log.
pub(crate) const EVERY: Duration = Duration::from_secs(10);

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, last: Instant::now(), count: 0 }
    }

    /// Counts one item; `what` names the items, in the plural.
    pub(crate) fn step(&mut self, what: &str) {
        self.count += 1;
        if !self.quiet && self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            terminal::say(&format!("{} {what}", self.count));
        }
    }
}
