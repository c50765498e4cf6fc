use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pressmark_core::{
    Deadline, Document, Layer, ProblemKind, Provenance, Rows, Stage, StageError, Windows, panic_message,
};

/// Stages in an executable order.
pub struct Pipeline {
    stages: Vec<Box<dyn Stage>>,
    /// Nanoseconds spent in each stage, summed over all threads.
    nanos: Vec<AtomicU64>,
    limits: Limits,
}

/// Conditions that cut short the work on a document; by [`Default`] there are none.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Maximum time for all stages on one document. Stages that did not finish leave their layers empty, with a problem
    /// [`ProblemKind::Timeout`].
    pub timeout: Option<Duration>,
    /// Once set, stages give up as soon as they can. Documents in progress are then incomplete and must not be written.
    pub stop: Option<Arc<AtomicBool>>,
}

impl Limits {
    fn deadline(&self) -> Deadline {
        let deadline = self.timeout.map_or_else(Deadline::default, Deadline::after);
        match &self.stop {
            Some(stop) => deadline.or_when(Arc::clone(stop)),
            None => deadline,
        }
    }
}

/// Reasons why stages cannot be run together.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No stage provides a layer that this one needs.
    #[error("stage {stage} needs {layer:?}, which no stage fills")]
    Missing {
        /// The stage.
        stage: &'static str,
        /// The missing layer.
        layer: Layer,
    },
    /// Stages depend on each other's layers in a cycle.
    #[error("stages {} wait for each other's layers", stages.join(", "))]
    Circle {
        /// The stages that cannot be ordered, in the order given.
        stages: Vec<&'static str>,
    },
    /// Two stages provide the same layer.
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

/// Time spent in one stage, summed over all threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageTime {
    /// The stage.
    pub stage: &'static str,
    /// Total time.
    pub time: Duration,
}

impl Pipeline {
    /// Builds a pipeline that runs each stage after those whose layers it needs or reads, and otherwise in the order
    /// given.
    ///
    /// [`Layer::Text`] is filled by ingestion.
    ///
    /// # Errors
    /// If a stage needs a layer that no stage provides, two stages provide the same one, or stages form a cycle.
    pub fn new(stages: Vec<Box<dyn Stage>>) -> Result<Self, Error> {
        let stages = in_order_of_layers(stages)?;
        let nanos = stages.iter().map(|_| AtomicU64::new(0)).collect();
        Ok(Self { stages, nanos, limits: Limits::default() })
    }

    /// Applies limits to each document.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Returns the provenance of each stage, in order; it is the same for every document.
    #[must_use]
    pub fn provenance(&self) -> Vec<Provenance> {
        self.stages.iter().map(|stage| stage.provenance()).collect()
    }

    /// Returns the stages, in execution order.
    #[must_use]
    pub fn stages(&self) -> &[Box<dyn Stage>] {
        &self.stages
    }

    /// Returns the time spent in each stage so far.
    #[must_use]
    pub fn times(&self) -> Vec<StageTime> {
        let time = |nanos: &AtomicU64| Duration::from_nanos(nanos.load(Ordering::Relaxed));
        self.stages.iter().zip(&self.nanos).map(|(s, n)| StageTime { stage: s.name(), time: time(n) }).collect()
    }

    /// Runs every stage over the documents that have text, then drops the layers that only stages use.
    ///
    /// If a stage fails or panics on a document, the document gets a problem and later stages still run. If its time is
    /// up, no later stage runs.
    pub fn run(&self, docs: &mut [&mut Document]) {
        let mut docs: Vec<&mut Document> = docs.iter_mut().filter(|d| !d.text.is_empty()).map(|d| &mut **d).collect();
        let before: Vec<_> = docs.iter().map(|doc| Said::by(doc)).collect();
        if let Err(late) = self.run_together(&mut docs) {
            if let [doc] = &mut docs[..] {
                self.end(doc, late);
            } else {
                // The slow document is unknown, so each is run again alone with the full time.
                for (doc, before) in docs.iter_mut().zip(before) {
                    self.stages.iter().for_each(|stage| clear(doc, stage.as_ref(), before));
                    if let Err(late) = self.run_together(&mut [&mut **doc]) {
                        self.end(doc, late);
                    }
                }
            }
        }
        for doc in docs {
            (doc.windows, doc.hidden, doc.sent_vectors) = (Windows::default(), Rows::default(), Rows::default());
            doc.deadline = Deadline::default();
        }
    }

