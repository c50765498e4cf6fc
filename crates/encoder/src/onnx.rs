//! Exports a bundle as ONNX graphs, for ONNX Runtime or another engine.
//!
//! The encoder is one graph whose matrices stay in int8 with one scale per row, as in the bundle, and are dequantised
//! when it is loaded. The format is that of <https://onnx.ai>: protocol buffers, of which only the parts that a graph
//! needs are implemented here.

use serde_json::{Value, json};

use crate::config::{Activation, HeadConfig};
use crate::head::SUBWORDS;
use crate::tensors::Tensors;
use crate::{Error, Model};

/// Operator set version: the first with LayerNormalization.
const OPSET: u64 = 17;
/// Version of the file format, the one released with that operator set.
const IR_VERSION: u64 = 8;

/// Files of an ONNX export by name.
pub type OnnxFiles = std::collections::BTreeMap<String, Vec<u8>>;

impl Model {
    /// Exports the encoder and its heads as ONNX graphs.
    ///
    /// `encoder.onnx` takes `input_ids` and `attention_mask` (int64 `[batch, length]`), and `shape_ids` if the bundle
    /// reads word shapes; it returns `last_hidden_state` (`[batch, length, width]`) and the logits of every head that
    /// reads single subwords, under the head's name (`[batch, length, labels]`). `heads/NAME.onnx` takes `features`
    /// (`[rows, inputs]`) and returns `logits`. Logits are divided by the head's temperature. `config.json` states what
    /// each head reads, `README.md` the pre- and postprocessing.
    ///
    /// # Errors
    /// If tensors of the bundle are missing or have another shape.
    pub fn to_onnx(&self) -> Result<OnnxFiles, Error> {
        let tensors = Tensors::parse(self.weight_bytes())?;
        let mut files = OnnxFiles::new();
        files.insert("encoder.onnx".to_owned(), self.encoder_graph(&tensors)?);
        for head in self.config().heads.iter().filter(|head| !reads_subwords(head)) {
            let mut graph = Graph::new(&head.name);
            let inputs = tensors.matrix_shape(&format!("heads.{}.0.weight", head.name))?.1;
            graph.takes("features", FLOAT, &[Size::Any("rows"), Size::Of(inputs)]);
            let width = graph.head(head, &tensors, self.temperature_of(head)?, "features", "logits")?;
            graph.gives("logits", &[Size::Any("rows"), Size::Of(width)]);
            files.insert(format!("heads/{}.onnx", head.name), graph.model(&self.id()));
        }
        files.insert("config.json".to_owned(), format!("{:#}\n", self.onnx_config()).into_bytes());
        files.insert("tokenizer.json".to_owned(), self.tokenizer_json().to_vec());
        files.insert("README.md".to_owned(), self.onnx_readme().into_bytes());
        Ok(files)
    }

    fn temperature_of(&self, head: &HeadConfig) -> Result<f32, Error> {
        Ok(self.head(&head.name)?.temperature())
    }

