use std::sync::Arc;

use ndarray::Array1;
use pressmark_core::{
    Document, Explanation, Holder, Layer, Provenance, Span, Stage, StageError, Stance, StanceReading, Subject, Target,
};
use pressmark_encoder::{Model, PackedWindows};
use pressmark_tokenize::Tokenizer;

use crate::Error;
use crate::candidates::Topic;
use crate::combine::Outcome;
use crate::head::HEAD;
use crate::pair::{Ends, PairHead, PairWindows, Words};

/// The stage's name.
pub(crate) const STAGE: &str = HEAD;

/// Options of [`Stances`].
#[derive(Clone, Debug, PartialEq)]
pub struct StancesOptions {
    /// Target texts in the user's words, in addition to the document's own entities. Default: none.
    pub targets: Vec<String>,
    /// Minimum relevance of a passage to a target. Relevance is the cosine of their embeddings plus up to 0.5 for the
    /// share of the target's words in the passage, so in [-1, 1.5]. Default: 0.3, set by hand; a lower value lets in
    /// passages about something else, a higher one misses paraphrases of the target.
    pub relevance: f32,
    /// Most passages of a document that are read once more beside a target, by relevance. Default: 32, set by hand; it
    /// bounds the time per document, and raising it costs one more encoder window per passage.
    pub max_passages: usize,
    /// Most evidence passages per stance. Default: 3, set by hand for readers.
    pub max_evidence: usize,
}

impl Default for StancesOptions {
    fn default() -> Self {
        Self { targets: Vec::new(), relevance: 0.3, max_passages: 32, max_evidence: 3 }
    }
}

/// The stage that finds who takes which stance.
///
/// The sentences relevant to a target text are retrieved by their vectors from the one pass over the document. At most
/// [`StancesOptions::max_passages`] of them, and of the quotations with a tone towards another entity, are encoded once
/// more after the target and their holder's name; the head then says whether the passage bears on the target, whether
/// it takes a side, and which. Passages are grouped by holder: the speaker of the quotation that a passage is in or
/// leads up to, else the outlet. `neutral` without evidence means that no passage bears on the target. Stances towards
/// the document's entities are only reported if they are not neutral.
pub struct Stances {
    pub(crate) model: Arc<Model>,
    tokenizer: Arc<Tokenizer>,
    pub(crate) targets: Vec<Prepared>,
    pub(crate) options: StancesOptions,
}

pub(crate) struct Prepared {
    pub(crate) text: String,
    pub(crate) topic: Topic,
    /// Its words, for the window shared with a passage.
    pub(crate) words: Words,
}

impl Stances {
    /// Name of the bundle's stance head.
    pub const HEAD: &str = HEAD;

    /// Creates the stage on this model and encodes the targets, once.
    ///
    /// # Errors
    /// If a target cannot be encoded, or the bundle lacks the `stance` head, or has it with other labels or another layout.
    pub fn new(model: Arc<Model>, tokenizer: Arc<Tokenizer>, options: StancesOptions) -> Result<Self, Error> {
        PairHead::of(&model)?;
        let prepare = |text: &String| -> Result<Prepared, Error> {
            let doc = tokenized(&tokenizer, text)?;
            let words = Words::of(&doc, 0..doc.tokens.len());
            Ok(Prepared { text: text.clone(), topic: Topic::new(text, embedding(&model, &doc)?), words })
        };
        let targets = options.targets.iter().map(prepare).collect::<Result<_, Error>>()?;
        Ok(Self { model, tokenizer, targets, options })
    }

    /// Reads a standalone passage beside each target, in order, as the words of `holder` (the outlet's if `None`).
    ///
    /// At most 110 words of holder and passage are read, as many as fit into a window of 176 subwords.
    ///
    /// # Errors
    /// If the text cannot be encoded, or contains no word.
    pub fn read_text(&self, holder: Option<&str>, text: &str) -> Result<Vec<StanceReading>, Error> {
        let head = PairHead::of(&self.model)?;
        let doc = tokenized(&self.tokenizer, text)?;
        let Some(ends) = Ends::of(&doc) else { return Ok(Vec::new()) };
        let holder = holder.map(|name| self.holder_words(name)).unwrap_or_default();
        let passage = Words::of(&doc, 0..doc.tokens.len());
        let mut windows = PairWindows::new(ends, self.model.max_window());
        self.targets.iter().for_each(|target| windows.push(&target.words, &holder, &passage));
        head.read(&windows, || Ok(())).map_err(|source| unreadable(text, source))
    }

    /// A holder's name as the prefix of a passage, with a colon; empty for a blank name.
    pub(crate) fn holder_words(&self, name: &str) -> Words {
        if name.trim().is_empty() { Words::default() } else { self.words_of(&format!("{}:", name.trim())) }
    }

    /// The words of a name; empty if it cannot be tokenized or has none.
    pub(crate) fn words_of(&self, name: &str) -> Words {
        tokenized(&self.tokenizer, name).map(|doc| Words::of(&doc, 0..doc.tokens.len())).unwrap_or_default()
    }
}

fn unfit(error: Error) -> StageError {
    StageError::new("the head does not fit").with_source(error)
}

/// Characters of a text that a message shows. Set by hand: enough to find it again.
const SHOWN: usize = 60;

fn unreadable(text: &str, source: StageError) -> Error {
    Error::Text { text: text.chars().take(SHOWN).collect(), source }
}

/// Tokenizes a standalone text (a target, a name, a passage) into a document with windows and at least one word.
fn tokenized(tokenizer: &Tokenizer, text: &str) -> Result<Document, Error> {
    let mut doc = Document::from_text("", text);
    tokenizer.run(&mut doc).map_err(|source| unreadable(text, source))?;
    if doc.windows.ids.is_empty() {
        return Err(unreadable(text, StageError::new("there is no word in it")));
    }
    Ok(doc)
}

/// The unit vector of such a text.
fn embedding(model: &Model, doc: &Document) -> Result<Array1<f32>, Error> {
    let windows = PackedWindows { ids: &doc.windows.ids, shapes: &doc.windows.shapes, starts: &doc.windows.starts };
    let rows: Vec<usize> = doc.rows_of(doc.tokens_in(Span::new(0, doc.text.len()))).collect();
    Ok(model.encode_text(windows, &rows)?.embedding)
}

/// Display name of a holder.
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
        let StancesOptions { targets, relevance, max_passages, max_evidence } = &self.options;
        let settings = serde_json::json!({
            "targets": targets, "relevance": relevance, "max_passages": max_passages, "max_evidence": max_evidence,
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
        let head = PairHead::of(&self.model).map_err(unfit)?;
        let Outcome { stances, found, read } = self.read_once_more(&head, doc)?;
        for stance in stances.iter().filter(|_| doc.explanations.is_some()).cloned().collect::<Vec<_>>() {
            doc.explain(|doc| verdict(doc, &stance));
        }
        doc.stances = stances;
        doc.cover_sentences(STAGE, |sent| sent.kind.is_prose());
        doc.cover_passages(STAGE, found, read);
        Ok(())
    }
}

/// Explains a stance as a whole.
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
    let rule = if stance.reading.is_some() { "most-sided-third" } else { "no-passage" };
    let mut explanation = Explanation::new(STAGE, subject, rule).with("score", stance.score);
    if let Some(reading) = &stance.reading {
        explanation = explanation
            .with("bears_on_target", reading.bears_on_target)
            .with("takes_a_side", reading.takes_a_side)
            .with("in_favor", reading.in_favor);
    }
    explanation.deciding(decision)
}
