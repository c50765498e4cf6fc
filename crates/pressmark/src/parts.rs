//! Functions for single layers of plain text.

use std::ops::Range;
use std::sync::OnceLock;

use ndarray::{Array1, Array2};
use pressmark_core::{Document, Layer, Stage};
use pressmark_encoder::normalize;
use pressmark_ingest::{Format, Options, Record as InputRecord, clean_document, ingest};
use pressmark_pipeline::guarded;
use pressmark_tokenize::Splitter;

use crate::{Annotator, Error, Settings};

/// An entity of a text, with all its mentions.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entity {
    /// Its most complete name in the text.
    pub name: String,
    /// Its label, such as `PERSON`.
    pub label: String,
    /// Its mentions as byte ranges, in text order.
    pub mentions: Vec<Range<usize>>,
}

/// A quotation of a text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Quotation {
    /// Its text, including any quotation marks.
    pub text: String,
    /// Its byte range.
    pub range: Range<usize>,
    /// The speaker's most complete name in the text, else the words that name the speaker here; `None` if unknown.
    pub speaker: Option<String>,
}

/// The default annotator that the functions of this module share, created on first use.
fn shared() -> Result<&'static Annotator, Error> {
    static SHARED: OnceLock<Annotator> = OnceLock::new();
    if let Some(annotator) = SHARED.get() {
        return Ok(annotator);
    }
    let annotator = Annotator::new(Settings::default())?;
    Ok(SHARED.get_or_init(|| annotator))
}

/// Extracts the article from the bytes of a page or of scraped text, without boilerplate; empty if there is none.
///
/// ```
/// let page = b"<html><body><nav><a href='/'>Home</a></nav><article><h1>Ferries stop</h1>\
///     <p>The ferries stopped on Monday, and nobody in the harbour could say for how long it would last.</p>\
///     </article></body></html>";
/// assert!(pressmark::clean(page).starts_with("Ferries stop\n\nThe ferries stopped"));
/// ```
#[must_use]
pub fn clean(bytes: &[u8]) -> String {
    let is_page = || {
        // Set by hand: a page has markup within its first kilobyte, which is also what the HTML standard's encoding
        // prescan reads.
        let start: Vec<u8> = bytes.iter().take(1024).map(u8::to_ascii_lowercase).collect();
        [&b"<html"[..], b"<!doctype", b"<head", b"<body", b"<div", b"<p>"]
            .iter()
            .any(|tag| start.windows(tag.len()).any(|window| window == *tag))
    };
    let format = if is_page() { Format::Html } else { Format::Text };
    let record = InputRecord::new("-", 0, format, bytes.to_vec());
    ingest(&record, &Options::default()).text
}

/// Splits a clean text into sentences.
///
/// ```
/// assert_eq!(pressmark::sentences("Dr. Okafor left. The room was quiet."), ["Dr. Okafor left.", "The room was quiet."]);
/// ```
#[must_use]
pub fn sentences(text: &str) -> Vec<&str> {
    let mut doc = clean_document("-", text, &Options::default());
    // The splitter has no model and cannot fail.
    let _ = Splitter.run(&mut doc);
    doc.sents.iter().filter_map(|sentence| text.get(sentence.span.start..sentence.span.end)).collect()
}

/// The entities of a clean text, in order of first mention, found by the shared default annotator.
///
/// ```
/// let entities = pressmark::entities("Ingrid Solberg met ministers in Oslo. Solberg left on Friday.")?;
/// assert_eq!((entities[0].name.as_str(), entities[0].mentions.len()), ("Ingrid Solberg", 2));
/// # Ok::<(), pressmark::Error>(())
/// ```
///
/// # Errors
/// If there is no model, or a stage fails.
pub fn entities(text: &str) -> Result<Vec<Entity>, Error> {
    shared()?.entities(text)
}

/// The quotations of a clean text with their speakers, found by the shared default annotator.
///
/// # Errors
/// If there is no model, or a stage fails.
pub fn quotes(text: &str) -> Result<Vec<Quotation>, Error> {
    shared()?.quotes(text)
}

/// The most salient sentences of a clean text, in text order, chosen by the shared default annotator.
///
/// # Errors
/// If there is no model, or a stage fails.
pub fn summary(text: &str) -> Result<Vec<String>, Error> {
    shared()?.summary(text)
}

/// Embeds texts with the shared default annotator: one unit vector per row (`texts × hidden size`). The dot product of
/// two rows is the cosine similarity of their texts.
///
/// # Errors
/// If there is no model, or a text cannot be encoded.
pub fn embed(texts: &[&str]) -> Result<Array2<f32>, Error> {
    shared()?.embed(texts)
}

