use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use pressmark_core::hex;
use pressmark_jsonl::{JournalRow, Manifest, OutputFile, Record, dataset_card, json_schema, write_line};
use sha2::{Digest, Sha256};

use crate::error::{At, Error, Result};
use crate::paths::{beside, sync_folder};

/// The file that a folder given as output gets.
const FILE_NAME: &str = "annotated.jsonl";

/// Bytes of output that are handed to the system at once.
const BUFFER: usize = 1 << 20;

/// The names of a run's files.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// The file, or what its parts are named after.
    path: PathBuf,
    is_split: bool,
    /// Whether the folder gets a dataset card.
    has_card: bool,
}

impl Names {
    /// The names for the output that the user asks for: a file, or a folder, which is made.
    pub(crate) fn of(output: &Path, is_split: bool) -> Result<Self> {
        let names = Self::existing(output, is_split);
        if names.has_card {
            fs::create_dir_all(output).at("make the folder", output)?;
        }
        Ok(names)
    }

    /// The names of an output that is there.
    pub(crate) fn existing(output: &Path, is_split: bool) -> Self {
        let has_card = output.is_dir() || output.as_os_str().as_encoded_bytes().ends_with(b"/");
        let path = if has_card { output.join(FILE_NAME) } else { output.to_owned() };
        Self { path, is_split, has_card }
    }

    /// The file with part `part`, counted from 0.
    pub(crate) fn part(&self, part: usize) -> PathBuf {
        if !self.is_split {
            return self.path.clone();
        }
        let stem = self.path.file_stem().unwrap_or_default();
        let mut name = stem.to_owned();
        name.push(format!("-{part:06}"));
        if let Some(extension) = self.path.extension() {
            name.push(".");
            name.push(extension);
        }
        self.path.with_file_name(name)
    }

    /// What part `part` is called until the run is whole.
    pub(crate) fn partial(&self, part: usize) -> PathBuf {
        beside(&self.part(part), ".partial")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        beside(&self.path, ".journal")
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        beside(&self.path, ".manifest.json")
    }

    /// The manifest of the finished run that stands there, if any.
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

    /// Writes the manifest and what readers need to know of the columns, and takes away files of an earlier run
    /// that this one does not have.
    pub(crate) fn write_manifest(&self, manifest: &Manifest) -> Result<()> {
        save(&beside(&self.path, ".schema.json"), &format!("{:#}\n", json_schema()))?;
        if self.has_card {
            let glob = if self.is_split { "annotated-*.jsonl" } else { FILE_NAME };
            save(&self.path.with_file_name("README.md"), &dataset_card(glob))?;
        }
        let earlier = self.read_manifest().unwrap_or_default();
        let stale = earlier.iter().flat_map(|m| &m.files).filter(|f| manifest.files.iter().all(|g| g.name != f.name));
        for file in stale {
            // A manifest is a file like any other: what it says must not lead out of its folder.
            if Path::new(&file.name).file_name().is_some_and(|name| name == file.name.as_str()) {
                let _ = fs::remove_file(self.path.with_file_name(&file.name));
            }
        }
        let path = self.manifest();
        let json = serde_json::to_string_pretty(manifest).map_err(io::Error::from).at("write", &path)?;
        save(&path, &format!("{json}\n"))
    }

    /// Removes the parts of an unfinished run from `first` on.
    pub(crate) fn remove_partials(&self, first: usize) -> Result<()> {
        // One file has one name, whatever its number.
        let parts = if self.is_split { first..usize::MAX } else { first..1 };
        for part in parts {
            let path = self.partial(part);
            match fs::remove_file(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => break,
                Err(error) => return Err(error).at("remove", &path),
            }
        }
        Ok(())
    }
}

/// Writes a small file such that it is there whole or not at all.
fn save(path: &Path, text: &str) -> Result<()> {
    let partial = beside(path, ".partial");
    let write = || {
        let mut file = File::create(&partial)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&partial, path)
    };
    write().at("write", path)
}

