use std::ops::ControlFlow;
use std::panic;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use pressmark_ingest::Record as InputRecord;
use pressmark_jsonl::Record;

use crate::{Annotator, Ledger};

/// Iterator over annotated records in input order, created by [`Annotator::annotate_all`].
#[derive(Debug)]
pub struct Annotations {
    /// `None` once the worker has finished.
    batches: Option<Receiver<Vec<Record<'static>>>>,
    batch: std::vec::IntoIter<Record<'static>>,
    worker: Option<JoinHandle<()>>,
}

impl Annotations {
    pub(crate) fn start(annotator: Annotator, records: impl Iterator<Item = InputRecord> + Send + 'static) -> Self {
        let (send, batches) = sync_channel(1);
        let worker = thread::spawn(move || {
            // The default options of the duplicate table are valid.
            let Ok(mut ledger) = Ledger::new() else { return };
            annotator.run(records.map(|record| (record, ())), |batch| {
                let rows = batch.into_iter().map(|mut annotated| {
                    ledger.enter(&mut annotated.doc, annotated.signature.as_ref());
                    annotator.record(&annotated.doc).into_owned()
                });
                // The send fails once the iterator is dropped: stop the run.
                if send.send(rows.collect()).is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        });
        Self { batches: Some(batches), batch: Vec::new().into_iter(), worker: Some(worker) }
    }
}

impl Annotator {
    /// Annotates input records on [`Settings::jobs`](crate::Settings::jobs) threads, in bounded memory.
    ///
    /// Yields one record per input, in order, with unique ids and with duplicates marked. Reading and annotating run a
    /// few batches ahead of the caller, and stop when the iterator is dropped.
    pub fn annotate_all<I>(&self, records: I) -> Annotations
    where
        I: IntoIterator<Item = InputRecord>,
        I::IntoIter: Send + 'static,
    {
        Annotations::start(self.clone(), records.into_iter())
    }
}

impl Iterator for Annotations {
    type Item = Record<'static>;

    /// # Panics
    /// Resumes the panic of the iterator of input records, if that panicked.
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.batch.next() {
                return Some(record);
            }
            match self.batches.as_ref()?.recv() {
                Ok(batch) => self.batch = batch.into_iter(),
                Err(_) => {
                    self.batches = None;
                    if let Some(Err(panic)) = self.worker.take().map(JoinHandle::join) {
                        panic::resume_unwind(panic);
                    }
                }
            }
        }
    }
}
