use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use pressmark_core::{Document, Status, hex};
use pressmark_ingest::{Ledger, Signature, Skipped};
use pressmark_jsonl::{
    DocumentCounts, JournalEnd, JournalLine, JournalRow, MANIFEST, Manifest, Provenance, Record, Settings, write_line,
};

use crate::error::{At, Error, NeedsFile, Result};
use crate::failures::Failures;
use crate::files::Files;
use crate::guard;
use crate::journal::{Claim, Journal};
use crate::names::Names;
use crate::own_files::{files_of, is_same_file};
use crate::shard::Shard;

/// What to do if an earlier run left output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// Refuse to start if it holds rows, finished or not.
    Refuse,
    /// Resume it.
    Resume,
    /// Start over. Finished output stays until the new run is complete; the work of an unfinished run is discarded.
    Overwrite,
}

/// A run: its outputs, and the state kept of earlier documents.
#[derive(Debug)]
pub struct Run {
    pub(crate) ledger: Ledger,
    rows: Rows,
    /// `None` if the run cannot be resumed: input or output cannot be read again.
    journal: Option<Journal>,
    /// Keeps other processes from the output if there is no journal.
    claim: Option<Claim>,
    settings: Settings,
    pub(crate) counts: DocumentCounts,
    failures: Failures,
    /// Whether rows of duplicates are dropped.
    drop_duplicates: bool,
    /// Whether this is a shard, whose journal is kept for `merge`.
    is_shard: bool,
}

/// Receives rows that do not become lines of a file, such as those of tables. Such a run cannot be resumed.
pub trait RowSink {
    /// Writes the next row.
    ///
    /// # Errors
    /// If it cannot be written.
    fn write(&mut self, record: &Record<'_>) -> io::Result<()>;

    /// Finishes the output after the last row. A sink dropped before that must leave nothing behind.
    ///
    /// # Errors
    /// If it cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Destination of rows.
pub(crate) enum Rows {
    Sink(Box<dyn RowSink>),
    /// Flushed after each row, so that the reader gets it at once.
    Stream(BufWriter<Box<dyn Write>>),
    Files(Box<Files>),
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sink(_) => f.write_str("Sink"),
            Self::Stream(_) => f.write_str("Stream"),
            Self::Files(files) => f.debug_tuple("Files").field(files.names()).finish(),
        }
    }
}

/// Description of a run to open.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// `-`, a file or a folder. A file's extension selects compression: `.gz`, `.zst`.
    pub output: &'a Path,
    /// Files and folders that the run reads; no output may replace one of them.
    pub read: &'a [PathBuf],
    /// File for failures; see [`Failures`].
    pub failures: Option<&'a Path>,
    /// Maximum rows per file; `None` for no limit.
    pub rows_each: Option<u64>,
    /// Shard of the input list to run.
    pub shard: Shard,
    /// What to do if an earlier run left output.
    pub if_exists: IfExists,
    /// Every setting, besides the input, that the rows depend on: a run resumes only with the same ones.
    pub settings: Settings,
    /// Whether rows of duplicates are dropped. A shard keeps them until shards are merged.
    pub drop_duplicates: bool,
    /// Whether the input is files, which can be read again.
    pub input_is_rereadable: bool,
}

/// Result of opening a run.
#[derive(Debug)]
pub enum Opened {
    /// There is work to do.
    Ready(Box<Run>),
    /// The run was already finished.
    Finished(DocumentCounts),
    /// The records were stopped before the run was open.
    Stopped,
}

/// Identity of a record, kept in the journal along with what the document itself says.
#[derive(Clone, Copy, Debug)]
pub struct RecordIdentity<'a> {
    /// Fingerprint of the record ([`pressmark_ingest::Record::fingerprint`]).
    pub fingerprint: [u8; 32],
    /// Signature for near-duplicate detection; `None` if detection is off or there is no text.
    pub signature: Option<&'a Signature>,
}

impl Run {
    /// Processes the next document: makes its id unique, detects duplicates, writes its row and journals it.
    ///
    /// # Errors
    /// If row or journal cannot be written. Earlier documents are kept, and the run can be resumed.
    pub fn take(
        &mut self,
        doc: &mut Document,
        identity: &RecordIdentity<'_>,
        provenance: &Provenance<'_>,
    ) -> Result<()> {
        let own_id = doc.id.clone();
        self.ledger.enter(doc, identity.signature);
        count(&mut self.counts, doc.status(), doc.duplicate_of.is_some());
        self.failures.document(doc)?;
        let is_dropped = doc.duplicate_of.is_some() && self.drop_duplicates;
        let (bytes, sha256) = if is_dropped { (0, String::new()) } else { self.write(&Record::of(doc, provenance))? };
        let is_settled = self.is_settled();
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let signature = identity.signature.map(|signature| hex(&signature.to_bytes()).into());
        let row = JournalRow {
            path: None,
            record: doc.source.record,
            input: hex(&identity.fingerprint).into(),
            id: own_id.into(),
            status: doc.status(),
            signature,
            bytes,
            sha256: sha256.into(),
            language: doc.meta.language.as_deref().filter(|_| is_dropped).map(Into::into),
            problems: if is_dropped { doc.problems.iter().map(Into::into).collect() } else { Vec::new() },
        };
        journal.row(row, &doc.source.path)?;
        if is_settled && journal.is_sync_due() { self.sync() } else { Ok(()) }
    }