    fn encoder_graph(&self, tensors: &Tensors<'_>) -> Result<Vec<u8>, Error> {
        let encoder = &self.config().encoder;
        let (width, wide) = (encoder.hidden_size, encoder.intermediate_size);
        let mut graph = Graph::new("encoder");
        let grid = [Size::Any("batch"), Size::Any("length")];
        graph.takes("input_ids", INT64, &grid);
        graph.takes("attention_mask", INT64, &grid);
        let words = tensors.quantised("embeddings.word_embeddings.weight", encoder.vocab_size, width)?;
        graph.int8("words", &[encoder.vocab_size, width], words.values);
        graph.floats("words.scale", &[encoder.vocab_size, 1], &words.scales);
        let rows = graph.node("Gather", &["words", "input_ids"], &[]);
        let rows = graph.node("Cast", &[&rows], &[("to", Attribute::Int(i64::from(FLOAT)))]);
        let scales = graph.node("Gather", &["words.scale", "input_ids"], &[]);
        let mut x = graph.node("Mul", &[&rows, &scales], &[]);

        // Positions count from the bundle's offset.
        let positions = tensors.floats("embeddings.position_embeddings.weight", &[encoder.max_positions, width])?;
        graph.floats("positions", &[encoder.max_positions, width], &positions);
        let first = i64::try_from(encoder.position_offset).unwrap_or(i64::MAX);
        graph.integers("first", &[], &[first]);
        graph.integers("one", &[], &[1]);
        let shape = graph.node("Shape", &["input_ids"], &[]);
        let length = graph.node("Gather", &[&shape, "one"], &[("axis", Attribute::Int(0))]);
        let end = graph.node("Add", &[&length, "first"], &[]);
        let places = graph.node("Range", &["first", &end, "one"], &[]);
        let places = graph.node("Gather", &["positions", &places], &[]);
        x = graph.node("Add", &[&x, &places], &[]);

        let (types, _) = tensors.matrix_shape("embeddings.token_type_embeddings.weight")?;
        let types = tensors.floats("embeddings.token_type_embeddings.weight", &[types, width])?;
        graph.floats("type", &[width], types.get(..width).unwrap_or_default());
        x = graph.node("Add", &[&x, "type"], &[]);
        if !self.shapes().is_empty() {
            graph.takes("shape_ids", INT64, &grid);
            let shapes = tensors.floats("embeddings.shape_embeddings.weight", &[self.shapes().len(), width])?;
            graph.floats("shapes", &[self.shapes().len(), width], &shapes);
            let shapes = graph.node("Gather", &["shapes", "shape_ids"], &[]);
            x = graph.node("Add", &[&x, &shapes], &[]);
        }
        x = graph.norm("embeddings.LayerNorm", &x, tensors, width, encoder.layer_norm_eps)?;

        // Additive mask: 0 for subwords, a large negative number for padding.
        graph.floats("unit", &[], &[1.0]);
        graph.floats("far", &[], &[-1e9]);
        graph.integers("axes", &[2], &[1, 2]);
        let mask = graph.node("Cast", &["attention_mask"], &[("to", Attribute::Int(i64::from(FLOAT)))]);
        let mask = graph.node("Sub", &["unit", &mask], &[]);
        let mask = graph.node("Mul", &[&mask, "far"], &[]);
        let mask = graph.node("Unsqueeze", &[&mask, "axes"], &[]);

        let each = width / encoder.attention_heads;
        let integer = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        graph.integers("apart", &[4], &[0, 0, integer(encoder.attention_heads), integer(each)]);
        graph.integers("together", &[3], &[0, 0, integer(width)]);
        #[expect(clippy::cast_precision_loss, reason = "the width of an attention head")]
        let scale = (each as f32).sqrt().recip();
        graph.floats("attention.scale", &[], &[scale]);
        for layer in 0..encoder.layers {
            let at = |part: &str| format!("encoder.layer.{layer}.{part}");
            let mut project = |part: &str, order: [i64; 4]| {
                let y = graph.linear(&at(&format!("attention.self.{part}")), &x, tensors, (width, width))?;
                let y = graph.node("Reshape", &[&y, "apart"], &[]);
                Ok::<_, Error>(graph.node("Transpose", &[&y], &[("perm", Attribute::Ints(order.to_vec()))]))
            };
            let queries = project("query", [0, 2, 1, 3])?;
            let keys = project("key", [0, 2, 3, 1])?;
            let values = project("value", [0, 2, 1, 3])?;
            let scores = graph.node("MatMul", &[&queries, &keys], &[]);
            let scores = graph.node("Mul", &[&scores, "attention.scale"], &[]);
            let scores = graph.node("Add", &[&scores, &mask], &[]);
            let shares = graph.node("Softmax", &[&scores], &[("axis", Attribute::Int(-1))]);
            let read = graph.node("MatMul", &[&shares, &values], &[]);
            let read = graph.node("Transpose", &[&read], &[("perm", Attribute::Ints(vec![0, 2, 1, 3]))]);
            let read = graph.node("Reshape", &[&read, "together"], &[]);
            let read = graph.linear(&at("attention.output.dense"), &read, tensors, (width, width))?;
            let sum = graph.node("Add", &[&read, &x], &[]);
            x = graph.norm(&at("attention.output.LayerNorm"), &sum, tensors, width, encoder.layer_norm_eps)?;
            let inner = graph.linear(&at("intermediate.dense"), &x, tensors, (wide, width))?;
            let inner = graph.gelu(&inner);
            let outer = graph.linear(&at("output.dense"), &inner, tensors, (width, wide))?;
            let sum = graph.node("Add", &[&outer, &x], &[]);
            x = graph.norm(&at("output.LayerNorm"), &sum, tensors, width, encoder.layer_norm_eps)?;
        }
        graph.named("Identity", &[&x], &[], "last_hidden_state");
        graph.gives("last_hidden_state", &[grid[0], grid[1], Size::Of(width)]);
        for head in self.config().heads.iter().filter(|head| reads_subwords(head)) {
            let outputs = graph.head(head, tensors, self.temperature_of(head)?, &x, &head.name)?;
            graph.gives(&head.name, &[grid[0], grid[1], Size::Of(outputs)]);
        }
        Ok(graph.model(&self.id()))
    }

