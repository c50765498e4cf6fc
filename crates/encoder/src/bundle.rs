//! The four files of a bundle, and the check of three by the fourth.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::Error;

/// The bytes of a model bundle: what a folder under `models/` holds.
///
/// A program that carries its model inside borrows them from `include_bytes!`; the weights are
/// then read where they lie and not copied.
#[derive(Clone, Debug)]
pub struct BundleFiles {
    /// `manifest.json`: for each other file its size and SHA-256.
    pub manifest: Cow<'static, [u8]>,
    /// `config.json`: sizes, word shapes, heads and their labels.
    pub config: Cow<'static, [u8]>,
    /// `tokenizer.json`: handed through, never read here.
    pub tokenizer: Cow<'static, [u8]>,
    /// `model.safetensors`: all weights.
    pub weights: Cow<'static, [u8]>,
}

/// The only manifest layout that this crate reads.
const FORMAT: &str = "pressmark-manifest/1";

/// Largest files of a bundle: a hundred times what the bundled model has, and its weights in f32 as BERT-large would
/// have them twice over.
const MOST_JSON: u64 = 1 << 20;
const MOST_TOKENIZER: u64 = 64 << 20;
const MOST_WEIGHTS: u64 = 4 << 30;

#[derive(Debug, Deserialize)]
struct Manifest {
    format: String,
    files: BTreeMap<String, Entry>,
}

/// What the manifest says of one file.
#[derive(Debug, Deserialize)]
struct Entry {
    bytes: u64,
    sha256: String,
}

impl BundleFiles {
    /// Reads the files of a bundle's folder, checking nothing yet.
    ///
    /// # Errors
    /// [`Error::Read`] for the first file that cannot be read, [`Error::FileTooLarge`] for one that no bundle has.
    pub fn read(dir: impl AsRef<Path>) -> Result<Self, Error> {
        let read = |file: &'static str, most: u64| {
            let path = dir.as_ref().join(file);
            let mut bytes = Vec::new();
            // One byte more, to know whether there is more; a file that never ends is not read to its end.
            match File::open(&path).and_then(|open| open.take(most + 1).read_to_end(&mut bytes)) {
                Ok(read) if read as u64 > most => Err(Error::FileTooLarge { file, most }),
                Ok(_) => Ok(Cow::Owned(bytes)),
                Err(source) => Err(Error::Read { path, source }),
            }
        };
        Ok(Self {
            manifest: read("manifest.json", MOST_JSON)?,
            config: read("config.json", MOST_JSON)?,
            tokenizer: read("tokenizer.json", MOST_TOKENIZER)?,
            weights: read("model.safetensors", MOST_WEIGHTS)?,
        })
    }

    /// Checks sizes and digests of these files and of `weights` by the manifest.
    pub(crate) fn verify(&self, weights: &[u8]) -> Result<Digests, Error> {
        let limits = [("manifest.json", &self.manifest, MOST_JSON), ("config.json", &self.config, MOST_JSON)];
        if let Some(&(file, _, most)) = limits.iter().find(|(_, bytes, most)| bytes.len() as u64 > *most) {
            return Err(Error::FileTooLarge { file, most });
        }
        let manifest: Manifest =
            serde_json::from_slice(&self.manifest).map_err(|source| Error::Json { file: "manifest.json", source })?;
        if manifest.format != FORMAT {
            return Err(Error::ManifestFormat { expected: FORMAT, got: manifest.format });
        }
        let listed = &manifest.files;
        let config = check(listed, "config.json", &self.config)?;
        let tokenizer = check(listed, "tokenizer.json", &self.tokenizer)?;
        let weights = check(listed, "model.safetensors", weights)?;
        let bundle = sha256_hex([config, tokenizer, weights.clone()].concat().as_bytes());
        Ok(Digests { weights, bundle })
    }
}

/// SHA-256, in lowercase hexadecimal.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    pub(crate) weights: String,
    /// Of the digests of configuration, tokenizer and weights, one after the other.
    pub(crate) bundle: String,
}

fn check(listed: &BTreeMap<String, Entry>, file: &'static str, bytes: &[u8]) -> Result<String, Error> {
    let entry = listed.get(file).ok_or(Error::NotListed { file })?;
    let got = bytes.len() as u64;
    if got != entry.bytes {
        let expected = entry.bytes;
        return Err(Error::Size { file, expected, got });
    }
    let got = sha256_hex(bytes);
    if !got.eq_ignore_ascii_case(&entry.sha256) {
        let expected = entry.sha256.clone();
        return Err(Error::Digest { file, expected, got });
    }
    Ok(got)
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
