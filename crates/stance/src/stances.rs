use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array1, ArrayView1};
use pressmark_core::{
    Document, Explanation, Holder, Layer, Mention, Provenance, Span, Stage, StageError, Stance, StanceLabel,
    StancePassage, StanceReading, Subject, Target,
};
use pressmark_encoder::{EncodedText, Model, PackedWindows};
use pressmark_tokenize::Tokenizer;

use crate::Error;
use crate::candidates::{Bearing, Topic, bearing_on, sentence_of, spoken_of};
use crate::combine::Outcome;
use crate::head::HEAD;
use crate::means::MeansHead;
use crate::pair::{Ends, PairHead, PairWindows, Words};
use crate::sentiment::SentimentHead;

/// The stage's name.
pub(crate) const STAGE: &str = HEAD;

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
    /// stances of VAST were missed. Bundles that read the target beside the passage have probabilities of which one half
    /// means as likely as not, and need no other.
    pub confidence: f32,
    /// Passages of a document that are read once more, the target beside them, at most: the most relevant ones. Default:
    /// 32.
    pub max_passages: usize,
    /// Evidence passages a stance at most. Default: 3.
    pub max_evidence: usize,
}

impl Default for StancesOptions {
    fn default() -> Self {
        Self { targets: Vec::new(), relevance: 0.3, confidence: 0.4, max_passages: 32, max_evidence: 3 }
    }
}

/// The stage that finds who stands where.
///
/// The sentences that bear on a target text are found by what the one pass over the document left; at most
/// [`StancesOptions::max_passages`] of them, and of the quotations with a tone towards another entity, are read once
/// more with the target and their holder's name before them: does the passage bear on the target, does it take a side,
/// which. They are gathered by holder: the speaker of the quotation that a passage stands in or leads up to, else the
/// outlet. `neutral` without evidence means that no passage bears on the target. Towards the document's entities, a
/// stance is given only where it is not neutral.
///
/// With a bundle whose `stance` head reads means of hidden states (up to 0.4), nothing is read twice: the head judges a
/// passage by those means, and a speaker's stance towards an entity is the sentiment of the speaker's quotations.
pub struct Stances {
    pub(crate) model: Arc<Model>,
    tokenizer: Arc<Tokenizer>,
    pub(crate) targets: Vec<Prepared>,
    pub(crate) options: StancesOptions,
}

pub(crate) struct Prepared {
    pub(crate) text: String,
    pub(crate) topic: Topic,
    /// Its words, for the window that it shares with a passage.
    pub(crate) words: Words,
    /// Its mean hidden state, for a head that reads means.
    hidden: Array1<f32>,
}

/// The passages of each holder, and an explanation of each where the document asks for them.
type Gathered<K> = (BTreeMap<K, Vec<StancePassage>>, Vec<Explanation>);

impl Stances {
    /// The bundle's head for a passage beside a target.
    pub const HEAD: &str = HEAD;

    /// A stage on this model; the targets are encoded here, once.
    ///
    /// # Errors
    /// When a target cannot be encoded, or the bundle lacks the `stance` head, or the `sentiment` head where it needs
    /// that one, or has them with other labels or of another layout.
    pub fn new(model: Arc<Model>, tokenizer: Arc<Tokenizer>, options: StancesOptions) -> Result<Self, Error> {
        if PairHead::of(&model)?.is_none() {
            MeansHead::of(&model)?;
            SentimentHead::of(&model)?;
        }
        let prepare = |text: &String| -> Result<Prepared, Error> {
            let doc = tokenized(&tokenizer, text)?;
            let EncodedText { embedding, mean: hidden, .. } = encode(&model, &doc)?;
            let words = Words::of(&doc, 0..doc.tokens.len());
            Ok(Prepared { text: text.clone(), topic: Topic::new(text, embedding), words, hidden })
        };
        let targets = options.targets.iter().map(prepare).collect::<Result<_, Error>>()?;
        Ok(Self { model, tokenizer, targets, options })
    }

