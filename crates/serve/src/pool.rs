use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use axum::http::StatusCode;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select};
use pressmark::{Annotated, Annotator, Format, InputRecord, Inputs, Signature, write_line};
use pressmark_core::{Document, ProblemKind, Status};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

use crate::body::Whole;
use crate::error::Error;
use crate::metrics::Metrics;
use crate::refusal::Refusal;

/// A job for an annotating thread.
pub(crate) enum Job {
    /// Read a body that is one document, and annotate it.
    Document { body: Whole, format: Format, charset: Option<String>, since: Instant, reply: oneshot::Sender<Answer> },
    /// Annotate a record of a stream, whose row depends on earlier records.
    Record { record: InputRecord, reply: oneshot::Sender<Done> },
}

/// Row of a document, which may be one that failed, or a refusal.
pub(crate) type Answer = Result<Row, Refusal>;

pub(crate) struct Row {
    pub(crate) status: StatusCode,
    pub(crate) line: Vec<u8>,
}

/// An annotated document of a stream, and its signature for near-duplicate detection.
pub(crate) type Done = (Document, Option<Signature>);

/// Recipient of a result.
enum Waiting {
    ForRow(oneshot::Sender<Answer>, Instant),
    ForDocument(oneshot::Sender<Done>),
}

/// The annotating threads and their two queues.
///
/// The first job of a batch comes from a random one of the queues that have any, so that streams and individual
/// documents cannot starve each other. The threads end when the pool is dropped.
pub(crate) struct Pool {
    documents: Sender<Job>,
    records: Sender<Job>,
}

/// Records of streams that may wait per thread: one batch of short ones, so that a thread finds a full batch.
const RECORDS_AHEAD: usize = Annotator::BATCH_RECORDS;

impl Pool {
    pub(crate) fn start(
        annotator: &Annotator,
        queue: usize,
        metrics: &Arc<Metrics>,
        runtime: &Handle,
    ) -> Result<Self, Error> {
        let jobs = annotator.jobs();
        let (documents, from_documents) = bounded(queue);
        let (records, from_records) = bounded(jobs * RECORDS_AHEAD);
        let room_bytes = u32::try_from(jobs * Annotator::FLIGHT_BYTES).unwrap_or(u32::MAX);
        let worker = Worker {
            annotator: annotator.clone(),
            documents: from_documents,
            records: from_records,
            room: Arc::new(Semaphore::new(room_bytes as usize)),
            room_bytes,
            metrics: Arc::clone(metrics),
            runtime: runtime.clone(),
        };
        for number in 0..jobs {
            let worker = worker.clone();
            let name = format!("annotate-{number}");
            thread::Builder::new().name(name).spawn(move || worker.run()).map_err(|source| Error::Start { source })?;
        }
        Ok(Self { documents, records })
    }

    /// Queues a document; refuses if the queue is full.
    pub(crate) fn try_document(&self, job: Job) -> Result<(), Refusal> {
        self.documents.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::busy(format!("{} documents are already waiting", self.documents.len())),
            TrySendError::Disconnected(_) => Refusal::broke_down(),
        })
    }

    /// Queues a record, blocking until there is room; `false` if all threads are gone.
    pub(crate) fn record(&self, record: InputRecord, reply: oneshot::Sender<Done>) -> bool {
        self.records.send(Job::Record { record, reply }).is_ok()
    }

    /// Returns the number of queued documents and records.
    pub(crate) fn waiting(&self) -> usize {
        self.documents.len() + self.records.len()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.documents.is_full()
    }
}

#[derive(Clone)]
struct Worker {
    annotator: Annotator,
    documents: Receiver<Job>,
    records: Receiver<Job>,
    /// Permits for the bytes being annotated, shared by all threads.
    room: Arc<Semaphore>,
    room_bytes: u32,
    metrics: Arc<Metrics>,
    runtime: Handle,
}

impl Worker {
    fn run(&self) {
        while let Some(batch) = self.next() {
            // Stages guard against panics themselves. If anything else panics, clients see their reply channel dropped.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| self.work(batch)));
        }
    }

