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

/// Turns input records into annotated records: a model, the stages and their settings.
///
/// Created once and used from any number of threads; clones share everything. Creation takes some 60 ms, mostly to load
/// and check the model.
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

/// A document after all stages, with its by-products.
#[derive(Debug)]
#[non_exhaustive]
pub struct Annotated<T = ()> {
    /// The document.
    pub doc: Document,
    /// MinHash signature for near-duplicate detection; `None` if duplicates are not marked or there is no text.
    pub signature: Option<Signature>,
    /// The caller's tag for the record.
    pub tag: T,
}

/// Builds an [`Annotator`] with custom stages.
pub struct Builder {
    settings: Settings,
    replaced: Vec<(String, Box<dyn Stage>)>,
    added: Vec<Box<dyn Stage>>,
}

impl Builder {
    /// Replaces the registered stage of this name ([`stages`](crate::stages)). The replacement runs whether or not the
    /// settings name it.
    #[must_use]
    pub fn replace(mut self, name: impl Into<String>, stage: Box<dyn Stage>) -> Self {
        self.replaced.push((name.into(), stage));
        self
    }

    /// Adds a stage, which runs once the layers that it needs and reads are filled.
    #[must_use]
    pub fn with_stage(mut self, stage: Box<dyn Stage>) -> Self {
        self.added.push(stage);
        self
    }

    /// Loads the model and creates the stages.
    ///
    /// # Errors
    /// If there is no model, a stage cannot be created, or the stages do not fit together.
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

/// Adds the rust-bert stages, in place of or beside the bundled ones.
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
            // The extractive summary is still made, and the abstract goes beside it.
            None if wanted.iter().any(|stage| stage.provides.contains(&Layer::Summary)) => {
                added.push(rust_bert.stage(slot)?);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Batches in flight per thread. Set by hand: enough that no thread waits for a slow neighbour; raising it costs
/// memory.
const BATCHES_AHEAD: usize = 4;
/// Bytes of a page per byte of its text. Set by hand: a page is mostly markup, and the weight only needs the right
/// order of magnitude.
const TEXT_OF_PAGE: u64 = 4;

/// The document's near-duplicate signature; a panic while computing it becomes a problem of the document.
fn signature_of(doc: &mut Document) -> Option<Signature> {
    let signature = panic::catch_unwind(|| Signature::of(&doc.text));
    signature
        .map_err(|panic| {
            let message = format!("near duplicates of it cannot be detected: {}", panic_message(&*panic));
            doc.report("ingest", ProblemKind::StageFailed, message, None);
        })
        .ok()
}

/// Scheduling weight of a record: the approximate size of its text in bytes.
fn weigh(record: &InputRecord) -> u64 {
    let bytes = record.bytes.len() as u64;
    if matches!(record.format, Format::Html | Format::Warc) { bytes / TEXT_OF_PAGE } else { bytes }
}

impl Annotator {
    /// Maximum number of records per batch. Set by hand: more do not fill the encoder's blocks better.
    pub const BATCH_RECORDS: usize = 32;
    /// Bytes of text per batch, unless a single record has more. Set by hand: short documents share the encoder's
    /// blocks, for which this is enough; with larger batches, threads wait longer for the last one at the end of a run.
    pub const BATCH_BYTES: usize = 8 << 10;
    /// Bytes of text in flight per thread, unless a single record has more. Set by hand: a document takes some thirty
    /// times its text while being annotated, so this serializes the longest ones.
    pub const FLIGHT_BYTES: usize = 1 << 20;

    /// Creates an annotator with these settings.
    ///
    /// # Errors
    /// If there is no model, or a stage cannot be created with it and these settings.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Self::builder(settings).build()
    }

    /// Starts building an annotator with custom stages.
    #[must_use]
    pub fn builder(settings: Settings) -> Builder {
        Builder { settings, replaced: Vec::new(), added: Vec::new() }
    }

    /// Annotates one scraped text, boilerplate included, without markup.
    ///
    /// The record is the same as that of a run over this text alone, read from standard input.
    ///
    /// # Errors
    /// If the text is longer than the settings allow. A text without an article is no error: its record says so.
    pub fn annotate(&self, text: &str) -> Result<Record<'static>, Error> {
        self.annotate_bytes(text.as_bytes(), Format::Text)
    }

