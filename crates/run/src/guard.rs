use std::collections::{HashMap, HashSet};
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use pressmark_ingest::{OWN_FAILURES, Options, Unpacked, own_output};
use pressmark_jsonl::CHECK_CHARS;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// Bytes read to tell which of our files one is. Set by hand: the marks of rows, journals, schemas and cards stand in
/// the first few hundred.
pub(crate) const HEAD: u64 = 4096;
/// Bytes read to tell a page or a list of predictions. Set by hand: the generator tag is near the start of a page, and
/// the first line of any usual list is shorter.
const PAGE_HEAD: u64 = 1 << 20;

/// Refuses to write `output` if it is one of the files being read.
///
/// Compares files rather than paths, so symbolic and hard links are found too. Below a folder that is read, files
/// written by pressmark are exempt.
///
/// # Errors
/// [`Error::OutputIsRead`], naming both paths.
pub fn refuse_to_replace(output: &Path, read: &[PathBuf]) -> Result<()> {
    if output.as_os_str() == "-" { Ok(()) } else { check(&[output.to_owned()], read) }
}

/// Like [`refuse_to_replace`], and refuses to overwrite a non-empty file unless `overwrite` is set.
///
/// # Errors
/// [`Error::OutputIsRead`], or [`Error::Finished`] if a non-empty file exists.
pub fn refuse_to_lose(output: &Path, read: &[PathBuf], overwrite: bool) -> Result<()> {
    refuse_to_replace(output, read)?;
    if overwrite || !holds_something(output) { Ok(()) } else { Err(Error::Finished(output.to_owned())) }
}

/// Like [`refuse_to_lose`], but an earlier page, failure list or prediction list of ours may be overwritten, since it
/// can be regenerated from the same rows.
///
/// # Errors
/// As [`refuse_to_lose`].
pub fn refuse_to_lose_unless_ours(output: &Path, read: &[PathBuf], overwrite: bool) -> Result<()> {
    refuse_to_replace(output, read)?;
    keep_unless_ours(output, overwrite)
}

/// Like [`refuse_to_lose_unless_ours`], for a file known not to be an input.
pub(crate) fn keep_unless_ours(output: &Path, overwrite: bool) -> Result<()> {
    let is_lost = !overwrite && holds_something(output) && !is_made_anew(output);
    if is_lost { Err(Error::Finished(output.to_owned())) } else { Ok(()) }
}

/// Whether a non-empty regular file exists; pipes and devices are excluded, since reading them could block.
fn holds_something(output: &Path) -> bool {
    output.as_os_str() != "-" && fs::metadata(output).is_ok_and(|found| found.is_file() && found.len() > 0)
}

/// Whether a file is a page, a failure list or a prediction list that pressmark wrote.
fn is_made_anew(path: &Path) -> bool {
    if own_output(path) == Some(OWN_FAILURES) {
        return true;
    }
    let mut head = Vec::new();
    if File::open(path).and_then(|file| file.take(PAGE_HEAD).read_to_end(&mut head)).is_err() {
        return false;
    }
    let head = String::from_utf8_lossy(&head);
    let line: Option<Map<String, Value>> = head.lines().next().and_then(|line| serde_json::from_str(line).ok());
    let is_predictions = line.is_some_and(|line| line.contains_key("gold") && line.contains_key("predicted"));
    is_predictions || head.contains("<meta name=\"generator\" content=\"pressmark\">")
}

/// Like [`refuse_to_replace`], for all files that a run writes.
pub(crate) fn check(targets: &[PathBuf], read: &[PathBuf]) -> Result<()> {
    let found = targets.iter().filter_map(|path| Some((path, fs::metadata(path).ok().filter(Metadata::is_file)?)));
    let targets: HashMap<FileId, &PathBuf> =
        found.filter_map(|(path, found)| Some((FileId::of(path, &found)?, path))).collect();
    if targets.is_empty() {
        return Ok(());
    }
    let refuse =
        |output: &Path, input: &Path| Err(Error::OutputIsRead { output: output.to_owned(), input: input.to_owned() });
    let mut folders = Vec::new();
    for path in read.iter().filter(|path| path.as_os_str() != "-") {
        let Ok(found) = fs::metadata(path) else { continue };
        if found.is_dir() {
            folders.push(path.clone());
        } else if let Some(output) = FileId::of(path, &found).and_then(|id| targets.get(&id)) {
            return refuse(output, path);
        }
    }
    let mut entered = HashSet::new();
    while let Some(folder) = folders.pop() {
        // Unreadable folders are reported where they are read.
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        if !fs::metadata(&folder)
            .ok()
            .and_then(|found| FileId::of(&folder, &found))
            .is_some_and(|id| entered.insert(id))
        {
            continue;
        }
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(found) = fs::metadata(&path) else { continue };
            if found.is_dir() {
                folders.push(path);
            } else if let Some(output) = FileId::of(&path, &found).and_then(|id| targets.get(&id))
                && !is_own(&path)
            {
                return refuse(output, &path);
            }
        }
    }
    Ok(())
}

