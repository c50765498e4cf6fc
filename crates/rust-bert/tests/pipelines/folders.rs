//! Folders with no model, half a model, or the wrong model.

use std::fs;

use pressmark_rust_bert::{
    AbstractOptions, Abstracts, Entailment, Error, ModelFolder, SentenceEmbeddings, TokenClassifier,
    TokenClassifierOptions,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{ONE, copy, folder, path};

/// Changes the configuration of a copied model.
fn edit(copy: &TempDir, change: impl FnOnce(&mut Value)) {
    let path = copy.path().join("config.json");
    let text = fs::read_to_string(&path).expect("it is there");
    let mut config: Value = serde_json::from_str(&text).expect("it is JSON");
    change(&mut config);
    fs::write(path, config.to_string()).expect("room for it");
}

fn message(error: &Error) -> String {
    let source = std::error::Error::source(error).map(|s| format!(": {s}")).unwrap_or_default();
    format!("{error}{source}")
}

fn check<T>(result: Result<T, Error>, expected: &str) {
    let error = result.err().unwrap_or_else(|| panic!("expected {expected:?}"));
    assert!(message(&error).contains(expected), "{:?} does not say {expected:?}", message(&error));
}

fn open_ner(copy: &TempDir) -> Result<TokenClassifier, Error> {
    TokenClassifier::new(ModelFolder::open(copy.path())?, TokenClassifierOptions::default())
}

#[test]
fn what_is_missing_is_named() {
    check(ModelFolder::open(path("no-such-model")), "there is no config.json in");
    for (model, file, expected) in [
        ("ner-bert", "vocab.txt", "there is no vocab.txt in"),
        ("ner-roberta", "merges.txt", "there is no merges.txt in"),
        ("ner-xlm-roberta", "sentencepiece.bpe.model", "there is no sentencepiece.bpe.model in"),
        ("sum-t5", "spiece.model", "there is no spiece.model in"),
        ("ner-deberta-v3", "spm.model", "there is no spm.model in"),
        ("ner-bert", "model.safetensors", "there is no model.safetensors, rust_model.ot, pytorch_model.bin in"),
    ] {
        let copy = copy(model);
        fs::remove_file(copy.path().join(file)).unwrap();
        check(ModelFolder::open(copy.path()), expected);
    }
    let copy = copy("ner-roberta");
    fs::remove_file(copy.path().join("vocab.json")).unwrap();
    fs::write(copy.path().join("tokenizer.json"), "{}").unwrap();
    check(ModelFolder::open(copy.path()), "there is no vocab.json (tokenizer.json alone will not do) in");
}

#[test]
fn a_broken_configuration_is_an_error_and_no_panic() {
    let copy = copy("ner-bert");
    fs::write(copy.path().join("config.json"), "{\"model_type\": \"bert\",").unwrap();
    check(ModelFolder::open(copy.path()), "config.json does not have the expected form: EOF");
    fs::write(copy.path().join("config.json"), "{\"model_type\": \"bert\"}").unwrap();
    check(ModelFolder::open(copy.path()), "missing field");
    fs::write(copy.path().join("config.json"), "[]").unwrap();
    check(ModelFolder::open(copy.path()), "names no model_type");
    fs::write(copy.path().join("config.json"), "{\"model_type\": \"gpt2\"}").unwrap();
    check(ModelFolder::open(copy.path()), "its model_type is \"gpt2\", expected bert,");
    fs::write(copy.path().join("config.json"), "{\"model_type\": \"deberta-v2\"}").unwrap();
    check(ModelFolder::open(copy.path()), "missing field `hidden_size`");
}

#[test]
fn numbers_that_make_no_sense_are_errors() {
    let spoiled = |key: &str, value: Value| {
        let copy = copy("ner-bert");
        edit(&copy, |config| config[key] = value);
        open_ner(&copy).map(drop)
    };
    check(spoiled("max_position_embeddings", json!(4)), "it has 4 positions, expected 8");
    check(spoiled("hidden_size", json!(-8)), "libtorch cannot load");
    check(spoiled("hidden_size", json!(16)), "libtorch cannot load");
    check(spoiled("num_hidden_layers", json!(9)), "libtorch cannot load");
    check(spoiled("vocab_size", json!(1_u64 << 50)), "libtorch cannot load");
}

#[test]
fn a_deberta_is_read_right_or_refused() {
    let spoiled = |model: &str, key: &str, value: Value| {
        let copy = copy(model);
        edit(&copy, |config| config[key] = value);
        open_ner(&copy).map(drop)
    };
    let third = |key: &str, value: Value| spoiled("ner-deberta-v3", key, value);
    // A list of names is equivalent to a string of names.
    assert!(third("pos_att_type", json!(["p2c", "c2p"])).is_ok());
    check(third("pos_att_type", json!("c2p|p2p")), "its pos_att_type is p2p, expected c2p and p2c");
    check(third("position_buckets", json!(2)), "its position_buckets is 2, expected 4 to twice 510");
    check(third("position_buckets", json!(1022)), "its position_buckets is 1022, expected 4 to twice 510");
    check(third("num_attention_heads", json!(3)), "its hidden_size of 8 is not a multiple of its 3 heads");
    check(third("num_attention_heads", json!(0)), "its hidden_size of 8 is not a multiple of its 0 heads");
    check(third("attention_head_size", json!(8)), "its attention_head_size is 8, expected 4");
    check(third("hidden_act", json!("relu")), "its hidden_act is relu, expected gelu");
    check(third("position_biased_input", json!(true)), "its weights have no deberta.embeddings.position_embeddings");
    check(
        third("share_att_key", json!(false)),
        "its weights have no deberta.encoder.layer.0.attention.self.pos_key_proj",
    );
    check(third("position_buckets", json!(512)), "libtorch cannot load");
    check(third("num_hidden_layers", json!(9)), "its weights have no deberta.encoder.layer.2.");
    check(spoiled("ner-deberta-v2", "conv_act", json!("relu")), "its conv_act is relu, expected gelu or tanh");
    check(spoiled("ner-deberta", "talking_head", json!(true)), "its talking_head is true, expected false");
    // More heads than version 1's joint matrix was made for.
    check(spoiled("ner-deberta", "hidden_size", json!(16)), "libtorch cannot load");
}

#[test]
fn labels_that_are_no_entities_are_refused() {
    let relabelled = |labels: Value| {
        let copy = copy("ner-bert");
        edit(&copy, |config| config["id2label"] = labels);
        open_ner(&copy).map(drop)
    };
    check(
        relabelled(json!({"0": "LABEL_0", "1": "LABEL_1"})),
        "its label \"LABEL_0\" is none of O, B-X, I-X, E-X and S-X",
    );
    check(relabelled(json!({"0": "O", "2": "B-PER"})), "does not number labels from 0 to 1");
    check(relabelled(json!({"0": "O", "1": "B-PER"})), "libtorch cannot load");
    let copy = copy("ner-bert");
    edit(&copy, |config| drop(config.as_object_mut().unwrap().remove("id2label")));
    check(open_ner(&copy), "has no id2label");
}

#[test]
fn two_labels_are_no_entailment() {
    let copy = copy("nli-bart");
    edit(&copy, |config| config["id2label"] = json!({"0": "entailment", "1": "not_entailment"}));
    let open = |copy: &TempDir| Entailment::new(ModelFolder::open(copy.path())?, ONE).map(drop);
    check(open(&copy), "its labels are entailment, not_entailment, expected contradiction, neutral and entailment");
    edit(&copy, |config| config["id2label"] = json!({"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}));
    check(open(&copy), "its labels are LABEL_0, LABEL_1, LABEL_2");
}

#[test]
fn a_model_of_another_task_is_refused() {
    check(Abstracts::new(folder("ner-bert"), AbstractOptions::default()), "Bert generates no text");
    check(SentenceEmbeddings::new(folder("sum-bart"), ONE), "Bart gives no sentence vectors");
    check(SentenceEmbeddings::new(folder("ner-bert"), ONE), "there is no modules.json in");
    check(Entailment::new(folder("ner-bert"), ONE), "expected contradiction, neutral and entailment");
    check(TokenClassifier::new(folder("sum-t5"), TokenClassifierOptions::default()), "has no id2label");
    check(
        TokenClassifier::new(folder("nli-bert"), TokenClassifierOptions::default()),
        "\"contradiction\" is none of O",
    );
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let with = |change: fn(&mut AbstractOptions)| {
        let mut options = AbstractOptions::default();
        change(&mut options);
        Abstracts::new(folder("sum-bart"), options).map(drop)
    };
    check(with(|o| (o.beams, o.max_length) = (Some(0), Some(60))), "num_beams is 0, expected 1 or more");
    check(with(|o| o.max_length = Some(500)), "max_length is 500, expected 2 to the model's 160 positions");
    check(with(|o| o.max_chunks = Some(0)), "max_chunks is 0");
    let copy = copy("sum-bart");
    edit(&copy, |config| config["num_beams"] = json!(0));
    let open = ModelFolder::open(copy.path()).unwrap();
    check(Abstracts::new(open, AbstractOptions::default()), "num_beams is 0");
}

#[test]
fn weights_are_held_against_their_hash() {
    let good = folder("ner-bert");
    assert!(good.clone().expecting(good.sha256()).is_ok());
    let copy = copy("ner-bert");
    let weights = copy.path().join("model.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&weights, &bytes).unwrap();
    let spoiled = ModelFolder::open(copy.path()).unwrap();
    check(spoiled.expecting(good.sha256()), "it is damaged or was replaced");
    // Truncated weights cannot be loaded.
    fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    check(open_ner(&copy), "libtorch cannot load");
}

#[test]
fn a_tokenizer_that_does_not_fit_is_an_error_of_the_document() {
    use pressmark_core::Stage;
    // A vocabulary larger than the model's table: libtorch throws on the lookup.
    let copy = copy("ner-bert");
    let words = fs::read_to_string(copy.path().join("vocab.txt")).unwrap();
    fs::write(copy.path().join("vocab.txt"), format!("{words}zebra\n")).unwrap();
    let stage = open_ner(&copy).unwrap();
    let mut doc = crate::document("Oslo zebra .");
    let error = stage.run(&mut doc).unwrap_err();
    assert!(error.to_string().starts_with("libtorch failed: "), "{error}");
    // The stage still works for the next document.
    assert!(stage.run(&mut crate::document("Oslo .")).is_ok());
}
