//! `config.json`, validated before anything relies on it.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::Error;

/// Format identifier in manifest and configuration.
pub(crate) const FORMAT: &str = "pressmark-bundle/1";

/// Maximum width of a hidden state. Like the limits below, set by hand: no sensible encoder for CPUs comes near them
/// (BERT-large: hidden 1024, 24 layers, intermediate 4096, 512 positions), and they keep products of sizes far from
/// overflow and scratch memory bounded whatever a file says.
const MAX_HIDDEN: usize = 4096;
/// Maximum number of layers.
const MAX_LAYERS: usize = 64;
/// Maximum width of the feed-forward layer.
const MAX_INTERMEDIATE: usize = 16_384;
/// Maximum number of rows of the position table.
const MAX_POSITIONS: usize = 8192;
/// Maximum number of subwords.
const MAX_VOCABULARY: usize = 4_000_000;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Config {
    pub(crate) format: String,
    pub(crate) name: String,
    pub(crate) version: String,
    /// SPDX expression of the weights' licence.
    #[serde(default)]
    pub(crate) licence: Option<String>,
    /// Languages whose data the model was trained on.
    pub(crate) languages: Vec<String>,
    /// Languages that it reads by transfer, untested.
    #[serde(default)]
    pub(crate) transfer_languages: Vec<String>,
    /// Scripts that the vocabulary covers, as ISO 15924 codes.
    pub(crate) scripts: Vec<String>,
    /// Whether the vocabulary distinguishes "Apple" from "apple".
    #[serde(default)]
    pub(crate) cased: bool,
    /// Longest word, in characters, that the tokenizer splits into subwords (`max_input_chars_per_word` of BERT's
    /// WordPiece, which maps longer ones to `[UNK]`); `null` for no limit.
    // Required even if null: a forgotten limit would leave words unread in silence.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) max_word_chars: Option<usize>,
    /// How sentence vectors are computed from hidden states.
    #[serde(default)]
    pub(crate) pooling: Pooling,
    pub(crate) encoder: EncoderConfig,
    pub(crate) max_window: usize,
    /// Empty if the vocabulary itself encodes case and the like.
    #[serde(default)]
    pub(crate) shapes: Vec<String>,
    #[serde(default)]
    pub(crate) heads: Vec<HeadConfig>,
}

/// How the vector of a sentence is computed from the hidden states of its subwords.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Pooling {
    /// Their mean, excluding special subwords.
    #[default]
    Mean,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EncoderConfig {
    pub(crate) hidden_size: usize,
    pub(crate) layers: usize,
    pub(crate) attention_heads: usize,
    pub(crate) intermediate_size: usize,
    pub(crate) max_positions: usize,
    /// Row of the position table for the first subword of a window: 2 in RoBERTa and XLM-R, which reserve the rows
    /// before it for padding.
    #[serde(default)]
    pub(crate) position_offset: usize,
    pub(crate) vocab_size: usize,
    pub(crate) layer_norm_eps: f32,
    pub(crate) activation: Activation,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HeadConfig {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) input: String,
    pub(crate) output: Output,
    /// One per output; empty for a head that outputs a vector.
    pub(crate) labels: Vec<String>,
    pub(crate) layers: Vec<HeadLayerConfig>,
    #[serde(default)]
    pub(crate) calibration: Calibration,
    #[serde(default)]
    pub(crate) thresholds: Option<Vec<f32>>,
}

/// Interpretation of a head's outputs.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Output {
    /// Logits of mutually exclusive labels; probabilities by [`softmax`](crate::softmax).
    Softmax,
    /// Logits of independent labels; probabilities by [`sigmoid`](crate::sigmoid).
    Sigmoid,
    /// A vector without labels, to be compared with others of its kind.
    Vector,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HeadLayerConfig {
    pub(crate) activation: Activation,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Calibration {
    pub(crate) temperature: f32,
    /// Added to the logit of a text's first sentence, half of it to the second's, a third to the third's, and so on.
    pub(crate) lead: Option<f32>,
    pub(crate) vote: Option<Vote>,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { temperature: 1.0, lead: None, vote: None }
    }
}

/// Weights of a document-level vote on a mention's label, applied to each label's log-probability.
///
/// Fitted on held-out texts; with 1, 0 and 0, every mention keeps its own label.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub struct Vote {
    /// Weight of the mention's own prediction.
    pub own: f32,
    /// Weight of the mean over other mentions with the same words.
    pub same: f32,
    /// Weight of the mean over mentions that begin or end with these words.
    pub longer: f32,
}

