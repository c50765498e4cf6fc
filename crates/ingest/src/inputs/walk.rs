//! Walks paths in an order that does not depend on the file system.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::skipped::SkipReason;
use super::zip::{self, Member};
use crate::Format;

/// An item found on the walk.
#[derive(Debug)]
pub(super) enum Met {
    /// A file to read.
    File(Target),
    /// A skipped path, with the reason and a description.
    Skipped(PathBuf, SkipReason, &'static str),
    /// A path that cannot be read, with the error.
    Unreadable(PathBuf, String),
}

/// A file and how to read it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub path: PathBuf,
    /// Where it stands, if that is in a ZIP archive; its path is then that of the archive with the one in it.
    pub member: Option<Member>,
    /// `None` if it is to be detected from the first bytes.
    pub format: Option<Format>,
    /// Whether the user chose the format, rather than the file name.
    pub is_forced: bool,
    pub packing: Packing,
}

/// Compression of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
    /// Deflate without a header, as within ZIP archives.
    Deflate,
    /// A ZIP archive.
    Archive,
    /// To be detected from the first bytes.
    Unknown,
}

/// Recognizes the files that the program itself writes while it reads.
#[derive(Clone, Default)]
pub(super) struct Written(Option<Arc<IsWritten>>);

type IsWritten = dyn Fn(&Path) -> bool + Send + Sync;

impl Written {
    pub(super) fn new(is_written: impl Fn(&Path) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(is_written)))
    }

    fn has(&self, path: &Path) -> bool {
        self.0.as_ref().is_some_and(|is_written| is_written(path))
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Written(…)" } else { "Written" })
    }
}

/// Walks the paths in the given order, and each folder in the byte order of full paths.
///
/// Holds the names in the folders on the current path, not those of the whole tree. A folder reached by a symbolic link
/// is entered once, and never from inside itself. A ZIP archive is entered as a folder is.
#[derive(Debug)]
pub(super) struct Walk {
    /// The given paths, the next one last.
    roots: Vec<PathBuf>,
    /// The remaining entries of each folder on the current path, the next one last.
    stack: Vec<Folder>,
    /// Canonical paths of folders entered through a link.
    linked: HashSet<PathBuf>,
    format: Option<Format>,
    written: Written,
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
    member: Option<Member>,
    /// Why the entry is skipped.
    special: Option<(SkipReason, &'static str)>,
}

impl Walk {
    pub(super) fn new(roots: &[PathBuf], format: Option<Format>) -> Self {
        let roots = roots.iter().rev().cloned().collect();
        Self { roots, stack: Vec::new(), linked: HashSet::new(), format, written: Written::default() }
    }

    /// Skips files that are being written.
    pub(super) fn without(self, written: Written) -> Self {
        Self { written, ..self }
    }

    fn enter(&mut self, path: PathBuf, is_link: bool) -> Option<Met> {
        let unreadable = |path: PathBuf, why: String| Some(Met::Unreadable(path, why));
        let real = match fs::canonicalize(&path) {
            Ok(real) => real,
            Err(error) => return unreadable(path, error.to_string()),
        };
        if self.stack.iter().any(|folder| folder.real.as_ref() == Some(&real)) {
            return unreadable(path, "the link leads back to a folder that contains it".into());
        }
        // Otherwise folders that link to one another would be walked in every possible order.
        if is_link && !self.linked.insert(real.clone()) {
            return Some(Met::Skipped(path, SkipReason::AlreadyRead, "a link to a folder that was already read"));
        }
        let entries = match fs::read_dir(&path).and_then(|dir| dir.map(|e| e.map(entry)).collect::<Result<Vec<_>, _>>())
        {
            Ok(entries) => entries,
            Err(error) => return unreadable(path, error.to_string()),
        };
        let mut entries: Vec<_> = entries.into_iter().flatten().collect();
        // Entries sort as their full paths do: "a.txt" comes before "a/b.txt".
        entries.sort_by(|a, b| sort_key(b).cmp(sort_key(a)));
        self.stack.push(Folder { real: Some(real), entries });
        None
    }

