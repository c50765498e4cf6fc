use std::sync::Arc;

use pressmark_core::{Document, Layer, Mention, Provenance, Sentiment, Stage, StageError};
use pressmark_encoder::Model;

use crate::Error;

/// The bundle's head for the tone towards a mention.
const HEAD: &str = "sentiment";

/// Whether something can be taken sides on: not a time, nor an amount.
pub(crate) fn has_sides(mention: &Mention) -> bool {
    !mention.label.is_value()
}

/// The stage that judges the tone of a document towards each entity.
pub struct EntitySentiment {
    model: Arc<Model>,
}

impl EntitySentiment {
    /// A stage on this model.
    ///
    /// # Errors
    /// When the bundle has no `sentiment` head, or one with other labels.
    pub fn new(model: Arc<Model>) -> Result<Self, Error> {
        Tone::of(&model)?;
        Ok(Self { model })
    }

    /// The tone towards one mention; `None` where the encoder saw nothing of it.
    #[must_use]
    pub fn towards(&self, doc: &Document, mention: &Mention) -> Option<Sentiment> {
        Tone::of(&self.model).ok()?.towards(&self.model, doc, std::iter::once(mention)).pop()?
    }
}

/// Which output of the head is which tone.
pub(crate) struct Tone {
    negative: usize,
    neutral: usize,
    positive: usize,
}

impl Tone {
    pub(crate) fn of(model: &Model) -> Result<Self, Error> {
        let labels = model.head(HEAD)?.labels();
        let find = |missing: &'static str| {
            let place = labels.iter().position(|label| label == missing);
            place.ok_or_else(|| Error::Labels { head: HEAD, labels: labels.to_vec(), missing })
        };
        Ok(Self { negative: find("negative")?, neutral: find("neutral")?, positive: find("positive")? })
    }

    /// The tone towards each mention, from the hidden states of the mention and of its sentence.
    pub(crate) fn towards<'d>(
        &self,
        model: &Model,
        doc: &'d Document,
        mentions: impl Iterator<Item = &'d Mention>,
    ) -> Vec<Option<Sentiment>> {
        let Ok(head) = model.head(HEAD) else { return mentions.map(|_| None).collect() };
        let sents: Vec<_> = mentions
            .map(|mention| {
                let sent = doc.sents.get(doc.sent_at(mention.span.start)?)?;
                (head.inputs() == 2 * doc.hidden.width()).then_some((mention, sent))
            })
            .collect();
        let mut scores = head.apply_each(sents.iter().flatten(), |(mention, sent), input| {
            input.extend(doc.hidden.mean(doc.rows_of(doc.tokens_in(mention.span))));
            input.extend(doc.hidden.mean(doc.rows_of(sent.tokens.clone())));
        });
        head.calibrate(&mut scores);
        let mut scores = scores.chunks(head.outputs().max(1));
        let mut tone = || {
            let scores = scores.next()?;
            let at = |index: usize| scores.get(index).copied();
            Some(Sentiment { positive: at(self.positive)?, neutral: at(self.neutral)?, negative: at(self.negative)? })
        };
        sents.into_iter().map(|sent| sent.and_then(|_| tone())).collect()
    }
}

impl Stage for EntitySentiment {
    fn name(&self) -> &'static str {
        "sentiment"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens, Layer::Hidden, Layer::Entities]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Sentiment]
    }

    fn provenance(&self) -> Provenance {
        let settings = serde_json::json!({ "aggregate": "mean" });
        Provenance {
            stage: self.name(),
            model: Some(self.model.id()),
            sha256: Some(self.model.sha256().to_owned()),
            settings: settings.to_string(),
        }
    }

    /// An entity's tone is the mean over its mentions.
    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let tone = Tone::of(&self.model).map_err(|e| StageError::new("the head does not fit").with_source(e))?;
        let mut sums = vec![(Sentiment { positive: 0.0, neutral: 0.0, negative: 0.0 }, 0.0_f32); doc.entities.len()];
        let judged = || doc.ents.iter().filter(|m| has_sides(m) && m.entity.is_some());
        for (mention, one) in judged().zip(tone.towards(&self.model, doc, judged())) {
            let Some((sum, count)) = mention.entity.and_then(|entity| sums.get_mut(entity)) else { continue };
            if let Some(one) = one {
                sum.positive += one.positive;
                sum.neutral += one.neutral;
                sum.negative += one.negative;
                *count += 1.0;
            }
        }
        for (entity, (sum, count)) in doc.entities.iter_mut().zip(sums) {
            entity.sentiment = (count > 0.0).then(|| Sentiment {
                positive: sum.positive / count,
                neutral: sum.neutral / count,
                negative: sum.negative / count,
            });
        }
        Ok(())
    }
}
