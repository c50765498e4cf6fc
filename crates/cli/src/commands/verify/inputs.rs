use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use anyhow::{Result, ensure};
use pressmark_ingest::{Options, Record as Input, is_input, replay};
use pressmark_jsonl::{Findings, Record, Rows};
use serde::Deserialize;

/// Maximum times that a file is read again from its start because rows are out of order. Set by hand: each costs a full
/// reading, so without a limit adversarial order would cost quadratic time.
const MOST_AGAIN: u32 = 16;

/// Finds the input of each row; reads each file once if rows are in input order.
pub(crate) struct Inputs {
    root: PathBuf,
    options: Options,
    rows: Rows,
    current: Option<Current>,
    /// Files that rows came from, if every file must have one; otherwise `None`.
    seen: Option<HashSet<PathBuf>>,
}

/// File of the last row.
struct Current {
    /// Path as named in the row.
    path: String,
    records: Option<pressmark_ingest::Inputs>,
    /// Index of the next record to read.
    next: u64,
    again: u32,
}

/// Input that a row is checked against.
pub(crate) enum Held {
    /// The row's input. `before` is a problem with the previous row's file.
    Input { input: Box<Input>, before: Option<String> },
    /// There is no input; `what` is the reason.
    Missing { what: String, before: Option<String> },
}

/// Maximum files without a row to report at the end. Set by hand: bounds memory if a folder has little to do with the
/// rows.
const MOST_LEFT: usize = 1000;

impl Inputs {
    pub(crate) fn open(root: PathBuf, options: Options, rows: Rows) -> Result<Self> {
        ensure!(root.exists(), "no such file or folder: {}", root.display());
        options.check()?;
        Ok(Self { root, options, rows, current: None, seen: None })
    }

    /// Requires every file to have a row.
    pub(crate) fn complete(self) -> Self {
        Self { seen: Some(HashSet::new()), ..self }
    }

    /// Returns the input of a row; `None` if the line does not name one.
    pub(crate) fn of(&mut self, line: &[u8]) -> Option<Held> {
        let (path, record) = place(line)?;
        let is_same = self.current.as_ref().is_some_and(|c| c.path == path);
        let before = if is_same { None } else { self.rest_of_file() };
        let missing = |what: String, before| Some(Held::Missing { what, before });
        if !is_same {
            let file = self.find(&path);
            let records = file.as_ref().and_then(|file| self.read(file));
            if let Some(seen) = &mut self.seen {
                seen.extend(file);
            }
            self.current = Some(Current { path: path.clone(), records, next: 0, again: 0 });
        } else if self.current.as_ref().is_some_and(|c| record < c.next && c.again < MOST_AGAIN) {
            let records = self.find(&path).and_then(|file| self.read(&file));
            let again = self.current.as_ref().map_or(0, |c| c.again + 1);
            self.current = Some(Current { path: path.clone(), records, next: 0, again });
        }
        let current = self.current.as_mut()?;
        let Some(records) = &mut current.records else {
            return missing(format!("{path:?} is not found under {}", self.root.display()), before);
        };
        if record < current.next {
            return missing("is too far out of order to be checked against its input".into(), before);
        }
        for input in records {
            current.next = input.index + 1;
            if input.index == record {
                return Some(Held::Input { input: Box::new(input), before });
            }
        }
        missing(format!("{path:?} has no record {record}"), before)
    }

    /// Returns the problems that remain after all rows.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let mut left: Vec<String> = self.rest_of_file().into_iter().collect();
        let Some(seen) = self.seen.take() else { return left };
        let inputs = match pressmark_ingest::Inputs::open(&[&self.root], self.options.clone()) {
            Ok(inputs) => inputs,
            Err(error) => {
                left.push(format!("the inputs cannot be read again: {error}"));
                return left;
            }
        };
        let mut paths: Vec<String> = Vec::new();
        for record in inputs.without(move |path| seen.contains(path)) {
            if paths.last() != Some(&record.path) {
                paths.push(record.path);
            }
            if paths.len() >= MOST_LEFT {
                break;
            }
        }
        left.extend(paths.into_iter().map(|path| format!("{path:?} has no row")));
        left
    }

    /// Returns the problem, if any, of moving on from the current file.
    fn rest_of_file(&mut self) -> Option<String> {
        let current = self.current.as_mut().filter(|_| self.rows == Rows::All)?;
        let left = current.records.as_mut()?.next()?;
        Some(format!("record {} of {:?} has no row", left.index, current.path))
    }

    fn read(&self, file: &Path) -> Option<pressmark_ingest::Inputs> {
        pressmark_ingest::Inputs::open(&[file], self.options.clone()).ok()
    }

    /// Finds the file that a row names: the longest suffix of its path that exists under the root.
    ///
    /// Components up to the last `..` or root are ignored, so that no row leads out of the root.
    fn find(&self, path: &str) -> Option<PathBuf> {
        let parts: Vec<_> = Path::new(path).components().collect();
        let from = parts.iter().rposition(|part| !matches!(part, Component::Normal(_))).map_or(0, |at| at + 1);
        let parts = parts.get(from..)?;
        if self.root.is_file() {
            let at = parts.iter().rposition(|part| Some(part.as_os_str()) == self.root.file_name())?;
            let in_archive = parts.get(at + 1..).unwrap_or_default();
            let file = in_archive.iter().fold(self.root.clone(), |file, part| file.join(part));
            return is_input(&file).then_some(file);
        }
        let rest = (0..parts.len()).map(|skip| self.root.join(parts.iter().skip(skip).collect::<PathBuf>()));
        rest.into_iter().find(|file| is_input(file))
    }
}

/// Parses path and index of the record that a row came from.
fn place(line: &[u8]) -> Option<(String, u64)> {
    #[derive(Deserialize)]
    struct Row {
        source: Source,
    }
    #[derive(Deserialize)]
    struct Source {
        path: String,
        record: u64,
    }
    let Row { source: Source { path, record } } = serde_json::from_slice(line).ok()?;
    Some((path, record))
}

impl Held {
    /// Bytes held in memory.
    pub(crate) fn len(&self) -> usize {
        if let Self::Input { input, .. } = self { input.bytes.len() } else { 0 }
    }

    /// Checks a row against its input; returns whether there was one.
    pub(crate) fn check(&self, record: &Record<'_>, found: &mut Findings) -> bool {
        let (Self::Input { before, .. } | Self::Missing { before, .. }) = self;
        before.iter().for_each(|what| found.add("rows before", what));
        let input = match self {
            Self::Input { input, .. } => input,
            Self::Missing { what, .. } => {
                found.add("source", what);
                return false;
            }
        };
        let source = &record.source;
        if let Some((kind, message)) = &input.problem
            && !record.problems.iter().any(|p| p.kind == kind.as_str())
        {
            found.add("source", format_args!("the input cannot be read: {message}"));
            return false;
        }
        if source.sha256 != input.sha256 {
            found.add("source.sha256", format_args!("the input's is {}", input.sha256));
            return true;
        }
        if source.bytes != input.size {
            found.add("source.bytes", format_args!("the input has {}", input.size));
            return true;
        }
        let by_format = input.format.media_type();
        if source.media_type != by_format && source.media_type != "text/html" {
            found.add("source.media_type", format_args!("the input was read as {by_format}"));
        }
        match record.ingested() {
            None => found.add("segments", "have offsets or kinds that cannot be checked against the input"),
            Some(doc) => {
                if let Err(error) = replay(&doc, &input.bytes) {
                    found.add("segments", format_args!("do not follow from the input's bytes: {error}"));
                }
            }
        }
        true
    }
}
