use std::ops::Range;

use pressmark_core::{Deadline, Document, Layer, ProblemKind, Provenance, Sentence, Stage, StageError};
use rust_bert::pipelines::summarization::{SummarizationConfig, SummarizationModel};
use serde_json::Value;
use tch::Device;

use crate::pieces::pack;
use crate::text::without_special_tokens;
use crate::tokens::subwords;
use crate::worker::Worker;
use crate::{Architecture, Error, ModelFolder, Threads};

/// Settings of [`Abstracts`]. `None` takes the value from the model's `generation_config.json` or `config.json`, else
/// rust-bert's default for BART.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AbstractOptions {
    /// Beams of the beam search; 1 is greedy. rust-bert's default: 3.
    pub beams: Option<u16>,
    /// Minimum length of a summary in subwords. rust-bert's default: 56.
    pub min_length: Option<u16>,
    /// Maximum length of a summary in subwords. rust-bert's default: 142.
    pub max_length: Option<u16>,
    /// Maximum number of chunks read per document; `coverage` reports the rest as unread. Default: 64, about 45,000
    /// words for BART. Set by hand: it bounds the time per document.
    pub max_chunks: Option<usize>,
    /// Threads of libtorch. Default: one per core.
    pub threads: Threads,
}

/// Default of [`AbstractOptions::max_chunks`].
const MAX_CHUNKS: usize = 64;

/// The stage `abstract`: a generated summary.
///
/// A document with more subwords than the model has positions is split into chunks of whole sentences and of similar
/// length; each chunk is summarised, and then the summaries, until one is left. A document with no more subwords than
/// the minimum length of a summary gets none, because the model would hallucinate the rest.
pub struct Abstracts {
    worker: Worker<Loaded>,
    max_chunks: usize,
    provenance: Provenance,
}

struct Loaded {
    model: SummarizationModel,
    /// Maximum subwords of a chunk, excluding special tokens and prefix.
    limit: usize,
    min_length: usize,
}

/// Parameters of the generation.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Search {
    beams: i64,
    min_length: i64,
    max_length: i64,
    length_penalty: f64,
    no_repeat: i64,
    early_stopping: bool,
}

/// Number of special tokens, `<s>` and `</s>`.
const SPECIAL_TOKENS: usize = 2;

/// T5's task prefix, which rust-bert prepends to the text.
const T5_PREFIX: &str = "summarize: ";

impl Abstracts {
    /// Creates the stage with a BART, DistilBART, T5 or PEGASUS model.
    ///
    /// # Errors
    /// [`Error::Unfit`] if the folder holds no such model, [`Error::Setting`] if its settings or the options are
    /// invalid, [`Error::Load`] if loading fails.
    pub fn new(folder: ModelFolder, options: AbstractOptions) -> Result<Self, Error> {
        if !matches!(folder.architecture(), Architecture::Bart | Architecture::T5 | Architecture::Pegasus) {
            let got = folder.architecture();
            return Err(folder.unfit(format!("{got:?} generates no text, expected BART, T5 or PEGASUS")));
        }
        let search = Search::of(&folder, &options)?;
        let max_chunks = options.max_chunks.unwrap_or(MAX_CHUNKS);
        if max_chunks == 0 {
            return Err(setting("max_chunks", 0, "1 or more"));
        }
        let settings = serde_json::json!({
            "backend": "rust-bert",
            "beams": search.beams,
            "min_length": search.min_length,
            "max_length": search.max_length,
            "length_penalty": search.length_penalty,
            "no_repeat_ngram_size": search.no_repeat,
            "max_chunks": max_chunks,
        });
        let provenance = Provenance {
            stage: "abstract",
            model: Some(folder.id()),
            sha256: Some(folder.sha256().to_owned()),
            settings: settings.to_string(),
        };
        let failed = folder.load_error();
        let worker = Worker::start(options.threads, move || load(&folder, search), failed)?;
        Ok(Self { worker, max_chunks, provenance })
    }
}

fn setting(setting: &'static str, got: i64, expected: &str) -> Error {
    Error::Setting { setting, got: got.to_string(), expected: expected.to_owned() }
}

impl Search {
    fn of(folder: &ModelFolder, options: &AbstractOptions) -> Result<Self, Error> {
        let own = folder.json("generation_config.json")?;
        let config = folder.config();
        let task = config.get("task_specific_params").and_then(|p| p.get("summarization"));
        let value = |key: &str| [own.as_ref(), task, Some(config)].into_iter().flatten().find_map(|v| v.get(key));
        let number = |key: &str, default: i64| value(key).and_then(Value::as_i64).unwrap_or(default);
        let given =
            |option: Option<u16>, key: &str, default: i64| option.map_or_else(|| number(key, default), i64::from);
        let search = Self {
            beams: given(options.beams, "num_beams", 3),
            min_length: given(options.min_length, "min_length", 56),
            max_length: given(options.max_length, "max_length", 142),
            length_penalty: value("length_penalty").and_then(Value::as_f64).unwrap_or(1.0),
            no_repeat: number("no_repeat_ngram_size", 3),
            early_stopping: value("early_stopping").and_then(Value::as_bool).unwrap_or(true),
        };
        search.check(folder.positions())?;
        Ok(search)
    }

