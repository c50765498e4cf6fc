//! Our side of a comparison: answers the same requests as the peers' workers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use pressmark::{Annotator, ModelSource, Scheme, Settings};
use pressmark_benches::{annotator, model};
use pressmark_core::Document;
use pressmark_encoder::{Model, PackedWindows, Precision};
use pressmark_evaluate::{GoldDocument, GoldSentence};
use pressmark_ingest::{DuplicateOptions, Duplicates, Format, Record, Signature};
use pressmark_tokenize::sentences;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::machine;

/// A prepared case: run it for timing, or once for its answer.
struct Task {
    time: Box<dyn Fn() -> Result<()>>,
    answer: Box<dyn Fn() -> Result<Value>>,
}

impl Task {
    fn new<T>(run: impl Fn() -> Result<T> + 'static, show: impl Fn(T) -> Value + 'static) -> Self {
        let run = Rc::new(run);
        let again = Rc::clone(&run);
        let time = move || {
            black_box(again()?);
            Ok(())
        };
        Self { time: Box::new(time), answer: Box::new(move || run().map(&show)) }
    }
}

/// Prepares a case.
type Load = Box<dyn Fn(Value) -> Result<Task>>;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Request {
    Answer { case: String },
    Time { case: String, seconds: f64 },
}

/// Answers requests from standard input until it ends.
pub(crate) fn serve(name: &str, threads: usize) -> Result<()> {
    let load = contender(name, threads)?;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", json!({ "ready": true, "versions": { "pressmark": env!("CARGO_PKG_VERSION") } }))?;
    stdout.flush()?;
    let mut tasks: HashMap<String, Task> = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let (Request::Answer { case: path } | Request::Time { case: path, .. }) = &request;
        if !tasks.contains_key(path) {
            tasks.insert(path.clone(), load(serde_json::from_slice(&std::fs::read(path)?)?)?);
        }
        let task = &tasks[path];
        let reply = match request {
            Request::Answer { .. } => json!({ "answer": (task.answer)()? }),
            Request::Time { seconds, .. } => {
                let (start, mut runs) = (Instant::now(), 0);
                while runs == 0 || start.elapsed().as_secs_f64() < seconds {
                    (task.time)()?;
                    runs += 1;
                }
                json!({ "seconds": start.elapsed().as_secs_f64(), "runs": runs })
            }
        };
        writeln!(stdout, "{reply}")?;
        stdout.flush()?;
    }
    Ok(())
}

fn contender(name: &str, threads: usize) -> Result<Load> {
    Ok(match name {
        "pressmark-int8" => encoder(model(), threads),
        "pressmark-f32" => {
            let model = Model::open(pressmark_benches::repository("models/pressmark-news-small"))?;
            encoder(Arc::new(model.with_precision(Precision::F32)?), threads)
        }
        "pressmark-peak" => peak(threads),
        "pressmark-text" => text()?,
        "tokenizers" => tokenizers()?,
        "pressmark-entities" => entities()?,
        "pressmark-summary" => summary()?,
        "pressmark-summary-stage" => summary_stage()?,
        "pressmark-html" => html(),
        "pressmark-duplicates" => duplicates(),
        other => bail!("no contender is called {other}"),
    })
}

#[derive(Deserialize)]
struct Sequence {
    ids: Vec<u32>,
    shapes: Vec<u8>,
}

/// Windows for one call of the encoder.
#[derive(Default)]
struct Packed {
    ids: Vec<u32>,
    shapes: Vec<u8>,
    starts: Vec<usize>,
}

/// Subwords per call when threads share a case. Set by hand: about what the encoder works through at a time.
const SHARE: usize = 512;

fn pack(sequences: Vec<Sequence>, most: usize) -> Vec<Packed> {
    let mut all: Vec<Packed> = Vec::new();
    for sequence in sequences {
        let fits = all.last().is_some_and(|last| last.ids.len() + sequence.ids.len() <= most);
        if !fits {
            all.push(Packed { starts: vec![0], ..Packed::default() });
        }
        let Some(packed) = all.last_mut() else { continue };
        packed.ids.extend(sequence.ids);
        packed.shapes.extend(sequence.shapes);
        packed.starts.push(packed.ids.len());
    }
    all
}

