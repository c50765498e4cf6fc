//! Extending pressmark, step by step: adds a stage, a language and an input format to a copy of the workspace, and
//! checks that an external program that uses the library sees them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pressmark_tests::root;
use serde_json::Value;

/// Shared target folder of programs outside the workspace, so that common dependencies are built once.
fn target() -> PathBuf {
    root().join("target/outside")
}

/// Runs the program in a folder; returns its output.
fn run(program: &Path) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--manifest-path"])
        .arg(program.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", target())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

/// A copy of the workspace, with the names of modified files.
struct Copy {
    folder: PathBuf,
    changed: BTreeSet<String>,
}

impl Copy {
    fn new(name: &str) -> Self {
        let folder = target().join(name);
        let _ = fs::remove_dir_all(&folder);
        let listed = Command::new("git").arg("ls-files").current_dir(root()).output().expect("git runs");
        for path in String::from_utf8(listed.stdout).expect("names are UTF-8").lines() {
            let wanted = ["Cargo.toml", "Cargo.lock", "crates/", "models/pressmark-news"];
            if wanted.iter().any(|start| path.starts_with(start)) && root().join(path).is_file() {
                let to = folder.join(path);
                fs::create_dir_all(to.parent().expect("a file has a folder")).expect("the folder can be made");
                fs::copy(root().join(path), to).expect("the file can be copied");
            }
        }
        // Benches and tests are workspace members but are not copied.
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("it was copied");
        let manifest = manifest.replace(r#", "benches", "tests"]"#, "]");
        fs::write(folder.join("Cargo.toml"), manifest).expect("it can be written");
        Self { folder, changed: BTreeSet::new() }
    }

    /// Creates a new file.
    fn add(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        assert!(!path.exists(), "{} is there already", path.display());
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(path, text).expect("it can be written");
    }

    /// Inserts text before an anchor in an existing file.
    fn insert(&mut self, path: &str, before: &str, text: &str) {
        let place = self.folder.join(path);
        let old = fs::read_to_string(&place).expect("the file is there");
        assert!(old.contains(before), "{path} has no {before:?}");
        fs::write(place, old.replacen(before, &format!("{text}{before}"), 1)).expect("it can be written");
        self.changed.insert(path.to_owned());
    }

    /// Runs the steps; returns how many existing files they changed.
    fn walk(&mut self, steps: impl FnOnce(&mut Self)) -> usize {
        self.changed.clear();
        steps(self);
        self.changed.len()
    }
}

const STAGE: &str = r#"//! A stage that fills the abstract with the text's first sentence.
use pressmark_core::{Document, Layer, Provenance, Stage, StageError};

/// The stage `lead`.
pub struct Lead;

impl Stage for Lead {
    fn name(&self) -> &'static str { "lead" }
    fn needs(&self) -> &'static [Layer] { &[Layer::Sents] }
    fn provides(&self) -> &'static [Layer] { &[Layer::Abstract] }
    fn provenance(&self) -> Provenance {
        Provenance { stage: "lead", model: None, sha256: None, settings: "{}".into() }
    }
    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        doc.abstract_text = doc.sents.first().map(|sentence| doc.slice(sentence.span).to_owned());
        Ok(())
    }
}
"#;

/// A crate, and a line in three existing files.
fn add_a_stage(copy: &mut Copy) {
    copy.add("crates/lead/src/lib.rs", STAGE);
    copy.add(
        "crates/lead/Cargo.toml",
        "[package]\nname = \"pressmark-lead\"\nversion.workspace = true\nedition.workspace = true\n\n\
         [dependencies]\npressmark-core = { workspace = true }\n",
    );
    let dependency = "pressmark-lead = { path = \"crates/lead\", version = \"0.1.0\" }\n";
    copy.insert("Cargo.toml", "pressmark-ner = ", dependency);
    copy.insert("crates/pressmark/Cargo.toml", "pressmark-ner = ", "pressmark-lead = { workspace = true }\n");
    copy.insert(
        "crates/pressmark/src/registry.rs",
        "\n];\n",
        r#"
    StageInfo {
        name: "lead",
        about: "the first sentence as an abstract",
        needs: &[Layer::Sents],
        reads: &[],
        provides: &[Layer::Abstract],
        is_internal: false,
        optional_head: None,
        make: |_| Ok(Box::new(pressmark_lead::Lead)),
    },"#,
    );
}

#[test]
fn a_program_of_its_own_annotates_a_string() {
    let row: Value = serde_json::from_str(&run(&root().join("tests/outside"))).expect("it prints a record");
    assert_eq!((&row["schema"], &row["status"]), (&"pressmark/1".into(), &"ok".into()));
    assert_eq!(row["quotes"].as_array().map(Vec::len), Some(1), "{row}");
    assert_eq!(row["abstract"], Value::Null, "no stage fills it");
}

/// A folder, and a word in an existing file.
fn add_a_language(copy: &mut Copy) {
    copy.add("crates/lang/src/cy/stop_words.txt", "y\nac\n");
    copy.add(
        "crates/lang/src/cy/mod.rs",
        r#"//! Welsh.
use crate::Language;
use crate::pack::Pack;

pub(crate) static LANGUAGE: Language = Language::new(Pack {
    code: "cy",
    name: "Welsh",
    stop_words: include_str!("stop_words.txt"),
    ..Pack::EMPTY
});
"#,
    );
    copy.insert("crates/lang/src/lib.rs", "fr];", "cy, ");
}

/// A variant with its names in one existing file, how a file is split in another, and how a record is read in a third.
fn add_a_format(copy: &mut Copy) {
    let options = "crates/ingest/src/options.rs";
    copy.insert(options, "    /// A text export of Nexis", "    /// Org mode, one document a file.\n    Org,\n");
    copy.insert(options, "        Self::Export,\n    ];", "        Self::Org,\n");
    copy.insert(options, "            Self::Export => \"export\",", "            Self::Org => \"org\",\n");
    copy.insert(options, "            \"export\" => Self::Export,", "            \"org\" => Self::Org,\n");
    copy.insert(
        options,
        "            Self::Markdown => \"text/markdown\",",
        "            Self::Org => \"text/org\",\n",
    );
    let reader = "crates/ingest/src/inputs/reader.rs";
    copy.insert(
        reader,
        "            (Format::Text | Format::Markdown",
        "            (Format::Org, None) => rows(Ends::Never),\n",
    );
    copy.insert(
        "crates/ingest/src/ingest.rs",
        "        _ if is_page_source(&decoded.text) =>",
        "        Format::Org => plain(&decoded, record, options, &clock, doc)?,\n",
    );
}

/// A program that prints what it finds in the copy.
const PROGRAM: &str = r#"
fn main() {
    let press = pressmark::Annotator::new(pressmark::Settings::default()).expect("the model is inside");
    let record = press.annotate("LUBUMBASHI — The road will open in May. It rained.").expect("it is short");
    let stages: Vec<&str> = record.provenance.stages.iter().map(|stage| &*stage.stage).collect();
    println!("abstract: {}", record.abstract_text.as_deref().unwrap_or("none"));
    println!("stages: {}", stages.join(" "));
    println!("language: {}", pressmark_lang::Language::of(Some("cy")).name());
    let org = pressmark::Format::from_extension("org").expect("the format has its ending");
    let text = b"The road to Bergen was closed on Monday after a week of rain, the county said.";
    let record = press.annotate_bytes(text, org).expect("it is short");
    println!("format: {} {}", record.source.media_type, record.status);
}
"#;

#[test]
fn a_stage_a_language_and_a_format_are_added_in_few_places() {
    let mut copy = Copy::new("with-more");
    assert!(copy.walk(add_a_stage) <= 3);
    assert!(copy.walk(add_a_language) <= 1);
    assert!(copy.walk(add_a_format) <= 3);
    let manifest = fs::read_to_string(root().join("tests/outside/Cargo.toml")).expect("it is there");
    let manifest = manifest.replace("../../crates", "../crates");
    let more = "[dependencies]\npressmark-lang = { path = \"../crates/lang\" }";
    copy.add("program/Cargo.toml", &manifest.replace("[dependencies]", more));
    copy.add("program/src/main.rs", PROGRAM);
    let said = run(&copy.folder.join("program"));
    let mut lines = said.lines();
    assert_eq!(lines.next(), Some("abstract: LUBUMBASHI — The road will open in May."));
    let stages = lines.next().unwrap_or_default();
    assert!(stages.contains("tokenize lead") || stages.ends_with(" lead"), "the stage ran unasked: {stages}");
    assert_eq!(lines.next(), Some("language: Welsh"));
    assert_eq!(lines.next(), Some("format: text/org ok"));
}
