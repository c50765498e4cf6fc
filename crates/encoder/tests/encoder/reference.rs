//! Agreement with PyTorch on the windows that the training recipe wrote beside the weights.

use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView1, Axis, aview1, s, stack};
use pressmark_encoder::{Head, Model, PackedWindows, Precision, dot, normalize};
use safetensors::SafeTensors;

/// The shipped bundle, or the one that `PRESSMARK_TEST_BUNDLE` names; `None` if its weights are missing.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn bundle() -> Option<PathBuf> {
    let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/pressmark-news-small");
    let dir = std::env::var_os("PRESSMARK_TEST_BUNDLE").map_or_else(shipped, PathBuf::from);
    let found = dir.join("reference.safetensors").is_file();
    if !found {
        println!("skipped: {} holds no bundle", dir.display());
    }
    found.then_some(dir)
}

/// Prefix of the heads' names under which the reference stores logits.
const LOGITS: &str = "logits.";

/// The head that tags words.
const WORDS: &str = "ner.news";

/// PyTorch's outputs.
struct Reference {
    ids: Vec<u32>,
    shapes: Vec<u8>,
    starts: Vec<usize>,
    hidden: Vec<f32>,
    /// Rows of the hidden states at the start of a word.
    words: Vec<usize>,
    logits: Vec<f32>,
    /// Logits of each pooled head, one row per sentence.
    pooled: Vec<(String, Vec<f32>)>,
    embedding: Vec<f32>,
    sentences: Vec<std::ops::Range<usize>>,
}

impl Reference {
    fn read(dir: &Path) -> Self {
        let bytes = std::fs::read(dir.join("reference.safetensors")).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let words = |name: &str| -> Vec<[u8; 4]> {
            let tensor = tensors.tensor(name).unwrap();
            tensor.data().as_chunks().0.to_vec()
        };
        let whole = |name: &str| -> Vec<usize> {
            let values = words(name).into_iter();
            values.map(|b| i32::from_le_bytes(b) as usize).collect()
        };
        let floats = |name: &str| -> Vec<f32> { words(name).into_iter().map(f32::from_le_bytes).collect() };
        let starts = whole("window_offsets");
        let (word_starts, word_offsets) = (whole("word_starts"), whole("word_offsets"));
        let in_windows = starts.iter().zip(word_offsets.windows(2));
        let words = in_windows
            .flat_map(|(start, bounds)| word_starts[bounds[0]..bounds[1]].iter().map(move |word| start + word))
            .collect();
        let json = std::fs::read(dir.join("reference.json")).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let windows = json["windows"].as_array().unwrap().iter().zip(&starts);
        let sentences = windows
            .flat_map(|(window, start)| {
                let spans = window["sentence_spans"].as_array().unwrap().iter();
                let at = move |value: &serde_json::Value| start + value.as_u64().unwrap() as usize;
                spans.map(move |span| at(&span[0])..at(&span[1]))
            })
            .collect();
        Self {
            ids: whole("ids").into_iter().map(|id| id as u32).collect(),
            shapes: whole("shapes").into_iter().map(|shape| shape as u8).collect(),
            hidden: floats("hidden"),
            logits: floats(&format!("{LOGITS}{WORDS}")),
            pooled: tensors
                .names()
                .into_iter()
                .filter_map(|tensor| Some((tensor.strip_prefix(LOGITS)?.to_owned(), floats(tensor))))
                .filter(|(head, _)| head != WORDS)
                .collect(),
            embedding: floats("embedding"),
            starts,
            words,
            sentences,
        }
    }

    fn encode(&self, model: &Model) -> Array2<f32> {
        let windows = PackedWindows { ids: &self.ids, shapes: &self.shapes, starts: &self.starts };
        model.encode(windows).unwrap()
    }
}

fn greatest_difference<'a>(a: impl IntoIterator<Item = &'a f32>, b: &[f32]) -> f32 {
    let a: Vec<f32> = a.into_iter().copied().collect();
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}

/// Sentence embeddings: the embedding head on the mean of each sentence's rows.
fn sentence_vectors(model: &Model, hidden: &Array2<f32>, sentences: &[std::ops::Range<usize>]) -> Array2<f32> {
    let head = model.head("embedding").unwrap();
    let vectors = sentences.iter().map(|sentence| {
        let mean = hidden.slice(s![sentence.clone(), ..]).mean_axis(Axis(0)).unwrap();
        let mut vector = head.apply(mean.view());
        normalize(vector.view_mut());
        vector
    });
    let vectors: Vec<_> = vectors.collect();
    stack(Axis(0), &vectors.iter().map(|vector| vector.view()).collect::<Vec<_>>()).unwrap()
}

#[test]
fn f32_agrees_with_pytorch() {
    let Some(dir) = bundle() else { return };
    let model = Model::open(&dir).unwrap().with_precision(Precision::F32).unwrap();
    let reference = Reference::read(&dir);
    let hidden = reference.encode(&model);
    let off = greatest_difference(&hidden, &reference.hidden);
    assert!(off < 1e-3, "hidden states are off by {off}");

    let head = model.head(WORDS).unwrap();
    let rows = hidden.select(Axis(0), &reference.words);
    let off = greatest_difference(&head.apply_rows(rows.view()), &reference.logits);
    assert!(off < 1e-2, "entity logits are off by {off}");

    assert_eq!(model.heads().iter().any(Head::is_pooled), !reference.pooled.is_empty());
    for (name, expected) in &reference.pooled {
        let head = model.head(name).unwrap();
        let sentences = reference.sentences.iter();
        let pooled = sentences
            .flat_map(|rows| head.pool(head.apply_rows(hidden.slice(s![rows.clone(), ..])).view()))
            .collect::<Vec<_>>();
        let off = greatest_difference(&pooled, expected);
        assert!(off < 1e-2, "logits of {name} are off by {off}");
    }

    let vectors = sentence_vectors(&model, &hidden, &reference.sentences);
    let off = greatest_difference(&vectors, &reference.embedding);
    assert!(off < 1e-3, "sentence embeddings are off by {off}");
}

/// Cosine of two rows.
fn cosine(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f32 {
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// Margin of logits above which a label is certain: nearly three to one.
const SURE: f32 = 1.0;

#[test]
fn int8_is_near_pytorch() {
    let Some(dir) = bundle() else { return };
    let model = Model::open(&dir).unwrap();
    assert_eq!(model.precision(), Precision::Int8);
    let reference = Reference::read(&dir);
    let hidden = reference.encode(&model);
    let width = model.hidden_size();
    let rows = hidden.rows().into_iter().zip(reference.hidden.chunks(width).map(aview1));
    let least = rows.map(|(a, b)| cosine(a, b)).fold(1.0, f32::min);
    assert!(least >= 0.99, "a hidden state has cosine {least}");

    let head = model.head(WORDS).unwrap();
    // The two best labels, the best first, with the margin between their logits.
    let best = |row: ArrayView1<'_, f32>| {
        let mut ranked: Vec<(usize, f32)> = row.iter().copied().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        (ranked[0].0, ranked[0].1 - ranked[1].1)
    };
    // Where PyTorch itself finds two labels about equal, eight bits may choose the other.
    let words = reference.words.iter().zip(reference.logits.chunks(head.outputs()).map(|row| best(aview1(row))));
    let sure: Vec<_> = words.filter(|(_, (_, margin))| *margin >= SURE).collect();
    let changed = sure.iter().filter(|(word, (label, _))| best(head.apply(hidden.row(**word)).view()).0 != *label);
    let (changed, all) = (changed.count(), sure.len());
    assert!(changed * 100 <= all * 3, "{changed} of {all} words change their label");
}
