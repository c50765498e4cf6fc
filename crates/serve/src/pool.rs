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

/// What an annotating thread is asked to do.
pub(crate) enum Job {
    /// To read a body that is one document, and to annotate it.
    Document { body: Whole, format: Format, charset: Option<String>, since: Instant, reply: oneshot::Sender<Answer> },
    /// To annotate a record of a stream, whose row depends on those before it.
    Record { record: InputRecord, reply: oneshot::Sender<Done> },
}

/// The row of a document, which may say that it failed.
pub(crate) type Answer = Result<Row, Refusal>;

pub(crate) struct Row {
    pub(crate) status: StatusCode,
    pub(crate) line: Vec<u8>,
}

/// A document of a stream, and what near duplicates of it are told by.
pub(crate) type Done = (Document, Option<Signature>);

/// Who waits for a document.
enum Waiting {
    ForRow(oneshot::Sender<Answer>, Instant),
    ForDocument(oneshot::Sender<Done>),
}

/// The annotating threads and their two queues, from which they take in turn, so that streams and documents that come
/// one by one leave each other half of the threads. They end when the pool is dropped.
pub(crate) struct Pool {
    documents: Sender<Job>,
    records: Sender<Job>,
}

/// Records of streams that may wait, for each thread: a batch of short ones.
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

    /// Puts a document into its queue, unless that is full.
    pub(crate) fn try_document(&self, job: Job) -> Result<(), Refusal> {
        self.documents.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::busy(format!("{} documents wait already", self.documents.len())),
            TrySendError::Disconnected(_) => Refusal::broke_down(),
        })
    }

    /// Puts a record into its queue, as soon as there is room; `false` when there is no thread left.
    pub(crate) fn record(&self, record: InputRecord, reply: oneshot::Sender<Done>) -> bool {
        self.records.send(Job::Record { record, reply }).is_ok()
    }

    /// Documents and records that wait.
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
    /// Bytes that may be annotated at once, by all threads together.
    room: Arc<Semaphore>,
    room_bytes: u32,
    metrics: Arc<Metrics>,
    runtime: Handle,
}

impl Worker {
    fn run(&self) {
        while let Some(batch) = self.next() {
            // The stages guard themselves; should anything else panic, those who wait find their answer dropped.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| self.work(batch)));
        }
    }

    /// Waits for a job, and takes those that are there besides up to a batch; `None` once the pool is gone.
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

    /// The record of a job, unless nobody waits for it any more or it is answered with that there is none.
    fn open(&self, job: Job) -> Option<(InputRecord, Waiting)> {
        match job {
            Job::Record { record, reply } => (!reply.is_closed()).then_some((record, Waiting::ForDocument(reply))),
            Job::Document { reply, .. } if reply.is_closed() => None,
            Job::Document { body, format, charset, since, reply } => {
                let read = panic::catch_unwind(AssertUnwindSafe(|| self.read(body, format, charset)));
                match read.unwrap_or_else(|_| Err(Refusal::broke_down())) {
                    Ok(record) => Some((record, Waiting::ForRow(reply, since))),
                    Err(refusal) => {
                        // Fails when the client is gone.
                        let _ = reply.send(Err(refusal));
                        None
                    }
                }
            }
        }
    }

    /// Reads a body as the command reads standard input.
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
            // Sending fails when the client is gone.
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

    /// A body that is not what it says it is gets no row.
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
