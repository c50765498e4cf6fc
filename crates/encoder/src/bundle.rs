//! The files of a bundle, verified against the manifest.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::config::{Config, FORMAT};

/// The bytes of a model bundle, as in a folder under `models/`.
///
/// A program with a compiled-in model borrows them from `include_bytes!`; the weights are then used in place, without
/// copying.
#[derive(Clone, Debug)]
pub struct BundleFiles {
    /// `manifest.json`: size and SHA-256 of every other file.
    pub manifest: Cow<'static, [u8]>,
    /// `config.json`: capabilities, sizes, word shapes, heads and their labels.
    pub config: Cow<'static, [u8]>,
    /// `tokenizer.json`: passed through, not read here.
    pub tokenizer: Cow<'static, [u8]>,
    /// `model.safetensors`: all weights.
    pub weights: Cow<'static, [u8]>,
}

/// The file that lists the others, but not itself.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Maximum size of `manifest.json` and `config.json`, in bytes. Like the limits below, set by hand: far above what any
/// bundle has (BERT-large in f32 has 1.3 GB of weights), so that a broken or hostile file cannot exhaust memory.
const MOST_JSON: u64 = 1 << 20;
/// Maximum size of `tokenizer.json`, in bytes.
const MOST_TOKENIZER: u64 = 64 << 20;
/// Maximum size of `model.safetensors`, in bytes.
const MOST_WEIGHTS: u64 = 4 << 30;

/// Maximum size of the other files (codebook vectors, reference outputs, model card), in bytes.
const MOST_OTHER: u64 = 256 << 20;

/// Maximum number of files in a manifest; a bundle has about ten.
const MOST_FILES: usize = 256;

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Manifest {
    format: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    pub(crate) files: Listed,
}

/// Manifest entries of a bundle's files by name; the manifest does not list itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Listed(pub(crate) BTreeMap<String, Entry>);

/// Manifest entry of one file.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Entry {
    pub(crate) bytes: u64,
    sha256: String,
}

/// Description of a bundle; see [`BundleFiles::about`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundleAbout {
    /// Name and version.
    pub id: String,
    /// Licence of the weights as an SPDX expression, if stated.
    pub licence: Option<String>,
    /// Languages that the model was trained on, as ISO 639 codes.
    pub languages: Vec<String>,
}

impl BundleFiles {
    /// Reads the files of a bundle's folder without verifying them.
    ///
    /// # Errors
    /// [`Error::Read`] for the first file that cannot be read, [`Error::NotAFile`] for a pipe or a device,
    /// [`Error::FileTooLarge`] for one above the size limits.
    pub fn read(dir: impl AsRef<Path>) -> Result<Self, Error> {
        let read = |file: &str| read_within(dir.as_ref(), file).map(Cow::Owned);
        Ok(Self {
            manifest: read(MANIFEST)?,
            config: read("config.json")?,
            tokenizer: read("tokenizer.json")?,
            weights: read("model.safetensors")?,
        })
    }

    /// Describes the model from its configuration, without loading it or verifying it against the manifest.
    ///
    /// # Errors
    /// If the configuration is malformed or out of range.
    pub fn about(&self) -> Result<BundleAbout, Error> {
        let config = Config::parse(&self.config)?;
        let id = format!("{} {}", config.name, config.version);
        Ok(BundleAbout { id, licence: config.licence, languages: config.languages })
    }

    /// Verifies sizes and digests of these files and of `weights` against the manifest.
    pub(crate) fn verify(&self, weights: &[u8]) -> Result<(Digests, Listed), Error> {
        check_size("config.json", self.config.len() as u64)?;
        let listed = Manifest::parse(&self.manifest)?.files;
        let config = listed.check("config.json", &self.config)?;
        let tokenizer = listed.check("tokenizer.json", &self.tokenizer)?;
        let weights = listed.check("model.safetensors", weights)?;
        let bundle = sha256_hex([config, tokenizer, weights.clone()].concat().as_bytes());
        Ok((Digests { weights, bundle }, listed))
    }
}

