use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pressmark_core::{Document, ProblemKind, Severity, Status};
use pressmark_ingest::Skipped;
use pressmark_jsonl::{DocumentCounts, JournalRow, Problem, Record};
use serde_json::{Value, json};

use crate::error::{At, Result};
use crate::partial::Partial;

/// Failures of a run: documents grouped by kind of problem, and optionally a file that lists them.
///
/// Groups hold the problems that make a document partial or failed, and those that an option would fix. Each line of
/// the file is `{id, path, record, status, problems: [{stage, kind, message}]}`; `record` counts from 0, as in the
/// rows. An input that yielded no document has the status `skipped`, the reason as its one problem, no id, and a
/// `count` of such inputs.
#[derive(Debug, Default)]
pub struct Failures {
    groups: BTreeMap<ProblemKind, FailureGroup>,
    languages: BTreeMap<String, u64>,
    file: Option<FailuresFile>,
}

#[derive(Debug)]
struct FailuresFile {
    path: PathBuf,
    file: BufWriter<File>,
    /// Name under which the file is written until [`Failures::put_in_place`].
    partial: Option<Partial>,
}

/// Documents that share one kind of problem.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailureGroup {
    /// Kind of problem.
    pub kind: ProblemKind,
    /// Number of documents that have it.
    pub documents: u64,
    /// Path of the first of them.
    pub path: String,
    /// Its index in the file, from 0.
    pub record: u64,
    /// Its message, a lowercase fragment.
    pub message: String,
}

impl Failures {
    /// Starts empty; `file`, if given, is created or truncated.
    pub(crate) fn new(file: Option<&Path>) -> Result<Self> {
        Self::writing(file, None)
    }

    /// Like [`new`](Self::new), but an earlier file keeps its place until [`put_in_place`](Self::put_in_place).
    pub(crate) fn beside(file: Option<&Path>) -> Result<Self> {
        // A pipe or a device cannot be replaced, and holds nothing that could be lost; a link would be lost itself.
        let is_special = |path: &Path| fs::symlink_metadata(path).is_ok_and(|found| !found.is_file());
        Self::writing(file, file.filter(|path| !is_special(path)).map(Partial::of))
    }

    fn writing(path: Option<&Path>, partial: Option<Partial>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let name = partial.as_ref().map_or(path, Partial::name);
        let file = BufWriter::new(File::create(name).creating(name)?);
        Ok(Self { file: Some(FailuresFile { path: path.to_owned(), file, partial }), ..Self::default() })
    }

    /// Gives the file its name, in place of an earlier one.
    pub(crate) fn put_in_place(&mut self) -> Result<()> {
        self.flush()?;
        match self.file.as_mut().and_then(|file| file.partial.take()) {
            Some(partial) => partial.finish(),
            None => Ok(()),
        }
    }

    /// Iterates over the groups, in the order of [`ProblemKind`].
    pub fn groups(&self) -> impl Iterator<Item = &FailureGroup> {
        self.groups.values()
    }

    /// Iterates over the languages that the model was not trained on, as ISO codes, with the number of documents in
    /// each.
    pub fn languages(&self) -> impl Iterator<Item = (&str, u64)> {
        self.languages.iter().map(|(code, count)| (code.as_str(), *count))
    }

    /// Records a document.
    pub(crate) fn document(&mut self, doc: &Document) -> Result<()> {
        let (source, problems) = (&doc.source, doc.problems.iter());
        let problems: Vec<_> = problems.map(|p| (p.stage, p.kind, p.message.as_str())).collect();
        self.take(&doc.id, &source.path, source.record, doc.status(), doc.meta.language.as_deref(), &problems)
    }

