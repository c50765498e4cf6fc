use std::cmp::Ordering;
use std::sync::Arc;

use pressmark_core::{
    Document, Frame, FrameEvidence, Layer, Provenance, SegmentKind, Sentence, Stage, StageError, Voice,
};
use pressmark_encoder::{Model, normalize};
use pressmark_tokenize::Tokenizer;

use crate::base::Base;
use crate::fitted::LinearHead;
use crate::passage::Passage;
use crate::{Codebook, Error, Vectors};

/// How documents are framed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FramesOptions {
    /// Evidence sentences a frame at most. Default: 3.
    pub max_evidence: usize,
    /// Score from which a sentence is evidence, in [0, 1]. Default: 0.5, more likely than not.
    pub evidence_score: f32,
}

impl Default for FramesOptions {
    fn default() -> Self {
        Self { max_evidence: 3, evidence_score: 0.5 }
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

/// Share of a document's sentences, the strongest, that make its score: a frame that runs
/// through a third of a story is fully there, one that shows in a single sentence is not.
const STRONGEST: f32 = 1.0 / 3.0;

/// A text of up to this many sentences is scored as one: such units are what people code, and what heads are
/// trained on. Of two sentences, the strongest third would be the stronger one alone.
const UNIT: usize = 3;

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

    fn frames_of(&self, book: &Book, doc: &Document) -> Vec<Frame> {
        let scores: Vec<(usize, Vec<f32>)> = (0..doc.sents.len())
            .filter(|&sent| is_read(&doc.sents[sent]) && sent < doc.sent_vectors.len())
            .map(|sent| (sent, book.score(doc, &[sent])))
            .collect();
        let all: Vec<usize> = scores.iter().map(|(sent, _)| *sent).collect();
        let unit = (all.len() <= UNIT).then(|| book.score(doc, &all));
        let mut frames: Vec<Frame> =
            book.labels.iter().enumerate().map(|(i, label)| self.frame(book, label, i, &scores, doc)).collect();
        for (frame, score) in frames.iter_mut().zip(unit.into_iter().flatten()) {
            frame.score = score;
        }
        // A stable sort: frames of equal score stay in the codebook's order.
        frames.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap_or(Ordering::Equal));
        frames
    }

    fn frame(&self, book: &Book, label: &str, index: usize, scores: &[(usize, Vec<f32>)], doc: &Document) -> Frame {
        let mut ranked: Vec<(f32, usize)> = scores.iter().map(|(sent, s)| (s[index], *sent)).collect();
        ranked.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal).then(a.1.cmp(&b.1)));
        let strongest = ((ranked.len() as f32 * STRONGEST).ceil() as usize).max(1);
        let top = &ranked[..strongest.min(ranked.len())];
        let score = top.iter().map(|(score, _)| score).sum::<f32>() / strongest as f32;
        let evidence = ranked
            .iter()
            .take_while(|(score, _)| *score >= self.options.evidence_score)
            .filter(|(_, sent)| doc.sents[*sent].kind.is_prose())
            .take(self.options.max_evidence)
            .map(|&(score, sent)| {
                let span = doc.sents[sent].span;
                FrameEvidence { span, score, voice: doc.quote_holding(span).map_or(Voice::Outlet, Voice::Quote) }
            })
            .collect();
        Frame { codebook: book.id.clone(), label: label.to_owned(), score, evidence }
    }
}

impl Book {
    /// One probability a frame for these sentences together; that of a fitted head where there is one.
    fn score(&self, doc: &Document, sents: &[usize]) -> Vec<f32> {
        if sents.is_empty() {
            return vec![0.0; self.labels.len()];
        }
        let mut vector = doc.sent_vectors.mean(sents.iter().copied());
        normalize(&mut vector);
        let mut scores = self.base.score(&vector, || Passage::of(doc, sents));
        for (score, fitted) in scores.iter_mut().zip(&self.fitted) {
            if let Some(fitted) = fitted {
                *score = fitted.score(&vector, *score);
            }
        }
        scores
    }
}

impl Stage for Frames {
    fn name(&self) -> &'static str {
        "frames"
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
        let settings = serde_json::json!({
            "codebooks": self.books.iter().map(|book| &book.id).collect::<Vec<_>>(),
            "fitted": self.books.iter().filter_map(|book| Some((&book.id, book.fit_examples?))).collect::<Vec<_>>(),
            "max_evidence": self.options.max_evidence,
            "evidence_score": self.options.evidence_score,
        });
        Provenance {
            stage: self.name(),
            model: Some(self.model.id()),
            sha256: Some(self.model.sha256().to_owned()),
            settings: settings.to_string(),
        }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let frames = self.books.iter().flat_map(|book| self.frames_of(book, doc)).collect();
        doc.frames = frames;
        doc.cover_sentences(self.name(), is_read);
        Ok(())
    }
}

/// Whether a sentence tells how the story is framed: headings and captions are too short to be sure.
fn is_read(sent: &Sentence) -> bool {
    sent.kind.is_prose() || sent.kind == SegmentKind::Title
}