    /// Rejects values on which rust-bert would panic or generate endlessly.
    fn check(self, positions: usize) -> Result<(), Error> {
        if self.beams < 1 {
            return Err(setting("num_beams", self.beams, "1 or more"));
        }
        if self.max_length < 2 || self.max_length > i64::try_from(positions).unwrap_or(i64::MAX) {
            return Err(setting("max_length", self.max_length, &format!("2 to the model's {positions} positions")));
        }
        if self.min_length < 0 || self.min_length > self.max_length {
            return Err(setting("min_length", self.min_length, &format!("0 to max_length, {}", self.max_length)));
        }
        if self.no_repeat < 0 {
            return Err(setting("no_repeat_ngram_size", self.no_repeat, "0 or more"));
        }
        if !(self.length_penalty > 0.0 && self.length_penalty.is_finite()) {
            let got = self.length_penalty.to_string();
            return Err(Error::Setting { setting: "length_penalty", got, expected: "a number over 0".into() });
        }
        Ok(())
    }
}

fn load(folder: &ModelFolder, search: Search) -> Result<Loaded, Error> {
    let mut config = SummarizationConfig::new(
        folder.architecture().model_type(),
        folder.weights_resource(),
        folder.config_resource(),
        folder.vocab_resource(),
        folder.merges_resource(),
    );
    config.device = Device::Cpu;
    config.do_sample = false;
    config.num_beams = search.beams;
    config.min_length = search.min_length;
    config.max_length =
        Some(if ends_by_force(folder)? { (search.max_length - 1).max(search.min_length) } else { search.max_length });
    config.length_penalty = search.length_penalty;
    config.no_repeat_ngram_size = search.no_repeat;
    config.early_stopping = search.early_stopping;
    let model = SummarizationModel::new_with_tokenizer(config, folder.tokenizer()?)
        .map_err(|e| Error::Load { folder: folder.path().to_owned(), message: e.to_string() })?;
    let prefix = match folder.architecture() {
        Architecture::T5 => subwords(model.get_tokenizer(), T5_PREFIX),
        _ => 0,
    };
    let limit = folder.positions().saturating_sub(SPECIAL_TOKENS + prefix);
    if limit == 0 {
        return Err(folder.unfit(format!("its {} positions leave no room for text", folder.positions())));
    }
    Ok(Loaded { model, limit, min_length: usize::try_from(search.min_length).unwrap_or(0) })
}

/// Whether the model forces an end token at the maximum length, which rust-bert does not do for PEGASUS: it generates
/// another subword instead.
fn ends_by_force(folder: &ModelFolder) -> Result<bool, Error> {
    let own = folder.json("generation_config.json")?;
    let is_set = |from: &Value| from.get("forced_eos_token_id").is_some_and(|id| !id.is_null());
    Ok(folder.architecture() == Architecture::Pegasus && (own.as_ref().is_some_and(is_set) || is_set(folder.config())))
}

/// Result of summarising a document.
struct Made {
    summary: Option<String>,
    /// Bytes of the text that were read, from its start.
    read: usize,
}

impl Loaded {
    /// Summarises a text that consists of these sentences.
    fn summarize(
        &self,
        text: &str,
        sents: &[Range<usize>],
        max_chunks: usize,
        deadline: &Deadline,
    ) -> Result<Made, StageError> {
        let (total, mut chunks) = self.chunks(text, sents);
        if total <= self.min_length {
            return Ok(Made { summary: None, read: text.len() });
        }
        let rest = chunks.len() > max_chunks;
        chunks.truncate(max_chunks);
        let read = if rest { chunks.last().map_or(0, |last| last.end) } else { text.len() };
        let mut summaries = self.each(text, &chunks, deadline)?;
        while summaries.len() > 1 {
            let (joined, places) = join(&summaries);
            let (_, chunks) = self.chunks(&joined, &places);
            if chunks.len() >= summaries.len() {
                // The summaries are as long as their input: further rounds would not shorten them, so all are kept.
                return Ok(Made { summary: Some(joined), read });
            }
            summaries = self.each(&joined, &chunks, deadline)?;
        }
        Ok(Made { summary: summaries.pop(), read })
    }

