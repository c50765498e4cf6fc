use std::fmt;
use std::ops::ControlFlow;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pressmark_core::{Document, Layer, ProblemKind, Provenance, Stage, panic_message};
use pressmark_encoder::Model;
use pressmark_ingest::{Format, Record as InputRecord, Signature, ingest};
use pressmark_jsonl::Record;
use pressmark_pipeline::{Limits, Parallel, Pipeline, StageTime, in_order};
use pressmark_tokenize::Tokenizer;

use crate::backends::Slot;
use crate::memory::give_back_after;
use crate::model::tokenizer;
use crate::registry::{Parts, StageInfo, replaced_by, with_dependencies};
use crate::rust_bert::RustBert;
use crate::{Error, Settings};

/// Everything that turns input records into annotated records: a model, the stages, their settings.
///
/// Made once, used from any number of threads; a clone shares everything. Making one takes some 60 ms, most of it to
/// load and check the model.
#[derive(Clone)]
pub struct Annotator {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    model: Arc<Model>,
    tokenizer: Arc<Tokenizer>,
    pipeline: Pipeline,
    provenance: Vec<Provenance>,
    notices: Vec<String>,
    ingest_nanos: AtomicU64,
}

/// A document that went through the stages, with what was worked out beside it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Annotated<T = ()> {
    /// The document.
    pub doc: Document,
    /// What near duplicates are told by; `None` where they are not looked for or there is no text.
    pub signature: Option<Signature>,
    /// What the caller gave with the record.
    pub tag: T,
}

/// Makes an [`Annotator`] in which stages of other crates take part.
pub struct Builder {
    settings: Settings,
    replaced: Vec<(String, Box<dyn Stage>)>,
    added: Vec<Box<dyn Stage>>,
}

impl Builder {
    /// Puts a stage in the place of the registered one of this name ([`stages`](crate::stages)). It runs whether or not
    /// the settings name it.
    #[must_use]
    pub fn replace(mut self, name: impl Into<String>, stage: Box<dyn Stage>) -> Self {
        self.replaced.push((name.into(), stage));
        self
    }

    /// Adds a stage, which runs as soon as the layers that it needs and reads are filled.
    #[must_use]
    pub fn with_stage(mut self, stage: Box<dyn Stage>) -> Self {
        self.added.push(stage);
        self
    }

    /// Loads the model and sets up the stages.
    ///
    /// # Errors
    /// When there is no model, a stage cannot be made, or stages do not fit together.
    pub fn build(self) -> Result<Annotator, Error> {
        let Self { mut settings, mut replaced, mut added } = self;
        settings.ingest.check()?;
        settings.ingest.explain |= settings.explain;
        settings.ingest.timeout = settings.ingest.timeout.or(settings.timeout);
        on_rust_bert(&settings, &mut replaced, &mut added)?;
        let model = settings.model.load(settings.precision)?;
        if settings.ingest.known_languages.is_empty() {
            settings.ingest.known_languages = model.languages().to_vec();
            settings.ingest.transfer_languages = model.transfer_languages().to_vec();
        }
        if settings.ingest.known_scripts.is_empty() {
            settings.ingest.known_scripts = model.scripts().to_vec();
        }
        let mut asked = settings.stages.clone();
        if !asked.is_empty() {
            asked.extend(replaced.iter().map(|(name, _)| name.clone()));
        }
        let wanted = with_dependencies(&asked)?;
        let tokenizer = Arc::new(tokenizer(&model, settings.max_tokens.get())?);
        let is_encoder = |name: &str| StageInfo::filling(Layer::Hidden).is_some_and(|encoder| encoder.name == name);
        let instead = replaced.iter().find(|(name, _)| is_encoder(name));
        let has_hidden = instead.is_none_or(|(_, stage)| stage.provides().contains(&Layer::Hidden));
        let parts = Parts { settings: &settings, model: &model, tokenizer: &tokenizer, has_hidden };
        let (mut stages, mut notices): (Vec<Box<dyn Stage>>, _) = (added, Vec::new());
        for info in wanted {
            if let Some(at) = replaced.iter().position(|(name, _)| name == info.name) {
                stages.push(replaced.swap_remove(at).1);
                continue;
            }
            let is_asked = asked.iter().any(|name| name == info.name)
                || info.provides.contains(&Layer::Stances) && !settings.targets.is_empty();
            match info.is_missing_from(&model).filter(|_| !is_asked) {
                Some(why) => notices.push(format!("{why}: the stage {} is left out", info.name)),
                None => stages.push(info.make(&parts)?),
            }
        }
        let limits = Limits { timeout: settings.timeout, stop: settings.stop.clone() };
        let pipeline = Pipeline::new(stages)?.within(limits);
        let provenance = pipeline.provenance();
        let ingest_nanos = AtomicU64::new(0);
        let inner = Inner { settings, model, tokenizer, pipeline, provenance, notices, ingest_nanos };
        Ok(Annotator { inner: Arc::new(inner) })
    }
}

