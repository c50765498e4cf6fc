//! Provenance, and runs of several stages in sequence.

use pressmark_core::Stage;
use pressmark_rust_bert::{Abstracts, TokenClassifier, TokenClassifierOptions};

use crate::{folder, search};

#[test]
fn provenance_names_model_revision_and_hash() {
    let model = folder("ner-bert").named("dbmdz/some-model", "4c53496");
    let sha256 = model.sha256().to_owned();
    assert_eq!(sha256.len(), 64);
    let stage = TokenClassifier::new(model, TokenClassifierOptions::default()).expect("it loads");
    let provenance = stage.provenance();
    assert_eq!(provenance.model.as_deref(), Some("dbmdz/some-model 4c53496"));
    assert_eq!(provenance.sha256, Some(sha256));
    assert_eq!(provenance.settings, r#"{"backend":"rust-bert","scheme":"news"}"#);
    let stage = Abstracts::new(folder("sum-t5"), search(3)).expect("it loads");
    assert_eq!(stage.provenance().model.as_deref(), Some("sum-t5 local"));
    let settings: serde_json::Value = serde_json::from_str(&stage.provenance().settings).expect("it is JSON");
    assert_eq!((&settings["beams"], &settings["max_length"]), (&3.into(), &16.into()));
}