impl Annotator {
    /// Runs a clean text through the stages required for a layer.
    fn up_to(&self, layer: Layer, text: &str) -> Result<Document, Error> {
        let mut doc = clean_document("-", text, &self.settings().ingest);
        for stage in self.stages_for(layer) {
            guarded(stage, &mut doc)
                .map_err(|error| Error::Failed { stage: stage.name(), message: error.to_string() })?;
        }
        Ok(doc)
    }

    /// The stages required for a layer, in execution order.
    fn stages_for(&self, layer: Layer) -> Vec<&dyn Stage> {
        let mut wanted = vec![layer];
        let mut stages: Vec<&dyn Stage> = Vec::new();
        for stage in self.stages().iter().rev() {
            if stage.provides().iter().any(|layer| wanted.contains(layer)) {
                wanted.extend(stage.needs().iter().chain(stage.reads()));
                stages.push(stage.as_ref());
            }
        }
        stages.reverse();
        stages
    }

    /// The entities of a clean text, in order of first mention.
    ///
    /// # Errors
    /// If a stage fails.
    pub fn entities(&self, text: &str) -> Result<Vec<Entity>, Error> {
        let doc = self.up_to(Layer::Entities, text)?;
        let mut entities: Vec<Entity> = doc
            .entities
            .iter()
            .map(|entity| Entity { name: entity.name.clone(), label: entity.label.to_string(), mentions: Vec::new() })
            .collect();
        for mention in &doc.ents {
            if let Some(entity) = mention.entity.and_then(|entity| entities.get_mut(entity)) {
                entity.mentions.push(mention.span.start..mention.span.end);
            }
        }
        Ok(entities)
    }

    /// The quotations of a clean text with their speakers, in text order.
    ///
    /// # Errors
    /// If a stage fails.
    pub fn quotes(&self, text: &str) -> Result<Vec<Quotation>, Error> {
        let doc = self.up_to(Layer::Quotes, text)?;
        let quotation = |quote: &pressmark_core::Quote| {
            let named = quote.speaker.and_then(|entity| doc.entities.get(entity)).map(|entity| entity.name.clone());
            Quotation {
                text: doc.slice(quote.span).to_owned(),
                range: quote.span.start..quote.span.end,
                speaker: named.or_else(|| quote.speaker_span.map(|span| doc.slice(span).to_owned())),
            }
        };
        Ok(doc.quotes.iter().map(quotation).collect())
    }

    /// The most salient sentences of a clean text, in text order; the settings say how many.
    ///
    /// # Errors
    /// If a stage fails.
    pub fn summary(&self, text: &str) -> Result<Vec<String>, Error> {
        let doc = self.up_to(Layer::Summary, text)?;
        let sentences = doc.summary.iter().filter_map(|chosen| doc.sents.get(chosen.sent));
        Ok(sentences.map(|sentence| doc.slice(sentence.span).to_owned()).collect())
    }

    /// Embeds texts: one unit vector per row (`texts × width`), the normalized mean of the text's sentence vectors, which
    /// are as wide as the model's hidden states unless another backend makes them. A text without a word gets a row of
    /// zeros.
    ///
    /// # Errors
    /// If a stage fails.
    pub fn embed(&self, texts: &[&str]) -> Result<Array2<f32>, Error> {
        let mean = |text: &&str| {
            let doc = self.up_to(Layer::SentVectors, text)?;
            Ok(doc.sent_vectors.mean_array(0..doc.sent_vectors.len()))
        };
        let means = texts.iter().map(mean).collect::<Result<Vec<_>, Error>>()?;
        Ok(unit_rows(means, self.model().hidden_size()))
    }
}

/// Normalized vectors as rows, `width` wide if there is none; zeros for an empty one.
fn unit_rows(vectors: Vec<Array1<f32>>, width: usize) -> Array2<f32> {
    let width = vectors.iter().map(Array1::len).find(|width| *width > 0).unwrap_or(width);
    let mut rows = Array2::zeros((vectors.len(), width));
    for (vector, mut row) in vectors.iter().zip(rows.rows_mut()).filter(|(vector, _)| !vector.is_empty()) {
        row.assign(vector);
        normalize(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn rows_are_as_wide_as_the_vectors() {
        let rows = unit_rows(vec![array![], array![3.0, 0.0, 4.0]], 2);
        assert_eq!(rows, array![[0.0, 0.0, 0.0], [0.6, 0.0, 0.8]]);
        assert_eq!(unit_rows(vec![array![]], 2), array![[0.0, 0.0]]);
    }
}
