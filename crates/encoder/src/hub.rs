//! Exports a bundle in the Hugging Face hub's layout, for programs that read plain BERTs.

use std::collections::{BTreeMap, HashMap};

use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};
use serde_json::{Map, Value, json};

use crate::config::Output;
use crate::tensors::Tensors;
use crate::{Error, Model};

/// Files of a model in the hub's layout by name: `config.json`, `model.safetensors`, `tokenizer.json`,
/// `tokenizer_config.json`.
pub type HubFiles = BTreeMap<&'static str, Vec<u8>>;

/// Shape and values of a tensor.
type Floats = (Vec<usize>, Vec<f32>);

impl Model {
    /// Exports the encoder with one of its heads as a `BertForTokenClassification` in 32-bit floats.
    ///
    /// The head's temperature is folded into the classifier, so that the softmax of its logits is calibrated. Whatever
    /// such a model cannot express is lost: words come from the exported tokenizer instead of ours, and the
    /// document-level vote and rules are missing.
    ///
    /// # Errors
    /// [`Error::NotPlain`] if the encoder reads word shapes or has a position offset, or the head has several
    /// layers, an activation or labels that do not exclude each other;
    /// [`Error::NoHead`] if no head has this name.
    pub fn to_token_classifier(&self, head: &str) -> Result<HubFiles, Error> {
        let not_plain =
            |reason: &str| Err(Error::NotPlain { bundle: self.name().to_owned(), reason: reason.to_owned() });
        let encoder = &self.config().encoder;
        if !self.shapes().is_empty() {
            return not_plain("it reads an embedding of word shapes");
        }
        if encoder.position_offset != 0 {
            return not_plain("its positions do not begin with the first row of their table");
        }
        let head = self.head(head)?;
        if !head.is_linear() || head.inputs() != encoder.hidden_size {
            return not_plain("the head is not one linear layer over the state of a subword");
        }
        if head.output() != Output::Softmax {
            return not_plain("the head's labels do not exclude each other");
        }
        let labels: Map<String, Value> =
            head.labels().iter().enumerate().map(|(id, label)| (id.to_string(), json!(label))).collect();
        let ids: Map<String, Value> =
            head.labels().iter().enumerate().map(|(id, label)| (label.clone(), json!(id))).collect();
        let tensors = self.plain_tensors(head.name(), head.outputs(), head.temperature())?;
        let types = tensors.get("bert.embeddings.token_type_embeddings.weight").map_or(0, |(shape, _)| shape[0]);
        let config = json!({
            "architectures": ["BertForTokenClassification"], "model_type": "bert",
            "hidden_size": encoder.hidden_size, "num_hidden_layers": encoder.layers,
            "num_attention_heads": encoder.attention_heads, "intermediate_size": encoder.intermediate_size,
            "max_position_embeddings": encoder.max_positions, "type_vocab_size": types,
            "vocab_size": encoder.vocab_size, "layer_norm_eps": f64::from(encoder.layer_norm_eps), "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "position_embedding_type": "absolute",
            "id2label": labels, "label2id": ids, "torch_dtype": "float32",
            "license": self.licence(), "_name_or_path": self.id(),
        });
        Ok(HubFiles::from([
            ("config.json", pretty(&config)),
            ("model.safetensors", written(&tensors)?),
            ("tokenizer.json", self.tokenizer_json().to_vec()),
            ("tokenizer_config.json", pretty(&self.tokenizer_config()?)),
        ]))
    }