/// Identity of a file, independent of its paths.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum FileId {
    #[cfg(unix)]
    Inode(u64, u64),
    #[cfg(not(unix))]
    Path(PathBuf),
}

impl FileId {
    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be none")]
    fn of(_: &Path, found: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self::Inode(found.dev(), found.ino()))
    }

    #[cfg(not(unix))]
    fn of(path: &Path, _: &Metadata) -> Option<Self> {
        fs::canonicalize(path).ok().map(Self::Path)
    }
}

/// Whether a file is empty or was written by pressmark: rows, tables, a manifest, a journal, a schema or a dataset
/// card.
fn is_own(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = Unpacked::open(path, &Options::default()).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    let is_schema = head.starts_with(b"{\n  \"$defs\"");
    // A journal line is a checksum, a space and JSON.
    let is_journal =
        head.get(CHECK_CHARS..).is_some_and(|rest| rest.starts_with(b" {\"run\":{\"journal\":\"pressmark-journal"));
    read.is_ok() && (head.is_empty() || is_schema || is_journal || own_output(path).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_anew_replaces_its_own_kind_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        for (text, is_ours) in [
            ("<!DOCTYPE html>\n<meta name=\"generator\" content=\"pressmark\">", true),
            ("{\"id\":\"a\",\"path\":\"a.txt\",\"problems\":[],\"record\":0,\"status\":\"failed\"}\n", true),
            ("{\"gold\":\"against\",\"predicted\":\"favor\"}\n", true),
            ("", true),
            ("<!DOCTYPE html>\n<title>Mine</title>", false),
            ("{\"schema\":\"pressmark/1\",\"path\":\"a\",\"problems\":[],\"status\":\"ok\"}\n", false),
            ("{\"gold\":\"against\"}\n", false),
        ] {
            fs::write(&path, text).expect("a file");
            assert_eq!(refuse_to_lose_unless_ours(&path, &[], false).is_ok(), is_ours, "{text}");
            assert!(refuse_to_lose_unless_ours(&path, &[], true).is_ok());
            assert!(refuse_to_lose_unless_ours(&path, std::slice::from_ref(&path), true).is_err(), "{text}");
            assert_eq!(refuse_to_lose(&path, &[], false).is_ok(), text.is_empty(), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there").success());
        // The pipe has no writer, so reading it would block forever.
        assert!(refuse_to_lose_unless_ours(&pipe, &[], false).is_ok());
    }

    #[test]
    fn what_is_read_is_not_replaced_by_any_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("in")).expect("a folder");
        fs::write(path("in/story.txt"), "It rained.").expect("a file");
        fs::write(path("in/rows.jsonl"), "{\"schema\":\"pressmark/1\",\"id\":\"a\"}\n").expect("a file");
        let mut names = vec!["in/story.txt", "in/../in/story.txt"];
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(path("in/story.txt"), path("link.txt")).expect("a link");
            names.push("link.txt");
        }
        fs::hard_link(path("in/story.txt"), path("hard.txt")).expect("a link");
        names.push("hard.txt");
        for name in names {
            for read in [path("in"), path("in/story.txt")] {
                let refused = refuse_to_replace(&path(name), std::slice::from_ref(&read));
                assert!(
                    matches!(refused, Err(Error::OutputIsRead { .. })),
                    "{name} with {}: {refused:?}",
                    read.display()
                );
            }
        }
        // Rows of an earlier run are skipped in a folder of inputs, but read when named.
        assert!(refuse_to_replace(&path("in/rows.jsonl"), &[path("in")]).is_ok());
        assert!(refuse_to_replace(&path("in/rows.jsonl"), &[path("in/rows.jsonl")]).is_err());
        assert!(refuse_to_replace(&path("in/new.jsonl"), &[path("in")]).is_ok());
        assert!(refuse_to_replace(Path::new("-"), &[path("in")]).is_ok());
    }
}
