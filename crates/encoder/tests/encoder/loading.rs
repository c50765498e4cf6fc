use std::borrow::Cow;

use pressmark_encoder::{
    BundleFiles, Error, Model, Output, PackedWindows, Pooling, TinyBundle, Vote, list_in_manifest, read_bundle_file,
    sign, verify_bundle,
};
use safetensors::SafeTensors;
use serde_json::{Value, json};

/// Messages of the error that rejects these files and of its source.
fn refusal(files: &BundleFiles) -> String {
    let error = Model::from_files(files).expect_err("the bundle is damaged");
    match std::error::Error::source(&error) {
        None => error.to_string(),
        Some(source) => format!("{error}: {source}"),
    }
}

/// Checks the rejection of a bundle whose configuration was changed and signed again.
fn check_config(change: impl FnOnce(&mut Value), expected: &str) {
    let mut files = TinyBundle::default().files();
    let mut config: Value = serde_json::from_slice(&files.config).unwrap();
    change(&mut config);
    files.config = Cow::Owned(config.to_string().into_bytes());
    sign(&mut files);
    let got = refusal(&files);
    assert!(got.contains(expected), "{got:?} lacks {expected:?}");
}

#[test]
fn a_bundle_tells_what_it_is() {
    let model = Model::from_files(&TinyBundle::default().files()).unwrap();
    assert_eq!((model.name(), model.version()), ("tiny", "0"));
    assert_eq!((model.hidden_size(), model.max_window()), (32, 128));
    assert_eq!(model.shapes().len(), 13);
    assert_eq!(model.sha256().len(), 64);
    assert!(model.tokenizer_json().starts_with(b"{"));
    let head = model.head("ner.news").unwrap();
    assert_eq!((head.inputs(), head.outputs()), (32, 5));
    assert_eq!(head.labels()[1], "B-PERSON");
    assert_eq!((head.temperature(), head.thresholds()), (1.0, None));
    assert_eq!((head.input(), head.output()), ("token", Output::Softmax));
    let mut logits = ndarray::array![[1.0, 1.0, 1.0, 1.0, 1.0]];
    head.calibrate(logits.view_mut());
    assert_eq!(logits, ndarray::array![[0.2, 0.2, 0.2, 0.2, 0.2]]);
    let missing = model.head("ner.other").unwrap_err();
    assert_eq!(missing.to_string(), "the model tiny has no head ner.other");
}

#[test]
fn a_folder_and_its_bytes_give_the_same_model() {
    let files = TinyBundle::default().files();
    let dir = tempfile::tempdir().unwrap();
    let missing = Model::open(dir.path()).unwrap_err();
    assert!(matches!(missing, Error::Read { .. }), "{missing}");
    for (name, bytes) in [
        ("manifest.json", &files.manifest),
        ("config.json", &files.config),
        ("tokenizer.json", &files.tokenizer),
        ("model.safetensors", &files.weights),
    ] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let opened = Model::open(dir.path()).unwrap();
    let built = Model::from_files(&files).unwrap();
    assert_eq!(opened.sha256(), built.sha256());
}

