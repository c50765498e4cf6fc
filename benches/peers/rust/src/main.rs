//! The Rust peers of the encoder bench: `pressmark-rust-peers NAME THREADS MODELS`, where NAME is rten-f32,
//! rten-int8 or candle-f32 and MODELS the folder that `export.py` wrote.
//!
//! Reads one JSON request per line and answers each with a line, like `worker.py` beside this folder. Thread counts
//! come from RTEN_NUM_THREADS and RAYON_NUM_THREADS, which the bench sets.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use rten::{Model, NodeId};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use serde::Deserialize;
use serde_json::json;

/// Sequences padded to the longest of their batch, in row-major order.
struct Batch {
    ids: Vec<u32>,
    shapes: Vec<u32>,
    mask: Vec<u32>,
    lengths: Vec<usize>,
    width: usize,
}

#[derive(Deserialize)]
struct Case {
    batches: Vec<Vec<Sequence>>,
}

#[derive(Deserialize)]
struct Sequence {
    ids: Vec<u32>,
    shapes: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Request {
    Answer { case: String },
    Time { case: String, seconds: f64 },
}

impl Batch {
    fn of(sequences: Vec<Sequence>) -> Self {
        let lengths: Vec<usize> = sequences.iter().map(|s| s.ids.len()).collect();
        let width = lengths.iter().copied().max().unwrap_or(0);
        let mut batch = Self { ids: Vec::new(), shapes: Vec::new(), mask: Vec::new(), lengths, width };
        for sequence in sequences {
            let padding = width - sequence.ids.len();
            let padded = |row: Vec<u32>| row.into_iter().chain(std::iter::repeat_n(0, padding));
            batch.mask.extend(padded(vec![1; sequence.ids.len()]));
            batch.ids.extend(padded(sequence.ids));
            batch.shapes.extend(padded(sequence.shapes));
        }
        batch
    }
}

/// A runtime with the model loaded; returns the hidden states of a batch in row-major order, padding included.
trait Runtime {
    fn run(&self, batch: &Batch) -> Result<Vec<f32>>;
}

struct Rten {
    model: Model,
    inputs: [NodeId; 3],
    output: NodeId,
}

impl Rten {
    fn open(path: &Path) -> Result<Self> {
        let model = Model::load_file(path).with_context(|| format!("failed to load {}", path.display()))?;
        let input = |name| model.node_id(name);
        let inputs = [input("input_ids")?, input("attention_mask")?, input("token_type_ids")?];
        let output = *model.output_ids().first().context("the model has no output")?;
        Ok(Self { model, inputs, output })
    }
}

impl Runtime for Rten {
    fn run(&self, batch: &Batch) -> Result<Vec<f32>> {
        let tensor = |row: &[u32]| {
            NdTensor::from_data([batch.lengths.len(), batch.width], row.iter().map(|&x| x as i32).collect::<Vec<_>>())
        };
        let [ids, mask, shapes] = self.inputs;
        let inputs = vec![
            (ids, tensor(&batch.ids).into()),
            (mask, tensor(&batch.mask).into()),
            (shapes, tensor(&batch.shapes).into()),
        ];
        let [hidden] = self.model.run_n(inputs, [self.output], None)?;
        let hidden: NdTensor<f32, 3> = hidden.try_into()?;
        Ok(hidden.to_vec())
    }
}

struct Candle(BertModel);

impl Candle {
    fn open(models: &Path) -> Result<Self> {
        let config: Config = serde_json::from_slice(&std::fs::read(models.join("config.json"))?)?;
        let weights = std::fs::read(models.join("model.safetensors"))?;
        let variables = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)?;
        Ok(Self(BertModel::load(variables, &config)?))
    }
}

impl Runtime for Candle {
    fn run(&self, batch: &Batch) -> Result<Vec<f32>> {
        let shape = (batch.lengths.len(), batch.width);
        let tensor = |row: &[u32]| Tensor::from_slice(row, shape, &Device::Cpu);
        let hidden = self.0.forward(&tensor(&batch.ids)?, &tensor(&batch.shapes)?, Some(&tensor(&batch.mask)?))?;
        Ok(hidden.flatten_all()?.to_vec1()?)
    }
}

/// The rows of real subwords, in order, without padding.
fn rows(runtime: &dyn Runtime, batches: &[Batch]) -> Result<Vec<f32>> {
    let mut rows = Vec::new();
    for batch in batches {
        let hidden = runtime.run(batch)?;
        let size = hidden.len() / (batch.lengths.len() * batch.width);
        for (row, &length) in hidden.chunks(batch.width * size).zip(&batch.lengths) {
            rows.extend_from_slice(&row[..length * size]);
        }
    }
    Ok(rows)
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, _threads, models] = &arguments[..] else { bail!("expected NAME THREADS MODELS") };
    let models = Path::new(models);
    let runtime: Box<dyn Runtime> = match name.as_str() {
        "rten-f32" => Box::new(Rten::open(&models.join("model.onnx"))?),
        "rten-int8" => Box::new(Rten::open(&models.join("model-int8.onnx"))?),
        "candle-f32" => Box::new(Candle::open(models)?),
        other => bail!("no runtime is called {other}"),
    };
    let versions = json!({ "rten": "0.27.0", "candle": "0.11.1" });
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", json!({ "ready": true, "versions": versions }))?;
    stdout.flush()?;
    let mut cases: HashMap<String, Vec<Batch>> = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let (Request::Answer { case: path } | Request::Time { case: path, .. }) = &request;
        if !cases.contains_key(path) {
            let case: Case = serde_json::from_slice(&std::fs::read(path)?)?;
            cases.insert(path.clone(), case.batches.into_iter().map(Batch::of).collect());
        }
        let batches = &cases[path];
        let reply = match request {
            Request::Answer { .. } => json!({ "answer": { "hidden": rows(&*runtime, batches)? } }),
            Request::Time { seconds, .. } => {
                let (start, mut runs) = (Instant::now(), 0);
                while runs == 0 || start.elapsed().as_secs_f64() < seconds {
                    for batch in batches {
                        runtime.run(batch)?;
                    }
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
