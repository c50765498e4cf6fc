use std::path::Path;

use crate::bundle::{MANIFEST, Manifest, file_size, is_plain_name, read_within};
use crate::{Error, Model};

/// Result of a successful [`verify_bundle`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundleReport {
    /// The bundle's name and version from its configuration.
    pub id: String,
    /// SHA-256 of the weights, in lowercase hexadecimal.
    pub sha256: String,
    /// Names and sizes in bytes of all files in the manifest, in alphabetical order.
    pub files: Vec<(String, u64)>,
    /// Files in the folder that the manifest does not list; they are not verified, and nothing reads them.
    pub unlisted: Vec<String>,
}

/// Verifies every file that the manifest in a bundle's folder lists, by size and SHA-256, and that the model loads.
///
/// # Errors
/// For the first file that is missing, not a regular file or different from the manifest, and whenever [`Model::open`]
/// fails.
pub fn verify_bundle(dir: impl AsRef<Path>) -> Result<BundleReport, Error> {
    let dir = dir.as_ref();
    let listed = Manifest::parse(&read_within(dir, MANIFEST)?)?.files;
    for (file, entry) in &listed.0 {
        if !is_plain_name(file) {
            return Err(Error::FileName { file: file.clone() });
        }
        let got = file_size(&dir.join(file), file)?;
        if got != entry.bytes {
            return Err(Error::Size { file: file.clone(), expected: entry.bytes, got });
        }
        listed.check(file, &read_within(dir, file)?)?;
    }
    let model = Model::open(dir)?;
    let mut unlisted = Vec::new();
    let unreadable = |source| Error::Read { path: dir.to_owned(), source };
    for file in std::fs::read_dir(dir).map_err(unreadable)? {
        let name = file.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if name != MANIFEST && !listed.0.contains_key(&name) {
            unlisted.push(name);
        }
    }
    unlisted.sort_unstable();
    let files = listed.0.into_iter().map(|(file, entry)| (file, entry.bytes)).collect();
    Ok(BundleReport { id: model.id(), sha256: model.sha256().to_owned(), files, unlisted })
}
