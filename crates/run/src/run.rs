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
use crate::own_files::is_beside;
use crate::shard::Shard;

/// What is done where an earlier run left its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// Nothing may be lost: refuse to start where rows of a run stand, be it finished or interrupted.
    Refuse,
    /// Go on with one that was interrupted.
    Resume,
    /// Start anew; what stands there stays until the new run is whole.
    Overwrite,
}

/// A run: where its rows go, and all that it remembers of the documents before.
#[derive(Debug)]
pub struct Run {
    pub(crate) ledger: Ledger,
    rows: Rows,
    /// Missing where there is nothing to come back to: input or output cannot be had twice.
    journal: Option<Journal>,
    /// Keeps others from the output where there is no journal.
    claim: Option<Claim>,
    settings: Settings,
    pub(crate) counts: DocumentCounts,
    failures: Failures,
    /// Whether rows of duplicates are left out.
    drop_duplicates: bool,
    /// Whether the journal stays: `merge` reads it.
    is_shard: bool,
}

/// Takes the rows of a run that do not become lines of a file: tables, say. What it wrote cannot be taken up again.
pub trait RowSink {
    /// Takes the next row.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&mut self, record: &Record<'_>) -> io::Result<()>;

    /// Ends what was written, after the last row. A sink that is dropped without it is to leave nothing.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Where rows go.
pub(crate) enum Rows {
    Sink(Box<dyn RowSink>),
    /// To a reader who gets each row as soon as it is there.
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

/// What a run is to be.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// `-`, a file or a folder. What a file's name ends in decides whether it is compressed: `.gz`, `.zst`.
    pub output: &'a Path,
    /// Files and folders that the run reads: no output may take the place of one of them.
    pub read: &'a [PathBuf],
    /// A file for what went wrong: see [`Failures`].
    pub failures: Option<&'a Path>,
    /// Rows of one file at most.
    pub rows_each: Option<u64>,
    /// Which of several equal parts of the input list this run is.
    pub shard: Shard,
    /// What is done where an earlier run left its output.
    pub if_exists: IfExists,
    /// All that the rows depend on besides the input: a run is resumed only with the same.
    pub settings: Settings,
    /// Whether rows of duplicates are left out.
    pub drop_duplicates: bool,
    /// Whether the input is files, which can be read again.
    pub input_is_rereadable: bool,
}

/// What became of opening a run.
#[derive(Debug)]
pub enum Opened {
    /// There is work to do.
    Ready(Box<Run>),
    /// All of it was done already.
    Finished(DocumentCounts),
    /// The records were told to stop before it was open.
    Stopped,
}

/// What a journal keeps of a document besides what the document says itself.
#[derive(Clone, Copy, Debug)]
pub struct RecordIdentity<'a> {
    /// The fingerprint of its record ([`pressmark_ingest::Record::fingerprint`]).
    pub fingerprint: [u8; 32],
    /// What near duplicates are told by; `None` where they are not looked for, or there is no text.
    pub signature: Option<&'a Signature>,
}

