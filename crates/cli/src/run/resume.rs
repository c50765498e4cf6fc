use std::fs::{self, File};

use anyhow::{Context, Result, bail};
use pressmark_core::{Document, Status};
use pressmark_ingest::{Record, Signature};
use pressmark_jsonl::{DocumentCounts, JournalEnd, JournalLine, JournalRow, Manifest, Settings};

use super::journal::Extent;
use super::{
    Journal, JournalReader, Ledger, Names, Numbered, Opened, PartReader, Plan, Rows, Run, Share, count, differences,
    from_hex, hex,
};

/// Takes up the run whose journal this is: proves that settings, input and output are what they were, and restores
/// what later documents depend on.
///
/// Nothing is changed before all of that is proven.
///
/// # Errors
/// When settings, input or output are others than the journal says; the message names the difference.
pub(crate) fn resume(
    plan: &Plan<'_>,
    names: Names,
    (file, mut reader): (File, JournalReader),
    share: &mut Share<impl Iterator<Item = Record>>,
) -> Result<Opened> {
    check_settings(reader.settings(), &plan.settings)?;
    let Extent { synced, end } = reader.extent()?;
    let mut rows = PartReader::new(names.clone(), plan.rows_each, end.is_some());
    let mut state = State { ledger: Ledger::new()?, counts: DocumentCounts::default(), path: String::new() };
    let (mut good, mut documents) = (reader.good(), 0);
    while let Some(line) = reader.next()? {
        if let JournalLine::Row(row) = &line {
            if rows.read(row)?.is_none() {
                if documents < synced || end.is_some() {
                    bail!("document {} of the output is not what the run wrote: {ANEW}", documents + 1);
                }
                break;
            }
            match share.next() {
                Some(numbered) => state.take(row, &numbered, documents)?,
                None if share.is_stopped() => return Ok(Opened::Stopped),
                None => {
                    bail!("the input has changed: it ends after {documents} documents, and the run had more: {ANEW}")
                }
            }
            documents += 1;
        }
        good = reader.good();
    }
    if let Some(end) = &end {
        if !rows.is_at_end()? {
            bail!("the output is longer than what the run wrote: {ANEW}");
        }
        match check_rest(end, share)? {
            true => {}
            false => return Ok(Opened::Stopped),
        }
    }
    let run = Run {
        ledger: state.ledger,
        counts: state.counts,
        ..Run::new(
            plan,
            Rows::Files(Box::new(rows.into_files()?)),
            Some(Journal::go_on(&names.journal(), file, good, state.path)?),
        )?
    };
    match end {
        // Broken while the files got their names, or a shard, whose journal stays.
        Some(end) => {
            let counts = run.counts;
            run.name_files(end)?;
            Ok(Opened::Finished(counts))
        }
        None => Ok(Opened::Ready(Box::new(run))),
    }
}

/// What to do where there is no way on.
const ANEW: &str = "start anew with --overwrite";

fn check_settings(before: &Settings, now: &Settings) -> Result<()> {
    let differences = differences(before, now);
    if !differences.is_empty() {
        bail!("the run cannot go on with other settings: {differences}; give the same, or {ANEW}");
    }
    Ok(())
}

/// Checks that the input is the one that ended so; `false` when told to stop meanwhile.
fn check_rest(end: &JournalEnd, share: &mut Share<impl Iterator<Item = Record>>) -> Result<bool> {
    share.by_ref().for_each(drop);
    if share.is_stopped() {
        return Ok(false);
    }
    let now = share.list().end();
    if now.documents != end.documents {
        let (before, now) = (end.documents, now.documents);
        bail!("the input has changed since the run ended: it had {before} documents, now {now}: {ANEW}");
    }
    if now != *end {
        bail!("the input has changed since the run ended: not all of its documents are the same: {ANEW}");
    }
    Ok(true)
}

/// Checks that the finished run of this manifest is the one asked for, and that its files are there.
pub(crate) fn check_finished(
    plan: &Plan<'_>,
    names: &Names,
    manifest: Manifest,
    share: &mut Share<impl Iterator<Item = Record>>,
) -> Result<Opened> {
    check_settings(&manifest.settings, &plan.settings)?;
    for (part, file) in manifest.files.iter().enumerate() {
        let path = names.part(part);
        let found = fs::metadata(&path).with_context(|| format!("failed to find {}, {ANEW}", path.display()))?;
        if found.len() != file.bytes {
            bail!("{} has {} bytes, the run wrote {}: {ANEW}", path.display(), found.len(), file.bytes);
        }
    }
    Ok(if check_rest(&manifest.input, share)? { Opened::Finished(manifest.documents) } else { Opened::Stopped })
}

/// What is restored from a journal.
struct State {
    ledger: Ledger,
    counts: DocumentCounts,
    path: String,
}

impl State {
    fn take(&mut self, row: &JournalRow<'_>, numbered: &Numbered, documents: u64) -> Result<()> {
        if let Some(path) = &row.path {
            self.path = path.to_string();
        }
        let Numbered { record, fingerprint } = numbered;
        if hex(fingerprint) != row.input {
            let now = if self.path == record.path && row.record == record.index {
                "which has changed".to_owned()
            } else {
                format!("now it is record {} of {}", record.index, record.path)
            };
            let number = documents + 1;
            bail!("the input has changed: document {number} was record {} of {}, {now}: {ANEW}", row.record, self.path);
        }
        let entered = enter(&mut self.ledger, row, "").context("the journal makes no sense")?;
        count(&mut self.counts, status(&row.status), entered.duplicate_of.is_some());
        Ok(())
    }
}

/// Takes a document that is done into account, by what the journal says of it; gives what became of its id.
pub(crate) fn enter(ledger: &mut Ledger, row: &JournalRow<'_>, sha256: &str) -> Result<Document> {
    let mut doc = Document { id: row.id.to_string(), ..Document::default() };
    doc.source.sha256 = sha256.to_owned();
    let signature = match &row.signature {
        Some(text) => Some(Signature::from_bytes(&from_hex(text).context("a signature is no hexadecimal number")?)),
        None => None,
    };
    ledger.enter(&mut doc, signature.as_ref());
    Ok(doc)
}

pub(crate) fn status(name: &str) -> Status {
    match name {
        "ok" => Status::Ok,
        "partial" => Status::Partial,
        _ => Status::Failed,
    }
}
