use std::cmp::Ordering;
use std::sync::Arc;

use ndarray::ArrayView1;
use pressmark_core::{
    Document, Explanation, Frame, Layer, Provenance, SegmentKind, Sentence, Span, Stage, StageError, Subject,
};
use pressmark_encoder::{Model, normalize};
use pressmark_tokenize::Tokenizer;

use crate::base::{Base, Score, Whole};
use crate::fitted::LinearHead;
use crate::passage::{Passage, encode};
use crate::{Codebook, Error, Vectors};

/// Name of the stage.
const STAGE: &str = "frames";

/// Options of [`Frames`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FramesOptions {
    /// Most evidence sentences per frame. Default: 3, set by hand for readers.
    pub max_evidence: usize,
    /// Minimum score of an evidence sentence, in [0, 1]. Default: 0.5, more likely than not.
    pub evidence_score: f32,
    /// Frames with a lower score are omitted, in [0, 1]. Default: 0, which keeps every frame of every codebook.
    pub min_score: f32,
}

impl Default for FramesOptions {
    fn default() -> Self {
        Self { max_evidence: 3, evidence_score: 0.5, min_score: 0.0 }
    }
}

/// The stage that scores every frame of its codebooks and lists the evidence sentences.
pub struct Frames {
    model: Arc<Model>,
    books: Vec<Book>,
    options: FramesOptions,
}

struct Book {
    id: String,
    labels: Vec<String>,
    base: Base,
    fitted: Vec<Option<LinearHead>>,
    /// Number of coded texts the fitted heads were learnt from; `None` without a fit.
    fit_examples: Option<usize>,
}

/// Most sentences of a text that is scored as one unit. Set by hand: coders label units of about this size, and the
/// strongest third of two sentences would be a single one. Frames with a pooled head are scored as one unit in texts of
/// any length.
pub(crate) const UNIT: usize = 3;

/// Sentences between two checks of the deadline. Set by hand: a few milliseconds with two codebooks.
const SENTENCES_AT_ONCE: usize = 64;

impl Frames {
    /// Creates the stage for these codebooks and encodes their definitions and examples, once.
    ///
    /// # Errors
    /// If a text of a codebook cannot be encoded, the bundle has no `embedding` head, or a codebook was fitted for
    /// another bundle.
    pub fn new(
        model: Arc<Model>,
        tokenizer: &Tokenizer,
        codebooks: &[Codebook],
        options: FramesOptions,
    ) -> Result<Self, Error> {
        let vectors = Vectors::encode(&model, tokenizer, codebooks)?;
        Self::with_vectors(model, tokenizer, codebooks, options, &vectors)
    }

