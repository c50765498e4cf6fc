use std::sync::Arc;

use pressmark_core::{Deadline, StageError};
use rust_bert::pipelines::common::TokenizerOption;
use rust_bert::pipelines::zero_shot_classification::{ZeroShotClassificationConfig, ZeroShotClassificationOption};
use rust_tokenizers::tokenizer::TruncationStrategy;
use tch::{Device, Kind, Tensor, no_grad};

use crate::batch::{Batch, fuse_unknown};
use crate::deberta::{Deberta, Task};
use crate::pieces::pack;
use crate::text::without_special_tokens;
use crate::tokens::subwords;
use crate::worker::Worker;
use crate::{Architecture, Error, ModelFolder, Threads};

/// A natural language inference model: how strongly a premise entails a hypothesis.
///
/// Cheap to clone: the stages that use it share one copy.
#[derive(Clone)]
pub struct Entailment {
    worker: Arc<Worker<Loaded>>,
    id: String,
    sha256: String,
}

struct Loaded {
    model: Model,
    tokenizer: TokenizerOption,
    contradiction: i64,
    entailment: i64,
    positions: usize,
    pad: i64,
    /// The unknown subword, if runs of it must be merged.
    fused: Option<i64>,
}

enum Model {
    RustBert {
        model: Box<ZeroShotClassificationOption>,
        /// Whether it distinguishes premise and hypothesis by segment; other models have a single segment.
        segments: bool,
    },
    Deberta(Box<Deberta>),
}

impl Model {
    /// Logits of each label, for each pair.
    fn logits(&self, batch: &Batch) -> Tensor {
        match self {
            Self::RustBert { model, segments } => {
                let segments = segments.then_some(&batch.segments);
                no_grad(|| model.forward_t(Some(&batch.ids), Some(&batch.mask), segments, None, None, false))
            }
            Self::Deberta(model) => model.logits(batch),
        }
    }
}

/// Pairs per batch. Set by hand: larger batches take more memory and more padding.
const PAIRS_AT_ONCE: usize = 16;

/// Maximum number of special tokens around a pair: four in RoBERTa and BART, three in the others.
const SPECIAL_TOKENS: usize = 4;

impl Entailment {
    /// Loads a model trained on natural language inference with three labels.
    ///
    /// The order of its labels comes from `id2label`.
    ///
    /// # Errors
    /// [`Error::Unfit`] if the folder holds no such model, [`Error::Load`] if loading fails.
    pub fn new(folder: ModelFolder, threads: Threads) -> Result<Self, Error> {
        let labels = folder.labels()?;
        let find = |name: &str| labels.iter().position(|l| l.eq_ignore_ascii_case(name));
        let places = (find("contradiction"), find("neutral"), find("entailment"));
        let (Some(contradiction), Some(_), Some(entailment), 3) = (places.0, places.1, places.2, labels.len()) else {
            let got = labels.join(", ");
            return Err(folder.unfit(format!("its labels are {got}, expected contradiction, neutral and entailment")));
        };
        let (id, sha256) = (folder.id(), folder.sha256().to_owned());
        let failed = folder.load_error();
        let load = move || load(&folder, contradiction as i64, entailment as i64);
        Ok(Self { worker: Arc::new(Worker::start(threads, load, failed)?), id, sha256 })
    }

    /// Name and revision of the model.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// SHA-256 of the weights, in hex.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// How strongly each premise entails each hypothesis, in [0, 1]: one row per premise, one column per hypothesis.
    ///
    /// Entailment against contradiction, as in transformers' zero-shot pipeline with `multi_label`. A premise longer
    /// than the model's positions is read in pieces, of which the maximum counts.
    ///
    /// # Errors
    /// If a hypothesis alone fills the model's positions, the deadline passes, or libtorch fails.
    pub fn judge(
        &self,
        premises: &[&str],
        hypotheses: &[&str],
        deadline: &Deadline,
    ) -> Result<Vec<Vec<f32>>, StageError> {
        // rust_tokenizers panics on an empty text for DeBERTa.
        let some = |text: &str| if text.is_empty() { " ".to_owned() } else { without_special_tokens(text) };
        let own = |texts: &[&str]| texts.iter().map(|t| some(t)).collect::<Vec<_>>();
        let (premises, hypotheses) = (own(premises), own(hypotheses));
        let deadline = deadline.clone();
        self.worker.call(move |loaded| loaded.judge(&premises, &hypotheses, &deadline))
    }