    /// The weights under transformers' names, with int8 rows dequantised.
    fn plain_tensors(&self, head: &str, outputs: usize, temperature: f32) -> Result<BTreeMap<String, Floats>, Error> {
        let encoder = &self.config().encoder;
        let (width, wide) = (encoder.hidden_size, encoder.intermediate_size);
        let from = Tensors::parse(self.weight_bytes())?;
        let mut out = BTreeMap::new();
        let mut floats = |name: String, shape: &[usize]| -> Result<(), Error> {
            let values = from.floats(&name, shape)?;
            out.insert(format!("bert.{name}"), (shape.to_vec(), values));
            Ok(())
        };
        let (types, _) = from.matrix_shape("embeddings.token_type_embeddings.weight")?;
        floats("embeddings.position_embeddings.weight".to_owned(), &[encoder.max_positions, width])?;
        floats("embeddings.token_type_embeddings.weight".to_owned(), &[types, width])?;
        let mut norms = vec!["embeddings.LayerNorm".to_owned()];
        let mut linear = vec![("embeddings.word_embeddings".to_owned(), encoder.vocab_size, width)];
        for layer in 0..encoder.layers {
            let at = |part: &str| format!("encoder.layer.{layer}.{part}");
            norms.extend([at("attention.output.LayerNorm"), at("output.LayerNorm")]);
            linear.extend(["query", "key", "value"].map(|part| (at(&format!("attention.self.{part}")), width, width)));
            linear.push((at("attention.output.dense"), width, width));
            linear.extend([(at("intermediate.dense"), wide, width), (at("output.dense"), width, wide)]);
        }
        for norm in norms {
            floats(format!("{norm}.weight"), &[width])?;
            floats(format!("{norm}.bias"), &[width])?;
        }
        for (name, rows, _) in &linear[1..] {
            floats(format!("{name}.bias"), &[*rows])?;
        }
        for (name, rows, columns) in linear {
            let name = format!("{name}.weight");
            let matrix = from.quantised(&name, rows, columns)?;
            let scaled = matrix.values.chunks_exact(columns).zip(&matrix.scales);
            let values = scaled.flat_map(|(row, scale)| row.iter().map(move |v| f32::from(v.cast_signed()) * scale));
            out.insert(format!("bert.{name}"), (vec![rows, columns], values.collect()));
        }
        for (part, shape) in [("weight", vec![outputs, width]), ("bias", vec![outputs])] {
            let mut values = from.floats(&format!("heads.{head}.0.{part}"), &shape)?;
            values.iter_mut().for_each(|value| *value /= temperature);
            out.insert(format!("classifier.{part}"), (shape, values));
        }
        Ok(out)
    }

    /// `tokenizer_config.json`: the special tokens, for transformers.
    fn tokenizer_config(&self) -> Result<Value, Error> {
        let tokenizer: Value =
            serde_json::from_slice(self.tokenizer_json()).map_err(|source| Error::json("tokenizer.json", source))?;
        let around = tokenizer["post_processor"]["single"].as_array().into_iter().flatten();
        let mut around = around.filter_map(|part| part["SpecialToken"]["id"].as_str());
        let (first, last) = (around.next(), around.next_back());
        let processor = |key: &str| tokenizer["post_processor"][key][0].as_str();
        let model = &tokenizer["model"];
        let unknown = model["unk_token"].as_str().or_else(|| {
            let id = usize::try_from(model["unk_id"].as_u64()?).ok()?;
            model["vocab"][id][0].as_str()
        });
        let is_known = |token: &str| match &model["vocab"] {
            Value::Object(vocabulary) => vocabulary.contains_key(token),
            Value::Array(pieces) => pieces.iter().any(|piece| piece[0] == token),
            _ => false,
        };
        let mut config = json!({
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": self.max_window(),
            "clean_up_tokenization_spaces": false,
        });
        for (key, token) in [
            ("cls_token", first.or_else(|| processor("cls"))),
            ("sep_token", last.or_else(|| processor("sep"))),
            ("unk_token", unknown),
            ("pad_token", ["<pad>", "[PAD]"].into_iter().find(|token| is_known(token))),
        ] {
            if let Some(token) = token {
                config[key] = token.into();
            }
        }
        Ok(config)
    }
}

fn pretty(json: &Value) -> Vec<u8> {
    format!("{json:#}\n").into_bytes()
}

/// Serializes tensors; transformers requires the metadata `format: pt`.
fn written(tensors: &BTreeMap<String, Floats>) -> Result<Vec<u8>, Error> {
    let bytes: BTreeMap<&str, (&[usize], Vec<u8>)> = tensors
        .iter()
        .map(|(name, (shape, values))| {
            (name.as_str(), (shape.as_slice(), values.iter().flat_map(|value| value.to_le_bytes()).collect()))
        })
        .collect();
    let views = bytes.iter().map(|(name, (shape, bytes))| {
        Ok((*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).map_err(|source| Error::Weights { source })?))
    });
    let views = views.collect::<Result<Vec<_>, Error>>()?;
    let note = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    serialize(views, Some(note)).map_err(|source| Error::Weights { source })
}