    /// What a passage that is no document says of each target, in their order: its label and the probability of that.
    ///
    /// It is read as the outlet's words, up to 110 of them; see [`read_text`](Self::read_text).
    ///
    /// # Errors
    /// When the text cannot be encoded, or there is no word in it.
    pub fn score_text(&self, text: &str) -> Result<Vec<(StanceLabel, f32)>, Error> {
        if let Some(readings) = self.read_text(None, text)? {
            return Ok(readings.iter().map(|said| (said.label(), said.probability(said.label()))).collect());
        }
        let head = MeansHead::of(&self.model)?;
        let passage = encode(&self.model, &tokenized(&self.tokenizer, text)?)?.mean;
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

    /// What a passage that is no document says of each target, in their order, read beside it as the words of a holder;
    /// of none, they are the outlet's. `None` where the bundle's head does not read pairs.
    ///
    /// Of a passage with its holder at most 110 words are read, as many as fit into a window of 176 subwords.
    ///
    /// # Errors
    /// When the text cannot be encoded, or there is no word in it.
    pub fn read_text(&self, holder: Option<&str>, text: &str) -> Result<Option<Vec<StanceReading>>, Error> {
        let Some(head) = PairHead::of(&self.model)? else { return Ok(None) };
        let doc = tokenized(&self.tokenizer, text)?;
        let Some(ends) = Ends::of(&doc) else { return Ok(Some(Vec::new())) };
        let holder = holder.map(|name| self.holder_words(name)).unwrap_or_default();
        let passage = Words::of(&doc, 0..doc.tokens.len());
        let mut windows = PairWindows::new(ends, self.model.max_window());
        self.targets.iter().for_each(|target| windows.push(&target.words, &holder, &passage));
        head.read(&windows, || Ok(())).map(Some).map_err(|source| unreadable(text, source))
    }

    /// A holder's name as it stands before a passage, with a colon; none for one without a word.
    pub(crate) fn holder_words(&self, name: &str) -> Words {
        if name.trim().is_empty() { Words::default() } else { self.words_of(&format!("{}:", name.trim())) }
    }

    /// The words of a name; none where it has none.
    pub(crate) fn words_of(&self, name: &str) -> Words {
        tokenized(&self.tokenizer, name).map(|doc| Words::of(&doc, 0..doc.tokens.len())).unwrap_or_default()
    }

    /// Stances by a head that reads means of hidden states.
    fn by_means(&self, doc: &mut Document) -> Result<Vec<Stance>, StageError> {
        let mut stances = Vec::new();
        for target in &self.targets {
            stances.extend(self.towards_text(target, doc)?);
        }
        stances.extend(self.towards_entities(doc)?);
        Ok(stances)
    }

    fn towards_text(&self, target: &Prepared, doc: &mut Document) -> Result<Vec<Stance>, StageError> {
        let head = MeansHead::of(&self.model).map_err(unfit)?;
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
        head: &MeansHead<'_>,
        target: &Prepared,
        doc: &Document,
    ) -> Result<Gathered<Holder>, StageError> {
        let (mut passages, mut explanations): Gathered<Holder> = Default::default();
        for bearing in bearing_on(doc, &target.topic, self.options.relevance)? {
            let Bearing { sent, cosine, shared_words } = bearing;
            let Some(sent) = doc.sents.get(sent) else { continue };
            let holder = doc.holder_of(sent.span);
            let hidden = doc.hidden.mean(doc.rows_of(sent.tokens.clone()));
            let (against, favor) = head.judge(ArrayView1::from(&hidden[..]), target.hidden.view());
            let weight = bearing.relevance();
            passages.entry(holder).or_default().push(StancePassage { span: sent.span, favor, against, weight });
            if doc.explanations.is_some() {
                let numbers =
                    [("cosine", cosine), ("shared_words", shared_words), ("against", against), ("favor", favor)];
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
        let (mentions, keys): (Vec<&Mention>, Vec<_>) =
            spoken_of(doc).map(|(mention, holder, entity)| (mention, (holder, entity))).unzip();
        let (mut passages, mut explanations): Gathered<(Holder, usize)> = Default::default();
        for ((mention, key), sentiment) in mentions.iter().zip(keys).zip(head.towards(doc, &mentions)?) {
            let Some(sentiment) = sentiment else { continue };
            let span = sentence_of(doc, mention).map_or(mention.span, |(_, sent)| sent.span);
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

fn unfit(error: Error) -> StageError {
    StageError::new("the head does not fit").with_source(error)
}

fn unreadable(text: &str, source: StageError) -> Error {
    Error::Text { text: text.chars().take(60).collect(), source }
}

/// A text that stands beside the documents, as a document with windows and at least one word.
fn tokenized(tokenizer: &Tokenizer, text: &str) -> Result<Document, Error> {
    let mut doc = Document::from_text("", text);
    tokenizer.run(&mut doc).map_err(|source| unreadable(text, source))?;
    if doc.windows.ids.is_empty() {
        return Err(unreadable(text, StageError::new("there is no word in it")));
    }
    Ok(doc)
}

/// The unit vector and the hidden states of such a text.
fn encode(model: &Model, doc: &Document) -> Result<EncodedText, Error> {
    let windows = PackedWindows { ids: &doc.windows.ids, shapes: &doc.windows.shapes, starts: &doc.windows.starts };
    let rows: Vec<usize> = doc.rows_of(doc.tokens_in(Span::new(0, doc.text.len()))).collect();
    Ok(model.encode_text(windows, &rows)?)
}

/// A holder as a person would name it.
pub(crate) fn name_of(doc: &Document, holder: Holder) -> &str {
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
        &[Layer::Sents, Layer::Tokens, Layer::Windows, Layer::Hidden, Layer::SentVectors, Layer::Entities]
    }

    fn reads(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Stances]
    }

    fn provenance(&self) -> Provenance {
        let StancesOptions { targets, relevance, confidence, max_passages, max_evidence } = &self.options;
        let settings = if matches!(PairHead::of(&self.model), Ok(Some(_))) {
            serde_json::json!({
                "targets": targets, "relevance": relevance, "max_passages": max_passages, "max_evidence": max_evidence,
            })
        } else {
            serde_json::json!({
                "targets": targets, "relevance": relevance, "confidence": confidence, "max_evidence": max_evidence,
            })
        };
        Provenance {
            stage: STAGE,
            model: Some(self.model.id()),
            sha256: Some(self.model.sha256().to_owned()),
            settings: settings.to_string(),
        }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.clear_explanations(STAGE);
        let head = PairHead::of(&self.model).map_err(unfit)?;
        let (stances, passages) = match &head {
            Some(head) => {
                let Outcome { stances, found, read } = self.read_once_more(head, doc)?;
                (stances, Some((found, read)))
            }
            None => (self.by_means(doc)?, None),
        };
        for stance in stances.iter().filter(|_| doc.explanations.is_some()).cloned().collect::<Vec<_>>() {
            doc.explain(|doc| verdict(doc, &stance));
        }
        doc.stances = stances;
        doc.cover_sentences(STAGE, |sent| sent.kind.is_prose());
        if let Some((found, read)) = passages {
            doc.cover_passages(STAGE, found, read);
        }
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
    let rule = match (&stance.reading, stance.evidence.is_empty()) {
        (Some(_), _) => "most-sided-third",
        (None, true) => "no-passage",
        (None, false) => "weighted-mean",
    };
    let mut explanation = Explanation::new(STAGE, subject, rule).with("score", stance.score);
    if let Some(reading) = &stance.reading {
        explanation = explanation
            .with("bears_on_target", reading.bears_on_target)
            .with("takes_a_side", reading.takes_a_side)
            .with("in_favor", reading.in_favor);
    }
    explanation.deciding(decision)
}
