use std::borrow::Cow;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use pressmark_core::{Document, ProblemKind, Status, from_hex, hex};
use pressmark_ingest::Ledger;
use pressmark_jsonl::{
    DocumentCounts, JournalEnd, JournalLine, JournalRow, Provenance, Record, SchemaName, Settings, write_line,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, MergeError, Result};
use crate::journal::JournalReader;
use crate::names::Names;
use crate::reader::PartReader;
use crate::resume::{enter, no_hex};
use crate::run::{Done, IfExists, Plan, Rows, Run, count, stream};
use crate::settings::differences;
use crate::shard::Shard;

/// Setting that names the shard; shards of one run differ in it.
const SHARD: &str = "--shard";
/// Setting that splits the output; shards of one run may differ in it.
const SHARD_ROWS: &str = "--shard-rows";

/// Merges all shards of a run, writing rows in the order of the input list, as a run that was not split would have.
///
/// # Errors
/// If the shards are not all the finished shards of one run, or a row is not what its journal says.
pub fn merge(paths: &[PathBuf], output: &Path, rows_each: Option<u64>, if_exists: IfExists) -> Result<DocumentCounts> {
    let mut shards = paths.iter().map(|path| Piece::open(path)).collect::<Result<Vec<_>>>()?;
    shards.sort_by_key(|piece| piece.shard.index);
    let end = check(&shards)?;
    let settings = whole(shards[0].journal.settings(), rows_each);
    let drop_duplicates = settings.get("--duplicates").is_some_and(|value| value == "drop");
    let read: Vec<PathBuf> = shards.iter().flat_map(Piece::files).collect();
    let plan = Plan {
        output,
        rows_each,
        shard: Shard::WHOLE,
        read: &read,
        failures: None,
        if_exists,
        settings,
        drop_duplicates,
        input_is_rereadable: false,
    };
    let mut run = open(&plan)?;
    let (mut list, mut line) = (Sha256::new(), Vec::new());
    let count_of = shards.len() as u64;
    for position in 0..end.documents {
        // There are as many pieces as shards, sorted by index, and records were dealt out in turn.
        let piece = &mut shards[(position % count_of) as usize];
        let Next { fingerprint, status, is_duplicate } = piece.next(&mut run.ledger, &mut line)?;
        list.update(fingerprint);
        count(&mut run.counts, status, is_duplicate);
        if !(is_duplicate && drop_duplicates) {
            run.write_line(&line)?;
        }
    }
    for piece in &mut shards {
        piece.check_end()?;
    }
    if hex(&list.finalize()) != end.input {
        return Err(MergeError::List.into());
    }
    let counts = run.counts;
    run.finish(end)?;
    Ok(counts)
}

/// Settings of the equivalent run that was not split.
fn whole(settings: &Settings, rows_each: Option<u64>) -> Settings {
    let mut settings = settings.clone();
    settings.insert(SHARD.into(), Shard::WHOLE.to_string());
    settings.remove(SHARD_ROWS);
    settings.extend(rows_each.map(|rows| (SHARD_ROWS.into(), rows.to_string())));
    settings
}

fn open(plan: &Plan<'_>) -> Result<Run> {
    let rows = match stream(plan.output)? {
        Some(stream) => {
            plan.refuse_stream()?;
            Rows::Stream(BufWriter::new(stream))
        }
        None => return Run::begin(plan, plan.names()?, false),
    };
    Ok(Run::new(plan, rows, None, Done::nothing(plan)?))
}

/// One shard: its rows and its journal.
struct Piece {
    name: String,
    shard: Shard,
    end: JournalEnd,
    journal: JournalReader,
    rows: PartReader,
}

/// Facts about the next document that the merge needs.
struct Next {
    fingerprint: [u8; 32],
    /// Status in the whole run.
    status: Status,
    is_duplicate: bool,
}

/// Fields of a row that a merge may have to change, and those it needs to decide that.
#[derive(Deserialize)]
struct Linked<'a> {
    /// Rejects rows of another schema.
    #[serde(rename = "schema")]
    _schema: SchemaName,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    duplicate_of: Option<Cow<'a, str>>,
    #[serde(borrow)]
    source: LinkedSource<'a>,
}

#[derive(Deserialize)]
struct LinkedSource<'a> {
    #[serde(borrow)]
    sha256: Cow<'a, str>,
}

