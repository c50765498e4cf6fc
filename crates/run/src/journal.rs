use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pressmark_jsonl::{JOURNAL, JournalEnd, JournalLine, JournalRow, JournalRun, Settings};

use crate::error::{At, Error, Result};
use crate::paths::sync_folder;

/// Time between syncs to disk.
///
/// Set by hand: a power cut loses at most the documents since the last sync, which are then annotated again; a shorter
/// interval syncs more often and slows the run.
const SYNC_EVERY: Duration = Duration::from_secs(20);

/// Journal of a running run, locked against other processes.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: BufWriter<File>,
    /// Path of the last record, not repeated in the next line.
    last_path: String,
    synced: Instant,
}

impl Journal {
    /// Starts an empty journal in a claimed place; `None` if the claim was already used.
    pub(crate) fn begin(mut claim: Claim, settings: &Settings) -> Result<Option<Self>> {
        let Some(file) = claim.file.take() else { return Ok(None) };
        let mut journal = Self::over(&claim.path, file);
        journal.append(&JournalLine::Run(JournalRun { journal: JOURNAL.into(), settings: settings.clone() }))?;
        journal.sync()?;
        sync_folder(&claim.path)?;
        Ok(Some(journal))
    }

    /// Opens the journal at `path` for resuming; `None` if there is none or its first line is torn.
    pub(crate) fn open(path: &Path) -> Result<Option<(File, JournalReader)>> {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).at("open", path),
        };
        lock(&file, path)?;
        let reader = JournalReader::new(&file, path)?;
        Ok(reader.map(|reader| (file, reader)))
    }

    /// Resumes a journal after its first `bytes` bytes, dropping the rest.
    pub(crate) fn go_on(path: &Path, mut file: File, bytes: u64, last_path: String) -> Result<Self> {
        let cut = file.set_len(bytes).and_then(|()| file.seek(SeekFrom::Start(bytes)));
        cut.at("resume", path)?;
        Ok(Self { last_path, ..Self::over(path, file) })
    }

    fn over(path: &Path, mut file: File) -> Self {
        let _ = file.seek(SeekFrom::End(0));
        Self { path: path.to_owned(), file: BufWriter::new(file), last_path: String::new(), synced: Instant::now() }
    }

    /// Appends a finished document.
    pub(crate) fn row(&mut self, mut row: JournalRow<'_>, path: &str) -> Result<()> {
        if self.last_path != path {
            path.clone_into(&mut self.last_path);
            row.path = Some(path.to_owned().into());
        }
        let row = JournalLine::Row(row);
        row.write(&mut self.file).at("write", &self.path)
    }

    pub(crate) fn append(&mut self, line: &JournalLine<'_>) -> Result<()> {
        line.write(&mut self.file).at("write", &self.path)
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        self.file.flush().at("write", &self.path)
    }

    pub(crate) fn is_sync_due(&self) -> bool {
        self.synced.elapsed() >= SYNC_EVERY
    }

    /// Syncs the journal and marks a sync point: the rows that it lists are already on disk.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.append(&JournalLine::Synced)?;
        self.save()?;
        self.synced = Instant::now();
        Ok(())
    }

    /// Syncs the journal without a sync point: its last rows may not be in their final place yet.
    pub(crate) fn save(&mut self) -> Result<()> {
        self.flush()?;
        self.file.get_ref().sync_data().at("write", &self.path)
    }

    /// Removes the journal of a finished run.
    pub(crate) fn remove(self) -> Result<()> {
        std::fs::remove_file(&self.path).at("remove", &self.path)?;
        sync_folder(&self.path)
    }
}

/// Exclusive claim on a journal's path, held even by a run that keeps no journal.
#[derive(Debug)]
pub(crate) struct Claim {
    path: PathBuf,
    /// `None` once a journal took it over.
    file: Option<File>,
}

