use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::error::Error;

/// The models that have a name here: `registry.toml` beside this file, whose comments say what its keys mean.
const REGISTRY: &str = include_str!("registry.toml");

/// A model by its name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name here.
    pub name: String,
    /// What it is for.
    pub task: Task,
    /// `owner/name` on the hub.
    pub source: String,
    /// A commit, or the beginning of one; none when nobody here knows one.
    pub revision: Option<String>,
    /// As its publisher states it.
    pub licence: String,
    /// In millions, from memory of the papers.
    pub parameters: u32,
    /// Files that must be there, beside the weights.
    pub files: Vec<String>,
    /// SHA-256 of files, where it is known.
    #[serde(default)]
    pub sha256: BTreeMap<String, String>,
}

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Entities.
    Ner,
    /// Written abstracts.
    Summarize,
    /// Entailment, for frames and stances.
    ZeroShot,
    /// Sentence vectors.
    Embed,
}

impl Task {
    /// The stages that it can be used for.
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

/// Weights, the safest and quickest to load first.
pub(crate) const WEIGHTS: [&str; 3] = ["model.safetensors", "rust_model.ot", "pytorch_model.bin"];

/// Files that a model may have and need not.
const OPTIONAL: [&str; 2] = ["tokenizer_config.json", "generation_config.json"];

#[derive(Deserialize)]
struct Registry {
    model: Vec<Entry>,
}

/// Every model, in the registry's order.
#[must_use]
pub fn registry() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> =
        LazyLock::new(|| toml::from_str::<Registry>(REGISTRY).expect("a test reads it").model);
    &ENTRIES
}

impl Entry {
    /// The model of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<&'static Self, Error> {
        let names = || registry().iter().map(|e| e.name.as_str()).collect::<Vec<_>>().join(", ");
        registry()
            .iter()
            .find(|e| e.name == name)
            .ok_or_else(|| Error::Unknown { name: name.to_owned(), known: names() })
    }

    /// Megabytes of the weights, at four bytes a parameter.
    #[must_use]
    pub fn megabytes(&self) -> u32 {
        4 * self.parameters
    }

    /// Whether a commit is the one that the registry asks for.
    pub(crate) fn is_revision(&self, commit: &str) -> bool {
        self.revision.as_deref().is_none_or(|pinned| commit.starts_with(pinned))
    }

    /// Of the files that a source has, those that are wanted.
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

/// Whether a text is a whole commit.
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
            // A branch is no pin.
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
        assert!(Entry::named("no-such").unwrap_err().to_string().contains("those are bert-large-conll03, "));
    }
}
