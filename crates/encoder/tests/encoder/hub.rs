//! A bundle exported as a plain BERT: recomputes here what transformers would compute from the files.

use ndarray::{Array2, Axis, s};
use pressmark_encoder::{Error, HubFiles, Model, PackedWindows, Precision, TinyBundle, TinyVocabulary, sign, softmax};
use safetensors::SafeTensors;
use serde_json::Value;

fn model(vocabulary: TinyVocabulary) -> Model {
    let model = Model::from_files(&TinyBundle { vocabulary, ..TinyBundle::default() }.files()).unwrap();
    model.with_precision(Precision::F32).unwrap()
}

/// The files of a hub folder, read as a plain BERT.
struct Plain {
    config: Value,
    weights: Vec<u8>,
}

impl Plain {
    fn of(files: &HubFiles) -> Self {
        let config = serde_json::from_slice(&files["config.json"]).unwrap();
        Self { config, weights: files["model.safetensors"].clone() }
    }

    fn size(&self, key: &str) -> usize {
        self.config[key].as_u64().unwrap() as usize
    }

    fn matrix(&self, name: &str) -> Array2<f32> {
        let tensors = SafeTensors::deserialize(&self.weights).unwrap();
        let tensor = tensors.tensor(name).unwrap_or_else(|_| panic!("no {name}"));
        let values: Vec<f32> = tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let columns = *tensor.shape().last().unwrap();
        Array2::from_shape_vec((values.len() / columns, columns), values).unwrap()
    }

    fn linear(&self, name: &str, input: &Array2<f32>) -> Array2<f32> {
        input.dot(&self.matrix(&format!("{name}.weight")).t()) + self.matrix(&format!("{name}.bias"))
    }

    fn norm(&self, name: &str, mut input: Array2<f32>) -> Array2<f32> {
        let epsilon = self.config["layer_norm_eps"].as_f64().unwrap() as f32;
        for mut row in input.rows_mut() {
            let mean = row.mean().unwrap();
            let deviation = (row.mapv(|x| (x - mean).powi(2)).mean().unwrap() + epsilon).sqrt();
            row.mapv_inplace(|x| (x - mean) / deviation);
        }
        input * self.matrix(&format!("{name}.weight")) + self.matrix(&format!("{name}.bias"))
    }

    /// Logits of one text, one row per subword: `BertForTokenClassification` (Devlin et al. 2019) as in transformers.
    fn logits(&self, ids: &[u32]) -> Array2<f32> {
        let embeddings = |part: &str| self.matrix(&format!("bert.embeddings.{part}_embeddings.weight"));
        let rows: Vec<usize> = ids.iter().map(|&id| id as usize).collect();
        let positions = embeddings("position").slice(s![..ids.len(), ..]).to_owned();
        let types = embeddings("token_type").slice(s![..1, ..]).to_owned();
        let mut x =
            self.norm("bert.embeddings.LayerNorm", embeddings("word").select(Axis(0), &rows) + positions + types);
        let heads = self.size("num_attention_heads");
        let size = self.size("hidden_size") / heads;
        for layer in 0..self.size("num_hidden_layers") {
            let at = |part: &str| format!("bert.encoder.layer.{layer}.{part}");
            let [query, key, value] =
                ["query", "key", "value"].map(|p| self.linear(&at(&format!("attention.self.{p}")), &x));
            let mut context = Array2::zeros(x.dim());
            for head in 0..heads {
                let own = s![.., head * size..(head + 1) * size];
                let mut scores = query.slice(own).dot(&key.slice(own).t()) / (size as f32).sqrt();
                scores.rows_mut().into_iter().for_each(softmax);
                context.slice_mut(own).assign(&scores.dot(&value.slice(own)));
            }
            x = self.norm(&at("attention.output.LayerNorm"), self.linear(&at("attention.output.dense"), &context) + x);
            let wide = self.linear(&at("intermediate.dense"), &x).mapv(gelu);
            x = self.norm(&at("output.LayerNorm"), self.linear(&at("output.dense"), &wide) + x);
        }
        self.linear("classifier", &x)
    }
}

