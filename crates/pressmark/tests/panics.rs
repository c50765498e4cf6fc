//! A panic costs one document a layer, never the run: each stage in turn panics on one document of several.

use pressmark::{Annotator, Format, InputRecord, ModelSource, Record, Settings};
use pressmark_core::{Document, Layer, ProblemKind, Provenance, Stage, StageError, Status};

/// Replaces a stage and panics on some texts.
struct Panics {
    name: &'static str,
    needs: &'static [Layer],
    provides: &'static [Layer],
}

impl Stage for Panics {
    fn name(&self) -> &'static str {
        self.name
    }

    fn needs(&self) -> &'static [Layer] {
        self.needs
    }

    fn provides(&self) -> &'static [Layer] {
        self.provides
    }

    fn provenance(&self) -> Provenance {
        Provenance { stage: self.name, model: None, sha256: None, settings: "{}".into() }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.cover(self.name, 1, 2);
        doc.report(self.name, ProblemKind::Truncated, "half of it", None);
        assert!(!doc.text.contains("boom"), "a boom in the text");
        Ok(())
    }
}

const TEXTS: [&str; 3] = [
    "The mayor of Lisbon closed the bridge on Monday.",
    "The mayor of Lisbon heard a boom on Monday.",
    "The mayor of Lisbon opened the bridge on Friday.",
];

fn inputs() -> Vec<InputRecord> {
    let record = |(index, text): (u64, &str)| InputRecord::new("a.txt", index, Format::Text, text.as_bytes().to_vec());
    (0..).zip(TEXTS).map(record).collect()
}

#[test]
fn a_panic_in_any_stage_is_a_problem_of_one_document() {
    let model = ModelSource::Loaded(ModelSource::Find.load(Default::default()).expect("the model is inside"));
    for info in pressmark::stages() {
        let settings = Settings { model: model.clone(), ..Settings::default() };
        let stage = Panics { name: info.name, needs: info.needs, provides: info.provides };
        let builder = Annotator::builder(settings).replace(info.name, Box::new(stage));
        let annotator = builder.build().unwrap_or_else(|error| panic!("without {}: {error}", info.name));
        let records: Vec<Record<'_>> = annotator.annotate_all(inputs()).collect();
        assert_eq!(records.len(), TEXTS.len());
        for (record, text) in records.iter().zip(TEXTS) {
            assert_eq!(record.text, text);
            let panicked: Vec<&str> =
                record.problems.iter().filter(|p| p.message.contains("panicked")).map(|p| &*p.stage).collect();
            let expected: &[&str] = if text.contains("boom") { &[info.name] } else { &[] };
            assert_eq!(panicked, expected, "{text}");
            // Stages that ran before the panic do not run twice, and the panicking stage leaves nothing behind.
            let said = usize::from(!text.contains("boom"));
            assert_eq!(record.coverage.iter().filter(|c| c.stage == info.name).count(), said, "{text}");
            assert_eq!(record.problems.iter().filter(|p| p.message == "half of it").count(), said, "{text}");
        }
        let boom = &records[1].problems;
        assert!(boom.iter().any(|p| p.kind == "stage_failed" && p.message.contains("a boom in the text")), "{boom:?}");
        assert_eq!(records[1].status, Status::Partial);
    }
}

#[test]
#[should_panic(expected = "no more input")]
fn a_panic_of_the_reader_reaches_the_caller() {
    let annotator = Annotator::new(Settings { stages: vec!["tokenize".into()], ..Settings::default() });
    let broken = inputs().into_iter().enumerate().map(|(i, record)| {
        assert!(i < 2, "no more input");
        record
    });
    let records = annotator.expect("the model is inside").annotate_all(broken);
    assert!(records.count() < TEXTS.len(), "the panic comes before the end");
}

#[test]
fn an_iterator_that_is_dropped_early_stops_the_reader() {
    let annotator = Annotator::new(Settings { stages: vec!["tokenize".into()], ..Settings::default() });
    let annotator = annotator.expect("the model is inside");
    let endless = inputs().into_iter().cycle();
    let first: Vec<String> = annotator.annotate_all(endless).take(5).map(|record| record.id.into_owned()).collect();
    assert_eq!(first.len(), 5);
    assert!(first.iter().collect::<std::collections::BTreeSet<_>>().len() == 5, "ids are unique: {first:?}");
}
