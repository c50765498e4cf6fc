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

/// What an [`Annotator`](crate::Annotator) does, and with what; [`Default`] states every default.
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
    /// What the encoder computes in. Default: 8-bit integers.
    pub precision: Precision,
    /// Names of the stages that run ([`stages`](crate::stages)), with those that they need or read. Default: empty,
    /// which means all.
    pub stages: Vec<String>,
    /// Labels of entities. Default: [`Scheme::News`].
    pub scheme: Scheme,
    /// Lowest score, in [0, 1], of a mention of an entity. Default: [`pressmark_ner::MIN_SCORE`].
    pub min_score: f32,
    /// Codebooks of terms that add labels to entities. Default: none.
    pub terms: Vec<Terms>,
    /// Codebooks of frames. Default: empty, which means [`default_codebooks`](crate::default_codebooks).
    pub codebooks: Vec<Codebook>,
    /// Lowest score, in [0, 1], at which a frame stands in a record. Default: 0, every frame of every codebook.
    pub min_frame_score: f32,
    /// How long summaries are. Default: three sentences.
    pub summary: Length,
    /// Texts towards which the outlet and speakers take stances. Default: none.
    pub targets: Vec<String>,
    /// Words and marks of one document that are annotated at most; a longer one gets a problem `truncated`. Default:
    /// 400,000, some 330,000 words or three novels: with what a record may hold beside them, two threads stay under
    /// 250 MB.
    pub max_tokens: NonZeroUsize,
    /// How inputs are read, and the largest record. Default: see [`pressmark_ingest::Options`].
    pub ingest: pressmark_ingest::Options,
    /// Whether documents that repeat an earlier one of the same run name it in `duplicate_of`. Default: yes.
    pub mark_duplicates: bool,
    /// Layers that records hold, with those that they point into. Default: empty, which means all.
    pub layers: Vec<RowLayer>,
    /// Longest time for one document; what is missing then is said in its record. Default: none.
    pub timeout: Option<Duration>,
    /// Documents annotated at once by [`annotate_all`](crate::Annotator::annotate_all). Default: one per core.
    pub jobs: Option<NonZeroUsize>,
    /// Whether documents keep why stages decided as they did ([`Document::explanations`]). Default: no.
    pub explain: bool,
    /// Stages that run on rust-bert. Default: none.
    pub backends: Backends,
    /// Once set, stages give up as soon as they can; what they leave must not be used. Default: never.
    pub stop: Option<Arc<AtomicBool>>,
}

/// Some 330,000 words, three novels: with what a record may hold beside them, memory stays under 250 MB.
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
    /// How many documents are annotated at once.
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(cores, NonZeroUsize::get)
    }

    /// Has the document keep explanations, where they are asked for.
    pub(crate) fn prepare(&self, doc: &mut Document) {
        if self.explain && doc.explanations.is_none() {
            doc.explanations = Some(Vec::new());
        }
    }
}
