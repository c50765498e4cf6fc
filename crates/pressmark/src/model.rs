use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use pressmark_encoder::{BundleFiles, Model, Precision};
use pressmark_frames::Vectors;
use pressmark_tokenize::{Subwords, Tokenizer};

use crate::Error;

/// The environment variable that names the folder of a bundle.
pub const MODEL_VARIABLE: &str = "PRESSMARK_MODEL";

/// The bundle that is taken when none is named; where it is not inside the program and another is, that one.
pub const DEFAULT_BUNDLE: &str = "pressmark-news-small";

/// Where the model comes from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ModelSource {
    /// What the environment variable `PRESSMARK_MODEL` names (as [`named`](Self::named) reads it), else the default model
    /// inside the program, else `pressmark/models/pressmark-news-small` in the user's cache (`XDG_CACHE_HOME`, else
    /// `~/.cache`).
    #[default]
    Find,
    /// The default model inside the program (the features `bundled-small-model` and `bundled-model`).
    Bundled,
    /// A bundle by its name: one inside the program, else in the folder of that name under `pressmark/models` in the
    /// user's cache.
    Named(String),
    /// A folder that holds a bundle.
    Folder(PathBuf),
    /// A model that is loaded already, so that several annotators share it. Its precision is what it was loaded with.
    Loaded(Arc<Model>),
}

/// A bundle's files, before they are loaded.
pub(crate) enum Files {
    Bundled(&'static Bundled),
    Folder(PathBuf),
}

/// A bundle inside the program.
pub(crate) struct Bundled {
    name: &'static str,
    /// What it may be called for short.
    short: &'static str,
    config: &'static [u8],
    tokenizer: &'static [u8],
    weights: &'static [u8],
    manifest: &'static [u8],
    codebook_vectors: &'static [u8],
}

/// The bundles inside the program.
static BUNDLED: &[Bundled] = &[
    #[cfg(feature = "bundled-model")]
    Bundled {
        name: "pressmark-news",
        short: "news",
        config: pressmark_news_model::CONFIG,
        tokenizer: pressmark_news_model::TOKENIZER,
        weights: pressmark_news_model::WEIGHTS,
        manifest: pressmark_news_model::MANIFEST,
        codebook_vectors: pressmark_news_model::CODEBOOK_VECTORS,
    },
    #[cfg(feature = "bundled-small-model")]
    Bundled {
        name: "pressmark-news-small",
        short: "small",
        config: pressmark_news_small_model::CONFIG,
        tokenizer: pressmark_news_small_model::TOKENIZER,
        weights: pressmark_news_small_model::WEIGHTS,
        manifest: pressmark_news_small_model::MANIFEST,
        codebook_vectors: pressmark_news_small_model::CODEBOOK_VECTORS,
    },
];

impl Bundled {
    fn named(name: &str) -> Option<&'static Self> {
        BUNDLED.iter().find(|bundle| bundle.name == name || bundle.short == name)
    }

    /// The one that is taken when none is named.
    fn default() -> Option<&'static Self> {
        Self::named(DEFAULT_BUNDLE).or_else(|| BUNDLED.first())
    }

    fn files(&self) -> BundleFiles {
        BundleFiles {
            config: self.config.into(),
            tokenizer: self.tokenizer.into(),
            weights: self.weights.into(),
            manifest: self.manifest.into(),
        }
    }
}

/// What a bundle inside the program says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundledModel {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// A shorter name for the same.
    pub short: &'static str,
    /// Name and version.
    pub id: String,
    /// Licence of the weights, an SPDX expression, where it is stated.
    pub licence: Option<String>,
    /// Languages that it was trained on, as codes of ISO 639.
    pub languages: Vec<String>,
    /// Whether it is taken when none is named.
    pub is_default: bool,
}

/// The bundles inside the program, the default first; their weights are not read.
///
/// # Errors
/// When the configuration of one cannot be read.
pub fn bundled_models() -> Result<Vec<BundledModel>, Error> {
    let is_default = |bundle: &Bundled| Bundled::default().is_some_and(|default| default.name == bundle.name);
    let about = |bundle: &&Bundled| {
        let about = bundle.files().about().map_err(|source| Error::Model { name: bundle.name.to_owned(), source })?;
        let (name, short, is_default) = (bundle.name, bundle.short, is_default(bundle));
        Ok(BundledModel { name, short, id: about.id, licence: about.licence, languages: about.languages, is_default })
    };
    let (first, rest): (Vec<_>, Vec<_>) = BUNDLED.iter().partition(|bundle| is_default(bundle));
    first.iter().chain(&rest).map(about).collect()
}

