use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pressmark::Annotator;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::{Error, Limits};

/// State shared by all requests.
pub(crate) struct Service {
    pub(crate) annotator: Annotator,
    pub(crate) limits: Limits,
    pub(crate) pool: Pool,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) runtime: Handle,
    /// One permit per stream that may still be opened.
    pub(crate) streams: Arc<Semaphore>,
    /// One permit per byte of bodies being received or queued.
    pub(crate) bodies: Arc<Semaphore>,
    pub(crate) connections: Arc<Semaphore>,
    is_stopping: AtomicBool,
}

/// Memory for bodies, in multiples of the largest document. Set by hand: fewer would refuse concurrent large documents,
/// more raises peak memory.
const LARGEST_BODIES: usize = 8;

impl Service {
    pub(crate) fn start(annotator: Annotator, limits: Limits, runtime: &Handle) -> Result<Self, Error> {
        let metrics = Arc::new(Metrics::new(&annotator));
        let bodies = annotator.settings().ingest.max_bytes.saturating_mul(LARGEST_BODIES).min(Semaphore::MAX_PERMITS);
        let places = |limit: usize| Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)));
        Ok(Self {
            pool: Pool::start(&annotator, limits.queue.get(), &metrics, runtime)?,
            annotator,
            limits,
            metrics,
            runtime: runtime.clone(),
            streams: places(limits.streams.get()),
            bodies: places(bodies),
            connections: places(limits.connections.get()),
            is_stopping: AtomicBool::new(false),
        })
    }

    /// Returns the maximum document size in bytes.
    pub(crate) fn max_body(&self) -> usize {
        self.annotator.settings().ingest.max_bytes
    }

    pub(crate) fn stopping(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_ready(&self) -> bool {
        !self.pool.is_full() && !self.is_stopping.load(Ordering::Relaxed)
    }
}