    /// Waits for a job, then takes further queued jobs up to a batch; `None` once the pool is dropped.
    fn next(&self) -> Option<Vec<(InputRecord, Waiting)>> {
        loop {
            let first = select! {
                recv(self.documents) -> job => job.ok()?,
                recv(self.records) -> job => job.ok()?,
            };
            let mut batch = Vec::new();
            let (mut next, mut bytes) = (Some(first), 0);
            while let Some(job) = next {
                if let Some((record, waiting)) = self.open(job) {
                    bytes += record.bytes.len();
                    batch.push((record, waiting));
                }
                let is_enough = batch.len() >= Annotator::BATCH_RECORDS || bytes >= Annotator::BATCH_BYTES;
                next =
                    if is_enough { None } else { self.documents.try_recv().or_else(|_| self.records.try_recv()).ok() };
            }
            if !batch.is_empty() {
                return Some(batch);
            }
        }
    }

    /// Turns a job into a record; `None` if nobody waits for it any more or it was refused.
    fn open(&self, job: Job) -> Option<(InputRecord, Waiting)> {
        match job {
            Job::Record { record, reply } => (!reply.is_closed()).then_some((record, Waiting::ForDocument(reply))),
            Job::Document { reply, .. } if reply.is_closed() => None,
            Job::Document { body, format, charset, since, reply } => {
                let read = panic::catch_unwind(AssertUnwindSafe(|| self.read(body, format, charset)));
                match read.unwrap_or_else(|_| Err(Refusal::broke_down())) {
                    Ok(record) => Some((record, Waiting::ForRow(reply, since))),
                    Err(refusal) => {
                        // Sending fails if the client is gone.
                        let _ = reply.send(Err(refusal));
                        None
                    }
                }
            }
        }
    }

    /// Reads a body like the command reads standard input.
    fn read(&self, body: Whole, format: Format, charset: Option<String>) -> Result<InputRecord, Refusal> {
        let bad = |code, message| Err(Refusal::new(StatusCode::BAD_REQUEST, code, message));
        let options = pressmark_ingest::Options { format: Some(format), ..self.annotator.settings().ingest.clone() };
        let Ok(mut inputs) = Inputs::from_reader("-", Cursor::new(body.bytes), options) else {
            return Err(Refusal::broke_down());
        };
        let Some(record) = inputs.next() else {
            let why = inputs.skipped().first().map(|skipped| format!(": {}", skipped.reason)).unwrap_or_default();
            return bad("no_record", format!("the body holds no record{why}"));
        };
        if inputs.next().is_some() {
            return bad("several_records", "the body holds several records: send them as application/x-ndjson".into());
        }
        Ok(match charset {
            Some(label) => record.with_charset(label),
            None => record,
        })
    }

    fn work(&self, batch: Vec<(InputRecord, Waiting)>) {
        let bytes = batch.iter().map(|(record, _)| record.bytes.len()).sum::<usize>();
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).min(self.room_bytes);
        let _room = self.runtime.block_on(self.room.acquire_many(bytes));
        let _in_flight = self.metrics.in_flight(batch.len());
        for Annotated { doc, signature, tag, .. } in self.annotator.annotate_batch(batch) {
            // Sending fails if the client is gone.
            match tag {
                Waiting::ForRow(reply, since) => {
                    self.metrics.document(&doc);
                    self.metrics.answered(since.elapsed());
                    let _ = reply.send(self.answer(&doc));
                }
                Waiting::ForDocument(reply) => {
                    let _ = reply.send((doc, signature));
                }
            }
        }
    }

    /// Builds the response; a body that is not of the declared type gets a refusal instead of a row.
    fn answer(&self, doc: &Document) -> Answer {
        let is_failed = doc.status() == Status::Failed;
        for problem in doc.problems.iter().filter(|_| is_failed) {
            let message = &problem.message;
            match problem.kind {
                ProblemKind::TooLarge => return Err(Refusal::too_large(message)),
                ProblemKind::Malformed | ProblemKind::BadArchive => {
                    return Err(Refusal::new(StatusCode::BAD_REQUEST, problem.kind.as_str(), message));
                }
                _ => {}
            }
        }
        let mut line = Vec::new();
        write_line(&self.annotator.record(doc), &mut line).map_err(|_| Refusal::broke_down())?;
        Ok(Row { status: if is_failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, line })
    }
}
