use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::lock::Lock;
use super::lock::Locked;
use super::registry::{Entry, WEIGHTS, is_commit};
use super::store::{Snapshot, snapshots};

/// Progress callback: file name, bytes so far, total bytes.
pub type OnProgress<'a> = &'a dyn Fn(&str, u64, u64);

/// Pulls a model into the cache, unless it is there with a lock and passes verification.
///
/// Downloads from the hub or from `mirror`: the address of a server with the hub's API, or a folder.
///
/// # Errors
/// If it cannot be downloaded or copied, or does not match the registry, the hub or its lock.
pub fn pull(entry: &Entry, mirror: Option<&str>, on_progress: OnProgress<'_>) -> Result<Snapshot, Error> {
    if let Some(snapshot) = Snapshot::find(entry)?
        && let Some(lock) = &snapshot.lock
    {
        lock.verify(&snapshot.folder)?;
        return Ok(snapshot);
    }
    let pulled = match mirror.filter(|m| !m.contains("://")) {
        Some(folder) => copy(entry, Path::new(folder)),
        None => network::download(entry, mirror, on_progress),
    };
    pulled.map_err(|source| Error::Pull { name: entry.name.clone(), source: Box::new(source) })
}

/// Copies a model from a folder: the folder itself, or a subfolder named like the model or its source.
fn copy(entry: &Entry, mirror: &Path) -> Result<Snapshot, Error> {
    let places = [mirror.join(&entry.source), mirror.join(&entry.name), mirror.to_owned()];
    let Some(from) = places.iter().find(|place| place.join("config.json").is_file()) else {
        let places = places.map(|p| p.display().to_string()).join(", ");
        return Err(Error::NoConfig { places });
    };
    let files = entry.choose(&from.display().to_string(), |file| from.join(file).is_file())?;
    let known = Lock::read(from)?;
    if let Some(known) = &known {
        known.verify(from)?;
        if known.source != entry.source || !entry.is_revision(&known.revision) {
            let (model, revision) = (known.source.clone(), known.revision.clone());
            return Err(Error::OtherModel { folder: from.to_owned(), model, revision });
        }
    }
    let weights = from.join(files.last().map_or(WEIGHTS[0], String::as_str));
    let revision = match known {
        Some(known) => known.revision,
        // The files alone do not reveal their commit; 12 hex digits (48 bits) tell any two sets of weights apart.
        None => format!("mirror-{}", &Locked::of(&weights)?.sha256[..12]),
    };
    let folder = snapshots(entry)?.join(&revision);
    for file in &files {
        let to = folder.join(file);
        let copied = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::copy(from.join(file), &to));
        copied.map_err(|source| Error::Write { path: to, source })?;
    }
    finish(entry, folder, revision, &files, &BTreeMap::new())
}

/// Verifies the fetched files against the registry's hashes and the server's `stated` ones, and writes the lock.
fn finish(
    entry: &Entry,
    folder: PathBuf,
    revision: String,
    files: &[String],
    stated: &BTreeMap<String, String>,
) -> Result<Snapshot, Error> {
    let mut locked = BTreeMap::new();
    for file in files {
        let path = folder.join(file);
        let found = Locked::of(&path)?;
        for expected in [entry.sha256.get(file), stated.get(file)].into_iter().flatten() {
            if !found.sha256.eq_ignore_ascii_case(expected) {
                // Remove a link's target too, or the next pull would find it again in the cache.
                if let Ok(target) = fs::canonicalize(&path) {
                    let _ = fs::remove_file(target);
                }
                let _ = fs::remove_file(&path);
                let (file, expected) = (file.clone(), expected.clone());
                return Err(Error::WrongHash { file, sha256: found.sha256, expected });
            }
        }
        locked.insert(file.clone(), found);
    }
    let lock =
        Lock { model: entry.name.clone(), source: entry.source.clone(), revision: revision.clone(), files: locked };
    lock.write(&folder)?;
    Ok(Snapshot { folder, lock: Some(lock), revision })
}

#[cfg(not(feature = "hub"))]
mod network {
    use super::{Entry, Error, OnProgress, Snapshot, is_commit};

    pub(super) fn download(_: &Entry, _: Option<&str>, _: OnProgress<'_>) -> Result<Snapshot, Error> {
        let _ = is_commit;
        Err(Error::NoClient)
    }
}

#[cfg(feature = "hub")]
mod network {
    use std::collections::{BTreeMap, HashSet};
    use std::env;

    use hf_hub::api::Progress;
    use hf_hub::api::sync::{ApiBuilder, ApiRepo};
    use hf_hub::{Cache, Repo, RepoType};

    use super::super::store::cache;
    use super::{Entry, Error, OnProgress, Snapshot, finish, is_commit, snapshots};

    /// Attempts to resume a download before giving up. Set by hand; the bytes read so far are kept.
    const RETRIES: usize = 3;

    const HUB: &str = "https://huggingface.co";

