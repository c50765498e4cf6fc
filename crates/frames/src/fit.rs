use std::sync::Arc;

use pressmark_encoder::Model;
use pressmark_tokenize::Tokenizer;

use crate::base::{Base, Score};
use crate::fitted::{Fit, digest, with_fit};
use crate::frames::UNIT;
use crate::learn::{FitReport, Sample, learn};
use crate::math::log_odds;
use crate::passage::encode;
use crate::{Codebook, Error};

/// A text with the frames that human coders assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodedText {
    /// The text.
    pub text: String,
    /// Its frames, as indices into [`Codebook::labels`].
    pub labels: Vec<usize>,
}

/// Result of [`fit`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fitted {
    /// The codebook's TOML with the fitted heads.
    pub toml: String,
    /// Cross-validated scores of each frame, in the codebook's order.
    pub reports: Vec<FitReport>,
    /// Median number of sentences of the coded texts (the upper one of two).
    pub median_sentences: usize,
}

impl Fitted {
    /// A warning, in English, that scores of whole articles may be off, if the coded texts are much shorter than
    /// articles.
    ///
    /// Texts of up to three sentences are scored as one unit; the score of a longer one is the mean over its strongest
    /// sentences, about which short texts teach nothing.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        (self.median_sentences <= UNIT).then(|| {
            let (count, noun) = (self.median_sentences, if self.median_sentences == 1 { "sentence" } else { "sentences" });
            format!(
                "half of the coded texts have at most {count} {noun}: the scores of passages this short are fitted, those of \
                 whole articles, which are the mean over the strongest third of their sentences, are not; to annotate \
                 articles, fit to articles"
            )
        })
    }
}

/// Fits a linear head for each frame of a codebook on coded texts.
///
/// The head is a regularised logistic regression over the text's embedding whose prior is the unfitted score (the
/// prototype, mixed with the bundle's head where the codebook names one); frames with fewer than three texts keep their
/// unfitted score. The result is the codebook's TOML with the heads in it, tied to this bundle:
/// [`Frames`](crate::Frames) with another bundle rejects it. The same texts give the same bytes.
///
/// # Errors
/// If a text cannot be encoded, or the bundle has no `embedding` head.
pub fn fit(
    codebook: &Codebook,
    model: &Arc<Model>,
    tokenizer: &Tokenizer,
    texts: &[CodedText],
) -> Result<Fitted, Error> {
    let base = Base::new(codebook, model, tokenizer)?;
    let encode = |coded: &CodedText| {
        let (text, sentences) = encode(model, tokenizer, &coded.text)?;
        let vector = text.embedding.clone();
        Ok((base.score(vector.view(), || text.into(), None), vector, sentences))
    };
    let encoded = texts.iter().map(encode).collect::<Result<Vec<_>, Error>>()?;
    let (mut heads, mut reports) = (Vec::new(), Vec::new());
    for (index, label) in codebook.labels.iter().enumerate() {
        let pairs = encoded.iter().zip(texts);
        let samples: Vec<Sample> = pairs
            .map(|((scores, vector, _), coded)| Sample {
                vector: vector.clone(),
                prior: log_odds(scores.get(index).map_or(0.5, Score::base)),
                gold: coded.labels.contains(&index),
            })
            .collect();
        let (head, report) = learn(&label.name, &samples);
        heads.extend(head);
        reports.push(report);
    }
    let mut sentences: Vec<usize> = encoded.iter().map(|(_, _, sentences)| *sentences).collect();
    sentences.sort_unstable();
    let median_sentences = sentences.get(sentences.len() / 2).copied().unwrap_or_default();
    let mut digests: Vec<String> = texts.iter().map(|coded| digest(&coded.text)).collect();
    digests.sort_unstable();
    digests.dedup();
    let fit = Fit {
        model: model.id(),
        sha256: model.sha256().to_owned(),
        examples: texts.len(),
        median_sentences: Some(median_sentences),
        texts: digests,
        head: heads,
    };
    Ok(Fitted { toml: with_fit(codebook.toml(), &fit), reports, median_sentences })
}