    /// Whether all rows are in their final place in the files.
    fn is_settled(&self) -> bool {
        if let Rows::Files(files) = &self.rows { files.is_settled() } else { true }
    }

    /// Writes a row and returns its length and checksum; 0 and empty if no journal needs them.
    fn write(&mut self, record: &Record<'_>) -> Result<(u64, String)> {
        match &mut self.rows {
            Rows::Files(files) => files.write(record),
            Rows::Sink(sink) => {
                sink.write(record).map_err(Error::Sink)?;
                Ok((0, String::new()))
            }
            Rows::Stream(stream) => {
                write_line(record, stream).and_then(|()| stream.flush()).map_err(Error::Stream)?;
                Ok((0, String::new()))
            }
        }
    }

    /// Writes a serialised row.
    pub(crate) fn write_line(&mut self, line: &[u8]) -> Result<()> {
        match &mut self.rows {
            Rows::Files(files) => files.write_line(line),
            // Only merged shards get here, and those are never written to a sink.
            Rows::Sink(_) => Ok(()),
            Rows::Stream(stream) => stream.write_all(line).map_err(Error::Stream),
        }
    }

    /// Flushes the journal to the system, so that only a power cut can lose it; a sync to disk happens about every 20
    /// seconds.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        self.journal.as_mut().map_or(Ok(()), Journal::flush)
    }

    /// Syncs everything written so far to disk.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub fn sync(&mut self) -> Result<()> {
        let is_settled = self.is_settled();
        if let Rows::Files(files) = &mut self.rows {
            files.sync()?;
        }
        match &mut self.journal {
            Some(journal) if is_settled => journal.sync(),
            Some(journal) => journal.save(),
            None => Ok(()),
        }
    }

    /// Renames the files to their final names and writes the manifest; `input` is the result of
    /// [`InputDigest::end`](crate::InputDigest::end) after all records were read.
    ///
    /// # Errors
    /// If a file cannot be written or renamed. The run can be resumed.
    pub fn finish(mut self, input: JournalEnd) -> Result<()> {
        self.failures.flush()?;
        let mut files = match self.rows {
            Rows::Files(files) => files,
            Rows::Sink(sink) => return sink.finish().map_err(Error::Sink),
            Rows::Stream(mut stream) => return stream.flush().map_err(Error::Stream),
        };
        files.close()?;
        if let Some(journal) = &mut self.journal {
            journal.append(&JournalLine::End(input.clone()))?;
            journal.sync()?;
        }
        self.rows = Rows::Files(files);
        self.name_files(input)
    }

    pub(crate) fn name_files(self, input: JournalEnd) -> Result<()> {
        let Rows::Files(files) = self.rows else { return Ok(()) };
        let (names, files) = files.finish()?;
        let manifest = Manifest {
            manifest: MANIFEST.into(),
            settings: self.settings,
            input,
            documents: self.counts,
            rows: files.iter().map(|file| file.rows).sum(),
            files,
        };
        names.publish(&manifest)?;
        drop(self.claim);
        match self.journal {
            Some(journal) if !self.is_shard => journal.remove(),
            _ => Ok(()),
        }
    }
}

impl Run {
    /// Creates a run over these rows and journal, after the documents in `done`.
    pub(crate) fn new(plan: &Plan<'_>, rows: Rows, journal: Option<Journal>, done: Done) -> Self {
        let is_shard = plan.shard != Shard::WHOLE;
        Self {
            ledger: done.ledger,
            rows,
            journal,
            claim: None,
            settings: plan.settings.clone(),
            counts: done.counts,
            failures: done.failures,
            // Duplicates across shards are known only after the merge.
            drop_duplicates: plan.drop_duplicates && !is_shard,
            is_shard,
        }
    }