    /// Enters a ZIP archive, whose files come in the byte order of their paths in it.
    fn enter_archive(&mut self, path: PathBuf) -> Option<Met> {
        let mut members = match zip::list(&path) {
            Ok(members) => members,
            Err(why) => return Some(Met::Unreadable(path, why)),
        };
        if members.is_empty() {
            return Some(Met::Unreadable(path, "the archive holds no file".into()));
        }
        members.sort_by(|a, b| a.0.cmp(&b.0));
        let again = Some((SkipReason::AlreadyRead, "a second file of that name in its archive"));
        let mut entries: Vec<Entry> = Vec::with_capacity(members.len());
        for (name, member) in members {
            let path = path.join(name);
            let special = again.filter(|_| entries.last().is_some_and(|before| before.path == path));
            entries.push(Entry { path, is_folder: false, is_link: false, member: Some(member), special });
        }
        entries.reverse();
        self.stack.push(Folder { real: None, entries });
        None
    }

    /// Handles a file; `None` for an archive that was entered.
    fn file(&mut self, path: PathBuf, member: Option<Member>) -> Option<Met> {
        if self.written.has(&path) {
            return Some(Met::Skipped(path, SkipReason::OwnOutput, "a file that this run writes"));
        }
        match target(&path, self.format) {
            Ok(target) if target.packing != Packing::Archive => Some(Met::File(Target { member, ..target })),
            Ok(_) if member.is_none() => self.enter_archive(path),
            Ok(_) => {
                let what = "an archive within an archive, which is not supported: unpack it first";
                Some(Met::Skipped(path, SkipReason::UnreadFormat, what))
            }
            Err((reason, what)) => Some(Met::Skipped(path, reason, what)),
        }
    }

    /// Handles a given path that is no folder.
    fn root(&mut self, path: PathBuf, found: Option<&fs::Metadata>) -> Option<Met> {
        let (format, is_forced, packing) = (self.format, self.format.is_some(), Packing::Unknown);
        let stream = |path| Some(Met::File(Target { path, member: None, format, is_forced, packing }));
        let Some(found) = found else { return stream(path) };
        if found.is_file() {
            return self.file(path, None);
        }
        // A pipe that the shell has opened, as for <(…), is read like standard input. A named pipe or a device may
        // never yield a byte, or never end.
        if is_open_stream(&path) {
            return stream(path);
        }
        let why = format!("is {}; its output can be given as standard input, \"-\"", what_it_is(found));
        Some(Met::Unreadable(path, why))
    }
}

impl Iterator for Walk {
    type Item = Met;

    fn next(&mut self) -> Option<Met> {
        loop {
            let Some(folder) = self.stack.last_mut() else {
                let root = self.roots.pop()?;
                let met = match fs::metadata(&root) {
                    _ if root.as_os_str() == "-" => self.root(root, None),
                    Ok(found) if found.is_dir() => self.enter(root, false),
                    Ok(found) => self.root(root, Some(&found)),
                    Err(error) => match zip::find(&root) {
                        Some(member) => self.file(root, Some(member)),
                        None => Some(Met::Unreadable(root, error.to_string())),
                    },
                };
                match met {
                    Some(met) => return Some(met),
                    None => continue,
                }
            };
            let met = match folder.entries.pop() {
                None => {
                    self.stack.pop();
                    None
                }
                Some(Entry { path, is_folder: true, is_link, .. }) => self.enter(path, is_link),
                Some(Entry { path, special: Some((reason, what)), .. }) => Some(Met::Skipped(path, reason, what)),
                Some(Entry { path, member, .. }) => self.file(path, member),
            };
            if met.is_some() {
                return met;
            }
        }
    }
}

/// The entry, unless it is hidden.
fn entry(entry: fs::DirEntry) -> Option<Entry> {
    if entry.file_name().as_encoded_bytes().starts_with(b".") {
        return None;
    }
    let path = entry.path();
    let is_link = entry.file_type().is_ok_and(|t| t.is_symlink());
    let found = if is_link { fs::metadata(&path) } else { entry.metadata() };
    let is_folder = found.as_ref().is_ok_and(fs::Metadata::is_dir);
    let special = found.as_ref().ok().filter(|found| !found.is_dir() && !found.is_file());
    let special = special.map(|found| (SkipReason::NotAFile, what_it_is(found)));
    Some(Entry { path, is_folder, is_link, member: None, special })
}

/// Describes what is neither a file nor a folder.
#[cfg(unix)]
fn what_it_is(found: &fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = found.file_type();
    match () {
        () if kind.is_fifo() => "a named pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "not a regular file",
    }
}

#[cfg(not(unix))]
fn what_it_is(_: &fs::Metadata) -> &'static str {
    "not a regular file"
}

