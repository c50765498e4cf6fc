use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pressmark_core::{Document, Layer, Matrix, Provenance, Stage, StageError, Windows};

/// Stages in an order that works.
pub struct Pipeline {
    stages: Vec<Box<dyn Stage>>,
    /// Nanoseconds that each stage took, over all threads.
    nanos: Vec<AtomicU64>,
}

/// Why stages cannot be run in the order given.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No earlier stage fills a layer that this one reads.
    #[error("stage {stage} needs {layer:?}, which {}", filled_by(*.provider))]
    Missing {
        /// The stage.
        stage: &'static str,
        /// The layer that it reads.
        layer: Layer,
        /// The later stage that fills the layer, if any.
        provider: Option<&'static str>,
    },
    /// Two stages fill the same layer.
    #[error("stages {first} and {second} both fill {layer:?}")]
    Twice {
        /// The earlier stage.
        first: &'static str,
        /// The later stage.
        second: &'static str,
        /// The layer.
        layer: Layer,
    },
}

fn filled_by(provider: Option<&'static str>) -> String {
    match provider {
        Some(stage) => format!("{stage} fills only after it"),
        None => "no stage fills".to_owned(),
    }
}

/// The time that one stage took, added up over all threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageTime {
    /// The stage.
    pub stage: &'static str,
    /// Its time.
    pub time: Duration,
}

impl Pipeline {
    /// The pipeline of these stages in this order; ingestion has filled [`Layer::Text`] before.
    ///
    /// # Errors
    /// When a stage reads a layer that no earlier stage fills, or two stages fill the same one.
    pub fn new(stages: Vec<Box<dyn Stage>>) -> Result<Self, Error> {
        let mut filled: HashMap<Layer, &'static str> = HashMap::from([(Layer::Text, "ingest")]);
        for (index, stage) in stages.iter().enumerate() {
            if let Some(&layer) = stage.needs().iter().find(|layer| !filled.contains_key(layer)) {
                let provider = stages[index..].iter().find(|s| s.gives().contains(&layer)).map(|s| s.name());
                return Err(Error::Missing { stage: stage.name(), layer, provider });
            }
            for &layer in stage.gives() {
                if let Some(first) = filled.insert(layer, stage.name()) {
                    return Err(Error::Twice { first, second: stage.name(), layer });
                }
            }
        }
        let nanos = stages.iter().map(|_| AtomicU64::new(0)).collect();
        Ok(Self { stages, nanos })
    }

    /// What runs, in order: the same for every document.
    #[must_use]
    pub fn provenance(&self) -> Vec<Provenance> {
        self.stages.iter().map(|stage| stage.provenance()).collect()
    }

    /// The time that each stage has taken so far.
    #[must_use]
    pub fn times(&self) -> Vec<StageTime> {
        let time = |nanos: &AtomicU64| Duration::from_nanos(nanos.load(Ordering::Relaxed));
        self.stages.iter().zip(&self.nanos).map(|(s, n)| StageTime { stage: s.name(), time: time(n) }).collect()
    }

    /// Runs every stage over the documents that have text, then drops what only stages read.
    ///
    /// A stage that fails on a document, or panics, leaves a problem there; later stages run all the same.
    pub fn run(&self, docs: &mut [&mut Document]) {
        let mut docs: Vec<&mut Document> = docs.iter_mut().filter(|d| !d.text.is_empty()).map(|d| &mut **d).collect();
        for (stage, nanos) in self.stages.iter().zip(&self.nanos) {
            let start = Instant::now();
            run_stage(stage.as_ref(), &mut docs);
            nanos.fetch_add(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        for doc in docs {
            (doc.windows, doc.hidden, doc.sent_vectors) = (Windows::default(), Matrix::default(), Matrix::default());
        }
    }
}

fn run_stage(stage: &dyn Stage, docs: &mut [&mut Document]) {
    let results = match catch_unwind(AssertUnwindSafe(|| stage.run_batch(docs))) {
        Ok(results) => results,
        // Somewhere in the batch a document made the stage panic: find out which, one by one.
        Err(_) => docs.iter_mut().map(|doc| run_alone(stage, doc)).collect(),
    };
    for (doc, result) in docs.iter_mut().zip(results) {
        if let Err(error) = result {
            clear(doc, stage.gives());
            doc.report(stage.name(), error.kind, with_causes(&error), error.span);
        }
    }
}

fn run_alone(stage: &dyn Stage, doc: &mut Document) -> Result<(), StageError> {
    clear(doc, stage.gives());
    catch_unwind(AssertUnwindSafe(|| stage.run(doc))).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(StageError::new(format!("the stage panicked: {message}")))
    })
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |e| e.source());
    causes.fold(error.to_string(), |all, cause| format!("{all}: {cause}"))
}

