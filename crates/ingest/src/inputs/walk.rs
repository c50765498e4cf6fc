//! Files under paths, in an order that does not depend on the file system.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Format;

/// Something that is met on the way through the paths.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// A file to read.
    File(Target),
    /// A file of unknown type, or a folder that was read already.
    Skipped,
    /// A path that cannot be read, and why.
    Unreadable(PathBuf, String),
}

/// A file and how to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub path: PathBuf,
    /// `None` to tell it from the first bytes.
    pub format: Option<Format>,
    pub packing: Packing,
}

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
    /// To be told from the first bytes.
    Unknown,
}

/// Walks through the paths in the order given, through each folder in the order of the bytes of full paths.
///
/// Holds the names of the folders that it is in, not those of the whole tree. A folder that is reached by a
/// symbolic link is entered once, and never from inside itself.
#[derive(Debug)]
pub(super) struct Walk {
    /// Paths given, the next one last.
    roots: Vec<PathBuf>,
    /// What is left of each folder that the walk is in, the next entry last.
    stack: Vec<Folder>,
    /// Real paths of folders that were entered by a link.
    linked: HashSet<PathBuf>,
    format: Option<Format>,
}

#[derive(Debug)]
struct Folder {
    real: Option<PathBuf>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    path: PathBuf,
    is_folder: bool,
    is_link: bool,
}

impl Walk {
    pub(super) fn new(roots: &[PathBuf], format: Option<Format>) -> Self {
        let roots = roots.iter().rev().cloned().collect();
        Self { roots, stack: Vec::new(), linked: HashSet::new(), format }
    }

    fn enter(&mut self, path: PathBuf, is_link: bool) -> Option<Met> {
        let unreadable = |path: PathBuf, why: String| Some(Met::Unreadable(path, why));
        let real = match fs::canonicalize(&path) {
            Ok(real) => real,
            Err(error) => return unreadable(path, error.to_string()),
        };
        if self.stack.iter().any(|folder| folder.real.as_ref() == Some(&real)) {
            return unreadable(path, "the link leads back to a folder that it stands in".into());
        }
        // Without this, folders that link to one another would be walked in every possible order.
        if is_link && !self.linked.insert(real.clone()) {
            return Some(Met::Skipped);
        }
        let entries = match fs::read_dir(&path).and_then(|dir| dir.map(|e| e.map(entry)).collect::<Result<Vec<_>, _>>())
        {
            Ok(entries) => entries,
            Err(error) => return unreadable(path, error.to_string()),
        };
        let mut entries: Vec<_> = entries.into_iter().flatten().collect();
        // A folder's files sort as their full paths do: "a.txt" stands before "a/b.txt".
        entries.sort_by(|a, b| sort_key(b).cmp(sort_key(a)));
        self.stack.push(Folder { real: Some(real), entries });
        None
    }

    fn file(&self, path: PathBuf, may_be_stream: bool) -> Met {
        match target(&path, self.format) {
            Some(target) => Met::File(target),
            None if may_be_stream => Met::File(Target { path, format: self.format, packing: Packing::Unknown }),
            None => Met::Skipped,
        }
    }
}

impl Iterator for Walk {
    type Item = Met;

    fn next(&mut self) -> Option<Met> {
        loop {
            let Some(folder) = self.stack.last_mut() else {
                let root = self.roots.pop()?;
                if root.as_os_str() == "-" {
                    return Some(self.file(root, true));
                }
                match fs::metadata(&root) {
                    Ok(found) if found.is_dir() => match self.enter(root, false) {
                        Some(met) => return Some(met),
                        None => continue,
                    },
                    // A pipe that is named, as a shell's <(…) does, is read like standard input.
                    Ok(found) => return Some(self.file(root, !found.is_file())),
                    Err(error) => return Some(Met::Unreadable(root, error.to_string())),
                }
            };
            match folder.entries.pop() {
                None => {
                    self.stack.pop();
                }
                Some(Entry { path, is_folder: true, is_link }) => {
                    if let Some(met) = self.enter(path, is_link) {
                        return Some(met);
                    }
                }
                Some(Entry { path, .. }) => return Some(self.file(path, false)),
            }
        }
    }
}

/// An entry of a folder that is not hidden.
fn entry(entry: fs::DirEntry) -> Option<Entry> {
    if entry.file_name().as_encoded_bytes().starts_with(b".") {
        return None;
    }
    let path = entry.path();
    let is_link = entry.file_type().is_ok_and(|t| t.is_symlink());
    let found = if is_link { fs::metadata(&path).map(|m| m.file_type()) } else { entry.file_type() };
    let is_folder = found.is_ok_and(|t| t.is_dir());
    Some(Entry { path, is_folder, is_link })
}

fn sort_key(entry: &Entry) -> impl Iterator<Item = u8> + use<'_> {
    let name = entry.path.file_name().map(|n| n.as_encoded_bytes()).unwrap_or_default();
    name.iter().copied().chain(entry.is_folder.then_some(b'/'))
}

/// How a file is to be read, by its name; `None` for an unknown type.
fn target(path: &Path, format: Option<Format>) -> Option<Target> {
    let name = path.file_name()?.to_str().unwrap_or_default().to_ascii_lowercase();
    let (name, packing) = if let Some(stem) = name.strip_suffix(".gz") {
        (stem, Packing::Gzip)
    } else if let Some(stem) = name.strip_suffix(".zst") {
        (stem, Packing::Zstd)
    } else {
        (name.as_str(), Packing::Plain)
    };
    let by_name = || Format::from_extension(name.rsplit_once('.')?.1);
    let format = format.or_else(by_name)?;
    Some(Target { path: path.to_owned(), format: Some(format), packing })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, format: Option<Format>) -> Vec<String> {
        let name = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
        Walk::new(&[root.to_owned()], format)
            .map(|met| match met {
                Met::File(target) => name(&target.path),
                Met::Skipped => "skipped".into(),
                Met::Unreadable(path, _) => format!("unreadable {}", name(&path)),
            })
            .collect()
    }

    #[test]
    fn files_come_in_the_order_of_their_paths() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "b.txt",
            "a/2.md",
            "a/1.jsonl.gz",
            "a.txt",
            "a-b.HTML",
            ".hidden.txt",
            ".git/x.txt",
            "c.bin",
            "a0/x.tsv.zst",
        ] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        assert_eq!(
            names(dir.path(), None),
            ["a-b.HTML", "a.txt", "a/1.jsonl.gz", "a/2.md", "a0/x.tsv.zst", "b.txt", "skipped"]
        );
        assert!(names(dir.path(), Some(Format::Text)).contains(&"c.bin".into()));
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_in_circles() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::write(dir.path().join("a/b/x.txt"), "x").unwrap();
        symlink(dir.path().join("a"), dir.path().join("a/b/up")).unwrap();
        symlink(dir.path().join("a"), dir.path().join("z1")).unwrap();
        symlink(dir.path().join("a"), dir.path().join("z2")).unwrap();
        symlink(dir.path().join("gone"), dir.path().join("dangling.txt")).unwrap();
        assert_eq!(
            names(dir.path(), None),
            ["unreadable a/b/up", "a/b/x.txt", "dangling.txt", "unreadable z1/b/up", "z1/b/x.txt", "skipped"]
        );
    }
}