/// The files that a run writes.
pub(crate) struct Files {
    names: Names,
    /// Rows of a file at most.
    rows_each: Option<u64>,
    /// Parts that are whole; they get their names only at the end.
    whole: Vec<OutputFile>,
    open: Option<BufWriter<Part>>,
}

/// A part that is being written: a file that hashes what goes into it.
struct Part {
    path: PathBuf,
    file: File,
    so_far: Tally,
    row: Sha256,
    row_bytes: u64,
}

/// What a part holds.
#[derive(Clone, Default)]
struct Tally {
    rows: u64,
    bytes: u64,
    hash: Sha256,
}

impl Tally {
    fn named(self, name: &Path) -> OutputFile {
        let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        OutputFile { name, rows: self.rows, bytes: self.bytes, sha256: hex(&self.hash.finalize()) }
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        let bytes = bytes.get(..written).unwrap_or_default();
        self.row.update(bytes);
        self.row_bytes += bytes.len() as u64;
        self.so_far.hash.update(bytes);
        self.so_far.bytes += bytes.len() as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Files {
    /// Files without a row.
    pub(crate) fn new(names: Names, rows_each: Option<u64>) -> Self {
        Self { names, rows_each, whole: Vec::new(), open: None }
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Writes a row and hands it to the system; tells its length and the checksum of its bytes.
    pub(crate) fn write(&mut self, record: &Record<'_>) -> Result<(u64, String)> {
        self.write_with(|open| write_line(record, open).and_then(|()| open.flush()))
    }

    /// Writes a row that is made already.
    pub(crate) fn write_line(&mut self, line: &[u8]) -> Result<()> {
        self.write_with(|open| open.write_all(line)).map(drop)
    }

    fn write_with(&mut self, write: impl FnOnce(&mut BufWriter<Part>) -> io::Result<()>) -> Result<(u64, String)> {
        if self.open.as_ref().is_some_and(|open| Some(open.get_ref().so_far.rows) == self.rows_each) {
            self.close()?;
        }
        let open = match &mut self.open {
            Some(open) => open,
            closed => closed.insert(create(&self.names.partial(self.whole.len()))?),
        };
        write(open).at("write", &open.get_ref().path)?;
        let part = open.get_mut();
        part.so_far.rows += 1;
        let digest = std::mem::take(&mut part.row).finalize();
        Ok((std::mem::take(&mut part.row_bytes), checksum_of(&digest)))
    }

    /// Brings what is written to the disk.
    pub(crate) fn sync(&mut self) -> Result<()> {
        let Some(open) = &self.open else { return Ok(()) };
        let part = open.get_ref();
        part.file.sync_data().at("bring to the disk", &part.path)
    }

    /// Ends the part that is being written.
    pub(crate) fn close(&mut self) -> Result<()> {
        if let Some(open) = &mut self.open {
            open.flush().at("write", &open.get_ref().path)?;
        }
        self.sync()?;
        if let Some(open) = self.open.take() {
            self.whole.push(open.get_ref().so_far.clone().named(&self.names.part(self.whole.len())));
        }
        Ok(())
    }

    /// Gives the files their names; an output without a row is one empty file.
    pub(crate) fn publish(mut self) -> Result<(Names, Vec<OutputFile>)> {
        if self.whole.is_empty() && self.open.is_none() {
            self.open = Some(create(&self.names.partial(0))?);
        }
        self.close()?;
        for part in 0..self.whole.len() {
            let (partial, path) = (self.names.partial(part), self.names.part(part));
            match fs::rename(&partial, &path) {
                // A run that was broken at this point has named it already.
                Err(error) if error.kind() == ErrorKind::NotFound && path.exists() => {}
                renamed => renamed.map_err(|source| Error::Rename { from: partial, to: path, source })?,
            }
        }
        sync_folder(&self.names.path)?;
        Ok((self.names, self.whole))
    }
}

fn create(path: &Path) -> Result<BufWriter<Part>> {
    let file = File::create(path).creating(path)?;
    Ok(writer(path.to_owned(), file, Tally::default()))
}

fn writer(path: PathBuf, file: File, so_far: Tally) -> BufWriter<Part> {
    BufWriter::with_capacity(BUFFER, Part { path, file, so_far, row: Sha256::new(), row_bytes: 0 })
}

fn checksum_of(digest: &[u8]) -> String {
    hex(digest.get(..8).unwrap_or_default())
}

/// Reads what a run wrote, row by row, and proves it by the rows of its journal.
pub(crate) struct PartReader {
    names: Names,
    rows_each: Option<u64>,
    /// Whether the files may have their names already.
    is_ended: bool,
    whole: Vec<OutputFile>,
    open: Option<(PathBuf, BufReader<File>, Tally)>,
    line: Vec<u8>,
}

impl PartReader {
    pub(crate) fn new(names: Names, rows_each: Option<u64>, is_ended: bool) -> Self {
        Self { names, rows_each, is_ended, whole: Vec::new(), open: None, line: Vec::new() }
    }

    /// The next line of the output, empty where the document has none; `None` when what stands there is not what
    /// the journal says. Then the reader stays before it.
    pub(crate) fn read(&mut self, row: &JournalRow<'_>) -> Result<Option<&[u8]>> {
        self.line.clear();
        if row.bytes == 0 {
            return Ok(Some(&self.line));
        }
        if self.open.as_ref().is_some_and(|(_, _, so_far)| Some(so_far.rows) == self.rows_each) {
            self.close();
        }
        if self.open.is_none() {
            let Some((path, file)) = self.open_part(self.whole.len())? else { return Ok(None) };
            self.open = Some((path, BufReader::with_capacity(BUFFER, file), Tally::default()));
        }
        let Some((path, file, so_far)) = &mut self.open else { return Ok(None) };
        let read = file.take(row.bytes).read_to_end(&mut self.line);
        read.at("read", path)?;
        if self.line.len() as u64 != row.bytes || checksum_of(&Sha256::digest(&self.line)) != row.sha256 {
            return Ok(None);
        }
        so_far.rows += 1;
        so_far.bytes += row.bytes;
        so_far.hash.update(&self.line);
        Ok(Some(&self.line))
    }

    fn close(&mut self) {
        if let Some((_, _, so_far)) = self.open.take() {
            self.whole.push(so_far.named(&self.names.part(self.whole.len())));
        }
    }

    fn open_part(&self, part: usize) -> Result<Option<(PathBuf, File)>> {
        let paths = [Some(self.names.partial(part)), self.is_ended.then(|| self.names.part(part))];
        for path in paths.into_iter().flatten() {
            match File::open(&path) {
                Ok(file) => return Ok(Some((path, file))),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error).at("read", &path),
            }
        }
        Ok(None)
    }

    /// Whether there is nothing after the rows that were read.
    pub(crate) fn is_at_end(&mut self) -> Result<bool> {
        let Some((path, file, _)) = &mut self.open else { return Ok(true) };
        let rest = file.fill_buf().at("read", path)?;
        Ok(rest.is_empty())
    }

    /// The files to go on writing, cut to the rows that were read.
    pub(crate) fn into_files(mut self) -> Result<Files> {
        let (names, rows_each) = (self.names.clone(), self.rows_each);
        if self.is_ended {
            self.close();
            return Ok(Files { names, rows_each, whole: self.whole, open: None });
        }
        let mut open = None;
        if let Some((path, _, so_far)) = self.open.take().filter(|(_, _, so_far)| so_far.rows > 0) {
            let cut = || {
                let mut file = OpenOptions::new().write(true).open(&path)?;
                file.set_len(so_far.bytes)?;
                file.seek(SeekFrom::End(0))?;
                io::Result::Ok(file)
            };
            let file = cut().at("go on with", &path)?;
            open = Some(writer(path, file, so_far));
        }
        // Parts that came later were not proven.
        names.remove_partials(self.whole.len() + usize::from(open.is_some()))?;
        Ok(Files { names, rows_each, whole: self.whole, open })
    }
}
