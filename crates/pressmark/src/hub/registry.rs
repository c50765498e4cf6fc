use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::error::Error;

/// The model registry: `registry.toml` beside this file, whose comments document its keys.
const REGISTRY: &str = include_str!("registry.toml");

/// A model in the registry.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name in the registry.
    pub name: String,
    /// What the model is used for.
    pub task: Task,
    /// `owner/name` on the hub.
    pub source: String,
    /// A commit hash or its beginning; `None` if the registry pins none.
    pub revision: Option<String>,
    /// Licence as its publisher states it.
    pub licence: String,
    /// Parameters in millions, approximate (as the papers state them).
    pub parameters: u32,
    /// Required files besides the weights.
    pub files: Vec<String>,
    /// Expected SHA-256 of files, in hex, where known.
    #[serde(default)]
    pub sha256: BTreeMap<String, String>,
}

/// What a model is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Entities.
    Ner,
    /// Abstractive summaries.
    Summarize,
    /// Entailment, for frames and stances.
    ZeroShot,
    /// Sentence vectors.
    Embed,
}

impl Task {
    /// Names of the stages that it can be used for.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ner => "ner",
            Self::Summarize => "summarize",
            Self::ZeroShot => "frames, stance",
            Self::Embed => "embed",
        }
    }
}

/// File names of weights in order of preference: the safest and fastest to load first.
pub(crate) const WEIGHTS: [&str; 3] = ["model.safetensors", "rust_model.ot", "pytorch_model.bin"];

/// Files that are copied if present.
const OPTIONAL: [&str; 2] = ["tokenizer_config.json", "generation_config.json"];

#[derive(Deserialize)]
struct Registry {
    model: Vec<Entry>,
}

/// All models, in the registry's order.
#[must_use]
pub fn registry() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> =
        LazyLock::new(|| toml::from_str::<Registry>(REGISTRY).expect("a test reads it").model);
    &ENTRIES
}

impl Entry {
    /// Looks up a model by name.
    ///
    /// # Errors
    /// If no model has this name.
    pub fn named(name: &str) -> Result<&'static Self, Error> {
        let names = || registry().iter().map(|e| e.name.as_str()).collect::<Vec<_>>().join(", ");
        registry()
            .iter()
            .find(|e| e.name == name)
            .ok_or_else(|| Error::Unknown { name: name.to_owned(), known: names() })
    }

    /// Approximate size of the weights in megabytes, at four bytes per parameter (`f32`).
    #[must_use]
    pub fn megabytes(&self) -> u32 {
        4 * self.parameters
    }

    /// Whether `commit` is the pinned one; true if none is pinned.
    pub(crate) fn is_revision(&self, commit: &str) -> bool {
        self.revision.as_deref().is_none_or(|pinned| commit.starts_with(pinned))
    }

    /// The wanted files among those that `place` has: the required ones, optional ones, and one file of weights.
    pub(crate) fn choose(&self, place: &str, has: impl Fn(&str) -> bool) -> Result<Vec<String>, Error> {
        let missing = |file: String| Error::MissingFile { file, place: place.to_owned() };
        if let Some(file) = self.files.iter().find(|file| !has(file)) {
            return Err(missing(file.clone()));
        }
        let Some(weights) = WEIGHTS.into_iter().find(|file| has(file)) else {
            return Err(missing(format!("the file of weights ({})", WEIGHTS.join(", "))));
        };
        let optional = OPTIONAL.into_iter().filter(|file| has(file) && !self.files.iter().any(|f| f == file));
        let mut files = self.files.clone();
        files.extend(optional.chain([weights]).map(str::to_owned));
        Ok(files)
    }
}

/// Whether a text is a full git commit hash: 40 lower-case hex digits (SHA-1).
pub(crate) fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_whole() {
        let mut names: Vec<_> = registry().iter().map(|e| e.name.as_str()).collect();
        assert!(names.len() > 5);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), registry().len());
        for entry in registry() {
            assert!(entry.source.split('/').count() == 2 && entry.files[0] == "config.json", "{}", entry.name);
            // A branch name is not a pin.
            let pinned = entry.revision.as_deref().unwrap_or("0000000");
            assert!(pinned.len() >= 7 && pinned.bytes().all(|b| b.is_ascii_hexdigit()), "{}", entry.name);
            assert!(entry.sha256.values().all(|hash| hash.len() == 64), "{}", entry.name);
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
            assert!(entry.files.iter().all(|f| f.chars().all(plain) && !f.contains("..")), "{}", entry.name);
        }
    }

    #[test]
    fn the_first_weights_that_there_are() {
        let entry = Entry::named("bart-large-cnn").unwrap();
        let choose = |has: &[&str]| entry.choose("here", |f| has.contains(&f)).map_err(|e| e.to_string());
        let base = ["config.json", "vocab.json", "merges.txt"];
        let with = |more: &[&'static str]| [base.as_slice(), more].concat();
        assert_eq!(choose(&with(&["rust_model.ot", "model.safetensors"])).unwrap(), with(&["model.safetensors"]));
        let small = with(&["generation_config.json", "rust_model.ot"]);
        assert_eq!(choose(&small).unwrap(), small);
        assert_eq!(choose(&base[1..]), Err("config.json is missing from here".into()));
        assert!(choose(&base).unwrap_err().starts_with("the file of weights (model.safetensors, "));
        assert!(Entry::named("no-such").unwrap_err().to_string().contains("the known models are bert-large-conll03, "));
    }
}
