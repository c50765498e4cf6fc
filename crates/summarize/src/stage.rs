use std::ops::Range;
use std::sync::Arc;

use pressmark_core::{Document, Layer, Provenance, Stage, StageError};
use pressmark_encoder::{Head, Model};
use pressmark_tokenize::Splitter;

use crate::eligible::candidates;
use crate::score::scores;
use crate::select::select;
use crate::{Error, Length};

/// Name of the bundle's head that scores salience.
const SALIENCE: &str = "salience";

/// Settings of [`Summarizer`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Length of the summary. Default: three sentences, set by hand: about the length of a lead.
    pub length: Length,
}

impl Default for Options {
    fn default() -> Self {
        Self { length: Length::Sentences(3) }
    }
}

/// The stage `summarize`: selects the most salient sentences.
pub struct Summarizer {
    model: Option<Arc<Model>>,
    options: Options,
}

impl Summarizer {
    /// Creates a summarizer that uses the model's salience head, if it has one.
    ///
    /// # Errors
    /// [`Error::BadLength`] for a length of nothing or more than everything, [`Error::HeadWidth`] if the head does not
    /// fit the model.
    pub fn new(model: Arc<Model>, options: Options) -> Result<Self, Error> {
        if let Ok(head) = model.head(SALIENCE) {
            let (expected, found) = (2 * model.hidden_size(), head.inputs());
            if expected != found {
                return Err(Error::HeadWidth { expected, found });
            }
            return Ok(Self { model: Some(model), ..Self::without_model(options)? });
        }
        Self::without_model(options)
    }

    /// Creates a summarizer that judges by words, sentence vectors, length and position alone.
    ///
    /// # Errors
    /// [`Error::BadLength`] for a length of nothing or more than everything.
    pub fn without_model(options: Options) -> Result<Self, Error> {
        match options.length {
            Length::Sentences(0) => Err(Error::BadLength("0 sentences".into())),
            Length::Words(0) => Err(Error::BadLength("0 words".into())),
            Length::Share(share) if !(share > 0.0 && share <= 1.0) => {
                Err(Error::BadLength(format!("{share} of the text")))
            }
            _ => Ok(Self { model: None, options }),
        }
    }

    fn head(&self) -> Option<&Head> {
        self.model.as_ref().and_then(|model| model.head(SALIENCE).ok())
    }
}

/// Summarizes plain text by its words and the length and position of its sentences alone; sentences in text order.
///
/// # Errors
/// [`Error::BadLength`] for a length of nothing or more than everything.
pub fn summary(text: &str, length: Length) -> Result<Vec<&str>, Error> {
    let summarizer = Summarizer::without_model(Options { length })?;
    let mut doc = Document::from_text("", text);
    // Neither stage can fail here: there is no deadline and no model.
    let _ = Splitter.run(&mut doc).and_then(|()| summarizer.run(&mut doc));
    Ok(doc.summary.iter().filter_map(|chosen| text.get(Range::from(doc.sents.get(chosen.sent)?.span))).collect())
}

impl Stage for Summarizer {
    fn name(&self) -> &'static str {
        "summarize"
    }

    fn needs(&self) -> &'static [Layer] {
        if self.model.is_some() {
            &[Layer::Sents, Layer::Tokens, Layer::Hidden, Layer::SentVectors]
        } else {
            &[Layer::Sents, Layer::Tokens, Layer::SentVectors]
        }
    }

    fn reads(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Summary]
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            stage: self.name(),
            model: self.model.as_ref().map(|model| model.id()),
            sha256: self.model.as_ref().map(|model| model.sha256().to_owned()),
            settings: serde_json::to_string(&self.options.length).unwrap_or_default(),
        }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.in_time()?;
        let candidates = candidates(doc);
        doc.in_time()?;
        let scores = scores(doc, &candidates, self.head(), self.options.length);
        doc.in_time()?;
        doc.summary = select(doc, &candidates, &scores, self.options.length);
        let total = doc.sents.iter().filter(|s| s.kind.is_prose()).map(|s| doc.slice(s.span).chars().count()).sum();
        doc.cover(self.name(), total, total);
        Ok(())
    }
}
