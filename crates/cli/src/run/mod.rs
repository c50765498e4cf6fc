//! A run that nothing breaks for good: its output, the journal beside it, and how it is taken up again.
//!
//! Rows go to files that get their names only once the run is whole. The journal has one line for each document
//! that is done, with the hash of its record and of its row, so that what a crash left behind is proven row by row
//! and never trusted. Output and journal may reach the disk in any order: what counts is the longest beginning on
//! which both agree.

mod files;
mod journal;
mod ledger;
mod merge;
mod resume;
mod settings;
mod share;

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use pressmark_core::{Document, Status};
use pressmark_ingest::{Record as Ingested, Signature};
use pressmark_jsonl::{
    DocumentCounts, JournalEnd, JournalLine, JournalRow, MANIFEST, Manifest, Provenance, Record, Settings, write_line,
};

use self::files::{Files, Names, PartReader};
use self::journal::{Journal, JournalReader};
pub(crate) use self::ledger::Ledger;
pub(crate) use self::merge::merge;
use self::resume::resume;
pub(crate) use self::settings::describe;
use self::settings::differences;
pub(crate) use self::share::{Numbered, Shard, Share};

/// What a user wants done with what an earlier run left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// Nothing may be lost: refuse to start where a run was broken.
    Keep,
    /// Go on with it.
    Resume,
    /// Start anew.
    Overwrite,
}

/// A run: where its rows go, and all that it remembers of the documents before.
pub(crate) struct Run {
    ledger: Ledger,
    rows: Rows,
    /// Missing where there is nothing to come back to: input or output cannot be had twice.
    journal: Option<Journal>,
    settings: Settings,
    counts: DocumentCounts,
    /// Whether rows of duplicates are left out.
    drop_duplicates: bool,
    /// Whether the journal stays: `merge` reads it.
    is_shard: bool,
}

enum Rows {
    /// A reader who gets each row as soon as it is there.
    Stream(BufWriter<Box<dyn Write>>),
    Files(Box<Files>),
}

/// What a run is to be.
pub(crate) struct Plan<'a> {
    /// `-`, a file or a folder.
    pub(crate) output: &'a Path,
    /// Rows of one file at most.
    pub(crate) rows_each: Option<u64>,
    pub(crate) shard: Shard,
    pub(crate) earlier: Earlier,
    pub(crate) settings: Settings,
    /// Whether rows of duplicates are left out.
    pub(crate) drop_duplicates: bool,
    /// Whether the input is files, which can be read again.
    pub(crate) is_lasting: bool,
}

/// A run that is ready for its next document.
pub(crate) enum Opened {
    /// There is work to do.
    Ready(Box<Run>),
    /// All of it was done already.
    Finished(DocumentCounts),
    /// The user wants to stop.
    Stopped,
}

/// What a journal keeps of a document besides what the document says itself.
pub(crate) struct Origin<'a> {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) signature: Option<&'a Signature>,
}

impl Run {
    /// Takes in the next document: makes its id unique, finds what it repeats, writes its row and notes that.
    pub(crate) fn take(&mut self, doc: &mut Document, origin: &Origin<'_>, provenance: &Provenance<'_>) -> Result<()> {
        let own_id = doc.id.clone();
        self.ledger.enter(doc, origin.signature);
        count(&mut self.counts, doc.status(), doc.duplicate_of.is_some());
        let (bytes, sha256) = if doc.duplicate_of.is_some() && self.drop_duplicates {
            (0, String::new())
        } else {
            self.write(&Record::of(doc, provenance))?
        };
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let signature = origin.signature.map(|signature| hex(&signature.to_bytes()).into());
        let row = JournalRow {
            path: None,
            record: doc.source.record,
            input: hex(&origin.fingerprint).into(),
            id: own_id.into(),
            status: doc.status().as_str().into(),
            signature,
            bytes,
            sha256: sha256.into(),
        };
        journal.row(row, &doc.source.path)
    }

    /// Writes a row; tells its length and checksum where somebody will want to know.
    fn write(&mut self, record: &Record<'_>) -> Result<(u64, String)> {
        match &mut self.rows {
            Rows::Files(files) => files.write(record),
            Rows::Stream(stream) => {
                let done = write_line(record, stream).and_then(|()| stream.flush());
                done.context("failed to write a line")?;
                Ok((0, String::new()))
            }
        }
    }

    /// Writes a row that is made already.
    fn write_line(&mut self, line: &[u8]) -> Result<()> {
        match &mut self.rows {
            Rows::Files(files) => files.write_line(line),
            Rows::Stream(stream) => stream.write_all(line).context("failed to write a line"),
        }
    }

    /// Hands what is written to the system, so that only a power cut can take it, and now and then to the disk.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        if journal.is_sync_due() { self.sync() } else { journal.flush() }
    }

    /// Brings all that is written to the disk.
    pub(crate) fn sync(&mut self) -> Result<()> {
        if let Rows::Files(files) = &mut self.rows {
            files.sync()?;
        }
        self.journal.as_mut().map_or(Ok(()), Journal::sync)
    }

    /// Gives the files their names and says in the manifest what they are.
    pub(crate) fn finish(mut self, input: JournalEnd) -> Result<()> {
        let mut files = match self.rows {
            Rows::Files(files) => files,
            Rows::Stream(mut stream) => return stream.flush().context("failed to write the last lines"),
        };
        files.close()?;
        if let Some(journal) = &mut self.journal {
            journal.append(&JournalLine::End(input.clone()))?;
            journal.sync()?;
        }
        self.rows = Rows::Files(files);
        self.name_files(input)
    }

    fn name_files(self, input: JournalEnd) -> Result<()> {
        let Rows::Files(files) = self.rows else { return Ok(()) };
        let (names, files) = files.publish()?;
        let manifest = Manifest {
            manifest: MANIFEST.into(),
            settings: self.settings,
            input,
            documents: self.counts,
            rows: files.iter().map(|file| file.rows).sum(),
            files,
        };
        names.write_manifest(&manifest)?;
        match self.journal {
            Some(journal) if !self.is_shard => journal.remove(),
            _ => Ok(()),
        }
    }
}

