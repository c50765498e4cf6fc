//! Stages on rust-bert, with the models that the settings name.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use pressmark_core::{Document, Layer, Provenance, Stage, StageError};
use pressmark_ner::Terms;
use pressmark_rust_bert::{
    AbstractOptions, Abstracts, Entailment, Hypotheses, ModelFolder, SentenceEmbeddings, Threads, TokenClassifier,
    TokenClassifierOptions, ZeroShotFrames, ZeroShotFramesOptions, ZeroShotStances, ZeroShotStancesOptions,
};
use serde_json::{Value, json};

use crate::backends::Slot;
use crate::hub::{self, Entry, Snapshot};
use crate::{Error, Settings, codebooks};

/// Returns one BIO tag per token of a document.
pub(crate) type TagFn = Box<dyn Fn(&Document) -> Result<Vec<String>, Error>>;

/// Creates the stages that run on rust-bert.
pub(crate) struct RustBert<'a> {
    settings: &'a Settings,
    /// Loaded models by folder: frames and stance share one copy if both use the same model.
    entailment: RefCell<Vec<(PathBuf, Entailment)>>,
}

impl<'a> RustBert<'a> {
    /// `None` if the settings put no stage on rust-bert.
    pub(crate) fn new(settings: &'a Settings) -> Result<Option<Self>, Error> {
        let is_used = !settings.backends.rust_bert.is_empty();
        Ok(is_used.then(|| Self { settings, entailment: RefCell::default() }))
    }

    /// The folder of a slot's model: the one in the settings, or the default.
    fn folder(&self, slot: Slot) -> Result<ModelFolder, Error> {
        let usual = match slot {
            Slot::Ner => "bert-large-conll03",
            Slot::Summarize => "bart-large-cnn",
            Slot::Frames | Slot::Stance => "bart-large-mnli",
            Slot::Embed => "all-minilm-l12",
        };
        let given = self.settings.backends.rust_bert.get(&slot).and_then(Option::as_deref);
        let (name, snapshot) = self.snapshot(given.unwrap_or(usual))?;
        open(&snapshot, name).map_err(|source| failed(slot, source))
    }

    fn snapshot(&self, model: &str) -> Result<(String, Snapshot), hub::Error> {
        let path = Path::new(model);
        if path.is_dir() {
            let snapshot = Snapshot::local(path)?;
            let folder = || path.file_name().map_or_else(|| model.to_owned(), |n| n.to_string_lossy().into_owned());
            let name = snapshot.lock.as_ref().map_or_else(folder, |lock| lock.source.clone());
            return Ok((name, snapshot));
        }
        let entry = Entry::named(model)?;
        let snapshot = match Snapshot::find(entry)? {
            Some(snapshot) => snapshot,
            None if self.settings.backends.pull => hub::pull(entry, None, &|_, _, _| {})?,
            None => return Err(hub::Error::NotHere { how: hub::how_to_bring(entry) }),
        };
        Ok((entry.source.clone(), snapshot))
    }

    fn entailment(&self, slot: Slot) -> Result<Entailment, Error> {
        let folder = self.folder(slot)?;
        let mut loaded = self.entailment.borrow_mut();
        if let Some((_, model)) = loaded.iter().find(|(path, _)| path == folder.path()) {
            return Ok(model.clone());
        }
        let path = folder.path().to_owned();
        let model = Entailment::new(folder, Threads::Cores).map_err(|source| failed(slot, source))?;
        loaded.push((path, model.clone()));
        Ok(model)
    }

    fn classifier(&self) -> Result<TokenClassifier, Error> {
        let mut options = TokenClassifierOptions::default();
        options.scheme = Some(self.settings.scheme);
        TokenClassifier::new(self.folder(Slot::Ner)?, options).map_err(|source| failed(Slot::Ner, source))
    }

    /// Creates a tagger for documents with given tokens and sentences.
    pub(crate) fn tagger(&self) -> Result<TagFn, Error> {
        let classifier = self.classifier()?;
        let failed = |error: StageError| Error::Failed { stage: "ner", message: error.to_string() };
        Ok(Box::new(move |doc| classifier.tag(doc).map_err(failed)))
    }

    /// Creates the stage for a slot.
    pub(crate) fn stage(&self, slot: Slot) -> Result<Box<dyn Stage>, Error> {
        let settings = self.settings;
        Ok(match slot {
            Slot::Ner => Box::new(Clustered { classifier: self.classifier()?, terms: settings.terms.clone() }),
            Slot::Summarize => {
                let stage = Abstracts::new(self.folder(slot)?, AbstractOptions::default());
                Box::new(stage.map_err(|source| failed(slot, source))?)
            }
            Slot::Frames => {
                let own = &settings.codebooks;
                let books = if own.is_empty() { codebooks::default_codebooks() } else { own.clone() };
                let books = books.iter().map(|book| Hypotheses::about(book.id(), book.labels())).collect();
                let stage = ZeroShotFrames::new(self.entailment(slot)?, books, ZeroShotFramesOptions::default());
                Box::new(stage.map_err(|source| failed(slot, source))?)
            }
            Slot::Stance => {
                let targets = settings.targets.clone();
                let options = ZeroShotStancesOptions { targets, ..ZeroShotStancesOptions::default() };
                let stage = ZeroShotStances::new(self.entailment(slot)?, options);
                Box::new(stage.map_err(|source| failed(slot, source))?)
            }
            Slot::Embed => {
                let stage = SentenceEmbeddings::new(self.folder(slot)?, Threads::Cores);
                Box::new(stage.map_err(|source| failed(slot, source))?)
            }
        })
    }
}

fn failed(slot: Slot, source: pressmark_rust_bert::Error) -> Error {
    Error::Stage { stage: slot.as_str(), source: source.into() }
}

/// Opens a snapshot as a model folder, with the weights' hash from the lock if there is one.
fn open(snapshot: &Snapshot, name: String) -> Result<ModelFolder, pressmark_rust_bert::Error> {
    let folder = ModelFolder::open(&snapshot.folder)?.named(name, &snapshot.revision);
    let weights = folder.weights().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    match snapshot.lock.as_ref().and_then(|lock| lock.files.get(&weights)) {
        Some(locked) => Ok(folder.expecting(&locked.sha256)?),
        None => Ok(folder),
    }
}

/// A token classifier with terms, whose mentions are clustered into entities like the bundled stage's.
struct Clustered {
    classifier: TokenClassifier,
    terms: Vec<Terms>,
}

impl Stage for Clustered {
    fn name(&self) -> &'static str {
        self.classifier.name()
    }

    fn needs(&self) -> &'static [Layer] {
        self.classifier.needs()
    }

    fn reads(&self) -> &'static [Layer] {
        self.classifier.reads()
    }

    fn provides(&self) -> &'static [Layer] {
        self.classifier.provides()
    }

    fn provenance(&self) -> Provenance {
        let own = self.classifier.provenance();
        let terms: Vec<_> = self.terms.iter().map(|t| json!({ "name": t.name(), "version": t.version() })).collect();
        let mut settings: Value = serde_json::from_str(&own.settings).unwrap_or_default();
        settings["terms"] = terms.into();
        Provenance { settings: settings.to_string(), ..own }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        self.classifier.run(doc)?;
        pressmark_ner::cluster_mentions(doc, &self.terms);
        Ok(())
    }
}
