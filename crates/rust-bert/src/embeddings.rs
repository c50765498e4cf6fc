use std::ops::Range;

use pressmark_core::{Deadline, Document, Layer, Provenance, Rows, Stage, StageError};
use rust_bert::pipelines::sentence_embeddings::{
    SentenceEmbeddingsConfig, SentenceEmbeddingsModel, SentenceEmbeddingsModulesConfig,
    SentenceEmbeddingsSentenceBertConfig, SentenceEmbeddingsTokenizerConfig,
};
use rust_bert::resources::{LocalResource, ResourceProvider};
use serde_json::Value;
use tch::Device;

use crate::folder::{json, read};
use crate::pieces::pack;
use crate::text::without_special_tokens;
use crate::tokens::subwords;
use crate::worker::Worker;
use crate::{Architecture, Error, ModelFolder, Threads};

/// The stage `embed`: one unit vector per sentence, by a sentence-transformers model.
///
/// A sentence longer than the model's limit gets the normalized mean of its pieces' vectors.
pub struct SentenceEmbeddings {
    worker: Worker<Loaded>,
    provenance: Provenance,
}

struct Loaded {
    model: SentenceEmbeddingsModel,
    /// Maximum subwords of a sentence, excluding special tokens.
    limit: usize,
    width: usize,
}

/// Sentences per batch. Set by hand: larger batches take more memory and more padding.
const SENTENCES_AT_ONCE: usize = 16;

/// Number of special tokens, `[CLS]` and `[SEP]`.
const SPECIAL_TOKENS: usize = 2;

impl SentenceEmbeddings {
    /// Creates the stage from a folder in sentence-transformers' layout: in addition to the model's own files, it needs
    /// `modules.json`, `sentence_bert_config.json`, `tokenizer_config.json` and `1_Pooling/config.json`.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Json`] or [`Error::Unfit`] if the folder is not of this kind, [`Error::Load`] if
    /// loading fails.
    pub fn new(folder: ModelFolder, threads: Threads) -> Result<Self, Error> {
        if !matches!(folder.architecture(), Architecture::Bert | Architecture::DistilBert | Architecture::Roberta) {
            let got = folder.architecture();
            return Err(
                folder.unfit(format!("{got:?} gives no sentence vectors, expected BERT, DistilBERT or RoBERTa"))
            );
        }
        let parts = Parts::read(&folder)?;
        let provenance = Provenance {
            stage: "embed",
            model: Some(folder.id()),
            sha256: Some(folder.sha256().to_owned()),
            settings: serde_json::json!({ "backend": "rust-bert", "max_seq_length": parts.max_length }).to_string(),
        };
        let failed = folder.load_error();
        let worker = Worker::start(threads, move || load(&folder, &parts), failed)?;
        Ok(Self { worker, provenance })
    }

    /// Embeds texts as unit vectors.
    ///
    /// # Errors
    /// If the deadline passes or libtorch fails.
    pub fn embed(&self, texts: &[&str], deadline: &Deadline) -> Result<Vec<Vec<f32>>, StageError> {
        let texts: Vec<String> = texts.iter().map(|t| without_special_tokens(t)).collect();
        let deadline = deadline.clone();
        self.worker.call(move |loaded| loaded.embed(&texts, &deadline))
    }
}

/// The files of sentence-transformers besides the model.
struct Parts {
    pooling: LocalResource,
    dense: Option<(LocalResource, LocalResource)>,
    max_length: usize,
}

