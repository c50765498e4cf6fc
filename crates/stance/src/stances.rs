use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use ndarray::{Array1, ArrayView1, Axis, concatenate};
use pressmark_core::{
    Document, Explanation, Holder, Layer, Mention, Provenance, Span, Stage, StageError, Stance, StanceLabel,
    StancePassage, Subject, Target,
};
use pressmark_encoder::{EncodedText, Head, Model, PackedWindows, dot};
use pressmark_tokenize::Tokenizer;

use crate::Error;
use crate::sentiment::{SentimentHead, has_sides};

/// The stage's name.
const STAGE: &str = "stance";

/// Sentences between two looks at the clock: a few milliseconds with one target.
const SENTENCES_AT_ONCE: usize = 256;

/// What a passage gains at most by naming the target in its own words. Half as much as the embeddings can say: a
/// passage that holds all of the target's words bears on it even where the embeddings see no likeness (names that the
/// encoder never met), and one that shares a single common word of several does not by that alone. Set by hand.
const SHARED_WORDS: f32 = 0.5;

/// Letters of the shortest word of a target that is looked for in passages: shorter ones are mostly function words.
const SHORTEST_WORD: usize = 4;

/// How stances are found.
#[derive(Clone, Debug, PartialEq)]
pub struct StancesOptions {
    /// What to take a stance towards, in the user's words, beside the document's own entities. Default: none.
    pub targets: Vec<String>,
    /// Relevance from which a passage bears on a target. Relevance is the cosine of their embeddings plus up to 0.5 for
    /// the share of the target's words that the passage holds: at least -1, at most 1.5. Default: 0.3; lower takes in
    /// passages about something else, higher misses those in other words than the target's.
    pub relevance: f32,
    /// Probability from which a side that is likelier than the other and than neither is taken, in
    /// [0, 1]. Default: 0.4, which the likeliest of three nearly always has; at 0.6 eight in ten
    /// stances of VAST were missed.
    pub confidence: f32,
    /// Evidence passages a stance at most. Default: 3.
    pub max_evidence: usize,
}

impl Default for StancesOptions {
    fn default() -> Self {
        Self { targets: Vec::new(), relevance: 0.3, confidence: 0.4, max_evidence: 3 }
    }
}

/// The stage that finds who stands where.
///
/// Towards a target text, the passages that bear on it are judged with the target beside them and
/// gathered by holder: the speaker of the quotation that a passage stands in, else the outlet. It
/// abstains (`neutral`, without evidence) where no passage bears on the target. Towards the
/// document's entities, a speaker's stance is the sentiment of the speaker's own quotations towards
/// them, given only where it is not neutral.
pub struct Stances {
    model: Arc<Model>,
    targets: Vec<Prepared>,
    options: StancesOptions,
}

struct Prepared {
    text: String,
    /// Its embedding, of unit length: what bears on the target is near to it.
    embedding: Array1<f32>,
    /// Its mean hidden state: what the head reads.
    hidden: Array1<f32>,
    words: HashSet<String>,
}

/// The bundle's head for a passage beside a target, and which output of it is which side.
struct StanceHead<'m> {
    head: &'m Head,
    against: usize,
    favor: usize,
}

/// The passages of each holder, and an explanation of each where the document asks for them.
type Gathered<K> = (BTreeMap<K, Vec<StancePassage>>, Vec<Explanation>);

impl Stances {
    /// The bundle's head for a passage beside a target.
    pub const HEAD: &str = STAGE;

