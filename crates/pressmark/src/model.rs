use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use pressmark_encoder::{BundleFiles, Model, Precision};
use pressmark_frames::Vectors;
use pressmark_tokenize::{Subwords, Tokenizer};

use crate::Error;

/// Environment variable that names a model: the folder of a bundle, or a bundle inside the program.
pub const MODEL_VARIABLE: &str = "PRESSMARK_MODEL";

/// The default bundle. If it is not compiled in, another that is takes its place.
pub const DEFAULT_BUNDLE: &str = "pressmark-news-small";

/// Where the model comes from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ModelSource {
    /// The model named by the environment variable `PRESSMARK_MODEL` (parsed by [`named`](Self::named)), else the
    /// default one compiled in, else `pressmark/models/pressmark-news-small` in the user's cache (`XDG_CACHE_HOME`,
    /// else `~/.cache`).
    #[default]
    Find,
    /// The default model compiled in (features `bundled-small-model` and `bundled-model`).
    Bundled,
    /// A bundle by name: one compiled in, else the folder of that name under `pressmark/models` in the user's cache.
    Named(String),
    /// A folder with a bundle.
    Folder(PathBuf),
    /// An already loaded model, for sharing it between annotators. It keeps the precision it was loaded with.
    Loaded(Arc<Model>),
}

/// Location of a bundle's files.
pub(crate) enum Files {
    Bundled(&'static Bundled),
    Folder(PathBuf),
}

/// A bundle compiled into the program.
pub(crate) struct Bundled {
    name: &'static str,
    /// Short name.
    short: &'static str,
    config: &'static [u8],
    tokenizer: &'static [u8],
    weights: &'static [u8],
    manifest: &'static [u8],
    codebook_vectors: &'static [u8],
}

/// The bundles compiled into the program.
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

    /// The bundle used when none is named.
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

/// Description of a bundle compiled into the program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundledModel {
    /// Full name.
    pub name: &'static str,
    /// Short name.
    pub short: &'static str,
    /// Name and version.
    pub id: String,
    /// Licence of the weights as an SPDX expression, if stated.
    pub licence: Option<String>,
    /// Languages it was trained on, as ISO 639 codes.
    pub languages: Vec<String>,
    /// Whether it is used when none is named.
    pub is_default: bool,
}

/// Describes the bundles compiled in, the default first, without reading their weights.
///
/// # Errors
/// If the configuration of one cannot be read.
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
    /// The compiled-in bundle with this full or short name, else the folder with this path. Write `./NAME` for a folder
    /// with the name of a bundle.
    #[must_use]
    pub fn named(name: impl Into<PathBuf>) -> Self {
        let path = name.into();
        match path.to_str().and_then(Bundled::named) {
            Some(bundle) => Self::Named(bundle.name.to_owned()),
            None => Self::Folder(path),
        }
    }

    /// Reads the bundle's files; also returns its name for messages.
    ///
    /// # Errors
    /// If there is no model, or its files cannot be read.
    pub fn files(&self) -> Result<(BundleFiles, String), Error> {
        match self.locate()? {
            Files::Bundled(bundle) => Ok((bundle.files(), "built in".to_owned())),
            Files::Folder(dir) => {
                let name = dir.display().to_string();
                let files = BundleFiles::read(&dir).map_err(|source| Error::Model { name: name.clone(), source })?;
                Ok((files, name))
            }
        }
    }

    /// Loads the model, verifies it against its manifest, and prepares it to compute in `precision`.
    ///
    /// # Errors
    /// If there is no model, or it does not match its manifest.
    pub fn load(&self, precision: Precision) -> Result<Arc<Model>, Error> {
        if let Self::Loaded(model) = self {
            return Ok(Arc::clone(model));
        }
        let (files, name) = self.files()?;
        let model = Model::from_files(&files).and_then(|model| model.with_precision(precision));
        Ok(Arc::new(model.map_err(|source| Error::Model { name, source })?))
    }

    /// Precomputed codebook vectors that come with the bundle; empty if they are for another model.
    ///
    /// # Errors
    /// If the file of vectors does not match the bundle's manifest.
    pub fn codebook_vectors(&self, model: &Model) -> Result<Vectors, pressmark_frames::Error> {
        match self.locate() {
            // The origin of a loaded model is unknown: take the vectors of the bundle with its name, and ignore them if
            // they do not match; missing ones are recomputed.
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

/// Creates the model's tokenizer, which reads at most `max_tokens` words and punctuation marks per document.
///
/// # Errors
/// If the bundle's tokenizer cannot be read, or its windows are too small.
pub fn tokenizer(model: &Model, max_tokens: usize) -> Result<Tokenizer, Error> {
    let failed = |source| Error::Stage { stage: "tokenize", source: Box::new(source) };
    let subwords = Subwords::from_json(model.tokenizer_json()).map_err(failed)?;
    let options = pressmark_tokenize::Options { max_window: model.max_window(), max_tokens };
    Tokenizer::new(subwords, options).map_err(failed)
}

/// The folder of a bundle in the user's cache; `None` if the environment defines none.
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
