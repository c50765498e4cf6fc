//! `config.json`: what the bundle says of itself, checked before anything is read by it.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::Error;

/// The layout of a bundle, as its manifest and its configuration name it.
pub(crate) const FORMAT: &str = "pressmark-bundle/1";

/// Limits that no sensible encoder on a CPU comes near (BERT-large: 1024, 24, 4096, 512). They
/// keep products of sizes far from overflow and scratch memory in bounds whatever a file says.
const MAX_HIDDEN: usize = 4096;
const MAX_LAYERS: usize = 64;
const MAX_INTERMEDIATE: usize = 16_384;
const MAX_POSITIONS: usize = 8192;
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
    /// Scripts that the vocabulary covers, as ISO 15924 has them.
    pub(crate) scripts: Vec<String>,
    /// Whether the vocabulary tells "Apple" from "apple".
    #[serde(default)]
    pub(crate) cased: bool,
    /// Longest word that the tokenizer makes subwords of (`max_input_chars_per_word` of BERT's: of what is longer WordPiece
    /// makes `[UNK]`); `null` for any.
    // Written even where it is null: a limit that is forgotten would leave words unread in silence.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) max_word_chars: Option<usize>,
    /// How sentence vectors are made of hidden states.
    #[serde(default)]
    pub(crate) pooling: Pooling,
    pub(crate) encoder: EncoderConfig,
    pub(crate) max_window: usize,
    /// None where case and the like are left to the vocabulary.
    #[serde(default)]
    pub(crate) shapes: Vec<String>,
    #[serde(default)]
    pub(crate) heads: Vec<HeadConfig>,
}

/// How the vector of a sentence is made of the hidden states of its subwords.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Pooling {
    /// Their mean, special subwords left out.
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
    /// Row of the position table that the first subword of a window takes: 2 in RoBERTa and XLM-R, which keep the rows
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
    /// One an output; none for a head that gives a vector.
    pub(crate) labels: Vec<String>,
    pub(crate) layers: Vec<HeadLayerConfig>,
    #[serde(default)]
    pub(crate) calibration: Calibration,
    #[serde(default)]
    pub(crate) thresholds: Option<Vec<f32>>,
}

/// What the outputs of a head are.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Output {
    /// Logits of labels that exclude each other: probabilities by [`softmax`](crate::softmax).
    Softmax,
    /// Logits of labels that stand alone: probabilities by [`sigmoid`](crate::sigmoid).
    Sigmoid,
    /// A vector without labels, for comparing with others of its kind.
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
    /// What is added to the logit of the first sentence of a text; of the second half as much, and so on.
    pub(crate) lead: Option<f32>,
    pub(crate) vote: Option<Vote>,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { temperature: 1.0, lead: None, vote: None }
    }
}

/// Weights of a vote over a document on the label of a mention: how much each log-probability of a label counts.
///
/// They were learnt on texts that were kept from training; 1, 0 and 0 leave every mention its own label.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub struct Vote {
    /// Of what the mention's own words say.
    pub own: f32,
    /// Of the mean of the other mentions of the same words.
    pub same: f32,
    /// Of the mean of mentions whose words begin or end with these.
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
        // Word shapes travel as bytes.
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
            Some(thresholds) if thresholds.len() != self.labels.len() => {
                Err(wrong(&key("thresholds.length"), &format!("{}, one a label", self.labels.len()), thresholds.len()))
            }
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

/// Refuses a size that is not in `1..=most`.
fn within(key: &str, got: usize, most: usize) -> Result<(), Error> {
    if (1..=most).contains(&got) { Ok(()) } else { Err(wrong(key, &format!("1 to {most}"), got)) }
}
