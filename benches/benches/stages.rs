//! One bench per stage over the articles under `seeds/`, and one of the whole pipeline; in words per second.
//!
//!     cargo bench -p pressmark-benches --bench stages

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use pressmark::write_line;
use pressmark_benches::{annotator, documents, records};
use pressmark_core::Document;

fn words(docs: &[Document]) -> Throughput {
    Throughput::Elements(docs.iter().map(|doc| doc.text.split_whitespace().count() as u64).sum())
}

fn each_stage(criterion: &mut Criterion) {
    let records = records();
    let annotator = annotator(&[]);
    let mut docs = documents(&annotator, &records);
    let mut group = criterion.benchmark_group("stage");
    group.throughput(words(&docs));
    group.bench_function("ingest", |bench| bench.iter(|| documents(&annotator, &records)));
    for stage in annotator.stages() {
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
                write_line(&annotator.record(doc), &mut out).expect("memory takes it");
            }
            out
        });
    });
    group.finish();
}

fn end_to_end(criterion: &mut Criterion) {
    let records = records();
    let annotator = annotator(&[]);
    let mut group = criterion.benchmark_group("whole");
    group.throughput(words(&documents(&annotator, &records)));
    group.bench_function("one thread", |bench| {
        bench.iter(|| {
            let mut docs = documents(&annotator, &records);
            annotator.run_stages(&mut docs.iter_mut().collect::<Vec<_>>());
            let mut out = Vec::new();
            for doc in &docs {
                write_line(&annotator.record(doc), &mut out).expect("memory takes it");
            }
            out
        });
    });
    group.finish();
}

/// Document lengths in words, over which the time per word must not grow.
const LENGTHS: [usize; 4] = [50, 500, 5_000, 50_000];

/// One document of each length: the words per second drop if a stage is worse than linear.
fn by_length(criterion: &mut Criterion) {
    let annotator = annotator(&[]);
    let docs = documents(&annotator, &records());
    let mut group = criterion.benchmark_group("length");
    group.sample_size(10);
    for words in LENGTHS {
        let text = long_text(&docs, words);
        group.throughput(Throughput::Elements(words as u64));
        group.bench_function(format!("{words} words"), |bench| {
            bench.iter(|| {
                let mut doc = Document::from_text("long", text.clone());
                annotator.run_stages(&mut [&mut doc]);
                let mut out = Vec::new();
                write_line(&annotator.record(&doc), &mut out).expect("memory takes it");
                out
            });
        });
    }
    group.finish();
}

/// The seeds' paragraphs repeated, each introduced by a new person: names, quotations and sentences grow with the text,
/// as in a long document.
fn long_text(docs: &[Document], words: usize) -> String {
    let paragraphs: Vec<&str> = docs.iter().flat_map(|doc| doc.text.split("\n\n")).collect();
    let mut text = String::new();
    let mut left = words;
    for (i, paragraph) in paragraphs.iter().cycle().enumerate() {
        if left == 0 {
            break;
        }
        let opening = format!("{} {} said on Monday that it had begun.", name(i), name(i / 7 + 3));
        let taken: Vec<&str> = opening.split(' ').chain(paragraph.split_whitespace()).take(left).collect();
        left -= taken.len();
        text.push_str(&taken.join(" "));
        text.push_str("\n\n");
    }
    text
}

/// A made-up name, distinct for each number below 8000.
fn name(number: usize) -> String {
    const FIRST: [&str; 20] = [
        "Bal", "Cor", "Dan", "Fer", "Gol", "Hal", "Jor", "Kel", "Lam", "Mor", "Nar", "Pel", "Quin", "Ras", "Sel",
        "Tor", "Ul", "Ver", "Wil", "Zan",
    ];
    const SECOND: [&str; 20] = [
        "a", "ane", "ar", "as", "e", "ec", "el", "en", "er", "et", "i", "ic", "il", "in", "is", "o", "on", "or", "ov",
        "u",
    ];
    const LAST: [&str; 20] =
        ["b", "ck", "d", "ff", "g", "k", "ld", "ll", "m", "mp", "n", "nd", "nt", "r", "rd", "rk", "s", "st", "t", "z"];
    [FIRST[number % 20], SECOND[number / 20 % 20], LAST[number / 400 % 20]].concat()
}

criterion_group!(benches, each_stage, end_to_end, by_length);
criterion_main!(benches);
