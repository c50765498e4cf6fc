use std::time::Duration;

use pressmark_core::{Deadline, ProblemKind};

use crate::Options;
use crate::failure::{Failure, failure};

/// Watches how long the reading of one record takes. [`Default`] is without a limit.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    limit: Option<Duration>,
    deadline: Deadline,
}

impl Clock {
    /// Lines that are worked on between two looks at the clock: some 50 microseconds, where a look takes 50 nanoseconds.
    pub(crate) const LINES: usize = 64;

    /// Starts now.
    pub(crate) fn start(options: &Options) -> Self {
        Self { limit: options.timeout, deadline: options.timeout.map_or_else(Deadline::default, Deadline::after) }
    }

    /// # Errors
    /// When the record has taken longer than it may.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.limit {
            Some(limit) if self.deadline.has_passed() => {
                failure(ProblemKind::Timeout, format!("reading the record took longer than {limit:?}"))
            }
            _ => Ok(()),
        }
    }

    /// The same before the `done`th step of a long loop, but looks only now and then.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub(crate) fn check_at(&self, done: usize) -> Result<(), Failure> {
        if done.is_multiple_of(Self::LINES) { self.check() } else { Ok(()) }
    }
}