/// GELU by the error function, in the approximation of Abramowitz and Stegun (7.1.26), with an error of at most 1.5e-7.
fn gelu(x: f32) -> f32 {
    let (x, z) = (f64::from(x), f64::from(x).abs() / 2f64.sqrt());
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = [0.254_829_592, -0.284_496_736, 1.421_413_741, -1.453_152_027, 1.061_405_429];
    let sum = series.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    let erf = (1.0 - sum * (-z * z).exp()).copysign(x);
    (0.5 * x * (1.0 + erf)) as f32
}

#[test]
fn the_exported_files_compute_what_the_model_does() {
    let model = model(TinyVocabulary::Cased);
    let plain = Plain::of(&model.to_token_classifier("ner.news").unwrap());
    let ids = [2, 40, 41, 77, 12, 90, 3];
    let windows = PackedWindows { ids: &ids, shapes: &[0; 7], starts: &[0, 7] };
    let head = model.head("ner.news").unwrap();
    let expected = head.apply_rows(model.encode(windows).unwrap().view()) / head.temperature();
    let found = plain.logits(&ids);
    let off = (&found - &expected).iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    assert!(off < 1e-3, "logits are off by {off}: {found} {expected}");
    let labels: Vec<&str> = (0..5).map(|id| plain.config["id2label"][id.to_string()].as_str().unwrap()).collect();
    assert_eq!(labels, head.labels());
    assert_eq!(plain.config["label2id"]["I-LOC"], 4);
    assert_eq!(plain.config["license"], "MIT");
}

#[test]
fn special_tokens_are_those_of_the_tokenizer() {
    let model = model(TinyVocabulary::Cased);
    let files = model.to_token_classifier("ner.news").unwrap();
    let config: Value = serde_json::from_slice(&files["tokenizer_config.json"]).unwrap();
    let tokens =
        ["cls_token", "sep_token", "unk_token", "pad_token"].map(|key| config[key].as_str().unwrap_or_default());
    assert_eq!(tokens, ["[CLS]", "[SEP]", "[UNK]", "[PAD]"]);
    assert_eq!(config["model_max_length"], model.max_window());
    assert_eq!(files["tokenizer.json"], model.tokenizer_json());
}

#[test]
fn what_is_no_plain_bert_is_refused() {
    let check = |vocabulary, expected: &str| {
        let error = model(vocabulary).to_token_classifier("ner.news").unwrap_err();
        assert!(matches!(error, Error::NotPlain { .. }) && error.to_string().contains(expected), "{error}");
    };
    check(TinyVocabulary::Uncased, "it reads an embedding of word shapes");
    check(TinyVocabulary::Unigram, "its positions do not begin with the first row");
    let with = |change: fn(&mut Value), expected: &str| {
        let mut files = TinyBundle { vocabulary: TinyVocabulary::Cased, ..TinyBundle::default() }.files();
        let mut config: Value = serde_json::from_slice(&files.config).unwrap();
        let heads = config["heads"].as_array_mut().unwrap();
        change(heads.iter_mut().find(|head| head["name"] == "ner.news").unwrap());
        files.config = config.to_string().into_bytes().into();
        sign(&mut files);
        let error = Model::from_files(&files).unwrap().to_token_classifier("ner.news").unwrap_err();
        assert!(matches!(error, Error::NotPlain { .. }) && error.to_string().contains(expected), "{error}");
    };
    with(|head| head["layers"][0]["activation"] = "tanh".into(), "not one linear layer");
    with(|head| head["output"] = "sigmoid".into(), "do not exclude each other");
    let none = model(TinyVocabulary::Cased).to_token_classifier("ner.none");
    assert!(matches!(none, Err(Error::NoHead { .. })));
}