impl Run {
    fn new(plan: &Plan<'_>, rows: Rows, journal: Option<Journal>) -> Result<Self> {
        let is_shard = plan.shard != Shard::WHOLE;
        Ok(Self {
            ledger: Ledger::new()?,
            rows,
            journal,
            settings: plan.settings.clone(),
            counts: DocumentCounts::default(),
            // What a shard's document repeats is known only once the shards are merged.
            drop_duplicates: plan.drop_duplicates && !is_shard,
            is_shard,
        })
    }

    /// Opens the run that the plan asks for; `share` then stands before the first document that is left to do.
    pub(crate) fn open(plan: &Plan<'_>, share: &mut Share<impl Iterator<Item = Ingested>>) -> Result<Opened> {
        if let Some(stream) = stream(plan.output)? {
            plan.refuse_stream()?;
            return Ok(Opened::Ready(Box::new(Self::new(plan, Rows::Stream(BufWriter::new(stream)), None)?)));
        }
        let names = Names::of(plan.output, plan.rows_each.is_some())?;
        if plan.earlier == Earlier::Resume {
            if !plan.is_lasting {
                bail!(
                    "standard input and pipes cannot be read twice, so there is nothing to resume: put the input in a file"
                );
            }
            if let Some(journal) = Journal::open(&names.journal())? {
                return resume(plan, names, journal, share);
            }
            if let Some(manifest) = names.read_manifest()? {
                return resume::check_finished(plan, &names, manifest, share);
            }
        }
        let journal = if plan.is_lasting || plan.shard != Shard::WHOLE {
            Some(Journal::create(&names.journal(), &plan.settings, plan.earlier == Earlier::Overwrite)?)
        } else {
            Journal::make_way(&names.journal(), plan.earlier == Earlier::Overwrite)?;
            None
        };
        names.remove_partials(0)?;
        let rows = Rows::Files(Box::new(Files::new(names, plan.rows_each)));
        Ok(Opened::Ready(Box::new(Self::new(plan, rows, journal)?)))
    }

    /// What became of the documents so far.
    pub(crate) fn counts(&self) -> DocumentCounts {
        self.counts
    }

    /// Gives up a run that has no document.
    pub(crate) fn abandon(self) -> Result<()> {
        if let Rows::Files(files) = &self.rows {
            files.names().remove_partials(0)?;
        }
        self.journal.map_or(Ok(()), Journal::remove)
    }

    /// Whether the run can be gone on with once it is broken.
    pub(crate) fn is_resumable(&self) -> bool {
        self.journal.is_some()
    }
}

impl Plan<'_> {
    fn refuse_stream(&self) -> Result<()> {
        if self.earlier == Earlier::Resume {
            bail!("what went to standard output cannot be taken up again: name a file (-o FILE)");
        }
        if self.rows_each.is_some() {
            bail!("--shard-rows makes several files: name them (-o FILE)");
        }
        if self.shard != Shard::WHOLE {
            bail!("a shard is merged by its journal, which stands beside its file: name one (-o FILE)");
        }
        Ok(())
    }
}

/// The output as a stream, where it is no file: standard output, a named pipe, a device.
fn stream(output: &Path) -> Result<Option<Box<dyn Write>>> {
    if output.as_os_str() == "-" {
        return Ok(Some(Box::new(io::stdout().lock())));
    }
    let is_special = fs::metadata(output).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if !is_special {
        return Ok(None);
    }
    let file = OpenOptions::new().write(true).open(output);
    Ok(Some(Box::new(file.with_context(|| format!("failed to open {}", output.display()))?)))
}

/// What is said where an unfinished run stands in the way.
fn refuse_to_lose(journal: &Path) -> Result<()> {
    bail!(
        "{} belongs to an earlier run whose work is kept: go on with it (--resume), or start anew and lose it (--overwrite)",
        journal.display()
    )
}

/// Counts a document.
fn count(counts: &mut DocumentCounts, status: Status, is_duplicate: bool) {
    *match status {
        Status::Ok => &mut counts.ok,
        Status::Partial => &mut counts.partial,
        Status::Failed => &mut counts.failed,
    } += 1;
    counts.duplicates += u64::from(is_duplicate);
}

/// Bytes as small hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digit = |c: u8| char::from(c).to_digit(16);
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().as_chunks::<2>().0) {
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
    }
    Some(bytes)
}

/// The path with something added to its file name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Brings the names in a folder to the disk.
fn sync_folder(of: &Path) -> Result<()> {
    let folder = match of.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Elsewhere a folder cannot be opened, and the system does this by itself.
    if cfg!(unix) {
        let sync = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
        sync.with_context(|| format!("failed to bring the folder {} to the disk", folder.display()))?;
    }
    Ok(())
}