    /// Downloads a model from the hub; honours `HF_ENDPOINT`, `HF_TOKEN` and the environment's proxies.
    pub(super) fn download(
        entry: &Entry,
        mirror: Option<&str>,
        on_progress: OnProgress<'_>,
    ) -> Result<Snapshot, Error> {
        let set = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
        let endpoint = mirror.map(str::to_owned).or_else(|| set("HF_ENDPOINT")).unwrap_or_else(|| HUB.to_owned());
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let mut builder = ApiBuilder::from_cache(Cache::new(cache()?))
            .with_endpoint(endpoint.clone())
            .with_retries(RETRIES)
            .with_user_agent("pressmark", env!("CARGO_PKG_VERSION"));
        if let Some(token) = set("HF_TOKEN") {
            builder = builder.with_token(Some(token.trim().to_owned()));
        }
        let api = builder.build().map_err(|source| failed(endpoint.clone(), source))?;
        let at =
            |revision: &str| api.repo(Repo::with_revision(entry.source.clone(), RepoType::Model, revision.to_owned()));
        let asked = entry.revision.as_deref().unwrap_or("main");
        let info = at(asked).info().map_err(|source| {
            failed(format!("the file list of {} at {asked} from {endpoint}", entry.source), source)
        })?;
        // A server's answers become paths: only a full commit hash may pass, and only the requested one.
        if !is_commit(&info.sha) || !entry.is_revision(&info.sha) {
            return Err(Error::Answer {
                server: endpoint,
                answer: format!("the commit {:?}", info.sha),
                expected: asked.to_owned(),
            });
        }
        let has: HashSet<&str> = info.siblings.iter().map(|s| s.rfilename.as_str()).collect();
        let files = entry.choose(&endpoint, |file| has.contains(file))?;
        let repo = at(&info.sha);
        let mut stated = BTreeMap::new();
        for file in &files {
            if let Some(hash) = fetch(&repo, &api, file, &info.sha, on_progress)? {
                stated.insert(file.clone(), hash);
            }
        }
        finish(entry, snapshots(entry)?.join(&info.sha), info.sha, &files, &stated)
    }

    /// Downloads one file; returns its SHA-256 if the hub states it, as it does for large files.
    fn fetch(
        repo: &ApiRepo,
        api: &hf_hub::api::sync::Api,
        file: &str,
        commit: &str,
        on_progress: OnProgress<'_>,
    ) -> Result<Option<String>, Error> {
        let metadata = api.metadata(&repo.url(file)).map_err(|source| failed(repo.url(file), source))?;
        let etag = metadata.etag();
        let is_name = !etag.is_empty() && etag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if metadata.commit_hash() != commit || !is_name {
            return Err(Error::Answer {
                server: repo.url(file),
                answer: format!("commit {:?} and etag {etag:?}", metadata.commit_hash()),
                expected: commit.to_owned(),
            });
        }
        repo.download_with_progress(file, Told { on_progress, file: file.to_owned(), done: 0, all: 0 })
            .map_err(|source| failed(repo.url(file), source))?;
        // A SHA-256 has 64 hex digits; small files have git's shorter blob hash instead.
        Ok((etag.len() == 64).then(|| etag.to_owned()))
    }

    fn failed(what: String, source: impl std::error::Error + Send + Sync + 'static) -> Error {
        Error::Fetch { what, source: Box::new(source) }
    }

    /// Forwards the client's progress to [`OnProgress`].
    struct Told<'a> {
        on_progress: OnProgress<'a>,
        file: String,
        done: u64,
        all: u64,
    }

    impl Progress for Told<'_> {
        fn init(&mut self, size: usize, _: &str) {
            (self.done, self.all) = (0, size as u64);
            (self.on_progress)(&self.file, self.done, self.all);
        }

        fn update(&mut self, size: usize) {
            self.done += size as u64;
            (self.on_progress)(&self.file, self.done, self.all);
        }

        fn finish(&mut self) {
            (self.on_progress)(&self.file, self.all, self.all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let mut entry = Entry::named("bart-large-cnn").unwrap().clone();
        entry.source = "somebody/some-model".into();
        entry
    }

    #[test]
    fn what_does_not_have_its_hash_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.json"), "{}").unwrap();
        let files = ["config.json".to_owned()];
        let stated = BTreeMap::from([("config.json".to_owned(), "0".repeat(64))]);
        let result = finish(&entry(), folder.path().to_owned(), "r".into(), &files, &stated);
        assert!(result.unwrap_err().to_string().contains("expected 0000"));
        assert!(!folder.path().join("config.json").exists() && !folder.path().join(Lock::FILE).exists());
    }

    #[test]
    fn a_mirror_without_a_model_says_where_it_looked() {
        let mirror = tempfile::tempdir().unwrap();
        let message = copy(&entry(), mirror.path()).unwrap_err().to_string();
        assert!(message.contains("there is no config.json in any of") && message.contains("somebody/some-model"));
        fs::write(mirror.path().join("config.json"), "{}").unwrap();
        let message = copy(&entry(), mirror.path()).unwrap_err().to_string();
        assert!(message.contains("vocab.json is missing"), "{message}");
    }
}
