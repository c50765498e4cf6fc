use std::time::Duration;

use pressmark_core::{Deadline, ProblemKind};

use crate::Options;
use crate::failure::{Failure, failure};

/// Enforces [`Options::timeout`] on the reading of one record. [`Default`] has no limit.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    limit: Option<Duration>,
    deadline: Deadline,
}

impl Clock {
    /// Lines processed between two checks of the clock: some 50 microseconds of work, while a check takes some 50
    /// nanoseconds.
    pub(crate) const LINES: usize = 64;

    /// Starts the clock.
    pub(crate) fn start(options: &Options) -> Self {
        Self { limit: options.timeout, deadline: options.timeout.map_or_else(Deadline::default, Deadline::after) }
    }

    /// # Errors
    /// When the time limit has passed.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.limit {
            Some(limit) if self.deadline.has_passed() => {
                failure(ProblemKind::Timeout, format!("reading the record took longer than {limit:?}"))
            }
            _ => Ok(()),
        }
    }

    /// Checks the time limit before step `done` of a long loop, once every [`LINES`](Self::LINES) steps.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub(crate) fn check_at(&self, done: usize) -> Result<(), Failure> {
        if done.is_multiple_of(Self::LINES) { self.check() } else { Ok(()) }
    }
}