/// The encoder alone. Threads take packs of windows from a shared queue, as a run distributes documents.
fn encoder(model: Arc<Model>, threads: usize) -> Load {
    Box::new(move |mut case| {
        let batches: Vec<Vec<Sequence>> = serde_json::from_value(case["batches"].take())?;
        let sequences = batches.into_iter().flatten().collect();
        let packs = pack(sequences, if threads == 1 { usize::MAX } else { SHARE });
        let model = Arc::clone(&model);
        let encode = move |packed: &Packed| {
            let windows = PackedWindows { ids: &packed.ids, shapes: &packed.shapes, starts: &packed.starts };
            Ok::<_, pressmark_encoder::Error>(model.encode(windows)?.into_raw_vec_and_offset().0)
        };
        let run = move || {
            if threads == 1 || packs.len() == 1 {
                return Ok(packs.iter().map(&encode).collect::<Result<Vec<_>, _>>()?.concat());
            }
            let next = AtomicUsize::new(0);
            let work = || {
                let mut done = Vec::new();
                while let Some((at, packed)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, packs.get(at)?)))
                {
                    done.push((at, encode(packed)?));
                }
                Ok::<_, pressmark_encoder::Error>(done)
            };
            let mut parts = Vec::new();
            thread::scope(|scope| {
                let threads: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
                parts.extend(work()?);
                for thread in threads {
                    parts.extend(thread.join().map_err(|_| anyhow!("a thread panicked"))??);
                }
                Ok::<_, anyhow::Error>(())
            })?;
            parts.sort_by_key(|(at, _)| *at);
            Ok(parts.into_iter().flat_map(|(_, rows)| rows).collect::<Vec<f32>>())
        };
        Ok(Task::new(run, |hidden| json!({ "hidden": hidden })))
    })
}

fn peak(threads: usize) -> Load {
    Box::new(move |_| {
        let run = move || {
            Ok(thread::scope(|scope| {
                let threads: Vec<_> = (0..threads).map(|_| scope.spawn(machine::int8_operations)).collect();
                threads.into_iter().map(|t| t.join().unwrap_or(0.0)).sum::<f64>()
            }))
        };
        Ok(Task::new(run, |operations| json!(operations)))
    })
}

fn texts(case: &mut Value) -> Result<Vec<String>> {
    serde_json::from_value(case["documents"].take()).context("the case has documents")
}

/// Runs text through stages, document by document.
fn through(annotator: Annotator, show: fn(Vec<Document>) -> Value) -> Load {
    Box::new(move |mut case| {
        let (texts, annotator) = (texts(&mut case)?, annotator.clone());
        let run = move || {
            let mut docs: Vec<Document> = texts.iter().map(|text| Document::from_text("", text.as_str())).collect();
            for doc in &mut docs {
                for stage in annotator.stages() {
                    stage.run(doc)?;
                }
            }
            Ok(docs)
        };
        Ok(Task::new(run, show))
    })
}

/// Sentences, words and the encoder's windows.
fn text() -> Result<Load> {
    let show = |docs: Vec<Document>| {
        let sents = |doc: &Document| doc.sents.iter().map(|s| doc.slice(s.span).to_owned()).collect::<Vec<_>>();
        let words = |doc: &Document| doc.tokens.iter().map(|t| doc.slice(t.span).to_owned()).collect::<Vec<_>>();
        docs.iter().map(|doc| json!([sents(doc), words(doc)])).collect()
    };
    Ok(through(annotator(&["tokenize"]), show))
}

/// The crate `tokenizers`, called once per sentence; sentence splitting is not timed.
fn tokenizers() -> Result<Load> {
    let mut tokenizer = tokenizers::Tokenizer::from_bytes(model().tokenizer_json()).map_err(|e| anyhow!("{e}"))?;
    tokenizer.with_padding(None).with_truncation(None).map_err(|e| anyhow!("{e}"))?;
    let tokenizer = Rc::new(tokenizer);
    Ok(Box::new(move |mut case| {
        let split = |text: &String| sentences(text).into_iter().map(|s| s.slice(text).to_owned()).collect::<Vec<_>>();
        let sentences: Vec<String> = texts(&mut case)?.iter().flat_map(split).collect();
        let tokenizer = Rc::clone(&tokenizer);
        let run = move || {
            let encode = |s: &String| tokenizer.encode(s.as_str(), true).map_err(|e| anyhow!("{e}"));
            sentences.iter().map(encode).collect::<Result<Vec<_>>>()
        };
        Ok(Task::new(run, |encodings| json!(encodings.iter().map(|e| e.get_ids().len()).sum::<usize>())))
    }))
}

