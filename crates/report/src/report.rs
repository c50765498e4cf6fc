use std::fs;
use std::path::{Path, PathBuf};

use pressmark_core::{DropReason, ProblemKind};
use pressmark_jsonl::Record;
use serde::Serialize;

use crate::corpus::{Columns, Corpus};
use crate::document::Document;
use crate::page::{self, page};
use crate::{Beside, Error};

/// How a page is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// What the page is called; default `"pressmark report"`.
    pub title: String,
    /// Bytes of documents that are put into the page itself; with more, all go into files beside it. Default 13 MiB,
    /// so that a page with everything else stays under 15 MB.
    pub max_inline_bytes: usize,
    /// The id of the document that is shown first, instead of the corpus; default `None`.
    pub open: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { title: "pressmark report".into(), max_inline_bytes: 13 << 20, open: None }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Documents in the page.
    pub documents: usize,
    /// Bytes of the page itself.
    pub bytes: usize,
    /// The folder of the documents, where they are not in the page.
    pub folder: Option<PathBuf>,
}

/// Documents that are written or read at once: a chunk of them is one script.
const CHUNK: usize = 50;

/// A page in the making: records come in one by one, and only what the corpus view needs of them stays in memory once
/// they are too many for one file.
///
/// ```
/// use pressmark_core::Document;
/// use pressmark_jsonl::{Provenance, Record};
/// use pressmark_report::{Beside, Options, Report};
///
/// let folder = tempfile::tempdir()?;
/// let mut report = Report::create(folder.path().join("report.html"), Options::default())?;
/// let doc = Document::from_text("a", "The ferry sails again.");
/// report.add(&Record::of(&doc, &Provenance::default()), Beside::default())?;
/// let written = report.finish()?;
/// assert_eq!((written.documents, written.folder), (1, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Report {
    path: PathBuf,
    folder: PathBuf,
    options: Options,
    corpus: Corpus,
    provenance: Vec<String>,
    /// Documents of the chunk that is not full yet, as JSON.
    open: Vec<String>,
    /// Full chunks that are to stand in the page.
    chunks: Vec<String>,
    inline_bytes: usize,
    /// Chunks written to files: all, once one is.
    files: usize,
}

/// What the page reads first.
#[derive(Serialize)]
struct Data<'a> {
    pressmark: &'static str,
    title: &'a str,
    documents: usize,
    /// Documents a chunk.
    chunk: usize,
    /// Folder of the files of documents, from the page.
    folder: Option<String>,
    open: Option<&'a str>,
    /// What the names of reasons mean.
    reasons: Vec<(&'static str, &'static str)>,
    problems: Vec<(&'static str, &'static str)>,
    provenance: Vec<&'a serde_json::value::RawValue>,
    corpus: Columns<'a>,
}

impl Report {
    /// A page that will be written to `path`, and where documents are many, to the folder `NAME-data` beside it.
    ///
    /// # Errors
    /// Where the path names no file.
    pub fn create(path: impl Into<PathBuf>, options: Options) -> Result<Self, Error> {
        let path = path.into();
        let Some(stem) = path.file_stem() else { return Err(Error::NoName { path }) };
        let mut name = stem.to_owned();
        name.push("-data");
        let folder = path.with_file_name(name);
        Ok(Self {
            path,
            folder,
            options,
            corpus: Corpus::default(),
            provenance: Vec::new(),
            open: Vec::new(),
            chunks: Vec::new(),
            inline_bytes: 0,
            files: 0,
        })
    }

    /// Adds a record, and what is known beside it.
    ///
    /// # Errors
    /// Where a file of documents cannot be written.
    pub fn add(&mut self, record: &Record<'_>, beside: Beside<'_>) -> Result<(), Error> {
        let provenance = json(&record.provenance)?;
        let at = self.provenance.iter().position(|known| *known == provenance).unwrap_or_else(|| {
            self.provenance.push(provenance);
            self.provenance.len() - 1
        });
        let numbers = self.corpus.add(record);
        self.open.push(json(&Document::new(record, &beside, at, &numbers))?);
        if self.open.len() == CHUNK { self.close_chunk() } else { Ok(()) }
    }

    /// Documents so far.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.corpus.len()
    }

    /// Takes the open chunk into the page or into a file.
    fn close_chunk(&mut self) -> Result<(), Error> {
        if self.open.is_empty() {
            return Ok(());
        }
        let chunk = format!("[{}]", self.open.join(",\n"));
        self.open.clear();
        self.inline_bytes += chunk.len();
        self.chunks.push(chunk);
        if self.inline_bytes > self.options.max_inline_bytes {
            if self.files == 0 {
                fs::create_dir_all(&self.folder).map_err(|source| write_error(&self.folder, source))?;
            }
            for chunk in std::mem::take(&mut self.chunks) {
                let path = self.folder.join(file_name(self.files));
                let script = format!("pressmarkDocuments({}, {chunk});\n", self.files);
                fs::write(&path, script).map_err(|source| write_error(&path, source))?;
                self.files += 1;
            }
        }
        Ok(())
    }

    /// Writes the page.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(mut self) -> Result<Written, Error> {
        self.close_chunk()?;
        let has_files = self.files > 0;
        let folder = self.folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let raw = |json: &String| serde_json::value::RawValue::from_string(json.clone());
        let provenance = self.provenance.iter().map(raw).collect::<Result<Vec<_>, _>>().map_err(Error::Json)?;
        let data = Data {
            pressmark: env!("CARGO_PKG_VERSION"),
            title: &self.options.title,
            documents: self.corpus.len(),
            chunk: CHUNK,
            folder: folder.filter(|_| has_files),
            open: self.options.open.as_deref(),
            reasons: DropReason::ALL.iter().map(|reason| (reason.as_str(), reason.sentence())).collect(),
            problems: ProblemKind::ALL.iter().map(|kind| (kind.as_str(), severity(*kind))).collect(),
            provenance: provenance.iter().map(|raw| &**raw).collect(),
            corpus: self.corpus.columns(),
        };
        let documents: String = (0..)
            .zip(&self.chunks)
            .map(|(n, chunk)| format!("<script type=\"application/json\" id=\"documents-{n}\">{chunk}</script>\n"))
            .collect();
        let page = page(&self.options.title, &json(&data)?, &documents, has_files);
        self.remove_stale_files();
        fs::write(&self.path, &page).map_err(|source| write_error(&self.path, source))?;
        let folder = has_files.then_some(self.folder);
        Ok(Written { documents: self.corpus.len(), bytes: page.len(), folder })
    }

    /// Takes away the files of documents of an earlier page of this name that the new one does not have.
    fn remove_stale_files(&self) {
        for number in self.files.. {
            if fs::remove_file(self.folder.join(file_name(number))).is_err() {
                break;
            }
        }
        if self.files == 0 {
            // Goes only where it is empty.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

fn file_name(chunk: usize) -> String {
    format!("documents-{chunk}.js")
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    page::json(value).map_err(Error::Json)
}

fn write_error(path: &Path, source: std::io::Error) -> Error {
    Error::Write { path: path.to_owned(), source }
}

/// How much a problem takes from a document, in words.
fn severity(kind: ProblemKind) -> &'static str {
    use pressmark_core::Severity;
    match kind.severity() {
        Severity::Note => "note",
        Severity::Partial => "partial",
        Severity::Failed => "failed",
    }
}
