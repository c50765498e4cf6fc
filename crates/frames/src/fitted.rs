//! What a fit learnt, as a codebook carries it: a linear classifier for each frame.

use std::fmt::Write as _;

use ndarray::ArrayView1;
use pressmark_core::hex;
use pressmark_encoder::sigmoid;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::math::log_odds;

/// The section of a codebook that [`fit`](crate::fit) wrote: a linear classifier a frame.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fit {
    /// Name and version of the bundle whose sentence vectors the weights are for.
    pub(crate) model: String,
    /// SHA-256 of its weights.
    pub(crate) sha256: String,
    /// Texts that it was learnt from.
    pub(crate) examples: usize,
    /// Sentences of the text in the middle when they are sorted by length; unknown in fits of before.
    #[serde(default)]
    pub(crate) median_sentences: Option<usize>,
    /// [`digest`]s of the texts, sorted; none in fits of before.
    #[serde(default)]
    pub(crate) texts: Vec<String>,
    pub(crate) head: Vec<LinearHead>,
}

/// One frame's classifier: over a sentence vector, and over what definition and examples make of the sentence.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinearHead {
    pub(crate) label: String,
    /// Texts among the examples that have the frame.
    pub(crate) examples: usize,
    pub(crate) bias: f32,
    /// Weight of the log-odds that the frame has without the fit.
    pub(crate) prior: f32,
    pub(crate) weights: Vec<f32>,
}

impl LinearHead {
    /// The probability of the frame for a unit vector; `base` is the probability without the fit.
    pub(crate) fn score(&self, vector: ArrayView1<'_, f32>, base: f32) -> f32 {
        let sum: f32 = self.weights.iter().zip(vector).map(|(w, x)| w * x).sum();
        sigmoid(sum + self.prior * log_odds(base) + self.bias)
    }
}

/// What a text is known by: the first 16 hex digits of the SHA-256 of its words. White space does not count, so that a text
/// is known again in a file of another format.
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

/// The line that parts a codebook from what a fit added to it.
const MARK: &str = "# --- Learnt from coded texts by `pressmark codebook fit`; not for editing. ---";

/// A codebook's text without what a fit added.
pub(crate) fn without_fit(toml: &str) -> &str {
    toml.split_once(MARK).map_or(toml, |(before, _)| before).trim_end()
}

/// A codebook's text with the section of a fit at its end.
pub(crate) fn with_fit(toml: &str, fit: &Fit) -> String {
    let mut text = format!("{}\n\n{MARK}\n[fit]\n", without_fit(toml));
    // A JSON string is a basic string of TOML, save for DEL, which TOML wants escaped.
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