    fn onnx_config(&self) -> Value {
        let heads: Vec<Value> = self
            .heads()
            .iter()
            .zip(&self.config().heads)
            .map(|(head, config)| {
                let graph = if reads_subwords(config) { "encoder.onnx" } else { "heads" };
                json!({
                    "name": head.name(), "reads": head.input(), "labels": head.labels(), "output": format!("{:?}", head.output()).to_lowercase(),
                    "thresholds": head.thresholds(),
                    "graph": if graph == "heads" { format!("heads/{}.onnx", head.name()) } else { graph.to_owned() },
                    "output_name": if graph == "heads" { "logits" } else { head.name() },
                })
            })
            .collect();
        json!({
            "model": self.id(), "licence": self.licence(), "languages": self.languages(), "shapes": self.shapes(),
            "max_window": self.max_window(), "heads": heads,
        })
    }

    fn onnx_readme(&self) -> String {
        let shapes = if self.shapes().is_empty() {
            String::new()
        } else {
            "`shape_ids` has, for each subword, the number of its word's shape in `shapes` of `config.json`, 0 for special\n\
             tokens; the rules for a word's shape are in the recipe of the model.\n"
                .to_owned()
        };
        format!(
            "# {id} as ONNX\n\n\
             Licence of the weights: {licence}.\n\n\
             ## Input\n\n\
             Split the text into sentences and words; encode each word alone with `tokenizer.json`, without special tokens;\n\
             put whole sentences of a document into windows of at most {window} subwords with the special tokens around\n\
             each. Pad `input_ids` with any id and `attention_mask` with 0.\n{shapes}\n\
             ## Output\n\n\
             - A head that reads `token`: take the logits at the first subword of each word; softmax; BIO labels.\n\
             - `subwords`: the logits have a weight for each label, then a value for each; over the subwords of a\n  \
               sentence, paragraph or text, a label's logit is the mean of its values by the softmax of its weights; sigmoid.\n\
             - `sentence`: give `features` the mean of the hidden states of a sentence's subwords.\n\
             - `mention+sentence`, `sentence+document`: two such means one after the other; a document is the mean of its\n  \
               sentences' means.\n\
             - `target+passage`: one window, the target, the last special token, the passage, that token again; `features`\n  \
               are the state of its first special token, then the mean of the target's mean and the passage's.\n\n\
             Logits are already divided by the head's temperature. The `thresholds` of a head, if it has any, are\n\
             probabilities: a label applies if its own reaches the threshold. `pressmark` moves the threshold t to one\n\
             half: its score is sigmoid(logit - ln(t / (1 - t))).\n\n\
             Votes over a document, rules for dates and sums, and what else `pressmark` does besides the model are not included.\n",
            id = self.id(),
            licence = self.licence().unwrap_or("not stated"),
            window = self.max_window(),
        )
    }
}

/// Whether a head reads single subwords, and so can be part of the encoder's graph.
fn reads_subwords(head: &HeadConfig) -> bool {
    matches!(head.input.as_str(), "token" | SUBWORDS)
}

/// Element types, by their numbers in ONNX.
const FLOAT: u8 = 1;
const INT8: u8 = 3;
const INT64: u8 = 7;

