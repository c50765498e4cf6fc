//! The stages on rust-bert, with the models that the arguments name.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use pressmark_core::{Document, Layer, Provenance, Stage, StageError};
use pressmark_ner::Terms;
use pressmark_rust_bert::{
    AbstractOptions, Abstracts, Entailment, Hypotheses, LabelScheme, ModelFolder, SentenceEmbeddings, Threads,
    TokenClassifier, TokenClassifierOptions, ZeroShotFrames, ZeroShotFramesOptions, ZeroShotStances,
    ZeroShotStancesOptions,
};
use serde_json::{Value, json};

use super::{ModelChoice, Slot, Tagger};
use crate::args::{Labels, ModelArgs, StageArgs};
use crate::hub::{self, Entry, Snapshot};

/// Makes the stages that run on rust-bert.
pub(crate) struct RustBert {
    slots: BTreeSet<Slot>,
    models: Vec<(Slot, String)>,
    pull: bool,
    /// Loaded models: one copy for frames and stance where both judge by the same.
    entailment: RefCell<Vec<(PathBuf, Entailment)>>,
}

impl RustBert {
    /// `None` when no stage is to run on rust-bert.
    pub(crate) fn new(args: &ModelArgs) -> Result<Option<Self>> {
        let slots = args.on_rust_bert();
        if slots.is_empty() {
            return Ok(None);
        }
        let models = args.model.iter().filter_map(|choice| match choice {
            ModelChoice::Stage(slot, model) => Some((*slot, model.clone())),
            ModelChoice::Bundle(_) => None,
        });
        Ok(Some(Self { slots, models: models.collect(), pull: args.pull, entailment: RefCell::default() }))
    }

    /// Whether this does the work of a stage.
    pub(crate) fn does(&self, slot: Slot) -> bool {
        self.slots.contains(&slot)
    }

    /// The folder of a stage's model, which is named there or is the usual one.
    fn folder(&self, slot: Slot) -> Result<ModelFolder> {
        let usual = match slot {
            Slot::Ner => "bert-large-conll03",
            Slot::Summarize => "bart-large-cnn",
            Slot::Frames | Slot::Stance => "bart-large-mnli",
            Slot::Embed => "all-minilm-l12",
        };
        let given = self.models.iter().rev().find(|(of, _)| *of == slot).map(|(_, model)| model.as_str());
        let (name, snapshot) = self.snapshot(given.unwrap_or(usual))?;
        open(&snapshot, name)
    }

    fn snapshot(&self, model: &str) -> Result<(String, Snapshot)> {
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
            None if self.pull => hub::pull(entry, None, false)?,
            None => bail!("{}", hub::how_to_bring(entry)),
        };
        Ok((entry.source.clone(), snapshot))
    }

    fn entailment(&self, slot: Slot) -> Result<Entailment> {
        let folder = self.folder(slot)?;
        let mut loaded = self.entailment.borrow_mut();
        if let Some((_, model)) = loaded.iter().find(|(path, _)| path == folder.path()) {
            return Ok(model.clone());
        }
        let path = folder.path().to_owned();
        let model = Entailment::new(folder, Threads::Cores)?;
        loaded.push((path, model.clone()));
        Ok(model)
    }

    fn classifier(&self, labels: Labels) -> Result<TokenClassifier> {
        let mut options = TokenClassifierOptions::default();
        options.scheme = match labels {
            Labels::News => LabelScheme::News,
            Labels::Conll03 => LabelScheme::Conll03,
        };
        Ok(TokenClassifier::new(self.folder(Slot::Ner)?, options)?)
    }

    /// What tags the tokens of a document, for text that comes with its tokens and sentences.
    pub(crate) fn tagger(&self, labels: Labels) -> Result<Tagger> {
        let classifier = self.classifier(labels).context("failed to load the model of ner")?;
        Ok(Box::new(move |doc| Ok(classifier.tag(doc)?)))
    }

    /// The stage that does the work of a slot.
    pub(crate) fn stage(&self, slot: Slot, args: &StageArgs) -> Result<Box<dyn Stage>> {
        self.make(slot, args).with_context(|| format!("failed to make {slot:?} on rust-bert").to_lowercase())
    }

    fn make(&self, slot: Slot, args: &StageArgs) -> Result<Box<dyn Stage>> {
        Ok(match slot {
            Slot::Ner => Box::new(Joined { classifier: self.classifier(args.labels)?, terms: args.settings()?.terms }),
            Slot::Summarize => Box::new(Abstracts::new(self.folder(slot)?, AbstractOptions::default())?),
            Slot::Frames => {
                let books = args.codebooks()?;
                let books = books.iter().map(|book| Hypotheses::about(book.id(), book.labels())).collect();
                Box::new(ZeroShotFrames::new(self.entailment(slot)?, books, ZeroShotFramesOptions::default())?)
            }
            Slot::Stance => {
                let targets = args.target.clone();
                let options = ZeroShotStancesOptions { targets, ..ZeroShotStancesOptions::default() };
                Box::new(ZeroShotStances::new(self.entailment(slot)?, options)?)
            }
            Slot::Embed => Box::new(SentenceEmbeddings::new(self.folder(slot)?, Threads::Cores)?),
        })
    }
}

/// A snapshot as a model folder, its weights held against the lock where there is one.
fn open(snapshot: &Snapshot, name: String) -> Result<ModelFolder> {
    let folder = ModelFolder::open(&snapshot.folder)?.named(name, &snapshot.revision);
    let weights = folder.weights().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    match snapshot.lock.as_ref().and_then(|lock| lock.files.get(&weights)) {
        Some(locked) => Ok(folder.expecting(&locked.sha256)?),
        None => Ok(folder),
    }
}

/// The mentions of a token classifier, with terms added, joined into entities as the embedded stage does it.
struct Joined {
    classifier: TokenClassifier,
    terms: Vec<Terms>,
}

impl Stage for Joined {
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
        pressmark_ner::join_mentions(doc, &self.terms);
        Ok(())
    }
}
