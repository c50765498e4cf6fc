use std::sync::Arc;

use pressmark_core::{Document, Explanation, Layer, Mention, Provenance, Sentiment, Stage, StageError, Subject};
use pressmark_encoder::{Head, Model};

use crate::Error;

/// Name of the stage, and of the bundle's head for the sentiment towards a mention.
const STAGE: &str = "sentiment";

/// Mentions between two checks of the deadline. Set by hand: a few milliseconds.
const MENTIONS_AT_ONCE: usize = 1024;

/// Whether sides can be taken on a mention: true for anything but times, amounts and other values.
pub(crate) fn has_sides(mention: &Mention) -> bool {
    !mention.label.is_value()
}

/// The stage that predicts the sentiment of a document towards each entity.
///
/// The bundle's head reads a mention beside its sentence (targeted sentiment, as in NewsMTSC, Hamborg and Donnay 2021);
/// an entity's sentiment is the mean over its mentions. Dates, amounts of money and other values have none.
pub struct EntitySentiment {
    model: Arc<Model>,
}

impl EntitySentiment {
    /// Creates the stage on this model.
    ///
    /// # Errors
    /// If the bundle has no `sentiment` head, or one that lacks a label.
    pub fn new(model: Arc<Model>) -> Result<Self, Error> {
        SentimentHead::of(&model)?;
        Ok(Self { model })
    }

    /// The sentiment towards one mention; `None` if its sentence or the model's hidden states are missing.
    #[must_use]
    pub fn towards(&self, doc: &Document, mention: &Mention) -> Option<Sentiment> {
        SentimentHead::of(&self.model).ok()?.judge(doc, &[mention]).pop()?
    }
}

/// The bundle's head, with the output index of each label.
pub(crate) struct SentimentHead<'m> {
    head: &'m Head,
    negative: usize,
    neutral: usize,
    positive: usize,
}

impl<'m> SentimentHead<'m> {
    pub(crate) fn of(model: &'m Model) -> Result<Self, Error> {
        let head = model.head(STAGE)?;
        let find = |missing: &'static str| {
            let place = head.labels().iter().position(|label| label == missing);
            place.ok_or_else(|| Error::Labels { head: STAGE, labels: head.labels().to_vec(), missing })
        };
        Ok(Self { head, negative: find("negative")?, neutral: find("neutral")?, positive: find("positive")? })
    }

    /// The sentiment towards each mention, which must be in text order; checks the deadline between chunks.
    pub(crate) fn towards(&self, doc: &Document, mentions: &[&Mention]) -> Result<Vec<Option<Sentiment>>, StageError> {
        let mut all = Vec::with_capacity(mentions.len());
        for mentions in mentions.chunks(MENTIONS_AT_ONCE) {
            doc.in_time()?;
            all.extend(self.judge(doc, mentions));
        }
        Ok(all)
    }

    /// Applies the head to the mean hidden states of each mention and of its sentence.
    fn judge(&self, doc: &Document, mentions: &[&Mention]) -> Vec<Option<Sentiment>> {
        let fits = self.head.inputs() == 2 * doc.hidden.width();
        let sents: Vec<_> = mentions.iter().map(|mention| doc.sent_at(mention.span.start).filter(|_| fits)).collect();
        let judged = mentions.iter().zip(&sents).filter_map(|(mention, sent)| Some((mention, (*sent)?)));
        // Consecutive mentions often share a sentence, which may be a whole page: cache its mean.
        let mut sentence: Option<(usize, Vec<f32>)> = None;
        let mut scores = self.head.apply_each(judged, |(mention, sent), input| {
            input.extend(doc.hidden.mean(doc.rows_of(doc.tokens_in(mention.span))));
            let (_, mean) = match sentence.take().filter(|(known, _)| *known == sent) {
                Some(known) => sentence.insert(known),
                None => {
                    let tokens = doc.sents.get(sent).map_or(0..0, |sent| sent.tokens.clone());
                    sentence.insert((sent, doc.hidden.mean(doc.rows_of(tokens))))
                }
            };
            input.extend_from_slice(mean);
        });
        self.head.calibrate(scores.view_mut());
        let mut scores = scores.rows().into_iter();
        let mut next = || {
            let scores = scores.next()?;
            let at = |index: usize| scores.get(index).copied();
            Some(Sentiment { positive: at(self.positive)?, neutral: at(self.neutral)?, negative: at(self.negative)? })
        };
        sents.into_iter().map(|sent| sent.and_then(|_| next())).collect()
    }
}

/// An explanation with the three probabilities.
fn explanation(subject: impl Into<Subject>, rule: &'static str, sentiment: &Sentiment) -> Explanation {
    Explanation::new(STAGE, subject, rule)
        .with("negative", sentiment.negative)
        .with("neutral", sentiment.neutral)
        .with("positive", sentiment.positive)
        .deciding(sentiment.best().0.as_str())
}

impl Stage for EntitySentiment {
    fn name(&self) -> &'static str {
        STAGE
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
            stage: STAGE,
            model: Some(self.model.id()),
            sha256: Some(self.model.sha256().to_owned()),
            settings: settings.to_string(),
        }
    }

    /// Averages the sentiment of each entity over its mentions.
    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.clear_explanations(STAGE);
        let head =
            SentimentHead::of(&self.model).map_err(|e| StageError::new("the head does not fit").with_source(e))?;
        let judged: Vec<&Mention> = doc.ents.iter().filter(|m| has_sides(m) && m.entity.is_some()).collect();
        let mut sums = vec![(Sentiment { positive: 0.0, neutral: 0.0, negative: 0.0 }, 0.0_f32); doc.entities.len()];
        let mut explanations = Vec::new();
        for (mention, one) in judged.iter().zip(head.towards(doc, &judged)?) {
            let Some((sum, count)) = mention.entity.and_then(|entity| sums.get_mut(entity)) else { continue };
            if let Some(one) = one {
                sum.positive += one.positive;
                sum.neutral += one.neutral;
                sum.negative += one.negative;
                *count += 1.0;
                if doc.explanations.is_some() {
                    explanations.push(explanation(mention.span, "sentiment-head", &one));
                }
            }
        }
        for (index, (sum, count)) in sums.into_iter().enumerate() {
            let sentiment = (count > 0.0).then(|| Sentiment {
                positive: sum.positive / count,
                neutral: sum.neutral / count,
                negative: sum.negative / count,
            });
            if let Some(sentiment) = sentiment.as_ref().filter(|_| doc.explanations.is_some()) {
                let mean = explanation(Subject::Entity(index), "mean-over-mentions", sentiment);
                explanations.push(mean.with("mentions", count));
            }
            if let Some(entity) = doc.entities.get_mut(index) {
                entity.sentiment = sentiment;
            }
        }
        doc.explain_all(explanations);
        Ok(())
    }
}