    /// Records a row that was written before the run was resumed.
    pub(crate) fn row(&mut self, line: &[u8]) -> Result<()> {
        let is_of_note = |text: &str| {
            !text.contains("\"status\":\"ok\"") || [LANGUAGE, DATE].iter().any(|kind| text.contains(kind.as_str()))
        };
        if !std::str::from_utf8(line).is_ok_and(is_of_note) {
            return Ok(());
        }
        let Ok(record) = serde_json::from_slice::<Record<'_>>(line) else { return Ok(()) };
        let language = record.meta.language.as_deref();
        let source = &record.source;
        self.take(&record.id, &source.path, source.record, record.status_due(), language, &named(&record.problems))
    }

    /// Records a duplicate that was dropped before the run was resumed, of which there is no row.
    pub(crate) fn dropped(&mut self, row: &JournalRow<'_>, id: &str, path: &str) -> Result<()> {
        self.take(id, path, row.record, row.status, row.language.as_deref(), &named(&row.problems))
    }

    fn take(
        &mut self,
        id: &str,
        path: &str,
        record: u64,
        status: Status,
        language: Option<&str>,
        problems: &[(&str, ProblemKind, &str)],
    ) -> Result<()> {
        if let Some(code) = language.filter(|_| problems.iter().any(|(_, kind, _)| *kind == LANGUAGE)) {
            *self.languages.entry(code.to_owned()).or_default() += 1;
        }
        let mut seen = Vec::new();
        for (_, kind, message) in
            problems.iter().filter(|(_, kind, _)| kind.severity() > Severity::Note || *kind == DATE)
        {
            if seen.contains(kind) {
                continue;
            }
            seen.push(*kind);
            let first = || {
                let (path, message) = (path.to_owned(), (*message).to_owned());
                FailureGroup { kind: *kind, documents: 0, path, record, message }
            };
            self.groups.entry(*kind).or_insert_with(first).documents += 1;
        }
        if status == Status::Ok {
            return Ok(());
        }
        let problems: Vec<Value> = problems
            .iter()
            .map(|(stage, kind, message)| json!({ "stage": stage, "kind": kind.as_str(), "message": message }))
            .collect();
        self.write(&json!({
            "id": id, "path": path, "record": record, "status": status.as_str(), "problems": problems,
        }))
    }

    /// Records an input that yielded no document.
    pub(crate) fn skipped(&mut self, skipped: &Skipped) -> Result<()> {
        let problem = json!({ "stage": "ingest", "kind": skipped.reason.as_str(), "message": skipped.detail });
        self.write(&json!({
            "id": null, "path": skipped.path, "record": null, "status": "skipped", "problems": [problem],
            "count": skipped.count,
        }))
    }

    fn write(&mut self, line: &Value) -> Result<()> {
        let Some(FailuresFile { path, file, .. }) = &mut self.file else { return Ok(()) };
        writeln!(file, "{line}").at("write", path)
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        let Some(FailuresFile { path, file, .. }) = &mut self.file else { return Ok(()) };
        file.flush().at("write", path)
    }
}

/// Stage, kind and message of problems whose kind is known.
fn named<'a>(problems: &'a [Problem<'_>]) -> Vec<(&'a str, ProblemKind, &'a str)> {
    problems.iter().filter_map(|p| Some((&*p.stage, ProblemKind::named(&p.kind)?, &*p.message))).collect()
}

/// Counted by language rather than as a group.
const LANGUAGE: ProblemKind = ProblemKind::UnsupportedLanguage;
/// Only a note, but reported as a group because an option fixes it and nobody would notice otherwise.
const DATE: ProblemKind = ProblemKind::UnreadDate;

/// Limit on the partial or failed documents of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxFailures {
    /// A number of documents, written `5`.
    Documents(u64),
    /// A percentage of all documents in [0, 100], written `2.5%`.
    Percent(f64),
}

impl MaxFailures {
    /// Returns whether a run with these counts is within the limit; the limit itself is allowed.
    #[must_use]
    pub fn allows(self, counts: DocumentCounts) -> bool {
        let bad = counts.partial + counts.failed;
        match self {
            Self::Documents(most) => bad <= most,
            Self::Percent(most) => bad as f64 * 100.0 <= most * (counts.ok + bad) as f64,
        }
    }
}