    /// Runs the stages within the time limit for one document; on timeout returns the index of the first unfinished
    /// stage.
    fn run_together(&self, docs: &mut [&mut Document]) -> Result<(), usize> {
        let deadline = self.limits.deadline();
        docs.iter_mut().for_each(|doc| doc.deadline = deadline.clone());
        for (index, (stage, nanos)) in self.stages.iter().zip(&self.nanos).enumerate() {
            if deadline.has_passed() {
                return Err(index);
            }
            let start = Instant::now();
            let in_time = run_stage(stage.as_ref(), docs);
            nanos.fetch_add(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
            if !in_time {
                return Err(index);
            }
        }
        Ok(())
    }

    /// Reports that a document's time was up before stage `late` finished.
    fn end(&self, doc: &mut Document, late: usize) {
        let missing = self.stages.get(late..).unwrap_or_default();
        let names: Vec<_> = missing.iter().map(|stage| stage.name()).collect();
        let is_stopped = self.limits.stop.as_ref().is_some_and(|stop| stop.load(Ordering::SeqCst));
        let reason = match self.limits.timeout {
            Some(time) if !is_stopped => format!("took longer than {time:?}"),
            _ => "the run was stopped".to_owned(),
        };
        let message = format!("{reason}: not annotated by {}", names.join(", "));
        doc.report(names.first().copied().unwrap_or_default(), ProblemKind::Timeout, message, None);
        let total = doc.text.chars().count();
        names.into_iter().for_each(|name| doc.cover(name, 0, total));
    }
}

/// Sorts stages topologically by their layers; independent stages stay in the order given.
fn in_order_of_layers(mut waiting: Vec<Box<dyn Stage>>) -> Result<Vec<Box<dyn Stage>>, Error> {
    let mut providers: HashMap<Layer, &'static str> = HashMap::from([(Layer::Text, "ingest")]);
    for stage in &waiting {
        for &layer in stage.provides() {
            if let Some(first) = providers.insert(layer, stage.name()) {
                return Err(Error::Twice { first, second: stage.name(), layer });
            }
        }
    }
    for stage in &waiting {
        if let Some(&layer) = stage.needs().iter().find(|layer| !providers.contains_key(layer)) {
            return Err(Error::Missing { stage: stage.name(), layer });
        }
    }
    let mut filled = HashSet::from([Layer::Text]);
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_ready = |stage: &dyn Stage| {
            let mut before = stage.needs().iter().chain(stage.reads());
            before.all(|layer| filled.contains(layer) || !providers.contains_key(layer))
        };
        let Some(next) = waiting.iter().position(|stage| is_ready(stage.as_ref())) else {
            return Err(Error::Circle { stages: waiting.iter().map(|stage| stage.name()).collect() });
        };
        let stage = waiting.remove(next);
        filled.extend(stage.provides());
        ordered.push(stage);
    }
    Ok(ordered)
}

/// Runs one stage over a batch; returns whether it finished before the deadline.
fn run_stage(stage: &dyn Stage, docs: &mut [&mut Document]) -> bool {
    let before: Vec<_> = docs.iter().map(|doc| Said::by(doc)).collect();
    let results = match catch_unwind(AssertUnwindSafe(|| stage.run_batch(docs))) {
        Ok(results) => results,
        // Some document of the batch made the stage panic; rerun them one by one to isolate it.
        Err(_) => docs.iter_mut().zip(&before).map(|(doc, before)| run_alone(stage, doc, *before)).collect(),
    };
    let mut in_time = true;
    for ((doc, before), result) in docs.iter_mut().zip(before).zip(results) {
        if let Err(error) = result {
            clear(doc, stage, before);
            if error.kind == ProblemKind::Timeout {
                in_time = false;
            } else {
                doc.report(stage.name(), error.kind, with_causes(&error), error.span);
            }
        }
    }
    in_time
}

