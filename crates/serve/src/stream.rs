use std::io::{self, Read};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;

use axum::body::{Body, Bytes};
use crossbeam_channel::{Receiver, Sender, bounded};
use http_body_util::BodyExt;
use pressmark::{Inputs, Ledger, write_line};
use pressmark_ingest::Options;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use crate::body::Rows;
use crate::pool::Done;
use crate::refusal::Refusal;
use crate::service::Service;

/// Records of a stream in flight, per annotating thread. Set by hand: enough to keep every thread busy while rows are
/// written in order.
const RECORDS_AHEAD: usize = 32;
/// Bytes of these records, per annotating thread, unless a single record is larger. Set by hand: bounds memory per
/// stream.
const BYTES_AHEAD: usize = 1 << 20;
/// Rows buffered for the network. Set by hand: small, so that a slow client soon stops the stream.
const ROWS_AHEAD: usize = 4;

/// A record in flight, in stream order, with the permit for its bytes; `None` marks the end of a stream that was read
/// completely.
type Pending = Option<(oneshot::Receiver<Done>, Option<OwnedSemaphorePermit>)>;

/// A body as a blocking reader; it pulls from the network only what is read, so backpressure reaches the client.
pub(crate) struct Reader {
    body: Body,
    chunk: Bytes,
    service: Arc<Service>,
}

impl Reader {
    pub(crate) fn new(body: Body, service: &Arc<Service>) -> Self {
        Self { body, chunk: Bytes::new(), service: Arc::clone(service) }
    }
}

impl Read for Reader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            let limit = self.service.limits.client_timeout;
            let late = |_| io::Error::other(format!("the client sent nothing for {} s", limit.as_secs_f32()));
            let next = async { timeout(limit, self.body.frame()).await };
            let Some(frame) = self.service.runtime.block_on(next).map_err(late)? else { return Ok(0) };
            self.chunk = frame.map_err(io::Error::other)?.into_data().unwrap_or_default();
            self.service.metrics.read(self.chunk.len());
        }
        let taken = self.chunk.split_to(buf.len().min(self.chunk.len()));
        buf[..taken.len()].copy_from_slice(&taken);
        Ok(taken.len())
    }
}

/// Answers a stream of JSON lines with one row each, in order: the rows that a run over them would write.
///
/// Each stream has two threads, one that reads records and one that writes rows; annotating threads are shared by all
/// requests. If the client stops accepting rows, no more of its lines are read.
pub(crate) fn start(
    service: &Arc<Service>,
    reader: Reader,
    options: Options,
    place: OwnedSemaphorePermit,
) -> Result<Body, Refusal> {
    let (send_row, rows) = mpsc::channel(ROWS_AHEAD);
    let (send_pending, pending) = bounded(service.annotator.jobs() * RECORDS_AHEAD);
    let place = Arc::new(place);
    let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
        let place = Arc::clone(&place);
        let work = move || {
            work();
            drop(place);
        };
        let thread = thread::Builder::new().name(name.into()).spawn(work);
        thread.map_err(|error| Refusal::busy(format!("no thread could be started: {error}")))
    };
    let (reading, writing) = (Arc::clone(service), Arc::clone(service));
    spawn("write", Box::new(move || write(&writing, &pending, &send_row)))?;
    spawn("read", Box::new(move || read(&reading, reader, options, &send_pending)))?;
    Ok(Body::new(Rows(rows)))
}

fn read(service: &Service, reader: Reader, options: Options, pending: &Sender<Pending>) {
    // The options were validated before.
    let Ok(inputs) = Inputs::from_pipe("-", reader, options) else { return };
    let most = u32::try_from(service.annotator.jobs() * BYTES_AHEAD).unwrap_or(u32::MAX);
    let room = Arc::new(Semaphore::new(most as usize));
    for record in inputs {
        let bytes = u32::try_from(record.bytes.len()).unwrap_or(u32::MAX).min(most);
        let room = service.runtime.block_on(Arc::clone(&room).acquire_many_owned(bytes)).ok();
        let (reply, done) = oneshot::channel();
        // The first fails if the client is gone, the second if there is no annotating thread.
        if pending.send(Some((done, room))).is_err() || !service.pool.record(record, reply) {
            return;
        }
    }
    // Sending fails if the client is gone.
    let _ = pending.send(None);
}

fn write(service: &Service, pending: &Receiver<Pending>, rows: &mpsc::Sender<io::Result<Bytes>>) {
    let written = panic::catch_unwind(AssertUnwindSafe(|| write_rows(service, pending, rows)));
    if let Err(error) = written.unwrap_or_else(|_| Err(io::Error::other("writing stopped unexpectedly"))) {
        // An error makes the response end early instead of looking complete. Sending it fails if the client is gone.
        let _ = rows.blocking_send(Err(error));
    }
}

/// Writes rows until the stream ends or the client disconnects.
fn write_rows(
    service: &Service,
    pending: &Receiver<Pending>,
    rows: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let mut ledger = Ledger::new().map_err(io::Error::other)?;
    loop {
        let next = pending.recv().map_err(|_| io::Error::other("reading stopped unexpectedly"))?;
        let Some((done, _room)) = next else { return Ok(()) };
        let (mut doc, signature) =
            done.blocking_recv().map_err(|_| io::Error::other("annotation stopped unexpectedly"))?;
        ledger.enter(&mut doc, signature.as_ref());
        service.metrics.document(&doc);
        let mut line = Vec::new();
        write_line(&service.annotator.record(&doc), &mut line)?;
        service.metrics.wrote(line.len());
        if rows.blocking_send(Ok(line.into())).is_err() {
            return Ok(());
        }
    }
}
