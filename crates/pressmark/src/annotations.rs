use std::ops::ControlFlow;
use std::panic;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use pressmark_ingest::Record as InputRecord;
use pressmark_jsonl::Record;

use crate::{Annotator, Ledger};

/// Annotated records in the order of their inputs; made by [`Annotator::annotate_all`].
#[derive(Debug)]
pub struct Annotations {
    /// `None` once the last one was taken.
    batches: Option<Receiver<Vec<Record<'static>>>>,
    batch: std::vec::IntoIter<Record<'static>>,
    worker: Option<JoinHandle<()>>,
}

impl Annotations {
    pub(crate) fn start(annotator: Annotator, records: impl Iterator<Item = InputRecord> + Send + 'static) -> Self {
        let (send, batches) = sync_channel(1);
        let worker = thread::spawn(move || {
            // The table of duplicates has sizes that always can be had.
            let Ok(mut ledger) = Ledger::new() else { return };
            annotator.run(records.map(|record| (record, ())), |batch| {
                let rows = batch.into_iter().map(|mut annotated| {
                    ledger.enter(&mut annotated.doc, annotated.signature.as_ref());
                    annotator.record(&annotated.doc).into_owned()
                });
                // Fails once the iterator was dropped: nobody wants the rest.
                if send.send(rows.collect()).is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        });
        Self { batches: Some(batches), batch: Vec::new().into_iter(), worker: Some(worker) }
    }
}

impl Annotator {
    /// Annotates input records on [`Settings::jobs`](crate::Settings::jobs) threads: one record for each, in order, with unique ids and with
    /// duplicates marked, in bounded memory. Reading and annotating run ahead of the caller a little, and stop when the
    /// iterator is dropped.
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
    /// When the iterator of input records panicked: its panic goes on here.
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