fn run_alone(stage: &dyn Stage, doc: &mut Document, before: Said) -> Result<(), StageError> {
    clear(doc, stage, before);
    guarded(stage, doc)
}

/// Runs one stage over one document, turning a panic into an error.
///
/// # Errors
/// If the stage fails or panics. Its layers may then be partially filled.
pub fn guarded(stage: &dyn Stage, doc: &mut Document) -> Result<(), StageError> {
    catch_unwind(AssertUnwindSafe(|| stage.run(doc)))
        .unwrap_or_else(|panic| Err(StageError::new(format!("the stage panicked: {}", panic_message(&*panic)))))
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |e| e.source());
    causes.fold(error.to_string(), |all, cause| format!("{all}: {cause}"))
}

/// Numbers of problems and coverage entries of a document, to roll back to.
#[derive(Clone, Copy)]
struct Said {
    problems: usize,
    coverage: usize,
}

impl Said {
    fn by(doc: &Document) -> Self {
        Self { problems: doc.problems.len(), coverage: doc.coverage.len() }
    }
}

/// Clears the layers that a stage left partially filled, and rolls back problems and coverage to `before`.
fn clear(doc: &mut Document, stage: &dyn Stage, before: Said) {
    doc.clear_explanations(stage.name());
    doc.problems.truncate(before.problems);
    doc.coverage.truncate(before.coverage);
    stage.provides().iter().for_each(|&layer| doc.clear(layer));
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake {
        name: &'static str,
        needs: &'static [Layer],
        reads: &'static [Layer],
        provides: &'static [Layer],
    }

    impl Stage for Fake {
        fn name(&self) -> &'static str {
            self.name
        }
        fn needs(&self) -> &'static [Layer] {
            self.needs
        }
        fn reads(&self) -> &'static [Layer] {
            self.reads
        }
        fn provides(&self) -> &'static [Layer] {
            self.provides
        }
        fn provenance(&self) -> Provenance {
            Provenance { stage: self.name, model: None, sha256: None, settings: "{}".into() }
        }
        fn run(&self, doc: &mut Document) -> Result<(), StageError> {
            doc.abstract_text = Some("half".into());
            doc.cover(self.name, 1, 4);
            doc.report(self.name, ProblemKind::Truncated, "half was read", None);
            assert!(!doc.text.contains("boom"), "a boom in the text");
            while doc.text.contains("slow") {
                doc.in_time()?;
            }
            if doc.text.contains("bad") { Err(StageError::new("a bad document")) } else { Ok(()) }
        }
    }

    fn stage(name: &'static str, needs: &'static [Layer], provides: &'static [Layer]) -> Box<dyn Stage> {
        Box::new(Fake { name, needs, reads: &[], provides })
    }

    #[test]
    fn stages_that_do_not_fit_together_are_refused() {
        let check = |stages, expected: &str| {
            assert_eq!(Pipeline::new(stages).err().map(|e| e.to_string()).unwrap_or_default(), expected);
        };
        let a = || stage("a", &[Layer::Text], &[Layer::Sents]);
        let b = || stage("b", &[Layer::Sents], &[Layer::Quotes]);
        let circle = || stage("c", &[Layer::Quotes], &[Layer::Sents]);
        check(vec![a(), b()], "");
        check(vec![b()], "stage b needs Sents, which no stage fills");
        check(vec![a(), a()], "stages a and a both fill Sents");
        check(vec![b(), circle()], "stages b, c wait for each other's layers");
    }

    #[test]
    fn the_order_follows_from_the_layers() {
        let reader = || -> Box<dyn Stage> {
            Box::new(Fake { name: "r", needs: &[Layer::Sents], reads: &[Layer::Quotes], provides: &[Layer::Summary] })
        };
        let order = |stages| -> Vec<&'static str> {
            Pipeline::new(stages).unwrap().provenance().iter().map(|stage| stage.stage).collect()
        };
        let a = || stage("a", &[Layer::Text], &[Layer::Sents]);
        let b = || stage("b", &[Layer::Sents], &[Layer::Quotes]);
        let c = || stage("c", &[Layer::Text], &[Layer::Abstract]);
        assert_eq!(order(vec![reader(), b(), a()]), ["a", "b", "r"], "what is read if present comes first");
        assert_eq!(order(vec![reader(), a()]), ["a", "r"], "and is done without");
        assert_eq!(order(vec![c(), a()]), ["c", "a"], "the rest stays as it was given");
    }

    #[test]
    fn a_failing_document_does_not_take_its_neighbours_with_it() {
        let pipeline = Pipeline::new(vec![stage("a", &[], &[Layer::Abstract])]).unwrap();
        let mut docs = ["good", "bad", "boom", ""].map(|text| Document::from_text(text, text));
        pipeline.run(&mut docs.each_mut());
        let got = docs.each_ref().map(|d| {
            let problems: Vec<_> = d.problems.iter().map(|p| (p.stage, p.kind.as_str(), p.message.as_str())).collect();
            (d.abstract_text.as_deref(), d.coverage.len(), problems)
        });
        assert_eq!(
            got,
            [
                (Some("half"), 1, vec![("a", "truncated", "half was read")]),
                (None, 0, vec![("a", "stage_failed", "a bad document")]),
                (None, 0, vec![("a", "stage_failed", "the stage panicked: a boom in the text")]),
                (None, 0, vec![]),
            ]
        );
    }

    #[test]
    fn a_slow_document_ends_and_its_neighbours_are_whole() {
        let stages = || vec![stage("a", &[], &[Layer::Abstract]), stage("b", &[], &[Layer::Stances])];
        let run = |pipeline: &Pipeline, texts: &[&str]| {
            let mut docs: Vec<_> = texts.iter().map(|text| Document::from_text(*text, *text)).collect();
            pipeline.run(&mut docs.iter_mut().collect::<Vec<_>>());
            docs
        };
        let whole = run(&Pipeline::new(stages()).unwrap(), &["good", "bad"]);
        let timeout = Some(Duration::from_millis(200));
        let pipeline = Pipeline::new(stages()).unwrap().within(Limits { timeout, stop: None });
        let docs = run(&pipeline, &["good", "slow", "bad"]);
        assert_eq!([&docs[0], &docs[2]], [&whole[0], &whole[1]]);
        let slow = &docs[1];
        assert_eq!((slow.abstract_text.as_deref(), slow.status()), (None, pressmark_core::Status::Partial));
        let problems: Vec<_> = slow.problems.iter().map(|p| (p.stage, p.kind, p.message.as_str())).collect();
        assert_eq!(problems, [("a", ProblemKind::Timeout, "took longer than 200ms: not annotated by a, b")]);
        let coverage: Vec<_> = slow.coverage.iter().map(|c| (c.stage, c.seen, c.total)).collect();
        assert_eq!(coverage, [("a", 0, 4), ("b", 0, 4)]);
    }

    #[test]
    fn work_stops_when_told() {
        let stop = Arc::new(AtomicBool::new(true));
        let limits = Limits { timeout: None, stop: Some(stop) };
        let pipeline = Pipeline::new(vec![stage("a", &[], &[Layer::Abstract])]).unwrap().within(limits);
        let mut doc = Document::from_text("a", "slow");
        pipeline.run(&mut [&mut doc]); // would run forever
        assert_eq!(doc.abstract_text, None);
        assert_eq!(doc.problems[0].message, "the run was stopped: not annotated by a");
    }
}
