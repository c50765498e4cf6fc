use std::path::PathBuf;

use anyhow::{Result, anyhow};
use pressmark::{Annotator, ModelSource, Settings, Terms};

use crate::args::{ModelArgs, StageArgs};
use crate::terminal;

impl StageArgs {
    /// The files that the arguments name, none of which may be written.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> {
        // A codebook that ships with the program is no file.
        let codebooks = self.codebook.iter().map(PathBuf::from).filter(|path| path.exists());
        self.terms.iter().cloned().chain(codebooks)
    }

    /// What the arguments ask for.
    pub(crate) fn settings(&self) -> Result<Settings> {
        Ok(Settings {
            stages: self.stages.clone(),
            scheme: self.labels.into(),
            min_score: self.min_score,
            terms: self.terms.iter().map(pressmark::terms).collect::<Result<Vec<Terms>, _>>()?,
            codebooks: self.codebook.iter().map(|name| pressmark::codebook(name)).collect::<Result<Vec<_>, _>>()?,
            summary: self.summary,
            targets: self.target.clone(),
            min_frame_score: self.min_frame_score,
            max_tokens: self.max_tokens,
            ..Settings::default()
        })
    }
}

/// The annotator that the settings ask for, on the models that the arguments name.
pub(crate) fn annotator(settings: Settings, models: &ModelArgs) -> Result<Annotator> {
    let encoder = models.encoder();
    let settings = Settings {
        model: match settings.model {
            ModelSource::Loaded(model) => ModelSource::Loaded(model),
            _ => encoder.bundle.source(),
        },
        precision: encoder.precision.into(),
        backends: models.backends(),
        ..settings
    };
    let annotator = Annotator::new(settings).map_err(|error| match error {
        pressmark::Error::NoRustBert => no_rust_bert(),
        error => error.into(),
    })?;
    annotator.notices().iter().for_each(|notice| terminal::say(notice));
    Ok(annotator)
}

/// What is said where a stage is to run on a library that this build lacks.
pub(crate) fn no_rust_bert() -> anyhow::Error {
    anyhow!(
        "this build has no rust-bert; with libtorch 2.4 at hand, build one that has: \
         cargo build --release -p pressmark-cli --features rust-bert (the handbook, \"Large models\", tells how)"
    )
}
