use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use pressmark_core::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::Error;

/// Lock file of a pulled model: its files are verified against it from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Name in the registry.
    pub model: String,
    /// `owner/name` on the hub.
    pub source: String,
    /// The commit; for files from a mirror without one, `mirror-` and the first 12 hex digits of the weights' hash.
    pub revision: String,
    /// Its files, by path relative to the folder.
    pub files: BTreeMap<String, Locked>,
}

/// Lock entry of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locked {
    /// SHA-256, in hex.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
}

impl Lock {
    /// File name of the lock.
    pub const FILE: &str = "pressmark.lock.json";

    /// Reads the lock of a folder; `None` if it has none.
    ///
    /// # Errors
    /// If it cannot be read, is malformed, or lists files outside the folder.
    pub fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join(Self::FILE);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let not_a_lock = |source| Error::NotALock { path: path.clone(), source };
                let lock: Self = serde_json::from_str(&text).map_err(not_a_lock)?;
                // Names from a file must never escape the folder.
                if let Some(name) = lock.files.keys().find(|name| !is_inside(name)) {
                    return Err(Error::OutsideFolder { path, name: name.clone() });
                }
                Ok(Some(lock))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read { path, source }),
        }
    }

    /// Writes the lock atomically.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(Self::FILE);
        let partial = folder.join(format!("{}.partial", Self::FILE));
        let written = serde_json::to_string_pretty(self).map_err(io::Error::from).and_then(|text| {
            fs::write(&partial, text + "\n")?;
            fs::rename(&partial, &path)
        });
        written.map_err(|source| Error::Write { path, source })
    }

    /// Verifies every file of a folder against the lock.
    ///
    /// # Errors
    /// If a file cannot be read or does not match.
    pub fn verify(&self, folder: &Path) -> Result<(), Error> {
        for (name, locked) in &self.files {
            let path = folder.join(name);
            let found = Locked::of(&path)?;
            if found != *locked {
                return Err(Error::Damaged {
                    path,
                    bytes: found.bytes,
                    sha256: found.sha256,
                    expected_bytes: locked.bytes,
                    expected_sha256: locked.sha256.clone(),
                });
            }
        }
        Ok(())
    }
}

impl Locked {
    /// Computes length and hash of a file.
    pub(crate) fn of(path: &Path) -> Result<Self, Error> {
        let read = || -> io::Result<Self> {
            let mut file = File::open(path)?;
            let (mut hasher, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
            loop {
                match file.read(&mut buffer)? {
                    0 => break,
                    read => {
                        hasher.update(&buffer[..read]);
                        bytes += read as u64;
                    }
                }
            }
            Ok(Self { sha256: hex(&hasher.finalize()), bytes })
        };
        read().map_err(|source| Error::Read { path: path.to_owned(), source })
    }
}

/// Whether a relative file name stays inside the folder it is joined to.
pub(crate) fn is_inside(name: &str) -> bool {
    let path = PathBuf::from(name);
    !name.is_empty() && path.components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_found_out() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::read(folder.path()).unwrap(), None);
        let weights = folder.path().join("model.safetensors");
        fs::write(&weights, "abc").unwrap();
        let locked = Locked::of(&weights).unwrap();
        assert_eq!(locked.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let files = BTreeMap::from([("model.safetensors".to_owned(), locked)]);
        let lock = Lock { model: "m".into(), source: "o/m".into(), revision: "r".into(), files };
        lock.write(folder.path()).unwrap();
        assert_eq!(Lock::read(folder.path()).unwrap(), Some(lock.clone()));
        lock.verify(folder.path()).unwrap();
        fs::write(&weights, "abd").unwrap();
        assert!(lock.verify(folder.path()).unwrap_err().to_string().contains("damaged or was replaced"));
        fs::remove_file(&weights).unwrap();
        assert!(lock.verify(folder.path()).unwrap_err().to_string().contains("failed to read"));
    }

    #[test]
    fn a_lock_leads_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../x", "/etc/passwd", "", "a/../b"] {
            assert!(!is_inside(name), "{name}");
            let files = BTreeMap::from([(name.to_owned(), Locked { sha256: String::new(), bytes: 0 })]);
            let lock = Lock { model: "m".into(), source: "o/m".into(), revision: "r".into(), files };
            lock.write(folder.path()).unwrap();
            assert!(Lock::read(folder.path()).unwrap_err().to_string().contains("outside the folder"));
        }
        assert!(is_inside("1_Pooling/config.json"));
    }
}
