//! Tiny bundles with random weights, for tests.

use std::borrow::Cow;
use std::collections::BTreeMap;

use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};
use serde_json::{Value, json};

use crate::bundle::{BundleFiles, sha256_hex};

/// The word shapes of the bundles trained for this project.
const SHAPES: [&str; 13] = [
    "special",
    "lower",
    "capitalised",
    "initial",
    "upper",
    "acronym",
    "mixed",
    "camel",
    "digits",
    "alnum-upper",
    "alnum-lower",
    "punct",
    "other",
];

/// A label of heads that read a target and a passage in one window.
const BEARS_ON_TARGET: &str = "bears_on_target";

/// Sizes of a random bundle; the weights depend only on these and the seed.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct TinyBundle {
    /// Width of a hidden state; a multiple of `attention_heads`.
    pub hidden_size: usize,
    /// Transformer layers.
    pub layers: usize,
    /// Attention heads.
    pub attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Maximum number of subwords in a window.
    pub max_window: usize,
    /// Name, labels and thresholds of heads with one linear layer, over one hidden state or the several that the head's
    /// stage concatenates. The head `embedding` outputs a vector, whatever its labels; heads named `frames.…` are
    /// pooled over subwords.
    pub heads: Vec<(String, Vec<String>, Option<Vec<f32>>)>,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Kind of vocabulary.
    pub vocabulary: TinyVocabulary,
}

/// A kind of vocabulary, with the bundle properties that go with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[doc(hidden)]
pub enum TinyVocabulary {
    /// Lower-case WordPiece with word shapes, as in older bundles.
    #[default]
    Uncased,
    /// Cased WordPiece without word shapes.
    Cased,
    /// SentencePiece Unigram as in XLM-R: `<s>` and `</s>`, positions from the third row on, words of any length, no
    /// word shapes, several languages.
    Unigram,
}

impl Default for TinyBundle {
    fn default() -> Self {
        let labels = ["O", "B-PERSON", "I-PERSON", "B-LOC", "I-LOC"];
        Self {
            hidden_size: 32,
            layers: 2,
            attention_heads: 4,
            intermediate_size: 64,
            max_window: 128,
            heads: vec![("ner.news".to_owned(), labels.map(str::to_owned).to_vec(), None)],
            seed: 1,
            vocabulary: TinyVocabulary::default(),
        }
    }
}

/// Type, shape and bytes of tensors, by name.
type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

impl TinyBundle {
    /// Creates a bundle with the heads that the stages read.
    #[must_use]
    pub fn for_stages(vocabulary: TinyVocabulary, layers: usize) -> Self {
        let head = |name: &str, labels: &[&str]| {
            (name.to_owned(), labels.iter().map(|&label| label.to_owned()).collect(), None)
        };
        let mut bundle = Self { vocabulary, layers, ..Self::default() };
        bundle.heads.extend([
            head("embedding", &[]),
            head("sentiment", &["negative", "neutral", "positive"]),
            head("salience", &["salient"]),
            head("stance", &[BEARS_ON_TARGET, "takes_a_side", "in_favor"]),
        ]);
        bundle
    }

