use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use pressmark_encoder::{BundleFiles, Model, Precision};
use pressmark_frames::Vectors;
use pressmark_tokenize::{Subwords, Tokenizer};

use crate::Error;

/// The environment variable that names the folder of a bundle.
pub const MODEL_VARIABLE: &str = "PRESSMARK_MODEL";

/// Where the model comes from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ModelSource {
    /// The folder that the environment variable `PRESSMARK_MODEL` names, else the model inside the program, else
    /// `pressmark/models/pressmark-news` in the user's cache (`XDG_CACHE_HOME`, else `~/.cache`).
    #[default]
    Find,
    /// The model inside the program (the feature `bundled-model`).
    Bundled,
    /// A folder that holds a bundle.
    Folder(PathBuf),
    /// A model that is loaded already, so that several annotators share it. Its precision is what it was loaded with.
    Loaded(Arc<Model>),
}

/// A bundle's files, before they are loaded.
pub(crate) enum Files {
    Bundled(BundleFiles),
    Folder(PathBuf),
}

impl ModelSource {
    /// The files of the bundle, and what to call it in messages.
    ///
    /// # Errors
    /// When there is no model, or its files cannot be read.
    pub fn files(&self) -> Result<(BundleFiles, String), Error> {
        match self.locate()? {
            Files::Bundled(files) => Ok((files, "inside the program".to_owned())),
            Files::Folder(dir) => {
                let name = dir.display().to_string();
                let files = BundleFiles::read(&dir).map_err(|source| Error::Model { name: name.clone(), source })?;
                Ok((files, name))
            }
        }
    }

    /// Loads the model, checked against its manifest, to compute in `precision`.
    ///
    /// # Errors
    /// When there is no model, or it does not hold what its manifest says.
    pub fn load(&self, precision: Precision) -> Result<Arc<Model>, Error> {
        if let Self::Loaded(model) = self {
            return Ok(Arc::clone(model));
        }
        let (files, name) = self.files()?;
        let model = Model::from_files(&files).and_then(|model| model.with_precision(precision));
        Ok(Arc::new(model.map_err(|source| Error::Model { name, source })?))
    }

    /// The vectors of the shipped codebooks that stand beside the bundle, if they are those of this model.
    ///
    /// # Errors
    /// When there is a file of vectors that is not what the bundle's manifest says.
    pub fn codebook_vectors(&self, model: &Model) -> Result<Vectors, pressmark_frames::Error> {
        match self.locate() {
            // Which bundle a model was loaded from is not known; vectors that are not its own are made anew.
            _ if matches!(self, Self::Loaded(_)) => {
                Ok(Vectors::from_bytes(bundled_vectors(), model).unwrap_or_default())
            }
            Ok(Files::Bundled(_)) => Vectors::from_bytes(bundled_vectors(), model),
            Ok(Files::Folder(dir)) => Vectors::open(dir, model),
            Err(_) => Ok(Vectors::default()),
        }
    }

    fn locate(&self) -> Result<Files, Error> {
        match self {
            Self::Folder(dir) => return Ok(Files::Folder(dir.clone())),
            Self::Find => {
                if let Some(dir) = env::var_os(MODEL_VARIABLE).filter(|dir| !dir.is_empty()) {
                    return Ok(Files::Folder(dir.into()));
                }
            }
            Self::Bundled | Self::Loaded(_) => {}
        }
        if let Some(files) = bundled() {
            return Ok(Files::Bundled(files));
        }
        let cache = cached();
        match cache.clone().filter(|dir| matches!(self, Self::Find) && dir.join("manifest.json").is_file()) {
            Some(dir) => Ok(Files::Folder(dir)),
            None => Err(Error::NoModel { cache }),
        }
    }
}

/// The tokenizer that the model was trained with; of a document it takes `max_tokens` words and marks at most.
///
/// # Errors
/// When the bundle's tokenizer cannot be read, or its windows have no room.
pub fn tokenizer(model: &Model, max_tokens: usize) -> Result<Tokenizer, Error> {
    let failed = |source| Error::Stage { stage: "tokenize", source: Box::new(source) };
    let subwords = Subwords::from_json(model.tokenizer_json()).map_err(failed)?;
    let options = pressmark_tokenize::Options { max_window: model.max_window(), max_tokens };
    Tokenizer::new(subwords, options).map_err(failed)
}

/// Where a bundle stands in the user's cache.
fn cached() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(cache.join("pressmark").join("models").join("pressmark-news"))
}

#[cfg(feature = "bundled-model")]
fn bundled() -> Option<BundleFiles> {
    Some(BundleFiles {
        config: pressmark_news_model::CONFIG.into(),
        tokenizer: pressmark_news_model::TOKENIZER.into(),
        weights: pressmark_news_model::WEIGHTS.into(),
        manifest: pressmark_news_model::MANIFEST.into(),
    })
}

#[cfg(feature = "bundled-model")]
fn bundled_vectors() -> &'static [u8] {
    pressmark_news_model::CODEBOOK_VECTORS
}

#[cfg(not(feature = "bundled-model"))]
fn bundled() -> Option<BundleFiles> {
    None
}

#[cfg(not(feature = "bundled-model"))]
fn bundled_vectors() -> &'static [u8] {
    &[]
}