/// One dimension of an input or output.
#[derive(Clone, Copy)]
enum Size {
    Of(usize),
    Any(&'static str),
}

/// An attribute of a node.
enum Attribute {
    Int(i64),
    Ints(Vec<i64>),
    Float(f32),
}

/// A graph under construction.
struct Graph {
    name: String,
    nodes: Message,
    tensors: Message,
    inputs: Message,
    outputs: Message,
    count: usize,
    /// Whether the constants of [`gelu`](Graph::gelu) were added.
    has_gelu: bool,
}

impl Graph {
    fn new(name: &str) -> Self {
        let (nodes, tensors, inputs, outputs) = Default::default();
        Self { name: name.to_owned(), nodes, tensors, inputs, outputs, count: 0, has_gelu: false }
    }

    /// Adds a node and returns the name of its output.
    fn node(&mut self, operator: &str, inputs: &[&str], attributes: &[(&str, Attribute)]) -> String {
        self.count += 1;
        let output = format!("{operator}.{}", self.count);
        self.named(operator, inputs, attributes, &output);
        output
    }

    fn named(&mut self, operator: &str, inputs: &[&str], attributes: &[(&str, Attribute)], output: &str) {
        let mut node = Message::default();
        inputs.iter().for_each(|input| node.text(1, input));
        node.text(2, output);
        node.text(3, output);
        node.text(4, operator);
        for (name, attribute) in attributes {
            let mut message = Message::default();
            message.text(1, name);
            match attribute {
                Attribute::Float(value) => {
                    message.float(2, *value);
                    message.number(20, 1);
                }
                Attribute::Int(value) => {
                    message.number(3, value.cast_unsigned());
                    message.number(20, 2);
                }
                Attribute::Ints(values) => {
                    values.iter().for_each(|value| message.number(8, value.cast_unsigned()));
                    message.number(20, 7);
                }
            }
            node.message(5, &message);
        }
        self.nodes.message(1, &node);
    }

    fn tensor(&mut self, name: &str, shape: &[usize], kind: u8, bytes: &[u8]) {
        let mut tensor = Message::default();
        shape.iter().for_each(|size| tensor.number(1, *size as u64));
        tensor.number(2, u64::from(kind));
        tensor.text(8, name);
        tensor.bytes(9, bytes);
        self.tensors.message(5, &tensor);
    }

    fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(name, shape, FLOAT, &bytes);
    }

    fn integers(&mut self, name: &str, shape: &[usize], values: &[i64]) {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(name, shape, INT64, &bytes);
    }

    fn int8(&mut self, name: &str, shape: &[usize], values: &[u8]) {
        self.tensor(name, shape, INT8, values);
    }

    /// `x Wᵀ + b` with the int8 matrix `name.weight` of size `(rows, columns)`.
    fn linear(
        &mut self,
        name: &str,
        x: &str,
        tensors: &Tensors<'_>,
        (rows, columns): (usize, usize),
    ) -> Result<String, Error> {
        let [weight, scale, bias] = [format!("{name}.weight"), format!("{name}.weight.scale"), format!("{name}.bias")];
        let matrix = tensors.quantised(&weight, rows, columns)?;
        self.int8(&weight, &[rows, columns], matrix.values);
        self.floats(&scale, &[rows], &matrix.scales);
        self.floats(&bias, &[rows], &tensors.floats(&bias, &[rows])?);
        let wide = self.node("DequantizeLinear", &[&weight, &scale], &[("axis", Attribute::Int(0))]);
        let turned = self.node("Transpose", &[&wide], &[("perm", Attribute::Ints(vec![1, 0]))]);
        let product = self.node("MatMul", &[x, &turned], &[]);
        Ok(self.node("Add", &[&product, &bias], &[]))
    }

    fn norm(&mut self, name: &str, x: &str, tensors: &Tensors<'_>, width: usize, least: f32) -> Result<String, Error> {
        let [weight, bias] = [format!("{name}.weight"), format!("{name}.bias")];
        self.floats(&weight, &[width], &tensors.floats(&weight, &[width])?);
        self.floats(&bias, &[width], &tensors.floats(&bias, &[width])?);
        let attributes = [("axis", Attribute::Int(-1)), ("epsilon", Attribute::Float(least))];
        Ok(self.node("LayerNormalization", &[x, &weight, &bias], &attributes))
    }