    /// Total subwords, and the sentences grouped into chunks of similar length.
    fn chunks(&self, text: &str, sents: &[Range<usize>]) -> (usize, Vec<Range<usize>>) {
        let count = |piece: &str| subwords(self.model.get_tokenizer(), piece);
        let lengths: Vec<usize> = sents.iter().map(|s| count(text.get(s.clone()).unwrap_or_default())).collect();
        let total: usize = lengths.iter().sum();
        let fewest = total.div_ceil(self.limit).max(1);
        // Even chunks: a last chunk of a few words would get a summary longer than itself.
        let even = total.div_ceil(fewest) + lengths.iter().max().copied().unwrap_or(0);
        (total, pack(text, sents.iter().cloned(), even.min(self.limit), count))
    }

    /// The non-empty summary of each chunk. Runs one chunk at a time: in a batch it would be padded, which changes the
    /// last digits and occasionally a word.
    fn each(&self, text: &str, chunks: &[Range<usize>], deadline: &Deadline) -> Result<Vec<String>, StageError> {
        let mut summaries = Vec::new();
        for chunk in chunks {
            if deadline.has_passed() {
                return Err(StageError::timeout());
            }
            let chunk = text.get(chunk.clone()).unwrap_or_default();
            let made = self.model.summarize(&[chunk]);
            let made = made.map_err(|e| StageError::new("no summary could be generated").with_source(e))?;
            // PEGASUS writes `<n>` for a line break.
            summaries.extend(made.iter().map(|s| s.replace("<n>", " ").trim().to_owned()).filter(|s| !s.is_empty()));
        }
        Ok(summaries)
    }
}

/// Joins texts with spaces; also returns the byte range of each.
fn join<T: AsRef<str>>(texts: &[T]) -> (String, Vec<Range<usize>>) {
    let mut joined = String::new();
    let mut places = Vec::with_capacity(texts.len());
    for text in texts {
        if !joined.is_empty() {
            joined.push(' ');
        }
        let start = joined.len();
        joined.push_str(text.as_ref());
        places.push(start..joined.len());
    }
    (joined, places)
}

impl Stage for Abstracts {
    fn name(&self) -> &'static str {
        "abstract"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Abstract]
    }

    fn provenance(&self) -> Provenance {
        self.provenance.clone()
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let sents: Vec<&Sentence> = doc.sents.iter().filter(|s| s.kind.is_prose()).collect();
        let texts: Vec<String> = sents.iter().map(|s| without_special_tokens(doc.slice(s.span))).collect();
        // Without a word to read, the models would generate text all the same.
        if !texts.iter().any(|t| t.contains(char::is_alphanumeric)) {
            doc.abstract_text = None;
            doc.cover(self.name(), 0, 0);
            return Ok(());
        }
        let (joined, places) = join(&texts);
        let ends: Vec<usize> = places.iter().map(|p| p.end).collect();
        let max_chunks = self.max_chunks;
        let deadline = doc.deadline.clone();
        let made = self.worker.call(move |loaded| loaded.summarize(&joined, &places, max_chunks, &deadline))?;
        let length = |sent: &&Sentence| doc.slice(sent.span).chars().count();
        let total: usize = sents.iter().map(length).sum();
        let read = ends.partition_point(|&end| end <= made.read);
        let seen: usize = sents.iter().take(read).map(length).sum();
        let unread = sents.get(read).map(|first| first.span);
        doc.abstract_text = made.summary;
        if let Some(span) = unread {
            let message = format!("the generated summary stops reading after {max_chunks} chunks");
            doc.report(self.name(), ProblemKind::Truncated, message, Some(span));
        }
        doc.cover(self.name(), seen, total);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Search =
        Search { beams: 4, min_length: 5, max_length: 50, length_penalty: 2.0, no_repeat: 3, early_stopping: true };

    #[test]
    fn settings_that_would_make_rust_bert_panic_are_refused() {
        let check = |search: Search, expected: &str| {
            let got = search.check(100).err().map(|e| e.to_string()).unwrap_or_default();
            assert_eq!(got, expected);
        };
        check(GOOD, "");
        check(Search { beams: 0, ..GOOD }, "num_beams is 0, expected 1 or more");
        check(Search { beams: -1, ..GOOD }, "num_beams is -1, expected 1 or more");
        check(Search { max_length: 101, ..GOOD }, "max_length is 101, expected 2 to the model's 100 positions");
        check(Search { max_length: 0, ..GOOD }, "max_length is 0, expected 2 to the model's 100 positions");
        check(Search { min_length: 51, ..GOOD }, "min_length is 51, expected 0 to max_length, 50");
        check(Search { no_repeat: -1, ..GOOD }, "no_repeat_ngram_size is -1, expected 0 or more");
        check(Search { length_penalty: 0.0, ..GOOD }, "length_penalty is 0, expected a number over 0");
        check(Search { length_penalty: f64::NAN, ..GOOD }, "length_penalty is NaN, expected a number over 0");
    }
}