/// Entities in pre-tokenized sentences.
fn entities() -> Result<Load> {
    let settings = Settings {
        model: ModelSource::Loaded(model()),
        stages: vec!["ner".to_owned()],
        scheme: Scheme::Conll03,
        ..Settings::default()
    };
    let tagger = Rc::new(Annotator::new(settings)?.tagger()?);
    Ok(Box::new(move |mut case| {
        let articles: Vec<Vec<Vec<String>>> = serde_json::from_value(case["articles"].take())?;
        let gold = |sentences: Vec<Vec<String>>| {
            let sentence = |tokens| GoldSentence { tokens, tags: Vec::new() };
            GoldDocument { sentences: sentences.into_iter().map(sentence).collect() }
        };
        let articles: Vec<GoldDocument> = articles.into_iter().map(gold).collect();
        let tagger = Rc::clone(&tagger);
        let run = move || {
            let mut all = Vec::new();
            for article in &articles {
                let mut doc = article.to_document("");
                let mut tags = tagger.tags(&mut doc)?.into_iter();
                all.extend(article.sentences.iter().map(|s| tags.by_ref().take(s.tokens.len()).collect::<Vec<_>>()));
            }
            Ok(all)
        };
        Ok(Task::new(run, |tags| json!(tags)))
    }))
}

fn summaries(docs: &[Document]) -> Value {
    let text =
        |doc: &Document| doc.summary.iter().map(|s| doc.slice(doc.sents[s.sent].span).to_owned()).collect::<Vec<_>>();
    docs.iter().map(text).collect::<Vec<_>>().into()
}

/// Text to summary, including all preceding stages.
fn summary() -> Result<Load> {
    Ok(through(annotator(&["summarize"]), |docs| summaries(&docs)))
}

/// The summary stage alone, on documents that other stages already encoded.
fn summary_stage() -> Result<Load> {
    let annotator = annotator(&["summarize"]);
    Ok(Box::new(move |mut case| {
        let mut docs = Vec::new();
        for text in texts(&mut case)? {
            let mut doc = Document::from_text("", text);
            let before = annotator.stages().iter().take_while(|stage| stage.name() != "summarize");
            before.into_iter().try_for_each(|stage| stage.run(&mut doc))?;
            docs.push(doc);
        }
        let (docs, annotator) = (RefCell::new(docs), annotator.clone());
        let run = move || {
            let mut docs = docs.borrow_mut();
            let summarizer = annotator.stages().iter().find(|stage| stage.name() == "summarize");
            let summarizer = summarizer.context("the stage was asked for")?;
            docs.iter_mut().try_for_each(|doc| summarizer.run(doc))?;
            Ok(summaries(&docs))
        };
        Ok(Task::new(run, |summaries| summaries))
    }))
}

/// Pages to documents: character set, article, metadata, language, and the mapping back to bytes.
fn html() -> Load {
    Box::new(|mut case| {
        let pages = texts(&mut case)?;
        let record = |page: String| Record::new("page.html", 0, Format::Html, page.into_bytes());
        let records: Vec<Record> = pages.into_iter().map(record).collect();
        let annotator = annotator(&["tokenize"]);
        let run = move || Ok(records.iter().map(|record| annotator.read(record).text).collect::<Vec<_>>());
        Ok(Task::new(run, |texts| json!(texts)))
    })
}

/// For each text, the index of the earlier one that it repeats, or -1.
fn duplicates() -> Load {
    Box::new(|mut case| {
        let texts = texts(&mut case)?;
        let run = move || {
            let mut seen = Duplicates::new(DuplicateOptions::default())?;
            let check = |(number, text): (usize, &String)| {
                let earlier = seen.check_signature(&number.to_string(), &Signature::of(text));
                earlier.map_or(Ok(-1), |id| id.parse::<i64>())
            };
            Ok(texts.iter().enumerate().map(check).collect::<Result<Vec<_>, _>>()?)
        };
        Ok(Task::new(run, |found| json!(found)))
    })
}