    /// A stage on this model; the targets are encoded here, once.
    ///
    /// # Errors
    /// When a target cannot be encoded, or the bundle lacks the `stance` or `sentiment` head or has them with other
    /// labels.
    pub fn new(model: Arc<Model>, tokenizer: &Tokenizer, options: StancesOptions) -> Result<Self, Error> {
        StanceHead::of(&model)?;
        SentimentHead::of(&model)?;
        let targets = options
            .targets
            .iter()
            .map(|text| {
                let EncodedText { embedding, mean: hidden, .. } = encode(&model, tokenizer, text)?;
                Ok(Prepared { text: text.clone(), embedding, hidden, words: content_words(text).collect() })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { model, targets, options })
    }

    /// What a passage that is no document says of each target, in their order: the likeliest label and its probability.
    ///
    /// Whether the passage bears on a target at all is not asked.
    ///
    /// # Errors
    /// When the text cannot be encoded, or there is no word in it.
    pub fn score_text(&self, tokenizer: &Tokenizer, text: &str) -> Result<Vec<(StanceLabel, f32)>, Error> {
        let head = StanceHead::of(&self.model)?;
        let passage = encode(&self.model, tokenizer, text)?.mean;
        let stance = |target: &Prepared| {
            let (against, favor) = head.judge(passage.view(), target.hidden.view());
            let neutral = 1.0 - against - favor;
            if favor > against && favor > neutral {
                (StanceLabel::Favor, favor)
            } else if against > neutral {
                (StanceLabel::Against, against)
            } else {
                (StanceLabel::Neutral, neutral)
            }
        };
        Ok(self.targets.iter().map(stance).collect())
    }

    fn towards_text(&self, target: &Prepared, doc: &mut Document) -> Result<Vec<Stance>, StageError> {
        let head = StanceHead::of(&self.model).map_err(unfit)?;
        let (mut passages, explanations) = self.passages(&head, target, doc)?;
        explanations.into_iter().for_each(|explanation| doc.explain(|_| explanation));
        if passages.is_empty() {
            passages.insert(Holder::Outlet, Vec::new());
        }
        let target = Target::Text(target.text.clone());
        let stance = |(holder, passages)| self.gather(holder, target.clone(), passages);
        Ok(passages.into_iter().map(stance).collect())
    }

    /// The passages that bear on a target, by holder.
    fn passages(
        &self,
        head: &StanceHead<'_>,
        target: &Prepared,
        doc: &Document,
    ) -> Result<Gathered<Holder>, StageError> {
        let (mut passages, mut explanations): Gathered<Holder> = Default::default();
        for (place, (index, sent)) in doc.sents.iter().enumerate().filter(|(_, s)| s.kind.is_prose()).enumerate() {
            if place.is_multiple_of(SENTENCES_AT_ONCE) {
                doc.in_time()?;
            }
            let embedding = Array1::from(doc.sent_vectors.row(index));
            if embedding.len() != target.embedding.len() {
                continue;
            }
            let cosine = dot(embedding.view(), target.embedding.view());
            let words = shared_words(target, doc.slice(sent.span));
            let weight = cosine + words;
            if weight < self.options.relevance {
                continue;
            }
            let hidden = Array1::from(doc.hidden.mean(doc.rows_of(sent.tokens.clone())));
            let (against, favor) = head.judge(hidden.view(), target.hidden.view());
            let holder = doc.holder_of(sent.span);
            passages.entry(holder).or_default().push(StancePassage { span: sent.span, favor, against, weight });
            if doc.explanations.is_some() {
                let numbers = [("cosine", cosine), ("shared_words", words), ("against", against), ("favor", favor)];
                let explanation = Explanation::new(STAGE, sent.span, "stance-head");
                let explanation = numbers.into_iter().fold(explanation, |e, (name, number)| e.with(name, number));
                explanations.push(explanation.deciding(format!("{} on {}", name_of(doc, holder), target.text)));
            }
        }
        Ok((passages, explanations))
    }

    fn towards_entities(&self, doc: &mut Document) -> Result<Vec<Stance>, StageError> {
        let head = SentimentHead::of(&self.model).map_err(unfit)?;
        let (passages, explanations) = self.quoted(&head, doc)?;
        explanations.into_iter().for_each(|explanation| doc.explain(|_| explanation));
        let stances = passages
            .into_iter()
            .map(|((holder, entity), passages)| self.gather(holder, Target::Entity(entity), passages));
        Ok(stances.filter(|stance| stance.label != StanceLabel::Neutral).collect())
    }

    /// What quoted speakers say about the document's entities, by speaker and entity.
    fn quoted(&self, head: &SentimentHead<'_>, doc: &Document) -> Result<Gathered<(Holder, usize)>, StageError> {
        let held = |mention: &Mention| {
            let holder = doc.holder_of(mention.span);
            let (Holder::Entity(speaker), Some(entity)) = (holder, mention.entity) else { return None };
            (speaker != entity).then_some((holder, entity))
        };
        let sided = doc.ents.iter().filter(|mention| has_sides(mention));
        let (mentions, keys): (Vec<&Mention>, Vec<_>) =
            sided.filter_map(|mention| Some((mention, held(mention)?))).unzip();
        let (mut passages, mut explanations): Gathered<(Holder, usize)> = Default::default();
        for ((mention, key), sentiment) in mentions.iter().zip(keys).zip(head.towards(doc, &mentions)?) {
            let Some(sentiment) = sentiment else { continue };
            let sent = doc.sent_at(mention.span.start).and_then(|sent| doc.sents.get(sent));
            let span = sent.map_or(mention.span, |sent| sent.span);
            let (favor, against) = (sentiment.positive, sentiment.negative);
            passages.entry(key).or_default().push(StancePassage { span, favor, against, weight: 1.0 });
            if doc.explanations.is_some() {
                let explanation = Explanation::new(STAGE, mention.span, "sentiment-in-quotation");
                let explanation = explanation.with("against", against).with("favor", favor);
                explanations.push(explanation.deciding(format!(
                    "{} on {}",
                    name_of(doc, key.0),
                    name_of(doc, Holder::Entity(key.1))
                )));
            }
        }
        Ok((passages, explanations))
    }

    fn gather(&self, holder: Holder, target: Target, passages: Vec<StancePassage>) -> Stance {
        Stance::from_passages(holder, target, passages, self.options.confidence, self.options.max_evidence)
    }
}

impl<'m> StanceHead<'m> {
    fn of(model: &'m Model) -> Result<Self, Error> {
        let head = model.head(Stances::HEAD)?;
        let find = |side: StanceLabel| {
            let place = head.labels().iter().position(|label| StanceLabel::named(label) == Some(side));
            place.ok_or_else(|| Error::Labels {
                head: Stances::HEAD,
                labels: head.labels().to_vec(),
                missing: side.as_str(),
            })
        };
        Ok(Self { head, against: find(StanceLabel::Against)?, favor: find(StanceLabel::Favor)? })
    }

