use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use pressmark_core::{Document, from_hex, hex};
use pressmark_ingest::{Ledger, Record, Signature};
use pressmark_jsonl::{JournalEnd, JournalLine, JournalRow, Manifest, Settings};
use sha2::{Digest, Sha256};

use crate::error::{At, Error, Result};
use crate::failures::Failures;
use crate::journal::{Extent, Journal, JournalReader};
use crate::names::Names;
use crate::reader::{BUFFER, PartReader};
use crate::run::{Done, Opened, Plan, Rows, Run, count};
use crate::settings::differences;
use crate::shard::{ShardRecord, ShardRecords};

/// Resumes the run of a journal: verifies that settings, input and output are unchanged, and restores the state that
/// later documents depend on.
///
/// Nothing is changed until all of that is verified; the failures file is written again, beside the earlier one until
/// then.
///
/// # Errors
/// If settings, input or output differ from the journal; the message names the difference.
pub(crate) fn resume(
    plan: &Plan<'_>,
    names: Names,
    (file, mut reader): (File, JournalReader),
    records: &mut ShardRecords<impl Iterator<Item = Record>>,
) -> Result<Opened> {
    check_settings(reader.settings(), &plan.settings)?;
    let Extent { synced, end } = reader.extent()?;
    let mut rows = PartReader::new(names.clone(), plan.rows_each, end.is_some());
    // The list of a run that ended is complete, with the inputs that were skipped, which no journal has.
    let failures = plan.failures.filter(|path| end.is_none() || !path.exists());
    let done = Done::with(Failures::beside(failures)?)?;
    let mut state = State { done, path: String::new() };
    let (mut good, mut documents) = (reader.good(), 0);
    while let Some(line) = reader.next()? {
        if let JournalLine::Row(row) = &line {
            let Some(read) = rows.read(row)? else {
                if documents < synced || end.is_some() {
                    let what = format!("document {} of the output differs from what the run wrote", documents + 1);
                    return Err(Error::OutputChanged(what));
                }
                break;
            };
            match records.next() {
                Some(next) => {
                    let doc = state.take(row, &next, documents, &names.journal())?;
                    match row.bytes {
                        0 => state.done.failures.dropped(row, &doc.id, &state.path)?,
                        _ => state.done.failures.row(read)?,
                    }
                }
                None if records.is_stopped() => return Ok(Opened::Stopped),
                None => {
                    let what = format!(": it ends after {documents} documents, and the run had more");
                    return Err(Error::InputChanged(what));
                }
            }
            documents += 1;
        }
        good = reader.good();
    }
    if let Some(end) = &end {
        if !rows.is_at_end()? {
            return Err(Error::OutputChanged("the output is longer than what the run wrote".to_owned()));
        }
        match check_rest(end, records)? {
            true => {}
            false => return Ok(Opened::Stopped),
        }
    }
    state.done.failures.put_in_place()?;
    let rows = Rows::Files(Box::new(rows.into_files()?));
    let journal = Journal::go_on(&names.journal(), file, good, state.path)?;
    let run = Run::new(plan, rows, Some(journal), state.done);
    match end {
        // Interrupted while renaming files, or a shard, whose journal stays.
        Some(end) => {
            let counts = run.counts();
            run.name_files(end)?;
            Ok(Opened::Finished(counts))
        }
        None => Ok(Opened::Ready(Box::new(run))),
    }
}

fn check_settings(before: &Settings, now: &Settings) -> Result<()> {
    let differences = differences(before, now);
    if differences.is_empty() { Ok(()) } else { Err(Error::Settings(differences)) }
}

/// Checks that the rest of the input ends as the journal says; `false` if stopped meanwhile.
fn check_rest(end: &JournalEnd, records: &mut ShardRecords<impl Iterator<Item = Record>>) -> Result<bool> {
    records.by_ref().for_each(drop);
    if records.is_stopped() {
        return Ok(false);
    }
    let now = records.digest().end();
    if now.documents != end.documents {
        let (before, now) = (end.documents, now.documents);
        return Err(Error::InputChanged(format!(" since the run ended: it had {before} documents, now {now}")));
    }
    if now != *end {
        return Err(Error::InputChanged(" since the run ended: not all of its documents are the same".to_owned()));
    }
    Ok(true)
}

