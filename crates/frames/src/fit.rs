use std::sync::Arc;

use pressmark_encoder::Model;
use pressmark_tokenize::Tokenizer;

use crate::base::Base;
use crate::fitted::{Fit, with_fit};
use crate::learn::{FitReport, Sample, learn};
use crate::math::log_odds;
use crate::passage::encode;
use crate::{Codebook, Error};

/// A text that people coded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodedText {
    /// The text.
    pub text: String,
    /// The frames that it has: indices into [`Codebook::labels`].
    pub labels: Vec<usize>,
}

/// Learns a linear head for each frame of a codebook from texts that people coded.
///
/// The head is a regularised logistic regression over the text's embedding that starts from what definition and
/// examples say (and the bundle's head, where the codebook names one); frames of fewer than three texts keep what they
/// have. The result is the codebook's text with the heads in it, for this very bundle: the [`Frames`](crate::Frames) of
/// another refuse it. The same texts give the same bytes.
///
/// # Errors
/// When a text cannot be encoded, or the bundle has no `embedding` head.
pub fn fit(
    codebook: &Codebook,
    model: &Arc<Model>,
    tokenizer: &Tokenizer,
    texts: &[CodedText],
) -> Result<(String, Vec<FitReport>), Error> {
    let base = Base::new(codebook, model, tokenizer)?;
    let encode = |coded: &CodedText| {
        let text = encode(model, tokenizer, &coded.text)?;
        let vector = text.embedding.to_vec();
        Ok((base.score(&vector, || text.into()), vector))
    };
    let encoded = texts.iter().map(encode).collect::<Result<Vec<_>, Error>>()?;
    let (mut heads, mut reports) = (Vec::new(), Vec::new());
    for (index, label) in codebook.labels.iter().enumerate() {
        let pairs = encoded.iter().zip(texts);
        let samples: Vec<Sample> = pairs
            .map(|((scores, vector), coded)| Sample {
                vector: vector.clone(),
                prior: log_odds(scores.get(index).copied().unwrap_or(0.5)),
                gold: coded.labels.contains(&index),
            })
            .collect();
        let (head, report) = learn(&label.name, &samples);
        heads.extend(head);
        reports.push(report);
    }
    let fit = Fit { model: model.id(), sha256: model.sha256().to_owned(), examples: texts.len(), head: heads };
    Ok((with_fit(codebook.toml(), &fit), reports))
}
