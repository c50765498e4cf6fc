use std::borrow::Cow;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use pressmark_core::{Document, ProblemKind, Status};
use pressmark_jsonl::{DocumentCounts, JournalEnd, JournalLine, JournalRow, Provenance, Record, Settings, write_line};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::resume::{enter, status};
use super::{
    Earlier, Files, Journal, JournalReader, Ledger, Names, PartReader, Plan, Rows, Run, Shard, count, differences,
    from_hex, hex, stream,
};

/// Settings in which shards of one run may differ.
const SHARD: &str = "--shard";
const SHARD_ROWS: &str = "--shard-rows";

/// Writes the rows of all shards in the order of the input list, as a run that was not split would have.
///
/// # Errors
/// When the shards are not those of one run, all there and whole, or a row is not what its journal says.
pub(crate) fn merge(paths: &[PathBuf], output: &Path, rows_each: Option<u64>) -> Result<DocumentCounts> {
    let mut shards = paths.iter().map(|path| Piece::open(path)).collect::<Result<Vec<_>>>()?;
    shards.sort_by_key(|piece| piece.shard.index);
    let end = check(&shards)?;
    let settings = whole(shards[0].journal.settings(), rows_each);
    let drop_duplicates = settings.get("--duplicates").is_some_and(|value| value == "drop");
    let plan = Plan {
        output,
        rows_each,
        shard: Shard::WHOLE,
        earlier: Earlier::Keep,
        settings,
        drop_duplicates,
        is_lasting: false,
    };
    let mut run = open(&plan)?;
    let (mut list, mut line) = (Sha256::new(), Vec::new());
    let count_of = shards.len() as u64;
    for position in 0..end.documents {
        // There are as many pieces as shards, sorted: this is the one whose turn it is.
        let piece = &mut shards[usize::try_from(position % count_of)?];
        let fingerprint = piece.next(&mut run.ledger, &mut line)?;
        list.update(fingerprint.0);
        count(&mut run.counts, fingerprint.1, fingerprint.2);
        if !(fingerprint.2 && drop_duplicates) {
            run.write_line(&line)?;
        }
    }
    for piece in &mut shards {
        piece.check_end()?;
    }
    if hex(&list.finalize()) != end.input {
        bail!("the shards do not make up the input list that they were made from");
    }
    let counts = run.counts;
    run.finish(end)?;
    Ok(counts)
}

/// The settings of the run that was not split.
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
        None => {
            let names = Names::of(plan.output, plan.rows_each.is_some())?;
            Journal::make_way(&names.journal(), false)?;
            names.remove_partials(0)?;
            Rows::Files(Box::new(Files::new(names, plan.rows_each)))
        }
    };
    Run::new(plan, rows, None)
}

/// One shard: its rows and the journal that tells of them.
struct Piece {
    name: String,
    shard: Shard,
    end: JournalEnd,
    journal: JournalReader,
    rows: PartReader,
}

