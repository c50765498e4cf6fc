use std::sync::Arc;

use anyhow::{Result, bail};
use pressmark::{Annotator, Length, Model, ModelSource, Settings, StageInfo, Terms};
use pressmark_core::Layer;
use pressmark_tokenize::{Subwords, Tokenizer};

use crate::args::{ModelArgs, StageArgs, SummaryLength};
use crate::backend::{RustBert, Slot};
use crate::terminal;

impl StageArgs {
    /// What the arguments ask for.
    pub(crate) fn settings(&self) -> Result<Settings> {
        Ok(Settings {
            stages: self.stages.clone(),
            scheme: self.labels.into(),
            terms: self.terms.iter().map(pressmark::terms).collect::<Result<Vec<Terms>, _>>()?,
            codebooks: self.codebook.iter().map(|name| pressmark::codebook(name)).collect::<Result<Vec<_>, _>>()?,
            summary: match self.summary {
                SummaryLength::Sentences(count) => Length::Sentences(count),
                SummaryLength::Words(count) => Length::Words(count),
                SummaryLength::Share(share) => Length::Share(share),
            },
            targets: self.target.clone(),
            max_tokens: self.max_tokens,
            ..Settings::default()
        })
    }

    /// The codebooks of frames that are used.
    #[cfg(feature = "rust-bert")]
    pub(crate) fn codebooks(&self) -> Result<Vec<pressmark::Codebook>> {
        if self.codebook.is_empty() {
            return Ok(pressmark::default_codebooks());
        }
        Ok(self.codebook.iter().map(|name| pressmark::codebook(name)).collect::<Result<_, _>>()?)
    }
}

/// The annotator that the arguments ask for, with stages of another library where they name one.
pub(crate) fn annotator(settings: Settings, args: &StageArgs, models: &ModelArgs) -> Result<Annotator> {
    let encoder = models.encoder();
    let settings = Settings {
        model: match settings.model {
            ModelSource::Loaded(model) => ModelSource::Loaded(model),
            _ => encoder.bundle.source(),
        },
        precision: encoder.precision.into(),
        ..settings
    };
    let stages = settings.stages.clone();
    let mut builder = Annotator::builder(settings);
    if let Some(rust_bert) = RustBert::new(models)? {
        let wanted = pressmark::with_dependencies(&stages)?;
        if rust_bert.does(Slot::Embed) {
            needs_no_bundle(&wanted, |slot| rust_bert.does(slot))?;
        }
        for slot in Slot::ALL.into_iter().filter(|slot| rust_bert.does(*slot)) {
            match slot.replaces() {
                Some(name) if wanted.iter().any(|stage| stage.name == name) => {
                    builder = builder.replace(name, rust_bert.stage(slot, args)?);
                }
                // The salient sentences are chosen all the same, and stand beside what is written.
                None if wanted.iter().any(|stage| stage.provides.contains(&Layer::Summary)) => {
                    builder = builder.with_stage(rust_bert.stage(slot, args)?);
                }
                _ => {}
            }
        }
    }
    let annotator = builder.build()?;
    annotator.notices().iter().for_each(|notice| terminal::say(notice));
    Ok(annotator)
}

/// Without the bundled encoder, whose place sentence vectors of rust-bert take, other stages must do without it.
fn needs_no_bundle(wanted: &[&StageInfo], elsewhere: impl Fn(Slot) -> bool) -> Result<()> {
    let is_elsewhere = |name: &str| Slot::ALL.into_iter().any(|slot| slot.replaces() == Some(name) && elsewhere(slot));
    let left = wanted.iter().find(|stage| stage.needs.contains(&Layer::Hidden) && !is_elsewhere(stage.name));
    match left {
        Some(stage) => bail!(
            "embed=rust-bert takes the place of the bundled encoder, which {} reads; put that on rust-bert too, or leave \
             it out with --stages",
            stage.name
        ),
        None => Ok(()),
    }
}

/// The tokenizer that the model was trained with.
pub(crate) fn tokenizer(model: &Arc<Model>) -> Result<Tokenizer> {
    let subwords = Subwords::from_json(model.tokenizer_json())?;
    let options = pressmark_tokenize::Options { max_window: model.max_window(), max_tokens: usize::MAX };
    Ok(Tokenizer::new(subwords, options)?)
}
