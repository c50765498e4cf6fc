use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Point at which work on a document has to stop: a time, a flag that another thread sets, or both.
///
/// A thread cannot be stopped from outside, so a stage polls [`has_passed`](Self::has_passed) inside its long loops and
/// gives up with [`Document::in_time`](crate::Document::in_time). [`Default`] never passes.
#[derive(Clone, Debug, Default)]
pub struct Deadline {
    at: Option<Instant>,
    stop: Option<Arc<AtomicBool>>,
}

impl Deadline {
    /// Passes `time` from now; never, when that is past what [`Instant`] can represent.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self { at: Instant::now().checked_add(time), stop: None }
    }

    /// Also passes as soon as `stop` is set.
    #[must_use]
    pub fn or_when(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop: Some(stop), ..self }
    }

    /// Whether work has to stop now.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::SeqCst))
            || self.at.is_some_and(|at| Instant::now() >= at)
    }
}

/// All deadlines are equal: the time limit is not part of a document's value.
impl PartialEq for Deadline {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_passes_by_time_or_by_word() {
        assert!(!Deadline::default().has_passed());
        assert!(!Deadline::after(Duration::MAX).has_passed());
        assert!(Deadline::after(Duration::ZERO).has_passed());
        let stop = Arc::new(AtomicBool::new(false));
        let deadline = Deadline::default().or_when(Arc::clone(&stop));
        assert!(!deadline.has_passed());
        stop.store(true, Ordering::SeqCst);
        assert!(deadline.has_passed());
    }
}