    /// Builds the four files of the bundle.
    #[must_use]
    pub fn files(&self) -> BundleFiles {
        let vocabulary = self.vocabulary.subwords();
        let tokenizer = match self.vocabulary {
            TinyVocabulary::Unigram => unigram(&vocabulary),
            kind => word_piece(&vocabulary, kind == TinyVocabulary::Uncased),
        };
        let tokenizer = tokenizer.to_string().into_bytes();
        let config = self.config(vocabulary.len()).to_string().into_bytes();
        let tensors = self.tensors(vocabulary.len());
        let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
            let view = TensorView::new(*dtype, shape.clone(), bytes);
            (name, view.expect("bytes are as long as shape and type say"))
        });
        let weights = serialize(views, None).expect("views are well formed");
        let mut files = BundleFiles {
            manifest: Cow::Borrowed(&[]),
            config: Cow::Owned(config),
            tokenizer: Cow::Owned(tokenizer),
            weights: Cow::Owned(weights),
        };
        sign(&mut files);
        files
    }

    fn config(&self, vocab_size: usize) -> Value {
        let heads = self.heads.iter().map(|(name, labels, thresholds)| {
            let is_pair = labels.iter().any(|label| label == BEARS_ON_TARGET);
            let output = match name.as_str() {
                "embedding" => "vector",
                "salience" => "sigmoid",
                _ if is_pair => "sigmoid",
                name if is_pooled(name) => "sigmoid",
                _ => "softmax",
            };
            let input = match name.as_str() {
                _ if is_pair => "target+passage",
                name if is_pooled(name) => "subwords",
                _ => "token",
            };
            let labels = if output == "vector" { &[][..] } else { labels };
            json!({
                "name": name, "input": input, "output": output, "labels": labels,
                "layers": [{"activation": "none"}],
                "calibration": {"temperature": 1.0}, "thresholds": thresholds,
            })
        });
        let mut config = json!({
            "format": "pressmark-bundle/1", "name": "tiny", "version": "0", "licence": "MIT",
            "languages": ["en"], "scripts": ["Latn"], "max_word_chars": 100,
            "encoder": {
                "hidden_size": self.hidden_size, "layers": self.layers,
                "attention_heads": self.attention_heads,
                "intermediate_size": self.intermediate_size,
                "max_positions": self.max_window + self.vocabulary.position_offset(), "vocab_size": vocab_size,
                "layer_norm_eps": 1e-12, "activation": "gelu",
            },
            "max_window": self.max_window, "shapes": self.vocabulary.shapes(),
            "heads": heads.collect::<Vec<_>>(),
        });
        if self.vocabulary != TinyVocabulary::Uncased {
            config["cased"] = json!(true);
        }
        if self.vocabulary == TinyVocabulary::Unigram {
            config["languages"] = json!(["en", "fr"]);
            config["transfer_languages"] = json!(["es"]);
            config["max_word_chars"] = Value::Null;
            config["encoder"]["position_offset"] = json!(self.vocabulary.position_offset());
        }
        config
    }

    fn tensors(&self, vocab_size: usize) -> Tensors {
        let mut random = Random(self.seed);
        let mut tensors = Tensors::new();
        let (width, wide) = (self.hidden_size, self.intermediate_size);
        let mut float = |name: String, shape: &[usize], middle: f32, spread: f32| {
            let count = shape.iter().product::<usize>();
            let bytes = (0..count).flat_map(|_| (middle + random.within(spread)).to_le_bytes());
            let tensor = (Dtype::F32, shape.to_vec(), bytes.collect());
            tensors.insert(name, tensor);
        };
        let mut linear = vec![("embeddings.word_embeddings".to_owned(), vocab_size, width)];
        let mut norms = vec!["embeddings.LayerNorm".to_owned()];
        for layer in 0..self.layers {
            let at = |part: &str| format!("encoder.layer.{layer}.{part}");
            for part in ["query", "key", "value"] {
                linear.push((at(&format!("attention.self.{part}")), width, width));
            }
            linear.push((at("attention.output.dense"), width, width));
            linear.push((at("intermediate.dense"), wide, width));
            linear.push((at("output.dense"), width, wide));
            norms.push(at("attention.output.LayerNorm"));
            norms.push(at("output.LayerNorm"));
        }
        for name in norms {
            float(format!("{name}.weight"), &[width], 1.0, 0.2);
            float(format!("{name}.bias"), &[width], 0.0, 0.2);
        }
        let positions = self.max_window + self.vocabulary.position_offset();
        let shapes = self.vocabulary.shapes().len();
        for (name, rows) in [("position", positions), ("token_type", 2), ("shape", shapes)] {
            let name = format!("embeddings.{name}_embeddings.weight");
            float(name, &[rows, width], 0.0, 0.5);
        }
        for (name, labels, _) in &self.heads {
            let outputs = match name.as_str() {
                "embedding" => width,
                // A weight and a value per label.
                name if is_pooled(name) => 2 * labels.len(),
                _ => labels.len(),
            };
            // Mention and sentence; a window's first state and a mean; passage, target, their product and their
            // distance.
            let states = match name.as_str() {
                "sentiment" | "salience" => 2,
                "stance" if labels.iter().any(|label| label == BEARS_ON_TARGET) => 2,
                "stance" => 4,
                _ => 1,
            };
            float(format!("heads.{name}.0.weight"), &[outputs, states * width], 0.0, 0.5);
            float(format!("heads.{name}.0.bias"), &[outputs], 0.0, 0.5);
        }
        for (name, rows, columns) in &linear {
            // With a spread of about 1/√columns, products keep the magnitude of their inputs.
            let spread = 1.7 / (*columns as f32).sqrt() / 127.0;
            float(format!("{name}.weight.scale"), &[*rows], spread, 0.3 * spread);
            if name != "embeddings.word_embeddings" {
                float(format!("{name}.bias"), &[*rows], 0.0, 0.1);
            }
        }
        for (name, rows, columns) in linear {
            let bytes = (0..rows * columns).map(|_| random.within(127.4).round() as i8);
            let bytes = bytes.map(i8::cast_unsigned).collect();
            tensors.insert(format!("{name}.weight"), (Dtype::I8, vec![rows, columns], bytes));
        }
        tensors
    }
}

