//! Hostile documents, models and codebooks against the whole program.

use std::fs;

use crate::command::pressmark;
use pressmark_tests::root;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A copy of the bundled model with one file changed.
fn model_with(name: &str, change: impl Fn(&mut Vec<u8>)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["manifest.json", "config.json", "tokenizer.json", "model.safetensors", "codebook-vectors.bin"] {
        let mut bytes = fs::read(root().join("models/pressmark-news-small").join(file)).expect("the model is there");
        if file == name {
            change(&mut bytes);
        }
        fs::write(folder.path().join(file), bytes).expect("it can be written");
    }
    folder
}

#[test]
fn a_damaged_or_swapped_model_is_refused_by_its_hash() {
    let refused = |name: &str, change: fn(&mut Vec<u8>), expected: &str| {
        let folder = model_with(name, change);
        let output = pressmark(&["annotate", "seeds", "--model", folder.path().to_str().expect("Unicode")]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {message}");
        assert!(message.contains(name) && message.contains(expected), "{name}: {message}");
        assert!(output.stdout.is_empty());
    };
    let flip: fn(&mut Vec<u8>) = |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    refused("model.safetensors", flip, "SHA-256");
    refused("config.json", flip, "SHA-256");
    refused("tokenizer.json", flip, "SHA-256");
    refused("codebook-vectors.bin", flip, "SHA-256");
    refused("model.safetensors", |bytes| bytes.truncate(1000), "bytes, expected");
    refused("manifest.json", |bytes| bytes.truncate(100), "is not valid");
    refused("manifest.json", |bytes| *bytes = b"[".repeat(1 << 20), "is not valid");
    let whole = model_with("", |_| {});
    let path = whole.path().to_str().expect("Unicode");
    let output = pressmark(&["annotate", "-q", "seeds/09-museum-door.txt", "--stages", "tokenize", "--model", path]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_model_without_a_head_for_stances_leaves_them_out_unless_asked() {
    let folder = model_with("config.json", |bytes| {
        let mut config: Value = serde_json::from_slice(bytes).expect("JSON");
        config["heads"].as_array_mut().expect("heads").retain(|head| head["name"] != "stance");
        *bytes = serde_json::to_vec(&config).expect("JSON");
    });
    let (config, manifest) = (folder.path().join("config.json"), folder.path().join("manifest.json"));
    let config = fs::read(config).expect("it is there");
    let mut listed: Value = serde_json::from_slice(&fs::read(&manifest).expect("it is there")).expect("JSON");
    let sha256: String = Sha256::digest(&config).iter().map(|byte| format!("{byte:02x}")).collect();
    listed["files"]["config.json"] = json!({ "bytes": config.len(), "sha256": sha256 });
    fs::write(&manifest, listed.to_string()).expect("it can be written");
    let annotate = |more: &[&str]| {
        let model = ["annotate", "seeds/09-museum-door.txt", "--model", folder.path().to_str().expect("Unicode")];
        let output = pressmark(&[&model[..], more].concat());
        (output.status.code(), output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, row, message) = annotate(&[]);
    assert_eq!(code, Some(0), "{message}");
    assert!(message.contains("has no head stance: the stage stance is left out"), "{message}");
    let row: Value = serde_json::from_slice(&row).expect("JSON");
    assert!(!row["frames"].as_array().expect("frames").is_empty() && row["stances"] == json!([]));
    for asked in [&["--stages", "stance"], &["--target", "a new door"]] {
        let (code, row, message) = annotate(asked);
        assert!(code == Some(2) && row.is_empty() && message.contains("has no head stance"), "{message}");
    }
}

#[test]
fn hostile_codebooks_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("book.toml");
    let check = |toml: String, flag: &str, expected: &str| {
        fs::write(&path, toml).expect("it can be written");
        let output = pressmark(&["annotate", "seeds", flag, path.to_str().expect("Unicode")]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{flag}: {message}");
        assert!(message.contains(expected) && message.len() < 2000, "{flag}: {message}");
        let unsafe_char = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        assert!(!message.contains(unsafe_char), "{message:?}");
    };
    for flag in ["--terms", "--codebook"] {
        check("x = ".to_owned() + &"[".repeat(1 << 20), flag, "book.toml");
        check("a.".repeat(1 << 19) + "b = 1", flag, "book.toml");
        check("x = 1 # ".to_owned() + &"y".repeat(8 << 20), flag, "bytes");
        check("[codebook]\nname = \"\u{1b}[2J\"".to_owned(), flag, "book.toml");
    }
}

/// A page whose title, text, author and URL contain terminal escape sequences: moving the cursor, ringing the bell,
/// renaming the window.
const PAGE: &str = "<html><head><title>Rain\u{1b}]0;owned\u{7} falls</title><meta name=author content='Ada\u{9b}31m Okoye'>\
<link rel=canonical href='https://a.example/\u{1b}[2J'></head><body><article><h1>Rain\u{1b}[31m falls</h1>\
<p>The mayor, Ada Okoye, said on Tuesday that the \u{1b}[8mharbour\u{202e} of Port Alder was shut.&#27;[2J&#x9b;1m</p>\
<p>\u{201c}We will open it,\u{201d} she said, <script>alert(1)</script>&lt;script&gt;.</p></article></body></html>";

#[test]
fn a_page_cannot_speak_to_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a\u{1b}[2J.html");
    fs::write(&path, PAGE).expect("it can be written");
    let path = path.to_str().expect("Unicode");
    let clean = |text: &[u8]| {
        let text = String::from_utf8_lossy(text).into_owned();
        assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t') || c == '\u{202e}'), "{text:?}");
        text
    };
    let output = pressmark(&["inspect", path]);
    assert!(clean(&output.stdout).contains("Ada Okoye"));
    clean(&output.stderr);
    let output = pressmark(&["annotate", path, "--strict"]);
    assert_eq!(output.status.code(), Some(2));
    clean(&output.stderr);
    clean(&pressmark(&["annotate", &format!("{path}.gone")]).stderr);
    clean(&pressmark(&["annotate", "seeds", "--codebook", path]).stderr);
    clean(&pressmark(&["annotate", "seeds", "--terms", path]).stderr);
    clean(&pressmark(&["evaluate", "ner", path]).stderr);
    clean(&pressmark(&["verify", path]).stdout);
    clean(&pressmark(&["annotate", "seeds", "--model", path]).stderr);
}
