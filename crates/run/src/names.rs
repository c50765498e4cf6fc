use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use pressmark_jsonl::{Manifest, dataset_card, json_schema};

use crate::error::{At, Error, Result};
use crate::guard::HEAD;
use crate::packing::Packing;
use crate::paths::{beside, sync_folder};

/// Name of the file written into an output folder.
const FILE_NAME: &str = "annotated.jsonl";
/// Suffix of a file of an earlier run while it is being replaced.
const REPLACED: &str = ".replaced";
pub(crate) const PARTIAL: &str = ".partial";
const JOURNAL: &str = ".journal";
const MANIFEST: &str = ".manifest.json";
const SCHEMA: &str = ".schema.json";
const CARD: &str = "README.md";
/// Digits of a part's number in its name: a million parts sort as text. Later parts have more.
const PART_DIGITS: usize = 6;

/// Extensions of formats other than JSON Lines, refused because the file would not be what its name says.
const OTHER_FORMATS: &[&str] = &[
    "7z", "ann", "arrow", "avro", "br", "bz2", "conll", "conllu", "csv", "db", "doc", "docx", "duckdb", "feather",
    "h5", "htm", "html", "iob", "ipc", "lz4", "lzma", "md", "markdown", "npy", "ods", "orc", "parquet", "pdf", "pkl",
    "rar", "rtf", "spacy", "sqlite", "tar", "text", "tgz", "toml", "tsv", "txt", "warc", "xhtml", "xls", "xlsx", "xml",
    "xz", "yaml", "yml", "zip",
];

/// File names of a run.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// The output file, or the base name of its parts.
    path: PathBuf,
    is_split: bool,
    /// Whether the output is a folder, which gets a dataset card.
    has_card: bool,
}

impl Names {
    /// Resolves the output that the user asked for: a file, or a folder, which is created.
    ///
    /// # Errors
    /// If the extension names a format that is not written, or the folder cannot be created.
    pub(crate) fn of(output: &Path, is_split: bool) -> Result<Self> {
        let names = Self::existing(output, is_split);
        if let Some(ending) = other_format(&names.path) {
            return Err(Error::Ending { path: names.path, ending });
        }
        if names.has_card {
            fs::create_dir_all(output).at("create the folder", output)?;
            names.check_card()?;
        }
        Ok(names)
    }

    /// Resolves an existing output.
    pub(crate) fn existing(output: &Path, is_split: bool) -> Self {
        let has_card = output.is_dir() || output.as_os_str().as_encoded_bytes().ends_with(b"/");
        let path = if has_card { output.join(FILE_NAME) } else { output.to_owned() };
        Self { path, is_split, has_card }
    }