impl Claim {
    /// Claims the path; refuses if it holds a journal, unless `overwrite` is set.
    pub(crate) fn take(path: &Path, overwrite: bool) -> Result<Self> {
        let file = loop {
            let file =
                OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).creating(path)?;
            lock(&file, path)?;
            // Another process may have removed the file between opening and locking.
            if is_at(&file, path) {
                break file;
            }
        };
        if !overwrite && JournalReader::new(&file, path)?.is_some() {
            return Err(Error::Unfinished(path.to_owned()));
        }
        file.set_len(0).creating(path)?;
        Ok(Self { path: path.to_owned(), file: Some(file) })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.file.is_some() {
            // If removal fails, what remains is an empty file, which blocks nobody.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether the path still leads to this file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |found: std::fs::Metadata| (found.dev(), found.ino());
    file.metadata().map(id).ok() == std::fs::metadata(path).map(id).ok()
}

/// Platforms other than Unix do not allow an open file to be removed.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

fn lock(file: &File, path: &Path) -> Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(Error::Busy(path.to_owned())),
        // Some network file systems do not support locks; avoiding two runs with one output is then up to the user.
        Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Reads a journal from its start to its first torn line.
pub(crate) struct JournalReader {
    path: PathBuf,
    lines: BufReader<File>,
    line: Vec<u8>,
    /// Offset of the end of the last good line, in bytes.
    good: u64,
    run: JournalRun,
}

/// Overall extent of a journal.
#[derive(Debug, Default)]
pub(crate) struct Extent {
    /// Number of documents known to be on disk with their rows.
    pub(crate) synced: u64,
    /// End of the input, if it was reached.
    pub(crate) end: Option<JournalEnd>,
}

impl JournalReader {
    /// Creates a reader of `file`; `None` if the first line is torn.
    fn new(file: &File, path: &Path) -> Result<Option<Self>> {
        let mut file = file.try_clone().at("read", path)?;
        file.seek(SeekFrom::Start(0)).at("read", path)?;
        let run = JournalRun { journal: JOURNAL.into(), settings: Settings::new() };
        // Journal lines are a few hundred bytes; 64 KiB, set by hand, holds a few hundred of them.
        let lines = BufReader::with_capacity(1 << 16, file);
        let mut reader = Self { path: path.to_owned(), lines, line: Vec::new(), good: 0, run };
        match reader.next()? {
            Some(JournalLine::Run(run)) if run.journal == JOURNAL => Ok(Some(Self { run, ..reader })),
            Some(_) => Err(Error::OtherVersion(path.to_owned())),
            // Torn by a crash during creation. A complete line that does not parse means this is not a journal.
            None if reader.line.ends_with(b"\n") => Err(Error::NotAJournal(path.to_owned())),
            None => Ok(None),
        }
    }

    /// Opens the journal at `path` read-only.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).at("read", path)?;
        Self::new(&file, path)?.ok_or_else(|| Error::TornJournal(path.to_owned()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Settings of the run.
    pub(crate) fn settings(&self) -> &Settings {
        &self.run.settings
    }

    /// Returns the offset of the end of the last good line, in bytes.
    pub(crate) fn good(&self) -> u64 {
        self.good
    }

    /// Reads the next line; `None` at the first torn line or the end.
    pub(crate) fn next(&mut self) -> Result<Option<JournalLine<'static>>> {
        self.line.clear();
        let read = self.lines.read_until(b'\n', &mut self.line);
        read.at("read", &self.path)?;
        let parsed = self.line.strip_suffix(b"\n").and_then(JournalLine::parse);
        self.good += if parsed.is_some() { self.line.len() as u64 } else { 0 };
        Ok(parsed)
    }

    /// Scans the whole journal, then rewinds to the first document.
    ///
    /// # Errors
    /// If a line is damaged in a way that a crash cannot explain.
    pub(crate) fn extent(&mut self) -> Result<Extent> {
        let (start, mut documents, mut extent) = (self.good, 0, Extent::default());
        loop {
            match self.next()? {
                Some(JournalLine::Row(_)) => documents += 1,
                Some(JournalLine::Synced) => extent.synced = documents,
                Some(JournalLine::End(end)) => extent.end = Some(end),
                Some(JournalLine::Run(_)) => return Err(self.damaged("it describes two runs".to_owned())),
                None => break,
            }
        }
        // Lines may reach the disk in any order, but none after the next sync point: a crash tears at most the lines
        // since the last one.
        let mut later = 0;
        let damaged = self.good;
        while !self.line.is_empty() {
            later += u32::from(matches!(self.next()?, Some(JournalLine::Synced)));
        }
        if later > 1 {
            return Err(self.damaged(format!("what comes after {damaged} bytes was not torn by a crash")));
        }
        self.good = start;
        let back = self.lines.seek(SeekFrom::Start(start));
        back.at("read", &self.path)?;
        Ok(extent)
    }

    fn damaged(&self, what: String) -> Error {
        Error::DamagedJournal { path: self.path.clone(), what }
    }
}