fn is_pooled(head: &str) -> bool {
    head.starts_with("frames.")
}

/// Replaces the manifest by one that matches the other files.
#[doc(hidden)]
pub fn sign(files: &mut BundleFiles) {
    let entry = |bytes: &[u8]| json!({"bytes": bytes.len(), "sha256": sha256_hex(bytes)});
    let manifest = json!({"format": "pressmark-bundle/1", "files": {
        "config.json": entry(&files.config),
        "tokenizer.json": entry(&files.tokenizer),
        "model.safetensors": entry(&files.weights),
    }});
    files.manifest = Cow::Owned(manifest.to_string().into_bytes());
}

impl TinyVocabulary {
    /// Special subwords, then every printable ASCII character, alone and as a continuation or after a space.
    fn subwords(self) -> Vec<String> {
        let special = match self {
            Self::Unigram => ["<s>", "<pad>", "</s>", "<unk>"],
            _ => ["[PAD]", "[UNK]", "[CLS]", "[SEP]"],
        };
        let mut subwords = special.map(str::to_owned).to_vec();
        let characters = || ('!'..='~').filter(|c| self != Self::Uncased || !c.is_ascii_uppercase());
        if self == Self::Unigram {
            subwords.push("▁".to_owned());
            subwords.extend(characters().map(|c| format!("▁{c}")));
            subwords.extend(characters().map(String::from));
        } else {
            subwords.extend(characters().map(String::from));
            subwords.extend(characters().map(|c| format!("##{c}")));
        }
        subwords
    }

    fn position_offset(self) -> usize {
        if self == Self::Unigram { 2 } else { 0 }
    }

    fn shapes(self) -> &'static [&'static str] {
        if self == Self::Uncased { &SHAPES } else { &[] }
    }
}

fn unigram(vocabulary: &[String]) -> Value {
    let special = vocabulary.iter().take(4).enumerate().map(|(id, content)| {
        json!({
            "id": id, "content": content, "special": true, "single_word": false,
            "lstrip": false, "rstrip": false, "normalized": false,
        })
    });
    // Scores are log-probabilities; those of special subwords are meaningless.
    let vocab = vocabulary.iter().enumerate().map(|(id, subword)| json!([subword, if id < 4 { 0.0 } else { -3.0 }]));
    let token = |name: &str, id: usize| json!({"id": name, "ids": [id], "tokens": [name]});
    let metaspace = json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true});
    json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": special.collect::<Vec<_>>(),
        "normalizer": {"type": "NFKC"},
        "pre_tokenizer": metaspace,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"<s>": token("<s>", 0), "</s>": token("</s>", 2)},
        },
        "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": vocab.collect::<Vec<_>>(), "byte_fallback": false},
    })
}

fn word_piece(vocabulary: &[String], lowercase: bool) -> Value {
    let special = vocabulary.iter().take(4).enumerate().map(|(id, content)| {
        json!({
            "id": id, "content": content, "special": true, "single_word": false,
            "lstrip": false, "rstrip": false, "normalized": false,
        })
    });
    let vocab: serde_json::Map<_, _> =
        vocabulary.iter().enumerate().map(|(id, subword)| (subword.clone(), json!(id))).collect();
    json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": special.collect::<Vec<_>>(),
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": lowercase,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2],
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocab,
        },
    })
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers everywhere, without a dependency.
struct Random(u64);

impl Random {
    /// A uniform random number in `-spread..spread`.
    fn within(&mut self, spread: f32) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let unit = ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32;
        (unit * 2.0 - 1.0) * spread
    }
}