/// Empties layers that a stage left half filled.
fn clear(doc: &mut Document, layers: &[Layer]) {
    for layer in layers {
        match layer {
            Layer::Sents => doc.sents.clear(),
            Layer::Tokens => doc.tokens.clear(),
            Layer::Windows => doc.windows = Windows::default(),
            Layer::Hidden => doc.hidden = Matrix::default(),
            Layer::SentVectors => doc.sent_vectors = Matrix::default(),
            Layer::Entities => (doc.ents, doc.entities) = (Vec::new(), Vec::new()),
            Layer::Quotes => doc.quotes.clear(),
            Layer::Summary => doc.summary.clear(),
            Layer::Abstract => doc.abstract_text = None,
            Layer::Frames => doc.frames.clear(),
            Layer::Sentiment => doc.entities.iter_mut().for_each(|e| e.sentiment = None),
            Layer::Stances => doc.stances.clear(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake {
        name: &'static str,
        needs: &'static [Layer],
        gives: &'static [Layer],
    }

    impl Stage for Fake {
        fn name(&self) -> &'static str {
            self.name
        }
        fn needs(&self) -> &'static [Layer] {
            self.needs
        }
        fn gives(&self) -> &'static [Layer] {
            self.gives
        }
        fn provenance(&self) -> Provenance {
            Provenance { stage: self.name, model: None, sha256: None, settings: "{}".into() }
        }
        fn run(&self, doc: &mut Document) -> Result<(), StageError> {
            doc.abstract_text = Some("half".into());
            assert!(!doc.text.contains("boom"), "a boom in the text");
            if doc.text.contains("bad") { Err(StageError::new("a bad document")) } else { Ok(()) }
        }
    }

    fn stage(name: &'static str, needs: &'static [Layer], gives: &'static [Layer]) -> Box<dyn Stage> {
        Box::new(Fake { name, needs, gives })
    }

    #[test]
    fn an_order_that_cannot_work_is_refused() {
        let check = |stages, expected: &str| {
            assert_eq!(Pipeline::new(stages).err().map(|e| e.to_string()).unwrap_or_default(), expected);
        };
        let a = || stage("a", &[Layer::Text], &[Layer::Sents]);
        let b = || stage("b", &[Layer::Sents], &[Layer::Quotes]);
        check(vec![a(), b()], "");
        check(vec![b(), a()], "stage b needs Sents, which a fills only after it");
        check(vec![b()], "stage b needs Sents, which no stage fills");
        check(vec![a(), a()], "stages a and a both fill Sents");
    }

    #[test]
    fn a_failing_document_does_not_take_its_neighbours_with_it() {
        let pipeline = Pipeline::new(vec![stage("a", &[], &[Layer::Abstract])]).unwrap();
        let mut docs = ["good", "bad", "boom", ""].map(|text| Document::from_text(text, text));
        pipeline.run(&mut docs.each_mut());
        let got = docs.each_ref().map(|d| {
            (d.abstract_text.as_deref(), d.problems.first().map(|p| (p.stage, p.kind.as_str(), p.message.as_str())))
        });
        assert_eq!(
            got,
            [
                (Some("half"), None),
                (None, Some(("a", "stage_failed", "a bad document"))),
                (None, Some(("a", "stage_failed", "the stage panicked: a boom in the text"))),
                (None, None),
            ]
        );
    }
}
