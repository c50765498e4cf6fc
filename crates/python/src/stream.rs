use std::ops::ControlFlow;
use std::process;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::vec;

use crossbeam_channel::{Receiver, Select, Sender, TrySendError, bounded};
use pressmark::{Annotator, InputRecord, Ledger, Record};
use pressmark_core::panic_message;
use pressmark_ingest::{Inputs, Progress};
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use crate::arrow_input::ArrowInputs;
use crate::error::Kind;
use crate::input::Input;
use crate::row::Row;

/// Interval between checks for Ctrl-C. Set by hand: short enough to feel immediate, long enough to cost nothing.
const LOOK: Duration = Duration::from_millis(50);

/// A source of inputs, read on the thread that asks for rows.
///
/// Generators, database cursors and the like are often bound to the thread that created them, and only the main thread
/// receives Ctrl-C; so the annotating threads touch no Python object.
pub(crate) enum Source {
    Python(Py<PyIterator>),
    // An Arrow stream is `Send` but not `Sync`.
    Arrow(Mutex<Box<ArrowInputs>>),
}

impl Source {
    fn next(&mut self, py: Python<'_>) -> PyResult<Option<Input>> {
        match self {
            Self::Python(inputs) => {
                inputs.bind(py).clone().next().transpose()?.map(|pair| Input::of(&pair)).transpose()
            }
            Self::Arrow(inputs) => inputs.get_mut().unwrap_or_else(PoisonError::into_inner).next(py),
        }
    }
}

/// Relation between the documents of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// Documents of one run: numbered, with unique ids and duplicate links.
    Run,
    /// Independent documents: a row depends only on its input.
    Apart,
}

/// Rows in the order of their inputs.
///
/// Inputs pass through a bounded queue to a thread that annotates them on all cores, and rows come back through
/// another, so that memory is bounded and both sides work in parallel.
#[pyclass(module = "pressmark._native")]
pub(crate) struct Stream {
    source: Option<Source>,
    relation: Relation,
    /// Maximum bytes of an input.
    max_bytes: usize,
    /// Number of inputs taken so far.
    taken: u64,
    /// Input taken but not yet queued.
    next: Option<InputRecord>,
    queue: Option<Sender<InputRecord>>,
    batches: Receiver<Vec<Record<'static>>>,
    rows: vec::IntoIter<Record<'static>>,
    worker: Option<JoinHandle<()>>,
    /// Exception raised by the source; rows of earlier inputs are delivered first.
    failure: Option<PyErr>,
    progress: Option<Progress>,
    /// Id of the process that owns the threads.
    process: u32,
}

impl Stream {
    /// Annotates what `source` yields; at most `ahead` inputs wait in the queue.
    pub(crate) fn start(annotator: Annotator, source: Source, ahead: usize, relation: Relation) -> Self {
        let (queue, inputs) = bounded(ahead.max(1));
        Self { source: Some(source), queue: Some(queue), ..Self::run(annotator, inputs.into_iter(), relation) }
    }

    /// Annotates files, which the worker reads itself.
    pub(crate) fn over(annotator: Annotator, inputs: Inputs) -> Self {
        Self { progress: Some(inputs.progress()), ..Self::run(annotator, inputs, Relation::Run) }
    }