    /// Probabilities that a passage is against the target, and for it, from their mean hidden states.
    fn judge(&self, passage: ArrayView1<'_, f32>, target: ArrayView1<'_, f32>) -> (f32, f32) {
        let scores = self.head.probabilities(pair(passage, target).view());
        (scores[self.against], scores[self.favor])
    }
}

fn unfit(error: Error) -> StageError {
    StageError::new("the head does not fit").with_source(error)
}

/// The unit vector and the hidden states of a target, which stands beside the documents.
fn encode(model: &Model, tokenizer: &Tokenizer, text: &str) -> Result<EncodedText, Error> {
    let unreadable = |source| Error::Text { text: text.chars().take(60).collect(), source };
    let mut doc = Document::from_text("", text);
    tokenizer.run(&mut doc).map_err(unreadable)?;
    if doc.windows.ids.is_empty() {
        return Err(unreadable(StageError::new("there is no word in it")));
    }
    let windows = PackedWindows { ids: &doc.windows.ids, shapes: &doc.windows.shapes, starts: &doc.windows.starts };
    let rows: Vec<usize> = doc.rows_of(doc.tokens_in(Span::new(0, doc.text.len()))).collect();
    Ok(model.encode_text(windows, &rows)?)
}

/// What the stance head reads: passage, target, their product and their distance, place by place.
fn pair(passage: ArrayView1<'_, f32>, target: ArrayView1<'_, f32>) -> Array1<f32> {
    let product = &passage * &target;
    let distance = (&passage - &target).mapv_into(f32::abs);
    concatenate![Axis(0), passage, target, product, distance]
}

/// What a passage gains by naming the target: up to [`SHARED_WORDS`], by the share of its words that it holds.
fn shared_words(target: &Prepared, passage: &str) -> f32 {
    if target.words.is_empty() {
        return 0.0;
    }
    let found: HashSet<String> = content_words(passage).filter(|word| target.words.contains(word)).collect();
    SHARED_WORDS * found.len() as f32 / target.words.len() as f32
}

fn content_words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .map(str::to_lowercase)
}

/// A holder as a person would name it.
fn name_of(doc: &Document, holder: Holder) -> &str {
    match holder {
        Holder::Outlet => "the outlet",
        Holder::Entity(entity) => doc.entities.get(entity).map_or("somebody", |entity| &entity.name),
    }
}

impl Stage for Stances {
    fn name(&self) -> &'static str {
        STAGE
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Hidden, Layer::SentVectors, Layer::Entities]
    }

    fn reads(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Stances]
    }

    fn provenance(&self) -> Provenance {
        let settings = serde_json::json!({
            "targets": self.options.targets,
            "relevance": self.options.relevance,
            "confidence": self.options.confidence,
            "max_evidence": self.options.max_evidence,
        });
        Provenance {
            stage: STAGE,
            model: Some(self.model.id()),
            sha256: Some(self.model.sha256().to_owned()),
            settings: settings.to_string(),
        }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.clear_explanations(STAGE);
        let mut stances = Vec::new();
        for target in &self.targets {
            stances.extend(self.towards_text(target, doc)?);
        }
        stances.extend(self.towards_entities(doc)?);
        for stance in stances.iter().filter(|_| doc.explanations.is_some()).cloned().collect::<Vec<_>>() {
            doc.explain(|doc| verdict(doc, &stance));
        }
        doc.stances = stances;
        doc.cover_sentences(STAGE, |sent| sent.kind.is_prose());
        Ok(())
    }
}

/// Why a stance as a whole is what it is.
fn verdict(doc: &Document, stance: &Stance) -> Explanation {
    let towards = match &stance.target {
        Target::Entity(entity) => name_of(doc, Holder::Entity(*entity)),
        Target::Text(text) => text,
    };
    let decision = format!("{} on {towards}: {}", name_of(doc, stance.holder), stance.label.as_str());
    let subject = match stance.holder {
        Holder::Outlet => Subject::Document,
        Holder::Entity(entity) => Subject::Entity(entity),
    };
    let rule = if stance.evidence.is_empty() { "no-passage" } else { "weighted-mean" };
    Explanation::new(STAGE, subject, rule).with("score", stance.score).deciding(decision)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_head_reads_a_pair_four_times_over() {
        let pair = pair(array![1.0, -2.0].view(), array![3.0, 0.5].view());
        assert_eq!(pair, array![1.0, -2.0, 3.0, 0.5, 3.0, -1.0, 2.0, 2.5]);
    }

    #[test]
    fn words_that_a_passage_shares_with_the_target() {
        let words = content_words("The new dam at Orla").collect();
        let target = Prepared { text: String::new(), embedding: array![], hidden: array![], words };
        // "Orla" is the only word of four letters.
        assert_eq!(shared_words(&target, "They met in ORLA."), 0.5);
        assert_eq!(shared_words(&target, "A dam was built."), 0.0);
    }
}
