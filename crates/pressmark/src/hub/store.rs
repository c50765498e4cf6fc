use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::Error;
use super::lock::Lock;
use super::registry::Entry;

/// A model on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its folder.
    pub folder: PathBuf,
    /// The lock, if this program pulled the model; `None` if another program did.
    pub lock: Option<Lock>,
    /// The commit, or `mirror-…` if unknown.
    pub revision: String,
}

/// The Hugging Face cache shared by all its clients: `$HF_HUB_CACHE`, `$HF_HOME/hub`, or `~/.cache/huggingface/hub`.
pub(crate) fn cache() -> Result<PathBuf, Error> {
    let set = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    set("HF_HUB_CACHE")
        .or_else(|| set("HF_HOME").map(|home| home.join("hub")))
        .or_else(|| env::home_dir().map(|home| home.join(".cache/huggingface/hub")))
        .ok_or(Error::NoCache)
}

/// The cache folder with a model's snapshots.
pub(crate) fn snapshots(entry: &Entry) -> Result<PathBuf, Error> {
    Ok(cache()?.join(format!("models--{}", entry.source.replace('/', "--"))).join("snapshots"))
}

impl Snapshot {
    /// Finds a complete snapshot of a model in the cache; `None` if there is none. Only the pinned commit qualifies if
    /// there is a pin (besides mirrored files); one with a lock is preferred, then the newest.
    ///
    /// # Errors
    /// If there is no cache folder, or a lock cannot be read.
    pub fn find(entry: &Entry) -> Result<Option<Self>, Error> {
        let Ok(folders) = fs::read_dir(snapshots(entry)?) else { return Ok(None) };
        let mut found: Vec<(bool, SystemTime, Self)> = Vec::new();
        for folder in folders.filter_map(Result::ok).map(|f| f.path()) {
            let revision = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let fits = entry.is_revision(&revision) || revision.starts_with("mirror-");
            if !fits || entry.choose("", |file| folder.join(file).is_file()).is_err() {
                continue;
            }
            let lock = Lock::read(&folder)?;
            let time = fs::metadata(&folder).and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
            found.push((lock.is_some(), time, Self { folder, lock, revision }));
        }
        found.sort_by(|a, b| (a.0, a.1, &a.2.folder).cmp(&(b.0, b.1, &b.2.folder)));
        Ok(found.pop().map(|(_, _, snapshot)| snapshot))
    }

    /// Opens a model folder outside the cache.
    ///
    /// # Errors
    /// If its lock cannot be read.
    pub fn local(folder: &Path) -> Result<Self, Error> {
        let lock = Lock::read(folder)?;
        let revision = lock.as_ref().map_or_else(|| "local".to_owned(), |lock| lock.revision.clone());
        Ok(Self { folder: folder.to_owned(), lock, revision })
    }
}

/// Instructions for getting a missing model.
#[must_use]
pub fn how_to_bring(entry: &Entry) -> String {
    format!(
        "the model {name} is not installed\n\
         with network:    pressmark models pull {name} (about {size} MB), or the same command with --pull\n\
         without network: copy {files} and the weights of {source} from another machine, and give the folder with \
         --model STAGE=DIR, or a folder of such folders with pressmark models pull {name} --mirror DIR",
        name = entry.name,
        size = entry.megabytes(),
        files = entry.files.join(", "),
        source = entry.source,
    )
}
