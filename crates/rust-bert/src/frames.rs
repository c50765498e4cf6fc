use pressmark_core::{
    Document, Explanation, Frame, Layer, Provenance, SegmentKind, Sentence, Stage, StageError, Subject,
};

use crate::{Entailment, Error};

/// The frames of a codebook, each with a hypothesis that passages with the frame entail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypotheses {
    /// Id (name and version) of the codebook as written in records.
    pub codebook: String,
    /// Its frames with their hypotheses.
    pub frames: Vec<Hypothesis>,
}

/// A frame with its hypothesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// The frame's label.
    pub label: String,
    /// The hypothesis, for example `This text is about public health.`
    pub text: String,
}

impl Hypotheses {
    /// Creates the standard hypothesis, `This text is about LABEL.`, for each label, with `_` and `-` as spaces.
    #[must_use]
    pub fn about<'a>(codebook: impl Into<String>, labels: impl IntoIterator<Item = &'a str>) -> Self {
        let frame = |label: &str| Hypothesis { label: label.to_owned(), text: about(&label.replace(['_', '-'], " ")) };
        Self { codebook: codebook.into(), frames: labels.into_iter().map(frame).collect() }
    }
}

/// The standard hypothesis of zero-shot topic classification.
pub(crate) fn about(topic: &str) -> String {
    format!("This text is about {topic}.")
}

/// Settings of [`ZeroShotFrames`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZeroShotFramesOptions {
    /// Most evidence sentences per frame. Default: 3, set by hand for readers.
    pub max_evidence: usize,
    /// Minimum score of an evidence sentence, in [0, 1]. Default: 0.5, more entailed than contradicted.
    pub evidence_score: f32,
}

impl Default for ZeroShotFramesOptions {
    fn default() -> Self {
        Self { max_evidence: 3, evidence_score: 0.5 }
    }
}

/// The stage `frames`: whether each sentence entails each frame's hypothesis.
///
/// The cost is sentences times frames: with twenty frames, a page of thirty sentences takes 600 model runs.
pub struct ZeroShotFrames {
    model: Entailment,
    books: Vec<Hypotheses>,
    options: ZeroShotFramesOptions,
}

impl ZeroShotFrames {
    /// Creates the stage for these codebooks.
    ///
    /// # Errors
    /// [`Error::Setting`] if a hypothesis leaves no room for a sentence, or a score is out of range.
    pub fn new(model: Entailment, books: Vec<Hypotheses>, options: ZeroShotFramesOptions) -> Result<Self, Error> {
        share("evidence_score", options.evidence_score)?;
        model.check(books.iter().flat_map(|b| &b.frames).map(|f| f.text.as_str()))?;
        Ok(Self { model, books, options })
    }
}

pub(crate) fn share(setting: &'static str, value: f32) -> Result<(), Error> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(Error::Setting { setting, got: value.to_string(), expected: "a number from 0 to 1".into() })
}

impl Stage for ZeroShotFrames {
    fn name(&self) -> &'static str {
        "frames"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents]
    }

    fn reads(&self) -> &'static [Layer] {
        &[Layer::Quotes]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Frames]
    }

    fn provenance(&self) -> Provenance {
        let settings = serde_json::json!({
            "backend": "rust-bert",
            "codebooks": self.books.iter().map(|b| &b.codebook).collect::<Vec<_>>(),
            "max_evidence": self.options.max_evidence,
            "evidence_score": self.options.evidence_score,
        });
        provenance(self.name(), &self.model, &settings)
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let is_read = |sent: &Sentence| sent.kind.is_prose() || sent.kind == SegmentKind::Title;
        let sents: Vec<usize> = (0..doc.sents.len()).filter(|&sent| is_read(&doc.sents[sent])).collect();
        let premises: Vec<&str> = sents.iter().map(|&sent| doc.slice(doc.sents[sent].span)).collect();
        let ZeroShotFramesOptions { max_evidence, evidence_score } = self.options;
        let mut frames = Vec::new();
        for book in &self.books {
            let hypotheses: Vec<&str> = book.frames.iter().map(|f| f.text.as_str()).collect();
            let scores = self.model.judge(&premises, &hypotheses, &doc.deadline)?;
            let frame = |(index, frame): (usize, &Hypothesis)| {
                let of_sentences = sents.iter().zip(&scores).filter_map(|(sent, row)| Some((*sent, *row.get(index)?)));
                Frame::from_sentences(doc, &*book.codebook, &*frame.label, of_sentences, max_evidence, evidence_score)
            };
            let mut found: Vec<Frame> = book.frames.iter().enumerate().map(frame).collect();
            // Stable sort: frames of equal score keep the codebook's order.
            found.sort_by(|a, b| b.score.total_cmp(&a.score));
            frames.extend(found);
        }
        let total = premises.iter().map(|p| p.chars().count()).sum();
        doc.clear_explanations(self.name());
        doc.explain_all(frames.iter().flat_map(explanations));
        doc.frames = frames;
        doc.cover(self.name(), total, total);
        Ok(())
    }
}

/// An explanation of the document's score, the mean of its strongest third, and one of each sentence that is evidence.
fn explanations(frame: &Frame) -> Vec<Explanation> {
    let explain = |subject: Subject, rule: &'static str, score: f32| {
        let decision = format!("{} {}", frame.codebook, frame.label);
        Explanation::new("frames", subject, rule).with("score", score).deciding(decision)
    };
    let sentences = frame.evidence.iter().map(|e| explain(e.span.into(), "entailment", e.score));
    std::iter::once(explain(Subject::Document, "strongest-third", frame.score)).chain(sentences).collect()
}

pub(crate) fn provenance(stage: &'static str, model: &Entailment, settings: &serde_json::Value) -> Provenance {
    Provenance {
        stage,
        model: Some(model.id().to_owned()),
        sha256: Some(model.sha256().to_owned()),
        settings: settings.to_string(),
    }
}
