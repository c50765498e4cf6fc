//! Which library does the work of a stage, and with which model.

#[cfg(feature = "rust-bert")]
mod rust_bert;

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use pressmark_core::Document;

#[cfg(feature = "rust-bert")]
pub(crate) use self::rust_bert::RustBert;

use crate::args::{BundleArgs, EncoderArgs, ModelArgs};

/// What another library than our own can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    Ner,
    Summarize,
    Frames,
    Stance,
    Embed,
}

impl Slot {
    pub(crate) const ALL: [Self; 5] = [Self::Ner, Self::Summarize, Self::Frames, Self::Stance, Self::Embed];

    /// The stage of ours whose place it takes; what it writes in place of a summary stands beside the sentences that
    /// are chosen.
    pub(crate) fn replaces(self) -> Option<&'static str> {
        match self {
            Self::Ner => Some("ner"),
            Self::Summarize => None,
            Self::Frames => Some("frames"),
            Self::Stance => Some("stance"),
            Self::Embed => Some("encoder"),
        }
    }

    /// What `--backend rust-bert` stands for. Sentence vectors are apart: with them the bundled encoder has no place.
    const USUAL: [Self; 4] = [Self::Ner, Self::Summarize, Self::Frames, Self::Stance];

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ner" => Self::Ner,
            "summarize" => Self::Summarize,
            "frames" => Self::Frames,
            "stance" => Self::Stance,
            "embed" => Self::Embed,
            _ => return None,
        })
    }
}

/// The stages that run on rust-bert, as `--backend` names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Backends {
    rust_bert: BTreeSet<Slot>,
}

impl FromStr for Backends {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut rust_bert = BTreeSet::new();
        for item in text.split(',') {
            let (slots, backend) = match item.split_once('=') {
                None => (Slot::USUAL.to_vec(), item),
                Some((stage, backend)) => {
                    let slot = Slot::named(stage);
                    let slot = slot.ok_or_else(|| {
                        format!("there is no choice for {stage:?}, only for ner, summarize, frames, stance and embed")
                    })?;
                    (vec![slot], backend)
                }
            };
            match backend {
                "rust-bert" => rust_bert.extend(slots),
                "embedded" => rust_bert.retain(|slot| !slots.contains(slot)),
                _ => return Err(format!("{backend:?} is none of embedded and rust-bert")),
            }
        }
        Ok(Self { rust_bert })
    }
}

/// A model given with `--model`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ModelChoice {
    /// The folder of a bundle of our own.
    Bundle(PathBuf),
    /// A folder or a name of the registry, for a stage on rust-bert.
    Stage(Slot, String),
}

impl FromStr for ModelChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=').and_then(|(stage, model)| Some((Slot::named(stage)?, model))) {
            Some((_, "")) => Err(format!("{text:?} names no model")),
            Some((slot, model)) => Ok(Self::Stage(slot, model.to_owned())),
            None => Ok(Self::Bundle(text.into())),
        }
    }
}

impl ModelArgs {
    /// What concerns the model of our own.
    pub(crate) fn encoder(&self) -> EncoderArgs {
        EncoderArgs { bundle: BundleArgs { model: self.bundle() }, precision: self.precision }
    }

    /// The folder of the bundle, when one was given.
    fn bundle(&self) -> Option<PathBuf> {
        let folder = |choice: &ModelChoice| match choice {
            ModelChoice::Bundle(folder) => Some(folder.clone()),
            ModelChoice::Stage(..) => None,
        };
        // A model for a stage on the command line must not hide the bundle of the environment, as clap would have it.
        let set = || env::var("PRESSMARK_MODEL").ok().and_then(|set| folder(&set.parse().ok()?));
        self.model.iter().rev().find_map(folder).or_else(set)
    }

    /// The stages that run on rust-bert: those of `--backend`, and those that were given a model.
    pub(crate) fn on_rust_bert(&self) -> BTreeSet<Slot> {
        let given = self.model.iter().filter_map(|choice| match choice {
            ModelChoice::Stage(slot, _) => Some(*slot),
            ModelChoice::Bundle(_) => None,
        });
        self.backend.iter().flat_map(|b| b.rust_bert.iter().copied()).chain(given).collect()
    }
}

/// Tags the tokens of a document, one BIO tag each.
pub(crate) type Tagger = Box<dyn Fn(&Document) -> Result<Vec<String>>>;

/// What stands in for the stages on rust-bert in a build that has none: there is no such thing.
#[cfg(not(feature = "rust-bert"))]
pub(crate) enum RustBert {}

#[cfg(not(feature = "rust-bert"))]
impl RustBert {
    /// # Errors
    /// When a stage is to run on rust-bert.
    pub(crate) fn new(args: &ModelArgs) -> Result<Option<Self>> {
        if args.on_rust_bert().is_empty() {
            return Ok(None);
        }
        anyhow::bail!(
            "this build has no rust-bert; with libtorch 2.4 at hand, build one that has: \
             cargo build --release -p pressmark-cli --features rust-bert (the README, \"Large models\", tells how)"
        )
    }

    pub(crate) fn does(&self, _: Slot) -> bool {
        match *self {}
    }

    pub(crate) fn stage(&self, _: Slot, _: &crate::args::StageArgs) -> Result<Box<dyn pressmark_core::Stage>> {
        match *self {}
    }

    pub(crate) fn tagger(&self, _: crate::args::Labels) -> Result<Tagger> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backends_are_chosen_for_all_stages_or_one_by_one() {
        use Slot::{Embed, Frames, Ner, Stance, Summarize};
        let check = |text: &str, expected: &[Slot]| {
            let backends: Backends = text.parse().unwrap();
            assert_eq!(backends.rust_bert.into_iter().collect::<Vec<_>>(), expected, "{text}");
        };
        check("rust-bert", &[Ner, Summarize, Frames, Stance]);
        check("embedded", &[]);
        check("ner=embedded,summarize=rust-bert,stance=rust-bert", &[Summarize, Stance]);
        check("rust-bert,ner=embedded", &[Summarize, Frames, Stance]);
        check("embed=rust-bert", &[Embed]);
        for (text, expected) in
            [("", "none of embedded"), ("quote=rust-bert", "no choice for \"quote\""), ("ner=x", "\"x\"")]
        {
            assert!(text.parse::<Backends>().unwrap_err().contains(expected), "{text}");
        }
    }

    #[test]
    fn a_model_is_a_bundle_or_for_a_stage() {
        let check = |text: &str, expected| assert_eq!(text.parse::<ModelChoice>().unwrap(), expected);
        check("ner=models/x", ModelChoice::Stage(Slot::Ner, "models/x".into()));
        check("models/a=b", ModelChoice::Bundle("models/a=b".into()));
        check("bundle", ModelChoice::Bundle("bundle".into()));
        assert!("ner=".parse::<ModelChoice>().is_err());
    }
}