#[test]
fn the_manifest_is_believed_before_any_other_file() {
    let good = TinyBundle::default().files();

    let mut files = good.clone();
    let last = files.weights.len() - 1;
    files.weights.to_mut()[last] ^= 1;
    assert!(refusal(&files).starts_with("model.safetensors has SHA-256 "));

    let mut files = good.clone();
    files.tokenizer.to_mut().push(b' ');
    assert!(refusal(&files).starts_with("tokenizer.json has "));

    let mut files = good.clone();
    files.manifest = Cow::Borrowed(br#"{"format": "pressmark-bundle/1", "files": {}}"#);
    assert_eq!(refusal(&files), "manifest.json does not list config.json");

    let mut files = good.clone();
    files.manifest = Cow::Borrowed(br#"{"format": "other", "files": {}}"#);
    assert_eq!(refusal(&files), "manifest.json has the format other, expected pressmark-bundle/1");

    let mut files = good;
    files.manifest = Cow::Borrowed(b"[1, 2");
    assert!(refusal(&files).starts_with("manifest.json is not valid: "));
}

#[test]
fn a_configuration_out_of_range_is_refused() {
    check_config(
        |config| config["format"] = json!("pressmark-bundle/9"),
        "format = pressmark-bundle/9, expected pressmark-bundle/1",
    );
    check_config(
        |config| config["encoder"]["attention_heads"] = json!(5),
        "encoder.attention_heads = 5, expected a divisor of hidden_size 32",
    );
    check_config(|config| config["encoder"]["layers"] = json!(0), "encoder.layers = 0, expected 1 to 64");
    check_config(
        |config| config["encoder"]["hidden_size"] = json!(u64::MAX),
        "encoder.hidden_size = 18446744073709551615, expected 1 to 4096",
    );
    check_config(|config| config["encoder"]["hidden_size"] = json!(-1), "config.json is not valid: invalid value");
    check_config(|config| config["encoder"]["activation"] = json!("relu"), "encoder.activation = relu, expected gelu");
    check_config(|config| config["encoder"]["layer_norm_eps"] = json!(0.0), "encoder.layer_norm_eps = 0");
    check_config(|config| config["max_window"] = json!(129), "max_window = 129, expected 1 to 128");
    check_config(
        |config| config["heads"][0]["calibration"]["temperature"] = json!(0),
        "heads.ner.news.calibration.temperature = 0",
    );
    check_config(
        |config| config["heads"][0]["calibration"]["vote"] = json!({"own": 1.0, "same": 1e300, "longer": 0.0}),
        "heads.ner.news.calibration.vote = Vote { own: 1.0, same: inf, longer: 0.0 }, expected numbers",
    );
    check_config(
        |config| config["heads"][0]["calibration"]["lead"] = json!(-1e300),
        "heads.ner.news.calibration.lead = -inf, expected a number",
    );
    check_config(
        |config| config["heads"][0]["thresholds"] = json!([0.5]),
        "heads.ner.news.thresholds.length = 1, expected 5, one per label",
    );
    check_config(
        |config| {
            let again = config["heads"][0].clone();
            config["heads"].as_array_mut().unwrap().push(again);
        },
        "heads = ner.news, expected each name once",
    );
}

/// What a calibration may state and omit; heads with inputs that no stage reads yet are loaded as well.
#[test]
fn calibrations_state_the_weight_of_place_and_of_votes() {
    let mut files = TinyBundle::default().files();
    let mut config: Value = serde_json::from_slice(&files.config).unwrap();
    let plain = Model::from_files(&files).unwrap();
    let head = plain.head("ner.news").unwrap();
    assert_eq!((head.lead(), head.vote()), (None, None));
    config["heads"][0]["input"] = json!("target+passage");
    config["heads"][0]["calibration"] = json!({"lead": 1.5, "vote": {"own": 1.2, "same": 0.5, "longer": 0.25}});
    files.config = Cow::Owned(config.to_string().into_bytes());
    sign(&mut files);
    let model = Model::from_files(&files).unwrap();
    let head = model.head("ner.news").unwrap();
    assert_eq!((head.input(), head.temperature(), head.lead()), ("target+passage", 1.0, Some(1.5)));
    assert_eq!(head.vote(), Some(Vote { own: 1.2, same: 0.5, longer: 0.25 }));
}

#[test]
fn weights_that_do_not_fit_the_configuration_are_refused() {
    check_config(
        |config| config["encoder"]["layers"] = json!(3),
        "lacks the tensor encoder.layer.2.attention.self.query.weight",
    );
    check_config(
        |config| config["encoder"]["intermediate_size"] = json!(65),
        "tensor encoder.layer.0.intermediate.dense.weight has shape [64, 32], expected [65, 32]",
    );
    check_config(
        |config| config["heads"][0]["labels"] = json!(["O"]),
        "tensor heads.ner.news.0.weight has shape [5, 32], expected [1, 32]",
    );
    check_config(
        |config| config["shapes"] = json!(["lower"]),
        "tensor embeddings.shape_embeddings.weight has shape [13, 32], expected [1, 32]",
    );
    check_config(
        |config| config["heads"][0]["name"] = json!("ner.conll03"),
        "lacks the tensor heads.ner.conll03.0.weight",
    );
}

#[test]
fn weights_cut_short_or_swapped_for_noise_are_refused() {
    let good = TinyBundle::default().files();
    for keep in [0, 7, 8, 100, good.weights.len() - 1] {
        let mut files = good.clone();
        files.weights.to_mut().truncate(keep);
        sign(&mut files);
        let got = refusal(&files);
        assert!(got.starts_with("model.safetensors is not valid: "), "{got}");
    }
    let mut files = good.clone();
    files.weights.to_mut()[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    sign(&mut files);
    let got = refusal(&files);
    assert_eq!(got, "model.safetensors starts with a header of 18446744073709551615 bytes, expected at most 1048576");
}

#[test]
fn files_that_no_bundle_has_are_not_read_to_their_end() {
    let mut files = TinyBundle::default().files();
    files.manifest.to_mut().resize(2 << 20, b' ');
    assert_eq!(refusal(&files), "manifest.json is larger than 1048576 bytes");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("manifest.json"), &*files.manifest).unwrap();
    let error = BundleFiles::read(folder.path()).unwrap_err();
    assert_eq!(error.to_string(), "manifest.json is larger than 1048576 bytes");
}

#[test]
fn a_weight_that_is_not_a_number_is_refused() {
    let mut files = TinyBundle::default().files();
    // Fill all numbers with ones: every float becomes a NaN, every int8 becomes -1.
    let header = u64::from_le_bytes(files.weights[..8].try_into().unwrap()) as usize;
    files.weights.to_mut()[8 + header..].fill(0xff);
    sign(&mut files);
    let got = refusal(&files);
    assert!(got.contains("a value that is not finite at 0"), "{got}");
}

#[test]
fn what_a_model_can_do_comes_from_its_bundle() {
    let plain = Model::from_files(&TinyBundle::default().files()).unwrap();
    assert_eq!((plain.languages(), plain.scripts()), (&["en".to_owned()][..], &["Latn".to_owned()][..]));
    assert!(plain.transfer_languages().is_empty() && !plain.is_cased());
    assert_eq!((plain.max_word_chars(), plain.pooling()), (Some(100), Pooling::Mean));
    assert_eq!(plain.licence(), Some("MIT"));

    let mut files = TinyBundle::default().files();
    let mut config: Value = serde_json::from_slice(&files.config).unwrap();
    config["languages"] = json!(["en", "fr"]);
    config["transfer_languages"] = json!(["es", "nds"]);
    config["scripts"] = json!(["Latn", "Cyrl"]);
    config["cased"] = json!(true);
    config["max_word_chars"] = Value::Null;
    files.config = Cow::Owned(config.to_string().into_bytes());
    sign(&mut files);
    let model = Model::from_files(&files).unwrap();
    assert_eq!(model.languages(), ["en", "fr"]);
    assert_eq!(model.transfer_languages(), ["es", "nds"]);
    assert_eq!(model.scripts(), ["Latn", "Cyrl"]);
    assert!(model.is_cased());
    assert_eq!(model.max_word_chars(), None);

    for key in ["languages", "scripts", "max_word_chars"] {
        check_config(|config| drop(config.as_object_mut().unwrap().remove(key)), &format!("missing field `{key}`"));
    }
    check_config(|config| config["languages"] = json!(["English"]), "languages = English, expected codes of ISO 639");
    check_config(|config| config["scripts"] = json!(["latin"]), "scripts = latin, expected codes of ISO 15924");
    check_config(|config| config["pooling"] = json!("cls"), "config.json is not valid: unknown variant `cls`");
    check_config(|config| config["max_word_chars"] = json!(0), "max_word_chars = 0");
    check_config(|config| config["encoder"]["position_offset"] = json!(2), "max_window = 128, expected 1 to 126");
}

#[test]
fn positions_begin_where_the_bundle_says() {
    let bundle = TinyBundle::default();
    let windows = PackedWindows { ids: &[2, 40, 41, 3], shapes: &[0, 1, 1, 0], starts: &[0, 4] };
    let mut files = bundle.files();
    let at_start = Model::from_files(&files).unwrap().encode(windows).unwrap();
    // The table shifted by two rows, as in XLM-R; nothing may read the two rows before it.
    let mut config: Value = serde_json::from_slice(&files.config).unwrap();
    config["encoder"]["position_offset"] = json!(2);
    config["encoder"]["max_positions"] = json!(130);
    files.config = Cow::Owned(config.to_string().into_bytes());
    let tensors = SafeTensors::deserialize(&files.weights).unwrap();
    let padding = [f32::MAX.to_le_bytes(); 64].concat();
    let mut moved = Vec::new();
    for (name, tensor) in tensors.tensors() {
        let (mut shape, mut data) = (tensor.shape().to_vec(), tensor.data().to_vec());
        if name == "embeddings.position_embeddings.weight" {
            shape[0] += 2;
            data = [&padding, tensor.data()].concat();
        }
        moved.push((name, tensor.dtype(), shape, data));
    }
    let views = moved.iter().map(|(name, dtype, shape, data)| {
        (name, safetensors::tensor::TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    files.weights = Cow::Owned(safetensors::serialize(views, None).unwrap());
    sign(&mut files);
    let moved = Model::from_files(&files).unwrap().encode(windows).unwrap();
    assert_eq!(moved, at_start);
}

/// Writes a bundle into a folder, with an extra file that its manifest lists.
fn folder_with(extra: &[u8]) -> tempfile::TempDir {
    let files = TinyBundle::default().files();
    let dir = tempfile::tempdir().unwrap();
    let manifest = list_in_manifest(&files.manifest, "extra.bin", extra).unwrap();
    for (name, bytes) in [
        ("manifest.json", manifest.as_slice()),
        ("config.json", &files.config),
        ("tokenizer.json", &files.tokenizer),
        ("model.safetensors", &files.weights),
        ("extra.bin", extra),
    ] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}

#[test]
fn every_file_of_a_bundle_is_checked_against_its_manifest() {
    let dir = folder_with(b"vectors");
    std::fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    let report = verify_bundle(dir.path()).unwrap();
    assert_eq!(report.id, "tiny 0");
    let names: Vec<&str> = report.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["config.json", "extra.bin", "model.safetensors", "tokenizer.json"]);
    assert_eq!(report.unlisted, ["notes.txt"]);

    let model = Model::open(dir.path()).unwrap();
    assert!(model.check_file("extra.bin", b"vectors").is_ok());
    let error = model.check_file("extra.bin", b"vectorz").unwrap_err();
    assert!(error.to_string().starts_with("extra.bin has SHA-256 "), "{error}");
    assert_eq!(
        model.check_file("notes.txt", b"mine").unwrap_err().to_string(),
        "manifest.json does not list notes.txt"
    );
    assert_eq!(read_bundle_file(dir.path(), "extra.bin").unwrap().as_deref(), Some(b"vectors".as_slice()));
    assert_eq!(read_bundle_file(dir.path(), "none.bin").unwrap(), None);

    // Flip one bit of any file.
    for name in names {
        let dir = folder_with(b"vectors");
        let path = dir.path().join(name);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        std::fs::write(&path, bytes).unwrap();
        let error = verify_bundle(dir.path()).unwrap_err();
        assert!(error.to_string().starts_with(&format!("{name} has SHA-256 ")), "{error}");
    }
    let dir = folder_with(b"vectors");
    std::fs::remove_file(dir.path().join("extra.bin")).unwrap();
    assert!(matches!(verify_bundle(dir.path()), Err(Error::Read { .. })));
}

#[test]
fn a_manifest_does_not_lead_out_of_its_folder() {
    let manifest = TinyBundle::default().files().manifest;
    for name in ["../secret", "/etc/passwd", "a\\b", "..", ""] {
        assert!(matches!(list_in_manifest(&manifest, name, b""), Err(Error::FileName { .. })), "{name}");
        let dir = folder_with(b"");
        let listed = String::from_utf8(list_in_manifest(&manifest, "extra.bin", b"").unwrap()).unwrap();
        let listed = listed.replace("extra.bin", &name.replace('\\', "\\\\"));
        std::fs::write(dir.path().join("manifest.json"), listed).unwrap();
        assert!(matches!(verify_bundle(dir.path()), Err(Error::FileName { .. })), "{name}");
    }
}

/// Opening a named pipe without a writer would block forever.
#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_before_they_are_opened() {
    for name in ["manifest.json", "config.json", "tokenizer.json", "model.safetensors", "extra.bin"] {
        let dir = folder_with(b"vectors");
        let path = dir.path().join(name);
        std::fs::remove_file(&path).unwrap();
        let status = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(status.success());
        assert!(matches!(verify_bundle(dir.path()), Err(Error::NotAFile { .. })), "{name}");
        if name == "extra.bin" {
            assert!(matches!(read_bundle_file(dir.path(), name), Err(Error::NotAFile { .. })));
        } else {
            assert!(matches!(Model::open(dir.path()), Err(Error::NotAFile { .. })), "{name}");
        }
    }
    let dir = folder_with(b"vectors");
    std::fs::remove_file(dir.path().join("extra.bin")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("extra.bin")).unwrap();
    assert!(matches!(verify_bundle(dir.path()), Err(Error::NotAFile { .. })));
}