/// What a merge may have to change in a row.
#[derive(Deserialize)]
struct Linked<'a> {
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
        let only = || format!("{name} has no journal: what can be merged are the outputs of annotate --shard");
        let mut journal = JournalReader::open(&names.journal()).with_context(only)?;
        let settings = journal.settings();
        let shard = settings.get(SHARD).and_then(|shard| shard.parse().ok()).with_context(only)?;
        let rows_each: Option<u64> = settings.get(SHARD_ROWS).and_then(|rows| rows.parse().ok());
        let end = journal.extent()?.end;
        let end =
            end.with_context(|| format!("shard {shard} in {name} is not whole: go on with it (annotate --resume)"))?;
        let rows = PartReader::new(Names::existing(path, rows_each.is_some()), rows_each, true);
        Ok(Self { name, shard, end, journal, rows })
    }

    /// The next row as it stands in the whole run goes to `line`; gives the document's fingerprint, status, and
    /// whether it is a duplicate.
    fn next(&mut self, ledger: &mut Ledger, line: &mut Vec<u8>) -> Result<([u8; 32], Status, bool)> {
        let row = self.next_row()?.with_context(|| format!("{} ends too early", self.name))?;
        let read = self.rows.read(&row)?;
        let read = read.with_context(|| format!("a row of {} (id {:?}) is not what was written", self.name, row.id))?;
        let linked: Linked<'_> =
            serde_json::from_slice(read).with_context(|| format!("a row of {} is no record", self.name))?;
        let doc = enter(ledger, &row, &linked.source.sha256)?;
        line.clear();
        let status = if linked.id == doc.id && linked.duplicate_of.as_deref() == doc.duplicate_of.as_deref() {
            line.extend_from_slice(read);
            status(&row.status)
        } else {
            relink(read, &doc, line).with_context(|| format!("failed to merge a row of {}", self.name))?
        };
        let fingerprint = from_hex(&row.input).context("a fingerprint is no hexadecimal number")?;
        Ok((fingerprint, status, doc.duplicate_of.is_some()))
    }

    fn next_row(&mut self) -> Result<Option<JournalRow<'static>>> {
        loop {
            match self.journal.next()? {
                Some(JournalLine::Row(row)) => return Ok(Some(row)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    /// Checks that nothing comes after the rows that were read.
    fn check_end(&mut self) -> Result<()> {
        if self.next_row()?.is_some() || !self.rows.is_at_end()? {
            bail!("{} goes on after its end", self.name);
        }
        Ok(())
    }
}

/// Checks that the pieces, sorted, are the shards of one run over one input list.
fn check(pieces: &[Piece]) -> Result<JournalEnd> {
    let Some(first) = pieces.first() else { bail!("there is nothing to merge") };
    let without = |piece: &Piece| whole(piece.journal.settings(), None);
    for piece in pieces {
        let differences = differences(&without(first), &without(piece));
        if !differences.is_empty() {
            bail!("{} and {} were made with other settings: {differences}", first.name, piece.name);
        }
        if piece.shard.of != first.shard.of {
            bail!("{} is shard {}, {} is shard {}", first.name, first.shard, piece.name, piece.shard);
        }
    }
    if let Some(pair) = pieces.windows(2).find(|pair| pair[0].shard == pair[1].shard) {
        bail!("shard {} is there twice: {} and {}", pair[0].shard, pair[0].name, pair[1].name);
    }
    let of = first.shard.of;
    let missing: Vec<_> = (0..of)
        .filter(|index| pieces.iter().all(|piece| piece.shard.index != *index))
        .map(|index| Shard { index, of }.to_string())
        .collect();
    if !missing.is_empty() {
        bail!("not all shards are there: {} missing", missing.join(", "));
    }
    if let Some(other) = pieces.iter().find(|piece| piece.end != first.end) {
        let how = if other.end.documents == first.end.documents {
            "as many documents, but not the same".to_owned()
        } else {
            format!("{} and {} documents", first.end.documents, other.end.documents)
        };
        bail!("{} and {} were made from other input: {how}", first.name, other.name);
    }
    Ok(first.end.clone())
}

/// Writes a shard's row with the id and the earlier document that it has in the whole run; gives its status there.
fn relink(row: &[u8], doc: &Document, line: &mut Vec<u8>) -> Result<Status> {
    let mut record: Record<'_> = serde_json::from_slice(row)?;
    write_line(&record, line)?;
    if line != row {
        bail!("it does not come out as it went in");
    }
    line.clear();
    // What its shard said of its id holds of the shard.
    record.problems.retain(|problem| problem.kind != ProblemKind::DuplicateId.as_str());
    let now = Record::of(doc, &Provenance::default());
    record.problems.extend(now.problems);
    (record.id, record.duplicate_of) = (now.id, now.duplicate_of);
    let status = record.status_due();
    record.status = status.as_str().into();
    write_line(&record, line)?;
    Ok(status)
}
