use std::path::PathBuf;

use anyhow::{Result, anyhow};
use pressmark::{Annotator, ModelSource, Settings, Terms};

use crate::args::{ModelArgs, StageArgs};
use crate::terminal;

impl StageArgs {
    /// Returns the files named by the arguments, which no output may replace.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> {
        // A bundled codebook is not a file.
        let codebooks = self.codebook.iter().map(PathBuf::from).filter(|path| path.exists());
        self.terms.iter().cloned().chain(codebooks)
    }

    /// Converts the arguments to settings.
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

/// Creates the annotator for these settings and the models named by the arguments.
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

/// Builds the error for a stage that needs a library missing from this build.
pub(crate) fn no_rust_bert() -> anyhow::Error {
    anyhow!(
        "this build has no rust-bert; with libtorch 2.4 installed, build it with: \
         cargo build --release -p pressmark-cli --features rust-bert (see \"Large models\" in the handbook)"
    )
}
