use std::sync::Arc;

use anyhow::{Context, Result};
use pressmark_encoder::{BundleFiles, Model};
use pressmark_frames::Vectors;

use crate::args::{BundleArgs, EncoderArgs};

#[cfg(feature = "bundled-model")]
macro_rules! bundled {
    ($file:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/pressmark-news/", $file)).as_slice().into()
    };
}

/// The files of the model inside the program.
#[cfg(feature = "bundled-model")]
fn bundled() -> Option<BundleFiles> {
    Some(BundleFiles {
        config: bundled!("config.json"),
        tokenizer: bundled!("tokenizer.json"),
        weights: bundled!("model.safetensors"),
        manifest: bundled!("manifest.json"),
    })
}

/// The vectors of the shipped codebooks, made by `pressmark models prepare`.
#[cfg(feature = "bundled-model")]
fn bundled_vectors() -> &'static [u8] {
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/pressmark-news/codebook-vectors.bin"))
}

#[cfg(not(feature = "bundled-model"))]
fn bundled_vectors() -> &'static [u8] {
    &[]
}

#[cfg(not(feature = "bundled-model"))]
fn bundled() -> Option<BundleFiles> {
    None
}

/// The files of the model that the arguments name.
pub(crate) fn files(args: &BundleArgs) -> Result<BundleFiles> {
    match &args.model {
        Some(dir) => {
            BundleFiles::read(dir).with_context(|| format!("failed to read the model bundle {}", dir.display()))
        }
        None => bundled().context(
            "this build has no model inside; name a bundle with --model DIR, or build with the feature bundled-model",
        ),
    }
}

/// The model that the arguments name, ready to compute in the precision that they ask for.
pub(crate) fn load(args: &EncoderArgs) -> Result<Arc<Model>> {
    Ok(Arc::new(open(&args.bundle)?.with_precision(args.precision.into())?))
}

/// The model that the arguments name, checked against its manifest.
pub(crate) fn open(args: &BundleArgs) -> Result<Model> {
    let name = args.model.as_ref().map_or_else(|| "inside the program".to_owned(), |dir| dir.display().to_string());
    Model::from_files(&files(args)?).with_context(|| format!("failed to load the model {name}"))
}

/// The file beside a bundle that holds the vectors of the shipped codebooks.
pub(crate) const VECTORS: &str = "codebook-vectors.bin";

/// The vectors of codebooks that were encoded before, if the bundle has any for this model.
pub(crate) fn vectors(args: &BundleArgs, model: &Model) -> Vectors {
    match &args.model {
        Some(dir) => {
            std::fs::read(dir.join(VECTORS)).map(|bytes| Vectors::from_bytes(&bytes, model)).unwrap_or_default()
        }
        None => Vectors::from_bytes(bundled_vectors(), model),
    }
}
