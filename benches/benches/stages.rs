//! One bench a stage over the articles under `seeds/`, and one of the whole pass; words a second.
//!
//!     cargo bench -p pressmark-benches --bench stages

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use pressmark_benches::{documents, model, records, stages};
use pressmark_core::Document;
use pressmark_jsonl::{Provenance, Record, write_line};
use pressmark_pipeline::Pipeline;

fn words(docs: &[Document]) -> Throughput {
    Throughput::Elements(docs.iter().map(|doc| doc.text.split_whitespace().count() as u64).sum())
}

fn each_stage(criterion: &mut Criterion) {
    let records = records();
    let mut docs = documents(&records);
    let mut group = criterion.benchmark_group("stage");
    group.throughput(words(&docs));
    group.bench_function("ingest", |bench| bench.iter(|| documents(&records)));
    for stage in stages(&model()) {
        let run = |docs: &mut Vec<Document>| {
            for doc in docs.iter_mut().filter(|doc| !doc.text.is_empty()) {
                stage.run(doc).expect("every stage runs on every seed");
            }
        };
        group.bench_function(stage.name(), |bench| {
            bench.iter_batched_ref(|| docs.clone(), run, BatchSize::LargeInput);
        });
        run(&mut docs);
    }
    group.bench_function("jsonl", |bench| {
        bench.iter(|| {
            let mut out = Vec::new();
            for doc in &docs {
                write_line(&Record::of(doc, &Provenance::default()), &mut out).expect("memory takes it");
            }
            out
        });
    });
    group.finish();
}

fn end_to_end(criterion: &mut Criterion) {
    let records = records();
    let pipeline = Pipeline::new(stages(&model())).expect("the order works");
    let mut group = criterion.benchmark_group("whole");
    group.throughput(words(&documents(&records)));
    group.bench_function("one thread", |bench| {
        bench.iter(|| {
            let mut docs = documents(&records);
            pipeline.run(&mut docs.iter_mut().collect::<Vec<_>>());
            let mut out = Vec::new();
            for doc in &docs {
                write_line(&Record::of(doc, &Provenance::default()), &mut out).expect("memory takes it");
            }
            out
        });
    });
    group.finish();
}

criterion_group!(benches, each_stage, end_to_end);
criterion_main!(benches);
