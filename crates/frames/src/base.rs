use std::sync::Arc;

use ndarray::{ArrayView1, Axis};
use pressmark_encoder::{Model, SubwordPool};
use pressmark_tokenize::Tokenizer;

use crate::passage::Passage;
use crate::prototypes::Prototypes;
use crate::{Codebook, Error, Vectors};

/// Scores a passage by a codebook's prototypes and the bundle's trained heads, before any fit.
pub(crate) struct Base {
    prototypes: Prototypes,
    trained: Vec<Trained>,
}

/// A frame's score with the parts it is computed from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Score {
    /// Probability by the prototype (definition and examples).
    pub(crate) prototype: f32,
    /// Probability by the bundle's trained head for the frame, and that head's weight, both in [0, 1]; `None` without
    /// one.
    pub(crate) trained: Option<(f32, f32)>,
    /// Probability by the fitted head, which takes the other parts as its prior; `None` without a fit.
    pub(crate) fitted: Option<f32>,
}

impl Score {
    /// The probability without a fit, in [0, 1]: the mix of prototype and trained head.
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

    /// Name of the rule that decided, for explanations.
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

    /// Scores a passage for each frame. `passage` is only called if the bundle has a trained head for some frame;
    /// pooled heads also add the passage's subwords to `whole`.
    pub(crate) fn score(
        &self,
        vector: ArrayView1<'_, f32>,
        passage: impl FnOnce() -> Passage,
        mut whole: Option<&mut Whole>,
    ) -> Vec<Score> {
        let prototypes = self.prototypes.score(vector);
        let mut scores: Vec<Score> =
            prototypes.iter().map(|&prototype| Score { prototype, trained: None, fitted: None }).collect();
        if !self.trained.is_empty() {
            let passage = passage();
            for (index, trained) in self.trained.iter().enumerate() {
                let pool = whole.as_deref_mut().and_then(|whole| whole.pools.get_mut(index)?.as_mut());
                trained.judge(&mut scores, &passage, pool);
            }
        }
        scores
    }

    /// An empty pool for a whole document, filled passage by passage.
    pub(crate) fn whole(&self) -> Whole {
        let pool = |trained: &Trained| {
            let head = trained.model.head(&trained.head).ok()?;
            head.is_pooled().then(|| head.pooling())
        };
        Whole { pools: self.trained.iter().map(pool).collect() }
    }

    /// For each frame with a pooled head, its probability over the whole document and the head's weight.
    ///
    /// Such heads are trained on passages and articles alike: an article is read as one text, not as the mean over its
    /// sentences.
    pub(crate) fn of_whole(&self, whole: &Whole, frames: usize) -> Vec<Option<(f32, f32)>> {
        let mut found = vec![None; frames];
        for (trained, pool) in self.trained.iter().zip(&whole.pools) {
            let (Some(pool), Ok(head)) = (pool, trained.model.head(&trained.head)) else { continue };
            let mut logits = pool.logits();
            head.calibrate(logits.view_mut().insert_axis(Axis(0)));
            for &Known { frame, output, share } in &trained.known {
                if let (Some(found), Some(&probability)) = (found.get_mut(frame), logits.get(output)) {
                    *found = Some((probability, share));
                }
            }
        }
        found
    }
}

/// A document's pools, one per trained head of the codebook (`None` for heads that are not pooled).
pub(crate) struct Whole {
    pools: Vec<Option<SubwordPool>>,
}

/// A head of the bundle that predicts frames of a codebook.
struct Trained {
    model: Arc<Model>,
    head: String,
    known: Vec<Known>,
}

/// A frame that a head predicts.
struct Known {
    /// Index in the codebook.
    frame: usize,
    /// Index among the head's labels.
    output: usize,
    /// The head's weight in the score.
    share: f32,
}

impl Trained {
    /// The heads that this codebook's frames refer to (`head:label`), as far as the bundle has them.
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

    /// Fills in the head's probabilities for the frames that it predicts; a pooled head also adds the passage's
    /// subwords to the document's pool.
    fn judge(&self, scores: &mut [Score], passage: &Passage, whole: Option<&mut SubwordPool>) {
        let Ok(head) = self.model.head(&self.head) else { return };
        let mut logits = if head.is_pooled() {
            let rows = head.apply_rows(passage.subwords.view());
            if let Some(whole) = whole {
                whole.add(rows.view());
            }
            head.pool(rows.view())
        } else {
            head.apply(passage.mean.view())
        };
        head.calibrate(logits.view_mut().insert_axis(Axis(0)));
        for &Known { frame, output, share } in &self.known {
            if let (Some(score), Some(&probability)) = (scores.get_mut(frame), logits.get(output)) {
                score.trained = Some((probability, share));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A label misspelled in the codebook would silently fall back to its prototype.
    #[test]
    fn shipped_codebooks_name_labels_that_heads_have() {
        for bundle in ["pressmark-news", "pressmark-news-small"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(bundle);
            if !folder.join("manifest.json").is_file() {
                continue;
            }
            let model = Model::open(&folder).expect("a bundle of this repository");
            for name in ["policy-frames", "news-frames", "climate-frames", "gun-violence-frames"] {
                let book = Codebook::shipped(name).expect("it is shipped");
                let heads = book.labels.iter().filter_map(|label| label.head.as_deref()?.rsplit_once(':'));
                for (head, label) in heads.filter_map(|(head, label)| Some((model.head(head).ok()?, label))) {
                    assert!(head.labels().iter().any(|own| own == label), "{name}: {} has no {label}", head.name());
                }
            }
        }
    }
}
