use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rust_bert::pipelines::common::{ModelResource, ModelType, TokenizerOption};
use rust_bert::resources::LocalResource;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Error, deberta};

/// Supported model families.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Architecture {
    /// BERT.
    Bert,
    /// DistilBERT.
    DistilBert,
    /// ELECTRA.
    Electra,
    /// RoBERTa.
    Roberta,
    /// XLM-RoBERTa.
    XlmRoberta,
    /// BART, and DistilBART with it.
    Bart,
    /// T5.
    T5,
    /// PEGASUS.
    Pegasus,
    /// DeBERTa, the first version.
    Deberta,
    /// DeBERTa, versions 2 and 3.
    DebertaV2,
}

impl Architecture {
    /// Looks up the `model_type` of config.json.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bert" => Self::Bert,
            "distilbert" => Self::DistilBert,
            "electra" => Self::Electra,
            "roberta" => Self::Roberta,
            "xlm-roberta" => Self::XlmRoberta,
            "bart" => Self::Bart,
            "t5" => Self::T5,
            "pegasus" => Self::Pegasus,
            "deberta" => Self::Deberta,
            "deberta-v2" => Self::DebertaV2,
            _ => return None,
        })
    }

    pub(crate) fn model_type(self) -> ModelType {
        match self {
            Self::Bert => ModelType::Bert,
            Self::DistilBert => ModelType::DistilBert,
            Self::Electra => ModelType::Electra,
            Self::Roberta => ModelType::Roberta,
            Self::XlmRoberta => ModelType::XLMRoberta,
            Self::Bart => ModelType::Bart,
            Self::T5 => ModelType::T5,
            Self::Pegasus => ModelType::Pegasus,
            Self::Deberta => ModelType::Deberta,
            Self::DebertaV2 => ModelType::DebertaV2,
        }
    }

    /// Files of its vocabulary.
    fn vocabulary(self) -> &'static [&'static str] {
        match self {
            Self::Bert | Self::DistilBert | Self::Electra => &["vocab.txt"],
            Self::Roberta | Self::Bart | Self::Deberta => &["vocab.json", "merges.txt"],
            Self::DebertaV2 => &["spm.model"],
            Self::XlmRoberta => &["sentencepiece.bpe.model"],
            Self::T5 | Self::Pegasus => &["spiece.model"],
        }
    }

    /// The vocabulary's marker for a space before a word.
    pub(crate) fn word_mark(self) -> Option<&'static str> {
        match self.vocabulary()[0] {
            "vocab.txt" => None,
            "vocab.json" => Some("\u{120}"),
            _ => Some("\u{2581}"),
        }
    }

    /// Validates a configuration on which rust-bert would otherwise panic.
    fn check(self, config: &str) -> serde_json::Result<()> {
        match self {
            Self::Bert => serde_json::from_str::<rust_bert::bert::BertConfig>(config).map(drop),
            Self::DistilBert => serde_json::from_str::<rust_bert::distilbert::DistilBertConfig>(config).map(drop),
            Self::Electra => serde_json::from_str::<rust_bert::electra::ElectraConfig>(config).map(drop),
            Self::Roberta | Self::XlmRoberta => {
                serde_json::from_str::<rust_bert::roberta::RobertaConfig>(config).map(drop)
            }
            Self::Bart => serde_json::from_str::<rust_bert::bart::BartConfig>(config).map(drop),
            Self::T5 => serde_json::from_str::<rust_bert::t5::T5Config>(config).map(drop),
            Self::Pegasus => serde_json::from_str::<rust_bert::pegasus::PegasusConfig>(config).map(drop),
            Self::Deberta | Self::DebertaV2 => serde_json::from_str::<deberta::Config>(config).map(drop),
        }
    }
}

/// A model on disk in the layout of the Hugging Face hub: `config.json`, the weights (the first of `model.safetensors`,
/// `rust_model.ot` and `pytorch_model.bin`), and the files of its vocabulary (`vocab.txt`, `vocab.json` with
/// `merges.txt`, or a SentencePiece model).
///
/// libtorch itself reads `.ot` and `.bin`; Python code in them is not executed.
#[derive(Clone, Debug)]
pub struct ModelFolder {
    path: PathBuf,
    name: String,
    revision: String,
    sha256: String,
    architecture: Architecture,
    config: Value,
    weights: PathBuf,
}

/// File names of weights in order of preference: the safest and fastest to load first.
const WEIGHTS: [&str; 3] = ["model.safetensors", "rust_model.ot", "pytorch_model.bin"];

/// Positions assumed for T5, which has no position table: it was trained on windows of 512.
const T5_POSITIONS: usize = 512;