/// Checks that the finished run of this manifest is the requested one, and that its files are unchanged.
pub(crate) fn check_finished(
    plan: &Plan<'_>,
    names: &Names,
    manifest: Manifest,
    records: &mut ShardRecords<impl Iterator<Item = Record>>,
) -> Result<Opened> {
    check_settings(&manifest.settings, &plan.settings)?;
    for (part, file) in manifest.files.iter().enumerate() {
        let path = names.part(part);
        let (bytes, sha256) = digest(&path)?;
        let shown = path.display();
        if bytes != file.bytes {
            let what = format!("{shown} has {bytes} bytes, the run wrote {}", file.bytes);
            return Err(Error::OutputChanged(what));
        }
        if sha256 != file.sha256 {
            return Err(Error::OutputChanged(format!(
                "{shown} differs from what the run wrote: its SHA-256 is {sha256}"
            )));
        }
    }
    Ok(if check_rest(&manifest.input, records)? { Opened::Finished(manifest.documents) } else { Opened::Stopped })
}

/// Length of a file in bytes, and its SHA-256 in hex.
fn digest(path: &Path) -> Result<(u64, String)> {
    let read = || {
        let mut file = BufReader::with_capacity(BUFFER, File::open(path)?);
        let (mut bytes, mut hash) = (0, Sha256::new());
        loop {
            let chunk = file.fill_buf()?;
            if chunk.is_empty() {
                return Ok((bytes, hex(&hash.finalize())));
            }
            let length = chunk.len();
            hash.update(chunk);
            bytes += length as u64;
            file.consume(length);
        }
    };
    read().at("read", path)
}

/// State restored from a journal.
struct State {
    done: Done,
    path: String,
}

impl State {
    fn take(&mut self, row: &JournalRow<'_>, next: &ShardRecord, documents: u64, journal: &Path) -> Result<Document> {
        if let Some(path) = &row.path {
            self.path = path.to_string();
        }
        let ShardRecord { record, fingerprint } = next;
        if hex(fingerprint) != row.input {
            let now = if self.path == record.path && row.record == record.index {
                "which has changed".to_owned()
            } else {
                format!("now it is record {} of {}", record.index, record.path)
            };
            let number = documents + 1;
            let was = format!("record {} of {}", row.record, self.path);
            return Err(Error::InputChanged(format!(": document {number} was {was}, {now}")));
        }
        let entered = enter(&mut self.done.ledger, row, "", journal)?;
        count(&mut self.done.counts, row.status, entered.duplicate_of.is_some());
        Ok(entered)
    }
}

/// Enters a finished document into the ledger from its journal row, and returns it with its final id and duplicate
/// link.
pub(crate) fn enter(ledger: &mut Ledger, row: &JournalRow<'_>, sha256: &str, journal: &Path) -> Result<Document> {
    let mut doc = Document { id: row.id.to_string(), ..Document::default() };
    doc.source.sha256 = sha256.to_owned();
    let signature = match &row.signature {
        Some(text) => Some(Signature::from_bytes(&from_hex(text).ok_or_else(|| no_hex("a signature", journal))?)),
        None => None,
    };
    ledger.enter(&mut doc, signature.as_ref());
    Ok(doc)
}