    /// Like [`new`](Self::new), with precomputed vectors; only missing texts are encoded.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_vectors(
        model: Arc<Model>,
        tokenizer: &Tokenizer,
        codebooks: &[Codebook],
        options: FramesOptions,
        vectors: &Vectors,
    ) -> Result<Self, Error> {
        let book = |codebook: &Codebook| {
            let fit = codebook.fit.as_ref();
            if let Some(fit) = fit.filter(|fit| fit.sha256 != model.sha256()) {
                let (own, other) = (model.id(), &fit.model);
                let reason = format!("it was fitted for other weights ({other}) than these ({own}); fit it again");
                return Err(Error::Content { name: codebook.id(), reason });
            }
            let head = |label: &str| fit.and_then(|fit| fit.head.iter().find(|head| head.label == label).cloned());
            Ok(Book {
                id: codebook.id(),
                labels: codebook.labels().map(str::to_owned).collect(),
                base: Base::with_vectors(codebook, vectors, &model, tokenizer)?,
                fitted: codebook.labels().map(head).collect(),
                fit_examples: fit.map(|fit| fit.examples),
            })
        };
        let books = codebooks.iter().map(book).collect::<Result<_, Error>>()?;
        Ok(Self { model, books, options })
    }

    /// Scores a short standalone text (a headline, a passage) as one unit; the best frames of each codebook first,
    /// without evidence.
    ///
    /// # Errors
    /// If the text cannot be encoded, or contains no word.
    pub fn score_text(&self, tokenizer: &Tokenizer, text: &str) -> Result<Vec<Frame>, Error> {
        let (text, _) = encode(&self.model, tokenizer, text)?;
        let (vector, passage) = (text.embedding.clone(), Passage::from(text));
        let mut frames = Vec::new();
        for book in &self.books {
            let scores = book.judge(vector.view(), || passage.clone(), None);
            let labelled = book.labels.iter().zip(scores).filter(|(_, score)| score.value() >= self.options.min_score);
            let first = frames.len();
            frames.extend(labelled.map(|(label, score)| Frame {
                codebook: book.id.clone(),
                label: label.clone(),
                score: score.value(),
                evidence: Vec::new(),
            }));
            frames[first..].sort_by(best_first);
        }
        Ok(frames)
    }

    fn frames_of(&self, book: &Book, doc: &Document) -> Result<Found, StageError> {
        let read = (0..doc.sents.len()).filter(|&sent| is_read(&doc.sents[sent]) && sent < doc.sent_vectors.len());
        let mut scores: Vec<(usize, Vec<Score>)> = Vec::new();
        let mut whole = book.base.whole();
        for sent in read {
            if scores.len().is_multiple_of(SENTENCES_AT_ONCE) {
                doc.in_time()?;
            }
            scores.push((sent, book.score(doc, &[sent], Some(&mut whole))));
        }
        let all: Vec<usize> = scores.iter().map(|(sent, _)| *sent).collect();
        let is_unit = all.len() <= UNIT;
        let unit = if is_unit { book.score(doc, &all, None) } else { Vec::new() };
        let whole = book.base.of_whole(&whole, book.labels.len());
        let FramesOptions { max_evidence, evidence_score, min_score } = self.options;
        let mut found = Found::default();
        for (index, label) in book.labels.iter().enumerate() {
            let of_sentences = scores.iter().filter_map(|(sent, scores)| Some((*sent, scores.get(index)?.value())));
            let mut frame = Frame::from_sentences(doc, &*book.id, &**label, of_sentences, max_evidence, evidence_score);
            let as_one = if is_unit {
                Some(unit.get(index).copied().unwrap_or_default())
            } else {
                let trained = whole.get(index).copied().flatten();
                book.of_article(doc, index, trained, &scores)
            };
            if let Some(score) = &as_one {
                frame.score = score.value();
            }
            if doc.explanations.is_some() {
                found.explain(
                    &frame,
                    as_one.as_ref(),
                    scores.iter().map(|(sent, s)| (doc.sents[*sent].span, &s[index])),
                );
            }
            if frame.score >= min_score {
                found.frames.push(frame);
            }
        }
        found.frames.sort_by(best_first);
        Ok(found)
    }
}

/// Compares by descending score; under a stable sort, frames of equal score keep the codebook's order.
fn best_first(a: &Frame, b: &Frame) -> Ordering {
    b.score.total_cmp(&a.score)
}

/// The frames of one codebook in a document, with their explanations.
#[derive(Default)]
struct Found {
    frames: Vec<Frame>,
    explanations: Vec<Explanation>,
}

impl Found {
    /// Adds one explanation for the frame as a whole and one for each evidence sentence.
    fn explain<'a>(
        &mut self,
        frame: &Frame,
        unit: Option<&Score>,
        sentences: impl Iterator<Item = (Span, &'a Score)> + Clone,
    ) {
        let decision = format!("{} {}", frame.codebook, frame.label);
        let whole = match unit {
            Some(score) => explanation(Subject::Document, score),
            None => {
                let read = sentences.clone().count() as f32;
                Explanation::new(STAGE, Subject::Document, "strongest-third").with("sentences", read)
            }
        };
        self.explanations.push(whole.with("score", frame.score).deciding(decision.clone()));
        for (span, score) in sentences.filter(|(span, _)| frame.evidence.iter().any(|e| e.span == *span)) {
            let sentence = explanation(Subject::Text(span), score).with("score", score.value());
            self.explanations.push(sentence.deciding(decision.clone()));
        }
    }
}

