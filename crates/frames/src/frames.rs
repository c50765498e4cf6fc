use std::cmp::Ordering;
use std::sync::Arc;

use ndarray::{Array1, ArrayView1};
use pressmark_core::{
    Document, Explanation, Frame, Layer, Provenance, SegmentKind, Sentence, Span, Stage, StageError, Subject,
};
use pressmark_encoder::{Model, normalize};
use pressmark_tokenize::Tokenizer;

use crate::base::{Base, Score};
use crate::fitted::LinearHead;
use crate::passage::{Passage, encode};
use crate::{Codebook, Error, Vectors};

/// The stage's name.
const STAGE: &str = "frames";

/// How documents are framed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FramesOptions {
    /// Evidence sentences a frame at most. Default: 3.
    pub max_evidence: usize,
    /// Score from which a sentence is evidence, in [0, 1]. Default: 0.5, more likely than not.
    pub evidence_score: f32,
    /// Frames with a lower score are left out, in [0, 1]. Default: 0, every frame of every codebook.
    pub min_score: f32,
}

impl Default for FramesOptions {
    fn default() -> Self {
        Self { max_evidence: 3, evidence_score: 0.5, min_score: 0.0 }
    }
}

/// The stage that scores every frame of its codebooks, with the sentences that show it.
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
    /// Coded texts that the fitted heads were learnt from, where there are any.
    fit_examples: Option<usize>,
}

/// A text of up to this many sentences is scored as one: such units are what people code, and what heads are
/// trained on. Of two sentences, the strongest third would be the stronger one alone.
pub(crate) const UNIT: usize = 3;

/// Sentences between two looks at the clock: a few milliseconds with two codebooks.
const SENTENCES_AT_ONCE: usize = 64;

impl Frames {
    /// A stage for these codebooks; their definitions and examples are encoded here, once.
    ///
    /// # Errors
    /// When a text of a codebook cannot be encoded, or the bundle has no `embedding` head.
    pub fn new(
        model: Arc<Model>,
        tokenizer: &Tokenizer,
        codebooks: &[Codebook],
        options: FramesOptions,
    ) -> Result<Self, Error> {
        let vectors = Vectors::encode(&model, tokenizer, codebooks)?;
        Self::with_vectors(model, tokenizer, codebooks, options, &vectors)
    }

    /// The same, with the vectors of texts that were encoded before; only those that are missing
    /// are encoded here.
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

    /// The frames of a short text (a headline, a passage) that is no document: scored as one unit, every codebook's best
    /// first, without evidence.
    ///
    /// # Errors
    /// When the text cannot be encoded, or there is no word in it.
    pub fn score_text(&self, tokenizer: &Tokenizer, text: &str) -> Result<Vec<Frame>, Error> {
        let (text, _) = encode(&self.model, tokenizer, text)?;
        let (vector, passage) = (text.embedding.clone(), Passage::from(text));
        let mut frames = Vec::new();
        for book in &self.books {
            let scores = book.judge(vector.view(), || passage.clone());
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
        for sent in read {
            if scores.len().is_multiple_of(SENTENCES_AT_ONCE) {
                doc.in_time()?;
            }
            scores.push((sent, book.score(doc, &[sent])));
        }
        let all: Vec<usize> = scores.iter().map(|(sent, _)| *sent).collect();
        let unit = if all.len() <= UNIT { book.score(doc, &all) } else { Vec::new() };
        let FramesOptions { max_evidence, evidence_score, min_score } = self.options;
        let mut found = Found::default();
        for (index, label) in book.labels.iter().enumerate() {
            let of_sentences = scores.iter().filter_map(|(sent, scores)| Some((*sent, scores.get(index)?.value())));
            let mut frame = Frame::from_sentences(doc, &*book.id, &**label, of_sentences, max_evidence, evidence_score);
            if all.len() <= UNIT {
                frame.score = unit.get(index).map_or(0.0, Score::value);
            }
            if doc.explanations.is_some() {
                found.explain(
                    &frame,
                    unit.get(index),
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

/// For a stable sort: frames of equal score stay in the codebook's order.
fn best_first(a: &Frame, b: &Frame) -> Ordering {
    b.score.partial_cmp(&a.score).unwrap_or(Ordering::Equal)
}

/// The frames of one codebook in a document, and why.
#[derive(Default)]
struct Found {
    frames: Vec<Frame>,
    explanations: Vec<Explanation>,
}

impl Found {
    /// One explanation for the frame as a whole, and one for each sentence that is its evidence.
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

/// What a score rests on.
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
    /// One score a frame for these sentences together.
    fn score(&self, doc: &Document, sents: &[usize]) -> Vec<Score> {
        if sents.is_empty() {
            return Vec::new();
        }
        let mut vector = Array1::from(doc.sent_vectors.mean(sents.iter().copied()));
        normalize(vector.view_mut());
        self.judge(vector.view(), || Passage::of(doc, sents))
    }

    /// One score a frame for an embedding of unit length and the hidden states behind it.
    fn judge(&self, vector: ArrayView1<'_, f32>, passage: impl FnOnce() -> Passage) -> Vec<Score> {
        let mut scores = self.base.score(vector, passage);
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
            found.explanations.into_iter().for_each(|explanation| doc.explain(|_| explanation));
        }
        doc.frames = frames;
        doc.cover_sentences(STAGE, is_read);
        Ok(())
    }
}

/// Whether a sentence tells how the story is framed: headings and captions are too short to be sure.
fn is_read(sent: &Sentence) -> bool {
    sent.kind.is_prose() || sent.kind == SegmentKind::Title
}