    /// Annotates the bytes of a single-document file: text, Markdown or a web page.
    ///
    /// # Errors
    /// If there are more bytes than the settings allow.
    pub fn annotate_bytes(&self, bytes: &[u8], format: Format) -> Result<Record<'static>, Error> {
        let limit = self.inner.settings.ingest.max_bytes;
        if bytes.len() > limit {
            return Err(Error::TooLong { bytes: bytes.len(), limit });
        }
        Ok(self.annotate_record(&InputRecord::new("-", 0, format, bytes.to_vec())))
    }

    /// Annotates one input record, as a run over that record alone would.
    #[must_use]
    pub fn annotate_record(&self, record: &InputRecord) -> Record<'static> {
        let doc = self.document(record);
        self.record(&doc).into_owned()
    }

    /// Reads one record without annotating it: the cleaned article that the stages would get.
    #[must_use]
    pub fn read(&self, record: &InputRecord) -> Document {
        ingest(record, &self.inner.settings.ingest)
    }

    /// Reads one input record and runs all stages over it.
    #[must_use]
    pub fn document(&self, record: &InputRecord) -> Document {
        let mut doc = self.prepare(record, ()).doc;
        self.run_stages(&mut [&mut doc]);
        doc
    }

    /// Runs the stages over documents that are already read; those that timed out while being read are left as they
    /// are.
    pub fn run_stages(&self, docs: &mut [&mut Document]) {
        let in_time = |doc: &&mut &mut Document| doc.problems.iter().all(|p| p.kind != ProblemKind::Timeout);
        let mut docs: Vec<&mut Document> = docs.iter_mut().filter(in_time).map(|doc| &mut **doc).collect();
        docs.iter_mut().for_each(|doc| self.inner.settings.prepare(doc));
        self.inner.pipeline.run(&mut docs);
    }

    /// Converts a document annotated by this annotator into its record.
    #[must_use]
    pub fn record<'a>(&'a self, doc: &'a Document) -> Record<'a> {
        Record::of(doc, &self.provenance())
    }

    /// Provenance of all records: version, stages, model and licence.
    #[must_use]
    pub fn provenance(&self) -> pressmark_jsonl::Provenance<'_> {
        let provenance = pressmark_jsonl::Provenance::of(env!("CARGO_PKG_VERSION"), &self.inner.provenance);
        match self.inner.model.licence() {
            Some(licence) => provenance.with_licence(self.inner.model.sha256(), licence),
            None => provenance,
        }
        .of_layers(&self.inner.settings.layers)
    }

    /// Reads and annotates records on [`jobs`](Self::jobs) threads and passes them to `sink`, in order, a batch at a
    /// time.
    ///
    /// A tag may travel with each record and comes back with its document. Ids are those of the records, and duplicates
    /// are not yet marked: see [`Ledger`](crate::Ledger). If `sink` breaks, reading stops, documents in flight are
    /// dropped, and the break value is returned.
    ///
    /// # Panics
    /// If `records` or `sink` panics. A panic on a document becomes a problem in its record.
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

    /// Annotates records together, on the calling thread. Short ones share the encoder's blocks, and each gets the same
    /// result as alone. Batches of [`BATCH_RECORDS`](Self::BATCH_RECORDS) or [`BATCH_BYTES`](Self::BATCH_BYTES) are
    /// large enough.
    #[must_use]
    pub fn annotate_batch<T>(&self, batch: Vec<(InputRecord, T)>) -> Vec<Annotated<T>> {
        let mut batch: Vec<_> = batch.into_iter().map(|(record, tag)| self.prepare(&record, tag)).collect();
        self.run_stages(&mut batch.iter_mut().map(|annotated| &mut annotated.doc).collect::<Vec<_>>());
        batch.iter().for_each(|annotated| give_back_after(&annotated.doc.text));
        batch
    }

    /// Reads one record and computes its near-duplicate signature.
    fn prepare<T>(&self, record: &InputRecord, tag: T) -> Annotated<T> {
        let settings = &self.inner.settings;
        let start = Instant::now();
        // A panic while reading becomes a problem of the document, which `ingest` guarantees.
        let mut doc = self.read(record);
        let signature = if settings.mark_duplicates && !doc.text.is_empty() { signature_of(&mut doc) } else { None };
        let time = start.elapsed();
        // Ingestion checks the deadline itself; this catches an overrun after its last check.
        let is_told = doc.problems.iter().any(|problem| problem.kind == ProblemKind::Timeout);
        if let Some(timeout) = settings.timeout.filter(|timeout| time > *timeout && !is_told) {
            let message = format!("took longer than {timeout:?}: not annotated by any stage");
            doc.report("ingest", ProblemKind::Timeout, message, None);
        }
        self.inner.ingest_nanos.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        Annotated { doc, signature, tag }
    }

    /// Time spent so far in reading (`ingest`) and in each stage, summed over all threads, in execution order.
    #[must_use]
    pub fn times(&self) -> Vec<StageTime> {
        let ingest = Duration::from_nanos(self.inner.ingest_nanos.load(Ordering::Relaxed));
        let mut times = vec![StageTime { stage: "ingest", time: ingest }];
        times.extend(self.inner.pipeline.times());
        times
    }

    /// The stages in execution order.
    #[must_use]
    pub fn stages(&self) -> &[Box<dyn Stage>] {
        self.inner.pipeline.stages()
    }

    /// Notices for the user, such as stages left out because the model has no head for them.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.inner.notices
    }

    /// Number of documents annotated concurrently.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.inner.settings.threads()
    }

    /// The settings it was created with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The model it was created with.
    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        &self.inner.model
    }

    pub(crate) fn shared_tokenizer(&self) -> &Arc<Tokenizer> {
        &self.inner.tokenizer
    }

    /// The tokenizer of the model.
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

/// Loads the phrase lists and patterns that reading needs in the background, while the model is loading.
pub fn warm_up() {
    thread::spawn(pressmark_ingest::warm_up);
}