/// Explains a score by its parts.
fn explanation(subject: Subject, score: &Score) -> Explanation {
    let mut explanation = Explanation::new(STAGE, subject, score.rule()).with("prototype", score.prototype);
    if let Some((probability, share)) = score.trained {
        explanation = explanation.with("head", probability).with("head_share", share);
    }
    match score.fitted {
        Some(fitted) => explanation.with("fitted", fitted),
        None => explanation,
    }
}

impl Book {
    /// Scores each frame for these sentences together.
    fn score(&self, doc: &Document, sents: &[usize], whole: Option<&mut Whole>) -> Vec<Score> {
        if sents.is_empty() {
            return Vec::new();
        }
        let mut vector = doc.sent_vectors.mean_array(sents.iter().copied());
        normalize(vector.view_mut());
        self.judge(vector.view(), || Passage::of(doc, sents), whole)
    }

    /// The score of a frame in an article by a pooled head, given that head's probability and weight over the whole
    /// document; `None` if the frame has no such head, or has a fitted one, which reads single sentences.
    fn of_article(
        &self,
        doc: &Document,
        frame: usize,
        trained: Option<(f32, f32)>,
        sentences: &[(usize, Vec<Score>)],
    ) -> Option<Score> {
        if self.fitted.get(frame)?.is_some() {
            return None;
        }
        let trained = Some(trained?);
        let prototypes = sentences.iter().filter_map(|(sent, scores)| Some((*sent, scores.get(frame)?.prototype)));
        let prototype = Frame::from_sentences(doc, "", "", prototypes, 0, 1.0).score;
        Some(Score { prototype, trained, fitted: None })
    }

    /// Scores each frame for a unit vector and the hidden states behind it.
    fn judge(
        &self,
        vector: ArrayView1<'_, f32>,
        passage: impl FnOnce() -> Passage,
        whole: Option<&mut Whole>,
    ) -> Vec<Score> {
        let mut scores = self.base.score(vector, passage, whole);
        for (score, head) in scores.iter_mut().zip(&self.fitted) {
            score.fitted = head.as_ref().map(|head| head.score(vector, score.base()));
        }
        scores
    }
}

impl Stage for Frames {
    fn name(&self) -> &'static str {
        STAGE
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Hidden, Layer::SentVectors]
    }

    fn reads(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Frames]
    }

    fn provenance(&self) -> Provenance {
        let mut settings = serde_json::json!({
            "codebooks": self.books.iter().map(|book| &book.id).collect::<Vec<_>>(),
            "fitted": self.books.iter().filter_map(|book| Some((&book.id, book.fit_examples?))).collect::<Vec<_>>(),
            "max_evidence": self.options.max_evidence,
            "evidence_score": self.options.evidence_score,
        });
        if self.options.min_score > 0.0 {
            settings["min_score"] = self.options.min_score.into();
        }
        Provenance {
            stage: self.name(),
            model: Some(self.model.id()),
            sha256: Some(self.model.sha256().to_owned()),
            settings: settings.to_string(),
        }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.clear_explanations(STAGE);
        let mut frames = Vec::new();
        for book in &self.books {
            let found = self.frames_of(book, doc)?;
            frames.extend(found.frames);
            doc.explain_all(found.explanations);
        }
        doc.frames = frames;
        doc.cover_sentences(STAGE, is_read);
        Ok(())
    }
}

