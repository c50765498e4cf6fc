//! Fitted heads as stored in a codebook: one linear classifier per frame.

use std::fmt::Write as _;

use ndarray::ArrayView1;
use pressmark_core::hex;
use pressmark_encoder::sigmoid;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::math::log_odds;

/// The `[fit]` section that [`fit`](crate::fit()) writes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fit {
    /// Id (name and version) of the bundle whose sentence vectors the weights apply to.
    pub(crate) model: String,
    /// SHA-256 of the bundle's weights.
    pub(crate) sha256: String,
    /// Number of texts it was fitted on.
    pub(crate) examples: usize,
    /// Median number of sentences of those texts; `None` in fits from earlier versions.
    #[serde(default)]
    pub(crate) median_sentences: Option<usize>,
    /// [`digest`]s of the texts, sorted; empty in fits from earlier versions.
    #[serde(default)]
    pub(crate) texts: Vec<String>,
    pub(crate) head: Vec<LinearHead>,
}

/// One frame's classifier, over a sentence vector and the log-odds of the unfitted score.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinearHead {
    pub(crate) label: String,
    /// Number of texts with the frame among the examples.
    pub(crate) examples: usize,
    pub(crate) bias: f32,
    /// Weight of the unfitted score's log-odds.
    pub(crate) prior: f32,
    pub(crate) weights: Vec<f32>,
}

impl LinearHead {
    /// The probability of the frame for a unit vector; `base` is the unfitted probability.
    pub(crate) fn score(&self, vector: ArrayView1<'_, f32>, base: f32) -> f32 {
        let sum: f32 = self.weights.iter().zip(vector).map(|(w, x)| w * x).sum();
        sigmoid(sum + self.prior * log_odds(base) + self.bias)
    }
}

/// Fingerprint of a text: the first 16 hex digits (64 bits) of the SHA-256 of its words. White space is normalised, so
/// that a text is recognised in a file of another format; 64 bits make an accidental collision among any realistic
/// number of texts negligible.
pub(crate) fn digest(text: &str) -> String {
    let mut hash = Sha256::new();
    for word in text.split_whitespace() {
        hash.update(word);
        hash.update(" ");
    }
    let mut digest = hex(&hash.finalize());
    digest.truncate(16);
    digest
}

/// Separates a codebook's own text from the appended fit.
const MARK: &str = "# --- Learnt from coded texts by `pressmark codebook fit`; not for editing. ---";

/// A codebook's TOML without its fit.
pub(crate) fn without_fit(toml: &str) -> &str {
    toml.split_once(MARK).map_or(toml, |(before, _)| before).trim_end()
}

/// A codebook's TOML with the `[fit]` section appended, replacing an earlier one.
pub(crate) fn with_fit(toml: &str, fit: &Fit) -> String {
    let mut text = format!("{}\n\n{MARK}\n[fit]\n", without_fit(toml));
    // A JSON string is also a TOML basic string, except for DEL, which TOML requires to be escaped.
    let quoted = |text: &str| serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F");
    let (model, sha256) = (quoted(&fit.model), quoted(&fit.sha256));
    let _ = writeln!(text, "model = {model}\nsha256 = {sha256}\nexamples = {}", fit.examples);
    if let Some(median) = fit.median_sentences {
        let _ = writeln!(text, "median_sentences = {median}");
    }
    if !fit.texts.is_empty() {
        let texts: Vec<String> = fit.texts.iter().map(|digest| quoted(digest)).collect();
        let _ = writeln!(text, "texts = [{}]", texts.join(", "));
    }
    for head in &fit.head {
        let weights: Vec<String> = head.weights.iter().map(|w| format!("{w:.5}")).collect();
        let _ = writeln!(
            text,
            "\n[[fit.head]]\nlabel = {}\nexamples = {}\nbias = {:.5}\nprior = {:.5}\nweights = [{}]",
            quoted(&head.label),
            head.examples,
            head.bias,
            head.prior,
            weights.join(", ")
        );
    }
    text
}
