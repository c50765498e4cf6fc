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

/// How long to wait before Python may look whether Ctrl-C was pressed.
const LOOK: Duration = Duration::from_millis(50);

/// Where inputs come from that are read on the thread that asks for rows.
///
/// Generators, cursors of data bases and the like are often bound to the thread that made them, and Ctrl-C is heard
/// there; so nothing of Python's is touched by the threads that annotate.
pub(crate) enum Source {
    Python(Py<PyIterator>),
    // An Arrow stream may go to another thread, but two must not read it at once.
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

/// What the documents of a stream are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// Those of one run: numbered, with unique ids, and told which earlier one they repeat.
    Run,
    /// Each for itself: a row depends on nothing but its input, whatever stands beside it.
    Apart,
}

/// Rows in the order of their inputs.
///
/// Inputs go through a queue of fixed length to a thread that annotates them, on all cores, and rows come back through
/// another, so that memory is bounded and both sides work at once.
#[pyclass(module = "pressmark._native")]
pub(crate) struct Stream {
    source: Option<Source>,
    relation: Relation,
    /// Bytes of the largest input.
    max_bytes: usize,
    /// Inputs taken so far.
    taken: u64,
    /// Taken, and not yet in the queue.
    next: Option<InputRecord>,
    queue: Option<Sender<InputRecord>>,
    batches: Receiver<Vec<Record<'static>>>,
    rows: vec::IntoIter<Record<'static>>,
    worker: Option<JoinHandle<()>>,
    /// What the source raised; the rows of the inputs before it come first.
    failure: Option<PyErr>,
    progress: Option<Progress>,
    /// The process that has the threads.
    process: u32,
}

impl Stream {
    /// Rows of what `source` gives, of which `ahead` inputs at most wait in the queue.
    pub(crate) fn start(annotator: Annotator, source: Source, ahead: usize, relation: Relation) -> Self {
        let (queue, inputs) = bounded(ahead.max(1));
        Self { source: Some(source), queue: Some(queue), ..Self::run(annotator, inputs.into_iter(), relation) }
    }

    /// Rows of files, which the annotating threads read by themselves.
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
            // The table of duplicates has sizes that always can be had.
            let Ok(mut ledger) = Ledger::new() else { return };
            annotator.run(inputs.map(|record| (record, ())), |batch| {
                let rows = batch.into_iter().map(|mut annotated| {
                    if relation == Relation::Run {
                        ledger.enter(&mut annotated.doc, annotated.signature.as_ref());
                    }
                    annotator.record(&annotated.doc).into_owned()
                });
                // Fails once the stream was closed: nobody wants the rest.
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

    /// Takes the next input, unless one waits already; without one the queue is closed.
    fn take(&mut self, py: Python<'_>) {
        if self.next.is_some() {
            return;
        }
        let Some(source) = &mut self.source else { return };
        match source.next(py) {
            Ok(Some(input)) => {
                // Where it stands in a batch says nothing of where it came from.
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

    /// Puts an input into the queue, if there is room.
    fn top_up(&mut self, py: Python<'_>) {
        self.take(py);
        let (Some(queue), Some(record)) = (&self.queue, self.next.take()) else { return };
        match queue.try_send(record) {
            Ok(()) => {}
            Err(TrySendError::Full(record)) => self.next = Some(record),
            // The worker is gone, and its panic comes with the rows.
            Err(TrySendError::Disconnected(_)) => (self.source, self.queue) = (None, None),
        }
    }

    /// Waits a moment for room in the queue or for rows; whether the rows have ended.
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

    /// What is raised when the rows have ended: what the source raised, or a panic.
    fn end(&mut self, py: Python<'_>) -> PyResult<()> {
        self.queue = None;
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        match self.worker.take().map(JoinHandle::join) {
            Some(Err(panic)) => {
                Err(Kind::Pressmark.raise(py, format!("annotation broke down: {}", panic_message(&*panic))))
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
                // Rows that are ready go out before another input is taken, which may take long to come.
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
            // While inputs come at once and there is room for them, there is nothing to wait for.
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

    /// Ends the work; what is in flight is dropped.
    fn close(&mut self) {
        self.source = None;
        self.next = None;
        self.queue = None;
        self.rows = Vec::new().into_iter();
        // The worker ends by itself as soon as it wants to hand over its next rows.
        self.batches = crossbeam_channel::never();
        self.worker = None;
    }

    /// What was met among files and gave no document, a line each.
    fn skipped(&self) -> Vec<String> {
        let skips = self.progress.as_ref().map(Progress::skips).unwrap_or_default();
        skips.iter().map(ToString::to_string).collect()
    }
}