/// Whether a sentence is scored: prose and the title, because headings and captions are too short to judge.
fn is_read(sent: &Sentence) -> bool {
    sent.kind.is_prose() || sent.kind == SegmentKind::Title
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use ndarray::{Array2, Axis};
    use pressmark_core::Rows;
    use pressmark_encoder::TinyBundle;
    use pressmark_tokenize::{Options, Splitter, Subwords};

    use super::*;

    /// A model with two pooled frames, and a stage over a codebook with both (one of them at half weight) and a third
    /// without a head.
    fn stage() -> (Arc<Model>, Frames) {
        let own = ["flood", "drought"].map(str::to_owned).to_vec();
        let heads = vec![("embedding".to_owned(), Vec::new(), None), ("frames.water".to_owned(), own, None)];
        let model = Model::from_files(&TinyBundle { heads, ..TinyBundle::default() }.files()).expect("it is sound");
        let model = Arc::new(model);
        let mut toml = "[codebook]\nname = \"water\"\nversion = \"1\"\nkind = \"frames\"\n".to_owned();
        for (name, head) in [("flood", "head_share = 1.0"), ("drought", "head_share = 0.5"), ("tide", "")] {
            let _ = writeln!(
                toml,
                "[[label]]\nname = \"{name}\"\ndefinition = \"A {name} came.\"\nexamples = [\"The {name}!\"]"
            );
            if !head.is_empty() {
                let _ = writeln!(toml, "head = \"frames.water:{name}\"\n{head}");
            }
        }
        let book = Codebook::parse("water", &toml).expect("a codebook");
        let subwords = Subwords::from_json(model.tokenizer_json()).expect("a tokenizer");
        let options = Options { max_window: model.max_window(), ..Options::default() };
        let tokenizer = Tokenizer::new(subwords, options).expect("there is room");
        let frames = Frames::new(Arc::clone(&model), &tokenizer, &[book], FramesOptions::default());
        (model, frames.expect("the texts can be read"))
    }

    /// A document with the given number of sentences and one row of hidden states per token.
    fn document(sentences: usize, width: usize) -> Document {
        let mut doc = Document::from_text("a", "Rain fell on the town. ".repeat(sentences));
        Splitter.run(&mut doc).expect("the splitter never gives up");
        let count = doc.tokens.len();
        doc.windows.token_rows = (0..count).map(|token| token..token + 1).collect();
        let noise = |i: usize| ((i * 7919 % 1000) as f32 - 500.0) / 250.0;
        doc.hidden = Rows::with_capacity(width, count);
        doc.hidden.extend(&(0..count * width).map(noise).collect::<Vec<_>>());
        doc.sent_vectors = Rows::with_capacity(width, sentences);
        doc.sent_vectors.extend(&(0..sentences * width).map(|i| noise(i + 77)).collect::<Vec<_>>());
        doc.explanations = Some(Vec::new());
        doc
    }

    /// As in training, a pooled head reads all subwords of an article together, whatever its sentences score alone.
    #[test]
    fn a_pooled_head_reads_an_article_as_one_text() {
        let (model, stage) = stage();
        let head = model.head("frames.water").expect("it was asked for");
        for sentences in [2, 9] {
            let mut doc = document(sentences, model.hidden_size());
            stage.run(&mut doc).expect("the stage runs");
            let mut states = Vec::new();
            (0..doc.hidden.len()).for_each(|row| doc.hidden.append_row(row, &mut states));
            let states = Array2::from_shape_vec((doc.hidden.len(), model.hidden_size()), states).expect("rows");
            let mut expected = head.pool(head.apply_rows(states.view()).view());
            head.calibrate(expected.view_mut().insert_axis(Axis(0)));
            let frame = |name: &str| doc.frames.iter().find(|f| f.label == name).expect("every frame has a score");
            assert!((frame("flood").score - expected[0]).abs() < 1e-4, "{sentences}: {expected}");
            let why = |name: &str| {
                let decision = format!("water 1 {name}");
                let notes = doc.explanations.iter().flatten();
                notes.clone().find(|n| n.decision == decision && n.subject == Subject::Document).expect("it says why")
            };
            assert_eq!((&*why("flood").rule, &*why("drought").rule), ("trained-head", "prototype-and-head"));
            assert_eq!(why("tide").rule, if sentences > UNIT { "strongest-third" } else { "prototype" });
            let number = |name: &str| {
                let numbers = &why("drought").numbers;
                numbers.iter().find(|(own, _)| *own == name).expect("a number").1
            };
            assert!((number("head") - expected[1]).abs() < 1e-4);
            assert!((frame("drought").score - (number("head") + number("prototype")) / 2.0).abs() < 1e-6);
        }
    }
}
