use std::io::Write;
use std::path::Path;
use std::rc::Rc;
use std::str::FromStr;

use pressmark::StageInfo;
use pressmark_core::Layer;

use crate::annotated::Annotated;
use crate::bench::Bench;
use crate::error::{Error, Result};
use crate::options::Options;
use crate::table::Table;
use crate::{articles, differences, frames, ner, quotes, sentences, sentiment, stance, stories, summaries};

/// Evaluation tasks; [`description`](Self::description) states the gold data and the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Task {
    /// Entity recognition.
    Ner,
    /// Sentence splitting.
    Sentences,
    /// Quotations with sources and cues.
    Quotes,
    /// Sentiment towards a mention or an entity.
    Sentiment,
    /// Frames of a codebook.
    Frames,
    /// Stance towards a target.
    Stance,
    /// Summarization.
    Summaries,
    /// Article extraction from pages.
    Articles,
    /// Grouping of documents into stories.
    Stories,
    /// Differences between outlets within stories.
    Differences,
}

impl Task {
    /// All tasks.
    pub const ALL: &'static [Self] = &[
        Self::Ner,
        Self::Sentences,
        Self::Quotes,
        Self::Sentiment,
        Self::Frames,
        Self::Stance,
        Self::Summaries,
        Self::Articles,
        Self::Stories,
        Self::Differences,
    ];

    /// Name of the task.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ner => "ner",
            Self::Sentences => "sentences",
            Self::Quotes => "quotes",
            Self::Sentiment => "sentiment",
            Self::Frames => "frames",
            Self::Stance => "stance",
            Self::Summaries => "summaries",
            Self::Articles => "articles",
            Self::Stories => "stories",
            Self::Differences => "differences",
        }
    }

    /// One-line description of its gold data and metrics.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Ner => {
                "Entities: CoNLL columns (BIO, BIOES or IO), a file or a folder of them, or corrected rows (.jsonl); strict F1"
            }
            Self::Sentences => "Sentences: CoNLL-U, or JSONL {text, sentences}; boundary F1",
            Self::Quotes => {
                "Quotations: a folder with text/*.txt and attributions/*.ann (brat), or corrected rows (.jsonl); F1 of \
                 contents; source and cue, exact and partial"
            }
            Self::Sentiment => {
                "Tone towards a mention (JSONL as in NewsMTSC) or towards an entity in a whole text (JSONL {text, target, \
                 label}, CSV or TSV); accuracy, macro F1"
            }
            Self::Frames => {
                "Frames: JSONL {text, label: []}, CSV or TSV, or corrected rows; F1 of each label, macro F1, average precision; accuracy where \
                 each text has one frame"
            }
            Self::Stance => {
                "Stance towards a target: JSONL {text, target, label}, with an optional holder whose words the text is, CSV \
                 or TSV; macro F1, F1 for and against, share of right sides"
            }
            Self::Summaries => {
                "Summaries: a folder with articles/ and summaries/, or JSONL {text, references: []} or {text, summary}; \
                 ROUGE, with baselines"
            }
            Self::Stories => {
                "Stories of pressmark group (--annotated): JSONL {id, event}, or a folder of BASIL's articles; B-cubed"
            }
            Self::Differences => {
                "What outlets report differently, as written by pressmark group (--annotated): a folder with coded lines (JSONL) and \
                 BASIL's articles; aligned sentences, relations of values, namings, what only one outlet reports, voices, tone"
            }
            Self::Articles => {
                "Article text of pages: a folder with ground-truth.json and html/*.html.gz, F1 by shingles of four words; or \
                 with gold.jsonl {page, with: [], without: []} and pages/, F1 of chunks that must and must not be in the text"
            }
        }
    }

    /// The evaluated layer; `None` for tasks without one.
    #[must_use]
    pub fn layer(self) -> Option<Layer> {
        match self {
            Self::Ner => Some(Layer::Entities),
            Self::Sentences => Some(Layer::Sents),
            Self::Quotes => Some(Layer::Quotes),
            Self::Sentiment => Some(Layer::Sentiment),
            Self::Frames => Some(Layer::Frames),
            Self::Stance => Some(Layer::Stances),
            Self::Summaries => Some(Layer::Summary),
            Self::Articles | Self::Stories | Self::Differences => None,
        }
    }
}

impl FromStr for Task {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|task| task.as_str() == name).copied();
        found.ok_or_else(|| Error::UnknownTask(name.to_owned()))
    }
}

/// Evaluates a task on gold data; writes each prediction beside its gold to `predictions`, one JSON object per line.
///
/// # Errors
/// If the gold data are invalid, or predictions cannot be made or written.
pub fn evaluate<'a>(
    task: Task,
    gold: &'a Path,
    options: &'a Options,
    predictions: Option<&'a mut dyn Write>,
) -> Result<Table> {
    // These tasks read stories, not records.
    let of_stories = matches!(task, Task::Stories | Task::Differences);
    let records = options.annotated.as_ref().filter(|_| !of_stories);
    let annotated = records.map(|path| Annotated::open(path).map(Rc::new)).transpose()?;
    if let (Some(annotated), Some(stage)) = (&annotated, task.layer().and_then(StageInfo::filling)) {
        annotated.require(stage.name)?;
    }
    let mut bench = Bench::new(gold, options, annotated, predictions);
    let mut table = match task {
        Task::Ner => ner::evaluate(&mut bench),
        Task::Sentences => sentences::evaluate(&mut bench),
        Task::Quotes => quotes::evaluate(&mut bench),
        Task::Sentiment => sentiment::evaluate(&mut bench),
        Task::Frames => frames::evaluate(&mut bench),
        Task::Stance => stance::evaluate(&mut bench),
        Task::Summaries => summaries::evaluate(&mut bench),
        Task::Articles => articles::evaluate(&mut bench),
        Task::Stories => stories::evaluate(&mut bench),
        Task::Differences => differences::evaluate(&mut bench),
    }?;
    table.skipped = bench.skipped.into_inner();
    Ok(table)
}