/// Whether a path names a stream that this process already holds open and that is no device other than, perhaps, a
/// terminal.
fn is_open_stream(path: &Path) -> bool {
    // On Linux, /dev/stdin and /dev/fd lead to /proc/self/fd, whose links lead to "pipe:[1234]".
    let by_name = path.starts_with("/dev/fd") || path.starts_with("/proc") || path == Path::new("/dev/stdin");
    by_name && fs::metadata(path).is_ok_and(|found| what_it_is(&found) != "a device")
}

fn sort_key(entry: &Entry) -> impl Iterator<Item = u8> + use<'_> {
    let name = entry.path.file_name().map(|n| n.as_encoded_bytes()).unwrap_or_default();
    name.iter().copied().chain(entry.is_folder.then_some(b'/'))
}

/// File extensions of formats that are not read, with a description and advice.
const NOT_READ: &[(&str, &str)] = &[
    ("pdf", "a PDF, which is not supported: convert it to text first, for example with pdftotext"),
    ("doc", "an old Word document, which is not supported: save it as text first"),
    ("docx", "a Word document, which is not supported: save it as text first"),
    ("odt", "an OpenDocument text, which is not supported: save it as text first"),
    ("rtf", "an RTF document, which is not supported: save it as text first"),
    ("epub", "an e-book, which is not supported: save it as HTML or text first"),
    ("mht", "a MIME archive of a page, which is not supported: save it as HTML first"),
    ("mhtml", "a MIME archive of a page, which is not supported: save it as HTML first"),
    ("eml", "an e-mail, which is not supported: save it as HTML or text first"),
    ("xls", "a spreadsheet, which is not supported: save it as CSV first"),
    ("xlsx", "a spreadsheet, which is not supported: save it as CSV first"),
    ("ods", "a spreadsheet, which is not supported: save it as CSV first"),
    ("tar", "a tar archive, which is not supported: unpack it first"),
    ("tgz", "a tar archive, which is not supported: unpack it first"),
    ("bz2", "compressed with bzip2, which is not supported: decompress it, or compress it with gzip or Zstandard"),
    ("xz", "compressed with xz, which is not supported: decompress it, or compress it with gzip or Zstandard"),
];

/// Decides by a file's name how to read it, or why to skip it.
pub(super) fn target(path: &Path, forced: Option<Format>) -> Result<Target, (SkipReason, &'static str)> {
    // Only the extension matters, which survives a lossy conversion of the name.
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let (stem, packing) = if let Some(stem) = name.strip_suffix(".gz") {
        (stem, Packing::Gzip)
    } else if let Some(stem) = name.strip_suffix(".zst") {
        (stem, Packing::Zstd)
    } else {
        (name.as_str(), Packing::Plain)
    };
    if let Some(what) = own_by_name(stem) {
        return Err((SkipReason::OwnOutput, what));
    }
    let extension = stem.rsplit_once('.').map_or("", |(_, extension)| extension);
    let (is_forced, member) = (forced.is_some(), None);
    if extension == "zip" && packing == Packing::Plain {
        return Ok(Target { path: path.to_owned(), member, format: forced, is_forced, packing: Packing::Archive });
    }
    let Some(format) = forced.or_else(|| Format::from_extension(extension)) else {
        let known = NOT_READ.iter().find(|(ending, _)| *ending == extension);
        return Err(match known {
            Some((_, what)) => (SkipReason::UnreadFormat, what),
            None => (SkipReason::UnknownType, "a file of unknown type"),
        });
    };
    Ok(Target { path: path.to_owned(), member, format: Some(format), is_forced, packing })
}

/// Recognizes files that a run writes next to its rows, whose last extension alone would make documents of them.
fn own_by_name(name: &str) -> Option<&'static str> {
    let is = |ending: &str| name.len() > ending.len() && name.ends_with(ending);
    match () {
        () if is(".schema.json") => Some("the schema beside annotated rows"),
        () if is(".manifest.json") => Some("the manifest of a run"),
        () if is(".journal") => Some("the journal of a run"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, format: Option<Format>) -> Vec<String> {
        let name = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
        Walk::new(&[root.to_owned()], format)
            .map(|met| match met {
                Met::File(target) => name(&target.path),
                Met::Skipped(path, ..) => format!("skipped {}", name(&path)),
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
            ["a-b.HTML", "a.txt", "a/1.jsonl.gz", "a/2.md", "a0/x.tsv.zst", "b.txt", "skipped c.bin"]
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
            ["unreadable a/b/up", "a/b/x.txt", "dangling.txt", "unreadable z1/b/up", "z1/b/x.txt", "skipped z2"]
        );
    }
}