impl FromStr for MaxFailures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is neither a number of documents such as 5 nor a share such as 2%");
        match text.strip_suffix('%') {
            Some(share) => {
                let share: f64 = share.trim().parse().map_err(|_| wrong())?;
                if (0.0..=100.0).contains(&share) { Ok(Self::Percent(share)) } else { Err(wrong()) }
            }
            None => text.parse().map(Self::Documents).map_err(|_| wrong()),
        }
    }
}

impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Documents(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbers_or_shares() {
        let check = |text: &str, expected| assert_eq!(text.parse::<MaxFailures>().ok(), expected, "{text}");
        check("0", Some(MaxFailures::Documents(0)));
        check("2.5%", Some(MaxFailures::Percent(2.5)));
        for wrong in ["", "%", "-1", "101%", "nan%", "few"] {
            check(wrong, None);
        }
        let counts = DocumentCounts { ok: 98, partial: 1, failed: 1, duplicates: 3 };
        let allows = |text: &str| text.parse::<MaxFailures>().expect("a limit").allows(counts);
        assert_eq!(["1", "2", "1.9%", "2%"].map(allows), [false, true, false, true]);
        assert!(MaxFailures::Percent(0.0).allows(DocumentCounts::default()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_written_through() {
        let folder = tempfile::tempdir().expect("a folder");
        let [link, path] = ["link", "failures.jsonl"].map(|name| folder.path().join(name));
        fs::write(&path, "earlier").expect("a file");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        let mut failures = Failures::beside(Some(&link)).expect("a file");
        failures.put_in_place().expect("nothing to rename");
        failures.write(&json!({})).expect("written");
        failures.flush().expect("flushed");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).expect("a file"), "{}\n");
    }

    #[test]
    fn an_earlier_file_stays_until_a_new_one_is_put_in_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("failures.jsonl");
        let names = || fs::read_dir(folder.path()).expect("a folder").count();
        fs::write(&path, "old\n").expect("a file");
        drop(Failures::beside(Some(&path)).expect("a file"));
        assert_eq!((fs::read_to_string(&path).expect("a file").as_str(), names()), ("old\n", 1));
        let mut failures = Failures::beside(Some(&path)).expect("a file");
        failures.put_in_place().expect("named");
        failures.write(&json!({})).expect("written");
        failures.flush().expect("written");
        drop(failures);
        assert_eq!((fs::read_to_string(&path).expect("a file").as_str(), names()), ("{}\n", 1));
    }

    #[test]
    fn documents_and_rows_are_told_alike() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("failures.jsonl");
        let mut doc = Document::from_text("a", "Regen fiel.");
        (doc.source.path, doc.source.record, doc.meta.language) = ("in.jsonl".into(), 4, Some("nl".into()));
        doc.report("ingest", ProblemKind::UnsupportedLanguage, "nl is none of en, fr", None);
        let mut failures = Failures::new(Some(&path)).expect("a file");
        failures.document(&doc).expect("written");
        assert_eq!(failures.groups().count(), 0);
        doc.report("ner", ProblemKind::Timeout, "took longer than 1s", None);
        failures.document(&doc).expect("written");
        let line = serde_json::to_vec(&Record::of(&doc, &pressmark_jsonl::Provenance::default())).expect("JSON");
        failures.row(&line).expect("written");
        failures.flush().expect("written");
        let group = failures.groups().next().expect("a group");
        assert_eq!((group.kind, group.documents, group.record), (ProblemKind::Timeout, 2, 4));
        assert_eq!(failures.languages().collect::<Vec<_>>(), [("nl", 3)]);
        let text = std::fs::read_to_string(&path).expect("a file");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 2 && lines[0] == lines[1], "{text}");
        let line: Value = serde_json::from_str(lines[0]).expect("JSON");
        assert_eq!((&line["status"], &line["problems"][1]["kind"]), (&json!("partial"), &json!("timeout")));
    }
}