impl Vote {
    fn is_finite(&self) -> bool {
        [self.own, self.same, self.longer].iter().all(|weight| weight.is_finite())
    }
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Activation {
    None,
    Gelu,
    Tanh,
    Relu,
}

impl Config {
    pub(crate) fn parse(json: &[u8]) -> Result<Self, Error> {
        let config: Self = serde_json::from_slice(json).map_err(|source| Error::json("config.json", source))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), Error> {
        if self.format != FORMAT {
            return Err(wrong("format", FORMAT, &self.format));
        }
        self.encoder.check()?;
        let positions = self.encoder.max_positions.saturating_sub(self.encoder.position_offset);
        within("max_window", self.max_window, positions)?;
        // Word shapes are stored as bytes.
        if self.shapes.len() > 256 {
            return Err(wrong("shapes.length", "at most 256", self.shapes.len()));
        }
        if self.max_word_chars == Some(0) {
            return Err(wrong("max_word_chars", "a positive number or null", 0));
        }
        check_codes("languages", &self.languages, "codes of ISO 639, such as en", is_language)?;
        check_codes("transfer_languages", &self.transfer_languages, "codes of ISO 639, such as en", is_language)?;
        check_codes("scripts", &self.scripts, "codes of ISO 15924, such as Latn", is_script)?;
        let mut names = BTreeSet::new();
        for head in &self.heads {
            if !names.insert(&head.name) {
                return Err(wrong("heads", "each name once", &head.name));
            }
            head.check()?;
        }
        Ok(())
    }
}

impl EncoderConfig {
    fn check(&self) -> Result<(), Error> {
        within("encoder.hidden_size", self.hidden_size, MAX_HIDDEN)?;
        within("encoder.layers", self.layers, MAX_LAYERS)?;
        within("encoder.intermediate_size", self.intermediate_size, MAX_INTERMEDIATE)?;
        within("encoder.max_positions", self.max_positions, MAX_POSITIONS)?;
        within("encoder.vocab_size", self.vocab_size, MAX_VOCABULARY)?;
        within("encoder.attention_heads", self.attention_heads, self.hidden_size)?;
        if !self.hidden_size.is_multiple_of(self.attention_heads) {
            return Err(wrong(
                "encoder.attention_heads",
                &format!("a divisor of hidden_size {}", self.hidden_size),
                self.attention_heads,
            ));
        }
        if !(self.layer_norm_eps > 0.0 && self.layer_norm_eps < 1.0) {
            return Err(wrong("encoder.layer_norm_eps", "a number between 0 and 1", self.layer_norm_eps));
        }
        if self.activation != Activation::Gelu {
            return Err(wrong("encoder.activation", "gelu", format!("{:?}", self.activation).to_lowercase()));
        }
        Ok(())
    }
}

impl HeadConfig {
    fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("heads.{}.{name}", self.name);
        // At most 8, set by hand: a head is a few small layers.
        within(&key("layers.length"), self.layers.len(), 8)?;
        if self.labels.is_empty() != (self.output == Output::Vector) {
            let expected = "labels unless the output is a vector";
            return Err(wrong(&key("labels.length"), expected, self.labels.len()));
        }
        let temperature = self.calibration.temperature;
        if !(temperature > 0.0 && temperature.is_finite()) {
            return Err(wrong(&key("calibration.temperature"), "a positive number", temperature));
        }
        if let Some(lead) = self.calibration.lead.filter(|lead| !lead.is_finite()) {
            return Err(wrong(&key("calibration.lead"), "a number", lead));
        }
        if let Some(vote) = self.calibration.vote.filter(|vote| !vote.is_finite()) {
            return Err(wrong(&key("calibration.vote"), "numbers", format!("{vote:?}")));
        }
        match &self.thresholds {
            Some(thresholds) if thresholds.len() != self.labels.len() => Err(wrong(
                &key("thresholds.length"),
                &format!("{}, one per label", self.labels.len()),
                thresholds.len(),
            )),
            // Set by hand: a threshold nearer to 0 or 1 would shift logits by more than ln 99.
            Some(thresholds) => match thresholds.iter().find(|t| !(0.01..=0.99).contains(*t)) {
                Some(wide) => Err(wrong(&key("thresholds"), "numbers from 0.01 to 0.99", wide)),
                None => Ok(()),
            },
            None => Ok(()),
        }
    }
}

fn check_codes(key: &str, codes: &[String], expected: &str, is_code: fn(&str) -> bool) -> Result<(), Error> {
    match codes.iter().find(|code| !is_code(code)) {
        Some(code) => Err(wrong(key, expected, code)),
        None => Ok(()),
    }
}

fn is_language(code: &str) -> bool {
    matches!(code.len(), 2 | 3) && code.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_script(code: &str) -> bool {
    let (first, rest) = code.split_at_checked(1).unwrap_or_default();
    code.len() == 4
        && first.bytes().all(|byte| byte.is_ascii_uppercase())
        && rest.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn wrong(key: &str, expected: &str, got: impl ToString) -> Error {
    Error::Config { key: key.to_owned(), expected: expected.to_owned(), got: got.to_string() }
}

/// Rejects a size outside `1..=most`.
fn within(key: &str, got: usize, most: usize) -> Result<(), Error> {
    if (1..=most).contains(&got) { Ok(()) } else { Err(wrong(key, &format!("1 to {most}"), got)) }
}
