use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use pressmark_core::hex;

/// What was brought, written beside it: to this the files are held from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lock {
    /// Its name in the registry.
    pub(crate) model: String,
    /// `owner/name` on the hub.
    pub(crate) source: String,
    /// The commit; for files from a mirror that knows none, `mirror-` and the start of the weights' hash.
    pub(crate) revision: String,
    pub(crate) files: BTreeMap<String, Locked>,
}

/// One file as it was brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Locked {
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

impl Lock {
    pub(crate) const FILE: &str = "pressmark.lock.json";

    /// The lock of a folder, if it has one.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(Self::FILE);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let lock: Self = serde_json::from_str(&text)
                    .with_context(|| format!("{} is no lock; remove it and pull again", path.display()))?;
                // Names from a file never lead out of the folder.
                if let Some(name) = lock.files.keys().find(|name| !is_inside(name)) {
                    bail!("{} names the file {name:?}, which is outside the folder", path.display());
                }
                Ok(Some(lock))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("failed to read {}", path.display())),
        }
    }

    /// Writes the lock, whole or not at all.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(Self::FILE);
        let partial = folder.join(format!("{}.partial", Self::FILE));
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(&partial, text)
            .and_then(|()| fs::rename(&partial, &path))
            .with_context(|| format!("failed to write {}", path.display()))
    }

    /// Holds every file of a folder against the lock.
    pub(crate) fn verify(&self, folder: &Path) -> Result<()> {
        for (name, locked) in &self.files {
            let path = folder.join(name);
            let found = Locked::of(&path)?;
            if found != *locked {
                bail!(
                    "{} has {} bytes and the SHA-256 {}, expected {} and {}: it is damaged or was exchanged; \
                     remove it and pull the model again",
                    path.display(),
                    found.bytes,
                    found.sha256,
                    locked.bytes,
                    locked.sha256
                );
            }
        }
        Ok(())
    }
}

impl Locked {
    /// Length and hash of a file.
    pub(crate) fn of(path: &Path) -> Result<Self> {
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
        read().with_context(|| format!("failed to read {}", path.display()))
    }
}

/// Whether a file's name stays inside the folder that it is joined to.
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
        assert!(lock.verify(folder.path()).unwrap_err().to_string().contains("damaged or was exchanged"));
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