impl Parts {
    /// Validates every file on which rust-bert would panic.
    fn read(folder: &ModelFolder) -> Result<Self, Error> {
        let path = |file: &str| folder.path().join(file);
        let modules: SentenceEmbeddingsModulesConfig = parse(&path("modules.json"))?;
        let modules = modules.validate().map_err(|e| folder.unfit(e.to_string()))?;
        let limits: SentenceEmbeddingsSentenceBertConfig = parse(&path("sentence_bert_config.json"))?;
        let _: SentenceEmbeddingsTokenizerConfig = parse(&path("tokenizer_config.json"))?;
        let pooling = folder.resource(&format!("{}/config.json", modules.pooling_module().path));
        let settings: Value = parse(&pooling.local_path)?;
        let is_whole = settings.get("word_embedding_dimension").is_some_and(Value::is_u64)
            && ["cls_token", "max_tokens", "mean_tokens", "mean_sqrt_len_tokens"]
                .iter()
                .all(|mode| settings.get(format!("pooling_mode_{mode}")).is_some_and(Value::is_boolean));
        if !is_whole {
            return Err(folder.unfit(format!("{} lacks a pooling mode", pooling.local_path.display())));
        }
        let dense = modules.dense_module().map(|module| {
            let within = |file: &str| folder.resource(&format!("{}/{file}", module.path));
            let weights = ["model.safetensors", "rust_model.ot", "pytorch_model.bin"].map(within);
            let weights = weights.into_iter().find(|w| w.local_path.is_file());
            let wanted = || format!("{}/model.safetensors", module.path);
            let weights =
                weights.ok_or_else(|| Error::Missing { folder: folder.path().to_owned(), wanted: wanted() })?;
            let config = within("config.json");
            let _: Value = parse(&config.local_path)?;
            Ok::<_, Error>((config, weights))
        });
        let max_length = limits.max_seq_length.min(folder.positions());
        if max_length <= SPECIAL_TOKENS {
            return Err(folder.unfit(format!("its max_seq_length of {max_length} leaves no room for a word")));
        }
        Ok(Self { pooling, dense: dense.transpose()?, max_length })
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> Result<T, Error> {
    serde_json::from_str(&read(path)?).map_err(|e| json(path, e))
}

fn load(folder: &ModelFolder, parts: &Parts) -> Result<Loaded, Error> {
    let boxed = |resource: LocalResource| Box::new(resource) as Box<dyn ResourceProvider + Send>;
    let (dense_config, dense_weights) = parts.dense.clone().map(|(c, w)| (boxed(c), boxed(w))).unzip();
    let config = SentenceEmbeddingsConfig {
        modules_config_resource: boxed(folder.resource("modules.json")),
        sentence_bert_config_resource: boxed(folder.resource("sentence_bert_config.json")),
        tokenizer_config_resource: boxed(folder.resource("tokenizer_config.json")),
        tokenizer_vocab_resource: boxed(folder.vocab_resource()),
        tokenizer_merges_resource: folder.merges_resource().map(boxed),
        transformer_type: folder.architecture().model_type(),
        transformer_config_resource: boxed(folder.config_resource()),
        transformer_weights_resource: boxed(LocalResource { local_path: folder.weights().to_owned() }),
        pooling_config_resource: boxed(parts.pooling.clone()),
        dense_config_resource: dense_config,
        dense_weights_resource: dense_weights,
        device: Device::Cpu,
        kind: None,
    };
    let failed = |message: String| Error::Load { folder: folder.path().to_owned(), message };
    let model =
        SentenceEmbeddingsModel::new_with_tokenizer(config, folder.tokenizer()?).map_err(|e| failed(e.to_string()))?;
    let width = model.get_embedding_dim().ok().and_then(|d| usize::try_from(d).ok()).unwrap_or(0);
    Ok(Loaded { model, limit: parts.max_length - SPECIAL_TOKENS, width })
}

impl Loaded {
    fn embed(&self, texts: &[String], deadline: &Deadline) -> Result<Vec<Vec<f32>>, StageError> {
        let count = |text: &str| subwords(self.model.get_tokenizer(), text);
        // Pieces with the index of their text.
        let mut pieces: Vec<(usize, &str)> = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let cut: Vec<Range<usize>> = pack(text, std::iter::once(0..text.len()), self.limit, count);
            pieces.extend(cut.into_iter().map(|range| (index, text.get(range).unwrap_or_default())));
        }
        let mut sums = vec![vec![0.0_f32; self.width]; texts.len()];
        for group in pieces.chunks(SENTENCES_AT_ONCE) {
            if deadline.has_passed() {
                return Err(StageError::timeout());
            }
            let inputs: Vec<&str> = group.iter().map(|(_, piece)| *piece).collect();
            let vectors = self.model.encode(&inputs);
            let vectors = vectors.map_err(|e| StageError::new("no vectors could be made").with_source(e))?;
            for ((index, _), vector) in group.iter().zip(vectors) {
                if vector.len() != self.width {
                    return Err(StageError::new(format!("a vector is {} wide, expected {}", vector.len(), self.width)));
                }
                sums[*index].iter_mut().zip(vector).for_each(|(sum, value)| *sum += value);
            }
        }
        for sum in &mut sums {
            // The minimum guards against dividing a zero vector by zero.
            let norm = sum.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-12);
            sum.iter_mut().for_each(|v| *v /= norm);
        }
        Ok(sums)
    }
}

impl Stage for SentenceEmbeddings {
    fn name(&self) -> &'static str {
        "embed"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::SentVectors]
    }

    fn provenance(&self) -> Provenance {
        self.provenance.clone()
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let texts: Vec<&str> = doc.sents.iter().map(|s| doc.slice(s.span)).collect();
        let total = texts.iter().map(|t| t.chars().count()).sum();
        let vectors = self.embed(&texts, &doc.deadline)?;
        doc.sent_vectors = Rows::new(vectors.first().map_or(0, Vec::len), &vectors.concat());
        doc.cover(self.name(), total, total);
        Ok(())
    }
}