    fn run(
        annotator: Annotator,
        inputs: impl Iterator<Item = InputRecord> + Send + 'static,
        relation: Relation,
    ) -> Self {
        let (send, batches) = bounded(1);
        let max_bytes = annotator.settings().ingest.max_bytes;
        let worker = thread::spawn(move || {
            // The ledger's default sizes are always valid.
            let Ok(mut ledger) = Ledger::new() else { return };
            annotator.run(inputs.map(|record| (record, ())), |batch| {
                let rows = batch.into_iter().map(|mut annotated| {
                    if relation == Relation::Run {
                        ledger.enter(&mut annotated.doc, annotated.signature.as_ref());
                    }
                    annotator.record(&annotated.doc).into_owned()
                });
                // Fails once the stream was closed, when nobody wants the rest.
                if send.send(rows.collect()).is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        });
        Self {
            source: None,
            relation,
            max_bytes,
            taken: 0,
            next: None,
            queue: None,
            batches,
            rows: Vec::new().into_iter(),
            worker: Some(worker),
            failure: None,
            progress: None,
            process: process::id(),
        }
    }

    /// Takes the next input, unless one is already waiting; closes the queue at the end.
    fn take(&mut self, py: Python<'_>) {
        if self.next.is_some() {
            return;
        }
        let Some(source) = &mut self.source else { return };
        match source.next(py) {
            Ok(Some(input)) => {
                // The position in a batch says nothing about an input's origin.
                let index = if self.relation == Relation::Run { self.taken } else { 0 };
                self.taken += 1;
                self.next = Some(py.detach(|| input.record(index, self.max_bytes)));
                return;
            }
            Ok(None) => {}
            Err(error) => self.failure = Some(error),
        }
        self.source = None;
        self.queue = None;
    }

    /// Queues an input, if there is room.
    fn top_up(&mut self, py: Python<'_>) {
        self.take(py);
        let (Some(queue), Some(record)) = (&self.queue, self.next.take()) else { return };
        match queue.try_send(record) {
            Ok(()) => {}
            Err(TrySendError::Full(record)) => self.next = Some(record),
            // The worker is gone; its panic is reported after the remaining rows.
            Err(TrySendError::Disconnected(_)) => (self.source, self.queue) = (None, None),
        }
    }

    /// Waits briefly for room in the queue or for rows; returns whether the rows have ended.
    fn wait(&mut self) -> bool {
        let mut select = Select::new();
        let rows = select.recv(&self.batches);
        let waiting = self.queue.as_ref().zip(self.next.take());
        if let Some((queue, _)) = &waiting {
            select.send(queue);
        }
        let batch = match (select.select_timeout(LOOK), waiting) {
            (Ok(ready), waiting) if ready.index() == rows => {
                self.next = waiting.map(|(_, record)| record);
                ready.recv(&self.batches)
            }
            (Ok(ready), Some((queue, record))) => {
                // Fails once the worker is gone; then the rows have ended too.
                let _ = ready.send(queue, record);
                return false;
            }
            (_, waiting) => {
                self.next = waiting.map(|(_, record)| record);
                return false;
            }
        };
        match batch {
            Ok(batch) => self.rows = batch.into_iter(),
            Err(_) => return true,
        }
        false
    }

    /// Raises what the source raised, or the worker's panic, after the last row.
    fn end(&mut self, py: Python<'_>) -> PyResult<()> {
        self.queue = None;
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        match self.worker.take().map(JoinHandle::join) {
            Some(Err(panic)) => {
                Err(Kind::Pressmark.raise(py, format!("annotation failed unexpectedly: {}", panic_message(&*panic))))
            }
            _ => Ok(()),
        }
    }
}

#[pymethods]
impl Stream {
    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Option<Row>> {
        if self.process != process::id() {
            let message = "these rows belong to the process that started them; ask for them after the fork";
            return Err(Kind::Pressmark.raise(py, message));
        }
        loop {
            if self.rows.len() == 0 {
                // Deliver rows that are ready before taking another input, which may take long to arrive.
                match self.batches.try_recv() {
                    Ok(batch) => self.rows = batch.into_iter(),
                    Err(_) if self.worker.is_none() => return Ok(None),
                    Err(_) => {}
                }
            }
            self.top_up(py);
            if let Some(record) = self.rows.next() {
                return Ok(Some(Row { record }));
            }
            // While inputs arrive at once and there is room for them, there is nothing to wait for.
            let is_full = self.next.is_some() || self.source.is_none();
            if is_full && py.detach(|| self.wait()) {
                self.end(py)?;
                return Ok(None);
            }
            if let Err(error) = py.check_signals() {
                self.close();
                return Err(error);
            }
        }
    }

    /// Stops the work, dropping what is in flight.
    fn close(&mut self) {
        self.source = None;
        self.next = None;
        self.queue = None;
        self.rows = Vec::new().into_iter();
        // The worker ends when it next tries to send rows.
        self.batches = crossbeam_channel::never();
        self.worker = None;
    }

    /// Inputs in files that yielded no document, one line each.
    fn skipped(&self) -> Vec<String> {
        let skips = self.progress.as_ref().map(Progress::skips).unwrap_or_default();
        skips.iter().map(ToString::to_string).collect()
    }
}
