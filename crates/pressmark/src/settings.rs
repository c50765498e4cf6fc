use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use pressmark_core::{Document, Scheme};
use pressmark_encoder::Precision;
use pressmark_frames::Codebook;
use pressmark_jsonl::RowLayer;
use pressmark_ner::Terms;
use pressmark_summarize::Length;

use crate::{Backends, ModelSource};

/// Settings of an [`Annotator`](crate::Annotator); [`Default`] states every default.
///
/// ```
/// let settings = pressmark::Settings {
///     stages: vec!["ner".into()],
///     targets: vec!["the ferry strike".into()],
///     ..Default::default()
/// };
/// assert!(settings.codebooks.is_empty()); // those inside the program
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the model comes from. Default: [`ModelSource::Find`].
    pub model: ModelSource,
    /// Precision of the encoder's arithmetic. Default: 8-bit integers.
    pub precision: Precision,
    /// Names of the stages to run ([`stages`](crate::stages)); their dependencies run too. Default: empty, which means
    /// all.
    pub stages: Vec<String>,
    /// Entity type scheme. Default: [`Scheme::News`].
    pub scheme: Scheme,
    /// Minimum score of a mention, in [0, 1]. Default: [`pressmark_ner::MIN_SCORE`].
    pub min_score: f32,
    /// Codebooks of terms that add labels to entities. Default: none.
    pub terms: Vec<Terms>,
    /// Codebooks of frames. Default: empty, which means [`default_codebooks`](crate::default_codebooks).
    pub codebooks: Vec<Codebook>,
    /// Minimum score of a frame in a record, in [0, 1]. Default: 0, which keeps every frame of every codebook.
    pub min_frame_score: f32,
    /// Length of summaries. Default: three sentences.
    pub summary: Length,
    /// Target texts for stances. Default: none.
    pub targets: Vec<String>,
    /// Most tokens (words and punctuation marks) annotated per document; a longer one gets the problem `truncated`.
    /// Default: 400,000, about 330,000 words or three novels; with everything else that a record may hold, two threads
    /// stay under 250 MB.
    pub max_tokens: NonZeroUsize,
    /// How inputs are read, including the size limit of a record. Default: see [`pressmark_ingest::Options`].
    pub ingest: pressmark_ingest::Options,
    /// Whether a document that repeats an earlier one of the run names it in `duplicate_of`. Default: yes.
    pub mark_duplicates: bool,
    /// Layers in the records, along with the layers that they refer to. Default: empty, which means all.
    pub layers: Vec<RowLayer>,
    /// Time limit per document; the record says which layers are missing when it is exceeded. Default: none.
    pub timeout: Option<Duration>,
    /// Number of documents annotated concurrently by [`annotate_all`](crate::Annotator::annotate_all). Default: one per
    /// core.
    pub jobs: Option<NonZeroUsize>,
    /// Whether documents record why stages decided as they did ([`Document::explanations`]). Default: no.
    pub explain: bool,
    /// Stages that run on rust-bert. Default: none.
    pub backends: Backends,
    /// Cancellation flag: once set, stages stop as soon as they can, and their partial output must be discarded.
    /// Default: never.
    pub stop: Option<Arc<AtomicBool>>,
}

/// Some 330,000 words, three novels. Set by hand so that memory stays under 250 MB with everything else that a record
/// may hold; raising it raises that bound.
const MAX_TOKENS: NonZeroUsize = NonZeroUsize::new(400_000).unwrap();

impl Default for Settings {
    fn default() -> Self {
        Self {
            model: ModelSource::default(),
            precision: Precision::Int8,
            stages: Vec::new(),
            scheme: Scheme::News,
            min_score: pressmark_ner::MIN_SCORE,
            terms: Vec::new(),
            codebooks: Vec::new(),
            min_frame_score: 0.0,
            summary: pressmark_summarize::Options::default().length,
            targets: Vec::new(),
            max_tokens: MAX_TOKENS,
            ingest: pressmark_ingest::Options::default(),
            mark_duplicates: true,
            layers: Vec::new(),
            timeout: None,
            jobs: None,
            explain: false,
            backends: Backends::default(),
            stop: None,
        }
    }
}

impl Settings {
    /// Number of documents annotated concurrently.
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(cores, NonZeroUsize::get)
    }

    /// Makes the document collect explanations, if the settings ask for them.
    pub(crate) fn prepare(&self, doc: &mut Document) {
        if self.explain && doc.explanations.is_none() {
            doc.explanations = Some(Vec::new());
        }
    }
}
