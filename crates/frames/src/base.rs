use std::sync::Arc;

use ndarray::ArrayView1;
use pressmark_encoder::Model;
use pressmark_tokenize::Tokenizer;

use crate::passage::Passage;
use crate::prototypes::Prototypes;
use crate::{Codebook, Error, Vectors};

/// What a codebook and the bundle's heads say of a passage, before any fit.
pub(crate) struct Base {
    prototypes: Prototypes,
    trained: Vec<Trained>,
}

/// How the score of one frame came about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Score {
    /// The probability by definition and examples.
    pub(crate) prototype: f32,
    /// The probability by a head of the bundle that knows the frame, and that head's share.
    pub(crate) trained: Option<(f32, f32)>,
    /// The probability by the head that a fit has learnt; it takes the others' into account.
    pub(crate) fitted: Option<f32>,
}

impl Score {
    /// The probability without a fit, in [0, 1].
    pub(crate) fn base(&self) -> f32 {
        match self.trained {
            Some((probability, share)) => (1.0 - share) * self.prototype + share * probability,
            None => self.prototype,
        }
    }

    /// The probability of the frame, in [0, 1].
    pub(crate) fn value(&self) -> f32 {
        self.fitted.unwrap_or_else(|| self.base())
    }

    /// The name of what decides.
    pub(crate) fn rule(&self) -> &'static str {
        match (self.fitted, self.trained) {
            (Some(_), _) => "fitted-head",
            (None, Some((_, share))) if share >= 1.0 => "trained-head",
            (None, Some(_)) => "prototype-and-head",
            (None, None) => "prototype",
        }
    }
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

    /// One score a frame; where the bundle has a trained head for a frame, it has its share. `passage` is asked only
    /// where there is such a head.
    pub(crate) fn score(&self, vector: ArrayView1<'_, f32>, passage: impl FnOnce() -> Passage) -> Vec<Score> {
        let prototypes = self.prototypes.score(vector);
        let mut scores: Vec<Score> =
            prototypes.iter().map(|&prototype| Score { prototype, trained: None, fitted: None }).collect();
        if !self.trained.is_empty() {
            let passage = passage();
            self.trained.iter().for_each(|trained| trained.judge(&mut scores, &passage));
        }
        scores
    }
}

/// A head of the bundle that knows frames of a codebook.
struct Trained {
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
    fn of(codebook: &Codebook, model: &Arc<Model>) -> Vec<Self> {
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

    /// Adds the head's probabilities for a passage to the scores of the frames that it knows.
    fn judge(&self, scores: &mut [Score], passage: &Passage) {
        let Ok(head) = self.model.head(&self.head) else { return };
        let mut logits = if head.is_pooled() {
            head.pool(head.apply_rows(passage.subwords.view()).view())
        } else {
            head.apply(passage.mean.view())
        };
        head.calibrate(logits.view_mut().insert_axis(ndarray::Axis(0)));
        for &Known { frame, output, share } in &self.known {
            if let (Some(score), Some(&probability)) = (scores.get_mut(frame), logits.get(output)) {
                score.trained = Some((probability, share));
            }
        }
    }
}