    /// The output file, or the base name of its parts.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn packing(&self) -> Packing {
        Packing::of(&self.path)
    }

    /// Final name of part `part`, counted from 0.
    pub(crate) fn part(&self, part: usize) -> PathBuf {
        if !self.is_split {
            return self.path.clone();
        }
        let (stem, ending) = self.stem_and_ending();
        let mut name = stem;
        name.push(format!("-{part:0PART_DIGITS$}"));
        name.push(ending);
        self.path.with_file_name(name)
    }

    /// Splits the file name, e.g. `rows.jsonl.gz` into `rows` and `.jsonl.gz`.
    fn stem_and_ending(&self) -> (OsString, OsString) {
        let mut ending = OsString::new();
        let mut rest = PathBuf::from(self.path.file_name().unwrap_or_default());
        let mut cut = |rest: &mut PathBuf| {
            if let Some(last) = rest.extension().map(OsStr::to_owned) {
                let before = std::mem::take(&mut ending);
                ending.push(".");
                ending.push(last);
                ending.push(before);
                rest.set_extension("");
            }
        };
        if self.packing() != Packing::Plain {
            cut(&mut rest);
        }
        cut(&mut rest);
        (rest.into_os_string(), ending)
    }

    /// Name of part `part` until the run is complete.
    pub(crate) fn partial(&self, part: usize) -> PathBuf {
        beside(&self.part(part), PARTIAL)
    }

    pub(crate) fn journal(&self) -> PathBuf {
        beside(&self.path, JOURNAL)
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        beside(&self.path, MANIFEST)
    }

    /// Whether a file name in the output's folder is one that a run writes or has written.
    pub(crate) fn owns(&self, name: &OsStr) -> bool {
        let name = name.as_encoded_bytes();
        let name = name.strip_suffix(REPLACED.as_bytes()).unwrap_or(name);
        if self.has_card && name == CARD.as_bytes() {
            return true;
        }
        let suffixes = [PARTIAL, JOURNAL, MANIFEST, SCHEMA];
        let name = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix.as_bytes())).unwrap_or(name);
        if name == self.path.file_name().unwrap_or_default().as_encoded_bytes() {
            return true;
        }
        let (stem, ending) = self.stem_and_ending();
        let number = name.strip_prefix(stem.as_encoded_bytes()).and_then(|rest| rest.strip_prefix(b"-"));
        let number = number.and_then(|rest| rest.strip_suffix(ending.as_encoded_bytes()));
        self.is_split
            && number.is_some_and(|digits| digits.len() >= PART_DIGITS && digits.iter().all(u8::is_ascii_digit))
    }

    /// Files that a run with these names would overwrite.
    pub(crate) fn targets(&self) -> Vec<PathBuf> {
        let mut all = vec![self.path.clone(), self.partial(0), self.journal(), self.manifest()];
        all.push(beside(&self.path, SCHEMA));
        if self.has_card {
            all.push(self.path.with_file_name(CARD));
        }
        all.extend(self.files(is_rows).unwrap_or_default());
        all
    }

    /// Returns non-empty rows or a manifest of a finished run in the place of this one.
    pub(crate) fn finished(&self) -> Result<Option<PathBuf>> {
        let has_content = |path: &PathBuf| fs::metadata(path).is_ok_and(|found| found.len() > 0);
        let mut rows = self.files(is_rows)?;
        rows.push(self.manifest());
        // With split output, the file without a number is not one of the parts.
        rows.retain(|path| !self.is_split || *path != self.path);
        Ok(rows.into_iter().find(has_content))
    }

    /// Reads the manifest of a finished run; `None` if there is none.
    pub(crate) fn read_manifest(&self) -> Result<Option<Manifest>> {
        let path = self.manifest();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).at("read", &path),
        };
        let manifest = serde_json::from_slice(&bytes);
        manifest.map(Some).map_err(|source| Error::NotAManifest { path, source })
    }

    /// Refuses to replace a README that is not a dataset card of pressmark.
    fn check_card(&self) -> Result<()> {
        let path = self.path.with_file_name(CARD);
        let mut head = Vec::new();
        match File::open(&path) {
            Ok(file) => file.take(HEAD).read_to_end(&mut head).at("read", &path)?,
            Err(_) => return Ok(()),
        };
        let head = String::from_utf8_lossy(&head);
        let is_ours = head.starts_with("---\n") && head.contains("\ndataset_info:\n");
        if is_ours || head.is_empty() { Ok(()) } else { Err(Error::NotOurs(path)) }
    }

    /// Renames the finished parts to their final names, writes the manifest and removes the files of an earlier run,
    /// all or nothing.
    ///
    /// The earlier run's files, its manifest first, are set aside before the new ones get their names, so that a crash
    /// leaves no mixture. The new manifest is the commit point; [`recover`](Self::recover) restores a consistent state.
    pub(crate) fn publish(&self, manifest: &Manifest) -> Result<()> {
        let named = self.name_parts(manifest.files.len()).and_then(|()| self.write_manifest(manifest));
        if let Err(error) = named {
            // If this fails too, the next run tries again.
            let _ = self.recover();
            return Err(error);
        }
        self.recover()
    }

    fn name_parts(&self, parts: usize) -> Result<()> {
        for path in self.earlier(parts) {
            rename(&path, &beside(&path, REPLACED))?;
        }
        sync_folder(&self.path)?;
        for part in 0..parts {
            let (partial, path) = (self.partial(part), self.part(part));
            if partial.exists() || !path.exists() {
                rename(&partial, &path)?;
            }
        }
        sync_folder(&self.path)
    }

    /// Files of an earlier run, and files that the parts of this run replace.
    fn earlier(&self, parts: usize) -> Vec<PathBuf> {
        // The manifest goes first: without it, nobody takes the rest for a finished run.
        let mut earlier = vec![self.manifest()];
        for file in self.read_manifest().unwrap_or_default().iter().flat_map(|manifest| &manifest.files) {
            // A manifest may be edited: its file names must not lead out of its folder.
            if Path::new(&file.name).file_name().is_some_and(|name| name == file.name.as_str()) {
                earlier.push(self.path.with_file_name(&file.name));
            }
        }
        for part in (0..parts).filter(|part| self.partial(*part).exists()).map(|part| self.part(part)) {
            if !earlier.contains(&part) {
                earlier.push(part);
            }
        }
        // An interrupted attempt may have renamed some parts already; those have no partial file left.
        let is_new =
            |path: &PathBuf| (0..parts).any(|part| self.part(part) == *path) && !beside(path, PARTIAL).exists();
        earlier.retain(|path| path.is_file() && !is_new(path));
        earlier
    }

    /// Writes the schema, the dataset card of a folder, and the manifest.
    fn write_manifest(&self, manifest: &Manifest) -> Result<()> {
        save(&beside(&self.path, SCHEMA), &format!("{:#}\n", json_schema()))?;
        if self.has_card {
            let glob = if self.is_split { "annotated-*.jsonl" } else { FILE_NAME };
            save(&self.path.with_file_name(CARD), &dataset_card(glob))?;
        }
        let path = self.manifest();
        let json = serde_json::to_string_pretty(manifest).map_err(io::Error::from).at("write", &path)?;
        save(&path, &format!("{json}\n"))?;
        sync_folder(&self.path)
    }

    /// Completes or undoes an interrupted [`publish`](Self::publish): forward if the new manifest exists, otherwise
    /// back to the earlier run, with the new parts named as unfinished again.
    pub(crate) fn recover(&self) -> Result<()> {
        let mut replaced = self.files(|name| name.ends_with(REPLACED))?;
        // When undoing, the manifest goes last: once it exists, the remaining files set aside count as replaced.
        replaced.sort_by_key(|path| *path == beside(&self.manifest(), REPLACED));
        let is_named = self.manifest().exists();
        for aside in &replaced {
            let path = aside.with_extension("");
            if is_named {
                fs::remove_file(aside).at("remove", aside)?;
                continue;
            }
            if path.exists() && !beside(&path, PARTIAL).exists() {
                rename(&path, &beside(&path, PARTIAL))?;
            }
            rename(aside, &path)?;
        }
        Ok(())
    }

    /// Files of a run beside the output whose names match, sorted.
    fn files(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
        let folder = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut files = Vec::new();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            // The missing folder is reported when the first file is created.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(files),
            Err(error) => return Err(error).at("read the folder", folder),
        };
        for entry in entries {
            let name = entry.at("read the folder", folder)?.file_name();
            if self.owns(&name) && is_wanted(&name.to_string_lossy()) {
                files.push(self.path.with_file_name(name));
            }
        }
        files.sort();
        Ok(files)
    }

    /// Removes the parts of an unfinished run, from `first` on. One that is missing says nothing about later ones: a
    /// run that is interrupted while it names its parts leaves the last of them.
    pub(crate) fn remove_partials(&self, first: usize) -> Result<()> {
        let kept: HashSet<PathBuf> = (0..first).map(|part| self.partial(part)).collect();
        let partials = self.files(|name| name.ends_with(PARTIAL))?;
        let mut removed = partials.iter().filter(|path| !kept.contains(*path));
        removed.try_for_each(|path| fs::remove_file(path).at("remove", path))
    }
}

