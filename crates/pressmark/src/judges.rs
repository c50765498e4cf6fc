//! Single predictions on documents whose tokens, mentions or targets are given, as in gold data.

use std::sync::Arc;

use pressmark_core::{Document, Mention, Sentiment, Stage, StanceReading};
use pressmark_encode::DocumentEncoder;
use pressmark_ner::Ner;
use pressmark_stance::{EntitySentiment, Stances, StancesOptions};
use pressmark_summarize::{Length, Summarizer};
use pressmark_tokenize::Tokenizer;

use crate::backends::Slot;
use crate::rust_bert::{RustBert, TagFn};
use crate::{Annotator, Error, Settings};

/// Tags given tokens with the labels of the annotator's scheme.
pub struct Tagger(Tags);

enum Tags {
    Bundled { tokenizer: Arc<Tokenizer>, encoder: Box<DocumentEncoder>, ner: Box<Ner> },
    RustBert(TagFn),
}

impl Tagger {
    /// Returns one BIO tag per token of a document that has sentences and tokens.
    ///
    /// # Errors
    /// If the encoder or the head rejects the document.
    pub fn tags(&self, doc: &mut Document) -> Result<Vec<String>, Error> {
        let (tokenizer, encoder, ner) = match &self.0 {
            Tags::Bundled { tokenizer, encoder, ner } => (tokenizer, encoder, ner),
            Tags::RustBert(tags) => return tags(doc),
        };
        let failed = |error: pressmark_core::StageError| Error::Failed { stage: "ner", message: error.to_string() };
        doc.windows = tokenizer.windows(doc);
        encoder.run(doc).map_err(failed)?;
        ner.tag(doc).map_err(|error| Error::Failed { stage: "ner", message: error.to_string() })
    }
}

/// Predicts the sentiment towards single mentions.
pub struct SentimentJudge(EntitySentiment);

impl SentimentJudge {
    /// The sentiment towards a mention in a document with hidden states; `None` if the mention lies in no encoded
    /// sentence.
    #[must_use]
    pub fn towards(&self, doc: &Document, mention: &Mention) -> Option<Sentiment> {
        self.0.towards(doc, mention)
    }
}

/// Reads single passages beside targets.
pub struct StanceJudge(Stances);

impl StanceJudge {
    /// Reads a passage beside each target, in order, as the words of `holder`, or of the outlet if `None`.
    ///
    /// # Errors
    /// If the passage cannot be encoded, or contains no word.
    pub fn read(&self, holder: Option<&str>, passage: &str) -> Result<Vec<StanceReading>, Error> {
        let failed = |source: pressmark_stance::Error| Error::Stage { stage: "stance", source: source.into() };
        self.0.read_text(holder, passage).map_err(failed)
    }
}

impl Annotator {
    /// Creates a tagger of given tokens, with the settings' scheme.
    ///
    /// # Errors
    /// If the model lacks a head.
    pub fn tagger(&self) -> Result<Tagger, Error> {
        if self.settings().backends.rust_bert.contains_key(&Slot::Ner)
            && let Some(rust_bert) = RustBert::new(self.settings())?
        {
            return Ok(Tagger(Tags::RustBert(rust_bert.tagger()?)));
        }
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Stage { stage: "ner", source };
        let mut options = pressmark_ner::Options::default();
        options.scheme = self.settings().scheme;
        Ok(Tagger(Tags::Bundled {
            tokenizer: Arc::clone(self.shared_tokenizer()),
            encoder: Box::new(DocumentEncoder::new(Arc::clone(self.model())).map_err(|e| failed(e.into()))?),
            ner: Box::new(Ner::new(Arc::clone(self.model()), options).map_err(|e| failed(e.into()))?),
        }))
    }

    /// Creates a judge of the sentiment towards given mentions.
    ///
    /// # Errors
    /// If the model lacks the head.
    pub fn sentiment_judge(&self) -> Result<SentimentJudge, Error> {
        let judge = EntitySentiment::new(Arc::clone(self.model()));
        Ok(SentimentJudge(judge.map_err(|source| Error::Stage { stage: "sentiment", source: source.into() })?))
    }

    /// Creates the stage `summarize` with another length than the settings'.
    ///
    /// # Errors
    /// If the model's head does not fit.
    pub fn summarizer(&self, length: Length) -> Result<Box<dyn Stage>, Error> {
        let stage = Summarizer::new(Arc::clone(self.model()), pressmark_summarize::Options { length });
        Ok(Box::new(stage.map_err(|source| Error::Stage { stage: "summarize", source: source.into() })?))
    }

    /// Creates the stage that writes abstracts; `None` unless the settings put `summarize` on rust-bert.
    ///
    /// # Errors
    /// If its model cannot be found or loaded.
    pub fn abstract_writer(&self) -> Result<Option<Box<dyn Stage>>, Error> {
        let rust_bert = RustBert::new(self.settings())?;
        let has_writer = self.settings().backends.rust_bert.contains_key(&Slot::Summarize);
        rust_bert.filter(|_| has_writer).map(|rust_bert| rust_bert.stage(Slot::Summarize)).transpose()
    }

    /// Creates the stage `stance` with other targets than the settings', on rust-bert if the settings put it there.
    ///
    /// # Errors
    /// If the model lacks the head, or a target cannot be encoded.
    pub fn stances_towards(&self, targets: Vec<String>) -> Result<Box<dyn Stage>, Error> {
        if self.settings().backends.rust_bert.contains_key(&Slot::Stance) {
            let settings = Settings { targets, ..self.settings().clone() };
            if let Some(rust_bert) = RustBert::new(&settings)? {
                return rust_bert.stage(Slot::Stance);
            }
            return Err(Error::NoRustBert);
        }
        Ok(Box::new(self.stances(targets)?))
    }

    /// Creates a judge of passages beside these targets; `None` if the settings put stances on rust-bert.
    ///
    /// # Errors
    /// As [`stances_towards`](Self::stances_towards).
    pub fn stance_judge(&self, targets: Vec<String>) -> Result<Option<StanceJudge>, Error> {
        if self.settings().backends.rust_bert.contains_key(&Slot::Stance) {
            return Ok(None);
        }
        self.stances(targets).map(|stances| Some(StanceJudge(stances)))
    }

    fn stances(&self, targets: Vec<String>) -> Result<Stances, Error> {
        let options = StancesOptions { targets, ..StancesOptions::default() };
        let stances = Stances::new(Arc::clone(self.model()), Arc::clone(self.shared_tokenizer()), options);
        stances.map_err(|source| Error::Stage { stage: "stance", source: source.into() })
    }
}