impl ModelSource {
    /// The bundle of this name inside the program, by its full or its short name, else the folder of this path. A folder
    /// that has the name of a bundle is written `./NAME`.
    #[must_use]
    pub fn named(name: impl Into<PathBuf>) -> Self {
        let path = name.into();
        match path.to_str().and_then(Bundled::named) {
            Some(bundle) => Self::Named(bundle.name.to_owned()),
            None => Self::Folder(path),
        }
    }

    /// The files of the bundle, and what to call it in messages.
    ///
    /// # Errors
    /// When there is no model, or its files cannot be read.
    pub fn files(&self) -> Result<(BundleFiles, String), Error> {
        match self.locate()? {
            Files::Bundled(bundle) => Ok((bundle.files(), "inside the program".to_owned())),
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
                let bytes = Bundled::named(model.name()).map_or(&[][..], |bundle| bundle.codebook_vectors);
                Ok(Vectors::from_bytes(bytes, model).unwrap_or_default())
            }
            Ok(Files::Bundled(bundle)) => Vectors::from_bytes(bundle.codebook_vectors, model),
            Ok(Files::Folder(dir)) => Vectors::open(dir, model),
            Err(_) => Ok(Vectors::default()),
        }
    }

    fn locate(&self) -> Result<Files, Error> {
        let name = match self {
            Self::Folder(dir) => return Ok(Files::Folder(dir.clone())),
            Self::Find => {
                if let Some(name) = env::var_os(MODEL_VARIABLE).filter(|name| !name.is_empty()) {
                    return Self::named(name).locate();
                }
                DEFAULT_BUNDLE
            }
            Self::Bundled | Self::Loaded(_) => DEFAULT_BUNDLE,
            Self::Named(name) => name,
        };
        let inside = if matches!(self, Self::Named(_)) { Bundled::named(name) } else { Bundled::default() };
        if let Some(bundle) = inside {
            return Ok(Files::Bundled(bundle));
        }
        let cache = cached(name);
        let is_searched = matches!(self, Self::Find | Self::Named(_));
        match cache.clone().filter(|dir| is_searched && dir.join("manifest.json").is_file()) {
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

/// Where a bundle of this name stands in the user's cache.
fn cached(name: &str) -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(cache.join("pressmark").join("models").join(name))
}

#[cfg(all(test, feature = "bundled-model"))]
mod tests {
    use super::*;

    #[test]
    fn bundles_go_by_their_names_and_all_else_is_a_folder() {
        let models = bundled_models().unwrap();
        assert!(models.first().is_some_and(|model| model.is_default));
        for model in &models {
            assert!(model.id.starts_with(model.name) && model.licence.is_some(), "{model:?}");
            for name in [model.name, model.short] {
                assert!(matches!(ModelSource::named(name), ModelSource::Named(full) if full == model.name), "{name}");
            }
            let loaded = ModelSource::named(model.short).load(Precision::default()).unwrap();
            assert_eq!(loaded.id(), model.id);
            let vectors = ModelSource::Loaded(Arc::clone(&loaded)).codebook_vectors(&loaded).unwrap();
            assert!(!vectors.is_empty(), "{}: pressmark models prepare", model.name);
        }
        for path in ["./pressmark-news", "models/pressmark-news", "nowhere"] {
            assert!(
                matches!(ModelSource::named(path), ModelSource::Folder(folder) if folder == std::path::Path::new(path))
            );
        }
    }

    #[test]
    fn a_name_that_nothing_has_is_refused() {
        let error = ModelSource::Named("pressmark-nothing".into()).load(Precision::default()).unwrap_err();
        assert!(
            matches!(error, Error::NoModel { cache } if cache.as_ref().is_none_or(|dir| dir.ends_with("pressmark-nothing")))
        );
    }
}