    fn activation(&mut self, activation: Activation, x: String) -> String {
        match activation {
            Activation::None => x,
            Activation::Gelu => self.gelu(&x),
            Activation::Tanh => self.node("Tanh", &[&x], &[]),
            Activation::Relu => self.node("Relu", &[&x], &[]),
        }
    }

    /// `x (1 + erf(x / sqrt 2)) / 2`.
    fn gelu(&mut self, x: &str) -> String {
        if !self.has_gelu {
            self.floats("gelu.root", &[], &[std::f32::consts::FRAC_1_SQRT_2]);
            self.floats("gelu.half", &[], &[0.5]);
            self.floats("gelu.one", &[], &[1.0]);
            self.has_gelu = true;
        }
        let y = self.node("Mul", &[x, "gelu.root"], &[]);
        let y = self.node("Erf", &[&y], &[]);
        let y = self.node("Add", &[&y, "gelu.one"], &[]);
        let y = self.node("Mul", &[&y, x], &[]);
        self.node("Mul", &[&y, "gelu.half"], &[])
    }

    /// Adds the layers of a head, whose outputs are divided by the temperature; returns the number of outputs.
    fn head(
        &mut self,
        head: &HeadConfig,
        tensors: &Tensors<'_>,
        temperature: f32,
        x: &str,
        output: &str,
    ) -> Result<usize, Error> {
        let (mut x, mut width) = (x.to_owned(), 0);
        for (number, layer) in head.layers.iter().enumerate() {
            let name = format!("heads.{}.{number}", head.name);
            let [weight, bias] = [format!("{name}.weight"), format!("{name}.bias")];
            let (rows, columns) = tensors.matrix_shape(&weight)?;
            self.floats(&weight, &[rows, columns], &tensors.floats(&weight, &[rows, columns])?);
            self.floats(&bias, &[rows], &tensors.floats(&bias, &[rows])?);
            let turned = self.node("Transpose", &[&weight], &[("perm", Attribute::Ints(vec![1, 0]))]);
            x = self.node("MatMul", &[&x, &turned], &[]);
            x = self.node("Add", &[&x, &bias], &[]);
            x = self.activation(layer.activation, x);
            width = rows;
        }
        // The first half of a pooled head's outputs are weights, to which the temperature does not apply.
        let weights = if head.input == SUBWORDS { width / 2 } else { 0 };
        let divisors = [vec![1.0; weights], vec![temperature; width - weights]].concat();
        let name = format!("heads.{}.temperature", head.name);
        self.floats(&name, &[width], &divisors);
        self.named("Div", &[&x, &name], &[], output);
        Ok(width)
    }

    fn takes(&mut self, name: &str, kind: u8, shape: &[Size]) {
        self.inputs.message(11, &value(name, kind, shape));
    }

    fn gives(&mut self, name: &str, shape: &[Size]) {
        self.outputs.message(12, &value(name, FLOAT, shape));
    }

    /// Serializes the graph as a model file.
    fn model(self, id: &str) -> Vec<u8> {
        let mut graph = self.nodes;
        graph.text(2, &self.name);
        for part in [self.tensors, self.inputs, self.outputs] {
            graph.0.extend(part.0);
        }
        let mut operators = Message::default();
        operators.text(1, "");
        operators.number(2, OPSET);
        let mut model = Message::default();
        model.number(1, IR_VERSION);
        model.text(2, "pressmark");
        model.text(3, env!("CARGO_PKG_VERSION"));
        model.text(6, id);
        model.message(7, &graph);
        model.message(8, &operators);
        model.0
    }
}

/// A `ValueInfoProto`: an input or output with its type and shape.
fn value(name: &str, kind: u8, shape: &[Size]) -> Message {
    let mut sizes = Message::default();
    for size in shape {
        let mut dimension = Message::default();
        match size {
            Size::Of(size) => dimension.number(1, *size as u64),
            Size::Any(name) => dimension.text(2, name),
        }
        sizes.message(1, &dimension);
    }
    let mut tensor = Message::default();
    tensor.number(1, u64::from(kind));
    tensor.message(2, &sizes);
    let mut of = Message::default();
    of.message(1, &tensor);
    let mut value = Message::default();
    value.text(1, name);
    value.message(2, &of);
    value
}