    /// Checks that hypotheses leave room for a premise.
    ///
    /// # Errors
    /// [`Error::Setting`] with the first one that does not.
    pub(crate) fn check<'a>(&self, hypotheses: impl Iterator<Item = &'a str>) -> Result<(), Error> {
        for hypothesis in hypotheses {
            if let Err(error) = self.judge(&["a"], &[hypothesis], &Deadline::default()) {
                let got = format!("{hypothesis:?}");
                return Err(Error::Setting {
                    setting: "hypothesis",
                    got,
                    expected: format!("one that can be judged: {error}"),
                });
            }
        }
        Ok(())
    }
}

fn load(folder: &ModelFolder, contradiction: i64, entailment: i64) -> Result<Loaded, Error> {
    let failed = |message: String| Error::Load { folder: folder.path().to_owned(), message };
    let model = match folder.deberta()? {
        Some(config) => {
            Model::Deberta(Box::new(Deberta::load(folder.weights(), &config, Task::Pairs).map_err(failed)?))
        }
        None => rust_bert(folder).map_err(failed)?,
    };
    let tokenizer = folder.tokenizer()?;
    let pad = tokenizer.get_pad_id().ok_or_else(|| folder.unfit("its vocabulary has no padding".into()))?;
    let (positions, fused) = (folder.positions(), folder.fused(&tokenizer));
    Ok(Loaded { model, tokenizer, contradiction, entailment, positions, pad, fused })
}

fn rust_bert(folder: &ModelFolder) -> Result<Model, String> {
    // rust-bert misreads XLM-R's configuration as BERT's here and rejects it; as RoBERTa, whose architecture it has, it
    // loads.
    let model_type = match folder.architecture() {
        Architecture::XlmRoberta => Architecture::Roberta.model_type(),
        other => other.model_type(),
    };
    let mut config = ZeroShotClassificationConfig::new(
        model_type,
        folder.weights_resource(),
        folder.config_resource(),
        folder.vocab_resource(),
        folder.merges_resource(),
        false,
        None,
        None,
    );
    config.device = Device::Cpu;
    let model = ZeroShotClassificationOption::new(&config).map_err(|e| e.to_string())?;
    let types = folder.config().get("type_vocab_size").and_then(serde_json::Value::as_u64).unwrap_or(0);
    Ok(Model::RustBert { model: Box::new(model), segments: types > 1 })
}

impl Loaded {
    fn judge(
        &self,
        premises: &[String],
        hypotheses: &[String],
        deadline: &Deadline,
    ) -> Result<Vec<Vec<f32>>, StageError> {
        let longest = hypotheses.iter().map(|h| subwords(&self.tokenizer, h)).max().unwrap_or(0);
        let room = self.positions.saturating_sub(longest + SPECIAL_TOKENS);
        if room == 0 {
            let positions = self.positions;
            return Err(StageError::new(format!(
                "a hypothesis of {longest} subwords fills the model's {positions} positions"
            )));
        }
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        let mut places = Vec::new();
        for (row, premise) in premises.iter().enumerate() {
            let whole = 0..premise.len();
            for piece in pack(premise, [whole], room, |text| subwords(&self.tokenizer, text)) {
                for (column, hypothesis) in hypotheses.iter().enumerate() {
                    pairs.push((premise.get(piece.clone()).unwrap_or_default(), hypothesis));
                    places.push((row, column));
                }
            }
        }
        let mut judged = vec![vec![0.0_f32; hypotheses.len()]; premises.len()];
        for (group, places) in pairs.chunks(PAIRS_AT_ONCE).zip(places.chunks(PAIRS_AT_ONCE)) {
            if deadline.has_passed() {
                return Err(StageError::timeout());
            }
            for (score, &(row, column)) in self.entailed(group)?.into_iter().zip(places) {
                let cell = &mut judged[row][column];
                *cell = cell.max(score);
            }
        }
        Ok(judged)
    }

    /// How strongly the first text of each pair entails the second.
    fn entailed(&self, pairs: &[(&str, &str)]) -> Result<Vec<f32>, StageError> {
        let mut encoded = self.tokenizer.encode_pair_list(pairs, self.positions, &TruncationStrategy::LongestFirst, 0);
        if encoded.iter().any(|e| e.num_truncated_tokens > 0) {
            return Err(StageError::new("a pair is longer than the model's positions"));
        }
        if let Some(unknown) = self.fused {
            encoded.iter_mut().for_each(|input| fuse_unknown(input, unknown));
        }
        let logits = self.model.logits(&Batch::new(&encoded, self.pad));
        let order = Tensor::from_slice(&[self.contradiction, self.entailment]);
        let scores = logits.index_select(-1, &order).softmax(-1, Kind::Float).select(-1, 1);
        Vec::<f32>::try_from(scores).map_err(|e| StageError::new("libtorch gave no scores").with_source(e))
    }
}