/// Puts the stages that run on rust-bert into their places.
fn on_rust_bert(
    settings: &Settings,
    replaced: &mut Vec<(String, Box<dyn Stage>)>,
    added: &mut Vec<Box<dyn Stage>>,
) -> Result<(), Error> {
    let Some(rust_bert) = RustBert::new(settings)? else { return Ok(()) };
    let slots: Vec<Slot> = settings.backends.rust_bert.keys().copied().collect();
    let wanted = with_dependencies(&settings.stages)?;
    if slots.contains(&Slot::Embed) {
        let is_elsewhere = |name: &str| slots.iter().any(|&slot| replaced_by(slot) == Some(name));
        let left = wanted.iter().find(|stage| stage.needs.contains(&Layer::Hidden) && !is_elsewhere(stage.name));
        if let Some(stage) = left {
            return Err(Error::NeedsEncoder { stage: stage.name });
        }
    }
    for slot in slots {
        match replaced_by(slot) {
            Some(name) if wanted.iter().any(|stage| stage.name == name) => {
                replaced.push((name.to_owned(), rust_bert.stage(slot)?));
            }
            // The salient sentences are chosen all the same, and stand beside what is written.
            None if wanted.iter().any(|stage| stage.provides.contains(&Layer::Summary)) => {
                added.push(rust_bert.stage(slot)?);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Batches read and not yet written, for each thread: enough that none waits for a slow neighbour.
const BATCHES_AHEAD: usize = 4;
/// A page is mostly markup: of its bytes one in so many counts as text.
const TEXT_OF_PAGE: u64 = 4;

/// What near duplicates of a document are told by; should that break down, it is a problem of the document.
fn signature_of(doc: &mut Document) -> Option<Signature> {
    let signature = panic::catch_unwind(|| Signature::of(&doc.text));
    signature
        .map_err(|panic| {
            let message = format!("near duplicates of it cannot be told: {}", panic_message(&*panic));
            doc.report("ingest", ProblemKind::StageFailed, message, None);
        })
        .ok()
}

/// What a record weighs: its text in bytes, about.
fn weigh(record: &InputRecord) -> u64 {
    let bytes = record.bytes.len() as u64;
    if matches!(record.format, Format::Html | Format::Warc) { bytes / TEXT_OF_PAGE } else { bytes }
}

impl Annotator {
    /// Records that go through the stages together at most: more do not fill the encoder better.
    pub const BATCH_RECORDS: usize = 32;
    /// Bytes of text that go through the stages together, unless one record alone has more. Short documents share the
    /// encoder's blocks, for which this is enough; with more, threads wait longer for the last one at the end.
    pub const BATCH_BYTES: usize = 8 << 10;
    /// Bytes of text in flight together, for each thread, unless one record alone has more: a document takes thirty times
    /// its text while it is annotated, so that the longest are at it one by one.
    pub const FLIGHT_BYTES: usize = 1 << 20;

    /// An annotator with these settings.
    ///
    /// # Errors
    /// When there is no model, or a stage cannot be made with it and these settings.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Self::builder(settings).build()
    }

    /// An annotator in which stages of other crates take part.
    #[must_use]
    pub fn builder(settings: Settings) -> Builder {
        Builder { settings, replaced: Vec::new(), added: Vec::new() }
    }

    /// Annotates one text as it was scraped: boilerplate and all, no markup.
    ///
    /// The record is that of a run over this text alone, read from standard input.
    ///
    /// # Errors
    /// When the text is longer than the settings allow. A text without an article gives a record that says so.
    pub fn annotate(&self, text: &str) -> Result<Record<'static>, Error> {
        self.annotate_bytes(text.as_bytes(), Format::Text)
    }

    /// Annotates the bytes of one file that is a single document: text, Markdown or a web page.
    ///
    /// # Errors
    /// When they are more than the settings allow.
    pub fn annotate_bytes(&self, bytes: &[u8], format: Format) -> Result<Record<'static>, Error> {
        let limit = self.inner.settings.ingest.max_bytes;
        if bytes.len() > limit {
            return Err(Error::TooLong { bytes: bytes.len(), limit });
        }
        Ok(self.annotate_record(&InputRecord::new("-", 0, format, bytes.to_vec())))
    }

    /// Annotates one input record, as a run over it alone would.
    #[must_use]
    pub fn annotate_record(&self, record: &InputRecord) -> Record<'static> {
        let doc = self.document(record);
        self.record(&doc).into_owned()
    }

    /// Reads one record without annotating it: the cleaned article, as the stages get it.
    #[must_use]
    pub fn read(&self, record: &InputRecord) -> Document {
        ingest(record, &self.inner.settings.ingest)
    }

    /// The document of one input record, through all stages.
    #[must_use]
    pub fn document(&self, record: &InputRecord) -> Document {
        let mut doc = self.prepare(record, ()).doc;
        self.run_stages(&mut [&mut doc]);
        doc
    }

    /// Runs the stages over documents that are read already; those that took too long to read are left as they are.
    pub fn run_stages(&self, docs: &mut [&mut Document]) {
        let in_time = |doc: &&mut &mut Document| doc.problems.iter().all(|p| p.kind != ProblemKind::Timeout);
        let mut docs: Vec<&mut Document> = docs.iter_mut().filter(in_time).map(|doc| &mut **doc).collect();
        docs.iter_mut().for_each(|doc| self.inner.settings.prepare(doc));
        self.inner.pipeline.run(&mut docs);
    }

    /// The record of a document that this annotator annotated.
    #[must_use]
    pub fn record<'a>(&'a self, doc: &'a Document) -> Record<'a> {
        Record::of(doc, &self.provenance())
    }

    /// What every record says of how it was made.
    #[must_use]
    pub fn provenance(&self) -> pressmark_jsonl::Provenance<'_> {
        let provenance = pressmark_jsonl::Provenance::of(env!("CARGO_PKG_VERSION"), &self.inner.provenance);
        match self.inner.model.licence() {
            Some(licence) => provenance.with_licence(self.inner.model.sha256(), licence),
            None => provenance,
        }
        .of_layers(&self.inner.settings.layers)
    }

    /// Reads and annotates records on `jobs` threads and hands them to `sink`, in order, a batch at a time. A record may
    /// carry whatever the caller wants back with its document. Ids are as the records have them, and duplicates are not
    /// yet told: see [`Ledger`](crate::Ledger).
    ///
    /// When `sink` breaks, reading stops, what is in flight is dropped, and its value is returned.
    ///
    /// # Panics
    /// When `records` or `sink` panics. A panic on a document is a problem in its record.
    pub fn run<T: Send, B>(
        &self,
        records: impl Iterator<Item = (InputRecord, T)> + Send,
        sink: impl FnMut(Vec<Annotated<T>>) -> ControlFlow<B>,
    ) -> Option<B> {
        let jobs = self.inner.settings.threads();
        let parallel = Parallel {
            jobs,
            batch: Self::BATCH_RECORDS,
            batch_weight: Self::BATCH_BYTES as u64,
            ahead: BATCHES_AHEAD,
            weight: (jobs * Self::FLIGHT_BYTES) as u64,
        };
        in_order(parallel, records, |(record, _)| weigh(record), |batch| self.annotate_batch(batch), sink)
    }

    /// Annotates records together, on the calling thread: short ones share the encoder's blocks, and each gets what it
    /// would get alone. [`BATCH_RECORDS`](Self::BATCH_RECORDS) or [`BATCH_BYTES`](Self::BATCH_BYTES) are enough.
    #[must_use]
    pub fn annotate_batch<T>(&self, batch: Vec<(InputRecord, T)>) -> Vec<Annotated<T>> {
        let mut batch: Vec<_> = batch.into_iter().map(|(record, tag)| self.prepare(&record, tag)).collect();
        self.run_stages(&mut batch.iter_mut().map(|annotated| &mut annotated.doc).collect::<Vec<_>>());
        batch.iter().for_each(|annotated| give_back_after(&annotated.doc.text));
        batch
    }

    /// Reads one record, and works out what near duplicates are told by.
    fn prepare<T>(&self, record: &InputRecord, tag: T) -> Annotated<T> {
        let settings = &self.inner.settings;
        let start = Instant::now();
        // A record on which reading breaks down is a document with that problem: what `ingest` promises.
        let mut doc = self.read(record);
        let signature = if settings.mark_duplicates && !doc.text.is_empty() { signature_of(&mut doc) } else { None };
        let time = start.elapsed();
        // Ingestion gives up what takes too long; what it does after its last look at the clock takes moments.
        let is_told = doc.problems.iter().any(|problem| problem.kind == ProblemKind::Timeout);
        if let Some(timeout) = settings.timeout.filter(|timeout| time > *timeout && !is_told) {
            let message = format!("took longer than {timeout:?}; without any stage");
            doc.report("ingest", ProblemKind::Timeout, message, None);
        }
        self.inner.ingest_nanos.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        Annotated { doc, signature, tag }
    }

    /// The time that reading (`ingest`) and each stage have taken so far, over all threads, in the order in which they
    /// run.
    #[must_use]
    pub fn times(&self) -> Vec<StageTime> {
        let ingest = Duration::from_nanos(self.inner.ingest_nanos.load(Ordering::Relaxed));
        let mut times = vec![StageTime { stage: "ingest", time: ingest }];
        times.extend(self.inner.pipeline.times());
        times
    }

    /// The stages, in the order in which they run.
    #[must_use]
    pub fn stages(&self) -> &[Box<dyn Stage>] {
        self.inner.pipeline.stages()
    }

    /// What the user should know of this annotator, such as stages that the model has no head for.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.inner.notices
    }

    /// Documents annotated at once.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.inner.settings.threads()
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        &self.inner.model
    }

    pub(crate) fn shared_tokenizer(&self) -> &Arc<Tokenizer> {
        &self.inner.tokenizer
    }

    /// The tokenizer that goes with the model.
    #[must_use]
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.inner.tokenizer
    }
}

impl fmt::Debug for Annotator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages: Vec<_> = self.inner.provenance.iter().map(|stage| stage.stage).collect();
        f.debug_struct("Annotator").field("model", &self.inner.model.name()).field("stages", &stages).finish()
    }
}

/// Loads in the background what reading needs, phrase lists and patterns, so that it is there when the model is.
pub fn warm_up() {
    thread::spawn(pressmark_ingest::warm_up);
}