/// A protocol buffers message: numbered fields, concatenated.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    fn float(&mut self, field: u64, value: f32) {
        self.varint(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    fn text(&mut self, field: u64, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    fn message(&mut self, field: u64, value: &Self) {
        self.bytes(field, &value.0);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{TinyBundle, sign};

    /// The fields of a message with their numbers; those of fixed length are left out.
    fn fields(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
        fn varint(bytes: &mut &[u8]) -> u64 {
            let mut value = 0;
            for shift in (0..).step_by(7) {
                let (first, rest) = bytes.split_first().expect("a whole number");
                *bytes = rest;
                value |= u64::from(first & 0x7f) << shift;
                if first & 0x80 == 0 {
                    break;
                }
            }
            value
        }
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            match key & 7 {
                0 => drop(varint(&mut bytes)),
                5 => bytes = &bytes[4..],
                _ => {
                    let length = varint(&mut bytes) as usize;
                    let (value, rest) = bytes.split_at(length);
                    bytes = rest;
                    all.push((key >> 3, value));
                }
            }
        }
        all
    }

    fn texts(bytes: &[u8], field: u64) -> Vec<String> {
        let of = fields(bytes).into_iter().filter(|(number, _)| *number == field);
        of.map(|(_, text)| String::from_utf8_lossy(text).into_owned()).collect()
    }

    /// The operators of a graph in order, after checking that it holds everything that it refers to, once.
    fn operators(model: &[u8]) -> Vec<String> {
        let (_, graph) = fields(model).into_iter().find(|(number, _)| *number == 7).expect("a graph");
        let all = fields(graph);
        let mut known = HashSet::new();
        let mut operators = Vec::new();
        for (number, part) in &all {
            let names = match number {
                5 => texts(part, 8),
                11 => texts(part, 1),
                _ => continue,
            };
            assert!(names.iter().all(|name| known.insert(name.clone())), "{names:?} stand twice");
        }
        for (_, node) in all.iter().filter(|(number, _)| *number == 1) {
            for input in texts(node, 1) {
                assert!(known.contains(&input), "{input:?} is nowhere");
            }
            assert!(texts(node, 2).into_iter().all(|output| known.insert(output)));
            operators.extend(texts(node, 4));
        }
        operators
    }

    #[test]
    fn every_activation_of_a_head_stands_in_its_graph() {
        let heads = ["ner.news", "frames.x"].map(|name| (name.to_owned(), vec!["a".to_owned(), "b".to_owned()], None));
        for (activation, expected) in [
            ("none", &[][..]),
            ("gelu", &["Mul", "Erf", "Add", "Mul", "Mul"]),
            ("tanh", &["Tanh"]),
            ("relu", &["Relu"]),
        ] {
            let mut files = TinyBundle { heads: heads.to_vec(), ..TinyBundle::default() }.files();
            let mut config: Value = serde_json::from_slice(&files.config).expect("JSON");
            config["heads"][0]["input"] = json!("sentence");
            config["heads"][1]["thresholds"] = json!([0.25, 0.5]);
            for head in [0, 1] {
                config["heads"][head]["layers"][0]["activation"] = json!(activation);
            }
            files.config = config.to_string().into_bytes().into();
            sign(&mut files);
            let exported = Model::from_files(&files).expect("a model").to_onnx().expect("graphs");
            let linear = ["Transpose", "MatMul", "Add"];
            let head: Vec<String> = [&linear[..], expected, &["Div"]].concat().into_iter().map(str::to_owned).collect();
            assert_eq!(operators(&exported["heads/ner.news.onnx"]), head);
            assert!(operators(&exported["encoder.onnx"]).ends_with(&head));
            let config: Value = serde_json::from_slice(&exported["config.json"]).expect("JSON");
            assert_eq!(config["heads"][1]["thresholds"], json!([0.25, 0.5]));
            assert_eq!(config["heads"][0]["thresholds"], Value::Null);
        }
    }
}
