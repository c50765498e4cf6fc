use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pressmark::Annotator;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::{Error, Limits};

/// What all requests share.
pub(crate) struct Service {
    pub(crate) annotator: Annotator,
    pub(crate) limits: Limits,
    pub(crate) pool: Pool,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) runtime: Handle,
    /// Streams that may be started.
    pub(crate) streams: Arc<Semaphore>,
    /// Bytes of bodies that are or wait to be read.
    pub(crate) bodies: Arc<Semaphore>,
    pub(crate) connections: Arc<Semaphore>,
    is_stopping: AtomicBool,
}

/// So many bodies of the largest size may be held at once; or many more that are smaller.
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

    /// The largest document in bytes.
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