/// Whether a file name of ours is one of rows.
fn is_rows(name: &str) -> bool {
    ![PARTIAL, JOURNAL, MANIFEST, SCHEMA, REPLACED].iter().any(|suffix| name.ends_with(suffix)) && name != CARD
}

/// Returns the extension of a name if it belongs to a format other than JSON Lines.
pub(crate) fn other_format(path: &Path) -> Option<String> {
    let inner = if Packing::of(path) == Packing::Plain { path.to_owned() } else { path.with_extension("") };
    let ending = inner.extension()?.to_str()?.to_ascii_lowercase();
    OTHER_FORMATS.contains(&ending.as_str()).then_some(ending)
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|source| Error::Rename { from: from.to_owned(), to: to.to_owned(), source })
}

/// Writes a small file atomically.
fn save(path: &Path, text: &str) -> Result<()> {
    let partial = beside(path, PARTIAL);
    let write = || {
        let mut file = File::create(&partial)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&partial, path)
    };
    write().at("write", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_the_ending() {
        let check = |output: &str, expected: &str| {
            assert_eq!(Names::existing(Path::new(output), true).part(3), Path::new(expected));
        };
        check("a/rows.jsonl", "a/rows-000003.jsonl");
        check("rows.jsonl.gz", "rows-000003.jsonl.gz");
        check("rows.v2.jsonl.zst", "rows.v2-000003.jsonl.zst");
        check("rows", "rows-000003");
    }

    #[test]
    fn names_that_say_another_format_are_told() {
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(other_format(Path::new(path)).as_deref(), expected, "{path}");
        };
        check("rows.jsonl", None);
        check("rows.jsonl.gz", None);
        check("rows", None);
        check("rows.2024", None);
        check("rows.parquet", Some("parquet"));
        check("rows.CSV.gz", Some("csv"));
        check("rows.jsonl.bz2", Some("bz2"));
    }

    #[test]
    fn own_files_are_told_from_others() {
        let names = Names::existing(Path::new("news/rows.jsonl"), false);
        for own in ["rows.jsonl", "rows.jsonl.partial", "rows.jsonl.manifest.json", "rows.jsonl.replaced"] {
            assert!(names.owns(OsStr::new(own)), "{own}");
        }
        for other in ["rows2.jsonl", "rows-000012.jsonl", "README.md", "rows.jsonl.old", "other.jsonl.partial"] {
            assert!(!names.owns(OsStr::new(other)), "{other}");
        }
        let names = Names::existing(Path::new("news/rows.jsonl"), true);
        assert!(names.owns(OsStr::new("rows-000012.jsonl.partial")));
        assert!(!names.owns(OsStr::new("rows-12.jsonl")) && !names.owns(OsStr::new("rows-000012.csv")));
    }

    #[test]
    fn a_missing_part_does_not_keep_later_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = Names::existing(&folder.path().join("rows.jsonl"), true);
        for part in [0, 2, 3, 1_000_000] {
            fs::write(names.partial(part), "").expect("a file");
        }
        let other = folder.path().join("other-000002.jsonl.partial");
        fs::write(&other, "").expect("a file");
        names.remove_partials(3).expect("removed");
        let left = |part| names.partial(part).exists();
        assert_eq!([0, 2, 3, 1_000_000].map(left), [true, true, false, false]);
        names.remove_partials(0).expect("removed");
        assert!(!left(0) && !left(2) && other.exists());
    }

    /// An earlier run of two parts exists; a new one of three parts is being published. If interrupted at any step, the
    /// earlier run is restored and the new parts survive; after the last step the new run is in place.
    #[test]
    fn a_crash_while_parts_are_named_leaves_one_run_or_the_other() {
        let read = |folder: &Path| {
            let mut files: Vec<_> = fs::read_dir(folder)
                .expect("a folder")
                .map(|entry| entry.expect("an entry").path())
                .map(|path| (path.file_name().expect("a name").to_owned(), fs::read_to_string(&path).expect("a file")))
                .collect();
            files.sort();
            files
        };
        let manifest = |run: &str, parts: usize| Manifest {
            manifest: "pressmark-manifest/1".into(),
            settings: [("run".to_owned(), run.to_owned())].into(),
            input: pressmark_jsonl::JournalEnd { documents: 1, input: String::new() },
            documents: pressmark_jsonl::DocumentCounts::default(),
            rows: 1,
            files: (0..parts)
                .map(|part| pressmark_jsonl::OutputFile {
                    name: format!("rows-{part:06}.jsonl"),
                    rows: 1,
                    bytes: 1,
                    sha256: String::new(),
                })
                .collect(),
        };
        let make = |folder: &Path, run: &str, parts: usize, is_named: bool| {
            let names = Names::existing(&folder.join("rows.jsonl"), true);
            for part in 0..parts {
                let path = if is_named { names.part(part) } else { names.partial(part) };
                fs::write(path, format!("{run} {part}\n")).expect("a file");
            }
            if is_named {
                names.write_manifest(&manifest(run, parts)).expect("a manifest");
            }
            names
        };
        // All renames in order; each iteration performs only the first `steps`.
        let mut steps = 0;
        loop {
            let folder = tempfile::tempdir().expect("a folder");
            make(folder.path(), "old", 2, true);
            let names = make(folder.path(), "new", 3, false);
            let before = read(folder.path());
            let aside = names.earlier(3).into_iter().map(|path| (path.clone(), beside(&path, REPLACED)));
            let named = (0..3).map(|part| (names.partial(part), names.part(part)));
            let all: Vec<_> = aside.chain(named).collect();
            all.iter().take(steps).for_each(|(from, to)| rename(from, to).expect("renamed"));
            let shown = read(folder.path());
            let of = |run: &str| {
                let rows = shown.iter().filter(|(name, _)| is_rows(&name.to_string_lossy()));
                rows.filter(|(_, text)| text.starts_with(run)).count()
            };
            assert!(of("old") == 0 || of("new") == 0, "step {steps} shows a mixture");
            names.recover().expect("recovered");
            let mut after = read(folder.path());
            // A part that the earlier run did not have keeps its name; without a manifest nothing takes it for a
            // finished run.
            for (name, _) in &mut after {
                if name == "rows-000002.jsonl" {
                    name.push(PARTIAL);
                }
            }
            after.sort();
            assert_eq!(after, before, "step {steps}");
            if steps == all.len() {
                break;
            }
            steps += 1;
        }
        assert_eq!(steps, 6);
        let folder = tempfile::tempdir().expect("a folder");
        make(folder.path(), "old", 2, true);
        let names = make(folder.path(), "new", 3, false);
        names.publish(&manifest("new", 3)).expect("published");
        let files = read(folder.path());
        assert!(
            files.iter().filter(|(name, _)| is_rows(&name.to_string_lossy())).all(|(_, text)| text.starts_with("new"))
        );
        assert_eq!(files.len(), 5, "{files:?}");
    }
}