    /// Starts a run without documents, if nothing is in its way.
    pub(crate) fn begin(plan: &Plan<'_>, names: Names, has_journal: bool) -> Result<Self> {
        let overwrite = plan.if_exists == IfExists::Overwrite;
        let claim = Claim::take(&names.journal(), overwrite)?;
        names.recover()?;
        if let Some(found) = names.finished()?.filter(|_| !overwrite) {
            return Err(Error::Finished(found));
        }
        names.remove_partials(0)?;
        let (journal, claim) = match has_journal {
            true => (Journal::begin(claim, &plan.settings)?, None),
            false => (None, Some(claim)),
        };
        let rows = Rows::Files(Box::new(Files::new(names, plan.rows_each)));
        Ok(Self { claim, ..Self::new(plan, rows, journal, Done::nothing(plan)?) })
    }

    /// Returns the failures so far, including those of documents before the run was resumed.
    #[must_use]
    pub fn failures(&self) -> &Failures {
        &self.failures
    }

    /// Records inputs that yielded no document.
    ///
    /// # Errors
    /// If the failures file cannot be written.
    pub fn skipped(&mut self, skipped: &[Skipped]) -> Result<()> {
        skipped.iter().try_for_each(|skipped| self.failures.skipped(skipped))
    }

    /// Returns the outcome counts so far.
    #[must_use]
    pub fn counts(&self) -> DocumentCounts {
        self.counts
    }

    /// Abandons a run that has no document, removing its files.
    ///
    /// # Errors
    /// If its files cannot be removed.
    pub fn abandon(self) -> Result<()> {
        if let Rows::Files(files) = &self.rows {
            files.names().remove_partials(0)?;
        }
        drop(self.claim);
        self.journal.map_or(Ok(()), Journal::remove)
    }

    /// Returns whether the run can be resumed if it is interrupted.
    #[must_use]
    pub fn is_resumable(&self) -> bool {
        self.journal.is_some()
    }
}

/// State after the finished documents that later ones depend on.
pub(crate) struct Done {
    pub(crate) ledger: Ledger,
    pub(crate) counts: DocumentCounts,
    pub(crate) failures: Failures,
}

impl Done {
    /// State without any documents.
    pub(crate) fn nothing(plan: &Plan<'_>) -> Result<Self> {
        Self::with(Failures::new(plan.failures)?)
    }

    /// Like [`nothing`](Self::nothing), with this list of failures.
    pub(crate) fn with(failures: Failures) -> Result<Self> {
        Ok(Self { ledger: Ledger::new()?, counts: DocumentCounts::default(), failures })
    }
}

impl Plan<'_> {
    /// Resolves the run's file names and checks that none is an input.
    pub(crate) fn names(&self) -> Result<Names> {
        let names = Names::of(self.output, self.rows_each.is_some())?;
        let mut targets = names.targets();
        if let Some(failures) = self.failures {
            let files = files_of(failures);
            if targets.iter().any(|target| files.iter().any(|file| is_same_file(target, file))) {
                return Err(Error::OutputTwice(failures.to_owned()));
            }
            targets.extend(files);
        }
        guard::check(&targets, self.read)?;
        if let Some(failures) = self.failures {
            guard::keep_unless_ours(failures, self.if_exists != IfExists::Refuse)?;
        }
        Ok(names)
    }

    /// For a run without files of its own, refuses a failures file that is an input, the output, or a foreign file.
    pub(crate) fn check_failures(&self) -> Result<()> {
        let Some(failures) = self.failures else { return Ok(()) };
        if is_same_file(self.output, failures) {
            return Err(Error::OutputTwice(failures.to_owned()));
        }
        guard::refuse_to_lose_unless_ours(failures, self.read, self.if_exists != IfExists::Refuse)
    }

    pub(crate) fn refuse_stream(&self) -> Result<()> {
        let wants = if self.if_exists == IfExists::Resume {
            NeedsFile::Resume
        } else if self.rows_each.is_some() {
            NeedsFile::Parts
        } else if self.shard != Shard::WHOLE {
            NeedsFile::Shard
        } else {
            return Ok(());
        };
        Err(Error::NeedsFile(wants))
    }
}

/// Opens the output as a stream if it is not a file: standard output, a named pipe, a device.
pub(crate) fn stream(output: &Path) -> Result<Option<Box<dyn Write>>> {
    if output.as_os_str() == "-" {
        return Ok(Some(Box::new(io::stdout().lock())));
    }
    let is_special = fs::metadata(output).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if !is_special {
        return Ok(None);
    }
    Ok(Some(Box::new(OpenOptions::new().write(true).open(output).at("open", output)?)))
}

pub(crate) fn count(counts: &mut DocumentCounts, status: Status, is_duplicate: bool) {
    *match status {
        Status::Ok => &mut counts.ok,
        Status::Partial => &mut counts.partial,
        Status::Failed => &mut counts.failed,
    } += 1;
    counts.duplicates += u64::from(is_duplicate);
}