/// Minimum positions of a model. Set by hand: fewer leave hardly any room beside the special tokens.
const FEWEST_POSITIONS: usize = 8;

impl ModelFolder {
    /// Opens a folder: locates its files, reads its configuration and hashes its weights.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Read`], [`Error::Json`], or [`Error::Unfit`] for an unsupported architecture.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        let config_path = path.join("config.json");
        let text = read(&config_path)?;
        let config: Value = serde_json::from_str(&text).map_err(|e| json(&config_path, e))?;
        let unfit = |problem| Error::Unfit { folder: path.clone(), problem };
        let Some(model_type) = config.get("model_type").and_then(Value::as_str) else {
            return Err(unfit("its config.json names no model_type".into()));
        };
        let Some(architecture) = Architecture::named(model_type) else {
            return Err(unfit(format!(
                "its model_type is {model_type:?}, expected bert, distilbert, electra, roberta, xlm-roberta, deberta, \
                 deberta-v2, bart, t5 or pegasus"
            )));
        };
        architecture.check(&text).map_err(|e| json(&config_path, e))?;
        for file in architecture.vocabulary() {
            if !path.join(file).is_file() {
                let beside =
                    if path.join("tokenizer.json").is_file() { " (tokenizer.json alone will not do)" } else { "" };
                return Err(Error::Missing { folder: path, wanted: format!("{file}{beside}") });
            }
        }
        let Some(weights) = WEIGHTS.iter().map(|name| path.join(name)).find(|path| path.is_file()) else {
            let parts = if path.join("model.safetensors.index.json").is_file() {
                " (weights in parts are not read)"
            } else {
                ""
            };
            return Err(Error::Missing { wanted: format!("{}{parts}", WEIGHTS.join(", ")), folder: path });
        };
        let sha256 = hash(&weights).map_err(|source| Error::Read { path: weights.clone(), source })?;
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let folder = Self { path, name, revision: "local".into(), sha256, architecture, config, weights };
        if folder.positions() < FEWEST_POSITIONS {
            return Err(folder.unfit(format!("it has {} positions, expected {FEWEST_POSITIONS}", folder.positions())));
        }
        Ok(folder)
    }

    /// Sets the name and revision for provenance. Default: the folder's name and `local`.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>, revision: impl Into<String>) -> Self {
        (self.name, self.revision) = (name.into(), revision.into());
        self
    }

    /// Checks that the weights have this SHA-256 (hex).
    ///
    /// # Errors
    /// [`Error::Hash`] if they have another.
    pub fn expecting(self, sha256: &str) -> Result<Self, Error> {
        if self.sha256.eq_ignore_ascii_case(sha256) {
            return Ok(self);
        }
        Err(Error::Hash { path: self.weights, expected: sha256.to_owned(), got: self.sha256 })
    }

    /// The folder's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the weights.
    #[must_use]
    pub fn weights(&self) -> &Path {
        &self.weights
    }

    /// The model's family.
    #[must_use]
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// Name and revision as in provenance.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.name, self.revision)
    }

    /// SHA-256 of the weights, in hex.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Maximum subwords per input, special tokens included.
    #[must_use]
    pub fn positions(&self) -> usize {
        let number = |key: &str| self.config.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let own = match self.architecture {
            Architecture::T5 => number("n_positions").unwrap_or(T5_POSITIONS),
            // Positions start after the padding index, so the table's first rows are unused.
            Architecture::Roberta | Architecture::XlmRoberta => {
                let before = number("pad_token_id").unwrap_or(1) + 1;
                number("max_position_embeddings").unwrap_or(0).saturating_sub(before)
            }
            _ => number("max_position_embeddings").unwrap_or(0),
        };
        // The tokenizer's limit may be lower; a huge number there means unset.
        let tokenizer = self.tokenizer_setting("model_max_length").and_then(|v| v.as_u64());
        tokenizer.and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0).map_or(own, |n| n.min(own))
    }

    pub(crate) fn config(&self) -> &Value {
        &self.config
    }

    /// The part of the configuration that builds a DeBERTa; `None` for other models.
    pub(crate) fn deberta(&self) -> Result<Option<deberta::Config>, Error> {
        if !matches!(self.architecture, Architecture::Deberta | Architecture::DebertaV2) {
            return Ok(None);
        }
        let path = self.path.join("config.json");
        let config: deberta::Config = serde_json::from_str(&read(&path)?).map_err(|e| json(&path, e))?;
        match config.refusal() {
            Some(problem) => Err(self.unfit(problem)),
            None => Ok(Some(config)),
        }
    }

    pub(crate) fn unfit(&self, problem: String) -> Error {
        Error::Unfit { folder: self.path.clone(), problem }
    }

    pub(crate) fn load_error(&self) -> impl FnOnce(String) -> Error + 'static {
        let folder = self.path.clone();
        move |message| Error::Load { folder, message }
    }

    /// Labels of a classifier, in the order of its outputs.
    pub(crate) fn labels(&self) -> Result<Vec<String>, Error> {
        let table = self.config.get("id2label").and_then(Value::as_object);
        let table =
            table.ok_or_else(|| self.unfit("its config.json has no id2label: it is not a classifier".into()))?;
        let label = |id: usize| table.get(&id.to_string()).and_then(Value::as_str).map(str::to_owned);
        let labels: Option<Vec<String>> = (0..table.len()).map(label).collect();
        labels.ok_or_else(|| self.unfit(format!("its id2label does not number labels from 0 to {}", table.len() - 1)))
    }

    pub(crate) fn config_resource(&self) -> LocalResource {
        self.resource("config.json")
    }

    pub(crate) fn resource(&self, file: &str) -> LocalResource {
        LocalResource { local_path: self.path.join(file) }
    }

    pub(crate) fn weights_resource(&self) -> ModelResource {
        ModelResource::Torch(Box::new(LocalResource { local_path: self.weights.clone() }))
    }

    pub(crate) fn vocab_resource(&self) -> LocalResource {
        self.resource(self.architecture.vocabulary()[0])
    }

    pub(crate) fn merges_resource(&self) -> Option<LocalResource> {
        self.architecture.vocabulary().get(1).map(|file| self.resource(file))
    }

    /// Creates the tokenizer, with the applicable settings of tokenizer_config.json.
    pub(crate) fn tokenizer(&self) -> Result<TokenizerOption, Error> {
        let architecture = self.architecture;
        let flag = |key: &str| self.tokenizer_setting(key).and_then(|v| v.as_bool());
        let (vocab, merges) = (self.vocab_resource(), self.merges_resource());
        let strip = matches!(architecture, Architecture::Bert | Architecture::DistilBert | Architecture::Electra);
        let prefix = matches!(architecture, Architecture::Roberta | Architecture::Bart);
        let path = |resource: &LocalResource| {
            let problem = || self.unfit("its path is not UTF-8, which rust-bert needs".into());
            resource.local_path.to_str().map(str::to_owned).ok_or_else(problem)
        };
        let merges = merges.as_ref().map(path).transpose()?;
        TokenizerOption::from_file(
            architecture.model_type(),
            &path(&vocab)?,
            merges.as_deref(),
            self.lower_case()?,
            flag("strip_accents").filter(|_| strip),
            flag("add_prefix_space").filter(|_| prefix),
        )
        .map_err(|e| Error::Load { folder: self.path.clone(), message: e.to_string() })
    }

    /// The unknown subword, if its tokenizer emits one per byte.
    pub(crate) fn fused(&self, tokenizer: &TokenizerOption) -> Option<i64> {
        (self.architecture == Architecture::DebertaV2).then(|| tokenizer.get_unk_id())
    }

    /// Whether the model is uncased, according to its tokenizer settings, else its vocabulary.
    fn lower_case(&self) -> Result<bool, Error> {
        if let Some(lower) = self.tokenizer_setting("do_lower_case").and_then(|v| v.as_bool()) {
            return Ok(lower);
        }
        if self.architecture.vocabulary() != ["vocab.txt"] {
            return Ok(false);
        }
        let words = read(&self.path.join("vocab.txt"))?;
        Ok(!words.lines().filter(|w| !w.starts_with('[')).any(|w| w.contains(char::is_uppercase)))
    }

    fn tokenizer_setting(&self, key: &str) -> Option<Value> {
        let text = fs::read_to_string(self.path.join("tokenizer_config.json")).ok()?;
        serde_json::from_str::<Value>(&text).ok()?.get(key).cloned()
    }

    /// Reads a JSON file of the folder, if it exists.
    pub(crate) fn json(&self, file: &str) -> Result<Option<Value>, Error> {
        let path = self.path.join(file);
        if !path.is_file() {
            return Ok(None);
        }
        serde_json::from_str(&read(&path)?).map(Some).map_err(|e| json(&path, e))
    }
}

pub(crate) fn json(path: &Path, source: serde_json::Error) -> Error {
    Error::Json { path: path.to_owned(), source }
}

pub(crate) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| match (source.kind(), path.parent(), path.file_name()) {
        (io::ErrorKind::NotFound, Some(folder), Some(file)) => {
            Error::Missing { folder: folder.to_owned(), wanted: file.to_string_lossy().into_owned() }
        }
        _ => Error::Read { path: path.to_owned(), source },
    })
}

/// SHA-256 of a file, read in blocks because weights are large.
fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(pressmark_core::hex(&hasher.finalize()))
}
