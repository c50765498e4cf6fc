use std::fs;
use std::path::{Path, PathBuf};

use crate::names::{Names, PARTIAL};
use crate::paths::beside;

/// The files that a run writes, to tell them from its inputs in the same folder.
///
/// ```
/// use std::path::Path;
///
/// use pressmark_run::OwnFiles;
///
/// let own = OwnFiles::of(Path::new("news/rows.jsonl"), false, Some(Path::new("news/failed.jsonl")));
/// assert!(own.contains(Path::new("news/rows.jsonl.partial")));
/// assert!(own.contains(Path::new("news/failed.jsonl")));
/// assert!(!own.contains(Path::new("news/other.jsonl")));
/// ```
#[derive(Clone, Debug)]
pub struct OwnFiles {
    /// Names of an output file or folder; `None` for standard output.
    names: Option<Names>,
    failures: Option<PathBuf>,
}

impl OwnFiles {
    /// Collects the files of a run with this output (`-` for standard output), split or not, and this failures file.
    #[must_use]
    pub fn of(output: &Path, is_split: bool, failures: Option<&Path>) -> Self {
        let names = (output.as_os_str() != "-").then(|| Names::existing(output, is_split));
        Self { names, failures: failures.map(Path::to_owned) }
    }

    /// Returns whether the path leads to one of them.
    #[must_use]
    pub fn contains(&self, path: &Path) -> bool {
        let Some(name) = path.file_name() else { return false };
        let is_row = self.names.as_ref().is_some_and(|names| names.owns(name) && is_beside(path, names.path()));
        is_row || self.failures.iter().flat_map(|failures| files_of(failures)).any(|own| is_same_file(path, &own))
    }
}

/// The failures file and the one that takes its place.
pub(crate) fn files_of(failures: &Path) -> [PathBuf; 2] {
    [failures.to_owned(), beside(failures, PARTIAL)]
}

/// Whether two paths lead to one file, which need not exist.
///
/// ```
/// use std::path::Path;
///
/// use pressmark_run::is_same_file;
///
/// assert!(is_same_file(Path::new("rows.jsonl"), Path::new("./rows.jsonl")));
/// assert!(!is_same_file(Path::new("rows.jsonl"), Path::new("stories.jsonl")));
/// ```
#[must_use]
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    one.file_name().is_some() && one.file_name() == other.file_name() && is_beside(one, other)
}

/// Whether two files are in the same folder, however the paths spell it.
fn is_beside(one: &Path, other: &Path) -> bool {
    let folder = |path: &Path| match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let (one, other) = (folder(one), folder(other));
    let real = |path: &Path| fs::canonicalize(path).ok();
    one.components().eq(other.components()) || real(&one).is_some_and(|one| Some(one) == real(&other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_run_are_told_by_name_and_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("a/b")).expect("a folder");
        let own = |output: &str, is_split| OwnFiles::of(&folder.path().join(output), is_split, None);
        let check = |own: &OwnFiles, path: &str, expected: bool| {
            assert_eq!(own.contains(&folder.path().join(path)), expected, "{path}");
        };
        let rows = own("a/rows.jsonl.gz", false);
        for name in ["rows.jsonl.gz", "rows.jsonl.gz.partial", "rows.jsonl.gz.journal", "rows.jsonl.gz.schema.json"] {
            check(&rows, &format!("a/{name}"), true);
            check(&rows, &format!("a/b/../{name}"), true);
            check(&rows, &format!("a/b/{name}"), false);
        }
        check(&own("a/rows.jsonl", true), "a/rows-000003.jsonl.partial", true);
        check(&own("a/rows.jsonl", false), "a/rows-000003.jsonl", false);
        check(&own("a", false), "a/README.md", true);
        check(&own("a", false), "README.md", false);
        let failures = folder.path().join("a/failed.txt");
        let own = OwnFiles::of(Path::new("-"), false, Some(&failures));
        check(&own, "a/failed.txt", true);
        check(&own, "a/failed.txt.partial", true);
        check(&own, "a/b/failed.txt.partial", false);
        assert!(!OwnFiles::of(Path::new("-"), false, None).contains(Path::new("-")));
    }
}