impl Run {
    /// Takes in the next document: makes its id unique, finds what it repeats, writes its row and notes that.
    ///
    /// # Errors
    /// When row or journal cannot be written. What was taken before is kept, and the run can be resumed.
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
        let (bytes, sha256) = if doc.duplicate_of.is_some() && self.drop_duplicates {
            (0, String::new())
        } else {
            self.write(&Record::of(doc, provenance))?
        };
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
        };
        journal.row(row, &doc.source.path)?;
        if is_settled && journal.is_sync_due() { self.sync() } else { Ok(()) }
    }

    /// Whether all rows stand in the files as they will stay.
    fn is_settled(&self) -> bool {
        if let Rows::Files(files) = &self.rows { files.is_settled() } else { true }
    }

    /// Writes a row; tells its length and checksum where somebody will want to know.
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

    /// Writes a row that is made already.
    pub(crate) fn write_line(&mut self, line: &[u8]) -> Result<()> {
        match &mut self.rows {
            Rows::Files(files) => files.write_line(line),
            // Merged shards are lines.
            Rows::Sink(_) => Ok(()),
            Rows::Stream(stream) => stream.write_all(line).map_err(Error::Stream),
        }
    }

    /// Hands what is written to the system, so that only a power cut can take it. About every 20 seconds what was
    /// written is brought to the disk as well.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        self.journal.as_mut().map_or(Ok(()), Journal::flush)
    }

    /// Brings all that is written to the disk.
    ///
    /// # Errors
    /// When the files cannot be written.
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

    /// Gives the files their names and says in the manifest what they are; `input` is what
    /// [`InputDigest::end`](crate::InputDigest::end) says once all records are read.
    ///
    /// # Errors
    /// When a file cannot be written or named. The run can be resumed.
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
    /// A run over these rows and journal, after the documents that are `done`.
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
            // What a shard's document repeats is known only once the shards are merged.
            drop_duplicates: plan.drop_duplicates && !is_shard,
            is_shard,
        }
    }

    /// A run without a document, where nothing stands in its way.
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

    /// What went wrong so far, documents of an interrupted run included.
    #[must_use]
    pub fn failures(&self) -> &Failures {
        &self.failures
    }

    /// Notes inputs that gave no document.
    ///
    /// # Errors
    /// When the file of failures cannot be written.
    pub fn skipped(&mut self, skipped: &[Skipped]) -> Result<()> {
        skipped.iter().try_for_each(|skipped| self.failures.skipped(skipped))
    }

    /// What became of the documents so far.
    #[must_use]
    pub fn counts(&self) -> DocumentCounts {
        self.counts
    }

    /// Gives up a run that has no document.
    ///
    /// # Errors
    /// When its files cannot be removed.
    pub fn abandon(self) -> Result<()> {
        if let Rows::Files(files) = &self.rows {
            files.names().remove_partials(0)?;
        }
        drop(self.claim);
        self.journal.map_or(Ok(()), Journal::remove)
    }

    /// Whether the run can be resumed once it is interrupted.
    #[must_use]
    pub fn is_resumable(&self) -> bool {
        self.journal.is_some()
    }
}

/// What later documents depend on in those that are done.
pub(crate) struct Done {
    pub(crate) ledger: Ledger,
    pub(crate) counts: DocumentCounts,
    pub(crate) failures: Failures,
}

impl Done {
    /// No document yet.
    pub(crate) fn nothing(plan: &Plan<'_>) -> Result<Self> {
        let failures = Failures::new(plan.failures)?;
        Ok(Self { ledger: Ledger::new()?, counts: DocumentCounts::default(), failures })
    }
}

impl Plan<'_> {
    /// The names of the run's files, none of which is one that the run reads.
    pub(crate) fn names(&self) -> Result<Names> {
        let names = Names::of(self.output, self.rows_each.is_some())?;
        let mut targets = names.targets();
        let Some(failures) = self.failures else {
            guard::check(&targets, self.read)?;
            return Ok(names);
        };
        if targets.iter().any(|target| is_same(target, failures)) {
            return Err(Error::OutputTwice(failures.to_owned()));
        }
        targets.push(failures.to_owned());
        guard::check(&targets, self.read)?;
        guard::keep_unless_ours(failures, self.if_exists != IfExists::Refuse)?;
        Ok(names)
    }

    /// Refuses, for a run without files of its own, a file of failures that is read, that is the output, or that somebody
    /// else wrote.
    pub(crate) fn check_failures(&self) -> Result<()> {
        let Some(failures) = self.failures else { return Ok(()) };
        if is_same(self.output, failures) {
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

/// Whether two paths lead to one file, which need not be there.
fn is_same(one: &Path, other: &Path) -> bool {
    let (Ok(one), Ok(other)) = (std::path::absolute(one), std::path::absolute(other)) else { return false };
    one.file_name() == other.file_name() && is_beside(&one, &other)
}

/// The output as a stream, where it is no file: standard output, a named pipe, a device.
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

/// Counts a document.
pub(crate) fn count(counts: &mut DocumentCounts, status: Status, is_duplicate: bool) {
    *match status {
        Status::Ok => &mut counts.ok,
        Status::Partial => &mut counts.partial,
        Status::Failed => &mut counts.failed,
    } += 1;
    counts.duplicates += u64::from(is_duplicate);
}
