use std::sync::Arc;

use pressmark_encoder::Model;
use pressmark_tokenize::Tokenizer;

use crate::passage::Passage;
use crate::prototypes::Prototypes;
use crate::{Codebook, Error, Vectors};

/// What a codebook and the bundle's heads say of a sentence, before any fit.
pub(crate) struct Base {
    prototypes: Prototypes,
    trained: Vec<Trained>,
}

impl Base {
    pub(crate) fn new(codebook: &Codebook, model: &Arc<Model>, tokenizer: &Tokenizer) -> Result<Self, Error> {
        Self::with_vectors(codebook, &Vectors::default(), model, tokenizer)
    }

    pub(crate) fn with_vectors(
        codebook: &Codebook,
        vectors: &Vectors,
        model: &Arc<Model>,
        tokenizer: &Tokenizer,
    ) -> Result<Self, Error> {
        let prototypes = Prototypes::new(codebook, vectors, model, tokenizer)?;
        Ok(Self { prototypes, trained: Trained::of(codebook, model) })
    }

    /// One probability a frame; where the bundle has a trained head for a frame, it has its share. `passage` is asked only
    /// where there is such a head.
    pub(crate) fn score(&self, vector: &[f32], passage: impl FnOnce() -> Passage) -> Vec<f32> {
        let mut scores = self.prototypes.score(vector);
        if !self.trained.is_empty() {
            let passage = passage();
            self.trained.iter().for_each(|trained| trained.share_in(&mut scores, &passage));
        }
        scores
    }
}

/// A head of the bundle that knows frames of a codebook.
pub(crate) struct Trained {
    model: Arc<Model>,
    head: String,
    known: Vec<Known>,
}

/// A frame that a head knows.
struct Known {
    /// Its place in the codebook.
    frame: usize,
    /// Its place among the head's labels.
    output: usize,
    /// The head's share in its score.
    share: f32,
}

impl Trained {
    /// The heads that this codebook's frames point to (`head:label`), as far as this bundle has them.
    pub(crate) fn of(codebook: &Codebook, model: &Arc<Model>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (frame, label) in codebook.labels.iter().enumerate() {
            let Some((name, output)) = label.head.as_deref().and_then(|name| name.rsplit_once(':')) else { continue };
            let Ok(head) = model.head(name) else { continue };
            let Some(output) = head.labels().iter().position(|l| l == output) else { continue };
            let known = Known { frame, output, share: label.head_share };
            match all.iter_mut().find(|trained| trained.head == name) {
                Some(trained) => trained.known.push(known),
                None => all.push(Self { model: Arc::clone(model), head: name.to_owned(), known: vec![known] }),
            }
        }
        all
    }

    /// Gives the head's probabilities for a text their share in the scores.
    pub(crate) fn share_in(&self, scores: &mut [f32], passage: &Passage) {
        let Ok(head) = self.model.head(&self.head) else { return };
        let mut logits =
            if head.is_pooled() { head.pool(&head.apply_rows(&passage.subwords)) } else { head.apply(&passage.mean) };
        head.calibrate(&mut logits);
        for Known { frame, output, share } in &self.known {
            scores[*frame] = (1.0 - share) * scores[*frame] + share * logits[*output];
        }
    }
}