impl Piece {
    fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let names = Names::existing(path, false);
        let no_shard =
            |source: Option<Error>| MergeError::NotAShard { name: name.clone(), source: source.map(Box::new) };
        let mut journal = JournalReader::open(&names.journal()).map_err(|error| no_shard(Some(error)))?;
        let settings = journal.settings();
        let shard = settings.get(SHARD).and_then(|shard| shard.parse().ok()).ok_or_else(|| no_shard(None))?;
        let rows_each: Option<u64> = settings.get(SHARD_ROWS).and_then(|rows| rows.parse().ok());
        let end = journal.extent()?.end;
        let end = end.ok_or_else(|| MergeError::Unfinished { shard, name: name.clone() })?;
        let rows = PartReader::new(Names::existing(path, rows_each.is_some()), rows_each, true);
        Ok(Self { name, shard, end, journal, rows })
    }

    /// Files of the shard that are read.
    fn files(&self) -> Vec<PathBuf> {
        [self.rows.files(), vec![self.journal.path().to_owned()]].concat()
    }

    /// Writes the next row to `line` as it should be in the whole run.
    fn next(&mut self, ledger: &mut Ledger, line: &mut Vec<u8>) -> Result<Next> {
        let wrong = |what: String| MergeError::Rows { name: self.name.clone(), what };
        let row = next_row(&mut self.journal)?.ok_or_else(|| wrong("ends too early".to_owned()))?;
        let read = self.rows.read(&row)?;
        let read =
            read.ok_or_else(|| wrong(format!("has a row (id {:?}) that differs from what was written", row.id)))?;
        let bad = |source| MergeError::Record { name: self.name.clone(), source };
        let linked: Linked<'_> = serde_json::from_slice(read).map_err(|error| bad(Some(error)))?;
        let doc = enter(ledger, &row, &linked.source.sha256, self.journal.path())?;
        line.clear();
        let status = if linked.id == doc.id && linked.duplicate_of.as_deref() == doc.duplicate_of.as_deref() {
            line.extend_from_slice(read);
            row.status
        } else {
            relink(read, &doc, line).map_err(bad)?
        };
        let fingerprint = from_hex(&row.input).ok_or_else(|| no_hex("a fingerprint", self.journal.path()))?;
        Ok(Next { fingerprint, status, is_duplicate: doc.duplicate_of.is_some() })
    }

    /// Checks that nothing follows the rows that were read.
    fn check_end(&mut self) -> Result<()> {
        if next_row(&mut self.journal)?.is_some() || !self.rows.is_at_end()? {
            let what = "continues after its end".to_owned();
            return Err(MergeError::Rows { name: self.name.clone(), what }.into());
        }
        Ok(())
    }
}

fn next_row(journal: &mut JournalReader) -> Result<Option<JournalRow<'static>>> {
    loop {
        match journal.next()? {
            Some(JournalLine::Row(row)) => return Ok(Some(row)),
            Some(_) => {}
            None => return Ok(None),
        }
    }
}

/// Checks that the pieces, sorted by index, are the shards of one run over one input list.
fn check(pieces: &[Piece]) -> Result<JournalEnd, MergeError> {
    let first = pieces.first().ok_or(MergeError::Nothing)?;
    let without = |piece: &Piece| whole(piece.journal.settings(), None);
    let names = |piece: &Piece| (first.name.clone(), piece.name.clone());
    for piece in pieces {
        let differences = differences(&without(first), &without(piece));
        let (first_name, other) = names(piece);
        if !differences.is_empty() {
            return Err(MergeError::Settings { first: first_name, other, differences });
        }
        if piece.shard.of != first.shard.of {
            let (first_shard, other_shard) = (first.shard, piece.shard);
            return Err(MergeError::Count { first: first_name, first_shard, other, other_shard });
        }
    }
    if let Some((a, b)) = pieces.iter().zip(pieces.iter().skip(1)).find(|(a, b)| a.shard == b.shard) {
        return Err(MergeError::Twice { shard: a.shard, first: a.name.clone(), other: b.name.clone() });
    }
    let of = first.shard.of;
    let missing: Vec<_> = (0..of)
        .filter(|index| pieces.iter().all(|piece| piece.shard.index != *index))
        .map(|index| Shard { index, of }.to_string())
        .collect();
    if !missing.is_empty() {
        return Err(MergeError::Missing(missing.join(", ")));
    }
    if let Some(piece) = pieces.iter().find(|piece| piece.end != first.end) {
        let how = if piece.end.documents == first.end.documents {
            "as many documents, but different ones".to_owned()
        } else {
            format!("{} and {} documents", first.end.documents, piece.end.documents)
        };
        let (first, other) = names(piece);
        return Err(MergeError::Input { first, other, how });
    }
    Ok(first.end.clone())
}

/// Rewrites a shard's row with its id and `duplicate_of` in the whole run, and returns its status there.
///
/// # Errors
/// If the row is not a record (with the parse error), or does not round-trip (`None`).
fn relink(row: &[u8], doc: &Document, line: &mut Vec<u8>) -> Result<Status, Option<serde_json::Error>> {
    let mut record: Record<'_> = serde_json::from_slice(row).map_err(Some)?;
    let write = |record: &Record<'_>, line: &mut Vec<u8>| {
        write_line(record, line).map_err(|error| Some(serde_json::Error::io(error)))
    };
    write(&record, line)?;
    if line != row {
        return Err(None);
    }
    line.clear();
    // Problems with the id concern only the shard.
    record.problems.retain(|problem| problem.kind != ProblemKind::DuplicateId.as_str());
    let now = Record::of(doc, &Provenance::default());
    record.problems.extend(now.problems);
    (record.id, record.duplicate_of) = (now.id, now.duplicate_of);
    let status = record.status_due();
    record.status = status;
    write(&record, line)?;
    Ok(status)
}