/// Error for an invalid hex field in a journal.
pub(crate) fn no_hex(what: &str, journal: &Path) -> Error {
    Error::DamagedJournal { path: journal.to_owned(), what: format!("{what} is not a hexadecimal number") }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::Arc;

    use pressmark_ingest::{Inputs, Options, Signature, ingest};
    use pressmark_jsonl::Provenance;

    use super::*;
    use crate::partial::Partial;
    use crate::{IfExists, RecordIdentity, Shard};

    const TEXT: &str =
        "The harbour of Lisbon was closed on Monday after a night of rain, and no ferry left before noon.";

    struct Place {
        _folder: tempfile::TempDir,
        inputs: Vec<PathBuf>,
        output: PathBuf,
        failures: PathBuf,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let inputs: Vec<PathBuf> = ["a.txt", "b.txt", "c.txt"].map(|name| folder.path().join(name)).into();
            inputs.iter().for_each(|path| fs::write(path, TEXT).expect("a file"));
            let (output, failures) = (folder.path().join("rows.jsonl"), folder.path().join("failures.jsonl"));
            Self { _folder: folder, inputs, output, failures }
        }

        fn plan(&self) -> Plan<'_> {
            Plan {
                output: &self.output,
                read: &self.inputs,
                failures: Some(&self.failures),
                rows_each: None,
                shard: Shard::WHOLE,
                if_exists: IfExists::Resume,
                settings: Settings::new(),
                drop_duplicates: true,
                input_is_rereadable: true,
            }
        }

        /// Opens the run, takes this many documents, each with a problem of its own, and finishes it if told.
        fn go_on(&self, documents: usize, is_last: bool) -> Result<Vec<(String, u64)>> {
            let inputs = Inputs::open(&self.inputs, Options::default()).expect("inputs");
            let mut records = ShardRecords::new(inputs, Shard::WHOLE, Arc::default());
            let digest = records.digest();
            let Opened::Ready(mut run) = Run::open(&self.plan(), &mut records)? else { panic!("nothing to do") };
            for next in records.by_ref().take(documents) {
                let mut doc = ingest(&next.record, &Options::default());
                doc.report("ner", pressmark_core::ProblemKind::Timeout, "took longer than 1s", None);
                let signature = Signature::of(&doc.text);
                let identity = RecordIdentity { fingerprint: next.fingerprint, signature: Some(&signature) };
                run.take(&mut doc, &identity, &Provenance::default())?;
            }
            run.sync()?;
            let groups = run.failures().groups().map(|group| (group.path.clone(), group.documents)).collect();
            if is_last {
                run.finish(digest.end())?;
            }
            Ok(groups)
        }
    }

    #[test]
    fn failures_of_dropped_duplicates_are_known_after_a_resume() {
        let whole = Place::new();
        let groups = whole.go_on(3, true).expect("a run");
        let [one, two] = [Place::new(), Place::new()];
        for (place, breaks) in [(&one, &[2_usize][..]), (&two, &[1, 1])] {
            breaks.iter().for_each(|documents| drop(place.go_on(*documents, false).expect("a run")));
            let resumed = place.go_on(3, true).expect("a run");
            assert_eq!(resumed[0].1, groups[0].1);
            let told = |place: &Place| {
                let text = fs::read_to_string(&place.failures).expect("a file");
                let folder = place.output.parent().expect("a folder").display().to_string();
                text.replace(&folder, "")
            };
            assert_eq!(told(place), told(&whole));
            assert_eq!(told(place).lines().count(), 3, "{}", told(place));
            assert_eq!(fs::read_to_string(&place.output).expect("a file").lines().count(), 1, "duplicates are dropped");
        }
    }

    #[test]
    fn the_output_is_neither_the_list_of_failures_nor_the_one_that_takes_its_place() {
        let place = Place::new();
        for output in [place.failures.clone(), Partial::of(&place.failures).name().to_owned()] {
            let plan = Plan { output: &output, ..place.plan() };
            assert!(matches!(plan.names(), Err(Error::OutputTwice(_))), "{}", output.display());
        }
    }

    #[test]
    fn a_refused_resume_keeps_the_list_of_failures() {
        let place = Place::new();
        place.go_on(2, false).expect("a run");
        let before = fs::read(&place.failures).expect("a file");
        assert!(!before.is_empty());
        fs::write(&place.inputs[0], "Another text that stands in the place of the first one.").expect("a file");
        assert!(matches!(place.go_on(1, true), Err(Error::InputChanged(_))));
        assert!(fs::read(&place.failures).expect("a file") == before);
        let left = fs::read_dir(place.output.parent().expect("a folder")).expect("a folder");
        assert!(left.flatten().all(|entry| entry.file_name() != "failures.jsonl.partial"));
    }
}