/// Reads another file of a bundle's folder, such as `codebook-vectors.bin`; `None` if it does not exist.
///
/// Do not trust its content before [`Model::check_file`](crate::Model::check_file).
///
/// # Errors
/// As [`BundleFiles::read`].
pub fn read_bundle_file(dir: impl AsRef<Path>, file: &str) -> Result<Option<Vec<u8>>, Error> {
    match read_within(dir.as_ref(), file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Error::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the manifest with the size and SHA-256 of one file updated, for a file that was regenerated beside the
/// weights.
///
/// # Errors
/// If `manifest` is not a valid manifest, or `file` is not a plain file name.
pub fn list_in_manifest(manifest: &[u8], file: &str, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut manifest = Manifest::parse(manifest)?;
    if !is_plain_name(file) {
        return Err(Error::FileName { file: file.to_owned() });
    }
    manifest.format = FORMAT.to_owned();
    manifest.files.0.insert(file.to_owned(), Entry { bytes: bytes.len() as u64, sha256: sha256_hex(bytes) });
    let mut json = serde_json::to_vec_pretty(&manifest).map_err(|source| Error::json(MANIFEST, source))?;
    json.push(b'\n');
    Ok(json)
}

impl Manifest {
    pub(crate) fn parse(json: &[u8]) -> Result<Self, Error> {
        check_size(MANIFEST, json.len() as u64)?;
        let manifest: Self = serde_json::from_slice(json).map_err(|source| Error::json(MANIFEST, source))?;
        if manifest.format != FORMAT {
            return Err(Error::ManifestFormat { expected: FORMAT, got: manifest.format });
        }
        if manifest.files.0.len() > MOST_FILES {
            return Err(Error::TooManyFiles { got: manifest.files.0.len(), most: MOST_FILES });
        }
        Ok(manifest)
    }
}

impl Listed {
    /// Verifies a file against its entry and returns its SHA-256.
    pub(crate) fn check(&self, file: &str, bytes: &[u8]) -> Result<String, Error> {
        let entry = self.0.get(file).ok_or_else(|| Error::NotListed { file: file.to_owned() })?;
        let got = bytes.len() as u64;
        if got != entry.bytes {
            return Err(Error::Size { file: file.to_owned(), expected: entry.bytes, got });
        }
        let got = sha256_hex(bytes);
        if !got.eq_ignore_ascii_case(&entry.sha256) {
            return Err(Error::Digest { file: file.to_owned(), expected: entry.sha256.clone(), got });
        }
        Ok(got)
    }
}

/// SHA-256 digests in lowercase hexadecimal.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    pub(crate) weights: String,
    /// Digest of the concatenated digests of configuration, tokenizer and weights.
    pub(crate) bundle: String,
}

/// Maximum size of a file, by name.
fn most_bytes(file: &str) -> u64 {
    match file {
        MANIFEST | "config.json" => MOST_JSON,
        "tokenizer.json" => MOST_TOKENIZER,
        "model.safetensors" => MOST_WEIGHTS,
        _ => MOST_OTHER,
    }
}

fn check_size(file: &str, bytes: u64) -> Result<(), Error> {
    let most = most_bytes(file);
    if bytes > most { Err(Error::FileTooLarge { file: file.to_owned(), most }) } else { Ok(()) }
}

/// Whether a name refers to a file in the same folder on every system.
pub(crate) fn is_plain_name(file: &str) -> bool {
    !file.is_empty() && file != "." && file != ".." && !file.contains(['/', '\\', ':', '\0'])
}

/// Size of a regular file. Reading a named pipe may block forever and a device may never end, so both are rejected
/// before they are opened.
pub(crate) fn file_size(path: &Path, file: &str) -> Result<u64, Error> {
    let metadata = std::fs::metadata(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    if !metadata.is_file() {
        return Err(Error::NotAFile { path: path.to_owned() });
    }
    check_size(file, metadata.len())?;
    Ok(metadata.len())
}

/// Reads a regular file within the size limits.
pub(crate) fn read_within(dir: &Path, file: &str) -> Result<Vec<u8>, Error> {
    let path = dir.join(file);
    let size = file_size(&path, file)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // One byte more than allowed, to notice a file that grows while it is read.
    match File::open(&path).and_then(|open| open.take(most_bytes(file) + 1).read_to_end(&mut bytes)) {
        Ok(read) => check_size(file, read as u64).map(|()| bytes),
        Err(source) => Err(Error::Read { path, source }),
    }
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
